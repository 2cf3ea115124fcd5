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

for model in 12x20_exacts_plain 20x12_trunc6_planes; do
  said=$("$B/bench/random-$model" --networks 60 2>&1)
  ok $? "random networks, $model: $(printf '%s\n' "$said" | tail -n 1)" "$said"
done
said=$("$B/bench/streams-20x12_trunc6_planes" 1 4 2>&1)
ok $? "random streams: $(printf '%s\n' "$said" | tail -n 1)" "$said"
done_testing
