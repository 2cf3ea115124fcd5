#!/bin/sh
# sta-power.sh: vmac-energy's power of a mapped netlist against OpenSTA's, instance by instance.
# usage: sta-power.sh TOP CLOCK SCALAR_NETLIST.v GATES.tsv OUT_DIR
# CLOCK: the clock port, or '' for a netlist without flip-flops. GATES.tsv: vmac-energy --gates.
# Environment: LIBERTY (the program vmac-liberty), VMAC_LIB (trimmed library), ABC_LOAD_IN_FF,
# VMAC_INPUT_SLEW_NS, VMAC_PERIOD_NS, STA_BOUND (percent that the totals and each gate may differ
# by, default 5), STA_GATE_FLOOR (percent of the total that a gate may differ by beside that).
# OpenSTA reads a view of the library whose energies depend on load alone, at one slew: the mean
# that this netlist's transitions have. Prints one line of name=value pairs, microwatts; leaves
# power.lib and sta-power.rpt in OUT_DIR. Neither side counts the nets of input ports: OpenSTA gives
# a net to the instance that drives it.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(dirname "$0")
. "$here/common.sh"

[ $# -eq 5 ] || die "usage: sta-power.sh TOP CLOCK SCALAR_NETLIST.v GATES.tsv OUT_DIR"
top=$1 clock=$2 netlist=$3 gates=$4 out=$5
need_tool sta opensta
for file in "$VMAC_LIB" "$netlist" "$gates"; do
  [ -r "$file" ] || die "cannot read '$file'"
done
mkdir -p "$out"
report=$out/sta-power.rpt
slew=$(awk -F '\t' '
  !/^#/ && $2 != "register" { sum += $3 * $7; weight += $3 }
  END { print (weight > 0 ? sum / weight : 0) }' "$gates")
[ "$slew" != 0 ] || slew=$VMAC_INPUT_SLEW_NS
"$LIBERTY" prep --lib "$VMAC_LIB" -o "$out/same.lib" --power-view "$out/power.lib" --slew "$slew" \
  > "$out/prep.txt" || die "cannot make the power view of $VMAC_LIB"
rm "$out/same.lib"
load=$(awk "BEGIN { print $ABC_LOAD_IN_FF / 1000 }")
sed -e "s|@LIBERTY@|$out/power.lib|" -e "s|@NETLIST@|$netlist|" -e "s|@TOP@|$top|" \
  -e "s|@CLOCK@|$clock|g" -e "s|@PERIOD@|$VMAC_PERIOD_NS|" -e "s|@SLEW@|$VMAC_INPUT_SLEW_NS|" \
  -e "s|@LOAD@|$load|" -e "s|@ACTIVITY@|$gates|" "$here/sta-power.tcl" > "$report.tcl"
run_sta "$netlist" "$report.tcl" "$report"
awk -F '\t' -v report="$report" -v period="$VMAC_PERIOD_NS" -v bound="${STA_BOUND:-5}" \
  -v floor="$STA_GATE_FLOOR" \
  -v top="$top" -v slew="$slew" -f "$here/sta-power.awk" "$gates"
