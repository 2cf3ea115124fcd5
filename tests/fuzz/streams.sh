#!/bin/sh
# streams.sh: random streams of jobs, with faults of the format among them, through the RTL beside the
# interpreter, for some seconds: same results, same error codes, and it always ends.
# usage: streams.sh SECONDS SEED FOUND RUNNER        (RUNNER: build/bench/streams-MODEL)
# SPDX-License-Identifier: Apache-2.0
set -eu
seconds=$1 seed=$2 found=$3 runner=$4
many=16 # streams a run
end=$(($(date +%s) + seconds))
first=$((seed * 1000000 + 1)) done=0
while [ "$(date +%s)" -lt "$end" ]; do
  timeout 300 "$runner" "$first" $many > "$found/streams.txt" 2>&1 || {
    echo "fuzz: streams FAILED: $runner $first $many; see $found/streams.txt" >&2
    tail -n 3 "$found/streams.txt" >&2
    exit 1
  }
  first=$((first + many)) done=$((done + many))
done
rm -f "$found/streams.txt"
printf 'fuzz: %-12s %d executions of %s, nothing found\n' streams "$done" "${runner##*/}"
