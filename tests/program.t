#!/bin/sh
# varimac compile and cycles: options, tables, files, and bad input.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
net=weights/resnet8.tflite

compile() { "$VARIMAC" compile --net "$net" "$@" > "$tmp/out" 2> "$tmp/err"; }
cycles() { "$VARIMAC" cycles --net "$net" "$@" > "$tmp/out" 2> "$tmp/err"; }

compile --mult exact -o "$tmp/a.vmp" --data subset:test --image 3 --results "$tmp/a.bin"
ok $? "ResNet-8 compiles" "$(cat "$tmp/err")"
[ "$(head -c 8 "$tmp/a.vmp")" = VMACPROG ] &&
  grep -q '^15 jobs, 7551 beats of 16 bytes in, 1 out' "$tmp/out"
ok $? "the table ends with jobs and beats" "$(cat "$tmp/out")"
[ "$(grep -c ' MAC ' "$tmp/out")" -eq 10 ] && [ "$(grep -c ' ADD ' "$tmp/out")" -eq 3 ] &&
  grep -q 'softmax is left to the host' "$tmp/out"
ok $? "a row per layer; softmax is the host's"

# The results of the program are the inputs of the softmax, which the golden model traces.
trace() {
  "$VARIMAC" eval --net "$net" --mult exact --images 4 --trace-layer 14 --image 3 \
    --trace "$tmp/want" "$@" > "$tmp/log"
}
trace
head -c 10 "$tmp/a.bin" | cmp -s - "$tmp/want"
ok $? "the results are the golden model's logits"
compile --mult exact --rounding single -o "$tmp/s.vmp" --data subset:test --image 3 \
  --results "$tmp/s.bin" --rows 20 --cols 12 &&
  trace --rounding single && head -c 10 "$tmp/s.bin" | cmp -s - "$tmp/want"
ok $? "and so with single rounding, on 20 x 12"
compile --mult exact -o "$tmp/b.vmp" --data subset:test --image 3 &&
  cmp -s "$tmp/a.vmp" "$tmp/b.vmp"
ok $? "the same program twice"
compile --mult exact -o "$tmp/c.vmp" &&
  [ "$(wc -c < "$tmp/c.vmp")" -eq "$(wc -c < "$tmp/a.vmp")" ] && ! cmp -s "$tmp/a.vmp" "$tmp/c.vmp"
ok $? "another image, another payload of the same size"

"$VARIMAC" eval --net "$net" --mult perf2 --correction cv --calib-images 8 --images 1 \
  --save-plan "$tmp/plan.json" > "$tmp/log"
compile --plan "$tmp/plan.json" -o "$tmp/d.vmp" &&
  compile --mult perf2 --correction cv --calib-images 8 -o "$tmp/e.vmp" &&
  cmp -s "$tmp/d.vmp" "$tmp/e.vmp"
ok $? "a saved plan compiles to the same program"
cycles --mult exact --csv "$tmp/cycles.csv" && [ "$(wc -l < "$tmp/cycles.csv")" -eq 17 ] &&
  awk -F, 'NR > 1 && $2 != "all" { macs += $6; useful += $7; bytes += $9 }
    $2 == "all" { ok = $6 == macs && $7 == useful && useful == 12501632 && macs > useful &&
      $4 > macs / 256 && $9 == bytes + 32 && $10 == 16 }
    END { exit !ok }' "$tmp/cycles.csv"
ok $? "cycles: multiplications and bytes add up" "$(cat "$tmp/out")"

# refuse DESCRIPTION STATUS TEXT ARGUMENTS...: fails with that status and text, leaves no file.
refuse() {
  what=$1 status=$2 text=$3
  shift 3
  rm -f "$tmp"/dump*
  "$VARIMAC" compile "$@" > "$tmp/out" 2> "$tmp/err"
  got=$?
  [ $got -eq "$status" ] && grep -q -- "$text" "$tmp/err" && ! ls "$tmp"/dump* > /dev/null 2>&1
  ok $? "$what" "exit $got: $(cat "$tmp/err")"
}
o="-o $tmp/dump.vmp" ne="--net $net --mult exact"
# shellcheck disable=SC2086 # words
{
  refuse "no cell" 2 "--mult is missing" --net $net $o
  refuse "no network" 2 "--net is missing" --mult exact $o
  refuse "no output" 2 "-o is missing" $ne
  refuse "an unknown cell, the nearest suggested" 1 "did you mean 'perf2'" \
    --net $net --mult pref2 $o
  refuse "a cell beside a plan" 2 "--plan brings" $ne --plan "$tmp/plan.json" $o
  refuse "calibration for a mode without" 2 "want --correction" \
    --net $net --mult perf2 --calib-images 9 $o
  refuse "a test set for calibration" 1 "is a test set" --net $net --mult perf2 --correction cv \
    --calib subset:test $o
  refuse "three rows" 2 "--rows: expected a whole number in 4..64" $ne --rows 3 $o
  refuse "a depth that is no power of two" 2 "--buf-depth: expected a power of two" \
    $ne --buf-depth 3000 $o
  refuse "a network that is not there" 1 "nowhere.tflite" --net nowhere.tflite --mult exact $o
  refuse "buffers too small: layer, tensor, words and the depth that does" 1 \
    "operator [012] (CONV_2D): .*(tensor .*, 1024 words) ends 1024 words behind .*; BUF_DEPTH 2048" \
    $ne --buf-depth 1024 $o
  refuse "accumulators too few for a row" 1 "ACC_DEPTH 32 would be enough" $ne \
    --acc-depth 31 $o
  refuse "a corrected plan on hardware without" 1 "OPT_CORRECTION 0" --net $net \
    --plan "$tmp/plan.json" --opt-correction 0 $o
  refuse "an image without a data set" 2 "go together" $ne --image 3 $o
  refuse "an image beyond the set" 1 "has images 0..499" $ne --data subset:test \
    --image 500 $o
  refuse "a place that cannot be written" 1 "/nonexistent/r.bin" $ne \
    --results /nonexistent/r.bin $o
}
cycles --mult exact --rows 16 extra
[ $? -eq 2 ] && grep -q "unexpected argument 'extra'" "$tmp/err"
ok $? "cycles: an argument too many"
cycles --mult exact --csv /nonexistent/c.csv
[ $? -eq 1 ] && [ ! -s "$tmp/out" ] && grep -q /nonexistent/c.csv "$tmp/err"
ok $? "cycles: a table that cannot be written"
done_testing
