#!/bin/sh
# paper-s4-array.sh: what the layers of a network cost in a 16 x 16 array of one cell.
# usage: paper-s4-array.sh VARIMAC PPA_DIR NETWORK.tflite 'OPT ...' 'CELL ...'
# PPA_DIR/ppa.json has figures of that network's operands, of these cells' PEs and of the hardware
# of each OPT (OPT_CORRECTION). On stdout, tab-separated: cell, OPT, MAC layer counted from 0, or
# `rest`: cycles that are no layer's, pJ of an inference.
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 dir=$2 network=$3 opts=$4 cells=$5
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
for cell in $cells; do
  for opt in $opts; do
    # Coefficients decide no cycle and no design, so none are fitted.
    "$varimac" energy --ppa "$dir/ppa.json" --net "$network" --mult "$cell" --correction none \
      --opt-correction "$opt" --rows 16 --cols 16 --csv "$tmp/layers.csv" > "$tmp/out"
    awk -F , -v OFS='\t' -v cell="$cell" -v opt="$opt" '
      NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
      $at["kind"] == "all" { next }
      $at["job"] == "MAC" {
        printf "%s\t%s\t%d\t%.17g\n", cell, opt, layer++, $at["energy_pj"]
        next
      }
      { rest += $at["energy_pj"] }
      END { printf "%s\t%s\trest\t%.17g\n", cell, opt, rest }' "$tmp/layers.csv"
  done
done
