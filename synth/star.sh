#!/bin/sh
# star.sh: how far the figures of the inferred `*` move when only yosys' numbering changes.
# usage: star.sh DIR 'CELL ...' 'RUN ...' 'VARIANT ...'
# Reads DIR/CELL/VARIANT/ and DIR/star/CELL-RUN/VARIANT/; prints CSV: minimum, median, maximum.
# SPDX-License-Identifier: Apache-2.0
set -eu

dir=$1 cells=$2 runs=$3 variants=$4
echo "name,variant,figure,numberings,min,median,max"
for cell in $cells; do
  for variant in $variants; do
    for figure in area_um2 delay_ns energy_pj; do
      for folder in "$dir/$cell" $(printf "$dir/star/$cell-%s " $runs); do
        cat "$folder/$variant/energy.txt" "$folder/$variant/delay.txt"
      done | tr ' ' '\n' | sed -n "s/^$figure=//p" | sort -n |
        awk -v head="$cell,$variant,$figure" -f "$(dirname "$0")/spread.awk"
    done
  done
done
