#!/bin/sh
# varimac residuals: what it shares between points changes none, and a forecast is of what was fitted.
#
# TEST RATIONALE. The figures themselves: tests/unit/test_residual.c. Here: points together and alone,
# with activations kept and computed again, from one thread and from two; the order of rows whatever
# order they are made in; each source of cells (list, map, plan); K tiles; what does not go together.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
net=weights/resnet8.tflite

left() { # NAME [OPTION ...]: into $tmp/NAME.csv
  to=$tmp/$1.csv
  shift
  "$VARIMAC" residuals --net "$net" --images 30 --calib-images 40 -o "$to" "$@" > "$tmp/out" 2> "$tmp/err"
}

left some --mults trunc7 --modes cv --layers 1+3 &&
  [ "$(head -n 1 "$tmp/some.csv")" = \
    mult,correction,layer,op,kind,k,predicted,measured,ratio,scatter,mean_square,signal,rounding ] &&
  [ "$(sed 1d "$tmp/some.csv" | cut -d , -f 1-6 | tr '\n' ' ')" = \
    "trunc7,cv,1,1,CONV_2D,144 trunc7,cv,3,4,CONV_2D,144 " ]
ok $? "a row per layer that has the cell" "$(cat "$tmp/err" "$tmp/some.csv")"
awk -F , 'NR > 1 { n += $9 > 0.7 && $9 < 1.4 && $7 > 0 && $10 > 0 && $8 < $12 } END { exit n != 2 }' \
  "$tmp/some.csv"
ok $? "the forecast is near what is measured" "$(cat "$tmp/some.csv")"
left none --mults trunc7 --modes none && [ "$(wc -l < "$tmp/none.csv")" -eq 11 ]
ok $? "also without correction" "$(cat "$tmp/err")"

# phi, bitplane, cv and bias are fitted to sums of which each holds the next.
modes='cv none phi paper bitplane bias'
left all --mults rec4,perf2s --modes "$(echo $modes | tr ' ' ,)"
ok $? "two cells, six modes" "$(cat "$tmp/err")"
grep -q '^120 rows in .*: on 30 images of subset:test, foretold from 40 of subset:calib$' "$tmp/out"
ok $? "it says what of" "$(cat "$tmp/out")"
for cell in rec4 perf2s; do
  for mode in $modes; do
    left one --mults $cell --modes $mode
    sed 1d "$tmp/one.csv"
  done
done > "$tmp/alone"
sed 1d "$tmp/all.csv" | cmp -s - "$tmp/alone"
ok $? "together as alone, in the order asked for" "$(sed 1d "$tmp/all.csv" | diff - "$tmp/alone")"
OMP_NUM_THREADS=1 left again --mults rec4,perf2s --modes "$(echo $modes | tr ' ' ,)" --cache 0 &&
  cmp -s "$tmp/all.csv" "$tmp/again.csv"
ok $? "the same from one thread and without memory" "$(diff "$tmp/all.csv" "$tmp/again.csv")"

left tiles --mults rec4 --modes cv --ktile 8x4 && left plain --mults rec4 --modes cv &&
  ! cmp -s "$tmp/tiles.csv" "$tmp/plain.csv"
ok $? "K tiles have slopes of their own" "$(cat "$tmp/err")"
echo '{"format": "varimac-map-2", "rest": "rec4", "layers": [{"layer": 0, "cell": "exact"}]}' > "$tmp/map.json"
left rest --mults rec4 --modes cv,none --layers 1-9 && left map --map "$tmp/map.json" --modes cv,none &&
  sed '/^map,[a-z]*,0,/d; s/^map,/rec4,/' "$tmp/map.csv" | cmp -s - "$tmp/rest.csv"
ok $? "a map of a cell and an exact one is the cell in some layers" "$(cat "$tmp/err" "$tmp/map.csv")"

"$VARIMAC" eval --net "$net" --images 1 --mult trunc7 --correction cv --layers 1+3 --calib-images 40 \
  --save-plan "$tmp/plan.json" > /dev/null 2> "$tmp/err"
plan() { # NAME [OPTION ...]
  "$VARIMAC" residuals --net "$net" --images 30 --plan "$tmp/$1.json" -o "$tmp/planned.csv" \
    > "$tmp/out" 2> "$tmp/err"
}
plan plan && cmp -s "$tmp/some.csv" "$tmp/planned.csv"
ok $? "a plan from a file foretells from what it was fitted to" "$(cat "$tmp/err")"
left planned --plan "$tmp/plan.json" --calib subset:calib && cmp -s "$tmp/some.csv" "$tmp/planned.csv"
ok $? "also where that is said again" "$(cat "$tmp/err")"

left fit --mults perf6s --modes none,bitplane --calib-images 200 &&
  grep -q 'no rows: perf6s, correction bitplane: .*does not fit' "$tmp/err" &&
  [ "$(sed 1d "$tmp/fit.csv" | cut -d , -f 2 | sort -u)" = none ]
ok $? "a point whose coefficients do not fit has no rows, the others have" "$(cat "$tmp/err")"

refuse() { # WHAT STATUS TEXT [OPTION ...]
  what=$1 want=$2 text=$3
  shift 3
  "$VARIMAC" residuals --net "$net" --images 30 -o "$tmp/bad.csv" "$@" > "$tmp/out" 2> "$tmp/err"
  got=$?
  [ $got -eq "$want" ] && grep -q -- "$text" "$tmp/err" && [ ! -e "$tmp/bad.csv" ]
  ok $? "$what" "exit $got: $(cat "$tmp/err")"
}
refuse "a forecast from other images than a plan was fitted to" 2 "fitted to 40 images of subset:calib" \
  --plan "$tmp/plan.json" --calib-images 39
refuse "nor from another set" 2 "fitted to 40 images of subset:calib" \
  --plan "$tmp/plan.json" --calib cifar10:train
sed 's/40 images of/some of/' "$tmp/plan.json" > "$tmp/unsaid.json"
refuse "nor from nothing" 1 'expected .N images of SPEC' --plan "$tmp/unsaid.json"
sed 's/subset:calib/subset:test/' "$tmp/plan.json" > "$tmp/test.json"
refuse "nor from a test set" 1 'is a test set' --plan "$tmp/test.json"
refuse "a test set for calibration" 1 "is a test set" --mults perf2 --calib subset:test
refuse "cells beside a plan" 2 "one of them" --plan "$tmp/plan.json" --mults perf2
refuse "cells beside a map" 2 "one of them" --map "$tmp/map.json" --mults perf2
refuse "modes beside a plan" 2 "--plan brings" --plan "$tmp/plan.json" --modes cv
refuse "layers beside a map" 2 "--map brings" --map "$tmp/map.json" --layers 1
refuse "an unknown mode, the nearest suggested" 2 "did you mean 'paper'" --mults perf2 --modes cv,papr
refuse "tuned weights: they are another network's" 2 "no correction mode 'cv+tune'" --mults perf2 \
  --modes cv+tune
refuse "an empty list of modes" 2 "an empty list" --mults perf2 --modes ,
refuse "an empty list of cells" 2 "an empty list" --mults , --modes cv
refuse "a cell twice" 2 "perf2 twice" --mults perf2,rec4,perf2
refuse "more images than there are" 1 "at most 200," --mults perf2 --calib-images 3000
done_testing
