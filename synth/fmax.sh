#!/bin/sh
# fmax.sh: the shortest clock of each design, setup included, and the path that says so.
# usage: fmax.sh PPA_DIR [TOP_DIR]
# TOP_DIR: of the mapped accelerator, where that was made. Environment: PLATFORM, VMAC_CACHE. Whole
# paths, gate by gate, go to PPA_DIR/paths.txt. Bare cells have no clock: port to port.
# SPDX-License-Identifier: Apache-2.0
set -eu

here=$(dirname "$0")
dir=$1 top=${2-}

# row NAME DELAY_FILE NETLIST REPORT
row() {
  {
    echo "$1"
    sed -n '/^Startpoint/,/slack/p' "$4"
    echo
  } >&3
  mhz=$(sed -n 's/.*fmax_mhz=\([0-9]*\).*/\1/p' "$2")
  path=$(awk -f "$here/path.awk" "$3" "$4")
  case $path in '0 no path') printf '%-24s %8s %6s %5s  %s\n' "$1" - - - "${path#* }" && return ;; esac
  printf '%-24s %8.3f %6s %5d  %s\n' "$1" \
    "$(sed 's/^delay_ns=\([0-9.]*\).*/\1/' "$2")" "${mhz:--}" "${path%% *}" "${path#* }"
}

exec 3> "$dir/paths.txt"
echo "platform $PLATFORM: longest paths; gate by gate in $dir/paths.txt"
printf '%-24s %8s %6s %5s  %s\n' design ns MHz gates path
# Line by line the same designs: "RESULT_KEY DESIGN ..." and "MAP_KEY DESIGN".
paste -d ' ' "$dir/jobs.txt" "$dir/map-keys.txt" |
  awk '{
      kind = substr($2, 1, 2)
      print kind == "ce" ? 1 : kind == "pe" ? 2 : kind == "si" ? 3 : 4, $1, $(NF - 1), $2
    }' | sort -k 1,1n -k 4,4 |
  while read -r _ result map design; do
    result=$VMAC_CACHE/result/$result
    row "$design" "$result/delay.txt" "$VMAC_CACHE/map/$map/scalar.v" "$result/timing.rpt"
  done
if [ -n "$top" ]; then
  row 'vmac_top 8 x 8' "$top/fmax.txt" "$top/scalar.v" "$top/timing.rpt"
else
  echo 'vmac_top 8 x 8: left out, as FMAX_TOP=0 asks'
fi
