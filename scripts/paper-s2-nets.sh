#!/bin/sh
# paper-s2-nets.sh: a network's part of a campaign of training runs as one line, tab-separated:
#   net data test digests recipe epochs seeds sds shares validation stall costs
# usage: paper-s2-nets.sh VARIMAC MANIFEST NET DATA TEST EPOCHS 'SEED ...' 'SD ...' 'SHARE ...'
#                         VALIDATION STALL 'COST ...'
# The recipe is that of the shipped network's own training as MANIFEST has it, as JSON, without
# what a campaign sets. DATA and TEST: empty: those of the manifest. Digests are of pixels and
# labels, so that a run is of images, not of a name. What makes no campaign is refused here.
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 manifest=$2 net=$3 data=$4 test=$5 epochs=$6 seeds=$7 sds=$8 shares=$9
shift 9
validation=$1 stall=$2 costs=$3
prefix=${PREFIX:-PAPER_S2}
tab=$(printf '\t')

refuse() { # VARIABLE EXPECTED FOUND
  echo "${prefix}_$1_$net: expected $2, found '$3'" >&2
  exit 1
}
whole() { # VARIABLE LEAST MOST VALUE
  awk -v n="$4" -v least="$2" -v most="$3" \
    'BEGIN { exit !(n ~ /^[0-9]+$/ && n + 0 >= least && n + 0 <= most) }' ||
    refuse "$1" "a whole number, $2 to $3" "$4"
}
whole EPOCHS 1 10000 "$epochs"
whole VALIDATION 0 1000000 "$validation"
whole STALL 0 10000 "$stall"
[ "$stall" -eq 0 ] || [ "$validation" -gt 0 ] ||
  refuse VALIDATION "images to stall on, or PAPER_S2_STALL 0" "$validation"
# list VARIABLE WHAT TEST VALUES: distinct numbers, each as TEST of x wants it.
list() {
  awk -v values="$4" "BEGIN {
    n = split(values, v, \" \")
    for (i = 1; i <= n; i++) {
      x = v[i] + 0
      if (v[i] !~ /^[0-9]+([.][0-9]+)?\$/ || !($3) || x in seen) exit 1
      seen[x]
    }
    exit !n
  }" || refuse "$1" "$2, each once" "$4"
}
list SEEDS 'whole numbers' 'v[i] !~ /[.]/' "$seeds"
list SDS 'percents over 0, at most 100' 'x > 0 && x <= 100' "$sds"
list SHARES 'percents from 0 to 100' 'x <= 100' "$shares"
[ "$(echo "$costs" | awk 'NF == 5 && $0 !~ /[^0-9. ]/ { print NF }')" ] ||
  refuse SECONDS 'five numbers' "$costs"

command=$(awk -F '\t' -v file="$net.safetensors" '$1 == file { print $7 }' "$manifest")
[ "$command" ] || {
  echo "$prefix: $manifest: expected a row $net.safetensors; networks are" \
    "$(awk -F '\t' 'sub(/\.safetensors$/, "", $1) { printf "%s%s", sep, $1; sep = ", " }' \
      "$manifest")" >&2
  exit 1
}
[ "$data" ] || data=$(echo "$command" | sed -n 's/.* --data \([^ ]*\).*/\1/p')
[ "$test" ] || test=${data%:train}:test
case $data$test in
  *[\"\\\ $tab]*)
    refuse DATA 'data sets whose names have no space, quote or backslash' "$data $test"
    ;;
esac
recipe=$(echo "$command" | awk '{
  for (i = 3; i <= NF; i++) {
    key = substr($i, 3)
    value = $(i + 1) ~ /^--/ || i == NF ? "true" : $++i
    if (key ~ /^(net|data|test|seed|epochs|out|validation)$/) continue
    if (value !~ /^([0-9.]+|true)$/) value = "\"" value "\""
    printf "%s\"%s\": %s", sep, key, value
    sep = ", "
  }
}')
digests() { # SPEC
  "$varimac" data info "$1" | awk '/ fnv1a64 / { printf "%s%s", sep, $3; sep = "." }'
}
of_data=$(digests "$data")
of_test=$(digests "$test")
[ "$of_data" ] && [ "$of_test" ] || exit 1 # said
printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$net" "$data" "$test" \
  "$of_data $of_test" "$recipe" "$epochs" "$seeds" "$sds" "$shares" "$validation" "$stall" \
  "$costs"
