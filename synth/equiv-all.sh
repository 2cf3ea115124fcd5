#!/bin/sh
# equiv-all.sh: equiv.sh for the PEs, side columns and correction units without V of one `make ppa`.
# usage: equiv-all.sh PPA_DIR JOBS
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(dirname "$0")
. "$here/common.sh"

dir=$1 jobs=$2
# Line by line the same designs: jobs.txt is "RESULT_KEY DESIGN ...", map-keys.txt "MAP_KEY DESIGN".
paste -d ' ' "$dir/map-keys.txt" "$dir/jobs.txt" |
  awk -v cache="$VMAC_CACHE/map" -v out="$dir/equiv" '
    $2 ~ /^(pe|side[^\/]*|correct0)\// && !seen[$1]++ {
      printf "%s %s %s", $8, cache "/" $1 "/netlist.v", out "/" $2
      for (i = 13; i <= NF; i++) printf " %s", $i
      print ""
    }' > "$dir/equiv.txt"
[ -s "$dir/equiv.txt" ] || die "no designs in $dir"
xargs -P "$jobs" -L 1 sh "$here/equiv.sh" < "$dir/equiv.txt" > "$dir/equiv.log" ||
  exit 1
grep 'undecided' "$dir/equiv.log" || true
proved=$(grep -c 'equals its Verilog' "$dir/equiv.log" || true)
said="$proved of $(wc -l < "$dir/equiv.txt") netlists proved equal to their Verilog, none refuted"
[ "$proved" -gt 0 ] || die "$said"
echo "$said"
