#!/bin/sh
# The accelerator as others take it: the core file, and the tables of rtl/README.md.
#
# TEST RATIONALE. State space: the folder that `make core` writes, read by verilator and iverilog with
# nothing but what it holds; every table of rtl/README.md, which come from the RTL or from the
# formula of its cycles, made again; a module with an undocumented port beside a documented one.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS

make -s B="$B" core > "$tmp/out" 2>&1
ok $? "make core" "$(cat "$tmp/out")"
core=$B/fusesoc/varimac
files=$(sed -n 's/^      - \(rtl\/[a-z0-9_]*\.v\)$/\1/p' "$core/varimac.core")
[ "$(echo "$files" | wc -l)" -eq "$(find "$core/rtl" -name '*.v' | wc -l)" ]
ok $? "the core file lists every Verilog file of its folder"
for header in "$core"/rtl/*.vh; do
  grep -q "rtl/${header##*/}: {is_include_file: true}" "$core/varimac.core" || break
done
ok $? "and every header as one"
(cd "$core" && verilator --lint-only -Wall -Irtl --top-module vmac_top -GROWS=4 -GCOLS=4 $files) \
  > "$tmp/out" 2>&1 && [ ! -s "$tmp/out" ]
ok $? "verilator takes the list, in its order" "$(head -5 "$tmp/out")"
(cd "$core" && iverilog -g2005 -tnull -Irtl -s vmac_top $files) > "$tmp/out" 2>&1
ok $? "iverilog takes it too" "$(head -5 "$tmp/out")"
grep -q '^  ROWS:$' "$core/varimac.core" && grep -q '^    toplevel: vmac_top$' "$core/varimac.core"
ok $? "parameters and top are named"

section() { sed -n "/^<!-- $1:begin -->\$/,/^<!-- $1:end -->\$/p" rtl/README.md | sed '1d;$d'; }
for what in parameters ports; do
  awk -v what=$what -f scripts/ports.awk rtl/vmac_top.v > "$tmp/want"
  section $what > "$tmp/found"
  diff "$tmp/want" "$tmp/found" > "$tmp/out"
  ok $? "rtl/README.md: $what are those of vmac_top (make readme-top)" "$(head -5 "$tmp/out")"
done
awk -v what=md -f scripts/csr.awk rtl/csr.tbl > "$tmp/want"
section registers > "$tmp/found"
diff "$tmp/want" "$tmp/found" > "$tmp/out"
ok $? "rtl/README.md: the registers are those of rtl/csr.tbl (make readme-top)" "$(head -5 "$tmp/out")"
sh scripts/cycles.sh "$VARIMAC" weights/*.tflite > "$tmp/want"
section cycles > "$tmp/found"
diff "$tmp/want" "$tmp/found" > "$tmp/out"
ok $? "rtl/README.md: the cycles are those of the shipped networks (make readme-top)" "$(head -5 "$tmp/out")"

cat > "$tmp/m.v" << 'END'
module m #(
  // how many | of them,
  // at most
  parameter integer N = 1 ? 2 : 3,
  parameter [7:0] K = 8'd1
) (
  // bytes in
  input  wire [8*N-1:0] data_i,
  // done
  output wire done_o
);
END
awk -v what=parameters -f scripts/ports.awk "$tmp/m.v" > "$tmp/out"
grep -qxF '| `N` | `1 ? 2 : 3` | how many \| of them, at most |' "$tmp/out" &&
  grep -qxF '| `K` | `8'"'"'d1` | as above |' "$tmp/out"
ok $? "a comment of two lines, a bar in it, a parameter without one" "$(cat "$tmp/out")"
awk -v what=ports -f scripts/ports.awk "$tmp/m.v" > "$tmp/out"
grep -qxF '| `data_i` | input `[8*N-1:0]` | bytes in |' "$tmp/out" &&
  grep -qxF '| `done_o` | output | done |' "$tmp/out"
ok $? "ports with and without a width" "$(cat "$tmp/out")"
done_testing
