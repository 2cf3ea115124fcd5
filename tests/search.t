#!/bin/sh
# varimac search: fronts, maps that give what the front says, going on after a stop, bad input.
# Prices here are made up.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
net=weights/resnet8.tflite

printf '# made up\nname\tarea\tcell_inertial_pj\nexact\t9\t4\nperf2\t9\t3\nperf3\t9\t2\nzero\t9\t0.5\ndyn0\t9\t5\nperf1\t9\t2.5\nexacts\t9\t4\nperf6s\t9\t1\n' \
  > "$tmp/costs.tsv"
search() {
  "$VARIMAC" search --net "$net" --costs "$tmp/costs.tsv" --images 60 --test-images 40 "$@" \
    > "$tmp/out" 2> "$tmp/err"
}
small="--mults exact,perf2,perf3 --evaluations 12 --line 6"

# shellcheck disable=SC2086 # a list of options
search $small -o "$tmp/a.csv" --maps "$tmp/maps"
ok $? "a search of layers" "$(cat "$tmp/err")"
[ "$(sed -n 1p "$tmp/a.csv")" = map,energy,loss,judged,right,test_images,test_right,accuracy,agreement,choice ]
ok $? "the front's header"
awk -F, 'NR > 1 { if (NR > 2 && ($2 >= e || $3 <= l)) exit 1; e = $2; l = $3; n++ }
  END { exit !(n > 2) }' "$tmp/a.csv"
ok $? "energy falls, loss grows" "$(cat "$tmp/a.csv")"
sed -n 2p "$tmp/a.csv.known" | grep -q '^0\.0\.0\.0\.0\.0\.0\.0\.0\.0,' &&
  [ "$(sed 1d "$tmp/a.csv.known" | cut -d, -f 1 | sort -u | wc -l)" = \
    "$(sed -n 's/^measured *\([0-9]*\) .*/\1/p' "$tmp/out")" ]
ok $? "the exact network is measured first, and nothing twice" "$(cat "$tmp/out")"
last=$(tail -n 1 "$tmp/a.csv")
[ "$(echo "$last" | cut -d, -f 2)" = 0.500000 ] &&
  [ "$(echo "$last" | cut -d, -f 10)" = "$(printf '2.%.0s' 1 2 3 4 5 6 7 8 9)2" ]
ok $? "the last one has the cheapest cell everywhere" "$last"
good=0 rows=0
while IFS=, read -r map _ _ _ _ _ right _; do
  [ "$map" = map ] && continue
  rows=$((rows + 1))
  "$VARIMAC" eval --net "$net" --map "$tmp/maps/$map.json" --images 40 > "$tmp/e" 2>&1 || break
  grep -q "($right correct)" "$tmp/e" && good=$((good + 1))
done << END
$(sed 's/^\([0-9]\),/0\1,/' "$tmp/a.csv")
END
[ $rows -gt 2 ] && [ $good -eq $rows ]
ok $? "every map answers as its row says" "$good of $rows; $(cat "$tmp/e")"
[ "$(find "$tmp/maps" -name '*.json' | wc -l)" -eq $rows ]
ok $? "a map for each row"

# Rows within a loss of the training images' answers, and what choices are of.
cp "$tmp/a.csv.known" "$tmp/w.csv.known"
touch "$tmp/maps/mine.json"
last=$(find "$tmp/maps" -name '[0-9]*.json' | wc -l)
cp "$tmp/maps/00.json" "$tmp/maps/$((last + 1)).json" # not behind the others: somebody's
echo '{"format": "another"}' > "$tmp/maps/$(printf %02d "$last").json"
# shellcheck disable=SC2086
search $small -o "$tmp/w.csv" --within 5 --units "$tmp/units.csv" --maps "$tmp/maps"
ok $? "rows within 5 % of the images" "$(cat "$tmp/err")"
[ -e "$tmp/maps/mine.json" ] && grep -q another "$tmp/maps/$(printf %02d "$last").json" &&
  [ -e "$tmp/maps/$((last + 1)).json" ] &&
  [ "$(find "$tmp/maps" -name '[0-9]*.json' | wc -l)" -eq "$(($(wc -l < "$tmp/w.csv") - 1 + 2))" ]
ok $? "maps of the longer front go, other files stay" "$(ls "$tmp/maps")"
base=$("$VARIMAC" eval --net "$net" --data subset:calib --images 60 | sed -n 's/^accuracy.*(\([0-9]*\) correct)/\1/p')
awk -F, -v base="$base" 'NR == 1 || $5 >= base - 3' "$tmp/a.csv" | cmp -s - "$tmp/w.csv" &&
  [ "$(wc -l < "$tmp/w.csv")" -lt "$(wc -l < "$tmp/a.csv")" ]
ok $? "are those of the front, numbers and all" "$base right; $(cat "$tmp/a.csv" "$tmp/w.csv")"
[ "$(sed -n '1p;2p;$p' "$tmp/units.csv" | tr '\n' ' ')" = 'unit,layer,macs 0,0,442368 9,9,640 ' ]
ok $? "a unit for each layer, with its multiplications" "$(cat "$tmp/units.csv")"

# Judges: rows as before, judged by images that were not measured on.
cp "$tmp/a.csv.known" "$tmp/j.csv.known"
# shellcheck disable=SC2086
search $small -o "$tmp/j.csv" --judges 50 --maps "$tmp/judged" &&
  ! grep -qv '^map,\|,50,[0-9]*,40,' "$tmp/j.csv" && cmp -s "$tmp/a.csv.known" "$tmp/j.csv.known" &&
  [ "$(cut -d , -f 1-3,6- "$tmp/j.csv")" = "$(cut -d , -f 1-3,6- "$tmp/a.csv")" ]
ok $? "rows that other images judge" "$(cat "$tmp/err" "$tmp/j.csv")"
grep -q "^ *0  *[0-9.]* %  *[0-9.]*  *$(awk -F, 'NR == 2 { printf "%.2f", 2 * $5 }' "$tmp/j.csv") %" \
  "$tmp/out"
ok $? "as the table says" "$(cat "$tmp/out")"
right() { # MAP IMAGES: of the first training images
  "$VARIMAC" eval --net "$net" --map "$1" --data subset:calib --images "$2" |
    sed -n 's/^accuracy.*(\([0-9]*\) correct)/\1/p'
}
good=0 rows=0
while IFS=, read -r map _ _ _ judged _; do
  [ "$map" = map ] && continue
  rows=$((rows + 1))
  map=$tmp/judged/$(printf %02d "$map").json
  [ $(($(right "$map" 110) - $(right "$map" 60))) -eq "$judged" ] && good=$((good + 1))
done < "$tmp/j.csv"
[ $rows -gt 2 ] && [ $good -eq $rows ]
ok $? "by the images behind those measured on" "$good of $rows"

# The same again, from what is known and from a part of it.
cp "$tmp/a.csv" "$tmp/first.csv"
cp "$tmp/a.csv.known" "$tmp/first.known"
# shellcheck disable=SC2086
search $small -o "$tmp/a.csv" && cmp -s "$tmp/a.csv" "$tmp/first.csv" &&
  cmp -s "$tmp/a.csv.known" "$tmp/first.known"
ok $? "once more: the same bytes" "$(cat "$tmp/err")"
grep -q "^measured  *\([0-9]*\) maps .*, \1 of them known" "$tmp/out"
ok $? "nothing measured again" "$(cat "$tmp/out")"
sed 17q "$tmp/first.known" > "$tmp/a.csv.known"
# shellcheck disable=SC2086
OMP_NUM_THREADS=1 search $small -o "$tmp/a.csv" && cmp -s "$tmp/a.csv" "$tmp/first.csv" &&
  cmp -s "$tmp/a.csv.known" "$tmp/first.known"
ok $? "from a part of it, on one thread: the same bytes" "$(cat "$tmp/err")"
# shellcheck disable=SC2086
search $small -o "$tmp/b.csv" & # a signal leaves a file that the same command goes on with
pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  [ -s "$tmp/b.csv.known" ] && break
  sleep 0.5
done
pkill -TERM -P $pid 2> /dev/null
wait $pid
[ ! -e "$tmp/b.csv" ] || cmp -s "$tmp/b.csv" "$tmp/first.csv"
ok $? "stopped: no front but the whole one"
# shellcheck disable=SC2086
search $small -o "$tmp/b.csv" && cmp -s "$tmp/b.csv" "$tmp/first.csv" &&
  cmp -s "$tmp/b.csv.known" "$tmp/first.known"
ok $? "gone on with: the same bytes" "$(cat "$tmp/err")"

# Levels, corrections, an edge for all.
for level in filter input tap; do
  search --mults dyn0,perf2 --level $level --groups 2 --evaluations 2 --line 2 --edge perf2 \
    --correction cv --calib-images 12 --images 12 -o "$tmp/$level.csv" --maps "$tmp/$level" \
    --units "$tmp/$level.units"
  ok $? "level $level, corrected" "$(cat "$tmp/err")"
done
[ "$(sed -n '1d;3p;4p;$p' "$tmp/filter.units" | tr '\n' ' ')" = '1,0,221184 2,1,1179648 19,9,320 ' ]
ok $? "units of filters know their layers" "$(cat "$tmp/filter.units")"
map=$(find "$tmp/filter" -name '*.json' -exec grep -l filters {} + | sed -n 1p)
[ "$map" ] && grep -q '"edge":.*"perf2"' "$map"
ok $? "a map of filters names the edge" "$map"
right=$(awk -F, -v map="${map##*/}" '$1 == map + 0 { print $7 }' "$tmp/filter.csv")
"$VARIMAC" eval --net "$net" --map "$map" --correction cv --calib-images 12 --images 40 > "$tmp/e" 2>&1
grep -q "($right correct)" "$tmp/e"
ok $? "and answers as its row says" "$right; $(cat "$tmp/e")"

# Without an edge: the X of layers of several cells are the dearest cell's, here too.
search --mults exact,perf1,perf2 --level filter --groups 2 --evaluations 4 --line 12 \
  --correction cv --calib-images 12 --images 12 -o "$tmp/mixed.csv" --maps "$tmp/mixed"
good=0 rows=0
while IFS=, read -r map _ _ _ _ _ right _; do
  [ "$map" = map ] && continue
  rows=$((rows + 1))
  "$VARIMAC" eval --net "$net" --map "$tmp/mixed/$map.json" --correction cv --calib-images 12 \
    --images 40 > "$tmp/e" 2>&1 || break
  grep -q "($right correct)" "$tmp/e" && good=$((good + 1))
done << END
$(sed 's/^\([0-9]\),/0\1,/' "$tmp/mixed.csv")
END
[ $rows -gt 2 ] && [ $good -eq $rows ]
ok $? "maps of filters without an edge answer as their rows say" "$good of $rows; $(cat "$tmp/e")"
# A map whose coefficients do not fit their registers loses all, and the search goes on.
search --mults exacts,perf6s --correction bitplane --calib-images 12 --images 12 --evaluations 2 \
  --line 2 -o "$tmp/fit.csv"
ok $? "a cell whose corrections do not fit" "$(cat "$tmp/err")"

awk 'NR == 1 { printf "\357\273\277" } { printf "%s\r\n", $0 }' "$tmp/costs.tsv" > "$tmp/dos.tsv"
# shellcheck disable=SC2086
"$VARIMAC" search --net "$net" --costs "$tmp/dos.tsv" --images 60 --test-images 40 $small -o "$tmp/dos.csv" \
  > "$tmp/out" 2>&1 && cmp "$tmp/a.csv" "$tmp/dos.csv"
ok $? "prices out of a spreadsheet" "$(cat "$tmp/out")"
refuse() { # DESCRIPTION STATUS TEXT OPTION ...
  what=$1 status=$2 text=$3
  shift 3
  "$VARIMAC" search --net "$net" "$@" > "$tmp/out" 2> "$tmp/err"
  [ $? -eq "$status" ] && grep -q -- "$text" "$tmp/err" && [ ! -e "$tmp/no.csv" ]
  ok $? "$what" "$(cat "$tmp/err")"
}
c="--costs $tmp/costs.tsv -o $tmp/no.csv --images 4"
# shellcheck disable=SC2086
{
  refuse "no cells" 2 "are needed" $c
  refuse "more judges than images behind" 1 "expected at most 196, .* behind the 4 measured" $c \
    --mults exact,perf2 --judges 197
  refuse "one cell" 2 "2 to 255 cells, found 1" $c --mults exact
  refuse "a cell twice" 2 "perf2 twice" $c --mults perf2,perf2
  refuse "an unknown cell" 2 "--mults: " $c --mults exact,pref2
  refuse "a cell without a price" 1 "costs.tsv has no row of trunc6; .make ppa CELLS=trunc6" $c \
    --mults exact,trunc6
  refuse "no such column" 1 'expected a column "pj" in its header line' $c --mults exact,zero --column pj
  refuse "a share over all" 2 "--within: " $c --mults exact,zero --within 101
  refuse "a test set that is not there" 1 nowhere.png $c --mults exact,zero --test sheet:nowhere.png
  refuse "maps in a file" 1 "expected a folder for maps" $c --mults exact,zero --maps "$tmp/costs.tsv"
  refuse "no such table" 1 nowhere.tsv --costs nowhere.tsv -o "$tmp/no.csv" --mults exact,zero
  printf 'name,pj\nexact,4\nzero,-1\n' > "$tmp/bad.csv"
  refuse "a price below 0" 1 "bad.csv, line 3: pj of zero: expected a number above 0" \
    --costs "$tmp/bad.csv" --column pj -o "$tmp/no.csv" --mults exact,zero
  printf 'name,pj\nexact,4\nzero,1\nexact,3\n' > "$tmp/bad.csv"
  refuse "two prices of one cell" 1 "bad.csv, line 4: a second row of exact" \
    --costs "$tmp/bad.csv" --column pj -o "$tmp/no.csv" --mults exact,zero
  refuse "two classes in one layer" 1 "one operand class" $c --mults exact,dyn0,perf2 --edge exacts
  refuse "a test set to search on" 1 "is a test set" $c --mults exact,zero --data cifar10:test
  refuse "an unknown level" 2 "expected layer, filter, input or tap" $c --mults exact,zero --level row
  refuse "known of something else" 1 "was measured of something else and stays as it is" $c \
    --mults exact,zero --known "$tmp/first.known"
  cmp -s "$tmp/first.known" "$tmp/a.csv.known"
  ok $? "which it does"
  sed '5s/\./,/' "$tmp/first.known" > "$tmp/bad.known"
  sed '5s/,.*/,inf,3/' "$tmp/first.known" > "$tmp/inf.known"
  refuse "a loss that is none" 1 "inf.known, line 5: expected a cell's number" \
    --costs "$tmp/costs.tsv" -o "$tmp/no.csv" --images 60 --mults exact,perf2,perf3 \
    --known "$tmp/inf.known"
  refuse "a bad row" 1 "bad.known, line 5: expected a cell's number for each of 10 units" \
    --costs "$tmp/costs.tsv" -o "$tmp/no.csv" --images 60 --mults exact,perf2,perf3 \
    --known "$tmp/bad.known"
}
done_testing
