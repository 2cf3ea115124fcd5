#!/bin/sh
# Plants each fault of tests/mutations.tbl in a scratch copy of the tree and expects its command to
# fail. Workers (tests/mutate-worker.sh), each with a copy and a build folder of its own, share the
# list. Without IDs verdicts are appended to build/report/mutations.txt as they come, and a later
# run on the same tree goes on behind them; any other tree starts anew.
# usage: [MUTATIONS=TABLE] tests/mutate.sh [-j WORKERS] [ID ...]
# exit:  1 under 95 % caught, a survivor without a line (id, tab, reason) in TABLE's name with
#        .survivors for .tbl, a line there without its survivor, a row that proves nothing
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")/.."
unset MAKEFLAGS MAKELEVEL MFLAGS
workers=1
while getopts j: option; do
  case $option in
    j) workers=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
case $workers in
  '' | *[!0-9]* | 0) echo "mutate.sh: -j wants a number of workers" >&2 && exit 2 ;;
esac
table=${MUTATIONS:-tests/mutations.tbl}
excuses=${table%.tbl}.survivors

scratch=${TMPDIR:-/tmp}/varimac-mutations.$$
pids=
mkdir "$scratch"

# The processes of a session: a worker leads one, and whatever its command starts stays in it.
session() {
  sed -n "s/^\([0-9]*\) (.*) [A-Z] [0-9]* [0-9]* $1 .*/\1/p" /proc/[0-9]*/stat 2> /dev/null || true
}

# Workers first, or they would take the end of what they run for a verdict.
stop() {
  for pid in $pids; do kill -KILL "$pid" 2> /dev/null || true; done
  wait
  for signal in TERM KILL; do
    left=$(for pid in $pids; do session "$pid"; done)
    # shellcheck disable=SC2086 # one word per process
    [ -z "$left" ] || { kill -$signal $left 2> /dev/null || true; sleep 1; }
  done
  rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT TERM

# ---- the tree, its key -------------------------------------------------------

mkdir "$scratch/tree" "$scratch/claims" "$scratch/tmp"
# shellcheck disable=SC2016 # expanded by the inner sh; a file removed from the tree is left out
git ls-files -z --cached --others --exclude-standard | sort -zu |
  xargs -0 sh -c 'for f; do [ ! -e "$f" ] || printf "%s\0" "$f"; done' sh |
  xargs -0 cp -p --parents -t "$scratch/tree"
cp "$table" "$scratch/table"
# Reasons are read when all is over: a new one asks for no new run.
key=$(cd "$scratch" && find table tree -type f ! -path "tree/$excuses" -exec sha256sum {} + |
  LC_ALL=C sort | sha256sum | cut -c 1-16)
mkdir "$scratch/tree/build"
[ ! -d build/data ] || ln -s "$PWD/build/data" "$scratch/tree/build/data"

report=build/report/mutations.txt
[ $# -eq 0 ] || report=$scratch/report
mkdir -p "${report%/*}"
[ "$(head -n 1 "$report" 2> /dev/null)" = "# tree $key" ] || echo "# tree $key" > "$report"

# ---- what is to be done ------------------------------------------------------

awk -F'\t' -v only="$*" 'BEGIN { n = split(only, id, " "); for (i in id) wanted[id[i]] }
  /^#/ || n && !($1 in wanted) { next }
  { print; delete wanted[$1] }
  END { for (i in wanted) { print "mutate.sh: no fault " i > "/dev/stderr"; exit 2 } }' \
  "$scratch/table" > "$scratch/faults"
# Numbered rows with the number of the first that has the same command; the longest such groups
# first. Caught and missed are the test's answers, and stand; the rest is tried again.
awk -F'\t' -v OFS='\t' '
  FILENAME == ARGV[1] { if ($2 == "caught" || $2 == "missed") done[$1]; next }
  $1 in done { next }
  !($4 in group) { group[$4] = FNR }
  { size[$4]++; row[FNR] = $0; command[FNR] = $4 }
  END { for (i in row) print size[command[i]], group[command[i]], i, row[i] }' \
  "$report" "$scratch/faults" | sort -k 1,1nr -k 2,2n -k 3,3n | cut -f 2- > "$scratch/todo"

before=$(wc -l < "$report")
absolute=$(cd "${report%/*}" && pwd)/${report##*/}
export TMPDIR="$scratch/tmp"
n=0
while [ $n -lt "$workers" ] && [ -s "$scratch/todo" ]; do
  n=$((n + 1))
  cp -a "$scratch/tree" "$scratch/$n"
  setsid sh tests/mutate-worker.sh "$scratch/$n" "$scratch" "$absolute" "$before" &
  pids="$pids $!"
done
wait
pids=

# ---- the score ---------------------------------------------------------------

[ -e "$excuses" ] || excuses=/dev/null
awk -F'\t' -v whole=$(($# == 0)) '
  /^#/ { next }
  FILENAME == ARGV[1] { verdict[$1] = $2; next }
  FILENAME == ARGV[2] { reason[$1] = $2; next }
  {
    total++
    known[$1]
    what = $1 in verdict ? verdict[$1] : "no verdict, its worker died"
    if (what == "caught") caught++
    if (what == "missed") survivor[++survivors] = $1 (reason[$1] ? ": " reason[$1] : "")
    if (what == "missed" ? !reason[$1] : what != "caught") bad++
    if (what != "missed" && what != "caught") print $1 ": " what
  }
  END {
    if (survivors) print "survivors:"
    for (i = 1; i <= survivors; i++) print "  " survivor[i]
    for (id in reason)
      if (whole && (!(id in known) || verdict[id] == "caught")) {
        print id ": has a reason to survive, and does not"
        bad++
      }
    printf "%d of %d faults caught, %.1f %%\n", caught, total, total ? 100 * caught / total : 0
    exit bad || !total || 100 * caught < 95 * total
  }' "$report" "$excuses" "$scratch/faults"
