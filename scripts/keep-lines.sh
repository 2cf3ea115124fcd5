#!/bin/sh
# keep-lines.sh: lines of measured results, each behind the key of what it is of, from other files
# into FILE; of one key the first stays, FILE's own before others'. FILE is made where it is not
# there; a file whose header is another is another version's, and is left out.
# usage: keep-lines.sh FILE HEADER [OTHER.csv ...]
# SPDX-License-Identifier: Apache-2.0
set -eu
file=$1 header=$2
shift 2
mkdir -p "$(dirname "$file")"
{
  echo "$header"
  for other in "$file" "$@"; do
    [ ! -e "$other" ] || awk -F , -v header="$header" -v name="$other" '
      FNR == 1 { columns = split(header, title); good = $0 == header; next }
      !good { next }
      NF != columns || $1 !~ /^[0-9a-f]+$/ {
        print "keep-lines.sh: " name ":" FNR ": expected " columns " columns behind a key, found " \
          $0 "; remove the line" > "/dev/stderr"
        exit 1
      }
      { print }' "$other" || exit 1
  done
} > "$file.new" || { rm -f "$file.new"; exit 1; }
awk -F , '!seen[$1]++' "$file.new" > "$file.kept"
rm -f "$file.new"
mv "$file.kept" "$file"
