#!/bin/sh
# varimac eval: paths that must agree, canaries, and bad input.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
net=weights/resnet8.tflite

run() { "$VARIMAC" eval --net "$net" --images 60 "$@" > "$tmp/out" 2> "$tmp/err"; }

run --dump "$tmp/direct" && run --mult exact --dump "$tmp/u8" && run --mult exacts --dump "$tmp/s8"
ok $? "direct products, exact u8 and exact s8 run"
cmp -s "$tmp/direct" "$tmp/u8"
ok $? "the exact u8 cell gives the direct products' bytes"
cmp -s "$tmp/direct" "$tmp/s8"
ok $? "the exact s8 cell gives the direct products' bytes"
[ "$(wc -c < "$tmp/direct")" -eq 600 ]
ok $? "--dump writes 10 bytes per image"
for rounding in double single; do
  "$VARIMAC" eval --net "$net" --rounding $rounding --dump "$tmp/$rounding" > /dev/null
  cmp -s "$tmp/$rounding" tests/data/resnet8-$rounding.i8
  ok $? "all 500 images give the recorded bytes, $rounding rounding"
done
for mode in bias paper cv bitplane; do
  run --mult exact --correction $mode --dump "$tmp/$mode" && cmp -s "$tmp/direct" "$tmp/$mode"
  ok $? "correction $mode leaves the exact cell alone"
done

for cell in zero zeros; do
  "$VARIMAC" eval --net "$net" --mult $cell --json "$tmp/zero.json" > /dev/null
  awk -F '[:,]' '/"accuracy"/ { chance = $2 > 0.05 && $2 < 0.15 } END { exit !chance }' \
    "$tmp/zero.json"
  ok $? "the canary $cell scores chance"
done

OMP_NUM_THREADS=1 "$VARIMAC" eval --net "$net" --images 60 --mult trunc7 --correction cv \
  --save-plan "$tmp/one.json" --dump "$tmp/one" > /dev/null &&
  run --mult trunc7 --correction cv --save-plan "$tmp/two.json" --dump "$tmp/two"
cmp -s "$tmp/one" "$tmp/two" && cmp -s "$tmp/one.json" "$tmp/two.json"
ok $? "the same bytes and plan from one thread and from all"
run --plan "$tmp/one.json" --dump "$tmp/planned" && cmp -s "$tmp/one" "$tmp/planned"
ok $? "a saved plan gives the same bytes"
run --trace-layer 0 --image 3 --trace "$tmp/trace" && [ "$(wc -c < "$tmp/trace")" -eq 16384 ]
ok $? "--trace writes the first convolution's 32 x 32 x 16 bytes"

# refuse DESCRIPTION STATUS TEXT ARGUMENTS...: fails with that status and text, leaves no file.
refuse() {
  what=$1 status=$2 text=$3
  shift 3
  rm -f "$tmp/dump"*
  "$VARIMAC" eval --images 4 --dump "$tmp/dump" "$@" > "$tmp/out" 2> "$tmp/err"
  got=$?
  [ $got -eq "$status" ] && grep -q -- "$text" "$tmp/err" && ! ls "$tmp"/dump* > /dev/null 2>&1
  ok $? "$what" "exit $got: $(cat "$tmp/err")"
}
refuse "an unknown cell, the nearest suggested" 1 "did you mean 'perf2'" --net "$net" --mult pref2
refuse "an unknown mode, the nearest suggested" 2 "did you mean 'paper'" --net "$net" --correction papr
refuse "more images than the set has" 1 "at most 500" --net "$net" --images 501
refuse "a data set that is not there" 1 "nowhere.png" --net "$net" --data sheet:nowhere.png
refuse "a network that is not there" 1 "nowhere.tflite" --net nowhere.tflite
head -c 50000 "$net" > "$tmp/cut.tflite"
refuse "a truncated network" 1 "cut.tflite" --net "$tmp/cut.tflite"
sed 's/"mode":.*/"mode": "cw",/' "$tmp/one.json" > "$tmp/bad.json"
refuse "a plan with an unknown mode" 1 "no correction mode 'cw'" --net "$net" --plan "$tmp/bad.json"
head -c 3000 "$tmp/one.json" > "$tmp/cut.json"
refuse "a truncated plan" 1 "not JSON" --net "$net" --plan "$tmp/cut.json"
refuse "a test set for calibration" 1 "is a test set" --net "$net" --mult perf2 --correction cv \
  --calib subset:test
refuse "a cell beside a plan" 2 "--plan brings" --net "$net" --plan "$tmp/one.json" --mult perf4
refuse "calibration for a mode without" 2 "want --correction" --net "$net" --mult perf2 --calib-images 9
cp tests/data/cifar10-test.png "$tmp/odd.png" && sed 's/.*/200/' tests/data/cifar10-test.labels \
  > "$tmp/odd.labels"
refuse "labels that the network does not have" 1 "label 200" --net "$net" --data "sheet:$tmp/odd.png"
refuse "a layer beyond the network" 1 "trace-layer" --net "$net" --trace-layer 99 --trace "$tmp/dump2"
run --json "$tmp/made" --dump /nonexistent/file
[ $? -eq 1 ] && grep -q '/nonexistent/file' "$tmp/err" && [ ! -e "$tmp/made" ]
ok $? "one output that cannot be written: none is"
mkfifo "$tmp/pipe" && { timeout 20 cat "$tmp/pipe" > "$tmp/piped" & } && run --dump "$tmp/pipe" && wait &&
  [ -p "$tmp/pipe" ] && cmp -s "$tmp/piped" "$tmp/direct"
ok $? "a pipe is written, not replaced"

# The sweep: the same numbers as eval, and a second run that only fills in what is missing.
sweep() { "$VARIMAC" sweep --net "$net" --images 60 --mults perf2,rec4s --modes none,cv "$@"; }
sweep -o "$tmp/sweep.csv" > /dev/null 2>&1 && [ "$(wc -l < "$tmp/sweep.csv")" -eq 5 ]
ok $? "a sweep has a row per cell and mode"
run --mult rec4s --correction cv --json "$tmp/rec4s.json"
awk -F '[:,\t]+' 'NR == FNR { if (/"correct"/) want = $3 + 0; next }
  FNR == 1 { for (n = split($0, c, ","); c[n] != "correct" && n; n--) continue }
  /^rec4s,cv,/ { split($0, c, ","); same = n && c[n] == want } END { exit !same }' \
  "$tmp/rec4s.json" "$tmp/sweep.csv"
ok $? "a sweep counts what eval counts"
sed '/^perf2,cv/s/,double,[0-9]*,/,double,7,/; /^rec4s,none/d' "$tmp/sweep.csv" > "$tmp/again.csv"
sweep -o "$tmp/again.csv" > /dev/null 2>&1
grep -q '^perf2,cv,.*,double,7,' "$tmp/again.csv" &&
  [ "$(grep -c . "$tmp/again.csv")" -eq 5 ] &&
  [ "$(grep ^rec4s "$tmp/again.csv")" = "$(grep ^rec4s "$tmp/sweep.csv")" ]
ok $? "a second sweep keeps its rows and makes the missing one"
"$VARIMAC" sweep --net "$net" --images 20 --mults perf6s --modes bitplane,none \
  -o "$tmp/fit.csv" > "$tmp/fit.out" 2> "$tmp/fit.err" &&
  grep -q '^1 points' "$tmp/fit.out" && grep -q 'bitplane.*does not fit' "$tmp/fit.err" &&
  [ "$(wc -l < "$tmp/fit.csv")" -eq 2 ] && grep -q '^perf6s,none,' "$tmp/fit.csv"
ok $? "a point whose coefficients do not fit has no row, and the sweep goes on" "$(cat "$tmp/fit.err")"
sweep --data nowhere:test -o "$tmp/none.csv" > /dev/null 2>&1
[ $? -eq 1 ] && [ ! -e "$tmp/none.csv" ]
ok $? "a sweep without data leaves no file"
done_testing
