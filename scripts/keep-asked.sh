#!/bin/sh
# keep-asked.sh: of measured lines those that are asked for now, into a file of the tree; lines that
# it has stay. Sorted by what they are of, so that a change of it is the lines that are new.
# usage: keep-asked.sh FILE HEADER KEYED KNOWN.csv
# SPDX-License-Identifier: Apache-2.0
set -eu
file=$1 header=$2 keyed=$3 known=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
awk -F '[,\t]' 'FILENAME == ARGV[1] { asked[$1]; next } FNR == 1 || $1 in asked' "$keyed" "$known" \
  > "$work/asked.csv"
sh "$(dirname "$0")/keep-lines.sh" "$work/all.csv" "$header" "$file" "$work/asked.csv"
mkdir -p "$(dirname "$file")"
{ head -n 1 "$work/all.csv"; tail -n +2 "$work/all.csv" | LC_ALL=C sort -t , -k 2; } > "$file.new"
mv "$file.new" "$file"
echo "$file: $(($(wc -l < "$file") - 1)) lines"
