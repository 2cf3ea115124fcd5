#!/bin/sh
# write-lines.sh: standard input's lines "NAME TEXT" as DIR/NAME/line.txt, each written only where
# the text changes: what depends on one line is not made again for another's.
# usage: write-lines.sh DIR < LINES
# SPDX-License-Identifier: Apache-2.0
set -eu

while read -r name text; do
  file=$1/$name/line.txt
  if [ ! -f "$file" ] || ! IFS= read -r old < "$file" || [ "$old" != "$text" ]; then
    mkdir -p "$1/$name"
    printf '%s\n' "$text" > "$file"
  fi
done
