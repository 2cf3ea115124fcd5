#!/bin/sh
# Cell cost from outside: `varimac operands`, the mapping and timing scripts, vmac-energy.
#
# TEST RATIONALE. State space: three cells (perforated u8, recursive s8, zero) in both mapping
# variants; transitions of every net of one against Icarus Verilog with the library's own models;
# areas against yosys; the whole table: every netlist meets the delay target, savings against a
# table worked out by hand; delay in a library of other units; each way in which a tool, a file or a
# netlist can be missing or wrong.
# Parameters: the Icarus comparison runs 10 columns of 4 rows and 100 steps: lane borders, idle rows,
# a ragged machine word.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
ENERGY=$B/vmac-energy
cells=$B/synth/osu018
models=/usr/share/qflow/tech/osu018/osu018_stdcells.v
unset MAKEFLAGS MAKELEVEL MFLAGS

# refused STATUS PATTERN TEXT COMMAND...: exit status, and a line on stderr like PATTERN.
refused() {
  status=$1 pattern=$2 text=$3
  shift 3
  "$@" > "$tmp/out" 2> "$tmp/err"
  [ $? -eq "$status" ] && grep -q "$pattern" "$tmp/err"
  ok $? "$text" "$(tail -n 3 "$tmp/err")"
}

# value NAME FILE: the number behind NAME= .
value() { sed -n "s/.*\<$1=\([^ ]*\).*/\1/p" "$2"; }

mk() { make -s B="$B" ${SYNTH_NET:+SYNTH_NET="$SYNTH_NET"} "$@"; }

# All that the table and the accelerator's check need, side by side. Each is asked for again below,
# and what failed says so there.
mk -k -j"$(nproc)" "$cells/cells.csv" "$cells/top/coarse.txt" > "$tmp/log" 2>&1

# ---- operand streams ----

net=${SYNTH_NET:-weights/resnet8.tflite}
record() {
  "$VARIMAC" operands --net "$net" --images 4 --columns 1 --rows 4 --steps 100 "$@"
}

record --class u8 --seed 5 -o "$tmp/u8" > "$tmp/log" && record --class s8 --seed 5 -o "$tmp/s8" \
  > "$tmp/log" && record --class u8 --seed 6 -o "$tmp/other" > "$tmp/log" &&
  record --class u8 --seed 5 -o "$tmp/again" > "$tmp/log"
ok $? "operands are recorded"
cmp -s "$tmp/u8" "$tmp/again" && ! cmp -s "$tmp/u8" "$tmp/other"
ok $? "same seed, same bytes; another seed, others"

# lanes FILE: per enabled row of a column its weight and activations, a line of decimal bytes.
lanes() {
  od -An -v -tu1 -w1 "$1" | awk '
    function word(at) { return byte[at] + 256 * (byte[at + 1] + 256 * byte[at + 2]) }
    { byte[NR - 1] = $1 + 0 }
    END {
      pes = word(20) * word(24)
      steps = word(28)
      at = 136 + 64 * word(16) + 2 * word(20)
      for (i = 0; i < pes; i++) {
        if (!byte[at + pes + i]) continue
        line = byte[at + i]
        for (s = 0; s < steps; s++) line = line " " byte[at + 2 * pes + steps * i + s]
        print line
      }
    }'
}
lanes "$tmp/u8" > "$tmp/u8.txt"
[ "$(awk 'NF == 101' "$tmp/u8.txt" | wc -l)" -gt 30 ]
ok $? "every enabled row of every column has a weight and 100 activations"
awk '{ for (i = 1; i <= NF; i++) printf "%d ", ($i + 128) % 256; print "" }' "$tmp/u8.txt" \
  > "$tmp/moved"
lanes "$tmp/s8" | sed 's/$/ /' | cmp -s - "$tmp/moved"
ok $? "both classes sample the same places"
[ "$(cut -d ' ' -f 2- "$tmp/u8.txt" | tr ' ' '\n' | sort -u | wc -l)" -gt 20 ]
ok $? "activations are not constant"
refused 1 'data set has' "more images than there are" \
  "$VARIMAC" operands --net "$net" --images 100000 -o "$tmp/none"
refused 2 'u8 or s8' "unknown class" record --class u9 -o "$tmp/none"
[ ! -e "$tmp/none" ]
ok $? "no file after an error"

# ---- mapped cells ----

mk "$cells/perf2/plain/energy.txt" "$cells/perf2/adders/energy.txt" \
  "$cells/rec4s/plain/energy.txt" "$cells/rec4s/adders/energy.txt" \
  "$cells/zero/plain/energy.txt" "$cells/perf2/plain/delay.txt" \
  "$cells/zero/plain/delay.txt" > "$tmp/log" 2>&1
ok $? "perf2, rec4s and zero map, and equal their C models on all 65,536 pairs" "$(cat "$tmp/log")"

for cell in perf2/plain perf2/adders rec4s/plain rec4s/adders; do
  yosys_area=$(awk '/Chip area/ { print $NF }' "$cells/$cell/stat.txt")
  awk -v a="$yosys_area" -v b="$(value area_um2 "$cells/$cell/energy.txt")" \
    'BEGIN { exit !(a > 1000 && a - b < 0.001 && b - a < 0.001) }'
  ok $? "$cell: area is yosys' $yosys_area um2"
done

# The same Verilog in the same order, in the words of `make ppa`: no netlist that a cache had.
(
  . tests/osu018.sh
  sh synth/designs.sh "$tmp/designs" "$B/gen/families.txt" perf2 rtl/mult/mults.tbl \
    > "$tmp/designs.txt"
  read -r _ _ _ _ top _ _ _ _ files < "$tmp/designs.txt"
  # The list of files is words.
  # shellcheck disable=SC2086
  sh synth/map.sh plain "$top" "$tmp/ppa" $files
) > "$tmp/log" 2>&1
# The order in which yosys writes assignments is by its memory.
sort "$tmp/ppa/scalar.v" > "$tmp/scalar" &&
  sort "$cells/perf2/plain/scalar.v" | cmp - "$tmp/scalar" >> "$tmp/log" 2>&1
ok $? "make ppa and make synth map a cell to one netlist" "$(cat "$tmp/log")"

[ "$(value energy_pj "$cells/zero/plain/energy.txt")" = 0.000000 ] &&
  [ "$(value toggles "$cells/zero/plain/energy.txt")" = 0.0000 ] &&
  [ "$(value delay_ns "$cells/zero/plain/delay.txt")" = 0 ]
ok $? "the zero cell costs nothing" "$(cat "$cells/zero/plain/energy.txt")"

awk -v d="$(value delay_ns "$cells/perf2/plain/delay.txt")" 'BEGIN { exit !(d > 0.5 && d < 10) }'
ok $? "perf2 has a plausible delay"

# ---- the table ----

mk "$cells/cells.csv" > "$tmp/log" 2>&1
ok $? "every cell maps, and equals its C model" "$(tail -n 3 "$tmp/log")"
awk -F, '
  /^# library/ { for (i = 1; i <= NF; i++) if ($i ~ /delay target/) split($i, word, " ") }
  /^#/ { next }
  $1 == "name" { for (i = 1; i <= NF; i++) at[$i] = i; next }
  {
    rows++
    for (i = 0; i < 2; i++) {
      fa = i ? "_fa" : ""
      error = $at["delay" fa "_ns"] + $at["slack" fa "_ns"] - word[3] / 1000
      if ($at["slack" fa "_ns"] < 0 || error > 1e-9 || error < -1e-9) print
    }
  }
  END { if (rows < 10) print "rows: " rows }' "$cells/cells.csv" > "$tmp/late"
[ ! -s "$tmp/late" ]
ok $? "every netlist meets the delay target" "$(head -n 3 "$tmp/late")"

# Median and range of the inferred *: the cell's own figure lies within, and they do differ.
awk -F, -v own="$(value area_um2 "$cells/exact/plain/energy.txt")" '
  $1 == "exact" && $2 == "plain" && $3 == "area_um2" {
    found = $4 == 6 && $5 <= own && own <= $7 && $5 < $7 && $5 <= $6 && $6 <= $7
  }
  END { exit !found }' "$cells/star-noise.csv"
ok $? "the inferred * moves with yosys' numbering" "$(cat "$cells/star-noise.csv")"
[ "$(printf '1\n2\n4\n9\n' | awk -v head=x -f synth/spread.awk)" = x,4,1,3,9 ] &&
  [ "$(printf '1\n2\n9\n' | awk -v head=x -f synth/spread.awk)" = x,3,1,2,9 ]
ok $? "median of an even and an odd count"

# The best exact figure stands last in one column and first in another.
title=name,class,function,model,area_um2,delay_ns,slack_ns,energy_pj
cat > "$tmp/cells.csv" << END
# a comment
$title,area_fa_um2,delay_fa_ns,slack_fa_ns,energy_fa_pj
half,u8,perforated,half,50,1,1,1,30,3,-1,1
star,u8,exact,star,200,1,1,4,60,1,1,5
array,u8,exact,star,100,1,1,5,90,1,1,4
other,s8,exact,other,10,1,1,1,10,1,1,1
END
sh synth/show.sh "$tmp/cells.csv" > "$tmp/shown"
grep -q '^half  *u8  *50  *50%  *1.000  *1.000  *75% |  *30  *50%  *3.000!  *1.000  *75%$' \
  "$tmp/shown" &&
  grep -q '^star .* 200 *-100% .* 4.000 *0% | *60 *0% .* 5.000 *-25%$' "$tmp/shown" &&
  grep -q 'u8: plain array 100 um2, star 4.000 pJ; fa star 60 um2, array 4.000 pJ' "$tmp/shown"
ok $? "savings are against the best exact figure of the column" "$(cat "$tmp/shown")"

mk -n -W rtl/mult/vmac_mult_recursive.v "$cells/perf2/plain/netlist.json" \
  "$cells/rec4s/plain/netlist.json" > "$tmp/log" 2>&1
grep -q 'map.sh.*rec4s' "$tmp/log" && ! grep -q 'map.sh.*perf2' "$tmp/log"
ok $? "a changed family maps its own cells again, no other" "$(cat "$tmp/log")"
mk -n "$cells/perf2/plain/netlist.json" > "$tmp/log" 2>&1 && [ ! -s "$tmp/log" ] &&
  mk -n VMAC_DELAY_PS=2600 "$cells/perf2/plain/netlist.json" > "$tmp/log" 2>&1 &&
  grep -q 'map.sh.*perf2' "$tmp/log" && mk -n SYNTH_SEED=2 "$cells/perf2/plain/energy.txt" \
  > "$tmp/log" 2>&1 && grep -q -e '--seed 2 -o .*operands-u8' "$tmp/log" &&
  ! grep -q 2600 "$cells/settings.txt"
ok $? "another setting makes stale what it made; make -n writes none" "$(cat "$tmp/log")"

# ---- transitions against Icarus Verilog ----

energy() {
  "$ENERGY" cell --lib "${CELL_LIB:-/usr/share/qflow/tech/osu018/osu018_stdcells.lib}" \
    --netlist "${NETLIST:-$cells/perf2/plain/netlist.json}" --cell "${CELL:-perf2}" \
    --operands "${OPERANDS:-$tmp/u8}" --load-ff "${LOAD:-25}" --slew "${SLEW:-0.1}" \
    --period "${PERIOD:-5}" --modes zero "$@"
}

energy --nets "$tmp/nets.csv" > "$tmp/log"
ok $? "transitions per net are written"

count=$(wc -l < "$tmp/u8.txt")
awk '{ for (i = 1; i <= NF; i++) printf "%x\n", $i }' "$tmp/u8.txt" > "$tmp/stream.hex"
cat > "$tmp/bench.v" << END
\`timescale 1ns / 1ps
module bench;
  reg [7:0] stream [0:$((101 * count - 1))];
  reg [7:0] a, w;
  wire [15:0] p;
  integer lane, step;
  vmac_cell_perf2 dut (.a_i(a), .w_i(w), .p_o(p));
  initial begin
    \$readmemh("$tmp/stream.hex", stream);
    \$dumpfile("$tmp/dump.vcd");
    for (lane = 0; lane < $count; lane = lane + 1)
      for (step = 0; step < 100; step = step + 1) begin
        w = stream[101 * lane];
        a = stream[101 * lane + 1 + step];
        if (lane == 0 && step == 0) \$dumpvars(1, dut);
        #10;
      end
    \$finish;
  end
endmodule
END
# Settled values once per 10 ns; the step after a lane's border has no step before it.
iverilog -g2005 -o "$tmp/bench" "$tmp/bench.v" "$cells/perf2/plain/netlist.v" "$models" \
  > "$tmp/log" 2>&1 && vvp -n "$tmp/bench" > "$tmp/log" 2>&1
ok $? "Icarus runs the netlist" "$(cat "$tmp/log")"
awk '
  function settle(  id, i, bit) {
    for (id in now)
      for (i = 0; i < width[id]; i++) {
        bit = substr(now[id], width[id] - i, 1)
        if (now_step % 100 && bit != old[id, i])
          bit == "1" ? rises[id, i]++ : falls[id, i]++
        old[id, i] = bit
      }
  }
  function set(id, bits) {
    while (length(bits) < width[id]) bits = "0" bits
    now[id] = bits
  }
  /^\$var/ { width[$4] = $3; title[$4] = $5 }
  /^#/ {
    if (started) settle()
    started = 1
    now_step = substr($1, 2) / 10000
  }
  /^[01xz]/ { set(substr($1, 2), substr($1, 1, 1)) }
  /^b/ { set($2, substr($1, 2)) }
  END {
    for (id in title)
      for (i = 0; i < width[id]; i++)
        print title[id] (width[id] > 1 ? "[" i "]" : "") "," rises[id, i] + 0 "," falls[id, i] + 0
  }' "$tmp/dump.vcd" | LC_ALL=C sort > "$tmp/icarus.csv"
tail -n +2 "$tmp/nets.csv" | LC_ALL=C sort > "$tmp/ours.csv"
LC_ALL=C join -t, "$tmp/ours.csv" "$tmp/icarus.csv" > "$tmp/both.csv"
[ "$(wc -l < "$tmp/both.csv")" -eq "$(wc -l < "$tmp/ours.csv")" ] &&
  [ "$(wc -l < "$tmp/both.csv")" -gt 100 ]
ok $? "Icarus has every net of ours" \
  "$(join -v 1 -t, "$tmp/ours.csv" "$tmp/icarus.csv" | head -n 3)"
awk -F, '$2 != $4 || $3 != $5 { bad++ } { sum += $2 + $3 } END { exit bad > 0 || sum < 1000 }' \
  "$tmp/both.csv"
ok $? "transitions of every net equal Icarus'" \
  "$(awk -F, '$2 != $4 || $3 != $5' "$tmp/both.csv" | head -n 3)"

# ---- the accelerator: `make synth-top` maps it ----

mk "$cells/top/coarse.txt" > "$tmp/out" 2>&1 && grep -q 'no latch, no warning' \
  "$cells/top/coarse.txt"
ok $? "$(cat "$cells/top/coarse.txt")" "$(tail -n 5 "$tmp/out")"
sed 's/default: ready = 1.b0;//' rtl/vmac_parse.v > "$tmp/vmac_parse.v"
# stale SETTING: the accelerator is mapped again with it.
stale() {
  mk -n "$@" "$cells/top/coarse.txt" > "$tmp/log" 2>&1 && grep -q 'top.sh coarse' "$tmp/log"
}
! stale && stale VMAC_PE_DELAY_PS=2900 && stale VMAC_PE_PERIOD_NS=4 && stale -W synth/map.ys
ok $? "another delay target, clock or recipe makes the accelerator stale" "$(cat "$tmp/log")"
mk -p -n CELLS=perf2 library-files > "$tmp/log" 2> /dev/null
for cell in perf2 exact dadda booths exact_pp; do
  grep -q "^SYNTH_ROWS := .*\<$cell\>" "$tmp/log" || break
done && ! grep -q '^SYNTH_ROWS .*\<rec4\>' "$tmp/log"
ok $? "all exact cells are rows, whatever CELLS says" "$(grep '^SYNTH_ROWS' "$tmp/log")"

# ---- what must be refused ----

awk '!done && sub(/"NAND2X1"/, "\"NOR2X1\"") { done = 1 } { print }' \
  "$cells/perf2/plain/netlist.json" > "$tmp/swapped.json"
NETLIST=$tmp/swapped.json refused 1 'A = [0-9]*, W = [0-9]*: expected' \
  "a swapped gate: the differing pair is named" energy
CELL=exact refused 1 'A = .*expected' "the netlist of another cell" energy
CELL=perf22 refused 1 'perf2' "an unknown cell: the nearest is named" energy
OPERANDS=$tmp/s8 refused 1 'class u8' "a stream of the other class" energy
head -c 300 "$tmp/u8" > "$tmp/cut"
OPERANDS=$tmp/cut refused 1 'truncated' "a truncated stream" energy
head -c 5000 /usr/share/qflow/tech/osu018/osu018_stdcells.lib > "$tmp/cut.lib"
CELL_LIB=$tmp/cut.lib refused 1 'cut.lib:[0-9]*: .*truncated' "a truncated library" energy
head -c 5000 "$cells/perf2/plain/netlist.json" > "$tmp/cut.json"
NETLIST=$tmp/cut.json refused 1 'cut.json.*not JSON' "a truncated netlist" energy
refused 2 'load-ff is missing' "missing options" "$ENERGY" cell --lib a --netlist b --cell c \
  --operands d
for option in LOAD SLEW PERIOD; do
  eval "$option=0"
  refused 2 'above 0' "$option of 0" energy
  unset $option
done

# No make from here on: it would take these for the user's.
. tests/osu018.sh
thousandth() { awk "BEGIN { print $1 / 1000 }"; }
# The same numbers as ps and fF, all settings divided by 1,000: the delay is, too.
sed -e 's/time_unit : "1ns"/time_unit : "1ps"/' -e 's/(1, pf)/(1, ff)/' "$VMAC_LIB" > "$tmp/ps.lib"
VMAC_LIB=$tmp/ps.lib ABC_LOAD_IN_FF=$(thousandth "$ABC_LOAD_IN_FF") \
  VMAC_INPUT_SLEW_NS=$(thousandth "$VMAC_INPUT_SLEW_NS") \
  VMAC_PERIOD_NS=$(thousandth "$VMAC_PERIOD_NS") \
  sh synth/time.sh vmac_cell_perf2 "$cells/perf2/plain/scalar.v" "$tmp/report" > "$tmp/delay"
awk -v ns="$(value delay_ns "$cells/perf2/plain/delay.txt")" \
  -v ps="$(value delay_ns "$tmp/delay")" \
  'BEGIN { exit !(ps > 0 && ps - ns / 1000 < 1e-5 && ns / 1000 - ps < 1e-5) }'
ok $? "delay in a library of ps and fF" "$(cat "$tmp/delay")"

VMAC_LIB=/none.lib refused 1 'no cell library /none.lib' "mapping without a library" \
  sh synth/map.sh plain vmac_cell_zero "$tmp/map" "$cells/zero/top.v"
refused 1 'selection is not empty' "a latch is found" sh synth/top.sh coarse "$tmp/top" "$B/gen" \
  "$B/gen/vmac_mult.v" rtl/mult/vmac_*.v "$tmp/vmac_parse.v" \
  $(find rtl -maxdepth 1 -name 'vmac_*.v' ! -name vmac_parse.v)

refused 1 'ERROR.*vmac_mult_zero' "mapping without a family's file" \
  sh synth/map.sh plain vmac_cell_zero "$tmp/map" "$cells/zero/top.v"
sed 's/NAND2X1/NAND9X1/' "$cells/perf2/plain/scalar.v" > "$tmp/unknown.v"
refused 1 'sta reported an error' "timing with an unknown cell" \
  sh synth/time.sh vmac_cell_perf2 "$tmp/unknown.v" "$tmp/report"
# Its p_o_0 is tied to 0, which is no fault; an output that nothing drives is.
sed '/^ *assign p_o_0 =/d' "$cells/perf2/plain/scalar.v" > "$tmp/undriven.v"
refused 1 'endpoint p_o_0 is not timed' "timing with an output that nothing drives" \
  sh synth/time.sh vmac_cell_perf2 "$tmp/undriven.v" "$tmp/report"
sed 's/);$/)/' "$cells/perf2/plain/scalar.v" > "$tmp/damaged.v"
refused 1 'sta reported an error' "timing of a damaged netlist" \
  sh synth/time.sh vmac_cell_perf2 "$tmp/damaged.v" "$tmp/report"
done_testing
