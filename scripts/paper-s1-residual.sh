#!/bin/sh
# paper-s1-residual.sh: what correction leaves of each layer's error, foretold and measured, for the
# points that paper-s1-score.sh left in OUT_DIR/NET.cells.csv.
# usage: paper-s1-residual.sh VARIMAC MANIFEST NET OUT_DIR GMACS IMAGES CALIB 'CELL ...'
# The first test images, at least IMAGES, and the first training images, which calibrate, at least
# CALIB: more of a network that is small enough (paper-s1-images.sh). The first test images need not
# be like the rest, nor few training images like the others. Tuned weights are left out: they are
# another network's. Leaves OUT_DIR/NET.residual.csv, the rows of `varimac residuals` behind
# what they are of, and OUT_DIR/NET.residual.known.csv with every row that was ever made, so that a
# run that was stopped goes on.
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 manifest=$2 net=$3 out=$4 gmacs=$5 least=$6 calib=$7
shift 7
cells=$1
scripts=$(dirname "$0")
data=$(sh "$scripts/paper-s1-data.sh" "$manifest" "$net")
count() { # SPEC LEAST
  sh "$scripts/paper-s1-images.sh" "$varimac" "weights/$net.tflite" "$1" "$gmacs" "$2"
}
images=$(count "$data:test" "$least")
calib=$(count "$data:train" "$calib")
points=$out/$net.cells.csv
known=$out/$net.residual.known.csv
new=$out/$net.residual.new
trap 'rm -f "$new" "$new.csv"' EXIT
trap 'exit 130' INT TERM

# A point: cell, mode, and what the rows are of, which stands before them. Not the program, of which
# a point's accuracy does not know either.
asked() {
  awk -F , -v cells=" $cells " -v of="$data:test,$images,$calib of $data:train" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    index(cells, " " $at["mult"] " ") && $at["correction"] !~ /\+tune$/ {
      print $at["mult"], $at["correction"], $at["network"] "," $at["table"] "," $at["x"] "," of
    }' "$points"
}
rows() { # KEY CELL MODE: those that are known
  [ ! -e "$known" ] || awk -v key="$1,$2,$3," 'index($0, key) == 1' "$known"
}
keep() { # KEY: the program's rows in $new.csv, whole or not at all
  head='network,table,x,data,images,calibration,'$(head -n 1 "$new.csv")
  { # another header is another version's file
    echo "$head"
    [ ! -e "$known" ] || [ "$(head -n 1 "$known")" != "$head" ] || tail -n +2 "$known"
    tail -n +2 "$new.csv" | awk -v key="$1" '{ print key "," $0 }'
  } > "$new"
  mv "$new" "$known"
}

# The points of a cell that are not known, in one run: they share its calibration.
asked | awk '{ key = $0; sub(/^[^ ]+ [^ ]+ /, "", key) } !seen[$1]++ { print $1, key }' |
  while read -r cell key; do
    modes=
    for mode in $(asked | awk -v cell="$cell" '$1 == cell { print $2 }'); do
      [ "$(rows "$key" "$cell" "$mode")" ] || modes=$modes,$mode
    done
    [ "$modes" ] || continue
    echo "  LEFT    $net: $cell"
    "$varimac" residuals --net "weights/$net.tflite" --data "$data:test" --images "$images" \
      --mults "$cell" --modes "${modes#,}" --calib "$data:train" --calib-images "$calib" \
      -o "$new.csv" > "$out/$net.residual.log"
    keep "$key"
    for mode in $(echo "$modes" | tr , ' '); do
      [ "$(rows "$key" "$cell" "$mode")" ] || {
        echo "paper-s1-residual: $net: $cell $mode was scored, but has no rows: why stands above" >&2
        exit 1
      }
    done
  done
{
  [ ! -e "$known" ] || head -n 1 "$known"
  asked | while read -r cell mode key; do rows "$key" "$cell" "$mode"; done
} > "$new"
mv "$new" "$out/$net.residual.csv"
