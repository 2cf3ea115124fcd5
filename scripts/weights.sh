#!/bin/sh
# Quantizes every weights/*.safetensors, measures both networks on the 10,000 CIFAR-10 test images
# and writes weights/MANIFEST.tsv. Training itself is the command in the table: it takes 30 minutes
# and more, so it is not run from here. The new files are renamed over the shipped ones once all is
# measured.
# usage: scripts/weights.sh [VARIMAC]
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")/.."
varimac=${1:-build/varimac}
new=$(mktemp -d weights/new.XXXXXX)
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM
calibration='--data cifar10:train --images 1000'

# row NAME FILE FLOAT INT8 SEED COMMAND
row() {
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$(sha256sum < "$2" | cut -d' ' -f1)" \
    "$(wc -c < "$2")" "$3" "$4" "$5" "$6"
}

# meta FILE KEY: a text of the safetensors header, which is one JSON line.
meta() {
  head -c 4096 "$1" | tr -d '\000' | grep -ao "\"$2\":\"[^\"]*\"" | head -1 | cut -d'"' -f4
}

printf 'file\tsha256\tbytes\tfloat_accuracy\tint8_accuracy\tseed\tcommand\n' > "$new/MANIFEST.tsv"
for float in weights/*.safetensors; do
  name=$(basename "$float" .safetensors)
  # shellcheck disable=SC2086 # options, to be split
  "$varimac" quantize --in "$float" --out "$new/$name.tflite" $calibration --test cifar10:test \
    > "$new/log"
  cat "$new/log"
  real=$(sed -n 's/.* images: float \([0-9.]*\) %, .*/\1/p' "$new/log")
  integer=$(sed -n 's/.* %, int8 \([0-9.]*\) %, .*/\1/p' "$new/log")
  seed=$(meta "$float" seed)
  row "$name.safetensors" "$float" "$real" - "$seed" "$(meta "$float" command) --out $float" \
    >> "$new/MANIFEST.tsv"
  row "$name.tflite" "$new/$name.tflite" "$real" "$integer" "$seed" \
    "varimac quantize --in $float --out weights/$name.tflite $calibration" >> "$new/MANIFEST.tsv"
done
mv "$new"/*.tflite "$new/MANIFEST.tsv" weights/
