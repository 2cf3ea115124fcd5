#!/bin/sh
# table.sh: one CSV of all cells, with the tools and settings that made it in comment lines.
# usage: table.sh DIR 'VARIANT ...' NAME:FUNCTION[:FAMILY] ...
# Environment: the platform's config.mk.
# SPDX-License-Identifier: Apache-2.0
set -eu

dir=$1 variants=$2
shift 2
echo "# $(yosys -V | sed 's/ (.*//'), OpenSTA $(sta -version)"
echo "# library $(for file in $LIB_FILES; do basename "$file"; done | tr '\n' ' ')sha256" \
  "$(cat $LIB_FILES | sha256sum | cut -c 1-16), trimmed $(sha256sum < "$VMAC_LIB" | cut -c 1-16)," \
  "delay target $VMAC_DELAY_PS ps, output load $ABC_LOAD_IN_FF fF," \
  "input transition $VMAC_INPUT_SLEW_NS ns, leakage over $VMAC_PERIOD_NS ns"
echo "# energy: per product, multiplier only, zero-delay toggles (no glitches), weight held;" \
  "operands: $(sed 's/^[^:]*: //' "$dir/../operands-u8.log")"
echo "# *_fa: full and half adders mapped to library cells first;" \
  "edge-rounded cells: without the rounder, one per array row; model: the registry cell that the" \
  "netlist equals on all pairs, function: its C model; slack: delay target less delay"
[ ! -e "$dir/star-noise.csv" ] || awk -F, '
  BEGIN { format["area_um2"] = " %.0f/%.0f/%.0f um2"; format["delay_ns"] = " %.2f/%.2f/%.2f ns"
    format["energy_pj"] = " %.2f/%.2f/%.2f pJ" }
  NR > 1 {
    name = $1 ($2 == "adders" ? "_fa" : "")
    if (name != last) text = text "; " name
    last = name
    text = text sprintf(format[$3], $5, $6, $7)
    numberings = $4
  }
  END { print "# inferred * over " numberings " numberings of yosys, min/median/max:" \
    substr(text, 2) }' "$dir/star-noise.csv"
for pair in "$@"; do
  cell=${pair%%:*} kind=${pair#*:}
  for variant in $variants; do
    echo "cell=$cell function=${kind%%:*} family=${kind##*:} variant=$variant" \
      "$(cat "$dir/$cell/$variant/energy.txt" "$dir/$cell/$variant/delay.txt" | tr '\n' ' ')"
  done
done | awk -v target="$VMAC_DELAY_PS" -f "$(dirname "$0")/table.awk"
