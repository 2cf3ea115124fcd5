#!/bin/sh
# table.sh: one CSV of all cells, with the tools and settings that made it in comment lines.
# usage: table.sh DIR NAME:FAMILY ...
# Environment: the platform's config.mk.
# SPDX-License-Identifier: Apache-2.0
set -eu

dir=$1
shift
echo "# $(yosys -V | sed 's/ (.*//'), OpenSTA $(sta -version)"
echo "# library $(basename "$LIB_FILES") sha256 $(sha256sum "$LIB_FILES" | cut -c 1-16)," \
  "delay target $VMAC_DELAY_PS ps, output load $ABC_LOAD_IN_FF fF," \
  "input transition $VMAC_INPUT_SLEW_NS ns, leakage over $VMAC_PERIOD_NS ns"
echo "# operands: $(sed 's/^[^:]*: //' "$dir/../operands-u8.log");" \
  "zero-delay transitions, no glitches"
echo "# *_fa: full and half adders mapped to library cells first"
for pair in "$@"; do
  cell=${pair%%:*}
  for variant in plain adders; do
    echo "cell=$cell family=${pair##*:} variant=$variant" \
      "$(cat "$dir/$cell/$variant/energy.txt" "$dir/$cell/$variant/delay.txt" | tr '\n' ' ')"
  done
done | awk -f "$(dirname "$0")/table.awk"
