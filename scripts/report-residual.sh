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
list() { echo "$*" | tr -s ' ' ,; }
"$varimac" residuals --net "$network" --data "$data" --mults "$(list $cells)" \
  --modes "$(list $modes)" --calib "$calib" -o "$dir/left.csv" > /dev/null
for cell in $cells; do
  for mode in $modes; do
    grep -q "^$cell,$mode," "$dir/left.csv" || { echo "report-residual: $cell $mode: no rows" >&2; exit 1; }
  done
done
awk -v of="$of" '{ print (NR == 1 ? "images,calibration" : of) "," $0 }' \
  "$dir/left.csv" > "$rows"
awk -f "$(dirname "$0")/paper-s1-residual.awk" "$rows" > "$dir/all"
mv "$dir/all" "$out"
