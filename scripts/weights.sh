#!/bin/sh
# Without NET: quantizes every weights/*.safetensors, measures both networks on the test images of
# its data set and writes weights/MANIFEST.tsv. What that has already, both files with their digests,
# stays: on another kind of CPU ranges may come out otherwise. The new files are renamed into their
# places once all is measured.
# With NET: trains weights/NET.safetensors again in build/weights by the command that it records,
# quantizes what comes out and compares both with the shipped files. A stopped run goes on where it
# was. LeNet-5 takes minutes, the others half an hour and more.
# usage: scripts/weights.sh VARIMAC [NET]
# exit:  1 where NET's new files differ from the shipped ones: on another kind of CPU oneDNN may
#        round otherwise
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")/.."
varimac=$1
images=1000

# meta FILE KEY: a text of the safetensors header, which is one JSON line.
meta() {
  head -c 8192 "$1" | tr -d '\000' | grep -ao "\"$2\":\"[^\"]*\"" | head -1 | cut -d'"' -f4
}

# data FILE: the training set its command names.
data() {
  meta "$1" command | sed 's/.* --data \([^ ]*\).*/\1/'
}

if [ $# -gt 1 ]; then
  shipped=weights/$2 again=build/weights/$2
  if [ ! -e "$shipped.safetensors" ]; then
    echo "weights.sh: no network '$2'; shipped: $(cd weights && echo *.safetensors)" >&2
    exit 1
  fi
  mkdir -p build/weights
  resume=
  [ ! -e "$again.ckpt.safetensors" ] || resume=--resume
  # shellcheck disable=SC2046 # a command line, to be split
  "$varimac" $(meta "$shipped.safetensors" command | sed 's/^varimac //') $resume \
    --out "$again.safetensors"
  "$varimac" quantize --in "$again.safetensors" --out "$again.tflite" \
    --data "$(data "$again.safetensors")" --images $images > "$again.log"
  cmp "$again.safetensors" "$shipped.safetensors"
  cmp "$again.tflite" "$shipped.tflite"
  echo "$2: trained and quantized again: the shipped bytes"
  exit
fi

new=$(mktemp -d weights/new.XXXXXX)
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM

# row NAME FILE FLOAT INT8 SEED COMMAND
row() {
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$(sha256sum < "$2" | cut -d' ' -f1)" \
    "$(wc -c < "$2")" "$3" "$4" "$5" "$6"
}

# kept FILE: its row, where the file is what the row says.
kept() {
  awk -F '\t' -v OFS='\t' -v name="$(basename "$1")" -v sum="$(sha256sum < "$1" | cut -d' ' -f1)" \
    '$1 == name && $2 == sum { found = 1; print } END { exit !found }' weights/MANIFEST.tsv
}

printf 'file\tsha256\tbytes\tfloat_accuracy\tint8_accuracy\tseed\tcommand\n' > "$new/MANIFEST.tsv"
for float in weights/*.safetensors; do
  name=$(basename "$float" .safetensors)
  if [ -e "weights/$name.tflite" ] && kept "$float" > "$new/rows" &&
    kept "weights/$name.tflite" >> "$new/rows"; then
    cat "$new/rows" >> "$new/MANIFEST.tsv"
    continue
  fi
  set=$(data "$float")
  "$varimac" quantize --in "$float" --out "$new/$name.tflite" --data "$set" --images $images \
    --test "${set%:train}:test" > "$new/log"
  cat "$new/log"
  real=$(sed -n 's/.* images: float \([0-9.]*\) %, .*/\1/p' "$new/log")
  integer=$(sed -n 's/.* %, int8 \([0-9.]*\) %, .*/\1/p' "$new/log")
  seed=$(meta "$float" seed)
  row "$name.safetensors" "$float" "$real" - "$seed" "$(meta "$float" command) --out $float" \
    >> "$new/MANIFEST.tsv"
  row "$name.tflite" "$new/$name.tflite" "$real" "$integer" "$seed" \
    "varimac quantize --in $float --out weights/$name.tflite --data $set --images $images" \
    >> "$new/MANIFEST.tsv"
done
for file in "$new"/*.tflite; do [ ! -e "$file" ] || mv "$file" weights/; done
mv "$new/MANIFEST.tsv" weights/
