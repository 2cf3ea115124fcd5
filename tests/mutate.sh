#!/bin/sh
# Plants each fault of tests/mutations.tbl in a scratch copy of the tree and expects its command to
# fail. One copy and one build folder serve all, so each fault costs an incremental build.
# usage: tests/mutate.sh [ID ...]   (default: all)
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")/.."
scratch=${TMPDIR:-/tmp}/varimac-mutations.$$
mkdir "$scratch"
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
git ls-files -z --cached --others --exclude-standard | xargs -0 cp -p --parents -t "$scratch"
[ ! -d build/data ] || { mkdir -p "$scratch/build" && ln -s "$PWD/build/data" "$scratch/build/data"; }

# gcc, clang and flatc give line:column before the word; cmocka, whose failures count, does not.
compiler='[0-9]:[0-9]+: (fatal )?error: |^%Error'
caught=0 missed=0
tab=$(printf '\t')
grep -v '^#' tests/mutations.tbl > "$scratch/list"
cd "$scratch"
while IFS=$tab read -r id file script command; do
  [ $# -eq 0 ] || case " $* " in *" $id "*) ;; *) continue ;; esac
  if ! (eval "$command") > clean.log 2>&1 < /dev/null; then
    echo "$id: the command fails without the fault already:"
    tail -5 clean.log
    missed=$((missed + 1))
    continue
  fi
  cp -p "$file" original
  sed "$script" original > "$file"
  verdict=missed
  if cmp -s original "$file"; then
    verdict="not planted: the sed script changes nothing in $file"
  elif ! (eval "$command") > fault.log 2>&1 < /dev/null; then
    # A fault that does not compile proves nothing about the test.
    if grep -Eq "$compiler" fault.log; then
      verdict="does not build: $(grep -Em1 "$compiler" fault.log)"
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
