#!/bin/sh
# compose.sh: is an array the sum of its PEs and its side column, in area and in energy?
# usage: compose.sh CELL INDEX ROWS COLS OUT_DIR OPERANDS FILE ...
# CELL, INDEX: name and number in the registry; OPERANDS: a stream of ROWS rows; FILE: Verilog, *.vh
# are not read but found by `include. Environment (synth/library.mk): ENERGY (the program
# vmac-energy), VMAC_LIB, VMAC_PE_DELAY_PS, VMAC_PE_PERIOD_NS, VMAC_INPUT_SLEW_NS, ABC_DRIVER_CELL,
# ABC_LOAD_IN_FF; COMPOSE_BOUND (percent, default 5); COMPOSE_FLAT=1: also an array mapped flat from
# the start (minutes), within the same bound. All netlists are mapped as map.ys says, for one target.
# PEs are mapped one for each width of partial sum: of the top row, which adds to nothing, and of
# 17, 18, .. bits. Prints one line for each array: netlist=joined, of PEs that were mapped alone,
# whose area is that of its parts by construction, and whose energy tests how PEs are fed and loaded;
# netlist=flat, one mapping of the whole array, which is what a tool makes of it: the gap is what
# adding up costs. The registers and rounders that an array has beside PEs and side column are in
# the area (rest), not in the sum of energies.
# Leaves joined.json, pe16.json .., side.json and flat.json in OUT_DIR.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(dirname "$0")
. "$here/common.sh"
. "$here/recipe.sh"

[ $# -ge 7 ] || die "usage: compose.sh CELL INDEX ROWS COLS OUT_DIR OPERANDS FILE ..."
cell=$1 index=$2 rows=$3 cols=$4 out=$5 operands=$6
shift 6
need_tool yosys yosys
need_library
[ -r "$operands" ] || die "cannot read '$operands'"
mkdir -p "$out"
verilog "$@"
abc_constr "$out/abc.constr"
script=$(abc_script "$VMAC_PE_DELAY_PS")

# map NAME KEEP PARTS: one netlist, NAME.json.
map() {
  sed -e '/^#/d' -e "s|@LIBERTY@|$VMAC_LIB|g" -e "s|@SOURCES@|$include$sources|" \
    -e "s|@CELL@|$index|" -e "s|@ROWS@|$rows|" -e "s|@COLS@|$cols|" -e "s|@KEEP@|$2|" \
    -e "s|@PARTS@|$3|" \
    -e "s|@SCRIPT@|$script|" -e "s|@CONSTR@|$out/abc.constr|" -e "s|@OUT@|$out/$1|" \
    "$here/compose.ys" > "$out/$1.ys"
  run_yosys "an array of $rows x $cols of $cell" "$out/$1" "$out/$1.json" -s "$out/$1.ys"
}

# check NAME: NAME.json against its parts.
check() {
  "$ENERGY" compose --lib "$VMAC_LIB" --array "$out/$1.json" --pe "$pes" $rest \
    --side "$out/side.json" --cell "$cell" \
    --operands "$operands" --load-ff "$ABC_LOAD_IN_FF" --slew "$VMAC_INPUT_SLEW_NS" \
    --period "$VMAC_PE_PERIOD_NS" --bound "${COMPOSE_BOUND:-5}" \
    > "$out/$1.txt" || die "array of $rows x $cols of $cell ($1) is not the sum of its parts"
  sed "s/^/netlist=$1 /" "$out/$1.txt"
}

alone='hierarchy -auto-top; rename -top'
parts="design -save mapped; delete vmac_array *vmac_pe; $alone vmac_side"
parts="$parts; write_json $out/side.json; design -load mapped"
parts="$parts; delete vmac_array/t:*vmac_pe vmac_array/t:*vmac_side"
parts="$parts; tee -o $out/rest.txt stat -liberty $VMAC_LIB vmac_array; design -load mapped"
pes= bits=16 below=1 # sums of so many bits are those of the rows above row `below`
while :; do
  pe=$out/pe$bits.json
  parts="$parts; delete vmac_array *vmac_side *vmac_pe *vmac_pe/o:ps_o *vmac_pe/s:$bits %i %m %d"
  parts="$parts; $alone vmac_pe; write_json $pe; design -load mapped"
  pes=$pes${pes:+,}$pe
  [ $below -lt "$rows" ] || break
  bits=$((bits + 1)) below=$((below * 2))
done
map joined 'setattr -mod -set keep_hierarchy 1 *vmac_pe *vmac_side' "$parts"
rest=$(awk '/Chip area/ && $NF > 0 { print "--rest-um2", $NF }' "$out/rest.txt")
check joined
[ "${COMPOSE_FLAT:-0}" = 0 ] || {
  map flat '' ''
  check flat
}
