#!/bin/sh
# retrain-run.sh: one point of a retraining campaign: trained from its config, none where that has 0
# epochs, exported as TFLite, and scored with its cell and mode. Prints, tab-separated: status, done
# or diverged, and percent of the test images that the exported network answers rightly.
# usage: [RETRAIN_CALIB=N] retrain-run.sh VARIMAC FOLDER CONFIG_TEXT
# RETRAIN_CALIB: training images that ranges and corrections are found on.
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 folder=$2 config=$3
calib=${RETRAIN_CALIB:-1000}
text_of() { # KEY
  printf '%s\n' "$config" | sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p"
}
cell=$(printf '%s\n' "$config" | sed 's/.*bit_true:\([^:"]*\).*/\1/')
mode=$(printf '%s\n' "$config" | sed 's/.*bit_true:[^:"]*:\([^:"]*\).*/\1/')
data=$(text_of data)
mkdir -p "$folder"
case $config in
  *'"epochs": 0,'*) weights=$(text_of from) ;;
  *)
    weights=$folder/run.safetensors
    if [ ! -e "$weights" ]; then
      status=$(sh "$(dirname "$0")/train-run.sh" "$varimac" "$folder" "$config" | cut -f 1)
      case $status in
        done) ;;
        diverged) printf 'diverged\t\n' && exit ;;
        *) exit 1 ;; # said
      esac
    fi
    ;;
esac
"$varimac" quantize --in "$weights" --out "$folder/run.tflite" --data "$data" --images "$calib" \
  > "$folder/export.log"
set -- --net "$folder/run.tflite" --mult "$cell" --correction "$mode" --data "$(text_of test)"
case $mode in
  none | paper) ;; # nothing is fitted
  *) set -- "$@" --calib "$data" --calib-images "$calib" ;;
esac
"$varimac" eval "$@" > "$folder/eval.log"
awk -v file="$folder/eval.log" '$1 == "accuracy" { found = $2 }
  END {
    if (found == "") { print file ": expected an accuracy" > "/dev/stderr"; exit 1 }
    printf "done\t%s\n", found
  }' "$folder/eval.log"
rm -f "$folder/run.tflite"
