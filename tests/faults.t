#!/bin/sh
# What every command of varimac does where a file cannot be written: it says which, ends with 1, and
# leaves what was there, whole, and nothing of its own.
#
# TEST RATIONALE. State space: each option that names a file to write, of every command that has one;
# a folder that takes no files from anybody (/sys); a disk that is full after 512 bytes (a limit on the
# size of files), over a file of an earlier run. Long jobs that are stopped and go on are tested with
# their commands (sweep.t, search.t, train.t, report.t, paper-s2.t), tools that are missing or die in
# tools.t, ppa.t, power.t, savings.t. Parameters: a few images.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
printf 'name\tcell_inertial_pj\nexacts\t5\nperf2s\t3\n' > "$tmp/costs.tsv"
printf '{"sigma": {%s"fc": 0}}' "$(for l in stem.conv b1.conv1 b1.conv2 b2.conv1 b2.conv2 b2.skip \
  b3.conv1 b3.conv2 b3.skip; do printf '"%s": 0.1, ' $l; done)" > "$tmp/sigma.jsonl"
"$VARIMAC" data image --data subset:test --image 3 -o "$tmp/p.png" > /dev/null
printf '{"run":"r"}\n{"epoch":1,"phase":0,"train":{"loss":1,"accuracy":50},"test":{"loss":1,"accuracy":50}}\n' \
  > "$tmp/run.jsonl"
# LIMIT END COMMAND: OUT is the file, whose name has that end, NET a network, TMP the folder of what is
# there. LIMIT: blocks of 512 bytes that fit on the disk; +: where sweep goes on from what is there.
cat > "$tmp/commands" << 'END'
0 x mult errors perf2 --json OUT
1 png mult map perf2 -o OUT
1 png mult map perf2 --raw -o OUT
1 png mult plot perf2 -o OUT
1 x mult table perf2 -o OUT
1 x mult table perf2 --raw -o OUT
0 x eval --net NET --images 4 --json OUT
1 x eval --net NET --images 60 --dump OUT
1 x eval --net NET --images 4 --mult perf2 --correction cv --calib-images 4 --save-plan OUT
1 x residuals --net NET --images 4 --mults perf2 --modes none --calib-images 4 -o OUT
1 x eval --net NET --images 4 --trace-layer 1 --image 1 --trace OUT
+ x sweep --net NET --mults perf2,perf3,perf4 --images 4 -o OUT
1 x tune --net NET --mult perf2 --layers 9 --calib-images 4 -o OUT
1 x predict --net NET --mults perf2 --modes none --positions 8 --images 4 --calib-images 4 -o OUT
1 png predict --net NET --mults perf2 --modes none --positions 8 --images 4 --calib-images 4 -o TMP/other --plot OUT
1 x infer TMP/p.png --mult perf2 --json OUT
1 x plane --net NET --images 8 --csv OUT
1 x plane --net NET --images 8 --json OUT
1 x compile --net NET --mult perf2 -o OUT
0 x cycles --net NET --mult perf2 --csv OUT
1 x search --net NET --mults exacts,perf2s --costs TMP/costs.tsv --images 4 --test-images 4 --line 9 --evaluations 2 -o OUT
0 x match --net NET --sigma TMP/sigma.jsonl --mults exacts,perf2s --costs TMP/costs.tsv --calib-images 4 --positions 8 -o OUT
1 x quantize --in weights/resnet8.safetensors --data subset:calib --images 4 -o OUT
1 x train --data subset:calib --test subset:calib --batch 64 --epochs 1 --out OUT
1 png data image --data subset:test --image 3 -o OUT
1 png data subset --data subset:test --per-class 1 -o OUT
1 x operands --net NET --images 1 -o OUT
1 png plot TMP/run.jsonl -o OUT
END
# run LIMIT OUT LINE: what is said on $tmp/said; its status
run() {
  words=$(echo "$3" | sed "s|OUT|$2|g; s|NET|weights/resnet8.tflite|g; s|TMP|$tmp|g")
  # The limit is for what it writes, so what it says goes through a pipe.
  # shellcheck disable=SC2086 # words
  said=$(sh -c "$1; exec \"\$@\"" sh "$VARIMAC" $words 2>&1)
  status=$?
  printf '%s\n' "$said" | tr '\r' '\n' | tail -n 2 > "$tmp/said"
  return $status
}
while read -r limit end line; do
  run : "/sys/varimac-test.$end" "$line"
  [ $? -eq 1 ] && grep -q '^varimac: .*/sys/varimac-test' "$tmp/said"
  ok $? "no place for files: $line" "$(cat "$tmp/said")"
  mkdir "$tmp/out"
  old=old
  [ "$limit" != + ] || {
    limit=1
    "$VARIMAC" sweep --net weights/resnet8.tflite --mults perf2 --images 4 -o "$tmp/out/x.$end" > /dev/null 2>&1
    old=$(cat "$tmp/out/x.$end")
  }
  printf '%s\n' "$old" > "$tmp/out/x.$end"
  run "trap '' XFSZ; ulimit -f $limit" "$tmp/out/x.$end" "$line"
  [ $? -eq 1 ] && grep -q '^varimac: .*cannot write' "$tmp/said" && [ "$(ls "$tmp/out")" = "x.$end" ] &&
    [ "$(cat "$tmp/out/x.$end")" = "$old" ] && [ ! -e "$tmp/other" ]
  ok $? "a full disk: $line" "$(cat "$tmp/said"; ls "$tmp/out"; head -c 60 "$tmp/out/x.$end")"
  rm -r "$tmp/out"
done < "$tmp/commands"
# The first of two files is there when the second cannot be written.
while read -r line; do
  run : /dev/full "$line"
  [ $? -eq 1 ] && grep -q '^varimac: /dev/full: cannot write' "$tmp/said" && [ -z "$(find "$tmp" -name 'other*')" ]
  ok $? "neither of two: $line" "$(cat "$tmp/said"; ls "$tmp")"
done << 'END'
tune --net NET --mult perf2 --layers 9 --calib-images 4 -o TMP/other --save-plan OUT
eval --net NET --images 4 --dump TMP/other --json OUT
compile --net NET --mult perf2 -o TMP/other --beats OUT
END
mkfifo "$tmp/pipe"
run : "$tmp/whole" 'tune --net NET --mult perf2 --layers 9 --calib-images 4 -o OUT'
cat "$tmp/pipe" > "$tmp/through" 2> /dev/null &
reader=$!
run : "$tmp/pipe" 'tune --net NET --mult perf2 --layers 9 --calib-images 4 -o OUT'
[ -p "$tmp/pipe" ] && wait && cmp -s "$tmp/whole" "$tmp/through"
ok $? "a pipe is written, not replaced" "$(cat "$tmp/said")"
kill "$reader" 2> /dev/null # where nobody wrote
"$VARIMAC" --help | awk '/^  [a-z]+ +[a-z]/ { print $1 }' > "$tmp/all"
[ "$(wc -l < "$tmp/all")" -ge 18 ] && ! awk 'NR == FNR { tried[$3]; next }
  !($1 in tried) && $1 !~ /^(energy|map|net|permute)$/' "$tmp/commands" "$tmp/all" | grep .
ok $? "every command that writes files but energy, permute (energy.t, permute.t)"
done_testing
