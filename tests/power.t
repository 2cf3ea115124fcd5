#!/bin/sh
# Energy checked from outside: against OpenSTA gate by gate, and arrays against the sum of PEs.
#
# TEST RATIONALE. State space: cell and PE of one multiplier agree with OpenSTA, total and idle;
# each way in which the comparison must refuse: energies off, idle energy off, an instance that one
# side lacks, a tool that prints an error and exits 0, stops half way, or says nothing; a 4 x 4 array
# is the sum of its parts, and is not where the bound is tight or the parts are of another cell.
# Parameters: osu018 and one cell; `make sta-power PLATFORM=all` and `make compose` have the rest.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS

# within NAME BOUND FILE: does a pair NAME=number stand in the file, of at most BOUND either way?
within() {
  sed -n "s/.*\<$1=\([^ ]*\).*/\1/p" "$3" |
    awk -v most="$2" '{ n++; if ($1 > most || $1 < -most) bad = 1 } END { exit !n || bad }'
}

make -s B="$B" CHECK_CELLS=perf2 sta-power-run > "$tmp/power" 2> "$tmp/err"
ok $? "cell and PE against OpenSTA" "$(cat "$tmp/err")"
[ "$(grep -c '^design=' "$tmp/power")" = 2 ] && within difference_percent 5 "$tmp/power" &&
  within switching_percent 1 "$tmp/power" && within gates_percent 1 "$tmp/power"
ok $? "power differs by less than 5 %, that of gates by less than 1 %" "$(cat "$tmp/power")"
within idle_percent 0.01 "$tmp/power" && grep -q '^design=pe/perf2.* own_idle_uw=[1-9]' "$tmp/power"
ok $? "idle data: the clock's power only, equal to four digits" "$(cat "$tmp/power")"

pe=$B/synth/osu018/sta-power/pe/perf2
. tests/osu018.sh
export LIBERTY="$B/vmac-liberty" ENERGY="$B/vmac-energy"
VMAC_PERIOD_NS=$VMAC_PE_PERIOD_NS
sta_power() {
  sh synth/sta-power.sh vmac_pe clk "$pe/scalar.v" "${GATES:-$pe/gates.tsv}" "$tmp/sta"
}

sta_power > "$tmp/again"
sed 's/^design=[^ ]*/design=pe\/perf2/' "$tmp/again" | grep -q -x -F -f - "$tmp/power"
ok $? "the same files, the same figures" "$(cat "$tmp/again")"

# vcd CELL OPTION ...: of the PE that was mapped.
vcd() {
  cell=$1
  shift
  "$ENERGY" pe --lib "$VMAC_LIB" --netlist "$pe/netlist.json" --cell "$cell" \
    --load-ff "$ABC_LOAD_IN_FF" --slew "$VMAC_INPUT_SLEW_NS" --period "$VMAC_PE_PERIOD_NS" \
    --modes zero "$@"
}
vcd perf2 --operands "$B/synth/operands-u8.bin" --vcd-out "$tmp/pe.vcd" > "$tmp/log" 2> "$tmp/err" &&
  vcd exact --vcd-in "$tmp/pe.vcd" > "$tmp/out" 2> "$tmp/err" &&
  grep -q '^design=pe .* energy_vcd_pj=[1-9]' "$tmp/out" && ! grep -q 'name=\|exact' "$tmp/out"
ok $? "a PE's VCD file: energy of no cell's name, for nothing was compared" \
  "$(cat "$tmp/out" "$tmp/err")"

# changed AWK: the list of gates through it.
changed() { awk -F '\t' -v OFS='\t' "$1" "$pe/gates.tsv" > "$tmp/gates.tsv"; }
export GATES="$tmp/gates.tsv"
changed '!/^#/ { $9 *= 1.2 } { print }'
refused 'vmac_pe: total differs by [0-9.]*%, expected within 5%' "internal energy 20 % off" \
  sta_power
changed '!/^#/ { $5 *= 1.2 } { print }'
refused 'vmac_pe: states change it by [0-9.]*%, expected within 10%' \
  "internal energy by state 20 % off" sta_power
# As much from one gate as another is given: no total moves.
busiest=$(sort -t "$(printf '\t')" -k 9,9gr "$pe/gates.tsv" | awk -F '\t' '$2 == "mult" {
  print $1; if (++n == 2) exit }' | tr '\n' ' ')
changed "BEGIN { split(\"$busiest\", gate, \" \") } \$1 == gate[1] { \$9 -= 0.005; \$5 -= 0.005 }
  \$1 == gate[2] { \$9 += 0.005; \$5 += 0.005 } { print }"
either=$(echo $busiest | sed 's/ /\\|/')
refused "vmac_pe: gate \($either\): ours .* expected within 5% of it and 0.01% of the total" \
  "two gates whose errors cancel" sta_power
changed '!/^#/ { $8 *= 1.01 } { print }'
refused 'vmac_pe: idle differs by 1' "clock energy 1 % off" sta_power
changed 'NR != 5'
refused "no activity for instance $(awk -F '\t' 'NR == 5 { print $1 }' "$pe/gates.tsv")" \
  "an instance that the list lacks is named" sta_power
changed '{ print } END { $1 = "u_mult.none"; print }'
refused "no instance 'u_mult.none'" "an instance that OpenSTA lacks is named" sta_power
changed '/^#/ { print }'
refused 'no activity for instance' "an empty list" sta_power
GATES=$tmp/none refused "cannot read '.*none'" "no list" sta_power
unset GATES

mkdir "$tmp/bin"
fake() {
  printf '#!/bin/sh\n%s\n' "$1" > "$tmp/bin/sta"
  chmod +x "$tmp/bin/sta"
}
with_fake() { PATH=$tmp/bin:$PATH sta_power; }
fake 'echo "Error: cannot read it"'
refused 'sta reported an error' "a tool that prints an error and exits 0" with_fake
fake 'echo "instance n1 1 1 1 1"'
refused 'stopped half way' "a tool that stops half way" with_fake
fake 'exit 3'
refused 'sta failed' "a tool that fails" with_fake
fake 'echo "script done"'
refused 'OpenSTA has no instance' "a tool that says nothing" with_fake
VMAC_LIB=$tmp/none refused "cannot read '.*none'" "no library" sta_power

# ---- composition ----

make -s B="$B" "$B/gen/vmac_mult.v" "$B/gen/vmac_cells.vh" "$B/synth/array-4.bin" > "$tmp/log" 2>&1
ok $? "a stream of four rows" "$(tail -n 3 "$tmp/log")"
index=$(sed -n 's/^CELL_perf2 := //p' "$B/gen/mults.mk")
compose() {
  sh synth/compose.sh "${CELL:-perf2}" "$index" 4 4 "$tmp/compose" \
    "${STREAM:-$B/synth/array-4.bin}" rtl/vmac_array.v rtl/vmac_pe.v rtl/vmac_side.v \
    rtl/vmac_planes.vh "$B/gen/vmac_mult.v" "$B/gen/vmac_cells.vh" rtl/mult/*.v
}
COMPOSE_FLAT=1 compose > "$tmp/both" 2> "$tmp/err"
ok $? "an array of 4 x 4 is the sum of its parts" "$(cat "$tmp/err")"
grep '^netlist=joined ' "$tmp/both" > "$tmp/sum"
within zero_percent 1 "$tmp/sum" && within inertial_percent 1 "$tmp/sum" &&
  within area_percent 0.001 "$tmp/sum"
ok $? "energy within 1 %, zero-delay and with glitches; area exactly" "$(cat "$tmp/sum")"
grep '^netlist=flat ' "$tmp/both" > "$tmp/flat"
within area_percent 2 "$tmp/flat" && within zero_percent 2 "$tmp/flat" &&
  within inertial_percent 2 "$tmp/flat" && ! within area_percent 0.001 "$tmp/flat"
ok $? "mapped flat from the start: within 2 %, and another netlist" "$(cat "$tmp/flat")"
# value NAME: the number behind NAME= .
value() { sed -n "s/.*\<$1=\([^ ]*\).*/\1/p" "$tmp/sum"; }
e=$tmp/compose
awk -v off="$(value uniform_area_percent)" -v zero="$(value uniform_zero_percent)" \
  -v inertial="$(value uniform_inertial_percent)" 'BEGIN {
    exit !(off > 1 && off < 20 && zero > 0 && zero < 20 && inertial > 0 && inertial < 20) }'
ok $? "the widest PE in all rows is more in area and energy" "$(cat "$tmp/sum")"
# A PE's rows for themselves.
rows() { # ROWS
  "$B/vmac-energy" "${2-pe}" --lib "$VMAC_LIB" --netlist "$e/pe18.json" --cell perf2 \
    --operands "$B/synth/array-4.bin" --load-ff "$ABC_LOAD_IN_FF" --slew "$VMAC_INPUT_SLEW_NS" \
    --period "$VMAC_PE_PERIOD_NS" --modes zero --rows "$1" --json "$tmp/rows.json" > "$tmp/rows"
}
rows 0:4 && grep -q ' share=1.0*$' "$tmp/rows" && rows 2:3 &&
  grep -q ' share=0\.2[0-9]*$' "$tmp/rows" && grep -q '"from_row":	2' "$tmp/rows.json"
ok $? "rows of an array's PEs, and their share of its work" "$(cat "$tmp/rows")"
refused '--rows: expected rows of its 4, found 2:5' "rows that the stream has not" rows 2:5
rows 2:2 2> "$tmp/err"
[ $? -eq 2 ] && grep -q "rows: expected FROM:TO, as in 2:4, FROM below TO, found '2:2'" "$tmp/err"
ok $? "no rows at all" "$(cat "$tmp/err")"
rows 2:3 side 2> "$tmp/err"
[ $? -eq 2 ] && grep -q 'side: --rows is of PEs' "$tmp/err"
ok $? "rows of a side column" "$(cat "$tmp/err")"
swapped() { # a PE in the place of the top row's
  "${ENERGY:-$B/vmac-energy}" compose --lib "$VMAC_LIB" --array "$e/joined.json" --cell perf2 \
    --pe "$1" --side "$e/side.json" --operands "$B/synth/array-4.bin" --load-ff "$ABC_LOAD_IN_FF" \
    --slew 0.2 --period "$VMAC_PE_PERIOD_NS"
}
refused 'expected a PE for rows 0 on of 4, with sums of 16 bits, found one of 17' \
  "a PE of another row" swapped "$e/pe17.json,$e/pe16.json,$e/pe18.json"
refused 'expected PEs of all 4 rows, found 2' "rows without a PE" \
  swapped "$e/pe16.json,$e/pe17.json"
COMPOSE_BOUND=0.0001 refused 'sum of the parts differs by' "a bound that is too tight" compose
CELL=exact refused 'expected 0x[0-9a-f]* at the foot (C model)' "parts of another cell" compose
STREAM=$tmp/none refused "cannot read '.*none'" "no stream" compose
done_testing
