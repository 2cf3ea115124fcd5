#!/bin/sh
# varimac predict: rows, what is measured against eval's, the table against the rows, bad input.
# The models are test_error_model.c's job.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
net=weights/resnet8.tflite

run() {
  file=$1
  shift
  "$VARIMAC" predict --net "$net" --images 4 --calib-images 12 --positions 30 --draws 40 \
    -o "$file" "$@" > "$tmp/out" 2> "$tmp/err"
}
same() { # same FILE FILE TEXT
  cmp "$1" "$2" > "$tmp/cmp" 2>&1
  ok $? "$3" "$(cat "$tmp/cmp")"
}

run "$tmp/a.csv" --mults trunc6,perf2s --modes none,cv
ok $? "two cells and two modes run" "$(cat "$tmp/err")"
head -n 1 "$tmp/a.csv" | grep -qx \
  mult,correction,layer,op,kind,k,step,model,mean,sd,measured_mean,measured_sd,ratio
ok $? "the columns" "$(head -n 1 "$tmp/a.csv")"
awk -F , 'NR > 1 { n++; rows[$1, $2, $8]++ }
  END { for (i in rows) { kinds++; if (rows[i] != 10) bad = 1 } exit !(n == 200 && kinds == 20 && !bad) }' \
  "$tmp/a.csv"
ok $? "a row for each cell, mode, layer and model" "$(cut -d , -f 1,2,8 "$tmp/a.csv" | sort | uniq -c)"
awk -F , 'NR > 1 { want = $12 > 0 ? $10 / $12 : 1; if (($13 - want) ^ 2 > 1e-6 * want ^ 2) bad = 1 }
  END { exit bad || NR < 2 }' "$tmp/a.csv"
ok $? "the ratio is that of the standard deviations"

# What is measured: about the mean of all outputs, where residuals has each channel's variance and mean.
for mode in none cv; do
  "$VARIMAC" residuals --net "$net" --images 4 --calib-images 12 --mults trunc6 --modes $mode \
    -o "$tmp/left.csv" > "$tmp/out" 2> "$tmp/err" &&
    awk -F , -v mode=$mode 'FNR == 1 { next }
      NR == FNR { variance[$3] = $8 + $11; next }
      $1 == "trunc6" && $2 == mode && $8 == "pairs" {
        d = $12 ^ 2 + $11 ^ 2 - variance[$3]; n += d * d < 1e-8 * variance[$3] ^ 2 && $12 > 0 }
      END { exit n != 10 }' "$tmp/left.csv" "$tmp/a.csv"
  ok $? "measured as residuals does: $mode" "$(cat "$tmp/err")"
done
awk -F , '$1 == "trunc6" && $2 == "none" && $8 == "pairs" { n += $11 < -100 && $9 / $11 > 0.9 && $9 / $11 < 1.1 }
  END { exit n != 10 }' "$tmp/a.csv"
ok $? "truncation makes sums smaller, measured and foretold" "$(grep 'none.*pairs' "$tmp/a.csv")"

# The step against the range of the channels' requantization, as net prints it (log2, one decimal).
"$VARIMAC" net "$net" > "$tmp/net" &&
  awk 'NR == FNR { if ($2 ~ /CONV_2D|FULLY/) { range[$1] = $NF } ; next }
    FNR > 1 { split($0, f, ","); n = split(range[f[4]], r, /\.\./); at = -log(f[7]) / log(2)
      if (at < r[1] - 0.06 || at > r[n] + 0.06) bad = 1; seen++ }
    END { exit bad || seen != 200 }' "$tmp/net" "$tmp/a.csv"
ok $? "a step of the output lies among the channels'" "$(cut -d , -f 4,7 "$tmp/a.csv" | sort -u)"

# The table against the rows.
run "$tmp/b.csv" --mults trunc7,perf3 --modes bias,none --models multi,pairs && mv "$tmp/out" "$tmp/table"
awk -F , 'NR > 1 && $12 > $7 { of[$2]++; good[$2, $8] += $13 >= 0.75 && $13 <= 1.25 }
  END { for (m in of) print m, of[m], good[m, "multi"], good[m, "pairs"] }' "$tmp/b.csv" |
  awk '{ print $1, $2 / 2, $3, $4 }' | sort > "$tmp/want"
awk '$1 == "none" || $1 == "bias" { print $1, $2, $3, $6 }' "$tmp/table" | sort > "$tmp/got"
[ "$(wc -l < "$tmp/got")" -eq 2 ] && awk '{ n += $2 } END { exit n < 10 }' "$tmp/want"
ok $? "the table has a row for each mode" "$(cat "$tmp/table")"
same "$tmp/want" "$tmp/got" "it counts what the rows say"
grep -q 'seed 1$' "$tmp/table"
ok $? "and names the seed"
awk -F , 'NR > 1 { print $8 }' "$tmp/b.csv" | sort -u | tr '\n' ' ' | grep -qx 'multi pairs '
ok $? "only the models asked for have rows"

# Seeds, threads.
OMP_NUM_THREADS=1 run "$tmp/one.csv" --mults trunc6,perf2s --modes none,cv --cache 0
same "$tmp/a.csv" "$tmp/one.csv" "the same seed gives the same bytes, from one thread and without cache"
run "$tmp/two.csv" --mults trunc6,perf2s --modes none,cv --seed 2
! cmp -s "$tmp/a.csv" "$tmp/two.csv"
ok $? "another seed gives others"
for model in single multi monte filter pairs; do
  awk -F , -v m=$model 'FNR == 1 { next } NR == FNR { sd[$1, $2, $3, $8] = $10; next }
    $8 == m { n++; other += $10 != sd[$1, $2, $3, $8] } END { exit !(n == 40 && other > 20) }' \
    "$tmp/a.csv" "$tmp/two.csv"
  ok $? "also $model's"
done

awk -F , 'FNR == 1 || $3 != 9 { next } NR == FNR { sd[$1, $2, $8] = $10; next }
  ($10 != sd[$1, $2, $8]) != ($8 == "monte") { bad = 1 } { n++ } END { exit bad || n != 20 }' \
  "$tmp/a.csv" "$tmp/two.csv"
ok $? "where all positions are taken, the seed is that of draws alone" "$(grep ,9,14, "$tmp/two.csv")"

run "$tmp/c.csv" --mults perf2 --modes cv --models filter --plot "$tmp/c.png" &&
  [ "$(head -c 4 "$tmp/c.png" | tail -c 3)" = PNG ]
ok $? "--plot draws an image" "$(cat "$tmp/err")"

# refuse DESCRIPTION STATUS TEXT ARGUMENTS...: fails with that status and text, leaves no file.
refuse() {
  what=$1 status=$2 text=$3
  shift 3
  rm -f "$tmp"/bad.*
  run "$tmp/bad.csv" --plot "$tmp/bad.png" "$@"
  got=$?
  [ $got -eq "$status" ] && grep -q -- "$text" "$tmp/err" && ! ls "$tmp"/bad.* > /dev/null 2>&1
  ok $? "$what" "exit $got: $(cat "$tmp/err")"
}
refuse "an unknown cell, the nearest suggested" 2 "did you mean 'perf2'" --mults pref2
refuse "an unknown mode, the nearest suggested" 2 "did you mean 'paper'" --modes papr
refuse "an unknown model, the nearest suggested" 2 "did you mean 'multi'" --models mutli
refuse "an empty list" 2 "empty list" --models ,
refuse "a cell twice" 2 "perf2 twice" --mults perf2,trunc6,perf2
refuse "a mode twice" 2 "cv twice" --modes cv,cv
refuse "some layers" 2 "there is no --layers" --layers 0
refuse "no positions" 2 "--positions: expected a whole number in 1.." --positions 0
refuse "a test set for calibration" 1 "is a test set" --calib subset:test
refuse "more images than there are" 1 "--images: expected at most 500" --images 501
refuse "a network that is not there" 1 nowhere.tflite --net nowhere.tflite
refuse "nor an option" 2 "did you mean '--positions'" --position-s 3
refuse "a picture over the rows" 2 "the same file" --plot "$tmp/bad.csv"
refuse "rows that cannot be written" 1 /nonexistent/rows --mults perf2 -o /nonexistent/rows
"$VARIMAC" predict --net "$net" > "$tmp/out" 2> "$tmp/err"
[ $? -eq 2 ] && grep -q 'needed' "$tmp/err"
ok $? "rows have nowhere to go" "$(cat "$tmp/err")"
# The table of `make predict`: its figures are those of the rows.
small() {
  make -s -o "$VARIMAC" "B=$B" "REPORT=$tmp/report" PREDICT_MULTS='trunc7 perf3' PREDICT_MODES='bias none' PREDICT_TEST=subset:test \
    PREDICT_TRAIN=subset:calib PREDICT_IMAGES=4 PREDICT_CALIB=12 PREDICT_MODELS='multi pairs' PREDICT_NETS=resnet8 "$@" \
    > "$tmp/out" 2> "$tmp/err"
}
small predict-run && grep -q '^| network | correction | layers of cells | multi | pairs |$' "$tmp/report/predict.md"
ok $? "make predict" "$(cat "$tmp/out" "$tmp/err")"
awk -F , 'NR > 1 && $12 > $7 { of[$2]++; good[$2, $8] += $13 >= 0.75 && $13 <= 1.25 }
  END { for (m in of) printf "| resnet8 | %s | %d | %.1f %% | %.1f %% |\n", m, of[m] / 2,
    200 * good[m, "multi"] / of[m], 200 * good[m, "pairs"] / of[m] }' "$tmp/report/predict/resnet8.csv" | sort > "$tmp/want"
grep '^| resnet8' "$tmp/report/predict.md" | sort > "$tmp/got"
[ "$(wc -l < "$tmp/want")" -eq 2 ]
ok $? "two modes" "$(cat "$tmp/want")"
same "$tmp/want" "$tmp/got" "its figures are the rows'"
grep -q '^- resnet8: 4 images of subset:test; .*12 of subset:calib; seed 1$' "$tmp/report/predict.md"
ok $? "it says of what" "$(cat "$tmp/report/predict.md")"
small predict-run && ! grep -q PREDICT "$tmp/out"
ok $? "what is there is not made again" "$(cat "$tmp/out")"
small PREDICT_IMAGES=5 predict-run && grep -q PREDICT "$tmp/out"
ok $? "of more images it is" "$(cat "$tmp/out")"
# Other networks, of which there are figures: the table is of those that are asked for.
sed 's/resnet8/lenet5/g' "$tmp/report/predict/resnet8.txt" > "$tmp/report/predict/lenet5.txt"
small PREDICT_IMAGES=5 PREDICT_NETS=lenet5 -o "$tmp/report/predict/lenet5.txt" predict-run &&
  ! grep -q resnet8 "$tmp/report/predict.md" &&
  small PREDICT_IMAGES=5 PREDICT_NETS='resnet8 lenet5' -o "$tmp/report/predict/lenet5.txt" predict-run &&
  grep -q '^- resnet8: ' "$tmp/report/predict.md" && grep -q '^- lenet5: ' "$tmp/report/predict.md" &&
  small PREDICT_IMAGES=5 predict-run && ! grep -q '^- lenet5: ' "$tmp/report/predict.md"
ok $? "one network, then another, then both" "$(cat "$tmp/out" "$tmp/err" "$tmp/report/predict.md")"
cp README.md "$tmp/README.md"
mkdir -p "$B/gen"
! small "README=$tmp/README.md" -o readme-top -o readme-cost readme-predict && cmp -s README.md "$tmp/README.md" &&
  grep -q '^readme: .*predict.md lacks.* lenet5.*stays' "$tmp/err"
ok $? "a part of the networks does not reach README.md" "$(cat "$tmp/err")"
for n in lenet5 vgg7 mobilenet resnet20; do echo "- $n: x"; done >> "$tmp/report/predict.md"
small "README=$tmp/README.md" -o readme-top -o readme-cost readme-predict && grep -q '^- vgg7: x$' "$tmp/README.md"
ok $? "all do" "$(cat "$tmp/out" "$tmp/err")"
awk -f scripts/predict.awk "$0" > "$tmp/out" 2> "$tmp/err"
[ $? -eq 1 ] && grep -q 'expected tables of varimac predict, found none' "$tmp/err"
ok $? "no tables" "$(cat "$tmp/err")"
sed 's/ multi / filter /' "$tmp/report/predict/resnet8.txt" > "$tmp/other.txt"
awk -f scripts/predict.awk "$tmp/report/predict/resnet8.txt" "$tmp/other.txt" > "$tmp/out" 2> "$tmp/err"
[ $? -eq 1 ] && grep -q 'expected the models of the files before' "$tmp/err"
ok $? "tables of other models" "$(cat "$tmp/err")"
# Pairs count alike, whichever network they are of.
for n in 'a 10 5 10 none' 'b 30 27 30 none' 'a 2 1 2 cv' 'b 0 - - cv'; do
  set -- $n
  printf 'network weights/%s.tflite, facts\ncorrection  layer,cell  multi  pairs\n%s %s %s %s\n' "$1" "$5" "$2" \
    "$([ "$3" = - ] && echo - || echo "$3 50.0 %")" "$([ "$4" = - ] && echo - || echo "$4 100.0 %")"
done > "$tmp/of"
awk -f scripts/predict.awk "$tmp/of" | grep '^| all' > "$tmp/got"
printf '| all | none | 40 | 80.0 %% | 100.0 %% |\n| all | cv | 2 | 50.0 %% | 100.0 %% |\n' > "$tmp/want"
same "$tmp/want" "$tmp/got" "of all networks together"
! grep -q '^| all' "$tmp/report/predict.md"
ok $? "of one there is no such row"
"$VARIMAC" predict --help | grep -q -- '--positions N' && "$VARIMAC" --help | grep -q '^  predict '
ok $? "help"

done_testing
