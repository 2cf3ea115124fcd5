#!/bin/sh
# star.sh: how far the figures of the inferred `*` move when only yosys' numbering changes.
# usage: star.sh DIR 'CELL ...' 'RUN ...'
# Reads DIR/CELL-RUN/VARIANT/, prints CSV: minimum, median and maximum over the runs.
# SPDX-License-Identifier: Apache-2.0
set -eu

dir=$1 cells=$2 runs=$3
echo "name,variant,figure,runs,min,median,max"
for cell in $cells; do
  for variant in plain adders; do
    for figure in area_um2 delay_ns energy_pj; do
      for run in $runs; do
        cat "$dir/$cell-$run/$variant/energy.txt" "$dir/$cell-$run/$variant/delay.txt"
      done | tr ' ' '\n' | sed -n "s/^$figure=//p" | sort -n |
        awk -v head="$cell,$variant,$figure" -f "$(dirname "$0")/spread.awk"
    done
  done
done
