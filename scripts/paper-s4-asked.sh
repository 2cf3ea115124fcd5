#!/bin/sh
# paper-s4-asked.sh: what every search of a campaign is of beside its options, and what the exact
# network answers, which savings and losses are beside.
# usage: paper-s4-asked.sh VARIMAC NET.tflite COSTS.tsv DATA IMAGES JUDGES TEST TEST_IMAGES OUT_DIR
# IMAGES, TEST_IMAGES: the first so many; TEST_IMAGES empty: all. JUDGES: so many behind IMAGES. Leaves
# OUT_DIR/exact.tsv (judges, how many of them right, test images, right), made anew where what it is
# of changes, and OUT_DIR/of: what that is, hashes of the images, and of each cell of the costs a
# line with its table's hash.
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 net=$2 costs=$3 data=$4 images=$5 judges=$6 test=$7 test_images=$8 out=$9
mkdir -p "$out"
digests() { # SPEC
  "$varimac" data info "$1" | awk '/ fnv1a64 / { printf "%s%s", sep, $3; sep = "." }'
}
right() { # SPEC IMAGES: images and how many the exact network answers rightly
  "$varimac" eval --net "$net" --data "$1" ${2:+--images "$2"} > "$out/exact.log"
  awk -v OFS='\t' '$1 == "images" { n = $2 }
    $1 == "accuracy" { sub(/.*\(/, ""); print n, $1 + 0 }' "$out/exact.log"
}
# Data sets are known by name where only their digests would take seconds to find again.
made="$(sha256sum < "$net" | cut -c 1-16) $data $images+$judges $test $test_images"
if [ "$(head -n 1 "$out/of" 2> /dev/null)" != "$made" ] || [ ! -s "$out/exact.tsv" ]; then
  of_data=$(digests "$data")
  of_test=$(digests "$test")
  [ "$of_data" ] && [ "$of_test" ] || exit 1 # said
  on_data=$(right "$data" "$images")
  on_all=$(right "$data" $((images + judges)))
  on_test=$(right "$test" "$test_images")
  [ "$on_data" ] && [ "$on_all" ] && [ "$on_test" ] || exit 1 # said
  echo "$on_data $on_all $on_test" |
    awk -v OFS='\t' '{ print $3 - $1, $4 - $2, $5, $6 }' > "$out/exact.tsv.new"
  mv "$out/exact.tsv.new" "$out/exact.tsv"
  printf '%s\n%s %s\n' "$made" "$of_data" "$of_test" > "$out/of.data"
fi
{
  cat "$out/of.data"
  for cell in $(awk -F '\t' '/^#/ || $1 == "name" { next } { print $1 }' "$costs"); do
    "$varimac" mult info "$cell" | sed -n "s/^table hash  */$cell /p"
  done
} > "$out/of.new"
mv "$out/of.new" "$out/of"
