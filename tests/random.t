#!/bin/sh
# Random networks and random streams through the whole RTL.
#
# TEST RATIONALE. State space: networks of every operator that the compiler takes, random shapes,
# scales and zero points, saturating ones among them, on arrays with more columns than rows and the
# other way round and with the most rows, no correction, one X, bit planes, planes of phi,
# coefficients for the whole K and for every K tile, few accumulators and an odd number of them, more
# places for results than the least, a map of cells, modes beside the
# weights and idle operands at rest, large maps sent out to a slow sink; every accumulator, sum,
# byte, result and (without stalls) the cycle counter, every access of a memory; streams that the
# compiler does not write, sound, faulty and aborted ones, with any mode for every weight.
# Parameters: how many of each; `make coverage` runs more, on more models.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh

for run in 12x20_exacts_plain:60 20x12_trunc6_planes:60 64x5_perf2:24 5x6_perf2_map:60 \
  6x5_dyn4_planes_ktile_modes_lowpower:60 7x9_trunc6s_phi4_ktile:40; do
  model=${run%:*}_check
  said=$("$B/bench/random-$model" --networks "${run#*:}" 2>&1)
  ok $? "random networks, $model: $(printf '%s\n' "$said" | tail -n 1)" "$said"
done
said=$("$B/bench/random-20x12_trunc6_planes_check" --large --networks 12 2>&1)
ok $? "large maps, a slow sink: $(printf '%s\n' "$said" | tail -n 1)" "$said"
for model in 20x12_trunc6_planes 5x6_perf2_map 6x5_dyn4_planes_ktile_modes_lowpower \
  7x9_trunc6s_phi4_ktile; do
  said=$("$B/bench/streams-${model}_check" 1 4 2>&1)
  ok $? "random streams, ${model}_check: $(printf '%s\n' "$said" | tail -n 1)" "$said"
done
done_testing
