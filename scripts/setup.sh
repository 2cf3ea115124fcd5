#!/bin/sh
# setup.sh: checks the tools and libraries that Varimac builds on, and installs from Debian what is
# missing. Does nothing, in well under a second, where nothing is missing.
#
# usage: scripts/setup.sh [npm | cppcheck | fuzz | full]
#        also what `make data`, `make lint`, `make fuzz` or `make test-full` wants
# exit:  0 all there, 1 something is missing and could not be installed
# SPDX-License-Identifier: Apache-2.0
set -u

# One line for each thing: Debian package, how to recognise it, what needs it.
#   cmd NAME      a program on PATH       file PATH     a file
#   include NAME  a header that gcc finds; clang-include: that clang finds
#   clang-links FLAG  clang makes a program with it
needs() {
  cat << 'EOF'
git                   cmd git                listing the tree for the mutation runner
make                  cmd make               building
gcc                   cmd gcc                the golden model
g++                   cmd g++                TFLite files, linking, sanitizer builds
clang                 cmd clang++            the verilated models
perl                  cmd prove              running the tests
verilator             cmd verilator          RTL simulation
iverilog              cmd iverilog           RTL simulation of mapped netlists
yosys                 cmd yosys              synthesis
z3                    cmd z3                 proofs of RTL modules
opensta               cmd sta                timing
qflow-tech-osu018     file /usr/share/qflow/tech/osu018/osu018_stdcells.lib  cell library
gnuplot-nox           cmd gnuplot            plots
flatbuffers-compiler  cmd flatc              TFLite files
libflatbuffers-dev    include flatbuffers/flatbuffers.h  TFLite files
libpng-dev            include png.h          pictures
zlib1g-dev            include zlib.h         pictures
libcjson-dev          include cjson/cJSON.h  JSON files
libdnnl-dev           include dnnl.h         training
libcmocka-dev         include cmocka.h       unit tests
EOF
  case $extra in
    npm) echo 'npm cmd npm downloading data sets' ;;
    fuzz)
      echo 'libclang-rt-dev clang-links -fsanitize=fuzzer fuzzing'
      echo 'libomp-dev clang-include omp.h fuzzing'
      ;;
    full)
      echo 'chromium cmd chromium trying the page of the report'
      echo 'mandoc cmd mandoc checking the manual page'
      ;;
    cppcheck)
      echo 'cppcheck cmd cppcheck checking the C sources'
      echo 'clang-format cmd clang-format checking their layout'
      echo 'libomp-dev clang-include omp.h checking the C sources with clang'
      ;;
  esac
}

# Names of headers on stdin; those the compiler $1 does not find on stdout. One run of its
# preprocessor for all.
absent_headers() {
  if command -v "$1" > /dev/null; then
    awk '{ printf "#if !__has_include(<%s>)\nabsent %s\n#endif\n", $1, $1 }' |
      "$1" -E -P -x c - | sed -n 's/^absent //p'
  else
    cat
  fi
}

# Sets missing (packages) and prints one line for each thing that is not there.
check() {
  missing=
  headers=$(needs | awk '$2 == "include" { print $3 }' | absent_headers gcc | tr -d ' ')
  of_clang=
  case $extra in cppcheck | fuzz)
    of_clang=$(needs | awk '$2 == "clang-include" { print $3 }' | absent_headers clang | tr -d ' ') ;;
  esac
  while read -r package kind name purpose; do
    case $kind in
      cmd) command -v "$name" > /dev/null && continue ;;
      file) [ -e "$name" ] && continue ;;
      include) printf '%s\n' "$headers" | grep -qxF "$name" || continue ;;
      clang-links)
        echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' |
          clang "$name" -x c -o /dev/null - 2> /dev/null && continue
        ;;
      clang-include) printf '%s\n' "$of_clang" | grep -qxF "$name" || continue ;;
    esac
    echo "  missing: $name (package $package), for $purpose"
    missing="$missing $package"
  done << EOF
$(needs)
EOF
  at_least verilator 5.006 "$(verilator --version 2> /dev/null | awk '{ print $2 }')"
  at_least yosys 0.23 "$(yosys -V 2> /dev/null | awk '{ print $2 }')"
}

# Package $1 must have version $2; version $3 was found ("" = not installed, already reported).
at_least() {
  [ -n "$3" ] || return 0
  awk -v want="$2" -v have="$3" 'BEGIN {
    n = split(want, w, "."); split(have, h, ".")
    for (i = 1; i <= n; i++) if (w[i] + 0 != h[i] + 0) exit !(h[i] + 0 > w[i] + 0)
  }' && return 0
  echo "  too old: $(command -v "$1") is version $3, Varimac needs $2 or later"
  missing="$missing $1"
}

# Reads the output of apt-get, prints one line for each tenth of the work (each package is unpacked
# and set up), and where apt-get failed its last 15 lines. Exits as apt-get did.
progress() {
  awk '
    /^apt-get exit / {
      for (i = NR - 15; $3 && i < NR; i++) if (i in line) print "  " line[i]
      exit $3
    }
    { line[NR] = $0 }
    / newly installed/ { steps = 2 * ($1 + $3) }
    /^(Unpacking|Setting up) / && steps {
      done++
      if (int(10 * done / steps) > tenth) {
        tenth = int(10 * done / steps)
        printf "setup: %d %%\n", 10 * tenth
        fflush()
      }
    }'
}

fail() {
  echo "setup: $*" >&2
  exit 1
}

extra=${1-}
case $#:$extra in
  0: | 1:npm | 1:cppcheck | 1:fuzz | 1:full) ;;
  *) echo "usage: scripts/setup.sh [npm | cppcheck | fuzz | full]" >&2; exit 2 ;;
esac

check
if [ -z "$missing" ]; then
  echo "setup: every tool and library is there"
  exit 0
fi

command -v apt-get > /dev/null ||
  fail "this system has no apt-get: install the above by hand (names are Debian 12's packages)"
as_root=
if [ "$(id -u)" != 0 ]; then
  command -v sudo > /dev/null || fail "needs root, and there is no sudo. As root, run:
  apt-get update && apt-get install -y --no-install-recommends$missing"
  as_root=sudo
  echo "setup: sudo may ask for your password"
fi

# A list of packages that is old or absent is the rule in containers, so it is fetched each time.
echo "setup: apt-get update"
$as_root apt-get update -qq || echo "setup: apt-get update failed; using the lists there are"
echo "setup: apt-get install$missing"
# shellcheck disable=SC2086 # one word for each package
{
  $as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C \
    apt-get install -y -q --no-install-recommends -o Dpkg::Use-Pty=0 \
    -o DPkg::Lock::Timeout=120 $missing 2>&1
  echo "apt-get exit $?"
} | progress || fail "apt-get could not install:$missing (its last lines are above)"

check
[ -z "$missing" ] || fail "still not right after the installation:$missing
hint: an older copy may come first on PATH, or this Debian is older than 12 (bookworm)"
echo "setup: every tool and library is there"
