#!/bin/sh
# verilator with coverage: arguments as for verilator. The model it writes puts its points into
# $COVERAGE_OUT-PID-N.dat when it is destroyed (nowhere without COVERAGE_OUT), so that no bench has
# to know of it.
# SPDX-License-Identifier: Apache-2.0
set -eu
# Registers begin as 0 here: random bits that a reset clears would count as toggled.
case " $* " in
*" vmac_top_sim "*) top=sim/coverage_top.vlt ;;
*) top= ;;
esac
verilator -Wall --cc -O3 --x-assign fast --x-initial fast --coverage-line \
  --coverage-toggle --coverage-max-width 512 \
  sim/coverage.vlt $top "$@"
dir= prefix=
while [ $# -gt 0 ]; do
  case $1 in
  -Mdir | --Mdir) dir=$2 ;;
  --prefix) prefix=$2 ;;
  esac
  shift
done
sed -e "s|^#include \"$prefix.h\"|#include <cstdlib>\n#include <unistd.h>\n&|" \
  -e '/^ *delete vlSymsp;/ i\
    static int written = 0;\
    if (const char *out = getenv("COVERAGE_OUT")) {\
      const std::string run = std::to_string(getpid()) + "-" + std::to_string(written++);\
      contextp()->coveragep()->write((out + ("-" + run) + ".dat").c_str());\
    }' \
  "$dir/$prefix.cpp" > "$dir/coverage.tmp"
mv "$dir/coverage.tmp" "$dir/$prefix.cpp"
# One thread counts: no need for atomic additions, which cost most of the time.
add='\1.store(\1.load(\2) + 1, \2)'
for file in "$dir/$prefix"*.cpp; do
  sed 's/\(vlSymsp->__Vcoverage\[[0-9]*\]\)\.fetch_add(1, \(std::[a-z_]*\))/'"$add/" \
    "$file" > "$dir/coverage.tmp"
  mv "$dir/coverage.tmp" "$file"
done
grep -q COVERAGE_OUT "$dir/$prefix.cpp" || {
  echo "coverage: $dir/$prefix.cpp: found no destructor to write points from" >&2
  exit 1
}
