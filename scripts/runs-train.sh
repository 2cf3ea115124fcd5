#!/bin/sh
# runs-train.sh: makes those runs of a campaign whose results nobody knows, one after the other, a
# seed of all before the next, so that a part of a campaign is of everything.
# usage: runs-train.sh VARIMAC FOLDER KEYED HEADER RUNNER [KEPT.csv]
# KEYED is of run-keys.sh. RUNNER VARIMAC FOLDER CONFIG makes one and prints its result. A finished
# run is a line of FOLDER/known.csv, found again by its key; so are lines of KEPT; FOLDER/have.csv
# gets both. HEADER's columns are KEYED's by their titles, then the result's. FOLDER/runs/KEY holds
# a run while it lasts, and its log after it. RUNS_WORD: what lines of progress begin with. Stopped,
# it goes on where it was, within a run behind the run's last epoch.
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 folder=$2 keyed=$3 header=$4 runner=$5 kept=${6-}
word=${RUNS_WORD:-TRAIN}
scripts=$(dirname "$0")
known=$folder/known.csv have=$folder/have.csv
trap 'exit 130' INT TERM

have() {
  rm -f "$have"
  # shellcheck disable=SC2086 # a file or none
  sh "$scripts/keep-lines.sh" "$have" "$header" "$known" $kept
}
sh "$scripts/keep-lines.sh" "$known" "$header"
have
# A run that two parts ask for is made once: its line of the CSV, its seconds, its config.
awk -F '\t' -v OFS='\t' -v header="$header" '
  FILENAME == ARGV[1] { split($0, f, ","); have[f[1]]; next }
  FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; columns = split(header, title, ","); next }
  $1 in have || seen[$1]++ { next }
  {
    line = $1
    for (i = 2; i <= columns && title[i] in at; i++) line = line "," $at[title[i]]
    print $at["seed"], line, $at["seconds"], $at["config"]
  }' "$have" "$keyed" | sort -s -n -k 1,1 | cut -f 2- > "$folder/todo.tsv"
runs=$(wc -l < "$folder/todo.tsv")
[ "$runs" -gt 0 ] || exit 0
awk -F '\t' -v runs="$runs" -v word="$word" '{ s += $2 } END {
  printf "  %-7s %d runs, some %.1f core-hours\n", word, runs, s / 3600 }' "$folder/todo.tsv"

begun=$(date +%s)
made=0
tab=$(printf '\t')
while IFS="$tab" read -r line seconds config; do
  key=${line%%,*}
  result=$(sh "$runner" "$varimac" "$folder/runs/$key" "$config" < /dev/null | tr '\t' ,)
  [ "$result" ] || exit 1 # said
  { # whole lines or none
    cat "$known"
    echo "$line,$result"
  } > "$known.new"
  mv "$known.new" "$known"
  rm -f "$folder/runs/$key/run.safetensors"
  made=$((made + 1))
  left=$((($(date +%s) - begun) * (runs - made) / made / 60))
  printf '  %-7s %s\n' "$word" \
    "$made of $runs, $left min left: $(echo "${line#*,},$result" | cut -c 1-200) (forecast $seconds s)"
done < "$folder/todo.tsv"
have
