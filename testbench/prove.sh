#!/bin/sh
# prove.sh: is a cell what its definition says, for all operands?
# usage: prove.sh LIMIT DIR CELL ENGINE     writes nothing but the verdict, one line:
#   CELL ENGINE proved SECONDS [hashing]   hashing: structural hashing alone settled it (see below)
#   CELL ENGINE open SECONDS               not within LIMIT seconds
#   CELL ENGINE DIFFERS a=... w=... gate=... gold=...      operands and products; exit status 1
# DIR/top.v holds the modules gate (the cell) and gold (the reference, testbench/formal).
#
# ENGINE sat: yosys' miter and SAT solver, on the words as they are.
#        cec: abc's equivalence checker on the And-Inverter graphs: it looks for pairs of equal
#             signals inside both and merges them, so it wants sides summed in the same order
#             (testbench/formal/ref_rows.v, mul_rows.v); at 16 bits SAT alone has no chance.
# Which one, and whether it finished, is on record in testbench/formal/proofs.tbl.
#
# What a verdict is worth: where structural hashing settled it, both sides are the same graph of And
# gates; that is evidence of which bits are wired to which adder, none of the adders' arithmetic. A
# `*` inside a cell is taken as the row sum of mul_rows.v under cec; what synthesis maps `*` to is
# checked on the netlists, exhaustively, at 8 bits. And x is no value: opt and the And graph would
# each choose one, and both sides the same, so a side with an x or undriven bit is refused.
# SPDX-License-Identifier: Apache-2.0
set -eu

die() {
  echo "prove.sh: $*" >&2
  exit 2
}

[ $# -eq 4 ] || die "usage: prove.sh LIMIT DIR CELL ENGINE"
limit=$1 dir=$2 cell=$3 engine=$4
formal=$(dirname "$0")/formal
case $engine in sat | cec) ;; *) die "$cell: expected engine sat or cec, found '$engine'" ;; esac
case $limit in '' | 0* | *[!0-9]*) die "expected a limit in seconds, found '$limit'" ;; esac
start=$(date +%s)

# left: the seconds that remain, at least 1.
left() {
  left=$((start + limit - $(date +%s)))
  [ "$left" -ge 1 ] || left=1
}

# tool LOG COMMAND...: within the limit; its status, 124 when out of time.
tool() {
  log=$1
  shift
  left
  status=0
  timeout "$left" "$@" > "$log" 2>&1 || status=$?
}

verdict() {
  echo "$cell $engine $*"
  exit 0
}

read_side="read_verilog $dir/top.v $formal/ref_*.v rtl/mult/*.v"
# Undefined bits are looked for before any optimisation (proc -noopt) settles them: setundef makes
# an $anyseq of each, and there must be none.
side() {
  echo "$read_side; hierarchy -check -top $1; proc -noopt; flatten; opt_clean; check -assert
    setundef -undriven -anyseq; opt_clean; select -assert-none t:\$anyseq; opt -full; wreduce"
}

# broken LOG: yosys gave up; why.
broken() {
  tail -n 3 "$1" >&2
  ! grep -q -e '^ERROR.*check -assert' -e '^ERROR: Assertion failed.*anyseq' "$1" ||
    die "$cell: $1: expected every bit defined and driven, found x or an undriven bit"
  die "$cell: $1: yosys failed"
}

# Both sides as graphs of And gates, or as words in one miter.
how=
case $engine in
  cec)
    for top in gate gold; do
      tool "$dir/$top.log" yosys -q -p "$(side $top)
        techmap -autoproc -map $formal/mul_rows.v; opt -full
        techmap; opt; aigmap; opt_clean; write_aiger $dir/$top.aig"
      [ $status -ne 124 ] || verdict "open $limit"
      [ $status -eq 0 ] || broken "$dir/$top.log"
    done
    tool "$dir/cec.log" yosys-abc -c "cec $dir/gold.aig $dir/gate.aig"
    if grep -q '^Networks are equivalent' "$dir/cec.log"; then said=proved
      ! grep -q '^Networks are equivalent after structural hashing' "$dir/cec.log" || how=' hashing'
    elif grep -q 'NOT EQUIVALENT' "$dir/cec.log"; then said=differs
    elif [ $status -eq 124 ] || grep -q 'UNDECIDED' "$dir/cec.log"; then said=open
    else tail -n 3 "$dir/cec.log" >&2; die "$cell: abc failed"; fi
    ;;
  sat)
    cat > "$dir/sat.ys" << END
$(side gold); rename gold side_gold; design -stash gold
$(side gate); rename gate side_gate; design -stash gate
design -copy-from gold side_gold
design -copy-from gate side_gate
miter -equiv -make_outputs -flatten side_gold side_gate miter
hierarchy -top miter
sat -set-def-inputs -enable_undef -prove trigger 0 -show in_a_i,in_w_i miter
END
    tool "$dir/sat.log" yosys -s "$dir/sat.ys"
    if [ $status -eq 124 ]; then said=open
    elif grep -q 'SAT proof finished - no model found: SUCCESS' "$dir/sat.log"; then said=proved
    elif grep -q 'model found: FAIL' "$dir/sat.log"; then said=differs
    else broken "$dir/sat.log"; fi
    ;;
esac
case $said in
  proved) verdict "proved $(($(date +%s) - start))$how" ;;
  open) verdict "open $limit" ;;
esac

# A counterexample: operands as the engine names them (abc: input 0 is bit 0 of a; those it leaves
# out may be anything), products by yosys' evaluation of both sides, which must indeed differ.
bits=$(awk '$1 == "input" { split($3, range, /[\[:]/); print range[2] + 1; exit }' \
  "$dir/top.v")
operands=$(
  case $engine in
    cec)
      awk -v n="$bits" '/^Input pattern:/ {
        for (i = 3; i <= NF; i++) {
          split(substr($i, 3), part, "=")
          if (part[1] < n) a += part[2] * 2 ^ part[1]
          else w += part[2] * 2 ^ (part[1] - n)
        }
        printf "%d %d\n", a, w
      }' "$dir/cec.log"
      ;;
    sat) awk '$1 == "\\in_a_i" { a = $2 } $1 == "\\in_w_i" { print a, $2 }' "$dir/sat.log" ;;
  esac
)
[ -n "$operands" ] || die "$cell: no counterexample in $dir/$engine.log"
a=${operands% *} w=${operands#* }

product() { # SIDE
  yosys -q -p "$(side "$1"); tee -q -o $dir/eval.log eval -set a_i $a -set w_i $w -show p_o $1" \
    > /dev/null || die "$cell: yosys could not evaluate $1"
  awk '/^Eval result/ {
    sub(/\.$/, ""); sub(/.* = /, "")
    if (!/\x27/) print
    else {
      sub(/.*\x27/, "")
      for (i = 1; i <= length($0); i++) p = 2 * p + substr($0, i, 1)
      printf "%.0f\n", p
    }
  }' "$dir/eval.log"
}
gate=$(product gate) gold=$(product gold)
[ "$gate" != "$gold" ] || die "$cell: $engine says a=$a w=$w, but there both give $gate"
echo "$cell $engine DIFFERS a=$a w=$w gate=$gate gold=$gold (the operands' and products' bits)"
exit 1
