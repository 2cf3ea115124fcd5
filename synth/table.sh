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
echo "# energy: per product, multiplier only, zero-delay toggles (no glitches), weight held;" \
  "operands: $(sed 's/^[^:]*: //' "$dir/../operands-u8.log")"
echo "# *_fa: full and half adders mapped to library cells first; model: the registry cell that the" \
  "netlist equals on all pairs; slack: delay target less delay"
awk -F, 'NR > 1 && $3 != "energy_pj" {
    unit = $3 == "area_um2" ? "um2" : "ns"
    if ($1 SUBSEP $2 != last) text = text "; " $1 ($2 == "adders" ? "_fa" : "")
    last = $1 SUBSEP $2
    text = text sprintf(unit == "um2" ? " %.0f/%.0f/%.0f um2" : " %.3f/%.3f/%.3f ns", $5, $6, $7)
    runs = $4
  }
  END { print "# the inferred * at " runs " other numberings of yosys, min/median/max:" \
    substr(text, 2) }' "$dir/star-noise.csv"
for pair in "$@"; do
  cell=${pair%%:*}
  for variant in plain adders; do
    echo "cell=$cell family=${pair##*:} variant=$variant" \
      "$(cat "$dir/$cell/$variant/energy.txt" "$dir/$cell/$variant/delay.txt" | tr '\n' ' ')"
  done
done | awk -v target="$VMAC_DELAY_PS" -f "$(dirname "$0")/table.awk"
