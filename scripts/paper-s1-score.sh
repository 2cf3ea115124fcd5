#!/bin/sh
# paper-s1-score.sh: accuracy of a network with every cell and mode, on its own test images.
# usage: paper-s1-score.sh VARIMAC MANIFEST NET OUT_DIR IMAGES CALIB MODES 'EXACT ...' 'CELL ...' \
#          [MEASURED.csv]
# NET names weights/NET.tflite; MANIFEST says what it was trained on, whose training images
# calibrate: the first CALIB. IMAGES: the first so many test images; empty: all. Exact cells are
# scored uncorrected. Leaves OUT_DIR/NET.exact.csv and NET.cells.csv, what was asked for, and
# OUT_DIR/NET.known.csv: every point that was ever scored, so that no list of cells or modes costs
# what another one had already. MEASURED.csv, if any, has points that another tree scored; each says
# what it is of (network, table, data, calibration), so that one which no longer holds is not taken.
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 manifest=$2 net=$3 out=$4 images=$5 calib=$6 modes=$7 exact=$8
shift 8
cells=$1 measured=${2-}
file=weights/$net.tflite

data=$(sh "$(dirname "$0")/paper-s1-data.sh" "$manifest" "$net")

known=$out/$net.known.csv
mkdir -p "$out"
# Whole lines of both files, once; another header is another version's file.
keep() {
  [ -e "$1" ] || return 0
  [ -e "$known" ] || head -n 1 "$1" > "$known"
  awk 'NR == 1 { header = $0 } FNR == 1 { good = $0 == header; if (NR > 1) next }
    good && !seen[$0]++' "$1" "$known" > "$known.new"
  mv "$known.new" "$known"
}
# score MODES CELLS FILE
score() {
  keep "$3" # of a run that was stopped
  [ ! -e "$known" ] || cp "$known" "$3"
  "$varimac" sweep --net "$file" --data "$data:test" ${images:+--images "$images"} \
    --calib "$data:train" --calib-images "$calib" --modes "$1" \
    --mults "$(echo "$2" | tr -s ' ' ,)" -o "$3" > "$out/$net.log"
  keep "$3"
}
[ -z "$measured" ] || keep "$measured"
score none "$exact" "$out/$net.exact.csv"
score "$modes" "$cells" "$out/$net.cells.csv"
