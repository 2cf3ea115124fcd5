#!/bin/sh
# keys.sh: the content hash of netlists to map: of Verilog text, library, recipe and settings.
# usage: keys.sh < LINES, each "NAME VARIANT DELAY_PS TOP FILE ..."; prints "KEY NAME" in order.
# File names and dates do not matter, nor which design it is for: the same text is the same netlist.
# Environment: see map.sh.
# SPDX-License-Identifier: Apache-2.0
set -eu

here=$(dirname "$0")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

cat > "$tmp/lines"
recipe=$(cat "$here/map.sh" "$here/map.ys" "$here/parts.awk" | sha256sum | cut -c 1-64)
adders=$(cat "$here/adders.v" ${ADDER_MAP_FILE:+"$ADDER_MAP_FILE"} | sha256sum | cut -c 1-64)
library=$(sha256sum < "$VMAC_LIB" | cut -c 1-64)
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
