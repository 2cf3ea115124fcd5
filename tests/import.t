#!/bin/sh
# `make import` from outside: scripts/import.sh and `varimac mult import`, on a scratch registry.
#
# TEST RATIONALE. State space: foreign files in both header styles, with helper modules of the same
# names, with everything that a word-by-word renaming can trip over; both operand orders, told by
# port names, by SWAP and not at all; each table format against the same products; every kind of
# input that must be refused, the registry compared byte for byte after each. The files are written
# here, gate by gate, and their products are native cells', which have models of their own.
# Parameters: IMPORT_TEST=full runs the whole flow (netlist, accuracy, RTL) on a cell and a table.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # Verilog's backquotes
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS MULT_V TABLE TOP NAME CLASS SWAP ORDER XVAR FORCE
reg=$tmp/reg

gate() { awk "$@" -f tests/import_mult.awk; }
import() { env "$@" sh scripts/import.sh "$VARIMAC" "$reg" "$tmp/name" > "$tmp/out" 2> "$tmp/err"; }
said() { cat "$tmp/out" "$tmp/err"; }
state() { (cd "$reg" && find . -type f -exec sha256sum {} + | sort) 2>&1; }

# good TEXT NATIVE VARIABLE=VALUE...: imports, and is the native cell's table
good() {
  text=$1 native=$2
  shift 2
  import "$@" && "$VARIMAC" mult table "$native" --raw | cmp - "$reg/$(cat "$tmp/name").bin" \
    >> "$tmp/err" 2>&1
  ok $? "$text" "$(said)"
}

# bad PATTERN TEXT VARIABLE=VALUE...: refused with PATTERN, and nothing is registered or left over
bad() {
  pattern=$1 text=$2
  shift 2
  state > "$tmp/before"
  rm -f "$tmp/name"
  import "$@"
  [ $? -eq 1 ] && grep -Eq "$pattern" "$tmp/err" && state | cmp -s - "$tmp/before" &&
    [ ! -e "$tmp/name" ]
  ok $? "$text" "$(said)"
}
says() { grep -Eq "$1" "$tmp/out"; ok $? "it says: $1" "$(said)"; }
# file NAME: Verilog from stdin
file() { cat > "$tmp/$1"; }

# ---- good files, operand order, class, twins ----

gate -v top=mul8u_P2 -v m=2 > "$tmp/p2.v"
mkdir "$reg"
bad 'make import MULT_V=.*p2.v SWAP=0 .*activation = A' 'unsaid operand order is asked for' \
  MULT_V="$tmp/p2.v"
grep -q 'differs\|f(x, y) != f(y, x) for 60712 of' "$tmp/err" && grep -q 'SWAP=1 .*= B' "$tmp/err"
ok $? 'with the pairs that differ and both commands' "$(said)"
good 'old-style header, SWAP=0' perf2 MULT_V="$tmp/p2.v" SWAP=0
says 'twin +same function as perf2'
says 'X +low:2, its twin'
says 'no independent model'
gate -v ansi=1 -v flip=1 -v m=2 -v top=named -v a=act_i -v b=wt_i > "$tmp/named.v"
good 'ANSI header, port names tell, weight first' perf2 MULT_V="$tmp/named.v"
says 'operands +activation act_i, weight wt_i'
file flipped.v << 'END'
module flipped (input [7:0] B, input [7:0] A, output [15:0] O); assign O = A[7:2] * B * 4; endmodule
END
good 'SWAP=1: the second port is the activation' perf2 MULT_V="$tmp/flipped.v" SWAP=1
import MULT_V="$tmp/flipped.v" SWAP=0 NAME=mirror
says 'twin +perf2 with the operands exchanged'
gate -v is_signed=1 -v helpers=1 -v top=mul8s_EX > "$tmp/ex.v"
good 'signed, helper modules, symmetric' exacts MULT_V="$tmp/ex.v"
says 'operands +symmetric'
says 'class +s8'
gate -v is_signed=1 -v helpers=1 -v m=2 -v top=mul8s_P2 > "$tmp/p2s.v"
good 'another with helper modules of the same names' perf2s MULT_V="$tmp/p2s.v" SWAP=0
cat "$reg"/*.v > "$tmp/all.v"
iverilog -g2005 -Wall -tnull "$tmp/all.v" > "$tmp/log" 2>&1 && [ ! -s "$tmp/log" ] &&
  yosys -q -p "read_verilog $tmp/all.v" > "$tmp/log" 2>&1 &&
  for cell in mul8s_ex mul8s_p2; do
    verilator --lint-only -Wall --top-module vmac_import_$cell "$tmp/all.v" >> "$tmp/log" 2>&1 ||
      echo "$cell: refused" >> "$tmp/log"
  done && [ ! -s "$tmp/log" ]
ok $? 'all imported files together, through the three front ends' "$(cat "$tmp/log")"

# Names that a renaming may trip over: FAX1 in comments, strings, numbers, macros, as an instance
# and as a wire; a module named like a port; a macro that the next file must not see.
{
  printf '/* licence of FAX1\n   // FAX1 */\n`timescale 1ns/1ps\n`default_nettype none\n'
  printf '`define ONE(x) (x & 1%sb1) // FAX1\n`define FAX1 FAX1\n' "'"
  printf 'module fA (input A, input B, output O);\n  wire hfA = A & B; assign O = `ONE(hfA);\n'
  printf 'endmodule\r\n'
  gate -v helpers=1 -v m=1 -v top=top | sed 's/default_nettype//; s/FAX1 u1 /`FAX1 FAX1 /
    s/^endmodule/  wire [7:0] n = 8'"'"'hfA; wire y; \\fA  and_i (.A(n[0]), .B(n[1]), .O(y));\n&/
    s/wire h;/wire h; \/* "FAX1 *\/ parameter T = "FAX1 \/\/ \\" fA";/'
} | sed 's/ output \[15:0\] O;/ output wire [15:0] O;/
    s/^  input \([AB]\|\[7:0\] [AB]\)/  input wire \1/
    s/^  output YS, YC/  output wire YS, YC/
    s/(input A, input B, output O)/(input wire A, input wire B, output wire O)/
    s/input A, B/input wire A, B/' > "$tmp/nasty.v"
good 'comments, strings, numbers, macros, escaped names, directives' perf1 \
  MULT_V="$tmp/nasty.v" SWAP=0 NAME=nasty TOP=top
grep -q '^/\* licence of FAX1' "$reg/nasty.v" && grep -q '^// `timescale' "$reg/nasty.v" &&
  grep -q '"FAX1 // \\" fA"' "$reg/nasty.v" && grep -q '^`undef FAX1' "$reg/nasty.v" &&
  grep -q 'vmac_import_nasty__fA  *and_i' "$reg/nasty.v" && grep -q "8'hfA" "$reg/nasty.v"
ok $? 'which stand there as they were, macros undefined again' "$(cat "$reg/nasty.v")"

file zero.v << 'END'
module always_zero (input [7:0] x, input [7:0] y, output [15:0] p);
  assign p = 16'd0;
endmodule
END
bad 'twice as near .* 100.0 % unsigned.* CLASS=u8 or CLASS=s8' 'no class is near' \
  MULT_V="$tmp/zero.v"
good 'CLASS=s8' zeros MULT_V="$tmp/zero.v" CLASS=s8

# ---- names, replacing, removing ----

bad "name 'perf2' is taken by a cell" 'a native name' MULT_V="$tmp/p2.v" SWAP=0 NAME=perf2
bad "'exact_pp' is taken by a baseline" "a baseline's name" MULT_V="$tmp/p2.v" SWAP=0 NAME=exact_pp
for name in Abc 1abc a__b a_ a-b aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; do
  bad 'expected a name of a letter' "name $name" TABLE="$tmp/p2.v" NAME=$name MULT_V=
done
bad 'stands for another function .*FORCE=1' 'a name of another function' \
  MULT_V="$tmp/flipped.v" SWAP=0
good 'the same function again: replaced' perf2 MULT_V="$tmp/flipped.v" SWAP=1
# From its own files: all of a cell's take their places, or none.
cp "$reg/flipped.v" "$tmp/own.v"
own() { "$VARIMAC" mult import --table "$reg/flipped.bin" --name flipped --swap 0 --into "$reg" "$@" > "$tmp/out" 2> "$tmp/err"; }
own --verilog "$reg/flipped.v" && cmp "$reg/flipped.v" "$tmp/own.v" && grep -q '^flipped .* import:' "$reg/mults.tbl"
ok $? 'a cell from its own files' "$(said)"
(ulimit -f 200 && own) # blocks: the table has room, its text has not
[ $? -eq 1 ] && cmp "$reg/flipped.v" "$tmp/own.v" && grep -q '^flipped .* import:' "$reg/mults.tbl" && [ ! -e "$reg/flipped.hex" ]
ok $? 'stays as it was where one of them cannot be written' "$(said)"
own && grep -q readmemh "$reg/flipped.v" && [ -e "$reg/flipped.hex" ] && grep -q '^flipped .* table:' "$reg/mults.tbl"
ok $? 'a cell from its own table' "$(said)"
good 'FORCE=1 replaces' zeros MULT_V="$tmp/zero.v" CLASS=s8 NAME=flipped FORCE=1
[ "$(grep -c '^flipped ' "$reg/mults.tbl")" = 1 ]
ok $? 'one line a name' "$(cat "$reg/mults.tbl")"
"$VARIMAC" mult import --remove flipped --into "$reg" > "$tmp/out" && [ ! -e "$reg/flipped.v" ] &&
  [ ! -e "$reg/flipped.bin" ] && ! grep -q '^flipped ' "$reg/mults.tbl" &&
  grep -q '^mul8s_p2 ' "$reg/mults.tbl"
ok $? 'removed' "$(cat "$reg/mults.tbl")"
"$VARIMAC" mult import --remove flipped --into "$reg" 2> "$tmp/err"
[ $? -eq 1 ] && grep -q "no imported cell 'flipped'" "$tmp/err"
ok $? 'and not twice' "$(cat "$tmp/err")"

# ---- Verilog that is refused ----

# cell BODY: a file that is an exact multiplier but for BODY
cell() {
  printf 'module bad (input [7:0] A, input [7:0] B, output [15:0] O);\n%s\nendmodule\n' "$1" \
    > "$tmp/bad.v"
}
refuse() { # refuse PATTERN TEXT BODY
  cell "$3"
  bad "$1" "$2" MULT_V="$tmp/bad.v"
}
bad 'nothere.v: cannot read' 'no file' MULT_V="$tmp/nothere.v"
bad 'cannot read' 'a folder' MULT_V="$tmp"
bad 'expected exactly one of MULT_V=' 'neither file nor table' MULT_V=
: > "$tmp/empty.v"
bad 'empty.v: expected a module, found none' 'an empty file' MULT_V="$tmp/empty.v"
refuse 'bad.v:2: `include: expected a file that needs no other' '`include' '`include "x.v"'
refuse 'bad.v:2: a comment that does not end' 'an open comment' '/* assign O = A * B;'
refuse 'bad.v:2: `define VMAC_X' 'a macro of ours' '`define VMAC_X 1'
refuse 'bad.v:2: ERROR: syntax error' "yosys' own message, the user's file" 'assign O = A * ;'
refuse 'Module `.FAX1. referenced in module' 'a cell library that is not there' \
  'FAX1 u (.A(A[0]), .YS(O[0]));'
refuse 'expected combinational logic, found a flip-flop, line 2' 'a flip-flop' \
  'reg [15:0] q; always @(posedge A[0]) q <= A * B; assign O = q;'
refuse 'found a latch, line 2' 'a latch' \
  'reg [15:0] q; always @* if (A != 8) q = A * B; assign O = q;'
refuse 'found a memory' 'a memory' \
  'reg [15:0] m [0:3]; always @(posedge A[0]) m[B[1:0]] <= A; assign O = m[A[1:0]] + A * B;'
refuse 'combinational loop' 'a loop' 'wire p, q; assign p = q & A[0], q = p | B[0];
  assign O = A * B + p;'
grep -q 'found logic loop' "$tmp/err"
ok $? "yosys' own message" "$(said)"
refuse 'Wire bad..O \[15\] is used but has no driver' 'an output bit without a driver' \
  'assign O[14:0] = A * B;'
refuse 'several' 'an output bit with two drivers' 'assign O = A * B; assign O[0] = A[0] & B[1];'
refuse 'A = 0, B = 0: O = x+' 'an X' 'assign O = A * B + (A / B);'
cell 'reg [15:0] q; always @(A) q = A * B; assign O = q;'
bad 'simulated and synthesized it differ, at A, B = ' 'an incomplete sensitivity list' \
  MULT_V="$tmp/bad.v" SWAP=0 CLASS=u8
refuse '%Error: .*bad.v:2' "verilator's own message" 'wire bit = A[0]; assign O = A * B + bit;'
file ports.v << 'END'
module m7 (input [6:0] A, input [7:0] B, output [15:0] O); assign O = A * B; endmodule
module m15 (input [7:0] A, input [7:0] B, output [14:0] O); assign O = A * B; endmodule
module m3 (input clk, input [7:0] A, input [7:0] B, output [15:0] O); assign O = A * B; endmodule
END
bad 'expected a module that no other uses with two 8-bit inputs' 'wrong ports' \
  MULT_V="$tmp/ports.v"
for line in 'm7 (input \[6:0\] A, input' 'output \[14:0\] O' 'm3 (input clk, input'; do
  grep -q "$line" "$tmp/err"
  ok $? "it shows $line" "$(said)"
done
bad 'expected m7 with two 8-bit inputs' 'TOP= of wrong ports' MULT_V="$tmp/ports.v" TOP=m7
file two.v << 'END'
module one (input [7:0] x, w, output [15:0] p); assign p = x * w; endmodule
module two (input [7:0] x, w, output [15:0] p); assign p = x[7:2] * w * 4; endmodule
END
bad 'several modules fit: one two - say one, as TOP=one' 'two candidates' MULT_V="$tmp/two.v"
bad 'expected three with two' 'TOP= that is not there' MULT_V="$tmp/two.v" TOP=three
good 'TOP= says which' perf2 MULT_V="$tmp/two.v" TOP=two

# ---- tables ----

"$VARIMAC" mult table perf2 --raw > "$tmp/u.bin"
"$VARIMAC" mult table perf2s --raw > "$tmp/s.bin"
numbers() { od -An -v -t"$1" -w2 "$tmp/$2.bin" | awk '{ print $1 }'; }
numbers u2 u > "$tmp/u.txt"
good 'raw' perf2 TABLE="$tmp/u.bin" SWAP=0 NAME=t1
says 'no netlist: table only'
good 'raw, signed' perf2s TABLE="$tmp/s.bin" SWAP=0 NAME=t2
good 'text' perf2 TABLE="$tmp/u.txt" SWAP=0 NAME=t3
transposed() { awk '{ p[NR - 1] = $1 } END { for (i = 0; i < 65536; i++)
  print p[i % 256 * 256 + int(i / 256)] }'; }
transposed < "$tmp/u.txt" | paste -sd, > "$tmp/c.txt"
good 'text with commas, transposed' perf2 TABLE="$tmp/c.txt" SWAP=1 NAME=t4
{ # as AdaPT writes it: offset order, braces
  printf '// 12 bits\n#include <stdint.h>\nconst int8_t nbits = 8;\nint16_t lut [256][256] = {\n'
  numbers d2 s | awk '{ p[NR - 1] = $1 } END { for (a = 0; a < 256; a++) for (w = 0; w < 256; w++)
    printf "%s%d%s", w ? "," : "{", p[(a + 128) % 256 * 256 + (w + 128) % 256],
           w < 255 ? "" : a < 255 ? "}, /* 7 */\n" : "}};\n" }'
} > "$tmp/lut.h"
good 'a C header in offset order' perf2s TABLE="$tmp/lut.h" SWAP=0 NAME=t5
says 'class +s8: signed, index value . 128'
bad 'activation = the second index' 'unsaid operand order' TABLE="$tmp/lut.h" NAME=t6
bad 'expected one way' 'ORDER=bits does not fit' TABLE="$tmp/lut.h" ORDER=bits NAME=t6 CLASS=u8
head -c 131070 "$tmp/u.bin" > "$tmp/short.bin"
bad 'short.bin: expected a table of 65,536 products: 131072 bytes .*found 131070' 'cut' \
  TABLE="$tmp/short.bin"
head -n 65535 "$tmp/u.txt" > "$tmp/short.txt"
bad 'short.txt: expected 65,536 products, found 65535' 'a number too few' TABLE="$tmp/short.txt"
sed '77s/.*/12x/' "$tmp/u.txt" > "$tmp/word.txt"
bad 'word.txt:77: expected a whole number .product 77 of 65,536., found .12x' 'a word' \
  TABLE="$tmp/word.txt"
sed '78s/.*/65536/' "$tmp/u.txt" > "$tmp/large.txt"
bad 'large.txt:78: expected a 16-bit product .* found 65536' 'a large number' TABLE="$tmp/large.txt"
"$VARIMAC" mult table perf2 -o "$tmp/u.csv"
bad 'found 66048.*--raw' 'our own CSV' TABLE="$tmp/u.csv"
bad 'cannot read' 'no table' TABLE="$tmp/nothere.bin"

cat > "$tmp/rom.v" << END
module rom;
  reg [7:0] a, w; wire [15:0] p;
  vmac_import_t2 u_cell (.a_i(a), .w_i(w), .p_o(p));
  initial for (a = 255; a > 250; a = a - 1) for (w = 3; w < 9; w = w + 1) #1 \$display("%0d", p);
endmodule
END
for a in 255 254 253 252 251; do
  for w in 3 4 5 6 7 8; do numbers u2 s | sed -n "$((a * 256 + w + 1))p"; done
done > "$tmp/want"
iverilog -g2005 -Wall -o "$tmp/rom" "$tmp/rom.v" "$reg/t2.v" && vvp -n "$tmp/rom" > "$tmp/out" &&
  cmp "$tmp/want" "$tmp/out" &&
  verilator --lint-only -Wall --top-module vmac_import_t2 "$reg/t2.v" &&
  yosys -q -p "read_verilog $reg/t2.v; hierarchy -check -top vmac_import_t2" > "$tmp/log" 2>&1
ok $? 'the ROM of a table in the three front ends' "$(cat "$tmp/log")"

# ---- the report's last column ----

printf 'name mean MED MRE\nmine 0 0 1.5\n' > "$tmp/errors.txt"
{ awk -f synth/table.awk /dev/null; echo mine,u8; } > "$tmp/cells.csv"
printf 'mult,correction,accuracy,images\nmine,none,0.5,10\n' > "$tmp/accuracy.csv"
echo 'equal mine' > "$tmp/bench.txt"
row() {
  awk -v modes='none bias paper cv bitplane phi' "$@" -f scripts/report-merge.awk "$tmp/errors.txt" "$tmp/cells.csv" "$tmp/accuracy.csv" \
    "$tmp/bench.txt" | tail -n 1
}
[ "$(row -v imported='other mine')" = 'mine,u8,1.5,,,,,,50,,,,,,10,no independent model' ] &&
  [ "$(row -v imported=other)" = 'mine,u8,1.5,,,,,,50,,,,,,10,equal' ] && : > "$tmp/bench.txt" &&
  [ "$(row -v imported=mine)" = 'mine,u8,1.5,,,,,,50,,,,,,10,FAIL' ]
ok $? 'an imported cell is marked, unless it differs' "$(row -v imported=mine)"

# ---- built in ----

# A scratch build folder, begun with what is there: only what knows the registry is made again.
case $B in
  */asan) skip 'imported cells are built in' 'needs the plain build' ;;
  *)
    mkdir "$tmp/build" && cp -rp "$B/obj" "$tmp/build/" &&
      rm -f "$tmp"/build/obj/cmodel/mult/registry.*
    mk() { make -s -j2 B="$tmp/build" IMPORT_DIR="$reg" "$@" > "$tmp/log" 2>&1; }
    mk "$tmp/build/varimac" "$tmp/build/gen/vmac_mult.v" &&
      "$tmp/build/varimac" mult table mul8s_p2 --raw | cmp - "$tmp/s.bin" &&
      "$tmp/build/varimac" mult table t5 --raw | cmp - "$tmp/s.bin"
    ok $? 'imported cells are built in' "$(tail -n 5 "$tmp/log")"
    cell=$(awk '/begin : g_nasty/ { sub(/:/, ""); print $1 }' "$tmp/build/gen/vmac_mult.v")
    verilator --lint-only -Wall -GCELL="$cell" --top-module vmac_mult "$tmp/build/gen/vmac_mult.v" \
      rtl/mult/*.v "$reg"/*.v > "$tmp/log" 2>&1
    ok $? 'and instantiated by vmac_mult' "$(cat "$tmp/log")"
    ;;
esac

if [ "${IMPORT_TEST-}" = full ]; then
  report=$tmp/build/report/import/report.csv
  mk import MULT_V="$tmp/p2.v" SWAP=0 NAME=whole && mk import TABLE="$tmp/u.bin" SWAP=0 NAME=bare
  ok $? 'make import: a file and a table' "$(tail -n 5 "$tmp/log")"
  awk -F, '/^whole,u8,3.5660,/ { for (i = 3; i <= 14; i++) n += $i > 0; good = n == 12 }
    /^bare,u8,3.5660,,,,,,/ { bare = $9 > 0 && $12 > 80 }
    /no independent model$/ { marked++ }
    END { exit !(good && bare && marked == 2) }' "$report"
  ok $? 'their rows: every figure, or no netlist and the rest' "$(cat "$report")"
  mk import-remove NAME=whole && ! grep -q '^whole' "$report" && grep -q '^bare' "$report"
  ok $? 'make import-remove takes the row out' "$(cat "$report")"
fi
done_testing
