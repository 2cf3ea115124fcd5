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
for mode in bias paper cv; do
  run --mult exact --correction $mode --dump "$tmp/$mode" && cmp -s "$tmp/direct" "$tmp/$mode"
  ok $? "correction $mode leaves the exact cell alone"
done

"$VARIMAC" eval --net "$net" --mult zeros --json "$tmp/zero.json" > /dev/null
awk -F '[:,]' '/"accuracy"/ { chance = $2 > 0.05 && $2 < 0.15 } END { exit !chance }' "$tmp/zero.json"
ok $? "the canary cell scores chance"

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
refuse "a layer beyond the network" 1 "trace-layer" --net "$net" --trace-layer 99 --trace "$tmp/dump2"
run --dump /nonexistent/file
[ $? -eq 1 ] && grep -q '/nonexistent/file' "$tmp/err"
ok $? "an output that cannot be written"
done_testing
