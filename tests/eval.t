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
for mode in bias paper cv bitplane phi phi4; do
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

# Slopes of each K tile.
OMP_NUM_THREADS=1 "$VARIMAC" eval --net "$net" --images 60 --mult trunc7 --correction phi2 \
  --ktile 16x8 --save-plan "$tmp/tile1.json" --dump "$tmp/tile1" > /dev/null &&
  run --mult trunc7 --correction phi2 --ktile 16x8 --save-plan "$tmp/tile2.json" --dump "$tmp/tile2" \
    --json "$tmp/tile.json"
cmp -s "$tmp/tile1" "$tmp/tile2" && cmp -s "$tmp/tile1.json" "$tmp/tile2.json"
ok $? "slopes of K tiles: the same from one thread and from all"
grep -q 'phi2, per K tile of 16 x 8 PEs' "$tmp/out" && tr -d '\t\n ' < "$tmp/tile.json" |
  grep -q '"ktile":\[16,8\]'
ok $? "the result names the array" "$(cat "$tmp/out")"
run --plan "$tmp/tile1.json" --dump "$tmp/planned" && cmp -s "$tmp/tile1" "$tmp/planned"
ok $? "a saved plan of K tiles gives the same bytes"
run --mult trunc7 --correction phi2 --ktile 0 --dump "$tmp/whole" && ! cmp -s "$tmp/tile1" "$tmp/whole"
ok $? "other bytes than one set of slopes for all"
"$VARIMAC" compile --net "$net" --plan "$tmp/tile1.json" -o "$tmp/beats" > "$tmp/out" 2> "$tmp/err"
[ $? -eq 1 ] && [ ! -e "$tmp/beats" ] && grep -q 'slopes of each K tile' "$tmp/err"
ok $? "the compiler refuses them" "$(cat "$tmp/err")"

# Maps: of the network's weights, of an array's PEs.
cat > "$tmp/all.json" << END
{"format": "varimac-map-2", "rest": "perf2", "layers": []}
END
run --map "$tmp/all.json" --correction cv --dump "$tmp/map" && run --mult perf2 --correction cv \
  --dump "$tmp/perf2" && cmp -s "$tmp/map" "$tmp/perf2"
ok $? "a map of one cell is that cell, corrected too" "$(cat "$tmp/err")"
cat > "$tmp/two.json" << END
{"format": "varimac-map-2", "rest": "exact",
 "layers": [{"layer": 3, "cell": "perf2"}, {"layer": 5, "cell": "perf2"}]}
END
run --map "$tmp/two.json" --correction bitplane --dump "$tmp/map" --json "$tmp/map.json" &&
  run --mult perf2 --correction bitplane --layers 3+5 --dump "$tmp/perf2" &&
  cmp -s "$tmp/map" "$tmp/perf2"
ok $? "a map of exact cells but in two layers is --layers" "$(cat "$tmp/err")"
grep -q '"map":' "$tmp/map.json" && grep -q '"approximate_share":	0.1048' "$tmp/map.json"
ok $? "the result names the map, and the share of what is not exact" "$(cat "$tmp/map.json")"
cat > "$tmp/pes.json" << END
{"format": "varimac-map-1", "rows": 8, "cols": 4,
 "cells": [["exact", "perf2", "trunc6", "exact"], "exact", "perf3", "exact",
           "exact", "exact", ["zero", "exact", "exact", "exact"], "exact"]}
END
run --map "$tmp/pes.json" --correction bitplane --calib-images 40 --ktile 8x4 --dump "$tmp/pes"
ok $? "a map of PEs, corrected" "$(cat "$tmp/err")"
for option in "--mult perf2" "--layers 1" "--save-plan $tmp/x" "--plan $tmp/one.json"; do
  # shellcheck disable=SC2086 # an option and its value
  run --map "$tmp/all.json" $option
  [ $? -eq 2 ] && [ ! -e "$tmp/x" ]
  ok $? "no $option beside --map" "$(cat "$tmp/err")"
done
run --map "$tmp/one.json"
[ $? -eq 1 ] && grep -q 'one.json: "format": expected "varimac-map-2", found "varimac-plan-3"' \
  "$tmp/err"
ok $? "a plan is no map" "$(cat "$tmp/err")"

# Some layers: the trace of each op shows where the cell is.
# shellcheck disable=SC2086 # options are words
trace() { "$VARIMAC" eval --net "$net" --images 1 --trace-layer "$1" --image 0 --trace "$2" $3 \
  > /dev/null; }
run --mult trunc7 --correction cv --layers 1+3-4 --save-plan "$tmp/some.json" --dump "$tmp/some" \
  --json "$tmp/some-result.json" && ! cmp -s "$tmp/some" "$tmp/one" && ! cmp -s "$tmp/some" "$tmp/direct"
ok $? "some layers give other bytes than all and none"
run --plan "$tmp/some.json" --dump "$tmp/planned" && cmp -s "$tmp/some" "$tmp/planned"
ok $? "a saved plan of some layers gives the same bytes"
grep -q '"layers":.*"1+3-4"' "$tmp/some-result.json" && grep -q 'trunc7, MAC layers 1+3-4' "$tmp/out"
ok $? "the result names the layers" "$(cat "$tmp/out")"
share=$("$VARIMAC" net "$net" | awk '/CONV_2D|FULLY/ { for (i = 1; i < NF; i++) if ($i == "x") at = i
    macs[n++] = $(at + 2); all += $(at + 2) }
  END { printf "%.9f", (macs[1] + macs[3] + macs[4]) / all }')
awk -F '[:,\t]+' -v want="$share" '/approximate_share/ { d = $3 - want; good = d * d < 1e-12 && want > 0 }
  END { exit !good }' "$tmp/some-result.json"
ok $? "the share of multiplications is theirs" "$share $(grep share "$tmp/some-result.json")"
trace 0 "$tmp/t0" "" && trace 0 "$tmp/t0some" "--plan $tmp/some.json" && cmp -s "$tmp/t0" "$tmp/t0some"
ok $? "the layer before them gives the exact bytes"
trace 1 "$tmp/t1" "--plan $tmp/one.json" && trace 1 "$tmp/t1some" "--mult trunc7 --correction cv --layers 1" &&
  ! cmp -s "$tmp/t1" "$tmp/t1some"
ok $? "a layer behind exact ones has other operands"
"$VARIMAC" compile --net "$net" --plan "$tmp/some.json" -o "$tmp/beats" > "$tmp/out" 2> "$tmp/err"
[ $? -eq 1 ] && [ ! -e "$tmp/beats" ] &&
  grep -q 'operator 0 .*the plan multiplies it exactly; the hardware has a cell, trunc7, for all' "$tmp/err"
ok $? "the compiler refuses a plan of some layers" "$(cat "$tmp/err")"

run --trace-layer 0 --image 3 --trace "$tmp/trace" && [ "$(wc -c < "$tmp/trace")" -eq 16384 ]
ok $? "--trace writes the first convolution's 32 x 32 x 16 bytes"

# Controls: other bytes than the cell's and the exact network's, the same from one thread, by seed
# and by kind; of a cell without errors none. What is drawn is test_control's job.
for kind in noise dropout; do
  run --mult trunc6 --control $kind --dump "$tmp/$kind" --json "$tmp/$kind.json" &&
    OMP_NUM_THREADS=1 "$VARIMAC" eval --net "$net" --images 60 --mult trunc6 --control $kind \
      --seed 1 --dump "$tmp/one" > "$tmp/out" && cmp -s "$tmp/one" "$tmp/$kind"
  ok $? "$kind of a cell's error, the same from one thread and from all" "$(cat "$tmp/err")"
  grep -q "control  *$kind .*seed 1" "$tmp/out" && grep -q 'approximate  0.0 %' "$tmp/out" &&
    tr -d '\t\n ' < "$tmp/$kind.json" |
    grep -q "\"mult\":\"trunc6\",\"layers\":\"all\".*\"control\":\"$kind\",\"seed\":1,.*share\":0}"
  ok $? "the result names it" "$(cat "$tmp/out" "$tmp/$kind.json")"
  run --mult trunc6 --control $kind --seed 2 --dump "$tmp/two" && ! cmp -s "$tmp/one" "$tmp/two" &&
    run --mult trunc6 --control $kind --calib-images 5 --dump "$tmp/two" && ! cmp -s "$tmp/one" "$tmp/two"
  ok $? "others by another seed, and from other images" "$(cat "$tmp/err")"
  run --mult exact --control $kind --dump "$tmp/two" && cmp -s "$tmp/direct" "$tmp/two"
  ok $? "no error, no $kind" "$(cat "$tmp/err")"
done
run --mult trunc6 --dump "$tmp/two" && ! cmp -s "$tmp/noise" "$tmp/two" &&
  ! cmp -s "$tmp/noise" "$tmp/direct" && ! cmp -s "$tmp/noise" "$tmp/dropout"
ok $? "noise is not the cell, nor exact, nor dropout"
"$VARIMAC" eval --net "$net" --images 1 --mult trunc6 --control noise --trace-layer 15 --image 0 \
  --trace "$tmp/two" > /dev/null && head -c 10 "$tmp/noise" | cmp -s - "$tmp/two"
ok $? "a trace is of the control"

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
"$VARIMAC" data image --data subset:test --image 3 -o "$tmp/one.png" > /dev/null
run --images 1 --data "png:$tmp/one.png" --json "$tmp/one-picture.json" && grep -q '^accuracy     none: ' "$tmp/out" &&
  grep -q '"agreement":.*1' "$tmp/one-picture.json" && ! grep -q 'accuracy\|correct"' "$tmp/one-picture.json"
ok $? "a picture without a label has no accuracy" "$(cat "$tmp/out" "$tmp/err")"
"$VARIMAC" sweep --net "$net" --data "png:$tmp/one.png" --mults perf2 -o "$tmp/one.csv" > "$tmp/out" 2> "$tmp/err"
[ $? -eq 1 ] && grep -q 'a picture without a label' "$tmp/err" && [ ! -e "$tmp/one.csv" ]
ok $? "nor a row of a sweep" "$(cat "$tmp/err")"
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
sed "s/200 images of subset/200 images of $(printf '\303')/" "$tmp/one.json" > "$tmp/latin.json"
refuse "a plan in another alphabet" 1 "not JSON, which is UTF-8" --net "$net" --plan "$tmp/latin.json"
refuse "a test set for calibration" 1 "is a test set" --net "$net" --mult perf2 --correction cv \
  --calib subset:test
refuse "a cell beside a plan" 2 "--plan brings" --net "$net" --plan "$tmp/one.json" --mult perf4
refuse "layers beside a plan" 2 "--plan brings" --net "$net" --plan "$tmp/one.json" --layers 0
refuse "tiles beside a plan" 2 "--plan brings" --net "$net" --plan "$tmp/one.json" --ktile 16
refuse "tiles without a cell" 2 "want --mult" --net "$net" --ktile 16
refuse "tiles of no array" 2 "whole number in 4..64" --net "$net" --mult perf2 --correction cv --ktile 16y16
for size in 16x x16 x; do
  refuse "half a size: $size" 2 "expected ROWSxCOLUMNS or one number for both, found '$size'" \
    --net "$net" --mult perf2 --correction cv --ktile $size
done
for mode in none bias; do
  refuse "tiles where there are no slopes: $mode" 2 "--correction $mode has none" --net "$net" \
    --mult perf2 --correction $mode --ktile 16
done
refuse "tiles of a long text are read to its end" 2 "4..64, found '0000000000000000016y'" \
  --net "$net" --mult perf2 --correction cv --ktile 0000000000000000016y
"$VARIMAC" eval --net "$net" --images 4 --mult perf2 --correction cv --calib-images 9 \
  --ktile 0000000000000000016 > "$tmp/out" 2>&1 && grep -q '16 x 16 PEs' "$tmp/out"
ok $? "also where it is a number" "$(cat "$tmp/out")"
refuse "layers without a cell" 2 "want --mult" --net "$net" --layers 0
refuse "a control of nothing" 2 "wants --mult" --net "$net" --control noise
refuse "an unknown control" 2 "did you mean 'dropout'" --net "$net" --mult perf2 --control dropuot
refuse "a control's plan" 2 "without the cell" --net "$net" --mult perf2 --control noise --save-plan "$tmp/dump3"
refuse "a seed of nothing" 2 "--seed wants --control" --net "$net" --mult perf2 --seed 2
refuse "a test set for a control" 1 "is a test set" --net "$net" --mult perf2 --control noise \
  --calib subset:test
refuse "layers beyond the network" 2 "10 MAC layers, 0..9" --net "$net" --mult perf2 --layers 3-10
refuse "several choices of layers" 2 "joined by +" --net "$net" --mult perf2 --layers 0,1
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

done_testing
