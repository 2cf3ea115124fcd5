#!/bin/sh
# The experiments on training with approximate multipliers: which runs are asked for, their keys, runs
# made once and resumed, what is kept of them, and the tables, on figures made up so that all is
# known by hand.
#
# TEST RATIONALE. State space: runs that two parts ask for; shares that round to the same epochs, to
# none, to all; a stall; cells nearest in MRE; a key of each thing that a result is of, and of
# nothing else; a real run killed between two epochs; runs known here, kept, of another header, cut
# short; a seed of all before the next; changes that are large, small, of no spread, of one seed; runs
# that diverge, that lack. Nonsense
# is refused.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS
tab=$(printf '\t')

# ---- what is asked for ----
nets() { # EPOCHS SEEDS SDS SHARES VALIDATION STALL [NET [TEST]]
  sh scripts/paper-s2-nets.sh "$VARIMAC" weights/MANIFEST.tsv "${7-resnet8}" subset:calib \
    "${8-subset:test}" "$1" "$2" "$3" "$4" "$5" "$6" '1 2 3 4 5'
}
cat > "$tmp/list" << 'END'
index name family class params X MRE % source
 0 exacts exact s8 - - 0.0000 -
 1 zeros zero s8 - - 100.0000 -
 2 perf2 perforated u8 m=2 low:2 4.8 -
 3 rec3s recursive s8 m=3 low:3 3.0 -
 4 perf2s perforated s8 m=2 low:2 7.0 -
 5 mine import s8 - - 4.79 -
 6 drum6s drum s8 k=6 - 0.9951 -
 7 trunc7s truncated s8 t=7 or:7 37.7423 -
END
asked() { # NETS
  awk -v not=mine -f scripts/paper-s2-asked.awk "$1" - < "$tmp/list" > "$tmp/asked.tsv"
}
nets 4 '1 2' '6 48' '0 50 75 90 100' 40 2 > "$tmp/nets.tsv" && asked "$tmp/nets.tsv"
ok $? "runs are asked for"
# 2 seeds of: exact, 4 models of 2 SDs, DRUM6; 4 models by 5 shares and a stall.
[ "$(wc -l < "$tmp/asked.tsv")" -eq $((1 + 2 * (1 + 4 * 2 + 1) + 2 * 4 * 6)) ]
ok $? "a line for each point and seed" "$(wc -l < "$tmp/asked.tsv")"
runs() { # PART ERROR: share planned mre of seed 1, in one line
  awk -F '\t' -v part="$1" -v error="$2" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["part"] == part && $at["error"] == error && $at["seed"] == 1 {
      printf "%s:%s:%s ", $at["share"], $at["planned"], $at["mre"] }' "$tmp/asked.tsv"
}
asks() { # PART ERROR EXPECTED DESCRIPTION
  found=$(runs "$1" "$2")
  [ "$found" = "$3" ]
  ok $? "$4" "found '$found'"
}
asks mre per_mac:0.06 '100:4:4.787 ' "MRE of an SD: 6 sqrt(2 / pi)"
asks mre bit_true:perf2s '100:4:7.0 ' "the nearest cell by ratio: 4.79 to 7, not to 3; of class s8, not imported"
asks mre bit_true:drum6s '100:4:0.9951 ' "DRUM6 always"
asks switch per_mac:0.48 '0:0:38.3 50:2:38.3 75:3:38.3 90:4:38.3 100:4:38.3 stall:stall:38.3 ' \
  "epochs of a share, of the largest error"
configs() { # ERROR SHARE: of seed 1
  awk -F '\t' -v error="$1" -v share="$2" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["part"] == "switch" && $at["error"] == error && $at["share"] == share && $at["seed"] == 1 {
      print $at["config"] }' "$tmp/asked.tsv"
}
[ "$(configs per_mac:0.48 75)" = '{"net": "resnet8", "data": "subset:calib", "test": "subset:test", '\
'"seed": 1, "epochs": 4, "batch": 128, "shards": 4, "rate": 0.2, "momentum": 0.9, "decay": 0.0003, '\
'"smoothing": 0, "schedule": "onecycle", "warmup": 0.15, "crop": 4, "validation": 40, '\
'"phase": ["0 forward=per_mac:0.48", "3"]}' ]
ok $? "a config is the shipped network's recipe with phases" "$(configs per_mac:0.48 75)"
configs bit_true:trunc7s stall | grep -q '"phase": \["0 forward=bit_true:trunc7s", "stall2"\]}$' &&
  ! configs per_mac:0.48 0 | grep -q phase && ! configs per_mac:0.48 90 | grep -q ', "4"'
ok $? "phases of a stall, of none, of all epochs"
nets 4 '1 2' 6 100 0 0 lenet5 subset:calib 2> "$tmp/err" | grep -q '"crop": 2, "no-flip": true	4	1 2'
ok $? "an option without a value is true" "$(cat "$tmp/err")"

# ---- keys ----
keys() { # [VARIMAC]: of asked.tsv
  sh scripts/run-keys.sh "${1-$VARIMAC}" < "$tmp/asked.tsv" > "$tmp/keyed.tsv"
}
keys
ok $? "every run has a key"
[ "$(tail -n +2 "$tmp/keyed.tsv" | cut -f 1 | sort -u | wc -l)" -eq $((2 * (10 + 3 * 4))) ]
ok $? "runs of one config have one key" "$(tail -n +2 "$tmp/keyed.tsv" | cut -f 1 | sort -u | wc -l)"
[ "$(grep -c '^[0-9a-f]\{16\}	' "$tmp/keyed.tsv")" -eq "$(($(wc -l < "$tmp/asked.tsv") - 1))" ]
ok $? "of sixteen digits" "$(head -n 3 "$tmp/keyed.tsv")"
same() { # PATTERN of lines: their keys are those of before
  cp "$tmp/keyed.tsv" "$tmp/before.tsv"
  keys "${2-$VARIMAC}"
  grep "$1" "$tmp/before.tsv" | cut -f 1 > "$tmp/a"
  grep "$1" "$tmp/keyed.tsv" | cut -f 1 > "$tmp/b"
  [ -s "$tmp/a" ] && cmp -s "$tmp/a" "$tmp/b"
}
cp "$tmp/asked.tsv" "$tmp/asked.was"
sed -i "s/${tab}[0-9.]*${tab}\([0-9a-f.]* [0-9a-f.]*\)$tab{/${tab}777$tab\1$tab{/" "$tmp/asked.tsv"
same .
ok $? "a forecast is no part of a key"
sed -i "s/\.\([0-9a-f]*\)$tab{/.0\1$tab{/" "$tmp/asked.tsv"
! same .
ok $? "images are"
cp "$tmp/asked.was" "$tmp/asked.tsv"
keys
cat > "$tmp/varimac" << 'END'
#!/bin/sh
[ "$3" != trunc7s ] || { echo "table hash    0123"; exit; }
exec "$REAL" "$@"
END
chmod +x "$tmp/varimac"
REAL=$(realpath "$VARIMAC")
export REAL
same 'bit_true:drum6s' "$tmp/varimac" && cp "$tmp/before.tsv" "$tmp/keyed.tsv" &&
  same 'per_mac' "$tmp/varimac" && cp "$tmp/before.tsv" "$tmp/keyed.tsv" &&
  ! same 'bit_true:trunc7s.*bit_true:trunc7s' "$tmp/varimac"
ok $? "and the table of the run's own cell"
sed 's/bit_true:trunc7s/bit_true:nothing/g' "$tmp/asked.tsv" > "$tmp/wrong.tsv"
refused "no multiplier 'nothing'" "a cell that is not there" sh -c \
  'sh scripts/run-keys.sh "$0" < "$1"' "$VARIMAC" "$tmp/wrong.tsv"

# ---- runs ----
head=key,network,error,seed,status,accuracy
cat > "$tmp/runner" << 'END'
echo "$3" >> "$RUNS"
[ "$3" != "${BAD-}" ] || { echo "runner: bad" >&2; exit 1; }
printf 'done\t9%s\n' "$(wc -l < "$RUNS")"
END
RUNS=$tmp/runs
export RUNS
todo() { # KEY.SEED ...
  printf 'key\tnetwork\terror\tseed\tseconds\tof\tconfig\n'
  for run; do printf '%s\tn\te\t%s\t3600\to\tc%s\n' "${run%.*}" "${run#*.}" "${run%.*}"; done
}
campaign() { # [KEPT]
  : > "$RUNS"
  sh scripts/runs-train.sh x "$tmp/s2" "$tmp/todo" $head "$tmp/runner" "$@" > "$tmp/out" \
    2> "$tmp/err"
}
ran() { # EXPECTED DESCRIPTION
  [ "$(tr '\n' ' ' < "$RUNS")" = "$1" ]
  ok $? "$2" "$(cat "$RUNS" "$tmp/out" "$tmp/err")"
}
todo a1.1 a2.2 b1.1 b2.2 a1.1 > "$tmp/todo"
campaign
ran 'ca1 cb1 ca2 cb2 ' "a seed of all before the next, each run once"
grep -q '4 runs, some 4.0 core-hours' "$tmp/out"
ok $? "the forecast comes first" "$(cat "$tmp/out")"
[ "$(cat "$tmp/s2/known.csv")" = "$head
a1,n,e,1,done,91
b1,n,e,1,done,92
a2,n,e,2,done,93
b2,n,e,2,done,94" ]
ok $? "a line behind the key of each" "$(cat "$tmp/s2/known.csv")"
todo a1.1 c1.1 d1.1 > "$tmp/todo"
printf '%s\nd1,n,e,1,done,50\na1,n,e,1,done,51\n' "$head" > "$tmp/kept.csv"
campaign "$tmp/kept.csv"
ran 'cc1 ' "what is known or kept is not run again"
grep -q '^a1,n,e,1,done,91$' "$tmp/s2/have.csv" && grep -q '^d1,' "$tmp/s2/have.csv" &&
  ! grep -q '^d1,' "$tmp/s2/known.csv"
ok $? "what is known here stands before what is kept, which is not taken over"
campaign
ran 'cd1 ' "without what is kept it is run"
todo e1.1 f1.1 > "$tmp/todo"
! BAD=ce1 campaign && grep -q 'runner: bad' "$tmp/err" && ! grep -q ^e1 "$tmp/s2/known.csv" &&
  [ "$(cat "$RUNS")" = ce1 ]
ok $? "a run that fails ends the campaign, and is not known" "$(cat "$tmp/out" "$tmp/err")"
todo a1.1 > "$tmp/todo"
echo 'e9,n,e' >> "$tmp/s2/known.csv"
campaign
[ $? -eq 1 ] && grep -q 'known.csv:8: expected 6 columns.*found e9,n,e' "$tmp/err"
ok $? "a line that is cut is named" "$(cat "$tmp/err")"
sed -i '$d; 1s/seed/sead/' "$tmp/s2/known.csv"
campaign
ran 'ca1 ' "another version's lines are none"
rm -rf "$tmp/s2"

# ---- a real run, killed ----
config='{"net": "resnet8", "data": "subset:calib", "test": "subset:calib", "seed": 1, "epochs": 3, '\
'"batch": 128, "rate": 0.05, "phase": ["0 forward=per_mac:0.1", "1"]}'
sh scripts/train-run.sh "$VARIMAC" "$tmp/whole" "$config" > "$tmp/whole.out"
ok $? "a run" "$(cat "$tmp/whole/run.err")"
grep -q "^done${tab}[0-9.]*$tab${tab}1\$" "$tmp/whole.out"
ok $? "exact at its end, one epoch that was not" "$(cat "$tmp/whole.out")"
mkdir -p "$tmp/cut"
printf '%s\n' "$config" > "$tmp/cut/run.json"
"$VARIMAC" train --config "$tmp/cut/run.json" --out "$tmp/cut/run.safetensors" > "$tmp/killed" 2>&1 &
pid=$!
while kill -0 $pid 2> /dev/null && ! grep -qs '^epoch' "$tmp/killed"; do sleep 0.02; done
kill -9 $pid 2> /dev/null
wait $pid 2> /dev/null
sh scripts/train-run.sh "$VARIMAC" "$tmp/cut" "$config" > "$tmp/cut.out" &&
  grep -q resumed "$tmp/cut/run.log" && cmp -s "$tmp/cut.out" "$tmp/whole.out"
ok $? "killed, it goes on behind its last epoch and says the same" "$(cat "$tmp/cut.out")"
wild=$(echo "$config" | sed 's/"rate": 0.05/"rate": 100/; s/, "phase".*/}/')
[ "$(sh scripts/train-run.sh "$VARIMAC" "$tmp/wild" "$wild")" = "diverged$tab$tab$tab" ] &&
  [ ! -e "$tmp/wild/run.ckpt.safetensors" ]
ok $? "one that diverges is a result" "$(cat "$tmp/wild/run.err")"
bad=$(echo "$config" | sed 's/per_mac/per_mak/')
! sh scripts/train-run.sh "$VARIMAC" "$tmp/bad" "$bad" > "$tmp/out" 2> "$tmp/err" && [ ! -s "$tmp/out" ] &&
  grep -q "/bad: .*did you mean 'per_mac'" "$tmp/err"
ok $? "one that cannot be is an error" "$(cat "$tmp/out" "$tmp/err")"

# ---- tables ----
sh scripts/run-keys.sh "$VARIMAC" < "$tmp/asked.was" > "$tmp/keyed.tsv"
nets 4 '1 2 3' '6 48' '0 50' 40 0 > "$tmp/nets.tsv" && asked "$tmp/nets.tsv"
keys
head=key,network,data,model,error,mre,planned,epochs,seed,status,accuracy,so,approximate
# results ERROR PLANNED VALUE,VALUE,VALUE [SO]: accuracies of seeds 1 2 3; x: diverged
results() {
  awk -F '\t' -v error="$1" -v planned="$2" -v values="$3" -v so="${4-}" -v OFS=, '
    BEGIN { split(values, v, ",") }
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["error"] == error && $at["planned"] == planned && !seen[$1]++ && v[$at["seed"]] != "" {
      x = v[$at["seed"]]
      print $1, $at["network"], "d", $at["model"], error, $at["mre"], planned, 4, $at["seed"], \
        x == "x" ? "diverged,,," : "done," x "," so "," planned }' "$tmp/keyed.tsv"
}
{
  echo $head
  results exact 4 80,82,81 | sed 's/,4$/,0/'
  results static_weight:0.06 4 80.1,82.2,81.1 79.5
  results per_step_weight:0.06 4 79,80,79.5
  results per_mac:0.06 4 82.1,80.1,81.2
  results bit_true:perf2s 4 81,83
  results static_weight:0.48 4 81,83,82
  results per_mac:0.48 4 70,x,x
  results bit_true:trunc7s 4 x,x,x
  results static_weight:0.48 2 81,83.2,82.1
} > "$tmp/have.csv"
table() {
  awk -v margin=0.5 -v most=0.05 -f scripts/student.awk -f scripts/run-results.awk -f scripts/paper-s2-table.awk \
    "$tmp/have.csv" "$tmp/keyed.tsv" > "$tmp/paper.tsv"
}
table
ok $? "a table is made"
is() { # PART ERROR SHARE COLUMN EXPECTED
  found=$(awk -F '\t' -v part="$1" -v error="$2" -v share="$3" -v want="$4" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["part"] == part && $at["error"] == error && $at["share"] == share { print $at[want] }' \
    "$tmp/paper.tsv")
  [ "$found" = "$5" ]
  ok $? "$1 $2 $3: $4 is ${5:-empty}" "found '$found'"
}
is mre exact 100 accuracy 81.0000
is mre exact 100 accuracy_sd 1.0000
is mre exact 100 says ''
is mre static_weight:0.06 100 so 79.5000
# Changes 0.1, 0.2, 0.1: t = 4, of 2 degrees p = 1 - 4 / sqrt(18)
is mre static_weight:0.06 100 change 0.1333
is mre static_weight:0.06 100 p 0.0572
is mre static_weight:0.06 100 says absorbs
# -1, -2, -1.5: t = -1.5 sqrt(3) / 0.5, p = 1 - sqrt(27 / 29)
is mre per_step_weight:0.06 100 p 0.0351
is mre per_step_weight:0.06 100 says 'loses 1.50'
is mre per_mac:0.06 100 says 'not separated'
is mre bit_true:perf2s 100 made 2
is mre bit_true:perf2s 100 p ''
is mre bit_true:perf2s 100 says 'not separated'
is mre per_mac:0.48 100 diverged 2
is mre per_mac:0.48 100 says diverges
is mre per_mac:0.48 100 accuracy_sd ''
is mre bit_true:trunc7s 100 accuracy ''
is mre static_weight:0.48 100 static_change ''
# -1.1, -2.2, -1.6: less than static_weight of the same seeds
is mre per_step_weight:0.06 100 static_change -1.6333
is mre per_step_weight:0.06 100 static_says 'loses 1.63'
is switch static_weight:0.48 50 accuracy 82.1000
is switch static_weight:0.48 0 accuracy 81.0000
is switch static_weight:0.48 0 change ''
is switch per_mac:0.48 0 static_change ''
# t tables: two-sided 5 % of 1 to 6 degrees
found=$(awk -f scripts/student.awk -f /dev/fd/3 3<< 'END'
BEGIN { n = split("12.7062 4.3027 3.1824 2.7764 2.5706 2.4469", t, " ")
  for (i = 1; i <= n; i++) printf "%.4f ", student_two_sided(i % 2 ? t[i] : -t[i], i) }
END
)
[ "$found" = '0.0500 0.0500 0.0500 0.0500 0.0500 0.0500 ' ]
ok $? "Student's t" "$found"

# ---- energy: of 10 multiplications an image, 4 in the first layer, forward is 10 of 26 ----
printf 'resnet8\t10\t4\n' > "$tmp/macs"
printf '# platform p\nname\tcell_inertial_pj\ntolerance_percent\t5\nexact\t9\ndadda\t8\ndrum6s\t2\n' \
  > "$tmp/ppa.tsv"
{ cat "$tmp/have.csv"; results bit_true:drum6s 4 80,80,80; } > "$tmp/more" && mv "$tmp/more" "$tmp/have.csv"
table
energy() { awk -f scripts/paper-s2-energy.awk "$tmp/macs" "$1" "$tmp/paper.tsv"; }
energy "$tmp/ppa.tsv" > "$tmp/energy.tsv"
grep -q "^resnet8${tab}drum6s${tab}100${tab}4${tab}4${tab}2.000${tab}dadda${tab}8.000${tab}10${tab}6${tab}10${tab}75.0${tab}28.8\$" \
  "$tmp/energy.tsv"
ok $? "saved in the forward product and of all, against the least exact" "$(cat "$tmp/energy.tsv")"
grep -q "^resnet8${tab}perf2s${tab}100${tab}4${tab}4${tab}${tab}dadda.*$tab$tab\$" "$tmp/energy.tsv"
ok $? "a cell that was not measured has no figures" "$(cat "$tmp/energy.tsv")"
printf 'name\tcell_zero_pj\n' > "$tmp/other.tsv"
refused 'other.tsv: expected a column cell_inertial_pj' "a file without energies" energy "$tmp/other.tsv"
printf 'name\tcell_inertial_pj\nperf2\t5\n' > "$tmp/other.tsv"
refused 'other.tsv: expected a row of an exact cell' "a file without an exact cell" energy \
  "$tmp/other.tsv"

# ---- report ----
report() { # RUNS
  echo '- resnet8: d, tested on e, 4 epochs, seeds 1 2 3, 40 held out' > "$tmp/facts"
  awk -v margin=0.5 -v most=0.05 -v energies="$tmp/energy.tsv" -v source=here -v facts="$tmp/facts" \
    -v runs="$1" -f scripts/paper-s2-report.awk "$tmp/paper.tsv" > "$tmp/report.md"
}
count=$(awk -f scripts/runs-count.awk "$tmp/have.csv" "$tmp/keyed.tsv")
[ "$count" = '29 42' ]
ok $? "runs are counted once" "$count"
report "$count"
says() { # TEXT DESCRIPTION
  grep -qF -e "$1" "$tmp/report.md"
  ok $? "$2" "$(cat "$tmp/report.md")"
}
says 'Partial: 29 of 42 runs; what follows is of these alone.' "what lacks is said first"
says '| resnet8 | 6 | 4.79 | 81.00 ± 1.00 | 81.13 ± 1.05 [79.50], absorbs | 79.50 ± 0.50, loses 1.50 | 81.13 ± 1.00, not separated | 82.00 ± 1.41 (2), not separated (perf2s, 7 %) |' \
  "the models side by side"
says '| resnet8 | 48 | 38.3 | 81.00 ± 1.00 | 82.00 ± 1.00, not separated | - | 70.00 (1), 2 diverged | diverges (trunc7s, 37.7 %) |' \
  "what diverged, what is not there"
says '| static_weight:0.48 | 0/4: 81.00 ± 1.00 | 2/4: 82.10 ± 1.10, gains 1.10 |' "by the epoch of the switch"
says '| resnet8 | 6 | per_step_weight:0.06 | -1.63 | 0.0359 | loses 1.63 |' "against static_weight"
says '| resnet8 | drum6s | 4/4 | 2.000 | 75.0 | 28.8 |' "energies"
awk -v network=resnet8 -f scripts/paper-s2-points.awk "$tmp/paper.tsv" > "$tmp/points"
gnuplot -e "table='$tmp/points'; models=$(grep -c '^"' "$tmp/points"); network='r'; out='$tmp/r.svg'" \
  scripts/paper-s2-plot.gp 2> "$tmp/err" && grep -q 'per_mac' "$tmp/r.svg" && [ ! -s "$tmp/err" ]
ok $? "a plot" "$(cat "$tmp/err" "$tmp/points")"

# ---- its page ----
put() { # of report.md
  mkdir -p "$tmp/put/report" "$tmp/put/gen"
  cp "$tmp/report.md" "$tmp/put/report/paper-s2.md"
  rm -rf "$tmp/pages"
  cp -r docs/papers "$tmp/pages"
  make -s "B=$tmp/put" "PAGES=$tmp/pages" -o readme-top -o readme-savings PAPER_S2_ALL=resnet8 \
    readme-paper-s2 > "$tmp/out" 2> "$tmp/err"
}
put
[ $? -ne 0 ] && grep -q 'Partial: 29 of 42 runs: its block stays' "$tmp/err" &&
  cmp -s docs/papers/s2.md "$tmp/pages/s2.md"
ok $? "a part of the runs is none for its page" "$(cat "$tmp/err")"
report '42 42'
put
[ $? -eq 0 ] && grep -q '^| resnet8 | drum6s | 4/4' "$tmp/pages/s2.md" && grep -q '^Runs: 42 of 42' "$tmp/pages/s2.md"
ok $? "all of them are" "$(cat "$tmp/err")"
sed -i 's/seeds 1 2 3/seeds 1 2/' "$tmp/report.md"
put
[ $? -ne 0 ] && grep -q '2 seed(s) of resnet8' "$tmp/err"
ok $? "two seeds have no spread worth a line" "$(cat "$tmp/err")"

# ---- kept in the tree ----
printf '%s\nffff,n,d,m,e,1,4,4,1,done,50,,4\n' "$head" > "$tmp/tree.csv"
{ cat "$tmp/have.csv"; echo "eeee,n,d,m,e,1,4,4,1,done,51,,4"; } > "$tmp/known.csv"
sh scripts/keep-asked.sh "$tmp/tree.csv" $head "$tmp/keyed.tsv" "$tmp/known.csv" > "$tmp/out" &&
  grep -q '^ffff' "$tmp/tree.csv" && ! grep -q '^eeee' "$tmp/tree.csv" &&
  [ "$(wc -l < "$tmp/tree.csv")" -eq $((1 + 1 + 29)) ]
ok $? "what is asked for goes beside what was kept" "$(cat "$tmp/out")"
cp "$tmp/tree.csv" "$tmp/again.csv"
sh scripts/keep-asked.sh "$tmp/again.csv" $head "$tmp/keyed.tsv" "$tmp/known.csv" > "$tmp/out" &&
  cmp -s "$tmp/tree.csv" "$tmp/again.csv"
ok $? "once"

# ---- a report of what is kept, by make ----
tiny() { # GOAL [VARIABLE=VALUE ...]
  make -s -o setup -o data -o "$VARIMAC" "B=$B" "REPORT=$tmp/report" PAPER_S2_NETS=resnet8 \
    PAPER_S2_DATA=subset:calib PAPER_S2_TEST=subset:test PAPER_S2_EPOCHS=1 PAPER_S2_SEEDS=1 \
    PAPER_S2_SDS=6 PAPER_S2_SHARES=100 PAPER_S2_STALL=0 "PAPER_S2_KEPT=$tmp/made.csv" "$@" \
    > "$tmp/out" 2> "$tmp/err"
}
tiny paper-s2-asked
{
  echo $head
  awk -F '\t' -v OFS=, 'NR > 1 && !seen[$1]++ { print $1, "n", "d", "m", "e", 1, 1, 1, 1, "done", 50, "", 1 }' \
    "$tmp/report/paper-s2/asked.tsv"
} > "$tmp/made.csv"
tiny paper-s2-report && [ "$(head -n 1 "$tmp/report/paper-s2.md")" = 'Runs: 6 of 6.' ] &&
  grep -q '^| resnet8 | 6 | 4.79 | 50.00 | 50.00, one seed |' "$tmp/report/paper-s2.md"
ok $? "what is kept is enough for a report" "$(cat "$tmp/out" "$tmp/err" "$tmp/report/paper-s2.md")"
tiny paper-s2-keep && grep -q '^paper-s2-keep: no runs in .*/report/paper-s2 (make paper-s2)' "$tmp/out"
ok $? "nothing to keep is nothing wrong" "$(cat "$tmp/out" "$tmp/err")"
tiny paper-s2-report PAPER_MEASURED= && grep -q '^Partial: 0 of 6 runs' "$tmp/report/paper-s2.md"
ok $? "an empty PAPER_MEASURED takes none of it, and a report of nothing is one" "$(cat "$tmp/out" "$tmp/err")"
sed -i '2s/^[0-9a-f]*/0123456789abcdef/' "$tmp/made.csv"
tiny paper-s2-report && grep -q '^Partial: 5 of 6 runs' "$tmp/report/paper-s2.md"
ok $? "a line of another key is none" "$(head -n 1 "$tmp/report/paper-s2.md")"

# ---- nonsense ----
nonsense() { # TEXT EPOCHS SEEDS SDS SHARES VALIDATION STALL [NET [TEST]]
  text=$1
  shift
  refused "$text" "refused: $text" nets "$@"
}
nonsense "PAPER_S2_EPOCHS_resnet8: expected a whole number, 1 to 10000, found '0'" 0 1 6 100 0 0
nonsense "SEEDS_resnet8: expected whole numbers, each once, found '1 2 1'" 2 '1 2 1' 6 100 0 0
nonsense "SDS_resnet8: expected percents over 0, at most 100, each once, found '6 0'" 2 1 '6 0' 100 0 0
nonsense "SDS_resnet8: .* found '6%'" 2 1 6% 100 0 0
nonsense "SHARES_resnet8: expected percents from 0 to 100, each once, found '101'" 2 1 6 101 0 0
nonsense "SHARES_resnet8: .* found ''" 2 1 6 '' 0 0
nonsense "VALIDATION_resnet8: expected images to stall on" 2 1 6 100 0 1
nonsense "expected a row nothing.safetensors; networks are .*resnet8" 2 1 6 100 0 0 nothing
nonsense "nowhere.png" 2 1 6 100 0 0 resnet8 sheet:nowhere.png
nonsense "DATA_resnet8: .*found 'subset:calib a b'" 2 1 6 100 0 0 resnet8 'a b'
make -s -o setup -o data -o "$VARIMAC" "B=$B" "REPORT=$tmp/none" PAPER_S2_NETS=resnet8 \
  PAPER_S2_DATA=subset:calib PAPER_S2_TEST=subset:test PAPER_S2_EPOCHS=many paper-s2-asked > "$tmp/out" 2> "$tmp/err"
[ $? -ne 0 ] && grep -q "PAPER_S2_EPOCHS_resnet8: .*found 'many'" "$tmp/err" &&
  [ -z "$(ls "$tmp/none/paper-s2")" ]
ok $? "by make too, and nothing is asked" "$(cat "$tmp/err")"

done_testing
