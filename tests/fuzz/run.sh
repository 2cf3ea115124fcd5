#!/bin/sh
# run.sh: every fuzz target for some seconds each, and what the shell has to try; a line for each,
# with how often it ran. What ends one stays in FOUND.
# usage: run.sh BUILD SECONDS SEED JOBS FOUND FAMILIES STREAMS TARGET ...
# BUILD/TARGET are the programs, BUILD/seeds/TARGET what they begin with; BUILD/corpus/TARGET keeps
# what was found to be new, so that the next run goes on from there.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(dirname "$0")
build=$1 seconds=$2 seed=$3 jobs=$4 found=$5 families=$6 streams=$7
shift 7
mkdir -p "$build/logs" "$found"

# Time and memory of one input; an input is no larger than what all of a format fits in.
one() { # TARGET
  mkdir -p "$build/corpus/$1"
  set -- "$1" "$build/logs/$1.txt"
  if OMP_NUM_THREADS=1 "$build/$1" -max_total_time="$seconds" -seed="$seed" -timeout=20 \
    -rss_limit_mb=2048 -malloc_limit_mb=512 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="$found/$1-" "$build/corpus/$1" "$build/seeds/$1" > "$2" 2>&1; then
    awk -v target="$1" '/^stat::number_of_executed_units/ { runs = $2 } / cov: / { cover = $0 }
      END {
        sub(/.* cov: /, "", cover)
        sub(/ .*/, "", cover)
        printf "fuzz: %-12s %d executions, %d edges, nothing found\n", target, runs, cover
      }' "$2"
  else
    echo "fuzz: $1 FAILED; see $2, and $found" >&2
    grep -E 'ERROR|SUMMARY|Test unit written' "$2" >&2 || tail -n 5 "$2" >&2
    return 1
  fi
}

failed=0 running=
for target; do
  one "$target" &
  running="$running $!"
  # shellcheck disable=SC2086 # one word a process
  set -- $running
  [ $# -lt "$jobs" ] || {
    wait "$1" || failed=1
    shift
    running=$*
  }
done
for pid in $running; do wait "$pid" || failed=1; done
sh "$here/registry.sh" "$seconds" "$seed" "$found" "$families" || failed=1
sh "$here/streams.sh" "$seconds" "$seed" "$found" "$streams" || failed=1
exit $failed
