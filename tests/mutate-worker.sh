#!/bin/sh
# Takes faults from the list of tests/mutate.sh until none is left, and appends a line (id, verdict,
# seconds) for each to the report. Faults with the same command come one after the other, so that
# each costs an incremental build; where all commands have their worker, it helps the others.
# Without a fault each distinct command runs once.
# usage: tests/mutate-worker.sh COPY SCRATCH REPORT BEFORE
#   COPY: a tree to plant in; SCRATCH: todo, the list (first row with its command, row, id, file,
#   sed script, command), and claims, a folder in which each row is one worker's; BEFORE: lines of
#   the report when all began
# SPDX-License-Identifier: Apache-2.0
set -eu
todo=$2/todo claims=$2/claims report=$3 before=$4
cd "$1"
mkdir clean

# A fault that does not build proves nothing about the test. What compilers (line:column before the
# word, which cmocka, whose failures count, has not), verilator, linkers, make (but not "Error 1",
# by which it passes on a test's own failure), awk, sh, iverilog and yosys say then.
broken='[0-9]:[0-9]+: (fatal )?error: |^%Error|undefined reference to|collect2: error|ld returned'
broken="$broken|linker command failed|No rule to make target|: \*\*\* .*Stop\.\$|[Ss]yntax error"
broken="$broken|awk: (line [0-9]+|run time error|.*: fatal)"
broken="$broken|: [0-9]+: [^ ]+: not found\$|command not found"
tab=$(printf '\t')
total=$(wc -l < "$todo")
begun=$(date +%s)

claim() { mkdir "$claims/$1" 2> /dev/null; }

# Does the command pass on the tree as it is? Its output is $clean.log.
passes() {
  clean=clean/$(printf %s "$1" | cksum | tr ' ' -)
  [ -e "$clean" ] || if (eval "$1") > "$clean.log" 2>&1 < /dev/null; then
    echo yes > "$clean"
  else
    echo no > "$clean"
  fi
  grep -q yes "$clean"
}

# Sets verdict.
try() { # try FILE SCRIPT COMMAND
  if ! passes "$3"; then
    verdict="the command fails without the fault already: $(tail -n 5 "$clean.log" | tr '\n' ' ')"
    return
  fi
  cp -p "$1" original
  sed "$2" original > "$1"
  verdict=missed
  if cmp -s original "$1"; then
    verdict="not planted: the sed script changes nothing in $1"
  elif ! (eval "$3") > fault.log 2>&1 < /dev/null; then
    if grep -Eq "$broken" fault.log; then
      verdict="does not build: $(grep -Em1 "$broken" fault.log)"
    else
      verdict=caught
    fi
  fi
  cat original > "$1" # a fresh time stamp, so that the next build sees the restored file
}

mine=
for groups in free all; do
  while IFS=$tab read -r group row id file script command; do
    if [ "$group" != "$mine" ]; then
      [ $groups = all ] || claim "group-$group" || continue
      mine=$group
    fi
    claim "row-$row" || continue
    since=$(date +%s)
    try "$file" "$script" "$command"
    now=$(date +%s)
    said=$(printf %s "$verdict" | tr '\t' ' ')
    printf '%s\t%s\t%d\n' "$id" "$said" $((now - since)) >> "$report"
    done=$(($(wc -l < "$report") - before))
    echo "$id: $verdict ($((now - since)) s; $done of $total," \
      "$(((now - begun) * (total - done) / done / 60)) min left)"
  done < "$todo"
done
