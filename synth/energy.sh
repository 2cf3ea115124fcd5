#!/bin/sh
# energy.sh: vmac-energy on one mapped design of the platform.
# usage: energy.sh VMAC_ENERGY cell|pe|side|correct|tile NETLIST.json CELL OPERANDS.bin OUT.json \
#          [OPTION ...]
# Environment: VMAC_LIB, ABC_LOAD_IN_FF, VMAC_INPUT_SLEW_NS, VMAC_PERIOD_NS.
# Prints the line of name=value pairs; the same and more, by layer and part, goes to OUT.json.
# SPDX-License-Identifier: Apache-2.0
set -eu

energy=$1 design=$2 netlist=$3 cell=$4 operands=$5 json=$6
shift 6
"$energy" "$design" --lib "$VMAC_LIB" --netlist "$netlist" --cell "$cell" --operands "$operands" \
  --load-ff "$ABC_LOAD_IN_FF" --slew "$VMAC_INPUT_SLEW_NS" --period "$VMAC_PERIOD_NS" \
  --json "$json" "$@"
