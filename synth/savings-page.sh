#!/bin/sh
# savings-page.sh: the tables of one library's savings, with what they were made with.
# usage: savings-page.sh md|html SAVINGS.tsv
# SPDX-License-Identifier: Apache-2.0
set -eu
style=$1 tsv=$2
here=$(dirname "$0")
platform=$(basename "$tsv" .tsv)

# say TAG MARK TEXT
say() {
  if [ "$style" = html ]; then
    printf '<%s>%s</%s>\n' "$1" "$(printf '%s' "$3" | sed 's/&/\&amp;/g; s/</\&lt;/g')" "$1"
  else
    printf '%s%s\n\n' "$2" "$3"
  fi
}
table() { # BASELINE TITLE
  say h3 '### ' "$platform: saved against $2"
  awk -v style="$style" -v against="$1" -v area=1 -f "$here/savings-table.awk" "$tsv"
  echo
}

say h2 '## ' "Savings on $platform"
made=$(sed -n 's/^# //p' "$tsv")
mark='```
'
case $style in
  html) say pre '' "$made" ;;
  *) printf '%s%s\n%s\n' "$mark" "$made" "$mark" ;;
esac
say p '' 'In percent: area; energy a multiplication without glitches / with inertial delays.'
table dadda 'the structural Dadda multiplier'
table star 'the inferred `*`'
