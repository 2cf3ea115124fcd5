#!/bin/sh
# varimac match: limits as the log says, prices, corrections, bad input. Prices and sigmas are made up.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
net=weights/resnet8.tflite
names="stem.conv b1.conv1 b1.conv2 b2.conv1 b2.conv2 b2.skip b3.conv1 b3.conv2 b3.skip fc"

printf 'name,pj\nexact,4\nperf1,3\nperf3,2\nzero,1\n' > "$tmp/costs.csv"
# log SIGMA: a run's, whose layers all learned that size, at first another
log() {
  echo '{"run": "train"}'
  for sigma in 9 "$1"; do
    printf '{"epoch": 1, "sigma": {'
    for name in $names; do printf '"%s": %s%s' "$name" "$sigma" "$([ "$name" = fc ] || echo ,)"; done
    echo '}}'
  done
}
match() {
  "$VARIMAC" match --net "$net" --costs "$tmp/costs.csv" --column pj --sigma "$tmp/log.jsonl" \
    --positions 64 --calib-images 12 "$@" > "$tmp/out" 2> "$tmp/err"
}
cells() { tr ',' '\n' < "$tmp/map.json" | sed -n 's/.*"cell":[ \t]*"\([^"]*\)".*/\1/p'; }

log 0 > "$tmp/log.jsonl"
match --mults exact,perf1,perf3,zero -o "$tmp/map.json" && [ "$(cells | sort -u)" = exact ]
ok $? "layers that bear nothing are exact" "$(cat "$tmp/err" "$tmp/map.json")"
[ "$(tail -n 1 "$tmp/out")" = "energy       100.0000 % of the multiplications' with the dearest cell alone" ]
ok $? "at the full price" "$(cat "$tmp/out")"
log -1e6 > "$tmp/log.jsonl"
match --mults exact,perf1,perf3,zero -o "$tmp/map.json" && [ "$(cells | sort -u)" = zero ]
ok $? "layers that bear all, a negative sigma too, have the cheapest" "$(cat "$tmp/err")"
grep -q '^energy       25.0000 %' "$tmp/out"
ok $? "at its price" "$(cat "$tmp/out")"
"$VARIMAC" eval --net "$net" --map "$tmp/map.json" --images 20 > "$tmp/e" 2>&1 &&
  grep -q 'approximate  100.0 %' "$tmp/e"
ok $? "eval takes the map" "$(cat "$tmp/e")"

log 0.1 > "$tmp/log.jsonl"
match --mults exact,perf1,perf3,zero -o "$tmp/map.json"
ok $? "a size between" "$(cat "$tmp/err")"
awk '/^layer/ { table = 1; next } table && NF == 7 { n++; if ($6 > $5 || $5 - $3 * $4 > 0.06) exit 1 }
  END { exit n != 10 }' "$tmp/out"
ok $? "each error is within sigma times the sums' deviation" "$(cat "$tmp/out")"
energy=$(sed -n 's/^energy *\([0-9.]*\) .*/\1/p' "$tmp/out")
cp "$tmp/out" "$tmp/raw"
match --mults exact,perf1,perf3,zero -o "$tmp/map.json" && cmp -s "$tmp/out" "$tmp/raw"
ok $? "once more: the same"
match --mults exact,perf1,perf3,zero --correction cv -o "$tmp/map.json" &&
  [ "$(sed -n 's/^energy *\([0-9.]*\) .*/\1/p' "$tmp/out" | tr -d .)" -lt "$(echo "$energy" | tr -d .)" ]
ok $? "what is corrected costs less" "$energy; $(cat "$tmp/out")"
match --mults exact,perf1,perf3,zero --scale 10 -o "$tmp/map.json" &&
  [ "$(sed -n 's/^energy *\([0-9.]*\) .*/\1/p' "$tmp/out" | tr -d .)" -lt "$(echo "$energy" | tr -d .)" ]
ok $? "and so does what bears ten times as much"
match --mults exact,perf1,perf3,zero --distinct 2 -o "$tmp/map.json" &&
  [ "$(cells | sort -u | wc -l)" -le 2 ] &&
  [ "$(sed -n 's/^energy *\([0-9.]*\) .*/\1/p' "$tmp/out" | tr -d .)" -ge "$(echo "$energy" | tr -d .)" ]
ok $? "two cells cost no less than four" "$(cat "$tmp/out" "$tmp/err")"

rm "$tmp/map.json"
refuse() { # DESCRIPTION STATUS TEXT OPTION ...
  what=$1 status=$2 text=$3
  shift 3
  "$VARIMAC" match --net "$net" --calib-images 4 --positions 4 --column pj -o "$tmp/map.json" "$@" \
    > "$tmp/out" 2> "$tmp/err"
  [ $? -eq "$status" ] && grep -q -- "$text" "$tmp/err" && [ ! -e "$tmp/map.json" ]
  ok $? "$what" "$(cat "$tmp/err")"
}
m="--mults exact,perf3 --costs $tmp/costs.csv" s="--sigma $tmp/log.jsonl"
# shellcheck disable=SC2086
{
  refuse "no sigma" 2 "are needed" $m
  refuse "no such log" 1 nowhere.jsonl $m --sigma nowhere.jsonl
  refuse "a log of a run that learned none" 1 'expected "sigma" in its last line' $m \
    --sigma "$tmp/costs.csv"
  grep -v b2.skip "$tmp/log.jsonl" > "$tmp/few.jsonl"
  refuse "a log without its lines" 1 'expected "sigma" in its last line' $m --sigma "$tmp/few.jsonl"
  sed 's/"b2.skip": [0-9.]*,//' "$tmp/log.jsonl" > "$tmp/few.jsonl"
  refuse "a layer without a sigma" 1 "expected a sigma of the layer b2.skip" $m \
    --sigma "$tmp/few.jsonl"
  refuse "no exact cell" 1 "layer 0 bears an error of .* at most and none of the cells" $s \
    --mults zero --costs "$tmp/costs.csv"
  refuse "a cell without a price" 1 "has no row of trunc6" $s --mults trunc6 --costs "$tmp/costs.csv"
  refuse "a test set" 1 "is a test set" $m $s --calib cifar10:test
  refuse "an unknown model" 2 "--model: " $m $s --model guess
  refuse "layers" 2 "no --layers or --images" $m $s --layers 1
}
done_testing
