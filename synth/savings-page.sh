#!/bin/sh
# savings-page.sh: the tables of one library's savings, with what they were made with, as Markdown.
# usage: savings-page.sh SAVINGS.tsv
# SPDX-License-Identifier: Apache-2.0
set -eu
tsv=$1
here=$(dirname "$0")
platform=$(basename "$tsv" .tsv)

table() { # BASELINE TITLE
  printf '### %s: saved against %s\n\n' "$platform" "$2"
  awk -v style=md -v against="$1" -v area=1 -f "$here/savings-table.awk" "$tsv"
  echo
}

printf '## Savings on %s\n\n```\n' "$platform"
sed -n 's/^# //p' "$tsv"
printf '```\n\n'
printf 'In percent: area; energy a multiplication without glitches / with inertial delays.\n\n'
table dadda 'the structural Dadda multiplier'
table star 'the inferred `*`'
