#!/bin/sh
# paper-s1-data.sh: the data set that a network was calibrated on, as its row of the manifest says.
# usage: paper-s1-data.sh MANIFEST NET
# SPDX-License-Identifier: Apache-2.0
set -eu
data=$(awk -F '\t' -v file="$2.tflite" '$1 == file && match($7, /--data [^ ]*:train/) {
  print substr($7, RSTART + 7, RLENGTH - 13) }' "$1")
[ "$data" ] || {
  echo "paper-s1: $1: expected a row $2.tflite whose command has --data SET:train" >&2
  exit 1
}
echo "$data"
