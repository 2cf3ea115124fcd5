#!/bin/sh
# varimac sweep: its rows are those of eval one by one, whatever it shares, keeps or is stopped at.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
net=weights/resnet8.tflite

sweep() { "$VARIMAC" sweep --net "$net" --images 40 --calib-images 30 "$@"; }
cells="--mults perf2,rec4s --modes none,cv"

# shellcheck disable=SC2086 # words
{ sweep $cells -o "$tmp/sweep.csv" > "$tmp/out" 2> "$tmp/err" &&
  [ "$(cut -d , -f 1-3 "$tmp/sweep.csv" | tr '\n' ' ')" = \
    "mult,correction,layers perf2,none,all perf2,cv,all rec4s,none,all rec4s,cv,all " ] &&
  grep -q '^4 points' "$tmp/out"; }
ok $? "a sweep has a row per cell and mode" "$(cat "$tmp/err")"

# Every choice of layers, in the order asked for, under modes with one X and with several.
choices=9,2-5,all,0+9,each
sweep --mults trunc6,perf2s --modes none,bitplane,cv --layers "$choices" -o "$tmp/all.csv" \
  --json "$tmp/all.json" > /dev/null 2>&1 && [ "$(wc -l < "$tmp/all.csv")" -eq 85 ]
ok $? "a row per cell, layers and mode"
[ "$(awk -F , '/^perf2s,cv/ { printf "%s ", $3 }' "$tmp/all.csv")" = \
  "9 2-5 all 0+9 0 1 2 3 4 5 6 7 8 9 " ]
ok $? "rows in the order asked for; each: every MAC layer alone"
awk -F , '$3 == 9 { row = $0; sub(/^[^,]*,[^,]*,/, "", row); n[$1 $2]++; same[$1 $2 row]++ }
  END { for (i in n) if (n[i] != 2) exit 1; for (i in same) if (same[i] != 2) exit 1 }' "$tmp/all.csv"
ok $? "a point asked for twice has its row twice"

# The columns of a row by their names: mult, correction, layers, correct, agreement, share.
for point in trunc6,none,9 trunc6,bitplane,2-5 trunc6,cv,all perf2s,cv,0+9 perf2s,bitplane,4; do
  IFS=, read -r mult mode layers << END
$point
END
  case $mode in none) calib= ;; *) calib="--calib-images 30" ;; esac
  # shellcheck disable=SC2086
  "$VARIMAC" eval --net "$net" --images 40 --mult "$mult" --correction "$mode" --layers "$layers" \
    $calib --json "$tmp/one.json" > /dev/null
  awk -F '[:,\t]+' -v mult="$mult" -v mode="$mode" -v layers="$layers" '
    NR == FNR { if (NF > 2) { gsub(/"/, ""); want[$2] = $3 } next }
    FNR == 1 { n = split($0, name, ","); next }
    { split($0, c, ","); for (i = 1; i <= n; i++) row[name[i]] = c[i] }
    row["mult"] == mult && row["correction"] == mode && row["layers"] == layers {
      found = 1
      for (i in name) if (name[i] ~ /correct$|accuracy|agreement|share/) {
        d = row[name[i]] - want[name[i]]; compared++
        if (d * d > 1e-11) { print name[i], row[name[i]], want[name[i]]; bad = 1 } }
    }
    END { exit bad || !found || compared < 4 }' "$tmp/one.json" "$tmp/all.csv" > "$tmp/why"
  ok $? "$point counts what eval counts" "$(cat "$tmp/why")"
done

# One object a row, its keys the columns; numbers bare, the rest quoted.
awk 'function flush() { if (n) print line; if (n && !head++) keys = names; n = 0 }
  /^\t\}|^\t\t\}|^\]/ { flush(); next }
  /":\t/ { key = $0; sub(/^[^"]*"/, "", key); sub(/".*/, "", key); value = $0
    sub(/^[^:]*:\t/, "", value); sub(/,$/, "", value)
    quoted = value ~ /^".*"$/; number = key ~ /^(images|correct|accuracy|agreement|approximate_share|lost|gained)$/
    if (quoted == number) bad = 1
    gsub(/"/, "", value)
    line = n ? line "," value : value; names = n ? names "," key : key; n++ }
  END { flush(); print keys; exit bad }' "$tmp/all.json" > "$tmp/json.csv"
{ tail -n 1 "$tmp/json.csv"; sed '$d' "$tmp/json.csv"; } | cmp - "$tmp/all.csv" > "$tmp/why" 2>&1
ok $? "the JSON file has the rows of the CSV file" "$(cat "$tmp/why")"

# Slopes of each K tile: rows of their own, named so, with eval's results.
sweep --mults trunc6 --modes none,phi,cv --ktile 16 -o "$tmp/tile.csv" > /dev/null 2>&1 &&
  [ "$(cut -d , -f 2 "$tmp/tile.csv" | tr '\n' ' ')" = "correction none phi@16x16 cv@16x16 " ]
ok $? "modes of K tiles are named after the array" "$(cat "$tmp/tile.csv")"
for mode in phi cv; do
  "$VARIMAC" eval --net "$net" --images 40 --mult trunc6 --correction $mode --ktile 16 \
    --calib-images 30 --json "$tmp/one.json" > /dev/null
  want=$(awk -F '[:,\t]+' '/"correct"/ { print $3 }' "$tmp/one.json")
  [ -n "$want" ] && [ "$want" = "$(awk -F , -v mode=$mode@16x16 '$2 == mode { print $11 }' "$tmp/tile.csv")" ]
  ok $? "the row of $mode@16x16 is eval's" "$want $(cat "$tmp/tile.csv")"
done

part="--mults trunc6 --modes bitplane,none --layers $choices"
# shellcheck disable=SC2086
sweep $part -o "$tmp/part.csv" > /dev/null 2>&1 &&
  [ "$(sort "$tmp/part.csv")" = "$(grep -E '^(mult|trunc6,(none|bitplane)),' "$tmp/all.csv" | sort)" ]
ok $? "points do not depend on those beside them"
for cache in 0 1; do # nothing kept; some images
  # shellcheck disable=SC2086
  sweep $part --cache $cache -o "$tmp/cache.csv" > /dev/null 2>&1 && cmp -s "$tmp/part.csv" "$tmp/cache.csv"
  ok $? "the same rows with $cache MiB for activations"
done
# shellcheck disable=SC2086
OMP_NUM_THREADS=1 sweep $part -o "$tmp/single.csv" > /dev/null 2>&1 && cmp -s "$tmp/part.csv" "$tmp/single.csv"
ok $? "the same rows from one thread"

# Images that one network alone answers rightly: all of the difference to the exact one.
sweep --mults exact,perf3,roup1_4s --modes none,cv -o "$tmp/flips.csv" > /dev/null 2>&1 &&
  awk -F , 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    NR == 2 { exact = $at["correct"] }
    $at["correct"] - exact != $at["gained"] - $at["lost"] { exit 1 }
    $at["lost"] + $at["gained"] > $at["images"] * (1 - $at["agreement"]) + 0.5 { exit 1 }
    { lost += $at["lost"]; gained += $at["gained"] }
    END { if (NR != 7 || !lost || !gained) exit 1 }' "$tmp/flips.csv"
ok $? "lost and gained are what the answers differ by" "$(cat "$tmp/flips.csv")"

# Tuned weights: the row of the pair that `tune` writes; points share a network, whose other layers
# are those given. Layer 7 comes behind 7-9, which tuned what it looks at.
"$VARIMAC" tune --net "$net" --mult perf3 --correction bias --layers 7-9 --calib-images 30 \
  -o "$tmp/tuned.tflite" --save-plan "$tmp/tuned.json" --test subset:test --images 40 \
  > "$tmp/tuned.out" 2>&1 &&
  sweep --mults perf3,drum4s --modes bias+tune,bias,none+tune --layers 7-9,7 -o "$tmp/tune.csv" \
    > /dev/null 2>&1
ok $? "a sweep with tuned weights" "$(cat "$tmp/tuned.out")"
awk -F , '$1 == "perf3" && $2 == "bias+tune" && $3 == "7-9" {
  printf "%.2f %.2f", 100 * $12, 100 * $13 }' "$tmp/tune.csv" > "$tmp/why"
grep -qF "$(sed 's/\([^ ]*\) \(.*\)/tuned        \1 %, \2 % answers/' "$tmp/why")" "$tmp/tuned.out"
ok $? "its row is what tune found" "$(cat "$tmp/why" "$tmp/tuned.out")"
[ "$(cut -d , -f 1-3,9 "$tmp/tune.csv" | sed -n 2,7p | tr '\n' ' ')" = \
  "perf3,bias+tune,7-9,30 of subset:calib judged by 2000 perf3,bias,7-9,30 of subset:calib \
perf3,none+tune,7-9,30 of subset:calib judged by 2000 \
perf3,bias+tune,7,30 of subset:calib judged by 2000 perf3,bias,7,30 of subset:calib \
perf3,none+tune,7,30 of subset:calib judged by 2000 " ]
ok $? "tuned points are calibrated, all of them, and judged" "$(cat "$tmp/tune.csv")"
sweep --mults perf3 --modes none+tune --layers 7 -o "$tmp/alone.csv" > /dev/null 2>&1 &&
  grep -qxF "$(sed -n 2p "$tmp/alone.csv")" "$tmp/tune.csv"
ok $? "a tuned point does not depend on those before it" "$(cat "$tmp/alone.csv")"
sed 's/ judged by [0-9]*//; s/,double,[0-9]*,[0-9.]*,/,double,7,0.175000,/' "$tmp/tune.csv" |
  grep '^mult\|^perf3.*,7,' > "$tmp/unjudged.csv" # as a version without judges has written them
sweep --mults perf3 --modes none+tune,bias --layers 7 -o "$tmp/unjudged.csv" > /dev/null 2>&1 &&
  [ "$(sed -n 2p "$tmp/unjudged.csv")" = "$(sed -n 2p "$tmp/alone.csv")" ] &&
  [ "$(sed -n 's/^perf3,bias,7,.*,double,//p' "$tmp/unjudged.csv" | cut -d , -f 1)" = 7 ]
ok $? "of rows from before weights were judged the tuned ones are made again" "$(cat "$tmp/unjudged.csv")"
sweep --mults drum4s --modes bias+tune,bias -o "$tmp/kept.csv" > /dev/null 2>&1 &&
  [ "$(cut -d , -f 11- "$tmp/kept.csv" | sed 1d | uniq | grep -c .)" -eq 1 ]
ok $? "weights that answer worse are not taken" "$(cat "$tmp/kept.csv")"

# A second run fills in what is missing and keeps the rest.
sed '/^perf2,cv/s/,double,[0-9]*,[0-9.]*,/,double,7,0.175000,/; /^rec4s,none/d' "$tmp/sweep.csv" > "$tmp/again.csv"
# shellcheck disable=SC2086
sweep $cells -o "$tmp/again.csv" > /dev/null 2>&1
sed '/^perf2,cv/s/,double,[0-9]*,[0-9.]*,/,double,7,0.175000,/' "$tmp/sweep.csv" | cmp -s - "$tmp/again.csv"
ok $? "a second sweep keeps its rows and makes the missing one"
head -c -3 "$tmp/again.csv" > "$tmp/cut.csv" # its last row is not whole
# shellcheck disable=SC2086
sweep $cells -o "$tmp/cut.csv" > /dev/null 2>&1 && cmp -s "$tmp/again.csv" "$tmp/cut.csv"
ok $? "a row without its end is made again"
row=$(sed -n 's/^perf2,none.*,double,//p' "$tmp/sweep.csv") # correct,accuracy,agreement,share,lost,gained
for results in abc "41,1.025000,${row#*,*,}" "7,abc,${row#*,*,}" "${row%,*}" "$row,0" "$row " \
  "$(echo "$row" | cut -d , -f 1-3),nan,0,0" "${row%,*},99" 40,1.000000,1.000000,1,4,4 20,0.500000,1.000000,1,4,4; do
  sed "/^perf2,none/s/,double,.*/,double,$results/" "$tmp/sweep.csv" > "$tmp/edited.csv"
  # shellcheck disable=SC2086
  sweep $cells -o "$tmp/edited.csv" > /dev/null 2> "$tmp/err" && cmp -s "$tmp/sweep.csv" "$tmp/edited.csv" &&
    grep -q "edited.csv: no sweep writes 'perf2,none.*': this row is computed again" "$tmp/err"
  ok $? "results '$results' are made again" "$(cat "$tmp/err")"
done
sweep --mults perf2 --modes cv --layers 0 -o "$tmp/again.csv" > /dev/null 2>&1
! grep -q ',double,7,' "$tmp/again.csv" && [ "$(wc -l < "$tmp/again.csv")" -eq 2 ]
ok $? "a row of other layers is another row"
# What is no sweep's stays; what an earlier version wrote is computed again.
keep() {
  printf %b "$2" > "$tmp/kept"
  cp "$tmp/kept" "$tmp/other.csv"
  sweep --mults perf2 --modes none -o "$tmp/other.csv" > /dev/null 2> "$tmp/err"
  [ $? -eq 1 ] && cmp -s "$tmp/kept" "$tmp/other.csv" &&
    grep -q "other.csv is not the results of a sweep" "$tmp/err" &&
    grep -q "expected a first line '$(head -n 1 "$tmp/sweep.csv")', found '$3'" "$tmp/err"
  ok $? "$1 is refused" "$(cat "$tmp/err")"
}
keep "a file of another kind" '{"results": 1}\nmult,correction,layers\n' '{"results": 1}'
keep "a file of bytes" '\0033[2J\0377\0000\n' '?\[2J?'
keep "a file that begins with a zero byte" '\0000mult\n' ''
keep "a file whose first line is empty" '\nmult\n' ''
keep "a header with one column more" "$(head -n 1 "$tmp/sweep.csv"),more\n" 'mult,correction,layers,.*'
keep "half a header" 'mult,correction,layers' 'mult,correction,layers'
: > "$tmp/empty.csv"
sweep --mults perf2 --modes none -o "$tmp/empty.csv" > /dev/null 2> "$tmp/err" &&
  [ ! -s "$tmp/err" ] && [ "$(sed -n 2p "$tmp/sweep.csv")" = "$(sed -n 2p "$tmp/empty.csv")" ]
ok $? "an empty file is filled" "$(cat "$tmp/err")"
for columns in 15,16 3,15,16 3,6,15,16; do # without lost and gained, layers, X
  cut -d , -f "$columns" --complement "$tmp/sweep.csv" > "$tmp/old.csv"
  # shellcheck disable=SC2086
  sweep $cells -o "$tmp/old.csv" > /dev/null 2> "$tmp/err" && cmp -s "$tmp/sweep.csv" "$tmp/old.csv" &&
    grep -q "old.csv is an earlier version's: its rows are computed again" "$tmp/err"
  ok $? "a sweep's file without column $columns is made again" "$(cat "$tmp/err")"
done
sweep --mults array --modes none -o "$tmp/twin.csv" > /dev/null 2>&1 &&
  sed -i 's/,double,[0-9]*,[0-9.]*,/,double,7,0.175000,/' "$tmp/twin.csv" &&
  sweep --mults exact,array,dadda --modes none -o "$tmp/twin.csv" > /dev/null 2>&1 &&
  [ "$(grep -c ',double,7,' "$tmp/twin.csv")" -eq 3 ]
ok $? "cells that are the same function are run once" "$(cat "$tmp/twin.csv")"

# Ctrl-C. The JSON file is a pipe: a point is done when it has been read, so that the signal surely
# comes in the middle.
mkfifo "$tmp/pipe"
# shellcheck disable=SC2086
env --default-signal=INT "$VARIMAC" sweep --net "$net" --images 40 --calib-images 30 $cells \
  --layers 5,all,each -o "$tmp/int.csv" --json "$tmp/pipe" > /dev/null 2> "$tmp/err" &
pid=$!
timeout 60 cat "$tmp/pipe" > /dev/null && timeout 60 cat "$tmp/pipe" > /dev/null && kill -INT $pid
while :; do timeout 60 cat "$tmp/pipe"; done > /dev/null 2>&1 &
reader=$!
wait $pid
[ $? -eq 130 ] && grep -q 'interrupted with [0-9]* of 48 points in .*int.csv; the same command' "$tmp/err"
ok $? "Ctrl-C ends a sweep by the signal, with a word" "$(cat "$tmp/err")"
kill $reader 2> /dev/null
timeout 1 sh -c ": > '$tmp/pipe'" # its last cat waits for somebody who writes
rows=$(wc -l < "$tmp/int.csv")
[ "$rows" -ge 3 ] && [ "$rows" -le 48 ] && ! ls "$tmp"/*.part* > /dev/null 2>&1 &&
  awk -F , 'NF != 16 { exit 1 }' "$tmp/int.csv"
ok $? "it leaves whole rows and nothing else" "$(cat "$tmp/int.csv")"
cp "$tmp/int.csv" "$tmp/before.csv"
# shellcheck disable=SC2086
sweep $cells --layers 5,all,each -o "$tmp/whole.csv" > /dev/null 2>&1
sed -i '2s/,double,[0-9]*,[0-9.]*,/,double,7,0.175000,/' "$tmp/int.csv" # shows who is kept
sed -i "/$(sed -n '2s/,double.*//p' "$tmp/int.csv")/s/,double,[0-9]*,[0-9.]*,/,double,7,0.175000,/" "$tmp/whole.csv"
# shellcheck disable=SC2086
sweep $cells --layers 5,all,each -o "$tmp/int.csv" > /dev/null 2>&1 && cmp "$tmp/int.csv" "$tmp/whole.csv" \
  > "$tmp/why" 2>&1
ok $? "the same command goes on, in the order asked for" "$(cat "$tmp/why")"

"$VARIMAC" sweep --net "$net" --images 20 --mults perf6s --modes bitplane,none --layers all,0 \
  -o "$tmp/fit.csv" > "$tmp/fit.out" 2> "$tmp/fit.err" &&
  grep -q '^3 points' "$tmp/fit.out" &&
  grep -q 'perf6s, correction bitplane, layers all: .*does not fit' "$tmp/fit.err" &&
  [ "$(wc -l < "$tmp/fit.csv")" -eq 4 ] && grep -q '^perf6s,bitplane,0,' "$tmp/fit.csv" &&
  ! grep -q '^perf6s,bitplane,all,' "$tmp/fit.csv"
ok $? "a point whose coefficients do not fit has no row, and the sweep goes on" "$(cat "$tmp/fit.err")"

# refuse DESCRIPTION STATUS TEXT ARGUMENTS...: fails with that status and text, leaves no file.
refuse() {
  what=$1 status=$2 text=$3
  shift 3
  # shellcheck disable=SC2086
  sweep $cells -o "$tmp/none.csv" "$@" > /dev/null 2> "$tmp/err"
  got=$?
  [ $got -eq "$status" ] && grep -q -- "$text" "$tmp/err" && ! ls "$tmp"/none* > /dev/null 2>&1
  ok $? "$what" "exit $got: $(cat "$tmp/err")"
}
refuse "a sweep without data" 1 nowhere --data nowhere:test
refuse "layers that are no numbers" 2 "layers 'first': expected all, or numbers and ranges" --layers first
refuse "layers that the network does not have" 2 "10 MAC layers, 0..9" --layers all,8-10
refuse "a range backwards" 2 "layers '5-2'" --layers 5-2
refuse "no layers" 2 "empty list" --layers ,
refuse "a mode that is not tuned" 2 "paper looks at no activations" --modes paper+tune
refuse "a suffix that is none" 2 "no correction mode 'cv+tun'" --modes cv+tun
refuse "an unknown cell" 2 "did you mean 'perf2'" --mults pref2
refuse "a data set whose name would end a column" 2 "cannot stand in a row" --data "sheet:a,b.png"
refuse "one file for both" 2 "the same file" --json "$tmp/none.csv"
refuse "JSON that cannot be written" 1 /nonexistent/f --json /nonexistent/f

# ---- a terminal of 32 columns: one line, rewritten in its place; work for more than 6 s ----
narrow="timeout -s INT 6 $VARIMAC sweep --net $net -o $tmp/narrow.csv"
script -qec "stty cols 32; $narrow" /dev/null < /dev/null > "$tmp/screen"
tr '\r' '\n' < "$tmp/screen" | sed -n "s/^$(printf '\033')\[K//p" > "$tmp/lines"
[ -s "$tmp/lines" ] && awk 'length > 31 { exit 1 }' "$tmp/lines" && grep -q ' of [0-9]*, [0-9]* s left$' "$tmp/lines"
ok $? "progress fits a terminal of 32 columns" "$(cat "$tmp/lines")"
done_testing
