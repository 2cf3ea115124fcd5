# common.sh: what scripts of this folder say and ask of tools; sourced, `. "$here/common.sh"`.
# SPDX-License-Identifier: Apache-2.0

die() {
  echo "$0: $*" >&2
  exit 1
}

# need_tool PROGRAM PACKAGE
need_tool() {
  command -v "$1" > /dev/null || die "$1 not found; on Debian: apt install $2"
}

# The cell library, and in it what drives inputs: abc goes on without it, with other gates.
need_library() {
  [ -r "$VMAC_LIB" ] || die "no cell library $VMAC_LIB; 'make library' makes it"
  awk -v want="$ABC_DRIVER_CELL" '
    /^[ \t]*cell[ \t]*\(/ {
      gsub(/^[ \t]*cell[ \t]*\([ \t"]*|[ \t"]*\).*/, "")
      if ($0 == want) exit found = 1
    }
    END { exit !found }' "$VMAC_LIB" ||
    die "ABC_DRIVER_CELL: no cell '$ABC_DRIVER_CELL' in $VMAC_LIB; a cell that is in the library" \
      "and not in DONT_USE_CELLS is wanted"
}

# run_yosys WHAT STEM MADE ARGUMENT ...: yosys with its log in STEM.log and complaints in STEM.err;
# MADE is a file that has to be there afterwards. A tool that complains and exits 0 has failed all
# the same.
run_yosys() {
  what=$1 stem=$2 made=$3
  shift 3
  rm -f "$stem.log" "$made"
  yosys -q -l "$stem.log" "$@" > "$stem.err" 2>&1 && status=0 || status=$?
  complaints='^error\|^ABC: Error\|^ABC: Cannot'
  if [ $status -ne 0 ] || [ ! -s "$stem.log" ] || [ ! -s "$made" ] ||
    grep -q -i "$complaints" "$stem.err" "$stem.log"; then
    said=$(grep -s -h -i "$complaints" "$stem.err" "$stem.log" | head -n 3)
    printf '%s\n' "${said:-$(tail -n 3 "$stem.err")}" >&2
    die "yosys failed on $what; see $stem.log"
  fi
}

# run_sta NETLIST SCRIPT REPORT: OpenSTA. Its exit status is 0 after errors, and it may go on with
# half a netlist: read what it says. SCRIPT prints "script done" last.
run_sta() {
  sta -no_init -no_splash -exit "$2" > "$3" 2>&1 || die "sta failed; see $3"
  if grep -q -i '^ *error\|warning: .*not found\|unexpected\|invalid command' "$3"; then
    grep -i 'error\|warning\|unexpected\|invalid' "$3" | head -n 5 >&2
    die "sta reported an error on $1; see $3"
  fi
  grep -q '^script done' "$3" || die "sta stopped half way on $1; see $3"
}
