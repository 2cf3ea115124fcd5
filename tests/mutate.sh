#!/bin/sh
# Plants each fault of tests/mutations.tbl in a scratch copy of the tree and expects its command to
# fail. One copy and one build folder serve all, so each fault costs an incremental build; without a
# fault each distinct command runs once.
# usage: [MUTATIONS=TABLE] tests/mutate.sh [ID ...]   (default: all of tests/mutations.tbl)
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")/.."
scratch=${TMPDIR:-/tmp}/varimac-mutations.$$
mkdir "$scratch"
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
# shellcheck disable=SC2016 # expanded by the inner sh; a file removed from the tree is left out
git ls-files -z --cached --others --exclude-standard |
  xargs -0 sh -c 'for f; do [ ! -e "$f" ] || printf "%s\0" "$f"; done' sh |
  xargs -0 cp -p --parents -t "$scratch"
[ ! -d build/data ] ||
  { mkdir -p "$scratch/build" && ln -s "$PWD/build/data" "$scratch/build/data"; }

# A fault that does not build proves nothing about the test. What compilers (line:column before the
# word, which cmocka, whose failures count, has not), verilator, linkers, make (but not "Error 1",
# by which it passes on a test's own failure), awk, sh, iverilog and yosys say then.
broken='[0-9]:[0-9]+: (fatal )?error: |^%Error|undefined reference to|collect2: error|ld returned'
broken="$broken|linker command failed|No rule to make target|: \*\*\* .*Stop\.\$|[Ss]yntax error"
broken="$broken|awk: (line [0-9]+|run time error|.*: fatal)"
broken="$broken|: [0-9]+: [^ ]+: not found\$|command not found"
caught=0 missed=0
tab=$(printf '\t')
grep -v '^#' "${MUTATIONS:-tests/mutations.tbl}" > "$scratch/list"
cd "$scratch"
mkdir clean

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

while IFS=$tab read -r id file script command; do
  [ $# -eq 0 ] || case " $* " in *" $id "*) ;; *) continue ;; esac
  if ! passes "$command"; then
    echo "$id: the command fails without the fault already:"
    tail -5 "$clean.log"
    missed=$((missed + 1))
    continue
  fi
  cp -p "$file" original
  sed "$script" original > "$file"
  verdict=missed
  if cmp -s original "$file"; then
    verdict="not planted: the sed script changes nothing in $file"
  elif ! (eval "$command") > fault.log 2>&1 < /dev/null; then
    if grep -Eq "$broken" fault.log; then
      verdict="does not build: $(grep -Em1 "$broken" fault.log)"
    else
      verdict=caught
    fi
  fi
  cat original > "$file" # a fresh time stamp, so that the next build sees the restored file
  echo "$id: $verdict"
  if [ "$verdict" = caught ]; then caught=$((caught + 1)); else missed=$((missed + 1)); fi
done < list
echo "$caught passed, $missed failed"
[ "$missed" -eq 0 ] && [ "$caught" -gt 0 ]
