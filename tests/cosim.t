#!/bin/sh
# Co-simulation of the whole accelerator: images through vmac_top against the golden model.
#
# TEST RATIONALE. State space: 64 images of ResNet-8 through one model, every accumulator and byte
# compared; one image with random idle cycles and stalls through every model; protocol faults and
# planted faults (their own program, with a rationale of its own). Parameters: the models of
# sim/top.mk: more columns than rows and the other way round, beats of 16 and 64 bytes, both operand
# classes, a rounded edge, all corrections, the real array and the one by table, with
# assertions (both levels of the clock are evaluated) and without (one call for inputs, one for
# the edge).
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
cosim=$B/bench/cosim

said=$("$B/bench/faults" 2>&1)
ok $? "faults: $(printf '%s\n' "$said" | tail -n 1)" "$said"

said=$("$cosim" --images 64 --model 16x16_perf2_table_check 2>&1)
ok $? "64 images: $(printf '%s\n' "$said" | tail -n 1)" "$said"

for model in $("$cosim" --list); do
  case $model in
    *_plain_*) correction=none ;;
    *_planes_*) correction=bitplane ;;
    *_phi_*) correction=phi ;;
    *) correction=cv ;;
  esac
  said=$("$cosim" --model "$model" --correction $correction --idle 100 --stall 300 --seed 7 2>&1)
  ok $? "$model, $correction: $(printf '%s\n' "$said" | tail -n 1)" "$said"
done
said=$("$cosim" --model 16x16_perf2_table_check --rounding single 2>&1)
ok $? "single rounding: $(printf '%s\n' "$said" | tail -n 1)" "$said"

# Another network, whose activations begin with one channel and whose layers are small.
if [ -d "$B/data/mnist" ]; then
  said=$("$cosim" --model 16x16_edge2s_phi_ktile_table_check --net weights/lenet5.tflite \
    --data mnist:test --calib mnist:train --correction phi --images 8 2>&1)
  ok $? "LeNet-5, phi per K tile: $(printf '%s\n' "$said" | tail -n 1)" "$said"
else
  skip "LeNet-5" "MNIST is not fetched (make data)"
fi

# Only what was looked at counts: 10 outputs of each image.
said=$("$cosim" --model 16x16_perf2_table_check --images 3 --compare outputs 2>&1) &&
  printf '%s\n' "$said" | grep -q '^30 accumulators and bytes equal'
ok $? "outputs alone: 30 values" "$said"

# The same seed draws the same idle cycles: as many cycles. The array by table takes as many as the
# real one.
cycles() {
  "$cosim" --images 1 --idle 100 --stall 300 "$@" | awk '$1 == "PASS" { print $3 }'
}
one=$(cycles --model 8x8_exacts_check --seed 3)
two=$(cycles --model 8x8_exacts_table_check --seed 3)
other=$(cycles --model 8x8_exacts_table_check --seed 4)
[ -n "$one" ] && [ "$one" = "$two" ] && [ "$one" != "$other" ]
ok $? "one seed, the same cycles by table and not; another, others" "$one $two $other"
for model in 16x16_perf2_table 8x8_exacts; do
  one=$(cycles --model ${model}_check --seed 3)
  two=$(cycles --model $model --seed 3)
  [ -n "$one" ] && [ "$one" = "$two" ]
  ok $? "$model: the same cycles with assertions and without" "$one $two"
done

# The short way through a model's cycle wants one of verilator's functions empty.
empty() {
  printf 'void f(X* vlSelf) {\n    if (false && vlSelf) {}  // Prevent unused\n%s}\n' "$1" |
    awk -v f=f -f sim/empty.awk
}
empty '' && ! empty '    g(vlSelf);
'
ok $? "an empty function, and one that is not"

# An image has the same cycles alone and behind others: a failure can be replayed.
all=$("$cosim" --model 16x16_perf2_table_check --images 3 --jobs 1 --idle 200 --seed 5 |
  awk '$1 == "PASS" { print $3 }')
sum=0
for image in 0 1 2; do
  one=$("$cosim" --model 16x16_perf2_table_check --first $image --images 1 --jobs 1 --idle 200 \
    --seed 5 | awk '$1 == "PASS" { print $3 }')
  sum=$((sum + one))
done
[ "$sum" -gt 0 ] && [ "$all" = "$sum" ]
ok $? "three images, alone and behind each other" "$all $sum"

# A window of cycles as VCD: its times lie within, two per cycle.
tracer=$B/bench/cosim-8x8_exact_table_trace
said=$("$tracer" --trace 500:520 --vcd "$tmp/t.vcd" 2>&1) &&
  awk '/^#/ { t = substr($1, 2) + 0; if (t < 1000 || t >= 1040) bad = 1; n++ }
       /tap_acc/ { tap = 1 } END { exit bad || n != 40 || !tap }' "$tmp/t.vcd"
ok $? "trace of 20 cycles" "$said $(grep '^#' "$tmp/t.vcd" | head -n 3)"

# refused STATUS WORDS COMMAND...
refused() {
  status=$1 words=$2
  shift 2
  said=$("$@" 2>&1)
  [ $? -eq "$status" ] && printf '%s\n' "$said" | grep -qF -- "$words"
  ok $? "refused: $words" "$said"
}
refused 2 "no model 'perf9'" "$cosim" --model perf9
refused 2 "--correction" "$cosim" --correction cw
refused 2 "--compare" "$cosim" --compare none
refused 2 "--rounding" "$cosim" --rounding half
refused 2 "--seed: expected a number" "$cosim" --seed 18446744073709551616
refused 2 "FROM:TO" "$tracer" --trace 5:5
refused 1 "no tracing build" "$cosim" --trace 5:9
refused 1 "one image" "$tracer" --trace 5:9 --images 2
refused 1 "fewer than asked for" "$cosim" --images 1000000
refused 2 "unexpected argument" "$cosim" image.png
refused 1 "no-such.tflite" "$cosim" --net no-such.tflite
refused 1 "OPT_CORRECTION" "$cosim" --model 8x8_trunc6s_plain_table_check --correction cv

done_testing
