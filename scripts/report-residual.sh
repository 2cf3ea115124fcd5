#!/bin/sh
# report-residual.sh: what correction leaves of each layer's error of a network, for a few cells and
# modes on few images: rows as of `make paper-s1`, which measures more of it.
# usage: report-residual.sh VARIMAC NETWORK.tflite DATA CALIB 'CELL ...' 'MODE ...' OUT.tsv
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 network=$2 data=$3 calib=$4 cells=$5 modes=$6 out=$7
dir=$out.rows
mkdir -p "$dir"
trap 'rm -rf "$dir"' EXIT
rows=$dir/$(basename "$network" .tflite).residual.csv
images() { "$varimac" data info "$1" | awk '/^images  / { print $2 }'; }
of=$(images "$data"),"$(images "$calib") of $calib"
: > "$rows"
for cell in $cells; do
  for mode in $modes; do
    "$varimac" eval --net "$network" --data "$data" --mult "$cell" --correction "$mode" \
      --calib "$calib" --residuals "$dir/one.csv" > /dev/null
    awk -v of="$of" -v head="$(wc -c < "$rows")" '
      NR == 1 { if (!head) print "images,calibration," $0; next } { print of "," $0 }' \
      "$dir/one.csv" >> "$rows"
  done
done
awk -f "$(dirname "$0")/paper-s1-residual.awk" "$rows" > "$dir/all"
mv "$dir/all" "$out"
