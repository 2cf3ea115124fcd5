#!/bin/sh
# train-run.sh: one training run from its config, in a folder of its own; one that was stopped goes
# on behind its last epoch. Leaves FOLDER/run.safetensors and run.jsonl and prints, tab-separated:
#   status        done, or diverged, which is a result too: then the rest is empty
#   accuracy      percent of the test images after the last epoch, with exact products
#   so            the same multiplied as that epoch was, where it was not exact
#   approximate   epochs that were not exact
# usage: train-run.sh VARIMAC FOLDER CONFIG_TEXT [OPTION ...]    of `varimac train`, besides
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 folder=$2 config=$3
shift 3
out=$folder/run.safetensors
mkdir -p "$folder"
printf '%s\n' "$config" > "$folder/run.json"
resume=
[ ! -e "$folder/run.ckpt.safetensors" ] || resume=--resume
status=0
# shellcheck disable=SC2086 # an option or none
"$varimac" train --config "$folder/run.json" $resume "$@" --out "$out" > "$folder/run.log" \
  2> "$folder/run.err" || status=$?
if [ $status -ne 0 ]; then
  if [ $status -eq 1 ] && grep -q 'the training diverged' "$folder/run.err"; then
    rm -f "$folder/run.ckpt.safetensors"
    printf 'diverged\t\t\t\n'
    exit
  fi
  grep -v "^train: " "$folder/run.err" | sed "s|^|$folder: |" >&2 || true
  exit $status
fi
epochs=$(printf '%s\n' "$config" | sed 's/.*"epochs": \([0-9]*\).*/\1/')
awk -v epochs="$epochs" -v file="$folder/run.jsonl" '
  function accuracy(of,  text) {
    if (!match($0, "\"" of "\":{[^}]*\"accuracy\":[0-9.e+-]*")) return ""
    text = substr($0, RSTART, RLENGTH)
    sub(/.*"accuracy":/, "", text)
    return text
  }
  /^\{"epoch":/ {
    lines++
    test = accuracy("test")
    so = accuracy("test_so_multiplied")
    approximate += so != ""
  }
  END {
    if (lines != epochs || test == "") {
      print file ": expected " epochs " epochs, found " lines + 0 "; remove its folder" \
        > "/dev/stderr"
      exit 1
    }
    printf "done\t%s\t%s\t%d\n", test, so, approximate
  }' "$folder/run.jsonl"
