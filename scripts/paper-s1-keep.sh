#!/bin/sh
# paper-s1-keep.sh: ships the points that were scored of a network, beside those shipped already.
# usage: paper-s1-keep.sh NET OUT_DIR MEASURED_DIR
# From OUT_DIR/NET.known.csv (paper-s1-score.sh) into MEASURED_DIR/NET.scores.csv: the points of the
# network that OUT_DIR/NET.exact.csv is of, once each, in one order: the same points, the same bytes.
# SPDX-License-Identifier: Apache-2.0
set -eu
net=$1 known=$2/$1.known.csv exact=$2/$1.exact.csv out=$3/$1.scores.csv

[ -e "$known" ] && [ -e "$exact" ] || {
  echo "paper-keep: $net: no points in $2 (make paper-s1)"
  exit 0
}
mkdir -p "$3"
trap 'rm -f "$out.new"' EXIT
trap 'exit 130' INT TERM
head -n 1 "$known" > "$out.new"
for file in "$known" "$out"; do
  [ ! -e "$file" ] || awk -F , '
    NR == 1 { header = $0; for (i = 1; i <= NF; i++) at[$i] = i; next }
    NR == FNR { network = $at["network"]; next }
    FNR == 1 { if ($0 != header) exit; next } # another version
    $at["network"] == network' "$exact" "$file"
done | LC_ALL=C sort -u >> "$out.new"
mv "$out.new" "$out"
echo "paper-keep: $net: $(($(wc -l < "$out") - 1)) points in $out"
