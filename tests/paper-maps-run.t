#!/bin/sh
# Pieces of make paper-s3 and paper-s4 on a few images: a search, a match, noise learned, a network
# trained on with a map, and a campaign by its goals.
#
# TEST RATIONALE. State space: a search run again from what it knows; layers that bear noise and one
# that bears none; a map of several cells, corrected; configs that are none; a campaign whose second
# pass asks for more, again, from what is kept, in part, into README.md. Energies are made up.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS
tab=$(printf '\t')
net=weights/resnet8.tflite

# ---- a real search ----
config='{"net": "resnet8", "cells": "booths:5 roup0_6s:4 roup1_6s:3", "options": "--level layer '\
'--correction cv --line 3 --evaluations 4 --seed 1 --images 20 --calib-images 20 --test-images 30 '\
'--within 20"}'
sh scripts/paper-s4-run.sh "$VARIMAC" "$tmp/run" "$config" > "$tmp/run.out"
ok $? "a search" "$(cat "$tmp/run/run.err")"
[ "$(cut -f 1,4 "$tmp/run.out" | cut -c 1-30)" = "done${tab}0:442368 1:2359296 2:2359" ] &&
  [ "$(cut -f 4 "$tmp/run.out" | wc -w)" -eq 10 ]
ok $? "its units are layers" "$(cut -f 4 "$tmp/run.out")"
last=$(cut -f 5 "$tmp/run.out" | sed 's/.* //')
map=$(find "$tmp/run/maps" -name '*.json' | sort | tail -n 1)
"$VARIMAC" eval --net $net --map "$map" --correction cv --calib-images 20 --images 30 > "$tmp/e"
grep -q "($(echo "$last" | cut -d : -f 3) correct)" "$tmp/e"
ok $? "a row answers as its map does" "$last; $(cat "$tmp/e")"
sh scripts/paper-s4-run.sh "$VARIMAC" "$tmp/run" "$config" > "$tmp/again.out" &&
  [ "$(cut -f 1,2,4,5 "$tmp/run.out")" = "$(cut -f 1,2,4,5 "$tmp/again.out")" ] &&
  grep -q 'maps on 20 images.*, [1-9][0-9]* of them known' "$tmp/run/run.log" &&
  [ "$(wc -l < "$tmp/run/core_s")" -eq 2 ]
ok $? "run again: the same front, from what is known, and both runs' seconds" "$(cat "$tmp/again.out")"
! sh scripts/paper-s4-run.sh "$VARIMAC" "$tmp/bad" "$(echo "$config" | sed 's/roup0_6s/roup9/')" \
  > "$tmp/out" 2> "$tmp/err" && [ ! -s "$tmp/out" ] && grep -q "/bad: varimac: .*no multiplier 'roup9'" "$tmp/err"
ok $? "a cell that is not there" "$(cat "$tmp/out" "$tmp/err")"
refused 'expected net, cells and options' "a config of something else" sh scripts/paper-s4-run.sh \
  "$VARIMAC" "$tmp/bad" '{"net": "resnet8"}'

# ---- real pieces ----
layers="stem.conv:0.1 b1.conv1:0.1 b1.conv2:0.1 b2.conv1:0.1 b2.conv2:0.1 b2.skip:0.1 b3.conv1:0.1 \
b3.conv2:0.1 b3.skip:0.1 fc:0"
config='{"net": "resnet8", "cells": "booths:5 perf3s:2 trunc4s:4.5", "sigma": "'$layers'", "match": '\
'"--correction cv --calib-images 20 --positions 64", "eval": "--correction cv --calib-images 20 --images 30"}'
sh scripts/paper-s3-run.sh "$VARIMAC" "$tmp/match" "$config" > "$tmp/out"
ok $? "a match" "$(cat "$tmp/out")"
[ "$(cut -f 5 "$tmp/out" | wc -w)" -eq 10 ] && [ "$(cut -f 5 "$tmp/out" | sed 's/.* //')" = booths ] &&
  "$VARIMAC" eval --net $net --map "$tmp/match/map.json" --correction cv --calib-images 20 --images 30 |
  grep -q "^accuracy *$(cut -f 3 "$tmp/out") "
ok $? "a cell for each layer, and what the map answers" "$(cat "$tmp/out")"
words=$(echo "$layers" | tr -s ' ' '\n' | awk -F : '{ printf " %s/forward=bit_true:%s:cv", $1, NR % 2 ? "perf2s" : "booths" }')
config='{"net": "resnet8", "data": "subset:calib", "test": "subset:test", "seed": 1, "epochs": 1, '\
'"from": "weights/resnet8.safetensors", "freeze": true, "batch": 100, "rate": 0.001, "phase": ["0'$words'"], '\
'"quantize": "--data subset:calib --images 20", "eval": "--data subset:test --images 50 --correction cv '\
'--calib subset:calib --calib-images 20"}'
sh scripts/paper-s3-run.sh "$VARIMAC" "$tmp/tune" "$config" > "$tmp/out" 2> "$tmp/err"
ok $? "a network trained on with a map" "$(cat "$tmp/err")"
[ "$(cut -f 5 "$tmp/out")" = 'perf2s booths perf2s booths perf2s booths perf2s booths perf2s booths' ] &&
  grep -q '"layer": 1, "cell": "booths"' "$tmp/tune/map.json" &&
  grep -q '^images  *50 ' "$tmp/tune/eval.log" &&
  awk -F '\t' '{ exit !($1 == "done" && $3 > 60) }' "$tmp/out"
ok $? "says its cells and answers of the images that are asked" "$(cat "$tmp/out")"
config=$(echo "$config" | sed 's/, "quantize".*/}/; s/"freeze": true, //; s/"0 .*"/"0 forward=agn:0.05:0.2"/')
sh scripts/paper-s3-run.sh "$VARIMAC" "$tmp/agn" "$config" > "$tmp/out" 2> "$tmp/err" &&
  [ "$(cut -f 5 "$tmp/out" | tr ' ' '\n' | sed 's/:.*//' | tr '\n' ' ')" = \
    "$(echo "$layers" | tr -s ' ' '\n' | sed 's/:.*//' | tr '\n' ' ')" ]
ok $? "noise of each layer, in the order of the network's" "$(cat "$tmp/out" "$tmp/err")"
! sh scripts/paper-s3-run.sh "$VARIMAC" "$tmp/none" '{"net": "resnet8", "forward": "forward=agn:"}' \
  > "$tmp/out" 2> "$tmp/err" && [ ! -s "$tmp/out" ] && grep -q "no option 'forward'" "$tmp/err"
ok $? "a config that is none" "$(cat "$tmp/out" "$tmp/err")"

# ---- the goals, on a few images ----
printf 'name\tclass\tcell_inertial_pj\nexacts\ts8\t8\nbooths\ts8\t5\nroup0_6s\ts8\t4\nroup1_6s\ts8\t3\n' \
  > "$tmp/costs.tsv"
printf 'perf3s\ts8\t2\ntrunc4s\ts8\t4.5\n' >> "$tmp/costs.tsv"

small() {
  make -s "B=$B" "PAPER_S4=$tmp/s4" "PAPER_S4_KEPT=$tmp/kept.csv" "PAPER_S4_COSTS=$tmp/costs.tsv" \
    PAPER_S4_RUNS='registry:cv:roup1_6s' PAPER_S4_LEVELS='layer filter' PAPER_S4_IMAGES=12 PAPER_S4_JUDGES=60 \
    PAPER_S4_DATA=subset:calib PAPER_S4_TEST=subset:test PAPER_S4_TEST_IMAGES=20 PAPER_S4_LINE=2 \
    PAPER_S4_EVALUATIONS=2 PAPER_S4_WITHIN=50 "$@" > "$tmp/out" 2> "$tmp/err"
}
small paper-s4-search && small paper-s4-report && grep -q '^Searches: 2 of 2' "$tmp/s4.md"
ok $? "a campaign: both passes" "$(cat "$tmp/out" "$tmp/err")"
head=$("$VARIMAC" eval --net $net --data subset:calib --images 12 | sed -n 's/^accuracy.*(\([0-9]*\) .*/\1/p')
all=$("$VARIMAC" eval --net $net --data subset:calib --images 72 | sed -n 's/^accuracy.*(\([0-9]*\) .*/\1/p')
[ "$(cut -f 1-3 "$tmp/s4/exact.tsv")" = "60$tab$((all - head))${tab}20" ] &&
  grep -q "searched on 12 images of subset:calib, judged by 60 more, of which it answers $((all - head))" \
    "$tmp/s4.md" &&
  awk -F '\t' -v all="$all" -v head="$head" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { n++; x = $at["judged_lost"] * 0.6; if (x - int(x) > 0.01 && int(x + 1) - x > 0.01) exit 1 }
    END { exit !n }' "$tmp/s4.tsv"
ok $? "what judges is behind what searches" "$all $head; $(cat "$tmp/s4/exact.tsv" "$tmp/s4.tsv")"
small paper-s4-search && ! grep -q SEARCH "$tmp/out"
ok $? "nothing is searched again" "$(cat "$tmp/out" "$tmp/err")"
# What is printed is what would run; cells are one word of a command, in one line.
cells=$(echo $(awk -f scripts/run-results.awk -f scripts/paper-s4-cells.awk "$tmp/s4/have.csv" \
  "$tmp/s4/asked.tsv"))
small -n paper-s4-array && [ "${cells#* }" != "$cells" ] &&
  grep -q "ppa.sh .* '$cells' rtl/mult/mults.tbl" "$tmp/out" &&
  grep -qF " '0 1 2' '$cells' > $tmp/s4/resnet8.array.tsv.new" "$tmp/out"
ok $? "arrays of all cells that fronts have" "$cells: $(cat "$tmp/out" "$tmp/err")"
small paper-s4-keep && rm -r "$tmp/s4" && small paper-s4-search && ! grep -q SEARCH "$tmp/out"
ok $? "nor what is kept" "$(cat "$tmp/out" "$tmp/err")"
small PAPER_S4_LEVELS='layer filter tap' paper-s4-report
cp README.md "$tmp/README.md"
cp -r docs/papers "$tmp/pages"
! small "README=$tmp/README.md" "PAGES=$tmp/pages" -o readme-top -o readme-savings readme-paper-s4 &&
  grep -q 'Partial: 2 of 3' "$tmp/err" && cmp -s README.md "$tmp/README.md" &&
  cmp -s docs/papers/s4.md "$tmp/pages/s4.md"
ok $? "a part of it does not reach its page, nor README.md" "$(cat "$tmp/err")"
small paper-s4-report && small "README=$tmp/README.md" "PAGES=$tmp/pages" -o readme-top -o readme-savings \
  readme-paper-s4 && grep -q 'Searches: 2 of 2' "$tmp/pages/s4.md" && grep -q '^- goal' "$tmp/README.md" &&
  ! grep -q 'Searches: ' "$tmp/README.md"
ok $? "the whole does" "$(cat "$tmp/out" "$tmp/err")"
done_testing
