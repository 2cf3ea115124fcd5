#!/bin/sh
# Cells of 12 and 16 bits: RTL against C, published error figures, equivalence proofs.
#
# TEST RATIONALE. State space: the bench `wide` (corners, random pairs) under two seeds; the proofs
# of testbench/formal/proofs.tbl marked `test`; a fault planted in a cell, seen by both engines with
# a counterexample that this test recomputes; an x bit and an undriven one, refused by both; a time
# limit that is too short; tables and arguments that are wrong.
# Parameters: every line of rtl/mult/wide.tbl.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS
wide=$B/bench/wide

"$wide" > "$tmp/wide" 2>&1
ok $? "bench wide: $(tail -n 1 "$tmp/wide")" "$(cat "$tmp/wide")"
said=$("$wide" --pairs 100000 --seed 77 2>&1) && other=$("$wide" --pairs 100000 --seed 78 2>&1) &&
  [ "$said" != "$other" ]
ok $? "bench wide under two more seeds, which draw other pairs" "$said"

cells=$(grep -c '^[a-z]' rtl/mult/wide.tbl)
[ "$(awk '$2 + 0 > 90000' "$tmp/wide" | wc -l)" -eq "$cells" ]
ok $? "every cell of wide.tbl is in the bench's table, with its uniform pairs" "$(cat "$tmp/wide")"

# mre CELL LOWEST HIGHEST
mre() {
  awk -v c="$1" -v low="$2" -v high="$3" '$1 == c { good = $3 >= low && $3 <= high }
    END { exit !good }' "$tmp/wide"
  ok $? "$1: mean relative error within $2 .. $3 %" "$(grep "^$1 " "$tmp/wide")"
}
mre drum6_u16 1.42 1.52     # Hashemi, Bahar, Reda 2015: 1.47 %
mre mitchell_u16 3.75 3.95  # 3.85 %
mre exact_u16 0 0
awk '$1 ~ /^mitchell/ { rows++; if ($5 != 0 || $4 + $3 != 0) bad++ }
     END { exit !(rows == 4 && !bad) }' "$tmp/wide"
ok $? "Mitchell's product is never above the exact one" "$(grep mitchell "$tmp/wide")"
awk '$1 == "drum6_u16" { good = $5 > 0 } END { exit !good }' "$tmp/wide"
ok $? "DRUM's is, now and then" "$(grep drum "$tmp/wide")"

# refused STATUS WORDS COMMAND...
refused() {
  status=$1 words=$2
  shift 2
  "$@" > "$tmp/out" 2> "$tmp/err"
  [ $? -eq "$status" ] && grep -qF -- "$words" "$tmp/err" && [ ! -s "$tmp/out" ]
  ok $? "refused: $words" "$(cat "$tmp/err")"
}
refused 2 "--pairs" "$wide" --pairs
refused 2 "found '-3'" "$wide" --pairs -3
refused 2 "found '1e7'" "$wide" --pairs 1e7
refused 2 "usage" "$wide" --pair 3

# ---- the table ----

families=$B/gen/families.txt
generate() { # LINE [OPTION]
  echo "$1" > "$tmp/cells.tbl"
  # shellcheck disable=SC2086 # no option, or one
  awk -v wide=1 $2 -f scripts/mults-read.awk -f scripts/mults-to-wide-v.awk "$families" \
    "$tmp/cells.tbl"
}
refused 1 "width 4..16), found 'u17'" generate 'x exact u17 - - - -'
refused 1 "k in 3..12" generate 'x drum u12 k=13 - - -'
refused 1 "a cell named y" generate 'x exact u16 - - - -' -vwant=y
refused 1 "operands alone" generate 'x dyn u8 mode=1 - - -' -vwant=x
generate 'x exact s12 - - - -' > "$tmp/out" && grep -q 'WIDTH(12)' "$tmp/out" &&
  grep -q 'a_i\[11:0\]' "$tmp/out" && grep -q '8.d0' "$tmp/out"
ok $? "a 12-bit cell takes 12 bits" "$(cat "$tmp/out")"

# ---- proofs ----

said=$(make -s -j"$(nproc)" B="$B" prove-test 2>&1)
ok $? "proofs: $(printf '%s\n' "$said" | tail -n 1)" "$said"

# A tree of its own, with a fault in the perforated cells: one partial product is missing.
mkdir -p "$tmp/tree/rtl/mult"
cp rtl/mult/*.v "$tmp/tree/rtl/mult"
cp -r testbench "$tmp/tree"
sed 's/if (i >= m)/if (i >= m \&\& (i != 5 || j != 6))/' rtl/mult/vmac_mult_perforated.v \
  > "$tmp/tree/rtl/mult/vmac_mult_perforated.v"
prove_in() { # LIMIT CELL ENGINE
  dir=$tmp/proof-$2-$3
  mkdir -p "$dir"
  awk -v wide=1 -v want="$2" -f scripts/mults-read.awk -f scripts/mults-to-wide-v.awk "$families" \
    rtl/mult/mults.tbl rtl/mult/wide.tbl > "$dir/top.v"
  (cd "$tmp/tree" && sh testbench/prove.sh "$1" "$dir" "$2" "$3" 2>&1)
}
for run in 'perf2 sat 8' 'perf2 cec 8' 'perf4_u16 cec 16'; do
  # shellcheck disable=SC2086 # three words
  set -- $run
  said=$(prove_in 100 "$1" "$2")
  # gold must be W (A - A mod 2^m), gate what is left without a[5] w[6]
  [ $? -eq 1 ] && printf '%s\n' "$said" | awk -v m="${1#perf}" '
    / DIFFERS / {
      for (i = 4; i <= NF; i++) if (split($i, part, "=") == 2) v[part[1]] = part[2]
      gold = v["w"] * (v["a"] - v["a"] % 2 ^ (m + 0))
      lost = int(v["a"] / 32) % 2 && int(v["w"] / 64) % 2 ? 2048 : 0
      good = v["gold"] == gold && v["gate"] == gold - lost && lost
    }
    END { exit !good }'
  ok $? "a planted fault: $said" "$said"
done
said=$(prove_in 100 perf2s cec) || true
printf '%s\n' "$said" | grep -q 'perf2s cec DIFFERS'
ok $? "a planted fault, signed: $said" "$said"
# A product bit that nothing drives, and one that is x: optimised, both are the 0 of gold.
for lost in 'wire lost;' "wire lost; assign p_o[0] = 1'bx;"; do
  sed "s/^  generate/  $lost generate/; s/\.p_o(p_o)/.p_o({p_o[2*WIDTH-1:1], lost})/" \
    rtl/mult/vmac_mult_perforated.v > "$tmp/tree/rtl/mult/vmac_mult_perforated.v"
  for engine in sat cec; do
    said=$(prove_in 100 perf2 $engine)
    [ $? -eq 2 ] && ! printf '%s\n' "$said" | grep -q 'proved' &&
      printf '%s\n' "$said" | grep -q 'expected every bit defined and driven'
    ok $? "$engine refuses a cell with $lost" "$said"
  done
done
cp rtl/mult/vmac_mult_perforated.v "$tmp/tree/rtl/mult"
said=$(prove_in 100 perf4_u16 cec)
printf '%s\n' "$said" | grep -q '^perf4_u16 cec proved [0-9]* hashing$'
ok $? "what hashing settled is said to be so: $said" "$said"
said=$(prove_in 100 mitchells cec)
printf '%s\n' "$said" | grep -q '^mitchells cec proved [0-9]*$'
ok $? "and what it did not is not: $said" "$said"
said=$(prove_in 1 dadda_u16 cec)
[ "$said" = "dadda_u16 cec open 1" ]
ok $? "out of time is no proof" "$said"
sed 's/endmodule/endmodul/' testbench/formal/ref_rows.v > "$tmp/tree/testbench/formal/ref_rows.v"
said=$(prove_in 100 perf4_u16 cec)
[ $? -eq 2 ] && ! printf '%s\n' "$said" | grep -q proved
ok $? "what yosys cannot read is no proof" "$said"
refused 2 "expected engine sat or cec, found 'magic'" sh testbench/prove.sh 100 "$tmp" perf2 magic
refused 2 "expected a limit in seconds" sh testbench/prove.sh 0 "$tmp" perf2 sat

# table_of LIST VERDICT: status 0 where every promise of the list is kept
table_of() {
  echo "$1" > "$tmp/list"
  echo "$2" > "$tmp/verdict"
  awk -v limit=9 -f testbench/proofs.awk "$tmp/list" "$tmp/verdict" 2>&1
}
table_of 'c sat full' 'c sat proved 1' > "$tmp/out" && table_of 'c cec open' 'c cec open 9' \
  > "$tmp/out" && grep -q 'not within 9 s' "$tmp/out" && table_of 'c cec open' 'c cec proved 3' \
  > "$tmp/out" && grep -q 'proved in 3 s$' "$tmp/out" &&
  table_of 'c cec full' 'c cec proved 3 hashing' > "$tmp/out" &&
  grep -q '^c  *cec  *proved by structural hashing in 3 s$' "$tmp/out" &&
  grep -q '^1 proved, 1 of them by structural hashing alone, 0 not' "$tmp/out"
ok $? "the table of proofs" "$(cat "$tmp/out")"
! table_of 'c sat full' 'c sat open 9' > "$tmp/out" && grep -q 'expected proved' "$tmp/out" &&
  ! table_of 'c sat test' 'd sat proved 9' > "$tmp/out" && grep -q 'no verdict' "$tmp/out" &&
  ! table_of 'c smt test' 'c smt proved 9' > "$tmp/out" && grep -q 'expected CELL' "$tmp/out"
ok $? "a promise that is not kept, a verdict that is missing, a list that is wrong" \
  "$(cat "$tmp/out")"

done_testing
