#!/bin/sh
# Quantizes every weights/*.safetensors, measures both networks on the 10,000 CIFAR-10 test images
# and writes weights/MANIFEST.tsv. Training itself is the command in the table: it takes 30 minutes
# and more, so it is not run from here. usage: weights/manifest.sh [VARIMAC]
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")/.."
varimac=${1:-build/varimac}
new=$(mktemp weights/MANIFEST.XXXXXX)
trap 'rm -f "$new"' EXIT
calibration='--data cifar10:train --images 1000'

# row FILE FLOAT INT8 SEED COMMAND
row() {
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$(basename "$1")" "$(sha256sum < "$1" | cut -d' ' -f1)" \
    "$(wc -c < "$1")" "$2" "$3" "$4" "$5"
}

# meta FILE KEY: a text of the safetensors header, which is one JSON line.
meta() {
  head -c 4096 "$1" | tr -d '\000' | grep -ao "\"$2\":\"[^\"]*\"" | head -1 | cut -d'"' -f4
}

printf 'file\tsha256\tbytes\tfloat_accuracy\tint8_accuracy\tseed\tcommand\n' > "$new"
for float in weights/*.safetensors; do
  int8=${float%.safetensors}.tflite
  # shellcheck disable=SC2086 # options, to be split
  "$varimac" quantize --in "$float" --out "$int8" $calibration --test cifar10:test > "$new.log"
  cat "$new.log"
  real=$(sed -n 's/.* images: float \([0-9.]*\) %, .*/\1/p' "$new.log")
  integer=$(sed -n 's/.* %, int8 \([0-9.]*\) %, .*/\1/p' "$new.log")
  rm -f "$new.log"
  seed=$(meta "$float" seed)
  row "$float" "$real" - "$seed" "$(meta "$float" command) --out $float" >> "$new"
  row "$int8" "$real" "$integer" "$seed" \
    "varimac quantize --in $float --out $int8 $calibration" >> "$new"
done
chmod 644 "$new"
mv "$new" weights/MANIFEST.tsv
