#!/bin/sh
# paper-s0-run.sh: one measurement of the information plane's campaign: its network trained, where
# it is not there yet, and kept after every epoch; that of one epoch exported as TFLite, scored, and
# its layers measured. Prints, tab-separated:
#   status    done, or diverged, which is a result too: then the rest is empty
#   accuracy  percent of the test images
#   layers    OP:KIND:I(T;X):I(T;Y) of each layer that all behind it sees the image through, parted
#             by spaces; bits, by kernel (at least) and by probe
# usage: [S0_CALIB=N] [S0_PLANE='OPTION ...'] paper-s0-run.sh VARIMAC FOLDER CONFIG_TEXT
# CONFIG_TEXT is of paper-s0-asked.awk. S0_CALIB: training images that ranges, corrections and
# controls are of; S0_PLANE: of `varimac plane`. Networks are in ../nets beside FOLDER's own folder.
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 folder=$2 config=$3
calib=${S0_CALIB:-1000}
text_of() { # KEY
  printf '%s\n' "$config" | sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p"
}
number_of() { # KEY
  printf '%s\n' "$config" | sed -n "s/.*\"$1\": \([0-9]*\)[,}].*/\1/p"
}
train=$(printf '%s\n' "$config" | sed 's/.*"train": \(.*\)}$/\1/')
# Found again by all that it is of: images, options, the rules of training, the tables of its cells.
scripts=$(dirname "$0")
name=$(printf 'of\tconfig\n%s\t%s\n' "$(text_of images)" "$train" |
  sh "$scripts/run-keys.sh" "$varimac" | awk 'NR == 2 { print $1 }')
[ "$name" ] || exit 1 # said
net=$(dirname "$folder")/../nets/$name
mkdir -p "$folder" "$net"
if [ ! -e "$net/status" ]; then
  status=$(sh "$scripts/train-run.sh" "$varimac" "$net" "$train" \
    --keep-epochs "$net/epochs" | cut -f 1)
  [ "$status" ] || exit 1 # said
  echo "$status" > "$net/status.new"
  mv "$net/status.new" "$net/status"
fi
case $(cat "$net/status") in
  done) ;;
  diverged)
    printf 'diverged\t\t\n'
    exit
    ;;
  *)
    echo "paper-s0-run.sh: $net/status: expected done or diverged; remove the folder" >&2
    exit 1
    ;;
esac
data=$(text_of data)
"$varimac" quantize --in "$net/epochs/epoch-$(printf %03d "$(number_of epoch)").safetensors" \
  --out "$folder/run.tflite" --data "$data" --images "$calib" > "$folder/export.log"
set -- --net "$folder/run.tflite" --data "$(text_of test)"
with=$(text_of with) control=$(text_of control)
if [ "$with" ]; then
  cell=${with#bit_true:}
  mode=${cell##*:}
  set -- "$@" --mult "${cell%:*}" --correction "$mode"
  [ -z "$control" ] || set -- "$@" --control "$control" --seed "$(number_of seed)"
  case $control$mode in
    none | paper) ;; # nothing is fitted, nothing measured
    *) set -- "$@" --calib "$data" --calib-images "$calib" ;;
  esac
fi
"$varimac" eval "$@" > "$folder/eval.log"
# shellcheck disable=SC2086 # options are words
"$varimac" plane "$@" ${S0_PLANE-} --csv "$folder/plane.csv" > "$folder/plane.log"
awk -v log_file="$folder/eval.log" '
  FILENAME == ARGV[1] { if ($1 == "accuracy") accuracy = $2; next }
  FNR == 1 { FS = ","; $0 = $0; for (i = 1; i <= NF; i++) at[$i] = i; next }
  $at["cut"] != "yes" || $at["op"] < 0 { next }
  { key = $at["op"] ":" $at["kind"] }
  # the last of two networks, that with the cell
  $at["estimator"] == "kernel" && $at["quantity"] == "I(T;X) at least" {
    if (!(key in x)) order[++n] = key
    x[key] = $at["value"]
  }
  $at["estimator"] == "probe" && $at["quantity"] == "I(T;Y)" { y[key] = $at["value"] }
  END {
    if (accuracy == "" || !n) {
      print log_file ": expected an accuracy, and layers in plane.csv beside it" > "/dev/stderr"
      exit 1
    }
    printf "done\t%s\t", accuracy
    for (i = 1; i <= n; i++)
      printf "%s%s:%.5g:%.5g", (i > 1 ? " " : ""), order[i], x[order[i]], y[order[i]]
    print ""
  }' "$folder/eval.log" "$folder/plane.csv"
rm -f "$folder/run.tflite" "$folder/plane.csv"
