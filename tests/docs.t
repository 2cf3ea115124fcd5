#!/bin/sh
# The documentation pages.
#
# TEST RATIONALE. State space: a registry of two families (one with a model of another name) and an
# imported cell, with and without costs, with characters that HTML must not see; metrics that lack a
# cell; then, through make, one real family: its page, and what is made again after varimac was.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS

mkdir -p "$tmp/rtl" "$tmp/data" "$tmp/png"
cat > "$tmp/rtl/vmac_mult_good.v" << 'END'
// vmac_mult_good: products & more
//
// Contract: combinational. p_o = A if A < W,
//   else W.
// Registry: classes u,s; widths 4..16; params m=0..w-1; model better
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none
// code
END
printf '// Registry: classes u; widths 8\n' > "$tmp/rtl/vmac_mult_plain.v"
printf '/* Takes A\n * where A < W.\n * SPDX-License-Identifier: X */\n/* more */\n' \
  > "$tmp/better.c"
cat > "$tmp/mults.tbl" << 'END'
one  good   u8 m=1 low:1 - demo
ones good   s8 m=1 low:1 - -
same plain  u8 -   -     - -
mine import u8 -   -     - -
END
errors() { # errors MEAN: what `varimac mult errors` prints
  printf 'name   mean   MRE %%\n'
  for cell in one ones same mine; do echo "$cell   $1   2.5"; done
  printf '# Counted: %s < all.\n# more\n' "$1"
}
errors 7.5 > "$tmp/uniform"
errors 8.25 > "$tmp/network"
for cell in one:aa ones:bb same:aa mine:cc; do
  printf '"name": "%s",\n"table_hash": "%s",\n' "${cell%:*}" "${cell#*:}"
done > "$tmp/json"
data() {
  grep -Hn '^// Registry: ' "$tmp"/rtl/*.v > "$tmp/families.txt"
  awk -v dir="$tmp/data" -v uniform="$1" -v network="$tmp/network" -v json="$tmp/json" \
    -f scripts/mults-read.awk -f scripts/docs-data.awk "$tmp/families.txt" "$tmp/mults.tbl"
}
data "$tmp/uniform" 2> "$tmp/err" && [ "$(cat "$tmp/data/ones.hash.new")" = 'bb ones' ] &&
  [ "$(find "$tmp/data" -type f | wc -l)" -eq 7 ]
ok $? 'a file per family and per cell' "$(cat "$tmp/err"; ls "$tmp/data")"
sed '/^same/d' "$tmp/uniform" > "$tmp/short"
! data "$tmp/short" 2> "$tmp/err" && grep -q "expected 4 cells in .*/short, found '3'" "$tmp/err"
ok $? 'metrics that lack a cell are an error' "$(cat "$tmp/err")"

for cell in one ones same mine; do
  for kind in map plot; do echo "$kind of $cell" > "$tmp/png/$cell-$kind.png"; done
done
cat > "$tmp/cells.csv" << 'END'
# tool & version
name,class,family,area_um2,delay_ns,energy_pj,area_fa_um2,delay_fa_ns,energy_fa_pj
one,u8,good,1,2,3,4,5,6
same,u8,plain,7,7,7,7,7,7
END
sh scripts/docs.sh page "$tmp/data/good.tsv.new" "$tmp/rtl/vmac_mult_good.v" "$tmp/better.c" \
  "$tmp/png" "$tmp/cells.csv" > "$tmp/page.html" 2> "$tmp/err"
ok $? 'a page' "$(cat "$tmp/err")"
has() { grep -Fqx "$1" "$tmp/page.html"; ok $? "it has $1" "$(cat "$tmp/page.html")"; }
has '<h1>good</h1>'
has '<p><b>products &amp; more</b></p>'
has '<dt>Contract</dt>'
has '<dd>combinational. p_o = A if A &lt; W,'
has 'Takes A'
has 'where A &lt; W.'
row() { # row CELL...
  printf '<tr>' && printf '<td>%s</td>' "$@" && echo '</tr>'
}
has "$(row one 0 u8 m=1 low:1 - demo same)"
has "$(row ones 1 s8 m=1 low:1 - - -)"
has '<tr><th>name</th><th>mean</th><th>MRE %</th></tr>'
has "$(row one 7.5 2.5)"
has "$(row ones 8.25 2.5)"
has 'Counted: 7.5 &lt; all.'
has 'Counted: 8.25 &lt; all.'
has "$(row one u8 1 4 2 5 3 6)"
has '<pre>tool &amp; version</pre>'
image=$(base64 -w 0 "$tmp/png/ones-map.png")
has "<img alt=\"error map of ones\" src=\"data:image/png;base64,$image\">"
! grep -Eq 'SPDX|// |<td>mine</td>|more \*/|^code' "$tmp/page.html" &&
  [ "$(grep -c '<img' "$tmp/page.html")" -eq 4 ]
ok $? 'and nothing of the licence, the code and other families' "$(cat "$tmp/page.html")"
sh scripts/docs.sh page "$tmp/data/import.tsv.new" - - "$tmp/png" "$tmp/cells.csv" \
  > "$tmp/page.html" 2> "$tmp/err" && grep -q 'no independent model' "$tmp/page.html" &&
  ! grep -q '<h2>Cost' "$tmp/page.html" && [ "$(grep -c '<img' "$tmp/page.html")" -eq 2 ]
ok $? 'imported cells: no definition, no cost' "$(cat "$tmp/err" "$tmp/page.html")"
sh scripts/docs.sh index "$tmp/data/good.tsv.new=$tmp/rtl/vmac_mult_good.v" \
  "$tmp/data/import.tsv.new=-" > "$tmp/index.html" &&
  grep -q '"mult/good.html">good<.*<td>products &amp; more</td><td>m=0..w-1</td><td>one ones</td>' \
    "$tmp/index.html" && grep -q '"mult/import.html">.*<td>imported</td>' "$tmp/index.html"
ok $? 'the index' "$(cat "$tmp/index.html")"
! sh scripts/docs.sh page "$tmp/data/good.tsv.new" "$tmp/rtl/vmac_mult_good.v" "$tmp/better.c" \
  "$tmp/none" > /dev/null 2>&1
ok $? 'a missing picture is an error'

# ---- through make ----

docs() { make "B=$B" "DOCS=$tmp/docs" "$@" "$tmp/docs/mult/zero.html" > "$tmp/out" 2>&1; }
page=$tmp/docs/mult/zero.html
docs && grep -q 'canary' "$page" && grep -q 'zero.c' "$page" && grep -q 'MAP *zeros' "$tmp/out" &&
  [ "$(grep -c 'base64,iVBOR' "$page")" -eq 4 ]
ok $? 'the page of a family, with what is being made' "$(cat "$tmp/out")"
docs && grep -q 'up to date' "$tmp/out"
ok $? 'is made once'
docs -W "$VARIMAC" && grep -q 'ERRORS' "$tmp/out" && ! grep -Eq 'MAP|PLOT|PAGE' "$tmp/out"
ok $? 'a new varimac with the same metrics draws nothing anew' "$(cat "$tmp/out")"
docs -W cmodel/mult/zero.c && grep -q 'PAGE' "$tmp/out" && ! grep -Eq 'MAP|PLOT' "$tmp/out"
ok $? 'a new comment in the model makes the page anew' "$(cat "$tmp/out")"
done_testing
