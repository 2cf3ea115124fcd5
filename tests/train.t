#!/bin/sh
# TEST RATIONALE: `varimac train` and `varimac quantize` as a user meets them.
#   State space: a run killed and resumed against one never stopped, multiplied exactly and in
#   phases with errors, from options and from a file; its log, its epochs kept, and curves drawn of it; every refusal
#   with its exit code and no file left; runs that diverge; the shipped weights by digest, and the
#   shipped float network quantized again.
#   Gradients, thread counts and file formats are tested in unit/test_train_*.c.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh

train() {
  "$VARIMAC" train --data subset:calib --test subset:calib --batch 64 --epochs 12 "$@" \
    > "$tmp/out" 2> "$tmp/err"
}

"$VARIMAC" train --help | grep -q -- --resume && "$VARIMAC" quantize --help | grep -q -- --images
ok $? "--help of train and quantize"

train --keep-epochs "$tmp/kept" --out "$tmp/whole.safetensors"
ok $? "a whole run" "$(cat "$tmp/err")"
[ ! -e "$tmp/whole.ckpt.safetensors" ] &&
  grep -q '^epoch  *12/12 .*loss.*train.*test.*ETA' "$tmp/out"
ok $? "one line per epoch, no checkpoint left" "$(cat "$tmp/out")"

# killed NAME OPTION...: a run into $tmp/NAME.safetensors that is killed as soon as an epoch is done;
# once more where it was faster than this shell.
killed() {
  name=$tmp/$1
  shift
  for try in 1 2 3 4 5; do
    rm -rf "$name".* "$tmp/cutkept" "$tmp/killed" # whose lines are the last run's
    "$VARIMAC" train "$@" --threads 1 > "$tmp/killed" 2>&1 &
    pid=$!
    while kill -0 $pid 2> /dev/null && ! grep -qs '^epoch' "$tmp/killed"; do sleep 0.05; done
    kill -9 $pid 2> /dev/null
    wait $pid 2> /dev/null
    [ -e "$name.safetensors" ] || break
    echo "# try $try: it ended before it was killed"
  done
}
# Resumed with another number of threads.
killed cut --data subset:calib --test subset:calib --batch 64 --epochs 12 \
  --keep-epochs "$tmp/cutkept" --out "$tmp/cut.safetensors"
[ -e "$tmp/cut.ckpt.safetensors" ] && [ ! -e "$tmp/cut.safetensors" ]
ok $? "a killed run leaves a checkpoint and no weights"
train --threads 2 --resume --keep-epochs "$tmp/cutkept" --out "$tmp/cut.safetensors" && grep -q resumed "$tmp/out" &&
  cmp -s "$tmp/cut.safetensors" "$tmp/whole.safetensors"
ok $? "resumed, it ends with the same bytes as the whole run" "$(cat "$tmp/out" "$tmp/err")"

diff -r "$tmp/cutkept" "$tmp/kept" > "$tmp/diff" && [ "$(ls "$tmp/kept" | wc -l)" -eq 13 ] &&
  cmp -s "$tmp/kept/epoch-012.safetensors" "$tmp/whole.safetensors"
ok $? "and with the same epochs kept, the last of them its weights" "$(cat "$tmp/diff"; ls "$tmp/kept")"
for epoch in 0 3; do
  "$VARIMAC" quantize --in "$tmp/kept/epoch-00$epoch.safetensors" --data subset:calib --images 50 \
    --test subset:calib -o "$tmp/kept.tflite" > "$tmp/kept.$epoch" 2> "$tmp/err"
done
accuracy=$(sed -n 's/^{"epoch":3,.*"test":{[^}]*"accuracy":\([0-9.]*\).*/\1/p' "$tmp/whole.jsonl")
float=$(awk -v want="$accuracy" 'sub(/.*float /, "") { print $1 - want }' "$tmp/kept.3")
awk -v off="${float:-9}" 'sub(/.*float /, "") { exit !($1 < 25 && off * off < 1e-4) }' "$tmp/kept.0"
ok $? "a kept epoch is what the log says of it, the first knows nothing" "$(cat "$tmp/kept.0" "$tmp/kept.3") $accuracy"
cmp -s "$tmp/cut.jsonl" "$tmp/whole.jsonl" && [ "$(wc -l < "$tmp/whole.jsonl")" -eq 13 ] &&
  tail -n 1 "$tmp/whole.jsonl" |
    grep -q '^{"epoch":12,"phase":0,"train":{"loss":.*"test":{"loss":[^}]*}}$'
ok $? "and with the same log: a line for the run, one for each epoch" "$(cat "$tmp/cut.jsonl")"

# A run of several phases from a file, one of them a table of its own, killed and resumed; the same
# by options.
"$VARIMAC" mult table perf3 --raw -o "$tmp/table.bin" > "$tmp/out" 2>&1
first="0 forward=bit_true:$tmp/table.bin:cv:slope stem.conv/forward=exact data=per_mac:0.02"
second="1 forward=per_mac:0.05 weights=static_weight:0.1"
cat > "$tmp/run.json" << EOF
{"data": "subset:calib", "test": "subset:calib", "batch": 64, "epochs": 4, "validation": 40,
 "rate": 0.05, "no-flip": true, "phase": ["$first", "$second", "stall1"],
 "out": "$tmp/phases.safetensors"}
EOF
"$VARIMAC" train --config "$tmp/run.json" > "$tmp/out" 2> "$tmp/err"
ok $? "a run of phases from a JSON file" "$(cat "$tmp/err")"
grep -q 'test_so_multiplied.*validation' "$tmp/phases.jsonl" &&
  grep -q '"phase":1' "$tmp/phases.jsonl" && grep -q 'so multiplied' "$tmp/out" &&
  grep -q 'table.bin@[0-9a-f]*:cv:slope' "$tmp/phases.jsonl"
ok $? "its log names the table by its content, the phases and what they answer" \
  "$(cat "$tmp/phases.jsonl")"
sed 's/phases.safe/cutphases.safe/' "$tmp/run.json" > "$tmp/cutrun.json"
killed cutphases --config "$tmp/cutrun.json"
[ -e "$tmp/cutphases.ckpt.safetensors" ] &&
  "$VARIMAC" train --config "$tmp/cutrun.json" --resume > "$tmp/out" 2> "$tmp/err" &&
  cmp -s "$tmp/cutphases.safetensors" "$tmp/phases.safetensors" &&
  [ "$(sed 1d "$tmp/cutphases.jsonl")" = "$(sed 1d "$tmp/phases.jsonl")" ]
ok $? "killed and resumed: the same weights, the same log" "$(cat "$tmp/out" "$tmp/err")"
"$VARIMAC" train --data subset:calib --test subset:calib --batch 64 --epochs 4 --validation 40 \
  --rate 0.05 --no-flip --phase "$first" --phase "$second" --phase stall1 \
  --out "$tmp/byhand.safetensors" > "$tmp/out" 2> "$tmp/err" &&
  cmp -s "$tmp/byhand.safetensors" "$tmp/phases.safetensors"
ok $? "the same run by options" "$(cat "$tmp/err")"
"$VARIMAC" train --data subset:calib --test subset:calib --batch 64 --epochs 2 \
  --phase '0 forward=agn:0.05:0.5:0.2 fc/forward=agn:0.1' --out "$tmp/agn.safetensors" \
  > "$tmp/out" 2> "$tmp/err" &&
  tail -n 1 "$tmp/agn.jsonl" | awk '{
    sub(/.*"sigma":./, ""); gsub(/[}"]/, ""); n = split($0, layer, ",")
    for (i = 1; i <= n; i++) { split(layer[i], word, ":"); sigma[word[1]] = word[2] }
    exit !(n == 10 && sigma["b2.conv1"] > 0.06 && sigma["fc"] == 0) }'
ok $? "noise of each layer is learned where it is rewarded, and logged" "$(cat "$tmp/agn.jsonl")"
like() { # NAME THREADS
  "$VARIMAC" train --data subset:calib --test subset:calib --batch 64 --epochs 1 --threads "$2" \
    --phase "0 forward=noise_like:$tmp/table.bin:cv fc/forward=dropout_like:perf3" \
    --out "$tmp/$1.safetensors" > "$tmp/out" 2> "$tmp/err"
}
like like1 1 && like like2 2 && cmp -s "$tmp/like1.safetensors" "$tmp/like2.safetensors" &&
  grep -q 'noise_like:.*table.bin@[0-9a-f]*:cv fc/forward=dropout_like:perf3' "$tmp/like1.jsonl" &&
  tail -n 1 "$tmp/like1.jsonl" | grep -q '"test_so_multiplied"'
ok $? "noise and dropout like cells' errors: one result of any threads, tables named by content" \
  "$(cat "$tmp/err" "$tmp/like1.jsonl")"
"$VARIMAC" plot "$tmp/whole.jsonl" "$tmp/phases.jsonl" -o "$tmp/runs.png" > "$tmp/out" 2>&1 &&
  [ ! -s "$tmp/out" ] && [ "$(head -c 4 "$tmp/runs.png" | tail -c 3)" = PNG ]
ok $? "plot draws two runs" "$(cat "$tmp/out")"
mkdir "$tmp/bin" "$tmp/other" && cp "$tmp/whole.jsonl" "$tmp/other" &&
  cp "$tmp/whole.jsonl" "$tmp/run-0.5.jsonl" && cat > "$tmp/bin/gnuplot" << EOF
#!/bin/sh
cat > "$tmp/script" && cat "$tmp/runs.png"
EOF
chmod +x "$tmp/bin/gnuplot"
PATH=$tmp/bin:$PATH "$VARIMAC" plot "$tmp/whole.jsonl" "$tmp/other/whole.jsonl" \
  "$tmp/run-0.5.jsonl" -o "$tmp/names.png" > "$tmp/out" 2>&1
[ "$(grep -o 'title "[^"]*"' "$tmp/script" | sort -u)" = "title \"$tmp/other/whole\"
title \"$tmp/whole\"
title \"run-0.5\"" ]
ok $? "runs are named by their files, with the folder where two have one name" "$(cat "$tmp/out")"

# Fine-tuning with a cell as the int8 network itself, and what the exported network answers.
"$VARIMAC" train --from weights/resnet8.safetensors --freeze --data subset:calib \
  --test subset:test --batch 64 --epochs 2 --rate 0.001 --schedule cosine \
  --phase '0 forward=bit_true:trunc7:cv:slope' --out "$tmp/fine.safetensors" > "$tmp/out" 2>&1 &&
  "$VARIMAC" quantize --in "$tmp/fine.safetensors" --out "$tmp/fine.tflite" --data subset:calib \
    --images 200 >> "$tmp/out" 2>&1 &&
  "$VARIMAC" eval --net "$tmp/fine.tflite" --mult trunc7 --correction cv --calib subset:calib \
    --calib-images 64 --data subset:test > "$tmp/eval" 2>> "$tmp/out"
ok $? "a trained network fine-tuned with a cell, exported and scored" "$(cat "$tmp/out")"
grep -q 'with the ranges of its training; no image of subset:calib was used' "$tmp/out" &&
  ! grep -q 'calibrated on' "$tmp/out"
ok $? "quantize says that the ranges are the training's own" "$(cat "$tmp/out")"
so=$(tail -n 1 "$tmp/fine.jsonl" | sed 's/.*test_so_multiplied[^}]*"accuracy":\([0-9.]*\).*/\1/')
awk -v so="$so" '$1 == "accuracy" { found = $2 } END { exit !(so > 80 && found == so + 0) }' \
  "$tmp/eval"
ok $? "training's own score is that of eval on the exported network: $so %" \
  "$(cat "$tmp/eval" "$tmp/fine.jsonl")"

"$VARIMAC" train --data subset:calib --test subset:calib --batch 64 --epochs 1 \
  --phase '0 stem.conv/forward=bit_true:rec4:none:table0' --out "$tmp/gradient.safetensors" \
  > "$tmp/out" 2>&1 && tail -n 1 "$tmp/gradient.jsonl" |
  grep -q '"gradient":{"terms":[1-8],"left_out":[0-9.e-]*}}$' &&
  ! grep -q '"gradient"' "$tmp/phases.jsonl"
ok $? "the log tells the terms of a gradient by the table and what they leave out" \
  "$(cat "$tmp/out" "$tmp/gradient.jsonl")"
# Float sums of a loop that is compiled for several vector widths have an order of their own.
! grep -l VMAC_CLONES cmodel/train/*.c | xargs grep -n 'simd reduction(+' > "$tmp/out"
ok $? "sums of training have one order at every vector width" "$(cat "$tmp/out")"

# refuse DESCRIPTION STATUS TEXT COMMAND ARGUMENTS...: that status and text, no new file.
refuse() {
  what=$1 status=$2 text=$3
  shift 3
  rm -rf "$tmp/new"
  mkdir "$tmp/new"
  "$VARIMAC" "$@" > "$tmp/out" 2> "$tmp/err"
  got=$?
  [ $got -eq "$status" ] && grep -q -- "$text" "$tmp/err" && [ -z "$(ls "$tmp/new")" ]
  ok $? "$what" "exit $got: $(cat "$tmp/err"; ls "$tmp/new")"
}
f=$tmp/new/f.safetensors
small="--data subset:calib --test subset:calib"
refuse "no --out" 2 "needs --out" train
refuse "an unknown option" 2 "train --help" train --bogus
refuse "an unknown network" 1 "did you mean 'resnet8'" train --net resnet9 --out "$f"
# MNIST's training images alone, all black: test images not named are those of the same set.
mkdir -p "$tmp/data/mnist"
zeros() {
  dd if=/dev/zero of="$tmp/data/mnist/$1" bs=1 count=1 seek="$2" conv=notrunc 2> /dev/null
}
printf '\0\0\10\3\0\0\352\140\0\0\0\34\0\0\0\34' \
  > "$tmp/data/mnist/train-images-idx3-ubyte"
printf '\0\0\10\1\0\0\352\140' > "$tmp/data/mnist/train-labels-idx1-ubyte"
zeros train-images-idx3-ubyte $((15 + 60000 * 784)) && zeros train-labels-idx1-ubyte 60007
VARIMAC_DATA=$tmp/data
export VARIMAC_DATA
refuse "test images of the training images' set that are not there" 1 mnist/t10k-images train \
  --net lenet5 --data mnist:train --out "$f"
unset VARIMAC_DATA
refuse "a network of another image" 1 \
  "subset:calib: images of 32x32x3 in 10 classes do not fit network lenet5 (28x28x1, 10)" \
  train --net lenet5 --data subset:calib --out "$f"
refuse "an unknown schedule" 2 "did you mean 'cosine'" train --schedule cosin --out "$f"
refuse "a batch that shards do not divide" 2 "multiple of --shards" train --batch 100 \
  --shards 3 --out "$f"
refuse "a rate that is no number" 2 "--rate" train --rate fast --out "$f"
refuse "images that are not there" 1 "nowhere.png" train --data sheet:nowhere.png --out "$f"
# shellcheck disable=SC2086
refuse "fewer images than a batch" 1 "fewer than one batch" train $small --batch 512 --out "$f"
# shellcheck disable=SC2086
refuse "a place that cannot be written" 1 "nonexistent" train $small \
  --out /nonexistent/f.safetensors
# shellcheck disable=SC2086
refuse "epochs where no folder can be" 1 "keep-epochs: cannot make the folder /nonexistent/kept" \
  train $small --keep-epochs /nonexistent/kept --out "$f"
# shellcheck disable=SC2086
refuse "nothing to resume" 1 "f.ckpt.safetensors" train $small --resume --out "$f"
cp "$tmp/whole.safetensors" "$tmp/other.ckpt.safetensors"
# shellcheck disable=SC2086
refuse "a checkpoint in the way" 1 "--resume continues it" train $small \
  --out "$tmp/other.safetensors"
# shellcheck disable=SC2086
refuse "a checkpoint of other options" 1 "same options: varimac train" train $small --resume \
  --seed 2 --out "$tmp/other.safetensors"

phase() { # DESCRIPTION TEXT PHASE OPTION...: the phase is refused
  what=$1 text=$2
  shift 2
  refuse "$what" 2 "$text" train --data subset:calib --test subset:calib --out "$f" --phase "$@"
}
phase "an unknown error model" "did you mean 'per_mac'" '0 forward=per_mak:0.1'
phase "noise backward" "agn is for the forward product" '0 data=agn:0.1'
phase "dropout backward" "dropout is for the forward product" '0 data=dropout:0.1'
phase "dropout of no size" "dropout: expected a standard deviation 0..10, found 'x'" '0 forward=dropout:x'
phase "noise that cannot grow" "a size that is learned begins above 0" '0 forward=agn:0:0.1'
phase "noise of four numbers" 'agn: expected SIGMA.:LAMBDA.:MOST..,' '0 forward=agn:1:1:1:1'
phase "a reward that is none" "agn: expected a reward 0..10, found 'x'" '0 forward=agn:1:x'
phase "bit by bit backward" "bit_true is for the forward product" '0 data=bit_true:drum6'
phase "an unknown layer" "did you mean 'stem.conv'" '0 stem.con/forward=exact'
phase "an unknown cell" "did you mean 'drum6'" '0 forward=bit_true:drun6'
phase "an unknown gradient" "straight, slope or tableH" '0 forward=bit_true:drum6:none:tabel'
phase "a gradient of noise" "what is like a cell's error has no gradient, found .:slope" '0 forward=noise_like:drum6:cv:slope'
phase "dropout like no cell" "dropout_like wants :CELL" '0 forward=dropout_like'
phase "noise like a cell's, backward" "noise_like is for the forward product" '0 data=noise_like:drum6'
phase "it beside a cell" "is noise while that of .b1.conv1. is bit_true" '0 forward=noise_like:drum6 b1.conv1/forward=bit_true:drum6'
phase "a table file that is none" "LICENSE" '0 forward=bit_true:./LICENSE'
phase "a table that is another now" "expected the table 0123456789abcdef, found" \
  "0 forward=bit_true:$tmp/table.bin@0123456789abcdef"
phase "phases out of order" "a phase at 3 behind one at 5" 0 --phase 5 --phase 3
phase "a phase behind the last epoch" "a phase at 4, the run has but 4 epochs" 0 --phase 4 \
  --epochs 4
phase "noise beside bit_true" "'stem.conv' is noise while that of" \
  '0 forward=bit_true:drum6 stem.conv/forward=per_mac:0.1' --freeze
phase "a product named twice" "forward is set twice" '0 forward=exact forward=per_mac:0.1'
phase "a stall without validation" "validation N" 0 --phase stall2
# shellcheck disable=SC2086
refuse "more held out than there is" 1 "and --validation 199" train $small --batch 64 \
  --validation 199 --out "$f"
# shellcheck disable=SC2086
refuse "weights of another network" 1 "expected weights of network resnet8, found lenet5" train \
  $small --batch 64 --from weights/lenet5.safetensors --out "$f"
echo '{"epochs": 2, "phases": "0"}' > "$tmp/bad.json"
refuse "an unknown key" 1 "bad.json: no option 'phases', did you mean 'phase'" train \
  --config "$tmp/bad.json" --out "$f"
echo '{"epochs": [2]}' > "$tmp/bad.json"
refuse "a list of epochs" 1 "bad.json: epochs: expected one value" train --config "$tmp/bad.json"
echo '{"seed": 9007199254740993}' > "$tmp/bad.json"
refuse "a seed that is no double" 1 "bad.json: seed: a number of more than 53 bits" train \
  --config "$tmp/bad.json"
echo '{"epochs": 2,' > "$tmp/bad.json"
refuse "a file that is no JSON" 1 "bad.json: not JSON: error at byte" train --config "$tmp/bad.json"
echo '[2]' > "$tmp/bad.json"
refuse "JSON that is no object" 1 "bad.json: expected a JSON object" train --config "$tmp/bad.json"
echo '{"epochs": 2, "batch": 64, "epochs": 3}' > "$tmp/bad.json"
refuse "a key twice" 1 "bad.json: epochs twice" train --config "$tmp/bad.json"
echo '{"config": "bad.json"}' > "$tmp/bad.json"
refuse "a file in the file" 1 "bad.json: no option 'config'; see" train --config "$tmp/bad.json"
refuse "a log that is none" 1 "bad.json: line 1: expected the log of a run" plot "$tmp/bad.json" \
  -o "$tmp/new/p.png"
refuse "plot without logs" 2 "plot wants 1 to 8 logs" plot -o "$tmp/new/p.png"

# diverge DESCRIPTION TEXT OPTION...: exit 1 with the text and a hint, no weights.
diverge() {
  what=$1 text=$2
  shift 2
  rm -f "$tmp"/wild.*
  train --rate 30 --out "$tmp/wild.safetensors" "$@"
  got=$?
  [ $got -eq 1 ] && grep -q "$text" "$tmp/err" && grep -q 'smaller --rate' "$tmp/err" &&
    [ ! -e "$tmp/wild.safetensors" ]
  ok $? "$what" "exit $got: $(cat "$tmp/err")"
}
diverge "a run that diverges" "the training loss is" --rate 100 --epochs 4
diverge "a run whose test loss alone has diverged" "the test loss is" --epochs 1
train --rate 30 --epochs 1 --resume --out "$tmp/wild.safetensors"
[ $? -eq 1 ] && grep -q "the test loss is" "$tmp/err" && [ ! -e "$tmp/wild.safetensors" ]
ok $? "the same, resumed" "$(cat "$tmp/err")"
diverge "a training loss that is not a number" \
  "epoch 1: the training loss is not a number: the training" --rate 100 --decay 1 --batch 8 \
  --epochs 1 --schedule cosine

q="$tmp/new/q.tflite"
head -c 200000 "$tmp/whole.safetensors" > "$tmp/short.safetensors"
sed 's/"F32"/"F16"/' "$tmp/whole.safetensors" > "$tmp/f16.safetensors"
sed 's/"stem.conv.weight"/"stem.cony.weight"/' "$tmp/whole.safetensors" > "$tmp/name.safetensors"
refuse "quantize without files" 2 "needs --in" quantize
refuse "a truncated network" 1 "short.safetensors" quantize --in "$tmp/short.safetensors" --out "$q"
refuse "a network of halves" 1 "expected dtype F32" quantize --in "$tmp/f16.safetensors" --out "$q"
refuse "a missing tensor" 1 "no tensor 'stem.conv.weight'" quantize \
  --in "$tmp/name.safetensors" --out "$q"
# Every value 1e9 (bytes "(knN"): each alone is let in, together they overflow.
header=$((8 + $(od -An -tu2 -N2 "$tmp/whole.safetensors")))
values=$((($(wc -c < "$tmp/whole.safetensors") - header) / 4))
{
  head -c $header "$tmp/whole.safetensors"
  awk -v n=$values 'BEGIN { while (n--) printf "(knN" }'
} > "$tmp/huge.safetensors"
refuse "a network whose outputs overflow" 1 "huge.safetensors: layer '.*is not finite" quantize \
  --in "$tmp/huge.safetensors" --out "$q" --data subset:calib --images 20
refuse "a file of another kind" 1 "not a safetensors file" quantize \
  --in tests/data/cifar10-test.png --out "$q"
"$VARIMAC" train --net lenet5 --help > "$tmp/out" &&
  grep -q 'lenet5 *28x28x1, 10 classes' "$tmp/out"
ok $? "--help lists the networks" "$(cat "$tmp/out")"
refuse "calibration on images of another shape" 1 "32x32x3 .* network lenet5 (28x28x1, 10)" \
  quantize --in weights/lenet5.safetensors --out "$q" --data subset:calib
refuse "calibration on test images" 1 "is a test set" quantize --in "$tmp/whole.safetensors" \
  --out "$q" --data subset:test
refuse "more images than the set has" 1 "has only 200" quantize \
  --in "$tmp/whole.safetensors" --out "$q" --data subset:calib --images 201

# The shipped weights.
awk -F '\t' 'NR > 1 { print $2 "  weights/" $1 }' weights/MANIFEST.tsv > "$tmp/sums"
set -- weights/*.safetensors weights/*.tflite
[ "$(wc -l < "$tmp/sums")" -eq $# ] &&
  sha256sum --quiet -c "$tmp/sums" > "$tmp/out" 2>&1
ok $? "MANIFEST.tsv has every shipped network's digest" "$(cat "$tmp/out")"
# The least that each network's float form must reach.
awk -F '\t' 'BEGIN { least["resnet8"] = 86.5; least["lenet5"] = 99
       least["vgg7"] = 89; least["mobilenet"] = 86; least["resnet20"] = 90.5 }
  NR > 1 { net = $1; sub(/\..*/, "", net); if (!(net in least) || $4 < least[net]) bad = 1 }
  NR > 1 && $5 != "-" && $4 - $5 > 0.4 { bad = 1 }
  NR > 1 { seen[net] }
  END { for (net in least) if (!(net in seen)) bad = 1; exit bad }' weights/MANIFEST.tsv
ok $? "each network's float accuracy, int8 at most 0.4 points below" "$(cat weights/MANIFEST.tsv)"
sh scripts/weights.sh "$VARIMAC" lenet6 > "$tmp/out" 2>&1
[ $? -eq 1 ] && grep -q "no network 'lenet6'.*lenet5.safetensors" "$tmp/out"
ok $? "make weights NET=lenet6 names the shipped ones" "$(cat "$tmp/out")"
# Against the shipped int8 network: float products differ from one kind of CPU to another.
"$VARIMAC" quantize --in weights/resnet8.safetensors --data subset:calib --images 200 \
  --out "$tmp/again.tflite" --test subset:test > "$tmp/out" 2> "$tmp/err" &&
  "$VARIMAC" eval --net weights/resnet8.tflite --data subset:test --mult exact >> "$tmp/out" &&
  awk '/ images: / { sub(/.*float /, ""); f = $1; sub(/.*int8 /, ""); q = $1 }
       $1 == "accuracy" { q -= $2; exit !(f >= 84 && $2 >= 84 && q <= 1 && q >= -1) }' "$tmp/out"
ok $? "the shipped float network, quantized again on the shipped images, is as good" \
  "$(cat "$tmp/out" "$tmp/err")"
done_testing
