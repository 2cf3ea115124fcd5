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

# Modes: the hardware's own mode is not what the program computes with.
compile --mult dyn2 -o "$tmp/m.vmp" --data subset:test --image 3 --results "$tmp/fixed.bin" &&
  compile --mult dyn4 --mode 2 -o "$tmp/m.vmp" --data subset:test --image 3 \
    --results "$tmp/mode.bin" && cmp -s "$tmp/fixed.bin" "$tmp/mode.bin" &&
  grep -q '(dyn4) in mode 2' "$tmp/out"
ok $? "dyn4 in mode 2 computes what dyn2 does" "$(cat "$tmp/out" "$tmp/err")"

# phi, and coefficients for every K tile: the same plan, the same results.
phi="--mult drum6 --correction phi2 --calib-images 8 --data subset:test --image 3"
# shellcheck disable=SC2086 # words
for more in '--phi-rank 2|' '--phi-rank 3 --opt-ktile|--ktile 16'; do
  "$VARIMAC" eval --net "$net" --mult drum6 --correction phi2 --calib-images 8 --images 4 \
    --trace-layer 14 --image 3 --trace "$tmp/want" --save-plan "$tmp/phi.json" ${more#*|} \
    > "$tmp/log" &&
    compile $phi --opt-correction 3 ${more%|*} -o "$tmp/p.vmp" --results "$tmp/p.bin" &&
    head -c 10 "$tmp/p.bin" | cmp -s - "$tmp/want"
  ok $? "phi2 on hardware with ${more%|*} is the golden model's" "$(cat "$tmp/out" "$tmp/err")"
done
grep -q 'correction 3 (phi, rank 3) per K tile' "$tmp/out"
ok $? "and named" "$(cat "$tmp/out")"
compile --plan "$tmp/phi.json" --opt-correction 3 --phi-rank 3 --opt-ktile -o "$tmp/q.vmp" &&
  compile --mult drum6 --correction phi2 --calib-images 8 --opt-correction 3 --phi-rank 3 \
    --opt-ktile -o "$tmp/p.vmp" && cmp -s "$tmp/p.vmp" "$tmp/q.vmp"
ok $? "a saved plan of K tiles compiles to the same program"
compile --plan "$tmp/plan.json" --opt-ktile -o "$tmp/q.vmp" --data subset:test --image 3 \
  --results "$tmp/q.bin" && compile --plan "$tmp/plan.json" -o "$tmp/p.vmp" --data subset:test \
  --image 3 --results "$tmp/p.bin" && cmp -s "$tmp/p.bin" "$tmp/q.bin"
ok $? "one set of coefficients on hardware that takes one for every K tile"

"$VARIMAC" eval --net "$net" --mult mitchell --correction cv --calib-images 8 --images 1 \
  --ktile 16 --save-plan "$tmp/level.json" > "$tmp/log" &&
  compile --plan "$tmp/level.json" --rows 20 -o "$tmp/q.vmp" &&
  compile --mult mitchell --correction cv --calib-images 8 --rows 20 -o "$tmp/p.vmp" &&
  cmp -s "$tmp/p.vmp" "$tmp/q.vmp"
ok $? "a plan that knows K tiles of a cell without X, on hardware with other tiles and without" \
  "$(cat "$tmp/err")"

# Maps of cells.
map() { printf '{"format": "varimac-map-1", "rows": 16, "cols": 16, "cells": %s}\n' "$1"; }
exact=\"exact\" perf2=\"perf2\"
map "$exact" > "$tmp/exact.json"
map "[$(printf '"%s",' exact perf2 exact perf2 exact perf2 exact perf2)\
  $(printf '"%s",' exact perf2 exact perf2 exact perf2 exact)\"perf2\"]" > "$tmp/rows.json"
compile --map "$tmp/exact.json" -o "$tmp/f.vmp" --data subset:test --image 3 \
  --results "$tmp/map.bin" && cmp -s "$tmp/map.bin" "$tmp/a.bin"
ok $? "a map of one cell computes what the cell does" "$(cat "$tmp/err")"
compile --map "$tmp/rows.json" -o "$tmp/f.vmp" --data subset:test --image 3 --beats "$tmp/f.beats" \
  --results "$tmp/map.bin" && ! cmp -s "$tmp/map.bin" "$tmp/a.bin" &&
  grep -q "cells of $tmp/rows.json" "$tmp/out"
ok $? "a map of two, something else" "$(cat "$tmp/out" "$tmp/err")"
size=$(wc -c < "$tmp/f.beats")
[ "$size" -eq $((16 * 7551)) ] && [ "$(head -c 4 "$tmp/f.beats")" = VMP1 ] &&
  tail -c $((size + 8)) "$tmp/f.vmp" | head -c "$size" | cmp -s - "$tmp/f.beats"
ok $? "the beats are those of the program" "$size bytes"
cycles --map "$tmp/rows.json"
ok $? "cycles takes a map" "$(cat "$tmp/err")"
"$VARIMAC" map "$tmp/rows.json" > "$tmp/out" && [ "$(wc -l < "$tmp/out")" -eq 16 ] &&
  [ "$(sed -n 2p "$tmp/out")" = "$(sed -n 4p "$tmp/out")" ] &&
  "$VARIMAC" mult list | awk -v row="$(sed -n 2p "$tmp/out")" '$2 == "perf2" {
    n = split(row, cell, " "); for (i = 1; i <= n; i++) ok += cell[i] == $1 }
    END { exit ok != 16 || n != 16 }'
ok $? "map prints the indices that mult list has" "$(cat "$tmp/out")"
[ "$("$VARIMAC" map --verilog "$tmp/rows.json" | cut -c 1-38)" = "2048'h06060606060606060606060606060606" ]
ok $? "and the parameter, the last row's last PE first"

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
  refuse "phi on hardware without" 1 \
    "2 sums of phi, .* makes no sum of X (OPT_CORRECTION 1); use OPT_CORRECTION 3 and --phi-rank 2$" \
    --net $net --mult drum6 --correction phi2 --calib-images 4 $o
  refuse "phi of a lower rank" 1 \
    "wants 2 sums of phi, .* makes 1 sum of phi (OPT_CORRECTION 3); use --phi-rank 2$" \
    --net $net --mult drum6 --correction phi2 --calib-images 4 --opt-correction 3 $o
  refuse "another sum on hardware with phi" 1 "use OPT_CORRECTION 1$" \
    --net $net --mult trunc6 --correction cv --calib-images 4 --opt-correction 3 $o
  refuse "bit planes on hardware with one X" 1 "use OPT_CORRECTION 2$" \
    --net $net --mult trunc6 --correction bitplane --calib-images 4 $o
  refuse "bit planes of a higher mode than the hardware's own" 1 \
    "wants 4 sums .* of dyn2, makes 2 sums .* use OPT_CORRECTION 2 and the cell of the highest mode" \
    --net $net --mult dyn2 --mode 4 --correction bitplane --calib-images 4 --opt-correction 2 $o
  refuse "slopes of K tiles on hardware without" 1 "the hardware one set for all" \
    --net $net --plan "$tmp/phi.json" --opt-correction 3 --phi-rank 2 $o
  refuse "K tiles of another array" 1 "K tiles of 16 x 16, the hardware is 16 x 8" --net $net \
    --plan "$tmp/phi.json" --opt-correction 3 --phi-rank 2 --opt-ktile --cols 8 $o
  refuse "planes of phi without phi" 2 "--phi-rank wants --opt-correction 3" $ne --phi-rank 2 $o
  refuse "K tiles without a correction" 2 "--opt-ktile wants hardware that corrects" \
    $ne --opt-ktile --opt-correction 0 $o
  refuse "a map beside a cell" 2 "--map brings the cells" $ne --map "$tmp/rows.json" $o
  refuse "a map beside rows" 2 "--map brings rows and columns" --net $net --map "$tmp/rows.json" \
    --rows 16 $o
  refuse "a map and a mode" 2 "no --map with it" --net $net --map "$tmp/rows.json" --mode 1 $o
  refuse "a map that is a program" 1 "not JSON" --net $net --map "$tmp/a.vmp" $o
  refuse "a map that is not there" 1 "nowhere.json" --net $net --map nowhere.json $o
  refuse "a mode of a cell without" 1 "the cell exact has no mode operand" $ne --mode 1 $o
  refuse "a mode that no cell stands for" 1 "what mode 7 of dyn4" --net $net --mult dyn4 --mode 7 $o
  refuse "a mode beside a plan" 2 "a plan is of one mode" --net $net --plan "$tmp/plan.json" \
    --mode 1 $o
  refuse "a mode whose X is not summed" 1 "wants 1 sum of 2 low bits, .* 1 sum of 4 low bits" \
    --net $net --mult dyn4 --mode 2 --correction paper $o
  refuse "beats that cannot be written" 1 "/nonexistent/b.bin" $ne --beats /nonexistent/b.bin $o
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
