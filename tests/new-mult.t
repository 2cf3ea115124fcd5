#!/bin/sh
# `make new-mult` on a scratch copy of the tree.
#
# TEST RATIONALE. State space: a family of both classes with parameters, one of each class alone; as
# scaffolded, with one side filled in, with both; each refused name and word, after which the tree
# is as it was. RTL and C are compared on all 65,536 pairs: the family's module through Icarus, its
# registry line through the C table.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS FAM PARAMS CLASSES

mkdir -p "$tmp/tree/tests"
cp -Rp Makefile cmodel rtl scripts sim synth testbench "$tmp/tree"
cp -Rp tests/rules.mk tests/bench tests/fuzz "$tmp/tree/tests"
cd "$tmp/tree" || exit 1
state() { find . -type f -exec cksum {} + | sort; }
state > "$tmp/before"

refuses() { # refuses PATTERN TEXT VARIABLE=VALUE...: one line of error, nothing written
  pattern=$1 text=$2
  shift 2
  ! make -s new-mult "$@" > "$tmp/out" 2> "$tmp/err" && [ ! -s "$tmp/out" ] &&
    [ "$(grep -vc '^make: ' "$tmp/err")" -eq 1 ] && grep -Eq "$pattern" "$tmp/err" &&
    state | cmp -s - "$tmp/before"
  ok $? "$text" "$(cat "$tmp/out" "$tmp/err"; state | diff - "$tmp/before")"
}
refuses 'expected FAM=NAME, found none' 'no name'
refuses "FAM: expected a name of the form.*found 'Foo'" 'a capital' FAM=Foo
refuses "FAM: expected a name.*found 'a/b'" 'a path' FAM=a/b
refuses "FAM: expected a name.*found 'it's'" 'a quote' "FAM=it's"
refuses 'vmac_mult_exact.v exists already' 'an existing family' FAM=exact
refuses 'cmodel/mult/registry.c exists already' 'an existing C file' FAM=registry
refuses 'has a vmac_product already' 'an existing C function' FAM=product
refuses 'each name once.*found .perf2.' 'an existing cell' FAM=perf2
refuses "family of imported cells" 'the reserved family' FAM=import
refuses "foo.v:.*name=lowest..highest, found 'm=3..1'" 'an empty range' FAM=foo PARAMS=m=3..1
refuses "a parameter of the form.*found 'm'" 'no range' FAM=foo PARAMS=m
refuses 'at most 3 parameters' 'four parameters' FAM=foo PARAMS=a=0..1,b=0..1,c=0..1,d=0..1
refuses "found 'width=1..2'" 'a parameter that all families have' FAM=foo PARAMS=width=1..2
refuses "CLASSES: expected u, s or u,s, found 'x'" 'an unknown class' FAM=foo CLASSES=x

compile() {
  gcc -std=c11 -fopenmp -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wconversion -Wstrict-prototypes -pedantic \
    -Werror -Icmodel -Ibuild/gen "$@"
}
make -s build/gen/vmac_mult_list.h > "$tmp/out" 2>&1 && mkdir "$tmp/old" &&
  for file in cmodel/mult/*.c cmodel/base/*.c; do
    case $file in
      */registry.c) ;;
      *) compile -c -o "$tmp/old/$(basename "$file" .c).o" "$file" || break ;;
    esac
  done >> "$tmp/out" 2>&1
[ "$(ls "$tmp/old" | wc -l)" -eq $(($(ls cmodel/mult/*.c cmodel/base/*.c | wc -l) - 1)) ]
ok $? 'the library as it was' "$(cat "$tmp/out")"
rm -r build

# agree CELL MODULE PARAMETERS TYPE: does the module multiply as the C model of the registry's cell?
agree() {
  make -s build/gen/vmac_mult_list.h > "$tmp/out" 2>&1 &&
    compile -o "$tmp/table" "$tmp/table.c" cmodel/mult/registry.c "$tmp"/old/*.o \
      $(ls cmodel/mult/foo.c cmodel/mult/only_?.c 2> /dev/null) -lcjson -lm >> "$tmp/out" 2>&1 &&
    "$tmp/table" "$1" > "$tmp/c.txt" || return 2
  sed "s/MODULE/$2 #($3)/" "$tmp/table.v" > "$tmp/top.v"
  iverilog -g2005 -Wall -s top -o "$tmp/vvp" "$tmp/top.v" "rtl/mult/$2.v" > "$tmp/out" 2>&1 &&
    [ ! -s "$tmp/out" ] && vvp "$tmp/vvp" > "$tmp/v.txt" || return 2
  [ "$(wc -l < "$tmp/v.txt")" -eq 65536 ] || return 2
  cmp -s "$tmp/c.txt" "$tmp/v.txt"
}
cat > "$tmp/table.c" << 'END'
#include <stdio.h>
#include "vmac.h"
int main(int argc, char **argv) {
  static int32_t table[65536];
  vmac_err err;
  const vmac_mult *mult = argc == 2 ? vmac_mult_find(argv[1], &err) : NULL;
  if (!mult) return 1;
  vmac_mult_table(mult, table);
  for (int i = 0; i < 65536; i++) printf("%04x\n", (unsigned)table[i] & 0xffffu);
}
END
cat > "$tmp/table.v" << 'END'
module top;
  reg [16:0] pair;
  wire [15:0] p;
  MODULE u_cell (.a_i(pair[15:8]), .w_i(pair[7:0]), .p_o(p));
  initial for (pair = 0; !pair[16]; pair = pair + 1) begin
    #1 $display("%h", p);
  end
endmodule
END
differ() { agree "$@"; [ $? -eq 1 ]; }

make -s new-mult FAM=foo PARAMS=m=0..w-1,t=1..w/2 > "$tmp/said" 2>&1 &&
  grep -q 'make build/bench/cell-' "$tmp/said" && [ ! -e build ] &&
  grep -q '^// Registry: classes u,s; widths 4..16; params m=0..w-1,t=1..w/2$' \
    rtl/mult/vmac_mult_foo.v && grep -q '^// Contract: ' rtl/mult/vmac_mult_foo.v
ok $? 'a family of both classes; nothing is built' "$(cat "$tmp/said")"
state > "$tmp/after"
[ "$(comm -13 "$tmp/before" "$tmp/after" | awk '{ print $3 }' | sort | paste -sd ' ')" = \
  './cmodel/mult/foo.c ./rtl/mult/mults.tbl ./rtl/mult/vmac_mult_foo.v' ] &&
  [ "$(tail -n 1 rtl/mult/mults.tbl | tr -s ' ')" = 'foo foo u8 m=1,t=2 - - -' ]
ok $? 'two files and one line' "$(comm -13 "$tmp/before" "$tmp/after"; tail -n1 rtl/mult/mults.tbl)"
of_foo='.SIGNED(0), .M(1), .T(2)'
for signed in 0 1; do
  verilator --lint-only -Wall -GSIGNED=$signed --top-module vmac_mult_foo rtl/mult/vmac_mult_foo.v \
    > "$tmp/out" 2>&1 && [ ! -s "$tmp/out" ]
  ok $? "as scaffolded it lints, SIGNED = $signed" "$(cat "$tmp/out")"
done
differ foo vmac_mult_foo "$of_foo"
ok $? 'it builds, and the two sides differ' "$(cat "$tmp/out")"
[ "$(paste "$tmp/c.txt" "$tmp/v.txt" | awk '$1 != $2' | wc -l)" -eq 65536 ]
ok $? 'on every pair'
# sides that compute W * (A - A mod 2^m)
sed -i -e 's/return 1;.*/return (a >> param[0]) * (1 << param[0]) * w;/' \
  -e 's/(void)param, (void)a, (void)w/(void)0/' cmodel/mult/foo.c
differ foo vmac_mult_foo "$of_foo"
ok $? 'C filled in alone: they differ' "$(cat "$tmp/out")"
sed -i 's/assign p_o = .*PLACEHOLDER.*/assign p_o = {{WIDTH{1'"'"'b0}}, (a_i >> M) << M} * w_i;/' \
  rtl/mult/vmac_mult_foo.v
agree foo vmac_mult_foo "$of_foo"
ok $? 'both filled in: equal on all pairs' "$(cat "$tmp/out"; diff "$tmp/c.txt" "$tmp/v.txt" | head)"
sed -i 's/>> M/>> T/' rtl/mult/vmac_mult_foo.v
differ foo vmac_mult_foo "$of_foo"
ok $? 'and a wrong side shows' "$(cat "$tmp/out")"

for class in u s; do
  fam=only_$class
  if [ $class = s ]; then cell=${fam}s signed=1; else cell=$fam signed=0; fi
  make -s new-mult FAM=$fam CLASSES=$class > "$tmp/said" 2>&1 &&
    [ "$(tail -n 1 rtl/mult/mults.tbl | tr -s ' ')" = "$cell $fam ${class}8 - - - -" ] &&
    differ $cell vmac_mult_$fam ".SIGNED($signed)"
  ok $? "a family of class $class alone builds, its sides differ" "$(cat "$tmp/said" "$tmp/out")"
  iverilog -g2005 -tnull -s vmac_mult_$fam -Pvmac_mult_$fam.SIGNED=$((1 - signed)) \
    rtl/mult/vmac_mult_$fam.v > "$tmp/out" 2>&1
  [ $? -ne 0 ] && grep -q "error_${fam}_is_defined_for_the_other_class" "$tmp/out"
  ok $? 'the other class stops elaboration' "$(cat "$tmp/out")"
done
done_testing
