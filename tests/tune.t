#!/bin/sh
# varimac tune: a network and a plan that others take as they take any; nothing where nothing is
# wrong; and more right answers where much is. SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
net=weights/resnet8.tflite

tune() { "$VARIMAC" tune --net "$net" --calib-images 20 -o "$tmp/t.tflite" "$@"; }
pair() { tune --save-plan "$tmp/t.json" "$@"; }
clean() { rm -f "$tmp/t.tflite" "$tmp/t.json"; }

pair --mult mitchell --correction bias --test subset:test --images 200 > "$tmp/out" 2> "$tmp/err"
ok $? "weights tuned for mitchell" "$(cat "$tmp/err")"
awk '$1 == "before" { before = $2 } $1 == "tuned" { tuned = $2 }
  END { exit !(tuned > before + 20) }' "$tmp/out"
ok $? "a cell whose error follows the weight: tens of points more" "$(cat "$tmp/out")"
grep -q '^'"$tmp/t.tflite"': [1-9][0-9]* weights changed for mitchell, correction bias, on 20 images' \
  "$tmp/out"
ok $? "it says what it did" "$(cat "$tmp/out")"
"$VARIMAC" eval --net "$tmp/t.tflite" --plan "$tmp/t.json" --images 200 > "$tmp/eval" 2>&1
[ "$(awk '$1 == "accuracy" { print $2 }' "$tmp/eval")" = "$(awk '$1 == "tuned" { print $2 }' "$tmp/out")" ]
ok $? "eval of the pair finds the same" "$(cat "$tmp/eval" "$tmp/out")"
"$VARIMAC" compile --net "$tmp/t.tflite" --plan "$tmp/t.json" -o "$tmp/t.vmac" > "$tmp/log" 2>&1 &&
  [ -s "$tmp/t.vmac" ]
ok $? "the pair compiles" "$(cat "$tmp/log")"
[ "$("$VARIMAC" cycles --net "$tmp/t.tflite" --plan "$tmp/t.json" | awk '$1 == "all" { print $2 }')" = \
  "$("$VARIMAC" cycles --net "$net" --mult mitchell | awk '$1 == "all" { print $2 }')" ]
ok $? "it takes as many cycles"
refused 'fitted to the sums of another network' "no forecast of what it leaves" \
  "$VARIMAC" residuals --net "$tmp/t.tflite" --plan "$tmp/t.json" --images 2 -o "$tmp/left.csv"
sed '/"towards"/d' "$tmp/t.json" > "$tmp/silent.json"
refused '"towards": expected' "nor any use of a plan that does not say whose sums it is fitted to" \
  "$VARIMAC" eval --net "$tmp/t.tflite" --plan "$tmp/silent.json" --images 2
refused 'belongs to another network' "the plan is not the given network's" \
  "$VARIMAC" eval --net "$net" --plan "$tmp/t.json" --images 2
"$VARIMAC" eval --net "$tmp/t.tflite" --mult perf2 --images 2 > /dev/null 2> "$tmp/err"
ok $? "the network takes another cell: it is one like any other" "$(cat "$tmp/err")"

cp "$tmp/t.tflite" "$tmp/first.tflite"
cp "$tmp/t.json" "$tmp/first.json"
OMP_NUM_THREADS=1 VARIMAC_ISA=portable "$VARIMAC" tune --net "$net" --calib-images 20 \
  -o "$tmp/t.tflite" --save-plan "$tmp/t.json" --mult mitchell --correction bias > /dev/null 2>&1 &&
  cmp -s "$tmp/t.tflite" "$tmp/first.tflite" && cmp -s "$tmp/t.json" "$tmp/first.json"
ok $? "the same files from one thread without vector instructions"

tune --mult exact --correction cv > "$tmp/out" 2>&1 && grep -q ': 0 weights changed' "$tmp/out" &&
  "$VARIMAC" eval --net "$tmp/t.tflite" --images 60 --dump "$tmp/a" > /dev/null &&
  "$VARIMAC" eval --net "$net" --images 60 --dump "$tmp/b" > /dev/null && cmp -s "$tmp/a" "$tmp/b"
ok $? "an exact cell changes nothing" "$(cat "$tmp/out")"
tune --mult drum4s --correction bias > "$tmp/out" 2>&1 &&
  grep -q ': 0 weights changed for drum4s.*: the given ones answer better$' "$tmp/out" &&
  awk '$1 == "judged" { good = $2 > $10 && $17 == 180 && $18 == "other" } END { exit !good }' "$tmp/out" &&
  "$VARIMAC" eval --net "$tmp/t.tflite" --images 60 --dump "$tmp/a" > /dev/null && cmp -s "$tmp/a" "$tmp/b"
ok $? "weights that answer worse are not taken" "$(cat "$tmp/out")"
tune --mult drum4 --layers 9 > "$tmp/out" 2>&1
"$VARIMAC" eval --net "$tmp/t.tflite" --images 3 --trace-layer 9 --trace "$tmp/a" > /dev/null &&
  "$VARIMAC" eval --net "$net" --images 3 --trace-layer 9 --trace "$tmp/b" > /dev/null &&
  cmp -s "$tmp/a" "$tmp/b" && grep -q ': [1-9]' "$tmp/out"
ok $? "layers that are not named keep their weights" "$(cat "$tmp/out")"

# bad DESCRIPTION STATUS TEXT ARGUMENTS...: no file is left.
bad() {
  what=$1 status=$2 text=$3
  shift 3
  clean
  "$VARIMAC" tune --net "$net" -o "$tmp/t.tflite" "$@" > "$tmp/out" 2> "$tmp/err"
  got=$?
  [ $got -eq "$status" ] && grep -q -e "$text" "$tmp/err" && [ ! -e "$tmp/t.tflite" ] &&
    [ ! -e "$tmp/t.json" ]
  ok $? "$what" "exit $got: $(cat "$tmp/err")"
}
bad "no cell" 2 'mult and -o are needed'
bad "an unknown cell" 1 "did you mean 'perf2'" --mult pref2
bad "mode paper" 2 'paper looks at no activations' --mult perf2 --correction paper
bad "a test set to calibrate on" 1 'is a test set' --mult perf2 --calib subset:test
bad "images of nothing" 2 'images wants --test' --mult perf2 --images 3
bad "one file for both" 2 'the same file' --mult perf2 --save-plan "$tmp/t.tflite"
cp "$net" "$tmp/n.tflite" && ln "$tmp/n.tflite" "$tmp/link.tflite"
ln -s n.tflite "$tmp/symbolic.tflite"
for name in n link symbolic; do
  bad "its own network is not written over: $name" 2 'net and -o are the same' \
    --mult perf2 --net "$tmp/n.tflite" -o "$tmp/$name.tflite"
  bad "nor by the plan: $name" 2 'net and --save-plan are the same' \
    --mult perf2 --net "$tmp/n.tflite" --save-plan "$tmp/$name.tflite"
done
cmp -s "$net" "$tmp/n.tflite"
ok $? "the network is as it was"
bad "a plan that cannot be written" 1 'nonexistent' --mult perf2 --save-plan /nonexistent/plan
bad "more images than there are" 1 'expected at most 200' --mult perf2 --calib-images 201
done_testing
