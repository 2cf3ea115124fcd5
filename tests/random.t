#!/bin/sh
# Random networks and random streams through the whole RTL.
#
# TEST RATIONALE. State space: networks of every operator that the compiler takes, random shapes,
# scales and zero points, saturating ones among them, on arrays with more columns than rows and the
# other way round, no correction and bit planes, few accumulators; every accumulator, byte, result and
# (without stalls) the cycle counter; streams that the compiler does not write, sound and faulty ones.
# Parameters: how many of each; `make coverage` runs more, on more models.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh

for run in 12x20_exacts_plain_check:60 20x12_trunc6_planes_check:60 64x5_perf2_check:24; do
  model=${run%:*}
  said=$("$B/bench/random-$model" --networks "${run#*:}" 2>&1)
  ok $? "random networks, $model: $(printf '%s\n' "$said" | tail -n 1)" "$said"
done
said=$("$B/bench/streams-20x12_trunc6_planes_check" 1 4 2>&1)
ok $? "random streams: $(printf '%s\n' "$said" | tail -n 1)" "$said"
done_testing
