#!/bin/sh
# The campaigns on maps of cells, make paper-s3 and paper-s4: what is asked for and when, and the
# tables, on figures made up so that all is known by hand.
#
# TEST RATIONALE. State space: exact cells of which one takes least, cells that take no less,
# families, names of other libraries, a cell without energy; finer levels before and after the layers
# are known, matches before and after the noise is; a front beside a map: less energy, ties, none;
# savings and arrays of maps whose units share layers; rows within and beyond a point; searches that
# lack.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS
tab=$(printf '\t')

# ---- what is asked for: searches ----
cat > "$tmp/list" << 'END'
index name family class params X MRE % source
 0 exacts exact s8 - - 0.0000 -
 1 booths booth s8 - - 0.0000 -
 2 roup0_6s roup s8 - - 4.2 -
 3 roup1_6s roup s8 - - 6.5 -
 4 perf3s perforated s8 m=3 low:3 15.7 -
 5 trunc4s truncated s8 t=4 or:4 9.9 -
 6 drum6s drum s8 k=6 - 0.9 -
END
printf '# platform p\nname\tclass\tcell_inertial_pj\nexacts\ts8\t8\nbooths\ts8\t5\nroup0_6s\ts8\t4\nroup1_6s\ts8\t3\nperf3s\ts8\t2\ntrunc4s\ts8\t4.5\ndrum6s\ts8\t5\n' \
  > "$tmp/costs.tsv"
{
  printf 'net 20 images\nimages tests\n'
  for cell in exacts booths roup0_6s roup1_6s perf3s trunc4s drum6s; do echo "$cell h$cell"; done
} > "$tmp/of"
printf 'key\n' > "$tmp/keyed"
printf 'key,status,front\n' > "$tmp/have"
asked4() { # RUNS LEVELS
  awk -v network=resnet8 -v runs="$1" -v levels="$2" -v options='--images 20' -v images=20 \
    -v judges=10 -v tests=40 -v cost=1 -v line=4 -v evolution=6 -v seed=1 -v layers=10 \
    -v paper=paper-s4 -f scripts/paper-maps.awk -f scripts/paper-s4-asked.awk "$tmp/costs.tsv" "$tmp/list" "$tmp/of" "$tmp/keyed" "$tmp/have" \
    > "$tmp/asked" 2> "$tmp/err"
}
cells() { # LEVEL SET
  awk -F '\t' -v level="$1" -v set="$2" '$2 == set && $3 == level { print $8 }' "$tmp/asked" |
    sed 's/.*"cells": "\([^"]*\)".*/\1/'
}
asked4 'roup:none registry:cv:roup1_6s' 'layer tap'
ok $? "searches are asked for" "$(cat "$tmp/err")"
[ "$(cells layer roup)" = 'booths:5 roup0_6s:4 roup1_6s:3' ]
ok $? "a family beside the exact cell that takes least" "$(cat "$tmp/asked")"
[ "$(cells layer registry)" = 'booths:5 roup0_6s:4 roup1_6s:3 perf3s:2 trunc4s:4.5' ]
ok $? "the registry, without cells that take no less" "$(cells layer registry)"
[ "$(cut -f 2,3 "$tmp/asked" | tr '\t\n' '- ')" = 'set-level roup-layer registry-layer roup-tap ' ]
ok $? "finer levels of the registry wait for its layers" "$(cat "$tmp/asked")"
# 20 images by 10 layers of 2 cells, 4 and 6 maps; 10 judges and 40 test images of some 20 rows
[ "$(awk -F '\t' '$2 == "roup" { print $6 }' "$tmp/asked" | tr '\n' ' ')" = '1600 4800 ' ]
ok $? "with a forecast" "$(cut -f 6 "$tmp/asked")"
awk -F '\t' '$2 == "registry" { print $7 }' "$tmp/asked" |
  grep -q '^net 20 images images tests hbooths hroup0_6s hroup1_6s hperf3s htrunc4s$'
ok $? "a line is of images and its cells' tables" "$(cat "$tmp/asked")"
grep -q -- '--level tap --correction none --line' "$tmp/asked" &&
  ! grep -q -- '--level layer.*--edge' "$tmp/asked"
ok $? "layers have their own X"
{ printf 'key\t'; sed -n 1p "$tmp/asked"; grep registry "$tmp/asked" | sed "s/^/a1$tab/"; } > "$tmp/keyed"
printf 'key,status,front\na1,done,1:20:40:1:0.0.0 0.4:19:38:1:3.4.4\n' > "$tmp/have"
asked4 'roup:none registry:cv:roup1_6s' 'layer tap'
[ "$(cells tap registry)" = 'booths:5 perf3s:2 trunc4s:4.5' ]
ok $? "they get the cells that the layers' front has" "$(cat "$tmp/asked" "$tmp/err")"
grep -q -- '--level tap --correction cv --edge roup1_6s' "$tmp/asked"
ok $? "and the X that is said"
refused "no cell of 'drum' that takes less than booths" "a family that saves nothing" sh -c \
  'awk -v runs=drum:none -v levels=layer -f scripts/paper-maps.awk \
   -f scripts/paper-s4-asked.awk "$@"' sh "$tmp/costs.tsv" \
  "$tmp/list" "$tmp/of" "$tmp/keyed" "$tmp/have"
refused "expected SET:MODE.*found 'roup'" "a run without a mode" sh -c \
  'awk -v runs=roup -v levels=layer -f scripts/paper-maps.awk \
   -f scripts/paper-s4-asked.awk "$@"' sh "$tmp/costs.tsv" \
  "$tmp/list" "$tmp/of" "$tmp/keyed" "$tmp/have"
printf 'name\tpj\n' > "$tmp/bad.tsv"
refused 'bad.tsv: expected columns name and cell_inertial_pj' "costs of another kind" sh -c \
  'awk -v runs=roup:none -v levels=layer -f scripts/paper-maps.awk \
   -f scripts/paper-s4-asked.awk "$@"' sh "$tmp/bad.tsv" \
  "$tmp/list" "$tmp/of" "$tmp/keyed" "$tmp/have"

# ---- what fronts say: two layers, the first of 30 multiplications in two units, the second of 10 ----
printf '20\t18\t40\t36\n' > "$tmp/exact.tsv"
printf 'name\tcell_inertial_pj\nbooths\t5\ndaddas\t10\n' > "$tmp/dadda.tsv"
{
  for opt in 0 1; do
    printf 'booths\t%s\t0\t60\nbooths\t%s\t1\t20\nbooths\t%s\trest\t20\n' $opt $opt $opt
    printf 'perf3s\t%s\t0\t%s\nperf3s\t%s\t1\t10\nperf3s\t%s\trest\t12\n' $opt $((30 + 6 * opt)) $opt $opt
  done
} > "$tmp/array.tsv"
line4() { # KEY SET LEVEL MODE
  printf '%s\tn\t%s\t%s\t%s\t1\t9\tof\t{"cells": "booths:5 perf3s:2"}\n' "$1" "$2" "$3" "$4"
}
{
  printf 'key\tnetwork\tset\tlevel\tmode\tseed\tseconds\tof\tconfig\n'
  line4 a1 roup tap none
  line4 a2 registry tap cv
  line4 a3 registry layer cv
} > "$tmp/keyed"
{
  echo key,status,maps,core_s,units,front
  echo 'a1,done,7,60,0:15 0:15 1:10,1:18:36:1:0.0.0 0.775:18:35:0.9:0.1.0'
  echo 'a2,done,9,120,0:15 0:15 1:10,0.7:17:35:0.975:0.1.1 0.4:10:20:0.5:1.1.1'
} > "$tmp/have"
awk -v costs="$tmp/dadda.tsv" -v exact="$tmp/exact.tsv" -v array="$tmp/array.tsv" \
  -f scripts/opt-correction.awk -f scripts/run-results.awk -f scripts/paper-s4-table.awk "$tmp/have" "$tmp/keyed" > "$tmp/s4.tsv"
is4() { # SET ROW COLUMN EXPECTED
  found=$(awk -F '\t' -v set="$1" -v row="$2" -v want="$3" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["set"] == set && $at["row"] == row { print $at[want] }' "$tmp/s4.tsv")
  [ "$found" = "$4" ]
  ok $? "$1, row $2: $3 is ${4:-empty}" "found '$found'"
}
is4 roup 1 saved 0.00
is4 roup 2 saved 22.50
is4 roup 2 saved_dadda 61.25
is4 roup 2 lost 2.50
is4 roup 2 judged_lost 0.00
# 4 of 40 answers differ: two standard errors of 2 sqrt(4) / 40
is4 roup 2 error 10.00
# of 100: the first layer half 60, half 30; the second 20; the rest 20 and, of 15 in 40, 12
is4 roup 2 array_saved 18.00
# with the hardware of cv: 30 + 18, 10, the rest of 25 in 40
is4 registry 1 array_saved 27.00
is4 registry 2 array_saved 42.00
is4 registry 1 judged_lost 5.00
awk '!/^perf3s\t1/' "$tmp/array.tsv" > "$tmp/less.tsv"
awk -v costs="$tmp/dadda.tsv" -v exact="$tmp/exact.tsv" -v array="$tmp/less.tsv" \
  -f scripts/opt-correction.awk -f scripts/run-results.awk -f scripts/paper-s4-table.awk "$tmp/have" "$tmp/keyed" > "$tmp/less.s4" &&
  [ "$(awk -F '\t' '$2 == "registry" { print $10 }' "$tmp/less.s4" | tr -d '\n')" = '' ]
ok $? "an array that was not measured has no figure" "$(cat "$tmp/less.s4")"
[ "$(awk -f scripts/run-results.awk -f scripts/paper-s4-cells.awk "$tmp/have" "$tmp/keyed" |
  sort | tr '\n' ' ')" = 'booths perf3s ' ]
ok $? "cells of the fronts"
report4() { # RUNS
  echo '- facts' > "$tmp/facts"
  awk -v runs="$1" -v goal=54 -v reach=70 -v facts="$tmp/facts" -f scripts/paper-s4-report.awk \
    "$tmp/s4.tsv" > "$tmp/report.md"
}
says() { # TEXT DESCRIPTION
  grep -qF -e "$1" "$tmp/report.md"
  ok $? "$2" "$(cat "$tmp/report.md")"
}
report4 '2 3'
says 'Partial: 2 of 3 searches; what follows is of these alone.' "what lacks is said first"
says '| roup (2), none | tap | 0.0 % (50.0 %), array 0.0 %, +0.00 +- 0.00 points | 22.5 % (61.2 %), array 18.0 %, -2.50 +- 10.00 points | 22.5 %' \
  "the most saved within a point, within four, and as training images have it"
says '| registry (2), cv | tap | none | 30.0 % (65.0 %), array 27.0 %, -2.50 +- 5.00 points | none | 9 | 2.0 |' \
  "none within a point; what the search took"
says '- of 2 points of ROUP as it is within 4 points, corrected and wider maps dominate 1 by the multiplications'\'' energy, and by the array'\''s too 1 of 2 whose' \
  "points that others dominate"
says '- goal, 54 % within 1 point: the map that training images pick: not met: 22.5 %' "a goal that is not met"
says 'the best of all by the test images themselves: not met: 0.0 %' "nor by the test images"
says '- searches: 16 maps measured, 3.0 core-minutes' "what all took"
awk -F '\t' -v OFS='\t' 'NR > 1 && $2 == "registry" { $12 = 0.9 } { print }' "$tmp/s4.tsv" > "$tmp/new" &&
  mv "$tmp/new" "$tmp/s4.tsv"
report4 '3 3'
says 'test images themselves: met: 60.0 % (80.0 %), array 42.0 %, -0.90 +- 22.36 points (registry cv, level tap)' \
  "one that is"
says '- goal, 70 % within 1 point: the map that training images pick: not met: 22.5 %' "and one further on"
says '- of the array, within 1 point by the test images: 60.0 % (80.0 %), array 42.0 %' "the array's best"
# what training images pick and test images deny; a map that is dominated by multiplications alone
awk -F '\t' -v OFS='\t' 'NR > 1 && $2 == "registry" { $11 = 0.5; $12 = 2; $10 = 10 } { print }' "$tmp/s4.tsv" \
  > "$tmp/new" && mv "$tmp/new" "$tmp/s4.tsv"
report4 '3 3'
says '- goal, 54 % within 1 point: the map that training images pick: not met: 60.0 %' \
  "a pick that test images deny"
says 'dominate 1 by the multiplications'\'' energy, and by the array'\''s too 0 of 2 whose' "not by the array"
# the same map again dominates none; a point whose array is not measured is not judged by it
awk -F '\t' -v OFS='\t' 'NR > 1 && $2 == "registry" { for (i = 7; i <= NF; i++) $i = last[i] }
  NR > 1 && $2 == "roup" { if ($6 == 2) $10 = ""; for (i = 7; i <= NF; i++) last[i] = $i }
  { print }' "$tmp/s4.tsv" > "$tmp/new" && mv "$tmp/new" "$tmp/s4.tsv"
report4 '3 3'
says 'dominate 0 by the multiplications'\'' energy, and by the array'\''s too 0 of 1 whose' \
  "a map as good is not better"
awk -f scripts/paper-s4-points.awk "$tmp/s4.tsv" > "$tmp/points"
gnuplot -e "table='$tmp/points'; fronts=$(grep -c '^"' "$tmp/points"); exact=90; title_='n'; \
  out='$tmp/r.svg'" scripts/paper-s4-plot.gp 2> "$tmp/err" &&
  grep -q 'registry cv, tap' "$tmp/r.svg" && [ ! -s "$tmp/err" ]
ok $? "a plot" "$(cat "$tmp/err" "$tmp/points")"

# ---- a row beside a map ----
picked() { # ENERGY FRONT
  awk -v energy="$1" -v front="$2" -f scripts/paper-s3-pick.awk -f /dev/fd/3 3<< 'END'
BEGIN { print pick(front, energy) + 0 }
END
}
front='1:20:36:1:0.0 0.8:18:36:1:0.1 0.7:19:36:1:1.0 0.5:19:30:1:1.1 0.3:10:40:1:2.1'
[ "$(picked 1 "$front") $(picked 0.8 "$front") $(picked 0.6 "$front") $(picked 0.3 "$front") $(picked 0.2 "$front")" = \
  '1 4 4 5 0' ]
ok $? "most right in training, of these the cheapest, at no more energy"
[ "$(awk -v front="$front" -f scripts/paper-s3-pick.awk -f /dev/fd/3 3<< 'END'
BEGIN { print cells_of_row(front, 5, "booths:5 a_1s:4 b:3") }
END
)" = 'b a_1s' ]
ok $? "its cells"

# ---- what is asked for: noise, matches, training on ----
printf 'resnet8\td\tt\tDD\t"batch": 128, "rate": 0.2, "schedule": "onecycle", "crop": 4\t2\t1\n' > "$tmp/net.tsv"
printf '# names\nmul8s_X\tperf3s\nmul8s_Y\ttrunc4s\nmul8s_Z\tnone\n' > "$tmp/evo"
asked3() {
  awk -v families='evo roup' -v modes='none cv' -v lambdas='0.1 0.2' -v tuned=evo:cv:0.2 -v sigma=0.05 \
    -v rate=0.02 -v tune_rate=0.001 -v images=20 -v judges=8 -v line=4 -v evolution=6 -v within=9 \
    -v test_images=30 \
    -v seed=1 -v weights=WW -v costs='100 200 0.001' -v layers=2 -v paper=paper-s3 -f scripts/paper-maps.awk \
    -f scripts/paper-s3-pick.awk -f scripts/paper-s3-asked.awk "$tmp/costs.tsv" "$tmp/list" "$tmp/of" \
    "$tmp/keyed" "$tmp/net.tsv" "$tmp/evo" "$tmp/have" > "$tmp/asked" 2> "$tmp/err"
}
steps() { tail -n +2 "$tmp/asked" | cut -f 2 | sort | uniq -c | awk '{ printf "%s %s ", $2, $1 }'; }
known() { # of all that is asked for, keys by line; RESULT of step,family,mode,lambda follow
  { printf 'key\t'; sed -n 1p "$tmp/asked"; tail -n +2 "$tmp/asked" | awk '{ printf "%x\t%s\n", 160 + NR, $0 }'; } \
    > "$tmp/keyed"
}
keyof() { # STEP FAMILY MODE LAMBDA POINT
  awk -F '\t' -v is="$1,$2,$3,$4,$5" '$3 "," $4 "," $5 "," $6 "," $7 == is { print $1 }' "$tmp/keyed"
}
printf 'key\n' > "$tmp/keyed"
echo key,network,step,status,energy,accuracy,core_s,text > "$tmp/have"
asked3 && [ "$(steps)" = 'agn 2 search 4 ' ]
ok $? "noise and searches first" "$(steps) $(cat "$tmp/err")"
grep -q '"epochs": 2, "from": "weights/resnet8.safetensors", "batch": 128, "rate": 0.02, "schedule": "cosine", "crop": 4, "phase": \["0 forward=agn:0.05:0.1"\]}$' \
  "$tmp/asked"
ok $? "noise with the network's recipe, at the campaign's rate" "$(cat "$tmp/asked")"
grep "search${tab}evo" "$tmp/asked" | grep -q '"cells": "booths:5 perf3s:2 trunc4s:4.5".* --images 20 --judges 8 --data d '
ok $? "cells by another library's names, judged by images that no search sees" "$(cat "$tmp/asked")"
known
echo "$(keyof agn '' '' 0.2 ''),n,agn,done,,90,5,c1:0.5 c2:-0.1" >> "$tmp/have"
asked3 && [ "$(steps)" = 'agn 2 match 4 search 4 ' ] &&
  grep "match${tab}evo${tab}cv" "$tmp/asked" | grep -q '"sigma": "c1:0.5 c2:-0.1"'
ok $? "matches where the noise is known" "$(steps) $(cat "$tmp/err")"
known
{
  echo "$(keyof search evo cv '' ''),n,search,done,,,5,1:20:30:1:0.0 0.45:19:30:1:2.1"
  echo "$(keyof match evo cv 0.2 ''),n,match,done,60,88,5,booths perf3s"
} >> "$tmp/have"
asked3 && [ "$(steps)" = 'agn 2 match 4 search 4 tune 2 ' ]
ok $? "training on where both are" "$(steps) $(cat "$tmp/err")"
grep "tune${tab}evo${tab}cv${tab}0.2${tab}match" "$tmp/asked" |
  grep -q '"freeze": true, .*"rate": 0.001, .*"phase": \["0 c1/forward=bit_true:booths:cv c2/forward=bit_true:perf3s:cv"\]' &&
  grep "tune${tab}evo${tab}cv${tab}0.2${tab}direct" "$tmp/asked" |
  grep -q 'c1/forward=bit_true:trunc4s:cv c2/forward=bit_true:perf3s:cv'
ok $? "with the map's cells, layer by layer" "$(grep tune "$tmp/asked")"

# ---- tables of that ----
known
sed -i "s/^\(a[0-9a-f]*${tab}\)resnet8/\1n/" "$tmp/keyed"
tuned=$(keyof tune evo cv 0.2 match)
echo "$tuned,n,tune,done,,89.5,9,booths perf3s" >> "$tmp/have"
{
  for opt in 0 1; do
    printf 'booths\t%s\t0\t60\nbooths\t%s\t1\t20\nbooths\t%s\trest\t20\n' $opt $opt $opt
    printf 'perf3s\t%s\t0\t30\nperf3s\t%s\t1\t10\nperf3s\t%s\trest\t12\n' $opt $opt $opt
  done
} > "$tmp/array.tsv"
awk -v evo="$tmp/evo" -v exact="n:$tmp/exact.tsv" -v array="n:$tmp/array.tsv" -f scripts/opt-correction.awk \
  -f scripts/paper-s3-pick.awk -f scripts/run-results.awk -f scripts/paper-s3-table.awk "$tmp/have" "$tmp/keyed" > "$tmp/s3.tsv"
ok $? "a table of maps"
# 36 of 40 right: 90 %; booths then perf3s: 60, 10, the rest 16 of 100
grep -q "^n${tab}evo${tab}match${tab}cv${tab}0.2${tab}40.00${tab}14.00${tab}88.00${tab}2.00${tab}89.50${tab}0.50${tab}booths perf3s${tab}booths mul8s_X${tab}\$" \
  "$tmp/s3.tsv"
ok $? "a match, as it is and trained on" "$(cat "$tmp/s3.tsv")"
grep -q "^n${tab}evo${tab}direct${tab}cv${tab}0.2${tab}55.00${tab}${tab}75.00${tab}15.00${tab}${tab}${tab}trunc4s perf3s" \
  "$tmp/s3.tsv"
ok $? "the search's row beside it" "$(cat "$tmp/s3.tsv")"
[ "$(grep -c "${tab}front${tab}" "$tmp/s3.tsv")" -eq 2 ]
ok $? "and all of the front" "$(cat "$tmp/s3.tsv")"
awk -v runs='10 12' -v goal=70 -v facts="$tmp/facts" -f scripts/paper-s3-report.awk "$tmp/s3.tsv" \
  > "$tmp/report.md"
says 'Partial: 10 of 12 runs' "what lacks is said first"
says '| n | evo | match | cv | 0.2 | 40.0 | 14.0 | 88.00 (-2.00) | 89.50 (-0.50) | booths mul8s_X |' "a line for a map"
says '- n, goal 70 % within 1 point, multiplications: the searched map that training images pick: not met: 55.0 % of multiplications, array -, at -15.00 points (evo front cv); the best of all 4 by the test images themselves: not met: 40.0 % of multiplications, array 14.0 %, at -0.50 points (evo match cv, lambda 0.2, trained on)' \
  "the best within a point, trained on"
awk -v runs='12 12' -v goal=40 -v facts="$tmp/facts" -f scripts/paper-s3-report.awk "$tmp/s3.tsv" \
  > "$tmp/report.md"
says 'multiplications: the searched map that training images pick: not met: 55.0 %' "picked blindly, test images deny it"
says 'of all 4 by the test images themselves: met: 40.0 %' "a goal that is met"
awk -v network=n -f scripts/paper-s3-points.awk "$tmp/s3.tsv" > "$tmp/points"
[ "$(sed -n '/match, cv, trained/,/^$/p' "$tmp/points" | sed -n 2p)" = '40.00 89.50' ]
ok $? "points of a plot" "$(cat "$tmp/points")"

done_testing
