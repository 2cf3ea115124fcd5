#!/bin/sh
# Side columns with phi, the correction unit of K tiles, and units where there is no X: which designs
# `make ppa` makes of them, and their netlists against the C model.
#
# TEST RATIONALE. State space: cells of both classes with a phi of their own and with that of
# another, one plane and two; a correction that there is not; netlists of the cell asked for, of
# another, and too narrow for its sums. The units' flip-flops where c0 is all there is, counted.
# Parameters: one library (osu018); of the side column four rows, of the unit 16 rows' widths.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS
lib=$B/synth/osu018/lib/cells.lib
make -s B="$B" "$lib" "$B/vmac-energy" > "$tmp/log" 2>&1
ok $? "library and tool are there" "$(tail -n 3 "$tmp/log")"
. tests/osu018.sh
export VARIMAC
said() { tail -n 3 "$tmp/out" "$tmp/err"; }

# ---- phi: a table of each cell's own in the side column ----

feet() { # CELL CORRECTIONS: as designs.sh lists them
  PPA_CORRECTIONS=$2 sh synth/designs.sh "$tmp/phi" "$B/gen/families.txt" "$1" rtl/mult/mults.tbl \
    2> "$tmp/err"
}
feet 'exact dadda drum6 drum6s perf2 edge1s' '3 3:2' > "$tmp/feet"
ok $? "designs of phi" "$(cat "$tmp/err")"
[ "$(grep -c '^side3/.* vmac_side_phi:ROWS=16 .*/phi1/vmac_side_phi.v$' "$tmp/feet")" = 5 ] &&
  [ "$(grep -c '^side3:2/.* vmac_side_phi:ROWS=16 .*/phi2/vmac_side_phi.v$' "$tmp/feet")" = 5 ] &&
  grep -q '^correct3:2/drum6s .*:A_W=1:X_W=22:PLANES=2:OPT_CORRECTION=3 ' "$tmp/feet" &&
  grep -q '^3:2 dadda exact$' "$tmp/phi/shared.txt" && ! grep -q "drum6.*exact" "$tmp/phi/shared.txt"
ok $? "cells with the same phi share them, others do not" "$(cat "$tmp/phi/shared.txt")"
# Of drum6s at most 117, of perf2 3, of edge1s 2, of exact 0.
grep -q '^correct3/perf2 .*:X_W=17:' "$tmp/feet" &&
  grep -q '^correct3/edge1s .*:X_W=17:' "$tmp/feet" &&
  grep -q '^correct3/exact .*:X_W=16:' "$tmp/feet" &&
  grep -qF '1*(2+$clog2(ROWS))-1:0] sum_x_o' "$tmp/phi/perf2/phi1/vmac_side_phi.v"
ok $? "sums are as wide as the largest entry asks for" "$(grep '^correct3/' "$tmp/feet")"
! feet perf2 4 > "$tmp/feet" && grep -q "expected 0, 1, 2, 3 or 3:2 to 3:4, found '4'" "$tmp/err"
ok $? "a correction that there is not" "$(cat "$tmp/err")"
# Four rows of the column, against the C model's sums.
"$VARIMAC" operands --net weights/resnet8.tflite --rows 4 --columns 2 --steps 32 --images 2 \
  -o "$tmp/ops" > "$tmp/log" && feet drum6 3 > "$tmp/feet"
# The list of files is words.
# shellcheck disable=SC2046
VMAC_DELAY_PS=$VMAC_PE_DELAY_PS sh synth/map.sh plain vmac_side_phi:ROWS=4 "$tmp/side" \
  $(sed -n 's/^side3\/drum6 .* drum //p' "$tmp/feet") > "$tmp/log" 2>&1
ok $? "a side column with phi is mapped" "$(tail -n 3 "$tmp/log")"
side() { # CELL
  "$B/vmac-energy" side --lib "$VMAC_LIB" --netlist "$tmp/side/netlist.json" --cell "$1" \
    --operands "$tmp/ops" --load-ff "$ABC_LOAD_IN_FF" \
    --slew "$VMAC_INPUT_SLEW_NS" --period "$VMAC_PE_PERIOD_NS" --opt-correction 3 \
    --json "$tmp/side.json" > "$tmp/out" 2> "$tmp/err"
}
side trunc6
[ $? -ne 0 ] && grep -q 'the sums of A and X are not the C model' "$tmp/err"
ok $? "it is not another cell's" "$(said)"
side drum6 && grep -q '"phi_rank":	1' "$tmp/side.json"
ok $? "it sums what the C model says" "$(said)"

# ---- the unit of hardware that corrects every K tile ----

PPA_KTILES=1 feet 'perf2 perf2s drum6' '0 1 3:2' > "$tmp/feet" && widths=PSUM_W=20:SIDE_W=12:XSUM_W=
[ "$(grep -c '^tile' "$tmp/feet")" = 6 ] && ! grep -q '^tile0' "$tmp/feet" &&
  grep -q "^tile1/perf2s .* vmac_correct_tile:SIGNED=1:${widths}6:PLANES=1 " "$tmp/feet" &&
  grep -q "^tile3:2/drum6 .* vmac_correct_tile:SIGNED=0:${widths}12:PLANES=2 " "$tmp/feet"
ok $? "designs of it, where they are asked for" "$(grep '^tile' "$tmp/feet")"
VMAC_DELAY_PS=$VMAC_PE_DELAY_PS sh synth/map.sh plain "vmac_correct_tile:SIGNED=0:${widths}6:PLANES=1" \
  "$tmp/tile" rtl/vmac_correct_tile.v > "$tmp/log" 2>&1
ok $? "it is mapped" "$(tail -n 3 "$tmp/log")"
tile() { # CELL
  "$B/vmac-energy" tile --lib "$VMAC_LIB" --netlist "$tmp/tile/netlist.json" --cell "$1" \
    --operands "$tmp/ops" --load-ff "$ABC_LOAD_IN_FF" \
    --slew "$VMAC_INPUT_SLEW_NS" --period "$VMAC_PE_PERIOD_NS" --modes inertial \
    > "$tmp/out" 2> "$tmp/err"
}
tile perf2
ok $? "it says what the C model says" "$(said)"
grep -q ' energy_inertial_pj=[1-9]' "$tmp/out" &&
  ! grep -q ' energy_pj=\| toggles=\| switching_pj=' "$tmp/out"
ok $? "without the zero-delay mode there is no figure of it" "$(said)"
"$VARIMAC" operands --net weights/resnet8.tflite --rows 16 --columns 2 --steps 32 --images 2 \
  -o "$tmp/ops" > "$tmp/log"
tile perf3
[ $? -ne 0 ] && grep -q 'expected sum_o 0x' "$tmp/err"
ok $? "not where a sum is too wide for it" "$(said)"

# ---- units of cells without X: c0 alone ----

PPA_KTILES=1 feet exact '0 1 2' > "$tmp/feet"
constant() { # KIND DESIGN OPT_CORRECTION FLIP-FLOPS
  line=$(grep "^$2/exact " "$tmp/feet" | cut -d ' ' -f 5)
  VMAC_DELAY_PS=$VMAC_PE_DELAY_PS sh synth/map.sh plain "$line" "$tmp/$2" "rtl/${line%%:*}.v" \
    > "$tmp/log" 2>&1 && [ "$(grep -c '^ *DFFPOSX1 ' "$tmp/$2/scalar.v")" = "$4" ]
  ok $? "$2: no flip-flop but those of a constant, $4" \
    "$line: $(grep -c '^ *DFFPOSX1 ' "$tmp/$2/scalar.v"); $(tail -n 3 "$tmp/log")"
  "$B/vmac-energy" "$1" --lib "$VMAC_LIB" --netlist "$tmp/$2/netlist.json" --cell exact \
    --operands "$tmp/ops" --load-ff "$ABC_LOAD_IN_FF" --opt-correction "$3" \
    --slew "$VMAC_INPUT_SLEW_NS" --period "$VMAC_PE_PERIOD_NS" --modes zero \
    > "$tmp/out" 2> "$tmp/err"
  ok $? "$2: it says what the C model says" "$(said)"
}
# Shadow and working bias and c0, sum and result; rounding adds half to the sixth bit of c0, and no
# lower one reaches anything. Of a K tile bias and c0 are one number, of 38 bits as its sums are.
constant correct correct1 1 $((6 * 32 - 5))
constant correct correct2 2 $((6 * 32 - 5))
constant tile tile1 1 $((4 * 38))
done_testing
