#!/bin/sh
# run-keys.sh: puts a key before each line of a campaign of training runs: a hash of all that the
# run's result is of.
# usage: run-keys.sh VARIMAC < LINES > KEYED    columns by their titles, tab-separated
# That is the config, which names every option, the column `of`, the tables of cells by their
# hashes, and these rules of training: to be counted up with a change after which the same options
# train other weights, or what is kept in weights/measured would be taken for the new ones'. The
# threads are not: they do not change a bit. Nor is the processor, although its kernels may round
# in another way: that is one draw more of what seeds are for.
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1
rules=2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

cat > "$work/lines"
{ grep -oE '(bit_true|noise_like|dropout_like):[^:"[:space:]]*' "$work/lines" || true; } |
  cut -d : -f 2 | sort -u |
while read -r cell; do
  hash=$("$varimac" mult info "$cell" | sed -n 's/^table hash  *//p')
  [ "$hash" ] || exit 1 # said
  printf '%s\t%s\n' "$cell" "$hash"
done > "$work/cells"
# What is hashed, a file for each line that differs; one run of sha256sum for all of them.
awk -F '\t' -v rules="$rules" -v dir="$work" '
  FILENAME == ARGV[1] { hash[$1] = $2; next }
  FNR == 1 {
    for (i = 1; i <= NF; i++) at[$i] = i
    if (!("of" in at) || !("config" in at)) {
      print "run-keys.sh: expected columns of and config, found " $0 > "/dev/stderr"
      exit 1
    }
    next
  }
  {
    text = "rules " rules "\n" $at["of"] "\n" $at["config"] "\n"
    rest = $at["config"]
    while (match(rest, /(bit_true|noise_like|dropout_like):[^:" ]*/)) {
      cell = substr(rest, RSTART, RLENGTH)
      sub(/^[^:]*:/, "", cell)
      if (!(cell in hash)) { # the while loop above ended early, and said why
        print "run-keys.sh: no table of " cell > "/dev/stderr"
        exit 1
      }
      text = text cell " " hash[cell] "\n"
      rest = substr(rest, RSTART + RLENGTH)
    }
    name = sprintf("%s/of.%05d", dir, FNR)
    printf "%s", text > name
    close(name)
  }' "$work/cells" "$work/lines"
{
  echo key
  find "$work" -name 'of.*' | sort | xargs sha256sum | cut -c 1-16
} > "$work/keys"
paste "$work/keys" "$work/lines"
