#!/bin/sh
# What every command of varimac does where a file cannot be written: it says which, ends with 1, and
# leaves what was there, whole, and nothing of its own.
#
# TEST RATIONALE. State space: each option that names one file to write, of every command that has one
# (folders, --explain, --maps, --keep-epochs, mult import: with their commands; how files are written:
# tests/unit/test_file.c); a folder that takes no files from anybody (/sys); a disk that is full after 512 bytes (a limit on the
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
# there. LIMIT: blocks of 512 bytes that fit on the disk; +: where sweep goes on from what is there; -: OUT
# is /dev/full, as another file, which stays for the next run, would be the first.
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
- x sweep --net NET --mults perf2,perf3,perf4 --images 4 -o TMP/other --json OUT
1 x tune --net NET --mult perf2 --layers 9 --calib-images 4 -o OUT
0 x tune --net NET --mult perf2 --layers 9 --calib-images 4 -o /dev/null --save-plan OUT
1 x predict --net NET --mults perf2 --modes none --positions 8 --images 4 --calib-images 4 -o OUT
1 png predict --net NET --mults perf2 --modes none --positions 8 --images 4 --calib-images 4 -o /dev/null --plot OUT
1 x infer TMP/p.png --mult perf2 --json OUT
1 x plane --net NET --images 8 --csv OUT
1 x plane --net NET --images 8 --json OUT
1 x compile --net NET --mult perf2 -o OUT
1 x compile --net NET --mult perf2 -o /dev/null --beats OUT
0 x compile --net NET --mult perf2 -o /dev/null --data subset:test --image 3 --results OUT
0 x cycles --net NET --mult perf2 --csv OUT
1 x search --net NET --mults exacts,perf2s --costs TMP/costs.tsv --images 4 --test-images 4 --line 9 --evaluations 2 -o OUT
- x search --net NET --mults exacts,perf2s --costs TMP/costs.tsv --images 4 --test-images 4 --line 9 --evaluations 2 -o TMP/other --known TMP/known --units OUT
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
  [ "$limit" != - ] || {
    run : /dev/full "$line"
    [ $? -eq 1 ] && grep -q '^varimac: /dev/full: cannot write' "$tmp/said"
    ok $? "a full device: $line" "$(cat "$tmp/said"; ls "$tmp")"
    rm -rf "$tmp/out" "$tmp/other" "$tmp/known"
    continue
  }
  old=old
  [ "$limit" != + ] || {
    limit=1
    "$VARIMAC" sweep --net weights/resnet8.tflite --mults perf2 --images 4 -o "$tmp/out/x.$end" > /dev/null 2>&1
    old=$(cat "$tmp/out/x.$end")
  }
  printf '%s\n' "$old" > "$tmp/out/x.$end"
  cannot="$tmp/out/x.*cannot write"
  case $line in plot* | *--plot* | 'mult plot'* | 'mult map perf2 -o'*)
    cannot='cannot write a temporary file' ;; # what gnuplot is to draw
  esac
  run "trap '' XFSZ; ulimit -f $limit" "$tmp/out/x.$end" "$line"
  [ $? -eq 1 ] && grep -q "^varimac: $cannot" "$tmp/said" && [ "$(ls "$tmp/out")" = "x.$end" ] &&
    [ "$(cat "$tmp/out/x.$end")" = "$old" ]
  ok $? "a full disk: $line" "$(cat "$tmp/said"; ls "$tmp/out"; head -c 60 "$tmp/out/x.$end")"
  rm -rf "$tmp/out" "$tmp/other" "$tmp/known"
done < "$tmp/commands"
# Files that belong together: none where one cannot be written, and those of an earlier run stay.
while read -r line; do
  run : /dev/full "$line"
  [ $? -eq 1 ] && grep -q '^varimac: /dev/full: cannot write' "$tmp/said" && [ -z "$(find "$tmp" -name 'other*')" ]
  ok $? "neither of two: $line" "$(cat "$tmp/said"; ls "$tmp")"
  echo old > "$tmp/other"
  run : /dev/full "$line"
  [ $? -eq 1 ] && [ "$(cat "$tmp/other")" = old ] && [ "$(find "$tmp" -name 'other*')" = "$tmp/other" ]
  ok $? "the old one stays: $line" "$(cat "$tmp/said"; ls "$tmp")"
  rm "$tmp/other"
done << 'END'
tune --net NET --mult perf2 --layers 9 --calib-images 4 -o TMP/other --save-plan OUT
eval --net NET --images 4 --dump TMP/other --json OUT
compile --net NET --mult perf2 -o TMP/other --beats OUT
END
# A pipe, with a plan beside it; what only has a name like theirs is nobody's to take.
tune='tune --net NET --mult perf2 --layers 9 --calib-images 4 -o OUT --save-plan'
mkfifo "$tmp/pipe"
echo mine > "$tmp/whole.new"
run : "$tmp/whole" "$tune TMP/plan.json"
timeout 60 cat "$tmp/pipe" > "$tmp/through" 2> /dev/null &
reader=$!
run : "$tmp/pipe" "$tune TMP/piped.json" || kill "$reader"
wait "$reader"
[ -p "$tmp/pipe" ] && cmp -s "$tmp/whole" "$tmp/through" && cmp -s "$tmp/plan.json" "$tmp/piped.json"
ok $? "a pipe is written, not replaced, and has its plan" "$(cat "$tmp/said")"
[ "$(cat "$tmp/whole.new")" = mine ]
ok $? "a file beside an output stays" "$(cat "$tmp/whole.new")"
# What a run reads it does not write, by whatever name. FILE COMMAND: FILE is a copy of what it reads.
cp weights/resnet8.safetensors "$tmp/w"
"$VARIMAC" data subset --data subset:test --per-class 1 -o "$tmp/sheet.png" > /dev/null
ln -s sheet.png "$tmp/link.png" && ln -s sheet.labels "$tmp/link.labels"
echo '{"format": "varimac-map-2", "rest": "perf2s", "layers": []}' > "$tmp/map.json"
cp weights/resnet8.tflite "$tmp/n.tflite"
while read -r file line; do
  cp "$tmp/$file" "$tmp/before"
  run : - "$line"
  status=$?
  { [ $status -eq 2 ] || [ $status -eq 1 ]; } && grep -q 'input of this run\|the same file' "$tmp/said" &&
    cmp -s "$tmp/$file" "$tmp/before"
  ok $? "its input stays: $line" "exit $status: $(cat "$tmp/said")"
done << 'END'
n.tflite eval --net TMP/n.tflite --images 2 --json TMP/./n.tflite
n.tflite eval --net TMP/n.tflite --images 2 --mult perf2 --save-plan TMP/n.tflite
n.tflite predict --net TMP/n.tflite --mults perf2 --modes none --positions 8 --images 2 --calib-images 2 -o TMP/n.tflite
n.tflite plane --net TMP/n.tflite --images 8 --csv TMP/n.tflite
n.tflite residuals --net TMP/n.tflite --mults perf2 --modes none --images 2 --calib-images 2 -o TMP/n.tflite
n.tflite cycles --net TMP/n.tflite --mult perf2 --csv TMP/n.tflite
n.tflite compile --net TMP/n.tflite --mult perf2 -o TMP/x.vmp --beats TMP/n.tflite
n.tflite operands --net TMP/n.tflite --images 1 -o TMP/n.tflite
n.tflite mult errors perf2 --net TMP/n.tflite --images 1 --json TMP/n.tflite
n.tflite tune --net TMP/n.tflite --mult perf2 --layers 9 --calib-images 4 -o TMP/n.tflite
map.json eval --net TMP/n.tflite --images 2 --map TMP/map.json --json TMP/map.json
sheet.png eval --net TMP/n.tflite --images 2 --data sheet:TMP/link.png --json TMP/sheet.png
sheet.png data subset --data sheet:TMP/sheet.png --per-class 1 -o TMP/sheet.png
sheet.labels data subset --data sheet:TMP/sheet.png --per-class 1 -o TMP/sheet.png
p.png infer TMP/p.png --json TMP/p.png
w quantize --in TMP/w --data subset:calib --images 4 -o TMP/w
sheet.png quantize --in TMP/w --data subset:calib --images 4 --test sheet:TMP/sheet.png -o TMP/sheet.png
w train --from TMP/w --data subset:calib --test subset:calib --batch 64 --epochs 1 --out TMP/w
run.jsonl plot TMP/run.jsonl -o TMP/run.jsonl
costs.tsv search --net NET --mults exacts,perf2s --costs TMP/costs.tsv --images 4 --test-images 4 --line 9 --evaluations 2 -o TMP/costs.tsv
sigma.jsonl match --net NET --sigma TMP/sigma.jsonl --mults exacts,perf2s --costs TMP/costs.tsv --calib-images 4 --positions 8 -o TMP/sigma.jsonl
END
# Links stay links, rights stay rights; /dev/stdout is what is printed to, file or not.
mkdir "$tmp/real"
echo old > "$tmp/real/o.json"
chmod 600 "$tmp/real/o.json"
ln -s real/o.json "$tmp/l.json"
ln -s nowhere "$tmp/dangling"
run : "$tmp/l.json" 'eval --net NET --images 2 --json OUT' && [ -L "$tmp/l.json" ] &&
  grep -q '"accuracy"' "$tmp/real/o.json" && [ "$(stat -c %a "$tmp/real/o.json")" = 600 ]
ok $? "a link is followed, the file's rights are kept" "$(cat "$tmp/said"; ls -l "$tmp/real")"
for folder in "$tmp" /dev/shm; do # which is a folder like any other
  [ -d "$folder" ] && [ -w "$folder" ] || continue
  twice=$folder/varimac-test.$$
  run : "$twice" 'eval --net NET --images 2 --json OUT' && run : "$twice" 'eval --net NET --images 2 --json OUT'
  [ "$(grep -c '"accuracy"' "$twice")" -eq 1 ]
  ok $? "a file of a folder is replaced" "$(cat "$tmp/said" "$twice")"
  rm -f "$twice"
done
run : "$tmp/dangling" 'eval --net NET --images 2 --json OUT'
[ $? -eq 1 ] && grep -q 'a link that leads nowhere' "$tmp/said" && [ -L "$tmp/dangling" ] && [ ! -e "$tmp/nowhere" ]
ok $? "a link that leads nowhere" "$(cat "$tmp/said")"
"$VARIMAC" eval --net weights/resnet8.tflite --images 2 --json /dev/stdout > "$tmp/log" 2>&1 &&
  [ "$(grep -c 'accuracy\|agreement' "$tmp/log")" -eq 4 ] && [ -L /dev/stdout ]
ok $? "/dev/stdout in a file" "$(cat "$tmp/log"; ls -l /dev/stdout)"
ln -s /dev/stdout "$tmp/out.link"
for name in /dev/fd/1 "$tmp/out.link"; do
  "$VARIMAC" eval --net weights/resnet8.tflite --images 2 --json "$name" > "$tmp/log" 2>&1 &&
    [ "$(grep -c 'accuracy\|agreement' "$tmp/log")" -eq 4 ]
  ok $? "what is printed to, as ${name##*/}" "$(cat "$tmp/log")"
done
run : - 'eval --net NET --images 2 --json -'
[ $? -eq 1 ] && grep -q '/dev/stdout is the output' "$tmp/said" && [ ! -e - ]
ok $? "- is no file" "$(cat "$tmp/said")"
run : "$tmp/one" 'eval --net NET --images 2 --json OUT --dump TMP/real/../one'
[ $? -eq 2 ] && grep -q 'the same file' "$tmp/said" && [ ! -e "$tmp/one" ]
ok $? "one file by two names" "$(cat "$tmp/said")"
"$VARIMAC" --help | awk '/^  [a-z]+ +[a-z]/ { print $1 }' > "$tmp/all"
[ "$(wc -l < "$tmp/all")" -ge 18 ] && ! awk 'NR == FNR { tried[$3]; next }
  !($1 in tried) && $1 !~ /^(energy|map|net|permute)$/' "$tmp/commands" "$tmp/all" | grep .
ok $? "every command that writes files but energy, permute (energy.t, permute.t)"
done_testing
