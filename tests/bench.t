#!/bin/sh
# The golden model's bench: what it compares, what it writes, and how its goals are judged. No time
# decides anything here.
#
# TEST RATIONALE. State space: every kernel, cell, level of this processor and shape (the large
# product is a small one) against the plain loops, by the bench itself; that it notices a wrong sum,
# for every kernel, a training included, whose weights two threads leave as one does; the CSV's
# columns, rows, forms and ratios; tables and verdicts of a made-up CSV, whose ratios are known.
# Parameters: none.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS
bench=$B/speed/bench csv=$B/report/speed-short.csv

# ---- a short run -----------------------------------------------------------

rm -f "$csv"
make -s "B=$B" BENCH=short bench > "$tmp/out" 2> "$tmp/err"
ok $? 'make bench BENCH=short: every sum is that of the plain loop' "$(tail -n 5 "$tmp/err")"
grep -v '^#' "$csv" > "$tmp/rows"
columns=shape,m,k,n,copies,data,kernel,cell,form,isa,threads,reps,median_ns,min_ns,gmacs
columns=$columns,vs_gather,vs_exact,of_peak,vs_one,cores
[ "$(head -n 1 "$tmp/rows")" = "$columns" ]
ok $? 'the columns' "$(head -n 1 "$tmp/rows")"
for fact in processor flags frequency level compiler load run; do
  grep -q "^# $fact  *[^ ]" "$csv"
  ok $? "the machine: $fact" "$(grep '^#' "$csv")"
done

# Level by number, 1 portable; the cells of cells.c and the exact products.
best=$(sed -n 's/^# level  *\([a-z0-9]*\) at most$/\1/p' "$csv")
levels=$(printf '%s\n' portable avx2 avx512 | grep -nx "$best" | cut -d : -f 1)
awk -F, -v levels="$levels" '
  BEGIN {
    baselines = "loop table" (levels > 1 ? " gather gather2" : "") (levels > 2 ? " peak" : "")
    n = split(baselines, want, " ")
  }
  NR == 1 || $1 == "network" || $1 == "train" { next }
  { data[$1, $6] }
  $7 != "varimac" { base[$1, $6, $7]++; next }
  { ours[$1, $6]++; isa[$10]; cell[$8] }
  END {
    for (i in data) {
      split(i, part, SUBSEP)
      if (ours[i] != levels * (part[1] == "fc_512" ? 6 : 11)) { print i, ours[i]; bad = 1 }
      for (k = 1; k <= n; k++) if (base[i, want[k]] != 1) { print i, want[k]; bad = 1 }
      cases++
    }
    for (i in isa) n_isa++
    for (i in cell) cells++
    if (cases != 16 || n_isa != levels || cells != 11) { print cases, n_isa, cells; bad = 1 }
    exit bad
  }' "$tmp/rows" > "$tmp/said"
ok $? "8 shapes, 2 kinds of data, 11 cells, $levels levels, the baselines" "$(cat "$tmp/said")"

# What a plan makes of a cell, by level, in the words of the bench.
awk -F, '$1 != "train" && $7 == "varimac" && $8 !~ /^(exact|random_.)$/ { print $8, $10, $9 }' "$tmp/rows" |
  sort -u > "$tmp/forms"
# shellcheck disable=SC2046 # one word per cell
"$VARIMAC" mult plan $(cut -d ' ' -f 1 "$tmp/forms" | sort -u) | awk -v levels="$levels" '
  BEGIN { split("portable avx2 avx512", level, " "); while (l++ < levels) here[level[l]] }
  /^[^ #]/ { name = $1; sub(/,$/, "", name) }
  /^  [a-z]/ && $1 in here {
    isa = $1
    $1 = $2 = ""
    sub(/^ */, "")
    sub(/( \+ )?sum of A$/, "")
    sub(/^product rows$/, "any")
    if (match($0, /^[0-9]+ terms?/)) $0 = "rank " $1 substr($0, RLENGTH + 1)
    if (match($0, /(byte|word) rest, [0-9]+/)) {
      split(substr($0, RSTART, RLENGTH), part, " ")
      $0 = substr($0, 1, RSTART - 1) part[3] " " part[1] substr($0, RSTART + RLENGTH)
    }
    print name, isa, $0
  }' | sort > "$tmp/plans"
[ -s "$tmp/plans" ] && diff "$tmp/plans" "$tmp/forms" > "$tmp/said"
ok $? 'forms are those of mult plan' "$(cat "$tmp/said")"
! awk -F, '$1 == "train" { next }
    $8 ~ /^random_.$/ && $9 != "any" || $8 == "exact" && $9 != "exact"' "$tmp/rows" |
  grep -q .
ok $? 'random tables are any, exact products exact'

# A row's ratios are those of its case's medians, its rate that of its own.
awk -F, '
  function near(x, y) { return x == y || (x - y) ^ 2 < (2e-3 * y + 1e-3) ^ 2 }
  NR == FNR {
    if ($7 == "gather") gather[$1, $6] = $13
    if ($7 == "varimac" && $8 == "exact") exact[$1, $6, $10, $11] = $13
    if ($7 == "peak") peak[$1, $6] = $15
    if ($1 == "network") one[$8, $11] = $13
    if ($1 == "train" && $7 == "fma") fma = $15
    if ($1 == "train" && $6 == "images") step[$8, $11] = $13
    next
  }
  FNR == 1 { next }
  !($13 > 0 && $14 > 0 && $14 <= $13 && $12 >= 1) { bad = 1; print "times", $0 }
  $1 == "train" {
    if ($7 == "onednn" && !near($18, $15 / fma)) { bad = 1; print "fma", $0 }
    if ($6 != "images") next
    if (!near($19, step[$8, 1] / $13)) { bad = 1; print "one thread", $0 }
    if (!near($17, step["exact", $11] / $13)) { bad = 1; print "exact step", $0 }
    if (!($20 > 0)) { bad = 1; print "cores", $0 }
    next
  }
  $1 == "network" {
    if (!near($19, one[$8, 1] / $13)) { bad = 1; print "one thread", $0 }
    if (!($20 > 0)) { bad = 1; print "cores", $0 }
    if (!near($17, exact[$1, $6, $10, $11] / $13)) { bad = 1; print "exact", $0 }
    next
  }
  $7 == "peak" { next }
  !near($15, $2 * $3 * $4 / $13) { bad = 1; print "rate", $0 }
  (($1, $6) in gather) && !near($16, gather[$1, $6] / $13) { bad = 1; print "gather", $0 }
  $7 == "varimac" && !near($17, exact[$1, $6, $10, 1] / $13) { bad = 1; print "exact", $0 }
  (($1, $6) in peak) && !near($18, $15 / peak[$1, $6]) { bad = 1; print "peak", $0 }
  END { exit bad }' "$tmp/rows" "$tmp/rows" > "$tmp/said"
ok $? 'ratios are of medians' "$(head -n 5 "$tmp/said")"
[ "$(grep -c '^network,' "$tmp/rows")" -eq 6 ]
ok $? 'whole inferences: three cells, one and two threads'
[ "$(grep -c '^train,.*,images,' "$tmp/rows")" -eq 6 ] && [ "$(grep -c '^train,' "$tmp/rows")" -eq 8 ]
ok $? 'steps of a training: exact, any table, one term, one and two threads; the peak, convolutions'
[ "$(grep -c '^any table' "$tmp/out")" -eq 4 ] && grep -q '^ResNet-8, images per s' "$tmp/out" &&
  [ "$(grep -c '^| rank 1 x' "${csv%.csv}.md")" -eq 4 ] && ! grep -Eq ' (met|mean)$' "$tmp/out"
ok $? 'tables, and goals without verdict' "$(tail -n 20 "$tmp/out")"

# ---- a wrong sum is found --------------------------------------------------

kernels='loop table varimac network train'
[ "$levels" -lt 2 ] || kernels="$kernels gather gather2"
for kernel in $kernels; do
  only=1x1_16_32_s2
  case $kernel in network | train) only=$kernel ;; esac
  ! "$bench" --short --only $only --plant $kernel -o "$tmp/planted.csv" 2> "$tmp/err" &&
    [ ! -e "$tmp/planted.csv" ] && grep -q "^bench: .*$kernel" "$tmp/err"
  ok $? "one wrong bit of $kernel ends the bench, nothing is written" "$(cat "$tmp/err")"
done
! "$bench" --short --only none -o "$tmp/x.csv" 2> "$tmp/err" && grep -q "no shape 'none'" "$tmp/err"
ok $? 'an unknown shape is an error' "$(cat "$tmp/err")"
! "$bench" --short -o "$tmp/none/x.csv" 2> "$tmp/err" && grep -q none/x.csv "$tmp/err"
ok $? 'a path that cannot be written is told at once' "$(cat "$tmp/err")"
"$bench" --short > /dev/null 2>&1
[ $? -eq 2 ]
ok $? 'no output file: usage'

# ---- tables and verdicts of known figures ----------------------------------

# judged CSV: its goals into $tmp/goals
judged() {
  awk -v style=text -f scripts/speed-read.awk -f scripts/speed-goals.awk "$1" > "$tmp/goals"
}
# made ANY_RELU ANY_DENSE AVX2 RANK1 EXACT SMALL: speeds relative to the gather loop (peak: 250), of
# any table with either data, at avx2, of rank 1 and of exact products; shape `small` SMALL times
# that of any table. Shape `few` has sums too short for a share of the peak.
made() {
  awk -v relu="$1" -v dense="$2" -v avx2="$3" -v rank1="$4" -v exact="$5" -v small="$6" \
    -v columns="$columns" 'BEGIN {
    print "# processor made up"
    print columns
    split("few big small", shape); split("140 1000 200", k)
    split("20 2 1", copies); split("post-relu dense", data)
    for (s = 1; s <= 3; s++) for (d = 1; d <= 2; d++) {
      any = d == 1 ? relu : dense
      put(s, d, "gather,a,any,", 1)
      put(s, d, "peak,exact,exact,", 250)
      put(s, d, "varimac,exact,exact,avx2", 50)
      put(s, d, "varimac,a,any,avx2", avx2)
      put(s, d, "varimac,exact,exact,avx512", exact)
      put(s, d, "varimac,a,any,avx512", s == 3 ? small * any : any)
      put(s, d, "varimac,b,any,avx512", 10 * any)
      put(s, d, "varimac,p,rank 1,avx512", rank1)
    }
    print "network,,,,,images,varimac,p,rank 1,avx512,1,7,50000,49000,250,,1,,1,0.98"
    print "network,,,,,images,varimac,p,rank 1,avx512,2,7,25000,24500,500,,1,,1.96,1.9"
  }
  function put(s, d, what, speed) {
    printf "%s,100,%d,10,%d,%s,%s,1,7,%.3f,1,%.4f,,,,,\n", shape[s], k[s], copies[s], data[d], what,
      1e4 * k[s] / speed, speed / 10
  }' > "$tmp/made.csv"
  judged "$tmp/made.csv"
}
# verdicts WHAT WORD...: of the ten goals in their order
verdicts() {
  what=$1
  shift
  awk 'NR > 3 && NF { printf "%s ", $(NF - 1) == "not" ? "not-" $NF : $NF }' "$tmp/goals" > "$tmp/said"
  [ "$(cat "$tmp/said")" = "$* " ]
  ok $? "$what" "$(cat "$tmp/goals")"
}
made 20.1 14.1 10.1 170 200 1
verdicts 'all goals just met' met met met met met met met met met met
no=not-met
made 19.9 13.9 9.9 84 185 1
verdicts 'all just missed' $no $no $no $no $no $no $no $no $no $no
made 30 20 10.1 170 200 0.6
verdicts 'met over ResNet-8, missed with one shape' mean mean met met met met met met met met
awk -v style=md -f scripts/speed-read.awk -f scripts/speed-table.awk "$tmp/made.csv" > "$tmp/md"
row() { grep -Fqx "$1" "$tmp/md"; ok $? "the row $1" "$(cat "$tmp/md")"; }
# Over ResNet-8: times of shapes as often as the network has them, 5000 / (4800 / 30 + 200 / 18).
row '| a | any | avx512 | 2.9 | 0.15 | 29.2 | 1.9 | 0.10 | 19.5 |'
row '| gather | (any) | - | 0.1 | 0.01 | 1.0 | 0.1 | 0.01 | 1.0 |'
row '| p | rank 1 | 20000 (0.98) | 40000 (1.90) | 1.96 |'
head -n 2 "$tmp/made.csv" > "$tmp/less.csv"
grep -v 'gather\|peak\|avx512' "$tmp/made.csv" | sed 1d >> "$tmp/less.csv"
judged "$tmp/less.csv"
un=not-measured
verdicts 'what was not measured is not judged' $un $un $un $un $un $un $un $un $un $un
# trained CONV EXACT ANY: share of the peak, ns an image with two threads, those of a bit-true step
# with one where an exact one takes 1000
trained() {
  made 30 20 10.1 170 200 1
  awk -v conv="$1" -v exact="$2" -v any="$3" 'BEGIN {
    print "train,,,,,registers,fma,exact,float,avx2,1,7,10,10,80,,,,,"
    print "train,,,,,convolutions,onednn,exact,float,,1,7,10,10,40,,," conv ",,"
    print "train,,,,,images,varimac,exact,float,avx2,1,7,1000,1000,,,1,,1,1"
    print "train,,,,,images,varimac,exact,float,avx2,2,7," exact ",1,,,1,,1.9,2"
    print "train,,,,,images,varimac,a,bit_true,avx2,1,7," any ",1,,," 1000 / any ",,1,1"
    print "train,,,,,images,varimac,p,bit_true,avx2,1,7,1001,1,,,0.999,,1,1"
  }' >> "$tmp/made.csv"
  judged "$tmp/made.csv"
}
trained 0.45 800000 1600
verdicts 'goals of training just met' met met met met met met met met met met verdict met met met
trained 0.449 800100 1601
verdicts 'just missed' met met met met met met met met met met verdict $no $no $no
grep -q '^50,000 images, exact, 2 threads, s  *<= 40  *40.0  *not met$' "$tmp/goals"
ok $? 'an epoch is 50,000 images' "$(cat "$tmp/goals")"
made 30 20 10.1 170 200 1

broken() { # broken WHAT SED-SCRIPT COMPLAINT
  sed "$2" "$tmp/made.csv" > "$tmp/broken.csv"
  for script in table goals; do
    ! awk -v style=md -f scripts/speed-read.awk -f scripts/speed-$script.awk "$tmp/broken.csv" \
      > "$tmp/out" 2> "$tmp/err" && grep -q "broken.csv: $3" "$tmp/err" && [ ! -s "$tmp/out" ]
    ok $? "$1 is an error of speed-$script" "$(cat "$tmp/err")"
  done
}
broken 'a column that is not there' 2s/median_ns/median/ 'no column median_ns'
broken 'a short line' '5s/,[^,]*$//' 'line 5: expected 20 fields, found 19'

# ---- make readme measures nothing ------------------------------------------

cp README.md "$tmp/README.md"
make -s "B=$tmp/build" -o readme-top readme-speed > "$tmp/out" 2>&1 &&
  grep -q '^readme: no .*speed.csv.*stays as it is' "$tmp/out" && cmp -s README.md "$tmp/README.md"
ok $? 'make readme without figures says so and leaves README.md as it is' "$(cat "$tmp/out")"

done_testing
