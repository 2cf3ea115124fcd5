#!/bin/sh
# power-check.sh: vmac-energy's power of cells and PEs against OpenSTA's, see sta-power.sh.
# usage: power-check.sh OUT_DIR OPERANDS FAMILIES 'NAME ...' TABLE ...
# As designs.sh; OPERANDS-CLASS.bin are the streams. Environment: see designs.sh, map.sh and
# sta-power.sh; ENERGY and LIBERTY are the two programs.
# Prints a line per design; all are tried before it fails.
# SPDX-License-Identifier: Apache-2.0
set -eu

out=$1 operands=$2
here=$(dirname "$0")
shift 2
failed=0
mkdir -p "$out"
PPA_CORRECTIONS='' sh "$here/designs.sh" "$out/rtl" "$@" > "$out/designs.txt"
while read -r design kind delay period spec model class _ _ files; do
  export VMAC_DELAY_PS="$delay" VMAC_PERIOD_NS="$period"
  work=$out/$design
  mkdir -p "$work"
  rm -f "$work/power.txt"
  clock=clk
  [ "$kind" = pe ] || clock=
  # The list of files is words.
  # shellcheck disable=SC2086
  sh "$here/map.sh" plain "$spec" "$work" $files &&
    "$ENERGY" "$kind" --lib "$VMAC_LIB" --netlist "$work/netlist.json" --cell "$model" \
      --operands "$operands-$class.bin" --load-ff "$ABC_LOAD_IN_FF" \
      --slew "$VMAC_INPUT_SLEW_NS" --period "$VMAC_PERIOD_NS" --modes zero \
      --gates "$work/gates.tsv" > "$work/energy.txt" &&
    sh "$here/sta-power.sh" "${spec%%:*}" "$clock" "$work/scalar.v" "$work/gates.tsv" "$work" \
      > "$work/power.txt" || failed=1
  [ ! -s "$work/power.txt" ] || sed "s|^design=[^ ]*|design=$design|" "$work/power.txt"
done < "$out/designs.txt"
exit $failed
