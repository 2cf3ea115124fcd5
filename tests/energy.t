#!/bin/sh
# varimac energy and vmac-energy: options, sums, and bad input. Energies here are made up, so that a
# sum is a count: of multiplications, of cycles.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
ENERGY=$B/vmac-energy
net=weights/resnet8.tflite

. tests/energy_designs.sh
"$VARIMAC" operands --net "$net" -o "$tmp/s8" --columns 2 --steps 4 --images 2 --class s8 > "$tmp/log"
ok $? "operands of class s8 recorded"

# foot OPT: fields of a side column's or correction unit's correction
foot() {
  printf ' "opt_correction": %s,' "$1"
  [ "$1" != 3 ] || printf ' "phi_rank": 1,'
}
# ppa PE_BUSY GATED UNUSED IDLE FOOT_BUSY FOOT_IDLE: perf2 and dadda, the latter's PEs twice as much;
# the foot with one X, bit planes or phi two, three and four times; where every K tile is corrected
# the unit takes 11, 12 and 13 times as much.
ppa() {
  design pe perf2 "$1" "$2" "$3" "$4" > "$tmp/pe"
  design pe dadda $(($1 * 2)) $(($2 * 2)) $(($3 * 2)) $(($4 * 2)) > "$tmp/pe2"
  for o in 0 1 2 3; do
    design side perf2 $(($5 * (o + 1))) 0 0 "$6" "$(foot $o)" > "$tmp/side$o"
    design correct perf2 $(($5 * (o + 1))) 0 0 "$6" "$(foot $o)" > "$tmp/correct$o"
    area=5 design tile perf2 $(($5 * (o + 10))) 0 0 "$6" "$(foot $o)" > "$tmp/tile$o"
  done
  "$ENERGY" collect -o "$tmp/ppa.json" --platform here "$tmp/pe" "$tmp/pe2" "$tmp"/side[0123] \
    "$tmp"/correct[0123] "$tmp"/tile[123] > "$tmp/log"
}
energy() {
  "$VARIMAC" energy --ppa "$tmp/ppa.json" --net "$net" --activity zero "$@" > "$tmp/out" 2> "$tmp/err"
}
total() { awk -F, -v column="$1" '$2 == "all" { print $column + 0 }' "$tmp/e.csv"; }
is() { # EXPECTED FOUND DESCRIPTION
  [ "$1" = "$2" ]
  ok $? "$3" "expected $1, found $2"
}

# ---- sums ----
ppa 1 0 0 0 0 0
energy --mult perf2 --csv "$tmp/e.csv" --json "$tmp/e.json"
ok $? "varimac energy runs" "$(cat "$tmp/err")"
is 12501632 "$(total 11)" "a pJ per multiplication for a channel: their number"
is 12501632 "$(total 6)" "all of them busy"
without=$(sed -n 's/^not included: //p' "$tmp/out")
for part in skew rounders low_q deskew accumulators memories wires; do
  case $without in *$part*) ;; *) without=; break ;; esac
done
[ "$without" ] && [ "$(sed -n '$s/^not included: //p' "$tmp/out")" = "$without" ] &&
  grep -qF "\"not_included\":	\"$without\"" "$tmp/e.json"
ok $? "what is left out is said, last, and in the JSON" "$(tail -n 1 "$tmp/out")"
grep -q '"memories_included":	false' "$tmp/e.json" && grep -q '"energy_pj":	12501632' "$tmp/e.json"
ok $? "JSON has the same"
energy --mult perf2 --csv "$tmp/e.csv" --activity inertial
is 37504896 "$(total 11)" "the activity asked for"
energy --mult dadda --csv "$tmp/e.csv"
is 25003264 "$(total 11)" "a cell's own figure"

# ---- memories ----
# Accesses as counted by hand: a 3 x 3 window over 32 x 32 or 16 x 16 pixels, padded, has (3 n - 2)^2
# taps inside; K tiles of 16 rows write all sums but the last tile's, and read all but the first's;
# two sets of 16 channels read twice; a vector job's rows read both buffers.
# accesses OP: reads and writes of bytes, of sums
accesses() { awk -F, -v op="$1" '$1 == op { print $13, $14, $15, $16 }' "$tmp/e.csv"; }
energy --mult perf2 --csv "$tmp/e.csv" --json "$tmp/e.json"
is "   " "$(accesses 0)" "no model, no memories"
! grep -q 'memory_\(pj\|model\)' "$tmp/e.json" && ! grep -q '^memories' "$tmp/out"
ok $? "and none in the text or JSON"
energy --mult perf2 --opt-correction 1 --memory 45:0.9 --csv "$tmp/e.csv" --json "$tmp/e.json"
is "$((94 * 94 * 3)) $((32 * 32 * 16)) $((32 * 32)) $((32 * 32))" "$(accesses 0)" \
  "accesses of a convolution of 27 products"
is "$((46 * 46 * 32 * 2)) $((16 * 16 * 32)) $((16 * 16 * 17 * 2)) $((16 * 16 * 17 * 2))" \
  "$(accesses 5)" "of one of 288 products and 32 channels"
is "$((32 * 32 * 16 * 2)) $((32 * 32 * 16)) 0 0" "$(accesses 3)" "of an addition"
is "$((8 * 8 * 64 * 2)) 64 0 0" "$(accesses 12)" "of a sum over the map"
is "64 0 3 3" "$(accesses 14)" "of the last layer, whose results leave"
is "0 $((32 * 32 * 16)) 0 0" "$(awk -F, '$2 == "input" { print $13, $14, $15, $16 }' "$tmp/e.csv")" \
  "of the image, which fills every lane"
# 4096 bytes a bank; 1024 accumulators of 32 bits in 16 columns, of 23 for A, of 15 and what an
# activation adds for each X.
model() { # NM VOLTS MACROS: "NUMBER BITS ..." of the sums
  awk -F, -v nm="$1" -v volts="$2" -v macros="$3" '
    function access(bits, words) { return 10 * bits / 64 * sqrt(bits * words / 8 / 8192) }
    $2 == "all" {
      n = split(macros, m, " ")
      for (i = 1; i < n; i += 2) sums += m[i] * access(m[i + 1], 1024)
      want = ((($13 + $14) * access(8, 4096)) + ($15 + $16) * sums) * nm / 45 * (volts / 0.9) ^ 2
      off = $12 / want - 1
      exit !($12 > 0 && off < 1e-6 && off > -1e-6)
    }' "$tmp/e.csv"
}
model 45 0.9 "16 32 1 23 1 17"
ok $? "their energy by the model" "$(cat "$tmp/e.csv")"
grep -q '"node_nm":	45' "$tmp/e.json" && grep -q '"sums_read":	1024' "$tmp/e.json" &&
  grep -q '^memories, by the model .* for 45 nm and 0.9 V, not in the sums' "$tmp/out"
ok $? "in text and JSON, with what it is of"
is 12501632 "$(total 11)" "and in no sum"
energy --mult perf2 --opt-correction 2 --memory 180:1.8 --csv "$tmp/e.csv"
model 180 1.8 "16 32 1 23 2 16"
ok $? "as feature size and voltage squared; a memory per bit plane"
energy --mult perf2 --memory 180:1.8 --csv "$tmp/e.csv"
model 180 1.8 "16 32 1 23"
ok $? "none of X where nothing corrects"
for bad in 180 180: :1.8 180:1.8: 180:x 0:1 180:0 180:99 inf:1 nan:1; do
  run_memory=$("$VARIMAC" energy --ppa "$tmp/ppa.json" --net "$net" --mult perf2 --memory $bad 2>&1)
  [ $? -eq 2 ] && case $run_memory in *"expected NM:VOLTS"*"found '$bad'"*) ;; *) false ;; esac
  ok $? "refused: --memory $bad" "$run_memory"
done

# Everything alike: 256 PEs in every cycle, whatever they do; with side column and 16 units.
ppa 1 1 1 1 0 0
energy --mult perf2 --csv "$tmp/e.csv"
cycles=$(total 4)
is $((256 * cycles)) "$(total 11)" "every PE has one state in every cycle"
ppa 0 0 0 0 1 1
energy --mult perf2 --csv "$tmp/e.csv"
is "$cycles" "$(total 9)" "the side column has each cycle once"
is $((16 * cycles)) "$(total 10)" "and each correction unit"
# Rows of ragged tiles are gated, all columns alike: 27 operands are 15 and 12 of 16 rows.
ppa 0 1 0 0 0 0
energy --mult perf2 --csv "$tmp/e.csv"
is $((1024 * (1 + 4) * 16)) "$(awk -F, '$1 == 0 { print $7 + 0 }' "$tmp/e.csv")" \
  "gated rows of the first layer"
# The last layer has 10 channels: 6 columns of 16 rows and 4 tiles are without.
ppa 0 0 1 0 0 0
energy --mult perf2 --csv "$tmp/e.csv"
is $((6 * 64)) "$(awk -F, '$1 == 14 { print $7 + 0 }' "$tmp/e.csv")" \
  "columns without a channel of the last layer"
# Accumulators: of all pixels of all layers, one per column and set of channels.
ppa 0 0 0 0 1 0
energy --mult perf2 --csv "$tmp/e.csv"
sums=$((16 * (3 * 1024 + 2 * 2 * 256 + 2 * 256 + 2 * 4 * 64 + 4 * 64 + 1)))
is $sums "$(total 10)" "an accumulator leaves per pixel, set and column"
energy --mult perf2 --csv "$tmp/e.csv" --opt-correction 2
is $((3 * sums)) "$(total 10)" "the hardware's own correction unit"
side=$(($(total 9) / 3))
energy --mult perf2 --csv "$tmp/e.csv" --opt-correction 3
is "$((4 * sums)) $((4 * side))" "$(total 10) $(total 9)" "that of phi, and its side column"
# Of every K tile a partial sum is corrected in each column, for each set of channels: K of the first
# layer, 27, is two tiles.
tiles=$((1024 * 2 + 2 * 1024 * 9 + 2 * 256 * (9 + 18 + 1) + 4 * 64 * (18 + 36 + 2) + 4))
for o in 1 2 3; do
  energy --mult perf2 --csv "$tmp/e.csv" --opt-correction $o --opt-ktile --json "$tmp/e.json"
  is "$(((o + 10) * 16 * tiles)) $(((o + 1) * side)) $(((o + 10) * 16 * 1024 * 2))" \
    "$(total 10) $(total 9) $(awk -F, '$1 == 0 { print $10 + 0 }' "$tmp/e.csv")" \
    "correction $o per K tile: units are at work as long as pixels are"
done
grep -q 'correction 3 per K tile, here' "$tmp/out" && grep -q '"opt_ktile":	true' "$tmp/e.json" &&
  grep -q ', 594 um2$' "$tmp/out"
ok $? "that, and the units' area, is said" "$(cat "$tmp/out")"
ppa 0 0 0 0 0 1
energy --mult perf2 --csv "$tmp/e.csv" --opt-correction 1 --opt-ktile
is $((16 * ($(total 4) - tiles))) "$(total 10)" "in all other cycles they are at rest"

ppa 1 0 0 0 0 0
row='"perf2", "perf2", "perf2", "perf2", "perf2", "perf2", "perf2", "perf2"'
cat > "$tmp/map.json" << END
{"format": "varimac-map-1", "rows": 16, "cols": 16,
 "cells": [$row, $row, "dadda", "dadda", "dadda", "dadda", "dadda", "dadda", "dadda", "dadda"]}
END
sed 's/"cells": .*/"cells": ["dadda", '"$row, $row"']}/; s/, "perf2"\]}/]}/' "$tmp/map.json" > "$tmp/m2"
energy --map "$tmp/m2" --csv "$tmp/e.csv"
map=$(total 11)
# The top row has an operand in each K tile: MACs by K times tiles, layer by layer.
top=$((1024 * 16 * 2 + 2 * 1024 * 16 * 9 + 256 * 32 * (9 + 18 + 1) + 64 * 64 * (18 + 36 + 2) + 10 * 4))
is $((12501632 + top)) "$map" "a map: the top row's cells cost twice as much"

# Weights that bring modes along: half the filters of layer 1 in one that costs three times as much.
design pe dyn4 1 0 0 0 > "$tmp/pe"
design pe dyn0 3 0 0 0 > "$tmp/pe2"
"$ENERGY" collect -o "$tmp/ppa.json" --platform here "$tmp/pe" "$tmp/pe2" "$tmp/side0" \
  "$tmp/correct0" > "$tmp/log"
two='"dyn4", "dyn0"' four='"dyn4", "dyn0", "dyn0", "dyn4"'
cat > "$tmp/modes.json" << END
{"format": "varimac-map-2", "edge": "dyn4", "rest": "dyn4",
 "layers": [{"layer": 1, "filters": [$four, $four, $four, $two, $two]}]}
END
energy --map "$tmp/modes.json" --csv "$tmp/e.csv"
ok $? "a map of modes" "$(cat "$tmp/err")"
is $((12501632 + 2 * 1024 * 144 * 8)) "$(total 11)" "each weight costs what its mode does"
awk '/"cell":/ { slow = /dyn0/ } slow { sub(/"delay_ns":\t4/, "\"delay_ns\":\t5.25") } 1' \
  "$tmp/ppa.json" > "$tmp/slow.json" && ! cmp -s "$tmp/ppa.json" "$tmp/slow.json" &&
  mv "$tmp/slow.json" "$tmp/ppa.json"
energy --map "$tmp/modes.json" && grep -q ' at 5.25 ns' "$tmp/out"
ok $? "the clock leaves every mode its time" "$(cat "$tmp/out" "$tmp/err")"
ppa 1 0 0 0 0 0
energy --mult perf2 --correction cv --calib-images 4 && grep -q 'correction 1, here' "$tmp/out" &&
  energy --mult perf2 --correction bitplane --calib-images 4 &&
  grep -q 'correction 2, here' "$tmp/out" &&
  energy --mult perf2 --correction phi --calib-images 4 &&
  grep -q 'correction 3, here' "$tmp/out" && grep -q '^phi  *planes: 1$' "$tmp/out"
ok $? "correction decides what the hardware corrects with" "$(cat "$tmp/out" "$tmp/err")"

# One clock for all: what they were measured for, or what the slowest takes.
cp "$tmp/ppa.json" "$tmp/good.json"
energy --mult perf2 --json "$tmp/e.json" && ! grep -q clock: "$tmp/out" && grep -q ' at 5 ns' "$tmp/out"
ok $? "all designs meet the clock that they were measured for" "$(cat "$tmp/out" "$tmp/err")"
awk '/"design":/ { side = /"side"/ } side { sub(/"delay_ns":\t4/, "\"delay_ns\":\t5.25") } 1' \
  "$tmp/good.json" > "$tmp/ppa.json"
energy --mult perf2 --json "$tmp/e.json" && grep -q 'mW at 5.25 ns' "$tmp/out" &&
  grep -q 'clock: 5.25 ns is what side of perf2 takes; it was measured for 5 ns' "$tmp/out" &&
  grep -q '"period_ns":	5.25' "$tmp/e.json"
ok $? "the slowest design sets the clock, and is named" "$(cat "$tmp/out" "$tmp/err")"
# 4 mW for 0.25 ns more are a pJ: of 256 PEs, the side column and 16 units, in each cycle.
ppa 0 0 0 0 0 0
sed 's/"leakage_nw":	0/"leakage_nw":	4000000/' "$tmp/ppa.json" > "$tmp/leaks.json"
cp "$tmp/leaks.json" "$tmp/ppa.json"
energy --mult perf2 --csv "$tmp/e.csv"
is 0 "$(total 11)" "energies contain the leakage of the time that they were measured for"
awk '/"design":/ { side = /"side"/ } side { sub(/"delay_ns":\t4/, "\"delay_ns\":\t5.25") } 1' \
  "$tmp/leaks.json" > "$tmp/ppa.json"
energy --mult perf2 --csv "$tmp/e.csv"
is "$((273 * cycles)) $cycles $((16 * cycles))" "$(total 11) $(total 9) $(total 10)" \
  "where the slowest asks for more time, all of them leak in it"
# The same where one was measured for a longer clock: the others leak for the rest of it.
awk '/"design":/ { side = /"side"/ } side { sub(/"period_ns":\t5/, "\"period_ns\":\t5.25") } 1' \
  "$tmp/leaks.json" > "$tmp/ppa.json"
energy --mult perf2 --csv "$tmp/e.csv"
is "$((272 * cycles)) 0" "$(total 11) $(total 9)" "one that was measured for this clock leaks no more"
cp "$tmp/good.json" "$tmp/ppa.json"

# Side column and correction unit of a cell without X: as those of any other of its class, and as
# many bits of X or none are the same hardware.
for o in 0 1 2 3; do
  design side exact 1 0 0 0 "$(foot $o)" > "$tmp/side$o"
  design correct exact $((10 * (o + 1))) 0 0 0 "$(foot $o)" > "$tmp/correct$o"
done
design pe dadda 0 0 0 0 > "$tmp/pe2"
"$ENERGY" collect -o "$tmp/ppa.json" "$tmp/pe" "$tmp/pe2" "$tmp/side0" "$tmp"/correct[01] > "$tmp/log"
energy --mult dadda --correction bias --calib-images 4 --memory 45:0.9 --csv "$tmp/e.csv" &&
  grep -q 'correct *that of exact, the same hardware' "$tmp/out"
ok $? "bias on a cell without X" "$(cat "$tmp/out" "$tmp/err")"
is $((20 * sums)) "$(total 10)" "what adds a constant, not what adds nothing"
model 45 0.9 "16 32 1 23"
ok $? "and it has no memory for sums of X" "$(cat "$tmp/e.csv")"
energy --mult dadda --correction bitplane --calib-images 4 --csv "$tmp/e.csv"
is $((20 * sums)) "$(total 10)" "without X there are no bit planes"
energy --mult dadda --csv "$tmp/e.csv"
is $((10 * sums)) "$(total 10)" "a cell without X, uncorrected"
# Both are exact: their phi is 0 throughout. perf2's is not.
"$ENERGY" collect -o "$tmp/ppa.json" "$tmp/pe" "$tmp/pe2" "$tmp/side3" "$tmp/correct3" > "$tmp/log"
energy --mult dadda --correction phi --calib-images 4 --memory 45:0.9 --csv "$tmp/e.csv" &&
  grep -q 'side *that of exact, the same hardware' "$tmp/out"
ok $? "a cell with the phi of another" "$(cat "$tmp/out" "$tmp/err")"
is $((40 * sums)) "$(total 10)" "takes its hardware"
model 45 0.9 "16 32 1 23 1 16"
ok $? "whose sum of a table of zeros has a bit for each" "$(cat "$tmp/e.csv")"
cp "$tmp/ppa.json" "$tmp/exact.json"
# An s8 cell's side column is there for phi alone.
design pe drum4s 1 0 0 0 > "$tmp/pe"
design side drum4s 0 0 0 1 "$(foot 3)" > "$tmp/side3"
design correct drum4s 0 0 0 0 "$(foot 3)" > "$tmp/correct3"
"$ENERGY" collect -o "$tmp/ppa.json" "$tmp/pe" "$tmp/side3" "$tmp/correct3" > "$tmp/log"
energy --mult drum4s --correction phi --calib-images 4 --csv "$tmp/e.csv"
awk -v n="$(total 9)" 'BEGIN { exit !(n > 0) }'
ok $? "an s8 cell without X has a side column for phi" "$(cat "$tmp/out" "$tmp/err")"
# No sum of A; one as wide as the largest entry of phi asks for.
most=$("$VARIMAC" mult phi drum4s --rank 1 --hex | sed "s/.*h//" | tr -d '\n' | fold -w 2 | sort | tail -n 1)
bits=$(awk -v hex="$most" 'BEGIN {
  value = 16 * (index("0123456789abcdef", substr(hex, 1, 1)) - 1) + \
    index("0123456789abcdef", substr(hex, 2, 1)) - 1
  for (n = 0; value > 0; n++) value = int(value / 2)
  print n }')
energy --mult drum4s --correction phi --calib-images 4 --memory 45:0.9 --csv "$tmp/e.csv"
model 45 0.9 "16 32 1 $((15 + bits))"
ok $? "memories of phi's sum, of an s8 cell" "entry $most, $bits bits: $(cat "$tmp/e.csv" "$tmp/err")"
cp "$tmp/good.json" "$tmp/ppa.json"

# 12 lanes of 8 rows: a group of channels is read in two goes, of 8 banks and of 4, the last 4
# channels of 64 in one.
energy --mult perf2 --rows 8 --cols 12 --any-rows --memory 45:0.9 --csv "$tmp/e.csv"
is "$((64 * 2 * (5 * (8 + 4) + 8))) 64 0 0" "$(accesses 12)" "accesses where lanes are more than rows"
energy --mult perf2 --opt-correction 1 --opt-ktile --memory 45:0.9 --csv "$tmp/e.csv"
model 45 0.9 "16 38"
ok $? "memories of accumulators with the correction in them" "$(cat "$tmp/e.csv" "$tmp/err")"

# PEs of 16 rows in an array of 8.
energy --mult perf2 --rows 8 --cols 8 --any-rows --json "$tmp/e.json" &&
  grep -q 'rows: measured with operands and partial sums of 16 rows' "$tmp/out" &&
  grep -q '"measured_rows":	16' "$tmp/e.json"
ok $? "figures of other rows are named" "$(cat "$tmp/out" "$tmp/err")"

# Operands of another network.
awk '/"design":/ { side = /"side"/ } side { sub(/"net_hash":\t"[0-9a-f]*"/, "\"net_hash\":\t\"1\"")
    sub(/here/, "lenet.tflite, seed 3") } 1' "$tmp/good.json" > "$tmp/other.json"
cp "$tmp/other.json" "$tmp/ppa.json"
energy --mult perf2 --any-operands --json "$tmp/e.json" &&
  grep -q '^operands: side of perf2 was .* another network (lenet.tflite, seed 3)$' "$tmp/out" &&
  grep -q '"measured_origin":	"lenet.tflite, seed 3"' "$tmp/e.json"
ok $? "figures of another network's operands are named" "$(cat "$tmp/out" "$tmp/err")"
cp "$tmp/good.json" "$tmp/ppa.json"
energy --mult perf2 --any-operands --json "$tmp/e.json" && ! grep -q '^operands:' "$tmp/out" &&
  ! grep -q measured_origin "$tmp/e.json"
ok $? "those of this network are not" "$(cat "$tmp/out" "$tmp/err")"

# Modes: the PEs of two cells, which are the same hardware in two modes.
design pe dyn0 1 0 0 0 > "$tmp/pe"
design pe dyn2 2 0 0 0 > "$tmp/pe2"
"$ENERGY" collect -o "$tmp/ppa.json" "$tmp/pe" "$tmp/pe2" "$tmp/side0" "$tmp/correct0" > "$tmp/log"
energy --mult dyn2 --mode 2 --opt-correction 0 --csv "$tmp/e.csv"
is $((2 * 12501632)) "$(total 6)" "a cell in its own mode"
grep -q '^mode  *2, held by the PEs as an operand' "$tmp/out"
ok $? "that PEs have a mode operand is said" "$(cat "$tmp/out")"
cp "$tmp/ppa.json" "$tmp/modes.json"
cp "$tmp/good.json" "$tmp/ppa.json"

# What make ppa made, where it did: every correction of a cell with X and of one without.
real=$B/synth/osu018/ppa/ppa.json
# Of this network, every design: SYNTH_NET may have been another.
all_of_network "$tmp/good.json" && ! all_of_network "$tmp/other.json"
ok $? "figures of which one is another network's are told from this network's"
if grep -q '"cell":	"perf2"' "$real" 2> /dev/null && grep -q '"cell":	"exact"' "$real" &&
  all_of_network "$real"; then
  for cell in perf2 exact; do
    for correction in none bias paper cv bitplane; do
      calib=
      case $correction in bias | cv | bitplane) calib='--calib-images 4' ;; esac
      [ $cell = exact ] && [ $correction = paper ] && continue
      # shellcheck disable=SC2086
      "$VARIMAC" energy --ppa $real --net "$net" --mult $cell --correction $correction $calib \
        > "$tmp/out" 2> "$tmp/err" && grep -q '^[1-9][0-9.]* uJ per inference' "$tmp/out"
      ok $? "measured: $cell, $correction" "$real, of today's make ppa? $(cat "$tmp/out" "$tmp/err")"
    done
  done
else
  skip "energies that were measured" "no $real of $net with perf2 and exact; make ppa"
fi

# ---- bad input ----
refused() { # STATUS WORD COMMAND ...
  want=$1 word=$2
  shift 2
  "$@" > "$tmp/out" 2> "$tmp/err"
  got=$?
  [ "$got" -eq "$want" ] && grep -q -e "$word" "$tmp/err" && [ "$(wc -l < "$tmp/err")" -eq 1 ]
  ok $? "refused: $word" "status $got: $(cat "$tmp/err")"
}
run() { "$VARIMAC" energy --ppa "$tmp/ppa.json" --net "$net" "$@"; }
bad() { # WORD SED_SCRIPT
  sed "$2" "$tmp/good.json" > "$tmp/ppa.json"
  cmp -s "$tmp/good.json" "$tmp/ppa.json" && echo "# nothing changed: $2"
  refused 1 "$1" run --mult perf2
}
refused 2 '--ppa is missing' "$VARIMAC" energy --net "$net" --mult perf2
refused 2 "found 'some'" run --mult perf2 --activity some
refused 1 'no pe of cell trunc6; `make ppa CELLS=trunc6`' run --mult trunc6
refused 1 'cannot' run --mult perf2 --csv "$tmp/no/such/folder"
refused 1 'expected a number "unit", found nothing' run --mult perf2 --activity unit
phi=" with correction 3 and"
refused 1 "no side for cell perf2$phi 1 plane of phi; .make ppa CELLS=perf2 PPA_CORR.*='0 1 2 3'" \
  "$VARIMAC" energy --ppa "$tmp/exact.json" --net "$net" --mult perf2 --opt-correction 3
refused 1 "no side for cell perf2$phi 2 planes of phi; .make ppa .* PPA_CORRECTIONS='0 1 2 3:2'" \
  run --mult perf2 --opt-correction 3 --phi-rank 2
refused 1 "no tile for cell dadda$phi 1 plane of phi; .*='0 1 2 3' PPA_KTILES=1. makes it" \
  "$VARIMAC" energy --ppa "$tmp/exact.json" --net "$net" --mult dadda --opt-correction 3 --opt-ktile
sed 's/"tile"/"till"/' "$tmp/good.json" > "$tmp/whole.json"
refused 1 'no tile for cell perf2 with correction 1; .make ppa CELLS=perf2 PPA_KTILES=1. makes it' \
  "$VARIMAC" energy --ppa "$tmp/whole.json" --net "$net" --mult perf2 --opt-correction 1 --opt-ktile
awk '/"design":/ { tile = /"tile"/ } tile { sub(/"rows":\t16/, "\"rows\":\t8") } 1' \
  "$tmp/good.json" > "$tmp/rows.json"
refused 1 'tile of perf2: measured with operands of an array of 8 rows, and this one has 16' \
  "$VARIMAC" energy --ppa "$tmp/rows.json" --net "$net" --mult perf2 --opt-correction 1 --opt-ktile
refused 1 'measured with operands of an array of 16 rows, and this one has 8; --any-rows' \
  run --mult perf2 --rows 8
refused 1 '--mode 0: the PE of dyn2 is measured in mode 2; --mult dyn0' \
  "$VARIMAC" energy --ppa "$tmp/modes.json" --net "$net" --mult dyn2 --mode 0 --opt-correction 0
refused 1 'side of perf2: measured with operands of another network (lenet.tflite, seed 3)' \
  "$VARIMAC" energy --ppa "$tmp/other.json" --net "$net" --mult perf2
bad 'design 0 (pe of perf2): expected a text "net_hash"' '0,/net_hash/s/net_hash/hash/'
bad 'design 0 (pe of perf2): expected a number "leakage_nw"' '0,/leakage_nw/s/leakage_nw/leakage/'
bad 'design 0 (pe of perf2): expected a number "delay_ns", found nothing' \
  '0,/delay_ns/s/delay_ns/delay/'
bad 'expected "varimac_ppa": 1' 's/"varimac_ppa":	1/"varimac_ppa":	2/'
bad 'design 0 (pe of perf2): expected a number "area_um2", found nothing' '0,/area_um2/s/area_um2/area/'
bad 'design 0 (pe of perf2): expected a number "idle_pj", found a text' \
  '0,/"idle_pj":	0/s//"idle_pj":	"x"/'
bad 'layer 0, "energy_pj": expected a number "inertial", found nothing' '0,/inertial/s/inertial/other/'
bad 'design 0 (pe of perf2), layer 0: expected "gated_pj" by activity' '0,/gated_pj/s/gated_pj/g/'
bad '"period_ns": expected 0 or more, found -5' '0,/"period_ns":	5/s//"period_ns":	-5/'
bad 'no figures of operator 1 (CONV_2D, 2359296 MACs)' 's/"op":	1,/"op":	3,/'
bad 'no side for cell perf2 with correction 0' 's/"side"/"slide"/'
bad 'expected a number "phi_rank", found nothing' 's/"phi_rank"/"rank"/'
bad 'not JSON' '$d'
cp "$tmp/good.json" "$tmp/ppa.json"
refused 1 'cannot read' "$VARIMAC" energy --ppa "$tmp/none" --net "$net" --mult perf2

# ---- vmac-energy ----
collect() { "$ENERGY" collect -o "$tmp/all.json" "$@"; }
refused 1 'pe2: design pe, cell dyn2, variant none: .*pe2 has it already' collect "$tmp/pe2" "$tmp/pe2"
refused 1 'expected a text "design"' collect "$tmp/e.json"
refused 1 'energy.t: not JSON' collect tests/energy.t
echo '[1]' > "$tmp/list.json"
refused 1 'list.json: expected a JSON object' collect "$tmp/list.json"
refused 2 'expected -o F and files' "$ENERGY" collect
[ ! -e "$tmp/all.json" ]
ok $? "nothing is written where something is refused"
printf '%s\n' "$tmp/pe" "$tmp/pe2" | collect - > "$tmp/out" && grep -q ': 2 designs' "$tmp/out"
ok $? "collect takes names from a list" "$(cat "$tmp/out")"
refused 2 "no command 'sell', did you mean 'cell'" "$ENERGY" sell
refused 2 '--lib is missing' "$ENERGY" pe --netlist a
refused 2 "--load-ff: expected a number above 0" "$ENERGY" cell --load-ff 0
refused 2 "--modes: expected zero, unit or inertial, found 'some'" "$ENERGY" cell --modes zero,some
refused 2 "--opt-correction: expected 0 to 3, found '4'" "$ENERGY" side --opt-correction 4
refused 2 "--phi-rank: expected 1 to 4, found '5'" "$ENERGY" side --phi-rank 5
refused 2 '--phi-rank wants --opt-correction 3' "$ENERGY" side --lib a --netlist b --cell c \
  --operands d --load-ff 1 --slew 1 --period 1 --phi-rank 2
refused 2 'stands for --operands' "$ENERGY" cell --lib a --netlist b --cell c --operands d \
  --load-ff 1 --slew 1 --period 1 --vcd-in e
one() { # CELL OPERANDS
  "$ENERGY" cell --lib "$tmp/lib" --netlist "$tmp/net" --cell "$1" --operands "$2" --load-ff 1 \
    --slew 1 --period 1
}
# A library of one inverter, and a netlist whose product is nothing but 0: no multiplier's.
cat > "$tmp/lib" << 'END'
library (l) { time_unit : "1ns"; nom_voltage : 1; capacitive_load_unit (1, pf);
  leakage_power_unit : "1nW";
  cell (INV) { area : 1; pin (A) { direction : input; capacitance : 0.01; }
    pin (Y) { direction : output; function : "!A"; } } }
END
bits() { awk -v from="$1" -v n="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%s%d", (i ? "," : ""), from + i }'; }
cat > "$tmp/net" << END
{"modules": {"m": {"ports": {"a_i": {"direction": "input", "bits": [$(bits 2 8)]},
  "w_i": {"direction": "input", "bits": [$(bits 10 8)]},
  "p_o": {"direction": "output", "bits": [18, $(bits 2 15)]}},
  "cells": {"g": {"type": "INV", "connections": {"A": [2], "Y": [18]}}}, "netnames": {}}}}
END
refused 1 'netlist of dadda: A = 0, W = 0: expected 0 (C model), found 1' one dadda "$tmp/u8"
refused 1 'expected a stream of class u8, as the cell dadda is, found s8' one dadda "$tmp/s8"
refused 1 "no multiplier 'dada'" one dada "$tmp/u8"
{ head -c 8 "$tmp/u8" && printf '\001' && tail -c +10 "$tmp/u8"; } > "$tmp/v1"
refused 1 'expected version 3, found 1; record the stream again' one dadda "$tmp/v1"
refused 2 'at most' "$VARIMAC" operands --net "$net" -o "$tmp/x" --columns 60000 --steps 60000
refused 1 'cannot' "$VARIMAC" operands --net "$net" -o "$tmp/no/such" --columns 1
if [ -w /dev/full ]; then
  refused 1 'standard output: cannot write' sh -c "\"$ENERGY\" collect -o \"$tmp/all.json\" \"$tmp/pe\" > /dev/full"
else
  skip "a full disk" "no /dev/full"
fi
done_testing
