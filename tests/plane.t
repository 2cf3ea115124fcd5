#!/bin/sh
# varimac plane: rows, what they must be of each other, the outputs against eval's, bad input. The
# estimators are test_plane's, test_plane_bounds' and test_plane_net's job.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # awk's conditions are arguments
. tests/tap.sh
net=weights/resnet8.tflite

run() {
  "$VARIMAC" plane --net "$net" --images 30 --compared 20 --projections 2 --shuffles 9 \
    --resamples 40 --features 20 "$@" > "$tmp/out" 2> "$tmp/err"
}
same() { # same FILE FILE TEXT
  cmp "$1" "$2" > "$tmp/cmp" 2>&1
  ok $? "$3" "$(cat "$tmp/cmp")"
}
rows() { # rows FILE AWK-CONDITION: op, estimator to hi
  awk -F , "$2"' { print $5, $9 "," $10 "," $11 "," $12 "," $13 "," $14 }' "$1"
}

run --mult trunc7 --correction cv --calib-images 12 --csv "$tmp/a.csv" --json "$tmp/a.json"
ok $? "a cell and a mode run" "$(cat "$tmp/err")"
cp "$tmp/out" "$tmp/table"
head -n 1 "$tmp/a.csv" | grep -qx \
  net,mult,correction,images,op,kind,size,cut,estimator,bits,quantity,value,lo,hi
ok $? "the columns" "$(head -n 1 "$tmp/a.csv")"
awk -F , 'NR > 1 { n[$2 " " $3]++; op[$5] } END { for (i in op) ops++
  exit !(n["direct none"] == 16 * 66 && n["trunc7 cv"] == 16 * 68 && ops == 16 && !(13 in op)) }' "$tmp/a.csv"
ok $? "rows for each layer but the reshape, exact and with the cell" "$(cut -d , -f 2,3,5 "$tmp/a.csv" | uniq -c)"

# What quantities must be of each other.
awk -F , 'NR > 1 { v[$2, $5, $9, $10, $11] = $12; run[$2]; op[$5]
    if ($13 != "" && ($12 < $13 - 1e-7 || $12 > $14 + 1e-7)) { print "outside:", $0; bad = 1 } }
  END { for (r in run) for (o in op) {
      for (b = 1; b <= 8; b++) {
        h = v[r, o, "counting", b, "H(T)"]; y = v[r, o, "counting", b, "I(T;Y)"]
        s = v[r, o, "counting", b, "states"]; n++
        corrected = h + (s - 1) / (60 * log(2)) - v[r, o, "counting", b, "H(T) Miller-Madow"]
        if (h != v[r, o, "counting", b, "I(T;X)"] || y > h + 1e-7 || h > log(s) / log(2) + 1e-7 ||
            corrected ^ 2 > 1e-12 || b > 1 && h < v[r, o, "counting", b - 1, "H(T)"] ||
            b > 1 && y < v[r, o, "counting", b - 1, "I(T;Y)"] - 1e-7 ||
            v[r, o, "counting", b, "states of one image"] > s) { print "counting:", r, o, b; bad = 1 }
      }
      if (v[r, o, "kernel", "", "I(T;X) at least"] > v[r, o, "kernel", "", "I(T;X) at most"] ||
          v[r, o, "kernel", "", "I(T;Y) at least"] > v[r, o, "kernel", "", "I(T;Y) at most"] ||
          v[r, o, "kernel", "", "I(T;X) at most"] > log(20) / log(2) + 1e-7 ||
          v[r, o, "kernel", "", "noise"] != 1) { print "kernel:", r, o; bad = 1 }
      if (v[r, o, "projection", "", "shuffled labels"] > v[r, o, "projection", "", "shuffled labels 95 %"] + 1e-9) {
        print "projection:", r, o; bad = 1 }
      change = v["trunc7", o, "probe", "", "I(T;Y)"] - v["direct", o, "probe", "", "I(T;Y)"]
      change -= v["trunc7", o, "probe", "", "I(T;Y) less exact"]
      if (change ^ 2 > 1e-12) { print "change:", o; bad = 1 }
    }
    exit bad || n != 256 }' "$tmp/a.csv" > "$tmp/odd"
ok $? "estimates agree with each other and lie in their intervals" "$(cat "$tmp/odd")"
[ "$(awk -F , '$8 == "yes" { print $5 }' "$tmp/a.csv" | sort -nu | tr '\n' ' ')" = "-1 0 3 7 11 12 14 15 " ]
ok $? "cuts lie between the blocks" "$(awk -F , '$8 == "yes" { print $5 }' "$tmp/a.csv" | uniq)"
awk -F , '$2 == "trunc7" && ($11 == "I(T;Y) less exact" || $11 == "rms") {
    if ($5 < 0 && $12 != 0) bad = 1; if ($5 >= 0) { n++; other += $12 != 0 } }
  END { exit bad || n != 30 || other < 28 }' "$tmp/a.csv"
ok $? "the cell changes all layers and not the input" "$(grep -e less -e rms "$tmp/a.csv")"

# Outputs as eval writes them: states of the last layer.
entropy() { od -An -v -tx1 -w10 "$1" | sort | uniq -c | awk '{ h += $1 * log(30 / $1) / log(2) / 30 } END { print h }'; }
check_outputs() { # check_outputs CSV MULT TEXT EVAL-OPTIONS...
  csv=$1 mult=$2 text=$3
  shift 3
  "$VARIMAC" eval --net "$net" --images 30 --dump "$tmp/dump" "$@" > /dev/null 2> "$tmp/err"
  awk -F , -v mult="$mult" -v want="$(entropy "$tmp/dump")" '
    $2 == mult && $5 == 15 && $10 == 8 && $11 == "H(T)" { n++; if (($12 - want) ^ 2 > 1e-8) bad = 1 }
    END { exit bad || n != 1 }' "$csv"
  ok $? "$text" "$(cat "$tmp/err") $(entropy "$tmp/dump") $(grep ',15,.*,8,H(T),' "$csv")"
}
check_outputs "$tmp/a.csv" direct "the exact network's outputs are eval's"
check_outputs "$tmp/a.csv" trunc7 "the cell's are, too" --mult trunc7 --correction cv --calib-images 12 \
  --save-plan "$tmp/plan.json"
run --rounding single --mult perf3 --csv "$tmp/single.csv"
check_outputs "$tmp/single.csv" direct "with the other rounding" --rounding single
check_outputs "$tmp/single.csv" perf3 "and the cell's" --rounding single --mult perf3

run --plan "$tmp/plan.json" --csv "$tmp/plan.csv"
same "$tmp/a.csv" "$tmp/plan.csv" "a plan gives the same rows"
OMP_NUM_THREADS=1 run --plan "$tmp/plan.json" --csv "$tmp/one.csv"
same "$tmp/a.csv" "$tmp/one.csv" "so does one thread"
echo '{"format": "varimac-map-2", "rest": "trunc7", "layers": []}' > "$tmp/map.json"
run --map "$tmp/map.json" --correction cv --calib-images 12 --csv "$tmp/map.csv"
rows "$tmp/a.csv" 'NR > 1' > "$tmp/1"
rows "$tmp/map.csv" 'NR > 1' > "$tmp/2"
[ "$(grep -c ",$tmp/map.json,cv," "$tmp/map.csv")" -eq 1088 ]
ok $? "a map of cells stands where its cell would" "$(cat "$tmp/err")"
same "$tmp/1" "$tmp/2" "a map of one cell is that cell"
run --mult trunc7 --correction cv --calib-images 12 --control noise --csv "$tmp/noise.csv"
rows "$tmp/a.csv" '$2 == "direct"' > "$tmp/1"
rows "$tmp/noise.csv" '$2 == "direct"' > "$tmp/2"
same "$tmp/1" "$tmp/2" "beside a control the exact network is what it was"
check_outputs "$tmp/noise.csv" trunc7+noise "a control's outputs are eval's" --mult trunc7 \
  --correction cv --calib-images 12 --control noise
run --mult trunc7 --correction cv --calib-images 12 --control noise --seed 2 --csv "$tmp/two.csv"
check_outputs "$tmp/two.csv" trunc7+noise "by its seed" --mult trunc7 --correction cv \
  --calib-images 12 --control noise --seed 2
run --mult exact --csv "$tmp/exact.csv"
rows "$tmp/exact.csv" '$2 == "direct"' > "$tmp/direct.rows"
rows "$tmp/exact.csv" '$2 == "exact" && $11 !~ /less/ && $11 != "rms"' > "$tmp/exact.rows"
[ "$(wc -l < "$tmp/exact.rows")" -eq 1056 ]
ok $? "the exact cell has rows"
same "$tmp/direct.rows" "$tmp/exact.rows" "they are the exact network's"
awk -F , '$11 ~ /less/ || $11 == "rms" { n++; if ($12 != 0) bad = 1 } END { exit bad || n != 32 }' "$tmp/exact.csv"
ok $? "and nothing changed" "$(grep -e less -e rms "$tmp/exact.csv")"
run --mult trunc7 --layers 5 --csv "$tmp/some.csv"
[ "$(awk -F , '$11 == "rms" && $12 == 0 { print $5 }' "$tmp/some.csv" | tr '\n' ' ')" = "-1 0 1 2 3 4 5 " ]
ok $? "a cell in one layer changes what comes after" "$(grep rms "$tmp/some.csv")"
run --mult trunc7 --noise error --csv "$tmp/noise.csv"
awk -F , '$11 == "noise" { noise[$2, $5] = $12; n++ } $11 == "rms" { rms[$5] = $12 }
  END { for (o in rms) if (noise["direct", o] != rms[o] || noise["trunc7", o] != rms[o]) bad = 1
    exit bad || n != 32 || rms[0] <= 0 }' "$tmp/noise.csv"
ok $? "--noise error is the cell's error" "$(grep -e noise -e rms "$tmp/noise.csv")"

run --seed 2 --csv "$tmp/two.csv"
for estimator in projection kernel probe; do
  rows "$tmp/a.csv" '$2 == "direct" && $9 == "'$estimator'" && ($11 ~ /I/ || $11 ~ /shuf/)' > "$tmp/1"
  rows "$tmp/two.csv" '$9 == "'$estimator'" && ($11 ~ /I/ || $11 ~ /shuf/)' > "$tmp/2"
  [ -s "$tmp/1" ] && [ "$(wc -l < "$tmp/1")" -eq "$(wc -l < "$tmp/2")" ] && ! cmp -s "$tmp/1" "$tmp/2"
  ok $? "another seed gives others: $estimator"
done
rows "$tmp/a.csv" '$2 == "direct" && $9 == "counting" && $13 == ""' > "$tmp/1"
rows "$tmp/two.csv" '$9 == "counting" && $13 == ""' > "$tmp/2"
same "$tmp/1" "$tmp/2" "but not of counting"

# The table and the JSON against the rows.
grep -q 'seed 1;' "$tmp/table" && [ "$(grep -c -e CONV_2D -e INPUT -e SOFTMAX "$tmp/table")" -eq 22 ] &&
  [ "$(grep -c '^multiplier' "$tmp/table")" -eq 2 ]
ok $? "a table of each run, with the seed" "$(cat "$tmp/table")"
awk -F , 'NR == FNR { if ($5 == 15 && $2 == "trunc7") v[$9, $10, $11] = $12; next }
  /SOFTMAX/ { line = $0 }
  END { split(line, f, " ")
    want = sprintf("%d %.3f %.3f %.3f %.3f", v["counting", 8, "states"], v["counting", 8, "I(T;X)"],
      v["counting", 8, "I(T;Y)"], v["counting", 1, "I(T;Y)"], v["projection", "", "I(T;Y)"])
    exit want != f[5] " " f[6] " " f[7] " " f[8] " " f[9] || f[15] != sprintf("%.3f", v["probe", "", "I(T;Y)"]) }' \
  "$tmp/a.csv" "$tmp/table"
ok $? "the table says what the rows say" "$(grep SOFTMAX "$tmp/table"; grep trunc7,cv,30,15 "$tmp/a.csv")"
tr -d '\t\n ' < "$tmp/a.json" | sed 's/{"mult"/\n&/g' | awk '/^{"mult"/ { gsub(/[{}\]]/, "")
    split($0, f, /,?"[a-z]+":/); print f[4], f[8], f[9], f[10] }' | wc -l > "$tmp/json.rows"
[ "$(cat "$tmp/json.rows")" -eq "$(($(wc -l < "$tmp/a.csv") - 1))" ] &&
  grep -q '"seed":.*1,' "$tmp/a.json" && grep -q '"label_bits":' "$tmp/a.json"
ok $? "the JSON has as many rows" "$(head -n 20 "$tmp/a.json")"
value=$(awk -F , '$2 == "trunc7" && $5 == 14 && $9 == "probe" && $11 == "I(T;Y)" { print substr($12, 1, 6) }' "$tmp/a.csv")
tr -d '\t\n ' < "$tmp/a.json" | grep -q "\"mult\":\"trunc7\",\"correction\":\"cv\",\"op\":14,[^}]*\"probe\",\"quantity\":\"I(T;Y)\",\"value\":$value"
ok $? "and a row's value" "$value"

# refuse DESCRIPTION STATUS TEXT ARGUMENTS...: fails with that status and text, leaves no file.
refuse() {
  what=$1 status=$2 text=$3
  shift 3
  rm -f "$tmp"/bad.*
  run --csv "$tmp/bad.csv" --json "$tmp/bad.json" "$@"
  got=$?
  [ $got -eq "$status" ] && grep -q -- "$text" "$tmp/err" && ! ls "$tmp"/bad.* > /dev/null 2>&1
  ok $? "$what" "exit $got: $(cat "$tmp/err")"
}
refuse "an unknown cell, the nearest suggested" 1 "did you mean 'perf2'" --mult pref2
refuse "an unknown mode, the nearest suggested" 2 "did you mean 'paper'" --mult perf2 --correction papr
refuse "a layer that is not there" 2 "--layers: " --mult perf2 --layers 10
refuse "a mode without a cell" 2 "want --mult" --correction cv
refuse "layers without a cell" 2 "want --mult" --layers 0
refuse "a control without a cell" 2 "wants --mult" --control noise
refuse "a control that is not there" 2 "did you mean 'noise'" --mult perf2 --control nois
refuse "images that no mode is fitted on" 2 "want --correction" --mult perf2 --calib-images 3
refuse "a cell beside a plan" 2 "--plan brings" --mult perf2 --plan "$tmp/plan.json"
refuse "a cell beside a map" 2 "--map brings" --mult perf2 --map "$tmp/map.json"
refuse "a plan that is no map" 1 'expected "varimac-map-2"' --map "$tmp/plan.json"
refuse "error as noise without a cell" 2 "the exact network has none" --noise error
refuse "noise below 0" 2 "--noise: expected a number in 0.." --noise -1
refuse "too many bins" 2 "expected --dims times --bits of at most 16, found 24" --dims 8 --bits 3
refuse "no sums" 2 "--dims: expected a whole number in 1..8" --dims 0
refuse "too few folds" 2 "--folds: expected a whole number in 3.." --folds 2
refuse "more folds than images" 1 "--folds: expected at most 30, the images, found 31" --folds 31
refuse "a test set for calibration" 1 "is a test set" --mult perf2 --correction cv --calib subset:test
refuse "more images than there are" 1 "--images: expected at most 500" --images 501
refuse "a network that is not there" 1 nowhere.tflite --net nowhere.tflite
refuse "a data set that is not there" 1 nowhere --data png:nowhere.png
refuse "nor an option" 2 "did you mean '--folds'" --fold-s 3
refuse "a word too many" 2 "unexpected argument 'word'" word
refuse "both outputs in one file" 2 "the same file" --json "$tmp/bad.csv"
refuse "rows that cannot be written" 1 /nonexistent/rows --csv /nonexistent/rows
refuse "nor as JSON" 1 /nonexistent/rows --json /nonexistent/rows
"$VARIMAC" plane > "$tmp/out" 2> "$tmp/err"
[ $? -eq 2 ] && grep -q -- '--net is missing' "$tmp/err"
ok $? "no network" "$(cat "$tmp/err")"
"$VARIMAC" plane --help | grep -q -- '--folds N' && "$VARIMAC" --help | grep -q '^  plane '
ok $? "help"

done_testing
