#!/bin/sh
# varimac permute: the same answers in another order of channels, better ones with cells; bad input.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
net=weights/resnet8.tflite

cat > "$tmp/pes.json" << END
{"format": "varimac-map-1", "rows": 8, "cols": 8,
 "cells": [$(for r in 1 2 3 4 5 6 7 8; do
   printf '["trunc7c","exact","trunc7c","exact","trunc7c","exact","trunc7c","exact"]'
   [ $r = 8 ] || printf ','
 done)]}
END
"$VARIMAC" permute --net "$net" --map "$tmp/pes.json" -o "$tmp/g.tflite" > "$tmp/out" 2> "$tmp/err"
ok $? "permute" "$(cat "$tmp/err")"
grep -q "9 layers' filters in 6 orders of channels, for 8 x 8 PEs" "$tmp/out"
ok $? "all layers but the last one" "$(cat "$tmp/out")"
! cmp -s "$net" "$tmp/g.tflite"
ok $? "another network"
"$VARIMAC" eval --net "$net" --images 100 --dump "$tmp/f" > "$tmp/e" 2>&1 &&
  "$VARIMAC" eval --net "$tmp/g.tflite" --images 100 --dump "$tmp/g" > "$tmp/e" 2>&1 &&
  cmp -s "$tmp/f" "$tmp/g"
ok $? "that gives the same bytes with exact products" "$(cat "$tmp/e")"
agree() {
  "$VARIMAC" eval --net "$1" --map "$tmp/pes.json" --correction cv --calib-images 60 --images 300 \
    2> /dev/null | sed -n 's/^agreement *\([0-9]*\)\.\([0-9]*\) .*/\1\2/p'
}
before=$(agree "$net") after=$(agree "$tmp/g.tflite")
[ "$after" -gt "$before" ]
ok $? "filters that count share exact columns: more answers stay" "$before, then $after hundredths"
"$VARIMAC" permute --net "$tmp/g.tflite" --map "$tmp/pes.json" -o "$tmp/h.tflite" > "$tmp/out" 2>&1 &&
  cmp -s "$tmp/g.tflite" "$tmp/h.tflite"
ok $? "once more changes nothing" "$(cat "$tmp/out")"
sed 's/"trunc7c","exact"/"exact","trunc7c"/g' "$tmp/pes.json" > "$tmp/other.json"
"$VARIMAC" permute --net "$net" --map "$tmp/other.json" -o "$tmp/h.tflite" > "$tmp/out" 2>&1 &&
  ! cmp -s "$tmp/g.tflite" "$tmp/h.tflite"
ok $? "other columns, another order" "$(cat "$tmp/out")"

refuse() { # DESCRIPTION STATUS TEXT OPTION ...
  what=$1 status=$2 text=$3
  shift 3
  "$VARIMAC" permute "$@" > "$tmp/out" 2> "$tmp/err"
  [ $? -eq "$status" ] && grep -q -- "$text" "$tmp/err" && [ ! -e "$tmp/no.tflite" ]
  ok $? "$what" "$(cat "$tmp/err")"
}
refuse "no map" 2 "are needed" --net "$net" -o "$tmp/no.tflite"
refuse "no such map" 1 nowhere.json --net "$net" --map nowhere.json -o "$tmp/no.tflite"
printf '{"format": "varimac-map-2", "rest": "exact", "layers": []}' > "$tmp/m2.json"
refuse "a network's map" 1 'expected "varimac-map-1", found "varimac-map-2"' --net "$net" \
  --map "$tmp/m2.json" -o "$tmp/no.tflite"
refuse "no such folder" 1 nowhere/x --net "$net" --map "$tmp/pes.json" -o nowhere/x
done_testing
