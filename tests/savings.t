#!/bin/sh
# What cells save: savings.sh, its tables and pages, on figures made up so that percents are known.
#
# TEST RATIONALE. State space: both classes; both baselines, of each its own figure; energy and
# area; three levels; with and without the correction's hardware; both activities; more than the
# baseline and less. Two libraries side by side. A cell, a baseline, one figure, a design that is
# not there; a library that is not there. Shares that correction takes, of both corrections.
# Parameters: 16 x 16, the shipped network; energies of an array are counts of its multiplications.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS
ENERGY=$B/vmac-energy
net=weights/resnet8.tflite
work=$tmp/ppa out=$tmp/here
mkdir "$work"

. tests/energy_designs.sh

# CELL AREA BUSY
pe() { area=$2 design pe "$1" "$3" 0 0 0 > "$work/pe-$1"; }
foot() { # CELL CORRECTION AREA BUSY
  more=" \"opt_correction\": $2,"
  area=$3 glitches=1 design side "$1" "$4" 0 0 "$4" "$more" > "$work/side$2-$1"
  area=$3 glitches=5 design correct "$1" "$4" 0 0 0 "$more" > "$work/correct$2-$1"
}
pe exact 120 40
pe dadda 100 20
pe exacts 150 16
pe daddas 80 32
pe perf2 60 10
pe perf2s 100 24
foot exact 0 16 0
foot exacts 0 32 0
foot perf2 0 16 0
foot perf2 1 496 100
foot perf2s 0 32 0
foot perf2s 1 512 0
collect() { "$ENERGY" collect -o "$work/ppa.json" --platform here "$work"/*-* > "$tmp/log"; }
collect
ok $? "designs are collected" "$(cat "$tmp/log")"
tab=$(printf '\t')
{
  echo '# platform here, yosys 1, library sha256 2'
  echo '# delay targets 3'
  echo '# operands sha256: u8 4, s8 5'
  echo '# energy a product'
  echo "name class cell_area_um2 cell_zero_pj cell_inertial_pj pe_area_um2 pe_zero_pj" \
    "pe_inertial_pj"
  echo exact u8 50 8 16 120 40 120
  echo dadda u8 40 10 20 100 20 60
  echo exacts s8 60 5 10 150 16 48
  echo daddas s8 30 20 25 80 32 96
  echo perf2 u8 20 6 12 60 10 30
  echo perf2s s8 45 10 5 100 24 72
} | sed "/^#/!s/ /$tab/g" > "$work/ppa.tsv"
savings() { sh synth/savings.sh "$work" "$VARIMAC" $net "${1-perf2 perf2s}" \
  'exact dadda exacts daddas' "$out" > "$tmp/out" 2> "$tmp/err"; }
said() { cat "$tmp/out" "$tmp/err"; }
savings
ok $? "a table is made" "$(said)"

# is NAME LEVEL CORRECTION ACTIVITY EXPECTED: area, its savings, pJ, its savings
is() {
  found=$(awk -F '\t' -v key="$1 $2 $3 $4" '$1 " " $3 " " $4 " " $5 == key {
    print $6, $7, $8, $9, $10, $11 }' "$out.tsv")
  [ "$found" = "$5" ]
  ok $? "$1 $2 $3 $4" "expected $5, found $found"
}
is perf2 multiplier none zero '20.0 60.00 50.00 6 25.00 40.00'
is perf2 multiplier none inertial '20.0 60.00 50.00 12 25.00 40.00'
is perf2 pe none zero '60.0 50.00 40.00 10 75.00 50.00'
is perf2 pe none inertial '60.0 50.00 40.00 30 75.00 50.00'
# 256 PEs, a side column, 16 units: 256 * 120 + 17 * 16, 256 * 100 + 17 * 16, 256 * 60 + 17 * 16.
is exact array none zero '30992.0 0.00 -19.79 40 0.00 -100.00'
is dadda array none inertial '25872.0 16.52 0.00 60 50.00 0.00'
is perf2 array none zero '15632.0 49.56 39.58 10 75.00 50.00'
is perf2 array none inertial '15632.0 49.56 39.58 30 75.00 50.00'
# With correction 256 * 60 + 17 * 496. Then the side column takes 100 pJ in every cycle, and each of
# 16 correction units as much for an accumulator.
sums=$((16 * (3 * 1024 + 2 * 2 * 256 + 2 * 256 + 2 * 4 * 64 + 4 * 64 + 1)))
cycles=$("$VARIMAC" cycles --net $net --mult perf2 --rows 16 --cols 16 2> "$tmp/err" |
  awk '$1 == "all" { print $2 }')
set -- $(awk -v sums=$sums -v cycles="$cycles" 'BEGIN {
  zero = 10 + 100 * (sums + cycles) / 12501632
  inertial = 30 + 100 * (5 * sums + cycles) / 12501632
  printf "%.6g %.2f %.2f %.6g %.2f %.2f", zero, 100 * (1 - zero / 40), 100 * (1 - zero / 20),
    inertial, 100 * (1 - inertial / 120), 100 * (1 - inertial / 60) }')
is perf2 array cv zero "23792.0 23.23 8.04 $1 $2 $3"
is perf2 array cv inertial "23792.0 23.23 8.04 $4 $5 $6"
# More than one baseline, less than the other; an s8 cell without correction has no side column.
is perf2s multiplier none zero '45.0 25.00 -50.00 10 -100.00 50.00'
is perf2s multiplier none inertial '45.0 25.00 -50.00 5 50.00 80.00'
is perf2s pe none zero '100.0 33.33 -25.00 24 -50.00 25.00'
is exacts array none zero '38912.0 0.00 -85.37 16 0.00 50.00'
is daddas array none zero '20992.0 46.05 0.00 32 -100.00 0.00'
is perf2s array none zero '26112.0 32.89 -24.39 24 -50.00 25.00'
is perf2s array cv zero '34304.0 11.84 -63.41 24 -50.00 25.00'
[ "$(grep -vc '^#\|^name' "$out.tsv")" = $((4 * 6 + 2 * 8)) ] && ! grep -q 'exact.*cv' "$out.tsv"
ok $? "a row for each level, correction, activity; exact cells are uncorrected" "$(cat "$out.tsv")"

for line in 'platform here, yosys 1, library sha256 2' 'operands sha256: u8 4, s8 5' \
  "array: 16 x 16, one inference of $net ($(sha256sum $net | cut -c 1-16)): PEs, side column"; do
  grep -q "^# $line" "$out.tsv" && grep -qF "\"$line" "$out.json"
  ok $? "what it was made with: $line" "$(grep '^#' "$out.tsv")"
done
grep -q '{"name": "perf2", "class": "u8", "level": "pe", "correction": "none", '\
'"activity": "zero", '\
'"area_um2": 60.0, "area_saved_star_percent": 50.00, "area_saved_dadda_percent": 40.00, '\
'"pj_per_mac": 10, "pj_saved_star_percent": 75.00, "pj_saved_dadda_percent": 50.00}' "$out.json"
ok $? "JSON has the same figures" "$(grep perf2 "$out.json")"

# ---- tables ----
table() { awk -v style=md -v against="$1" -f synth/savings-table.awk "$out.tsv" |
  grep "^| $2 |"; }
row=$(table dadda perf2s)
[ "$row" = '| perf2s | 50 / 80 | 25 / 25 | 25 / 25 | 25 / 25 |' ]
ok $? "a row against Dadda" "$row"
row=$(table star perf2s)
[ "$row" = '| perf2s | -100 / 50 | -50 / -50 | -50 / -50 | -50 / -50 |' ]
ok $? "a row against the inferred *" "$row"
row=$(table star dadda)
[ "$row" = '| dadda | -25 / -25 | 50 / 50 | 50 / 50 |  |' ]
ok $? "a baseline has no figure with correction" "$row"
sed 's/^# platform here/# platform there/; s/\(perf2	u8	pe.*	\)50.00$/\1-7.6/' "$out.tsv" \
  > "$tmp/there.tsv"
sed 's/^\(perf2	.*	\)[-0-9.]*$/\1/' "$out.tsv" | awk -v style=md -v against=dadda -v cells=perf2 \
  -f synth/savings-table.awk > "$tmp/none.md"
[ "$(sed -n 3p "$tmp/none.md" | cut -d '|' -f 1-4)" = '| perf2 | - / - | - / - ' ]
ok $? "against a baseline of 0 there is no saving" "$(cat "$tmp/none.md")"
awk -v style=md -v against=dadda -v named=1 -v cells=perf2 -f synth/savings-table.awk "$out.tsv" \
  "$tmp/there.tsv" > "$tmp/two.md"
ok $? "two libraries side by side"
[ "$(head -n 1 "$tmp/two.md" | cut -d '|' -f 1-3,7,8)" = \
  '| cell | here: multiplier | there: multiplier | there: PE ' ]
ok $? "each column names its library" "$(head -n 1 "$tmp/two.md")"
[ "$(sed -n 3p "$tmp/two.md" | cut -d '|' -f 1-4,8)" = '| perf2 | 40 / 40 | 50 / 50 | -8 / -8 ' ]
ok $? "and has its figures" "$(cat "$tmp/two.md")"
! awk -v style=md -v against=dadda -v cells=perf3 -f synth/savings-table.awk "$out.tsv" \
  > "$tmp/out" 2> "$tmp/err" && grep -q 'here.tsv: no figure of perf3: multiplier none' "$tmp/err"
ok $? "a cell that the table lacks is named" "$(said)"
sh synth/savings-page.sh "$out.tsv" > "$tmp/page.md" &&
  grep -q '^| perf2 | 50; 40 / 40 | 40; 50 / 50 |' "$tmp/page.md" &&
  grep -q '^| perf2 | 60; 25 / 25 | 50; 75 / 75 |' "$tmp/page.md" &&
  grep -q '^platform here, yosys 1, library sha256 2$' "$tmp/page.md"
ok $? "the page has both baselines, areas, and what it was made with" "$(cat "$tmp/page.md")"

# ---- what is not there ----
refused() { # WORD DESCRIPTION
  ! savings "${3-perf2 perf2s}" && grep -q "$1" "$tmp/err" && [ ! -e "$out.tsv" ] &&
    [ ! -e "$out.json" ]
  ok $? "$2" "$(said)"
}
refused 'no pe of cell perf3' "a PE that was not measured is named, and there is no table" perf3
cp "$work/ppa.tsv" "$tmp/good.tsv"
sed "/^perf2$tab/d" "$tmp/good.tsv" > "$work/ppa.tsv"
refused 'savings: no row of perf2 in ' "a row that the table of figures lacks"
sed "/^daddas$tab/d" "$tmp/good.tsv" > "$work/ppa.tsv"
refused 'savings: no row of daddas in ' "a baseline that it lacks"
sed "s/^\(perf2${tab}u8${tab}20\)${tab}6/\1$tab/" "$tmp/good.tsv" > "$work/ppa.tsv"
refused 'savings: no figure of perf2: multiplier none zero' "one figure that it lacks"
cp "$tmp/good.tsv" "$work/ppa.tsv"
rm "$work/correct1-perf2"
collect
refused 'no correct for cell perf2 with correction 1' "a correction unit that was not measured"
foot perf2 1 496 100
collect

# ---- shares of an array that correction takes ----

# Of 4 x 4 PEs: 16 * 100 and 16 * 10; low bits of A: 2 and 1 more a PE.
for part in 'pe 100 10' 'pe_whole_a 102 11' 'x1 40 4' 'x2 80 8' 'unit0 20 2' 'unit1 60 6' \
  'unit2 70 7' 'tile1 50 8' 'tile2 65 9'; do
  echo "c 4 $part" | tr ' ' '\t'
done > "$tmp/parts.tsv"
cost() { awk -f synth/correction-cost.awk "$@" > "$tmp/out" 2> "$tmp/err"; }
# x + 4 * low; 4 * x + 16 * low; 4 units; 4 * (unit - unit0); 4 units of tiles
cost "$tmp/parts.tsv" && [ "$(sed 1d "$tmp/out" | tr '\t' ' ')" = \
'c 4 cv area 1600 48 3.00 192 12.00 240 15.00 160 10.00 200 12.50
c 4 cv pj 160 8 5.00 32 20.00 24 15.00 16 10.00 32 20.00
c 4 bitplane area 1600 88 5.50 352 22.00 280 17.50 200 12.50 260 16.25
c 4 bitplane pj 160 12 7.50 48 30.00 28 17.50 20 12.50 36 22.50' ]
ok $? "sums of X beside the array and in every PE, units, what V adds" "$(said)"
awk -v style=md -v settings='at 5 ns' -f synth/correction-cost.awk "$tmp/parts.tsv" > "$tmp/out" &&
  grep -q '^| c | 4 | cv | pj | 160 | 5.00 | 20.00 | 15.00 | 10.00 | 20.00 |$' "$tmp/out" &&
  [ "$(tail -n 1 "$tmp/out")" = 'at 5 ns.' ]
ok $? "as a page, with what it is of" "$(said)"
grep -v x2 "$tmp/parts.tsv" > "$tmp/less.tsv"
! cost "$tmp/less.tsv" && grep -q 'no x2 of c, 4 rows' "$tmp/err"
ok $? "a part that was not measured is named" "$(said)"

# The parts, with tools that stand in: an area is the width of a PE's sums, and 100 with all bits of
# A, 1000 of all else; an energy is 7, of PEs their area, and of 0.4, 0.3 and 0.3 of all
# multiplications; each that is measured is a line of asked. BAD: a sed script for what is said.
mkdir -p "$tmp/bin"
cat > "$tmp/bin/yosys" << 'END'
#!/bin/sh
dir=$(dirname "$3")
cp "$dir/map.ys" "$dir/netlist.json"
area=$(sed -n 's/.*PSUM_W \([0-9]*\).*/\1/p' "$dir/map.ys")
grep -q 'top vmac_pe' "$dir/map.ys" || area=1000
! grep -q 'A_LOW 0' "$dir/map.ys" || area=$((area + 100))
[ "$area" != 16 ] || grep -q 'TOP 1' "$dir/map.ys" || area=no
echo "   Chip area for module '\\x': $area.000000" > "$dir/stat.txt"
echo x | tee "$dir/netlist.v" "$3" > "$dir/scalar.v"
END
cat > "$tmp/bin/energy" << 'END'
#!/bin/sh
echo "$@" >> "$ASKED"
shift 3
while [ "$1" != --netlist ]; do shift; done
area=$(sed 's/.*: //' "$(dirname "$2")/stat.txt") pj=7 share=
case $* in
  *' --rows 0:1 '*) pj=$area share=' share=0.4' ;;
  *' --rows 1:2 '* | *' --rows 2:4 '*) pj=$area share=' share=0.3' ;;
esac
echo "name=x area_um2=$area energy_inertial_pj=$pj$share" | sed "$BAD"
END
chmod +x "$tmp/bin/yosys" "$tmp/bin/energy"
: > "$tmp/operands-4.bin"
: > "$tmp/operands-s8-4.bin"
echo "cell (x) {" > "$tmp/no.lib"
parts() { # LOAD [BAD]
  : > "$tmp/asked"
  PATH="$tmp/bin:$PATH" ASKED="$tmp/asked" BAD="${2-}" VMAC_LIB="$tmp/no.lib" VMAC_CACHE='' VMAC_DELAY_PS=1 \
    VMAC_PERIOD_NS=1 VMAC_PE_DELAY_PS=1 VMAC_PE_PERIOD_NS=1 ABC_DRIVER_CELL=x ABC_LOAD_IN_FF="$1" \
    VMAC_INPUT_SLEW_NS=1 IMPORT_DIR="$tmp" sh synth/correction-cost.sh "$tmp/cost" \
    "$tmp/bin/energy" "$tmp/operands" "$B/gen/families.txt" rtl/mult/mults.tbl perf2 4 \
    > "$tmp/out" 2> "$tmp/err"
}
# Rows of 16, 17, 18 and 18 bits; the s8 twin makes the sums of X.
parts 25 && [ "$(sort "$tmp/cost/parts.tsv" | tr '\t' ' ' | head -n 3)" = 'perf2 4 pe 17.25 16.9
perf2 4 pe_whole_a 117.25 116.9
perf2 4 tile1 1000.000000 7' ] && [ "$(wc -l < "$tmp/asked")" = 13 ] &&
  [ "$(grep -c -e '--cell perf2s .*operands-s8-4.bin' "$tmp/asked")" = 2 ] &&
  grep -q '  COST    13 of 13: unit0 of perf2, 4 rows' "$tmp/err"
ok $? "a PE's area is the mean of its column's rows, its energy of their multiplications" \
  "$(said; cat "$tmp/cost/parts.tsv" "$tmp/asked")"
parts 25 && [ ! -s "$tmp/asked" ] && parts 50 && [ "$(wc -l < "$tmp/asked")" = 13 ]
ok $? "measured once, and again with other settings" "$(said; cat "$tmp/asked")"
cp "$tmp/cost/parts.tsv" "$tmp/kept.tsv"
load=60
# wrong BAD WORDS DESCRIPTION
wrong() {
  load=$((load + 1))
  ! parts $load "$1" && grep -q "$2" "$tmp/err" && cmp -s "$tmp/kept.tsv" "$tmp/cost/parts.tsv"
  ok $? "$3" "$(said)"
}
wrong 's/ area_um2=17[^ ]*//' 'area_um2 of pe-17 of perf2, 4 rows: expected one figure, found none' \
  "a PE's area that is not there"
wrong 's/ area_um2=18\([^ ]*\)/& area_um2=19\1/' \
  'area_um2 of pe-18 of perf2, 4 rows: expected one figure, found 2, the last 19' "one that is there twice"
wrong 's/_pj=116.*/_pj=nan share=0.4/' \
  'energy_inertial_pj of pe_whole_a-16 of perf2, 4 rows: expected one figure, found 1, the last nan' \
  "an energy that is no number"
wrong 's/share=0.4/share=0.3/' 'pe of perf2, 4 rows: expected shares of 1 in all, found 0.9' \
  "rows that are not the whole array"

mkdir -p "$tmp/build/report" && echo kept > "$tmp/build/report/savings.md"
make -s B="$tmp/build" PLATFORM=all VMAC_PDK_DIR=/nowhere LIB_FILES=/none.lib \
  -o setup savings > "$tmp/out" 2> "$tmp/err"
status=$?
[ "$(grep -c '^  SAVINGS [a-z0-9-]* left out: no /none.lib' "$tmp/out")" = \
  "$(ls -d synth/platforms/*/ | wc -l)" ]
ok $? "a library that is not there is left out, and said so" "$(said)"
[ $status -ne 0 ] && grep -q "^make savings: no platform's library is here" "$tmp/err" &&
  [ "$(cat "$tmp/build/report/savings.md")" = kept ]
ok $? "with no library at all it fails, and the page stays" "status $status: $(said)"
for goal in library synth synth-top synth-equiv netlists ppa-check ppa-baseline compose \
  correction-cost; do
  ! make -s B="$tmp/build" PLATFORM=all -o setup $goal > "$tmp/out" 2> "$tmp/err" &&
    grep -q "make $goal: PLATFORM=all is not for this one; name one of .*osu018" "$tmp/err"
  ok $? "$goal refuses all platforms" "$(said)"
done

# ---- goals of make ----

mk() { make "$@" B="$tmp/build" VMAC_CACHE="$tmp/cache" > "$tmp/out" 2> "$tmp/err"; }
pages=$tmp/build/report/savings
mkdir -p "$pages"
savings
for name in osu018 osu035; do
  sed "s/platform here/platform $name/" "$out.tsv" > "$pages/$name.tsv"
done
mk -s PLATFORM=osu035 savings-pages && mk -s PLATFORM=osu018 savings-pages &&
  [ "$(sed -n 's/^## //p' "$pages.md" | tr '\n' ,)" = \
    'Savings on osu018,Savings on osu035,' ]
ok $? "the page keeps the libraries of earlier runs" "$(said)"
sums() { find "$tmp/build" -type f -exec sha256sum {} + | sort; }
sums > "$tmp/was"
# dry GOAL: make -n of it
dry() {
  mk -n PLATFORM=osu018 -o setup "$1"
  [ $? -eq 0 ] && grep -q 'synth/ppa.sh' "$tmp/out" && [ ! -e "$tmp/cache" ] &&
    sums | cmp -s - "$tmp/was"
  ok $? "make -n $1: prints what it would do, and does nothing" "$(said | tail -n 5)"
}
for goal in ppa-run check-run savings-run savings; do dry $goal; done
mkdir -p "$tmp/none/synth/platforms/none" && cp synth/platforms/osu018/config.mk \
  "$tmp/none/synth/platforms/none"
sed -i '/^export LIB_FILES/d' "$tmp/none/synth/platforms/none/config.mk"
for file in ./*; do [ "$file" = ./synth ] || ln -s "$PWD/$file" "$tmp/none"; done
cp -r synth/*.* synth/liberty synth/energy synth/baseline "$tmp/none/synth"
cp synth/platforms/keys.mk "$tmp/none/synth/platforms"
# Whoever calls this test may have another platform's.
! env -u LIB_FILES make -s -C "$tmp/none" B="$tmp/build" PLATFORM=all -o setup savings > "$tmp/out" 2> "$tmp/err" &&
  grep -q "platform none: LIB_FILES: expected a value, found ''" "$tmp/err" &&
  ! grep -q 'left out' "$tmp/out"
ok $? "a platform without LIB_FILES is named" "$(said)"
done_testing
