#!/bin/sh
# fmax.sh: the shortest clock of each design, and the path that says so.
# usage: fmax.sh PPA_DIR TOP_DIR
# SPDX-License-Identifier: Apache-2.0
set -eu

dir=$1 top=$2
echo "platform $PLATFORM: shortest clock, setup included; paths in $dir/paths.txt"
sort -k 2,2 "$dir/jobs.txt" | while read -r key design _; do
  case $design in cell/*) continue ;; esac
  echo "$design" >&3
  cat "$VMAC_CACHE/result/$key/timing.rpt" >&3
  printf '%-22s %s\n' "$design" "$(tr '=' ' ' < "$VMAC_CACHE/result/$key/delay.txt")"
done 3> "$dir/paths.txt"
printf '%-22s %s\n' 'vmac_top 8 x 8' "$(tr '=' ' ' < "$top/fmax.txt")"
sed -n '/^Startpoint/,/slack/p' "$top/timing.rpt"
