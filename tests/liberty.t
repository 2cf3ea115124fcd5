#!/bin/sh
# vmac-liberty from outside: what it writes of real libraries, read by the tools it is for.
#
# TEST RATIONALE. State space: osu018, and those of osu035, osu050, sky130hd, gf180, ihp-sg13g2 and
# asap7 (five files) that are there, each with the cells dropped that its platform drops. Of each:
# prepared twice it stays the same bytes; yosys and OpenSTA read library and power view without a
# word of complaint; dfflibmap and abc map a register and an adder to cells of it; the Verilog of
# every cell equals, over all inputs, the modules that yosys makes of the same library by a reader of
# its own. Then the ways to call it wrongly. Parameters: none.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
qflow=/usr/share/qflow/tech
liberty=$B/vmac-liberty
[ -x "$liberty" ] || make -s "$liberty" > /dev/null

complaints() { grep -iE 'warning|error' "$1" | grep -v 'ABC: Warning: The network is comb\|multi-output gates'; }

# maps FILE: yosys maps a register and an adder to FILE's cells, all of them
maps() {
  cat > "$tmp/top.v" << 'END'
module top (input clk, input [3:0] a, b, output reg [4:0] q);
  always @(posedge clk) q <= a + b;
endmodule
END
  yosys -p "read_liberty -lib $1; read_verilog $tmp/top.v; synth -flatten -top top
    dfflibmap -liberty $1; opt; abc -liberty $1; setundef -zero; opt_clean -purge
    check -mapped -assert; stat -liberty $1" > "$tmp/log" 2>&1 && ! complaints "$tmp/log"
}

# timed FILE: OpenSTA reads it (its exit status says nothing)
timed() {
  printf 'read_liberty %s\nputs done\nexit\n' "$1" > "$tmp/read.tcl"
  sta -no_splash -exit "$tmp/read.tcl" > "$tmp/log" 2>&1
  [ "$(cat "$tmp/log")" = "done" ]
}

# models: $tmp/a.v's cells equal yosys's own reading of $tmp/a.lib
models() {
  yosys -q -p "read_liberty $tmp/a.lib; write_verilog -noattr $tmp/ref.v" > "$tmp/log" 2>&1 &&
    sed 's/^module /module ref_/' "$tmp/ref.v" > "$tmp/ref_.v" &&
    "$liberty" list --lib "$tmp/a.lib" | awk -f tests/liberty_bench.awk > "$tmp/tb.v" &&
    iverilog -g2005 -o "$tmp/tb" "$tmp/tb.v" "$tmp/a.v" "$tmp/ref_.v" > "$tmp/log" 2>&1 &&
    vvp -n "$tmp/tb" > "$tmp/log" 2>&1 && grep -q "^cells $1 cases [0-9]* bad 0$" "$tmp/log"
}

# library PLATFORM CELLS [GLOBS]: so many are left by what its config.mk drops, and by GLOBS
library() {
  name=$1 cells=$2
  unset LIB_FILES DONT_USE_CELLS # where make runs this, another library's
  eval "$(make -s PLATFORM="$name" platform-settings | grep 'LIB_FILES\|DONT_USE')"
  for file in $LIB_FILES; do
    [ -r "$file" ] || { skip "$name" "no $file"; return; }
  done
  set -f # the globs are vmac-liberty's
  args=
  for file in $LIB_FILES; do args="$args --lib $file"; done
  for glob in $DONT_USE_CELLS ${3-}; do args="$args --drop $glob"; done
  # shellcheck disable=SC2086 # split on purpose
  "$liberty" prep $args -o "$tmp/a.lib" --power-view "$tmp/view.lib" --verilog "$tmp/a.v" \
    > "$tmp/out" 2> "$tmp/err" && [ ! -s "$tmp/err" ] && grep -q " cells=$cells dropped" "$tmp/out"
  ok $? "$name: $cells cells are left" "$(cat "$tmp/out" "$tmp/err")"
  set +f
  "$liberty" prep --lib "$tmp/a.lib" -o "$tmp/b.lib" > "$tmp/out" 2>&1 && cmp "$tmp/a.lib" "$tmp/b.lib"
  ok $? "$name: prepared again it stays as it is" "$(cat "$tmp/out")"
  maps "$tmp/a.lib"
  ok $? "$name: yosys maps to it" "$(tail -20 "$tmp/log")"
  timed "$tmp/a.lib" && timed "$tmp/view.lib"
  ok $? "$name: OpenSTA reads library and power view in silence" "$(cat "$tmp/log")"
  models "$cells"
  ok $? "$name: Verilog of all cells as yosys reads them" "$(tail -5 "$tmp/log")"
}

unset MAKEFLAGS MAKELEVEL MFLAGS
library osu018 29
library osu035 29
library osu050 29
library sky130hd 309
library gf180 157
library ihp-sg13g2 55
# Its platform keeps these scan flip-flops, of whose functions yosys warns and which it never maps to.
library asap7 125 'SDF*'

# refused STATUS PATTERN TEXT ARGUMENTS...: with a message, and no file
refused() {
  status=$1 pattern=$2 text=$3
  shift 3
  rm -f "$tmp/none.lib"
  "$liberty" "$@" > "$tmp/out" 2> "$tmp/err"
  [ $? -eq "$status" ] && grep -Eq "$pattern" "$tmp/err" && [ ! -e "$tmp/none.lib" ]
  ok $? "$text" "$(cat "$tmp/out" "$tmp/err")"
}

osu=$qflow/osu018/osu018_stdcells.lib
head -c 100000 $osu > "$tmp/cut.lib"
sed 's/time_unit : "1ns"/time_unit : "1parsec"/' $osu > "$tmp/unit.lib"
refused 2 "expected prep or list, found 'nothing'" 'no command'
refused 2 "expected prep or list, found 'trim'" 'another command' trim
refused 2 'lib is required' 'no library' prep -o "$tmp/none.lib"
refused 2 'o is required' 'no output' prep --lib $osu
refused 2 "unexpected 'x.lib'" 'two files to one --lib' prep --lib $osu x.lib -o "$tmp/none.lib"
refused 2 'list takes --lib only' 'an output of list' list --lib $osu -o "$tmp/none.lib"
refused 2 'slew is for --power-view' 'a slew without a view' prep --lib $osu --slew 1 -o "$tmp/none.lib"
refused 1 'missing.lib: cannot read' 'a missing file' prep --lib "$tmp/missing.lib" -o "$tmp/none.lib"
refused 1 'cut.lib:[0-9]+: expected .* end of the file' 'half a file' \
  prep --lib "$tmp/cut.lib" -o "$tmp/none.lib"
refused 1 "unit.lib:[0-9]+: expected time_unit .* found '1parsec'" 'an unknown unit' \
  prep --lib "$tmp/unit.lib" -o "$tmp/none.lib"
refused 1 'is a file given twice' 'a file given twice' prep --lib $osu --lib $osu -o "$tmp/none.lib"
refused 1 'no cell is left' 'all cells dropped' prep --lib $osu --drop '*' -o "$tmp/none.lib"
refused 1 'none/x.lib' 'a folder that is not there' prep --lib $osu -o "$tmp/none/x.lib"

"$liberty" prep --lib $osu --drop 'NONE*' -o "$tmp/a.lib" > "$tmp/out" 2> "$tmp/err" &&
  grep -q "note: --drop 'NONE\*' matches no cell" "$tmp/err"
ok $? 'a glob that matches nothing is named' "$(cat "$tmp/err")"
"$liberty" list --lib $osu > "$tmp/out" 2>&1 && [ "$(grep -c . "$tmp/out")" -eq 33 ] &&
  grep -Eq '^DFFNEGX1 +96.0000 .* D,CLK +Q +dffn$|^DFFNEGX1 +96.0000 .* CLK,D +Q +dffn$' "$tmp/out" &&
  grep -Eq '^LATCH .* state$' "$tmp/out" && grep -Eq '^DFFSR .* dff\+clear\+preset$' "$tmp/out"
ok $? 'list says what a cell is' "$(cat "$tmp/out")"
done_testing
