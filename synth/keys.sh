#!/bin/sh
# keys.sh: the content hash of netlists to map: of Verilog text, library, recipe and settings.
# usage: keys.sh < LINES, each "NAME VARIANT DELAY_PS TOP FILE ..."; prints "KEY NAME" in order.
# File names and dates do not matter, nor which design it is for: the same text is the same netlist.
# Environment: see map.sh.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(dirname "$0")
. "$here/common.sh"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# sum FILE ...: of their text. A file that is not there must not be the same as an empty one.
sum() {
  cat "$@" > "$tmp/text" || die "no key without these files"
  sha256sum < "$tmp/text" | cut -c 1-64
}

cat > "$tmp/lines"
recipe=$(sum "$here/recipe.sh" "$here/map.ys" "$here/parts.awk")
# Another text of the same netlists keeps the name of the first.
recipe=$(awk -v name="$recipe" '$1 == name { name = $2 } END { print name }' "$here/recipes.tbl")
adders=$(sum "$here/adders.v" ${ADDER_MAP_FILE:+"$ADDER_MAP_FILE"})
library=$(sum "$VMAC_LIB")
# Each file once, however many designs it is part of.
awk '{ for (i = 5; i <= NF; i++) if (!seen[$i]++) print $i }' "$tmp/lines" |
  xargs sha256sum > "$tmp/sums"
awk -v out="$tmp/key." -v common="$(yosys -V | cut -d ' ' -f 1-2) $recipe $library" \
  -v drive="$ABC_DRIVER_CELL $ABC_LOAD_IN_FF" -v adders="$adders" '
  NR == FNR { sum[$2] = $1; next }
  {
    file = out sprintf("%06d", FNR)
    print common, drive, $2 == "adders" ? adders : "-", $2, $3, $4 > file
    for (i = 5; i <= NF; i++) print sum[$i] > file
    close(file)
  }' "$tmp/sums" "$tmp/lines"
find "$tmp" -name 'key.*' | sort | xargs sha256sum | cut -c 1-64 |
  paste -d ' ' - "$tmp/lines" | cut -d ' ' -f 1,2
