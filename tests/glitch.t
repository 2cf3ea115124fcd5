#!/bin/sh
# Toggle counts of mapped netlists against Icarus Verilog, net by net.
#
# TEST RATIONALE. State space: a bare 8 x 8 multiplier and a whole PE with its flip-flops, every
# input random in every step (weights shift and swap, rows switch off and on); settled values and
# inertial delays of 5 ps. Rises and falls of every net must be Icarus's.
# Parameters: 3 lanes of 300 steps; inertial delays again with slow inputs, which stretch them.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
ENERGY=$B/vmac-energy
lib=/usr/share/qflow/tech/osu018/osu018_stdcells.lib
unset MAKEFLAGS MAKELEVEL MFLAGS
mk() { make -s B="$B" "$@"; }

export_bench() { "$ENERGY" export --lib "$lib" --load-ff 25 "$@"; }

# compare TEXT NETS NETLIST ARGUMENTS...: at least NETS nets, all as Icarus counts them.
compare() {
  text=$1 nets=$2 netlist=$3
  shift 3
  rm -rf "$tmp/run" && mkdir "$tmp/run"
  export_bench --netlist "$netlist" -o "$tmp/run" "$@" 2> "$tmp/err" &&
    for bench in "$tmp"/run/lane*.v; do
      iverilog -g2005 -o "$tmp/run/bench" "$bench" && vvp -n "$tmp/run/bench" || exit 1
    done > "$tmp/run/icarus" 2>> "$tmp/err" &&
    awk '{ rises[$1] += $2; falls[$1] += $3 }
      END { for (net in rises) print net, rises[net], falls[net] }' "$tmp/run/icarus" |
    sort > "$tmp/run/theirs" && sort "$tmp/run/counts.txt" > "$tmp/run/ours" &&
    awk -v nets="$nets" '{ sum += $2 + $3; quiet += !($2 && $3) }
      END { exit !(NR >= nets && sum > 50 * NR && quiet < NR / 5) }' "$tmp/run/ours" &&
    cmp -s "$tmp/run/theirs" "$tmp/run/ours"
  ok $? "$text" "$(head -n 3 "$tmp/err"; diff "$tmp/run/theirs" "$tmp/run/ours" | head -n 5)"
}

cell=$B/synth/osu018/dadda/plain/netlist.json
mk "$cell" > "$tmp/log" 2>&1
ok $? "a multiplier is mapped" "$(tail -n 3 "$tmp/log")"
compare "multiplier, settled values: every net as Icarus counts it" 300 "$cell" \
  --slew 0.1 --mode zero
compare "multiplier, inertial delays" 300 "$cell" --slew 0.1 --mode inertial
compare "multiplier, inertial delays, slow inputs, another seed" 300 "$cell" \
  --slew 1.5 --mode inertial --seed 2

# The PE as any flow would map it.
gen=$B/gen/cell/dadda
mk "$gen/vmac_mult.v" "$gen/vmac_cells.vh" > "$tmp/log" 2>&1 &&
  yosys -q -p "read_liberty -lib $lib
    read_verilog -defer -I$gen -Irtl rtl/vmac_pe.v $gen/vmac_mult.v rtl/mult/vmac_mult_dadda.v $(
      echo rtl/mult/*.v | tr ' ' '\n' | grep -v /vmac_mult_ | tr '\n' ' ')
    hierarchy -check -top vmac_pe -chparam CELL $(sed -n 's/^ *\([0-9]*\): begin : g_dadda$/\1/p' \
      "$gen/vmac_mult.v")
    synth -flatten -top vmac_pe; dfflibmap -liberty $lib; abc -liberty $lib
    setundef -zero; opt_clean -purge; rename -top vmac_pe; delete =A:blackbox
    write_json $tmp/pe.json" > "$tmp/log" 2>&1
ok $? "a PE is mapped" "$(tail -n 3 "$tmp/log")"
compare "PE, settled values" 450 "$tmp/pe.json" --slew 0.1 --mode zero
compare "PE, inertial delays" 450 "$tmp/pe.json" --slew 0.1 --mode inertial
compare "PE, inertial delays, more lanes than a machine word" 450 "$tmp/pe.json" \
  --slew 0.1 --mode inertial --lanes 66 --steps 12

# ---- what it refuses ----

refused() {
  status=$1 pattern=$2 text=$3
  shift 3
  mkdir -p "$tmp/none"
  "$@" > "$tmp/out" 2> "$tmp/err"
  [ $? -eq "$status" ] && grep -q "$pattern" "$tmp/err" && [ -z "$(ls "$tmp/none")" ]
  ok $? "$text" "$(tail -n 3 "$tmp/err")"
}
none() { export_bench --slew 0.1 -o "$tmp/none" "$@"; }
refused 2 'zero or inertial' "unknown mode" none --netlist "$cell" --mode fast
refused 2 "lanes: expected a number above 0.*found 'x'" "lanes that are no number" \
  none --netlist "$cell" --mode zero --lanes x
refused 1 'none.lib' "missing library" "$ENERGY" export --lib none.lib --load-ff 25 --slew 1 \
  --mode zero --netlist "$cell" -o "$tmp/none"
sed 's/"INVX1"/"INVX1_SVT"/' "$cell" > "$tmp/bad.json"
refused 1 "no cell 'INVX1_SVT', the nearest is 'INVX1'" "a cell that the library does not have" \
  none --netlist "$tmp/bad.json" --mode zero
awk '/"CLK": / && !n++ { sub(/\[ [0-9]* \]/, "[ 4 ]") } { print }' "$tmp/pe.json" > "$tmp/bad.json"
refused 1 'flip-flop .*expected the clock' "two clocks" none --netlist "$tmp/bad.json" --mode zero
done_testing
