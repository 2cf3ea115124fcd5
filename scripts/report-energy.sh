#!/bin/sh
# report-energy.sh: energy of one inference layer by layer and block by block, for some cells of a
# network whose designs were measured: OUT/NETWORK-CELL.csv, and NETWORK-CELL-V.csv with the hardware
# of a single sum X, of varimac energy --csv. Cells that were not measured are left out; without
# designs there is nothing to do.
# usage: report-energy.sh VARIMAC PPA.json NETWORK.tflite 'CELL ...' OUT
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 ppa=$2 network=$3 cells=$4 out=$5
[ -e "$ppa" ] || exit 0
mkdir -p "$out"
for cell in $cells; do
  grep -q "\"$cell\"" "$ppa" || continue
  for opt in 0 1; do
    name=$(basename "$network" .tflite)-$cell
    [ $opt = 0 ] || name="$name-V"
    "$varimac" energy --ppa "$ppa" --net "$network" --mult "$cell" --opt-correction $opt \
      --csv "$out/$name.csv" > "$out/said" 2>&1 ||
      echo "report: no energy of $name: $(tail -n 1 "$out/said")" >&2
  done
done
rm -f "$out/said"
