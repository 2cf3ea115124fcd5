#!/bin/sh
# The campaign on the information plane: what is asked for, a measurement made, and the tables, the
# verdict and the plots, on figures made up so that all is known by hand.
#
# TEST RATIONALE. State space: measurements that two parts ask for; a key of each thing that a figure
# is of; a network trained once for all
# its measurements, one that diverges. Changes that gain and their controls do not, that gain as
# their controls do, that lose, of no spread, of one seed, that lack or diverge; Holm's steps; a
# part of the measurements, all of them. What runs are made, kept and resumed is paper-s2.t's job.
# Nonsense is refused.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS
tab=$(printf '\t')

# ---- what is asked for ----
printf "resnet8\tperf3s:none\nresnet8\ttrunc6:cv\n" > "$tmp/points.tsv"
nets() { # EPOCHS SEEDS
  PREFIX=PAPER_S0 sh scripts/paper-s2-nets.sh "$VARIMAC" weights/MANIFEST.tsv resnet8 subset:calib \
    subset:test "$1" "$2" 1 0 0 0 '100 110 200 10 0'
}
asked() { # SETTINGS: of $tmp/nets.tsv
  awk -v controls='noise dropout' -v paths=1 -v settings="$1" -f scripts/paper-s0-asked.awk \
    "$tmp/nets.tsv" "$tmp/points.tsv" > "$tmp/asked.tsv" &&
    sh scripts/run-keys.sh "$VARIMAC" < "$tmp/asked.tsv" > "$tmp/keyed.tsv"
}
nets 2 '1 2 3' > "$tmp/nets.tsv" && asked 'some images'
ok $? "measurements are asked for"
count() { # AWK-CONDITION
  awk -F '\t' "NR == 1 { for (i = 1; i <= NF; i++) at[\$i] = i; next } $1 { n++ } END { print n + 0 }" \
    "$tmp/keyed.tsv"
}
# 1 exact; of each point 3 in inference, 3 trainings exactly, and as they are; epochs 0 exact, 1 and 2 of 7 trainings
found="$(count '$at["part"] == "infer"') $(count '$at["part"] == "train"') $(count '$at["part"] == "so"') $(count '$at["part"] == "path"')"
[ "$found" = '21 18 18 15' ] && [ "$(cut -f 1 "$tmp/keyed.tsv" | sort -u | wc -l)" -eq $((1 + 72 - 7)) ]
ok $? "each once, the last epoch of a path by the key that it has" "$found"
seconds=$(awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
  $at["seed"] == 2 { s += $at["seconds"] } END { print s }' "$tmp/keyed.tsv")
[ "$seconds" -eq $((2 * (100 + 4 * 110 + 2 * 200) + 19 * 10)) ]
ok $? "a training counts once in the forecast" "$seconds"
grep -q '"with": "bit_true:trunc6:cv", "control": "dropout", "images": "[0-9a-f. ]*", "train": {"net": "resnet8", .*"phase": \["0 forward=bit_true:exacts:none"\]}}$' \
  "$tmp/keyed.tsv" && grep -q '"with": "", "control": "", .*"phase": \["0 forward=bit_true:perf3s:none"\]}}$' \
  "$tmp/keyed.tsv"
ok $? "a cell in inference, a cell in training" "$(cut -f 13 "$tmp/keyed.tsv")"
grep -q '"with": "bit_true:trunc6:cv", "control": "noise", .*"0 forward=noise_like:trunc6:cv"' "$tmp/keyed.tsv" &&
  grep -q '"with": "", .*"0 forward=dropout_like:trunc6:cv"' "$tmp/keyed.tsv"
ok $? "noise and dropout like a cell'\''s error, measured so and exactly"
cp "$tmp/keyed.tsv" "$tmp/first.tsv"
cat > "$tmp/varimac" << 'END'
#!/bin/sh
[ "$3" != trunc6 ] || { echo "table hash    0123"; exit; }
exec "$REAL" "$@"
END
chmod +x "$tmp/varimac"
REAL=$(realpath "$VARIMAC")
export REAL
sh scripts/run-keys.sh "$tmp/varimac" < "$tmp/asked.tsv" > "$tmp/keyed.tsv"
changed() { # PATTERN: lines whose key is another
  awk -F '\t' -v pattern="$1" 'FNR == 1 { next } $0 !~ pattern { next }
    FILENAME == ARGV[1] { key[FNR] = $1; next } key[FNR] != $1 { n++ } END { print n + 0 }' \
    "$tmp/first.tsv" "$tmp/keyed.tsv"
}
[ "$(changed perf3s)" -eq 0 ] && [ "$(changed '"".*noise_like:trunc6')" -eq 5 ] &&
  [ "$(changed '"".*dropout_like:trunc6')" -eq 5 ]
ok $? "and of the table whose error noise is like" "$(changed noise_like:trunc6)"
asked 'other images'
for keyed in first keyed; do cut -f 1 "$tmp/$keyed.tsv" | sort -u > "$tmp/$keyed.keys"; done
[ "$(comm -12 "$tmp/first.keys" "$tmp/keyed.keys")" = key ]
ok $? "keys are of the settings, too"
asked 'some images'

# ---- a measurement ----
line() { # PART TRAINING WITH: its config, one epoch
  awk -F '\t' -v part="$1" -v training="$2" -v with="$3" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["part"] == part && $at["training"] == training && $at["with"] == with { print $at["config"]; exit }' \
    "$tmp/keyed.tsv" | sed 's/"epochs": 2/"epochs": 1/; s/"epoch": 2/"epoch": 1/; s/"rate": [0-9.]*/"rate": 0.05/'
}
measure() { # FOLDER CONFIG
  S0_CALIB=40 S0_PLANE='--images 24 --compared 20 --projections 1 --shuffles 1 --resamples 1 --features 8' \
    sh scripts/paper-s0-run.sh "$VARIMAC" "$tmp/s0/runs/$1" "$2" > "$tmp/$1.out" 2> "$tmp/err"
}
measure exact "$(line infer exact exact)"
ok $? "a network trained and measured" "$(cat "$tmp/err")"
measure noise "$(line infer exact noise)"
ok $? "a control of it" "$(cat "$tmp/err")"
[ "$(ls "$tmp/s0/nets" | wc -l)" -eq 1 ] && [ "$(ls "$tmp"/s0/nets/*/epochs | wc -l)" -eq 2 ] &&
  ! cmp -s "$tmp/exact.out" "$tmp/noise.out"
ok $? "one training for both, its epochs kept" "$(ls "$tmp"/s0/nets/*)"
measure like "$(line so noise noise)" && [ "$(ls "$tmp/s0/nets" | wc -l)" -eq 2 ] && grep -q '^done' "$tmp/like.out" &&
  grep -q "noise_like:perf3s:none" "$tmp"/s0/nets/*/run.json
ok $? "one trained with noise like the cell's error, measured with noise" "$(cat "$tmp/err")"
measure other "$(line infer exact exact | sed 's/"images": "[^"]*"/"images": "1 2"/')" && [ "$(ls "$tmp/s0/nets" | wc -l)" -eq 3 ]
ok $? "other images train a network of their own" "$(cat "$tmp/err")"
kept=$(ls -tr "$tmp"/s0/nets/*/epochs/epoch-001.safetensors | head -n 1)
"$VARIMAC" quantize --in "$kept" --data subset:calib --images 40 -o "$tmp/net.tflite" > "$tmp/out" 2>&1
set -- --net "$tmp/net.tflite" --data subset:test --mult perf3s --correction none --control noise --seed 1 \
  --calib subset:calib --calib-images 40
"$VARIMAC" eval "$@" > "$tmp/eval.out"
"$VARIMAC" plane "$@" --images 24 --compared 20 --projections 1 --shuffles 1 --resamples 1 --features 8 \
  --csv "$tmp/plane.csv" > /dev/null
awk -v csv="$tmp/plane.csv" '
  FILENAME == ARGV[1] { if ($1 == "accuracy") accuracy = $2; next }
  FILENAME == csv { split($0, f, ","); if (f[2] == "perf3s+noise") v[f[5], f[9], f[11]] = f[12]; next }
  { want = "done\t" accuracy "\t"
    n = split("0:CONV_2D 3:ADD 7:ADD 11:ADD 12:AVERAGE_POOL_2D 14:FULLY_CONNECTED 15:SOFTMAX", layer, " ")
    for (i = 1; i <= n; i++) want = want (i > 1 ? " " : "") layer[i] ":" \
      sprintf("%.5g:%.5g", v[layer[i] + 0, "kernel", "I(T;X) at least"], v[layer[i] + 0, "probe", "I(T;Y)"])
    if ($0 != want) { print "expected", want; print "found", $0; exit 1 } good++ }
  END { exit !good }' "$tmp/eval.out" "$tmp/plane.csv" "$tmp/noise.out" > "$tmp/odd"
ok $? "accuracy and layers are those of eval and plane" "$(cat "$tmp/odd")"
measure wild "$(line infer exact exact | sed 's/"rate": 0.05/"rate": 100/')"
[ $? -eq 0 ] && [ "$(cat "$tmp/wild.out")" = "diverged$tab$tab" ]
ok $? "one that diverges is a result" "$(cat "$tmp/wild.out" "$tmp/err")"
! measure bad "$(line infer exact exact | sed 's/"rate"/"rake"/')" && [ ! -s "$tmp/bad.out" ] &&
  grep -q "did you mean 'rate'" "$tmp/err"
ok $? "one that cannot be is an error" "$(cat "$tmp/bad.out" "$tmp/err")"

# ---- tables ----
printf "resnet8\tperf3s:none\n" > "$tmp/points.tsv"
asked 'some images'
head=key,network,data,part,training,point,with,epoch,epochs,seed,status,accuracy,layers
# results TRAINING WITH ACCURACIES I(T;Y)S: of seeds 1 2 3 after the last epoch; x: diverged
results() {
  awk -F '\t' -v training="$1" -v with="$2" -v values="$3" -v bits="$4" '
    BEGIN { split(values, v, ","); split(bits, y, ",") }
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["part"] != "path" && $at["training"] == training && $at["with"] == with && v[$at["seed"]] != "" {
      x = v[$at["seed"]]
      print $1 ",resnet8,d," $at["part"] "," training "," $at["point"] "," with ",2,2," $at["seed"] "," \
        (x == "x" ? "diverged,," : "done," x ",0:CONV_2D:9:" y[$at["seed"]] " 15:SOFTMAX:3:3") }' \
    "$tmp/keyed.tsv"
}
{
  echo $head
  results exact exact 80,82,81 1.1,1.2,1.3
  results exact cell 82,84,83.1 1.2,1.4,1.6
  results exact noise 80.5,82.6,81.5 1.1,1.2,1.25
  results exact dropout 80,82.1,81 1.1,1.2,1.35
  results cell exact 79,80,79.5 1.1,1.2,1.3
  results cell cell 78,x,x 1,,
  results noise exact 79.1,80.1,79.4 1.1,1.21,1.3
} > "$tmp/have.csv"
table() {
  awk -v most=0.05 -f scripts/student.awk -f scripts/run-results.awk -f scripts/paper-s0-table.awk \
    "$tmp/have.csv" "$tmp/keyed.tsv" > "$tmp/paper.tsv"
}
table
ok $? "a table is made"
is() { # PART WHAT OF VERSUS COLUMN EXPECTED
  found=$(awk -F '\t' -v part="$1" -v what="$2" -v of="$3" -v versus="$4" -v want="$5" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["part"] == part && $at["what"] == what && $at["of"] == of && $at["versus"] == versus {
      print $at[want] }' "$tmp/paper.tsv")
  [ "$found" = "$6" ]
  ok $? "$1 $2 $3 less $4: $5 is ${6:-empty}" "found '$found'"
}
is infer accuracy cell exact change 2.0333
is infer accuracy cell exact mean_of 83.0333
is infer accuracy cell exact mean_versus 81.0000
# Half an interval: 4.3027 sd / sqrt(3)
is infer accuracy cell noise lo 1.2516
is infer accuracy cell noise hi 1.7484
# t = 1.5 sqrt(3) / 0.1 of 2 degrees: p = 1 - t / sqrt(t^2 + 2)
is infer accuracy cell noise p 0.00148
# The p of eight: 0.000269 0.000832 0.00148 0.00389 0.0351 0.0396 0.423 0.667
is infer accuracy cell exact holm 0.00215
is infer accuracy cell dropout holm 0.00583
is infer accuracy cell noise holm 0.00887
is infer accuracy noise exact holm 0.0194
is train accuracy cell exact p 0.0351
is train accuracy cell exact holm 0.14
is train accuracy noise exact holm 0.14
is train accuracy cell noise holm 0.845
is infer accuracy cell exact says gains
is train accuracy cell exact says 'not separated'
is so accuracy cell exact diverged 2
is so accuracy cell exact pairs 1
is so accuracy cell exact lo ''
is infer 'I(T;Y) 0 CONV_2D' cell exact change 0.2000
is infer 'I(T;Y) 15 SOFTMAX' cell exact change 0.0000
is infer 'I(T;Y) 15 SOFTMAX' cell exact p ''
is infer 'I(T;Y) 15 SOFTMAX' cell exact hi 0.0000

# ---- report ----
report() { # RUNS
  echo '- resnet8: d, tested on e, 2 epochs, seeds 1 2 3, so many images' > "$tmp/facts"
  awk -v most=0.05 -v facts="$tmp/facts" -v runs="$1" -f scripts/paper-s0-report.awk "$tmp/paper.tsv" \
    > "$tmp/report.md"
}
says() { # TEXT DESCRIPTION
  grep -qF -e "$1" "$tmp/report.md"
  ok $? "$2" "$(cat "$tmp/report.md")"
}
report "$(awk -f scripts/runs-count.awk "$tmp/have.csv" "$tmp/keyed.tsv")"
says 'Partial: 21 of 35 runs; what follows is of these alone.' "what lacks is said first"
says '- resnet8, in inference: perf3s:none gains +2.03 [+1.89, +2.18] points; beside noise +1.50 [+1.25, +1.75], beside dropout +2.00 [+1.75, +2.25]. More than its controls do.' \
  "a gain with its interval, beside its controls"
says '- resnet8, in training, measured exactly: no cell is shown to gain accuracy, of 1; 0 lose. The most: perf3s:none, -1.50 [-2.74, -0.26] points; beside noise -0.03 [-0.32, +0.25], beside dropout none yet.' \
  "no gain, and what is nearest to one"
says 'rises in 0 of 2 layers and points, in 0 of these by more than controls, falls in 0. The most: perf3s:none, layer 0 CONV_2D, +0.200 [-0.048, +0.448] bits; beside noise' \
  "what layers tell"
says '| resnet8 | infer | perf3s:none | 81.00 | +2.03 [+1.89, +2.18], gains | +1.50 [+1.25, +1.75] | +2.00 [+1.75, +2.25] | +0.53 [+0.39, +0.68] |' \
  "a line of the table"
says '| resnet8 | train | perf3s:none | 81.00 | -1.50 [-2.74, -0.26], not separated | -0.03 [-0.32, +0.25] | - | -1.47 [-2.74, -0.19] |' \
  "of training"
says '| resnet8 | so | perf3s:none | 80.00 | -2.00 (one seed), 2 diverged (1 of 3) | - | - | - |' "of both, with one seed"
cp "$tmp/have.csv" "$tmp/good.csv"
{ grep -v ',exact,perf3s:none,noise,' "$tmp/good.csv"; results exact noise 82.1,83.9,83.2 1.1,1.2,1.25; } > "$tmp/have.csv"
table && report '35 35'
says "Not shown to be the cell's own: chance of its size is not separated from it." "a gain that noise has, too"
says 'beside noise -0.03 [' "with what is between them"
says 'Runs: 35 of 35.' "all of them"
cp "$tmp/good.csv" "$tmp/have.csv"
table && grep -v noise "$tmp/paper.tsv" > "$tmp/without" && mv "$tmp/without" "$tmp/paper.tsv" && report '35 35'
says "beside dropout +2.00 [+1.75, +2.25]. Not shown to be the cell's own" "without noise no gain is the cell's own"
cp "$tmp/good.csv" "$tmp/have.csv"
table && report '35 35'

# ---- plots ----
points() { # PART
  awk -v network=resnet8 -v point=perf3s:none -v part="$1" -f scripts/run-results.awk \
    -f scripts/paper-s0-points.awk "$tmp/have.csv" "$tmp/keyed.tsv" > "$tmp/points"
}
points layers
grep -qx '9 1.1833 0' "$tmp/points" && grep -qx '9 1.2 0' "$tmp/points" && [ "$(grep -c '^"' "$tmp/points")" -eq 7 ] &&
  grep -qx '"trained with noise"' "$tmp/points"
ok $? "layers of each curve, means over seeds" "$(cat "$tmp/points")"
curves=$(grep -c '^"' "$tmp/points")
gnuplot -e "table='$tmp/points'; curves=$curves; what='r'; out='$tmp/r.svg'" scripts/paper-s0-plot.gp 2> "$tmp/err" &&
  grep -q dropout "$tmp/r.svg" && [ ! -s "$tmp/err" ]
ok $? "a plot" "$(cat "$tmp/err" "$tmp/points")"
awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
  $at["part"] == "path" && $at["epoch"] < 2 { print $1 ",resnet8,d,path," $at["training"] "," $at["point"] \
    ",exact," $at["epoch"] ",2,1,done,50,0:CONV_2D:5:0." $at["epoch"] + ($at["training"] == "noise") }' \
  "$tmp/keyed.tsv" >> "$tmp/have.csv"
points path
awk '/^"/ { name = $0 } /^[0-9]/ { line[name] = line[name] $2 " " $3 ", " }
  END { for (n in line) print n, line[n] }' "$tmp/points" | sort > "$tmp/paths"
[ "$(grep 'op 0"' "$tmp/paths" | grep -v dropout)" = '"cell, op 0" 0 0, 0.1 1, 1.1 2, 
"exact, op 0" 0 0, 0.1 1, 1.1 2, 
"noise, op 0" 0 0, 0.2 1, 1.1 2, ' ] && grep -q '^"dropout, op 0" 0 0, 0.1 1, $' "$tmp/paths"
ok $? "paths of each training from where all begin" "$(cat "$tmp/paths" "$tmp/points")"
cp "$tmp/good.csv" "$tmp/have.csv"

# ---- its page ----
put() { # of report.md
  mkdir -p "$tmp/put/report" "$tmp/put/gen"
  cp "$tmp/report.md" "$tmp/put/report/paper-s0.md"
  rm -rf "$tmp/pages"
  cp -r docs/papers "$tmp/pages"
  make -s "B=$tmp/put" "PAGES=$tmp/pages" -o readme-top -o readme-savings PAPER_S0_ALL=resnet8 \
    readme-paper-s0 > "$tmp/out" 2> "$tmp/err"
}
put
[ $? -ne 0 ] && grep -q '3 seed(s) of resnet8' "$tmp/err" && cmp -s docs/papers/s0.md "$tmp/pages/s0.md"
ok $? "three seeds are too few" "$(cat "$tmp/err")"
sed -i 's/seeds 1 2 3/seeds 1 2 3 4 5/' "$tmp/report.md"
put
[ $? -eq 0 ] && grep -q '^| resnet8 | infer | perf3s:none' "$tmp/pages/s0.md"
ok $? "five are not" "$(cat "$tmp/err")"
sed -i '1s/.*/Partial: 3 of 35 runs; what follows/' "$tmp/report.md"
put
[ $? -ne 0 ] && grep -q 'Partial: 3 of 35 runs: its block stays' "$tmp/err"
ok $? "nor is a part of the measurements enough" "$(cat "$tmp/err")"

# ---- a report of what is kept, by make ----
tiny() { # GOAL [VARIABLE=VALUE ...]
  make -s -o setup -o data -o "$VARIMAC" "B=$B" "REPORT=$tmp/report" PAPER_S0_NETS=resnet8 \
    PAPER_S0_DATA=subset:calib PAPER_S0_TEST=subset:test PAPER_S0_EPOCHS=1 'PAPER_S0_SEEDS=1 2' \
    PAPER_S0_POINTS=perf3s:none PAPER_S0_PATHS=1 PAPER_S0_CALIB=30 PAPER_S0_PLANE='--images 30' \
    "PAPER_S0_KEPT=$tmp/made.csv" "$@" > "$tmp/out" 2> "$tmp/err"
}
tiny paper-s0-asked
{
  echo $head
  awk -F '\t' -v OFS=, 'NR > 1 && !seen[$1]++ { print $1, "n", "d", "p", "t", "", "w", 1, 1, 1, "done", 50, "0:CONV_2D:2:1" }' \
    "$tmp/report/paper-s0/asked.tsv"
} > "$tmp/made.csv"
tiny paper-s0-report && [ "$(head -n 1 "$tmp/report/paper-s0.md")" = 'Runs: 21 of 21.' ] &&
  grep -q '^| resnet8 | infer | perf3s:none | 50.00 | +0.00 \[+0.00, +0.00\] |' "$tmp/report/paper-s0.md" &&
  [ -s "$tmp/report/paper-s0/resnet8.perf3s-none.layers.svg" ] && [ -s "$tmp/report/paper-s0/resnet8.perf3s-none.path.svg" ]
ok $? "what is kept is enough for a report and plots" "$(cat "$tmp/out" "$tmp/err" "$tmp/report/paper-s0.md")"
tiny paper-s0-keep && grep -q '^paper-s0-keep: no runs in .*/report/paper-s0 (make paper-s0)' "$tmp/out"
ok $? "nothing to keep is nothing wrong" "$(cat "$tmp/out" "$tmp/err")"
tiny paper-s0-report PAPER_MEASURED= && grep -q '^Partial: 0 of 21 runs' "$tmp/report/paper-s0.md"
ok $? "of nothing, too, there is a report" "$(cat "$tmp/out" "$tmp/err")"
! tiny paper-s0-asked PAPER_S0_SEEDS='1 1' && grep -q "PAPER_S0_SEEDS_resnet8: expected whole numbers, each once" "$tmp/err"
ok $? "a seed twice is refused" "$(cat "$tmp/err")"
! tiny paper-s0-asked PAPER_S0_POINTS=perf3s && grep -q "PAPER_S0_POINTS_resnet8: expected CELL:MODE" "$tmp/err" &&
  [ -z "$(ls "$tmp/report/paper-s0" | grep new)" ]
ok $? "a point without a mode, by make" "$(cat "$tmp/err")"

done_testing
