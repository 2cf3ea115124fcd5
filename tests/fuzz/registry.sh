#!/bin/sh
# registry.sh: damaged lines of the registry through its reader, for some seconds: it takes them or
# says what is wrong with them, and ends.
# usage: registry.sh SECONDS SEED FOUND FAMILIES
# SPDX-License-Identifier: Apache-2.0
set -eu
seconds=$1 seed=$2 found=$3 families=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
end=$(($(date +%s) + seconds))
runs=0 refused=0
while [ "$(date +%s)" -lt "$end" ]; do
  runs=$((runs + 1))
  # Bytes changed, removed or doubled in a few lines, fields swapped between lines.
  awk -v seed="$((seed + runs))" '
    BEGIN { srand(seed) }
    /^#/ || rand() > 0.01 { print; kept = $0; next }
    {
      at = 1 + int(rand() * length($0))
      what = int(rand() * 4)
      if (what == 0) print substr($0, 1, at - 1) sprintf("%c", 32 + int(rand() * 95)) substr($0, at + 1)
      if (what == 1) print substr($0, 1, at - 1) substr($0, at + 1 + int(rand() * 9))
      if (what == 2) print $0 substr($0, at)
      if (what == 3) print substr(kept, 1, at) substr($0, at)
    }' rtl/mult/mults.tbl > "$work/mults.tbl"
  status=0
  timeout 20 awk -f scripts/mults-read.awk -f scripts/mults-to-lines.awk "$families" \
    "$work/mults.tbl" > "$work/out" 2> "$work/err" || status=$?
  [ $status -eq 0 ] || refused=$((refused + 1))
  if [ $status -gt 1 ] || { [ $status -eq 1 ] && ! [ -s "$work/err" ]; }; then
    cp "$work/mults.tbl" "$found/registry-$runs.tbl"
    echo "fuzz: registry FAILED: exit status $status; see $found/registry-$runs.tbl" >&2
    exit 1
  fi
done
printf 'fuzz: %-12s %d executions, %d refused, nothing found\n' registry "$runs" "$refused"
