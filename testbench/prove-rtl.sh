#!/bin/sh
# prove-rtl.sh: does a module keep to what its harness asserts?
# usage: prove-rtl.sh LIMIT DIR GEN MODULE PARAMETERS BOUND STEPS    one line of formal/rtl.tbl
# GEN holds generated headers; DIR gets the logs. Writes one line:
#   MODULE PARAMETERS proved in all cycles, by induction over N (bounded M; seen in cycle C; S s)
#   MODULE PARAMETERS FAILS bounded|induction|seen ...       exit status 1
#
# yosys makes SMT formulas of the harness, yosys-smtbmc asks z3. --unroll: z3 is given one formula
# per cycle in plain names; with functions over states it never comes back from a csr's first cycle.
# SPDX-License-Identifier: Apache-2.0
set -eu

die() {
  echo "prove-rtl.sh: $*" >&2
  exit 2
}

[ $# -eq 7 ] || die "usage: prove-rtl.sh LIMIT DIR GEN MODULE PARAMETERS BOUND STEPS"
limit=$1 dir=$2 gen=$3 module=$4 parameters=$5 bound=$6 steps=$7
formal=$(dirname "$0")/formal
[ -e "$formal/rtl_$module.v" ] || die "no harness $formal/rtl_$module.v"
mkdir -p "$dir"
start=$(date +%s)

set=
[ "$parameters" = - ] ||
  set=$(printf '%s\n' "$parameters" | sed 's/\([A-Z_]*\)=\([0-9]*\)/ -chparam \1 \2/g; s/,//g')
yosys -q -p "
  read_verilog -formal -DVMAC_PROVE -I$gen -Irtl rtl/vmac_$module.v rtl/vmac_ax*_check.v
  read_verilog -formal -DVMAC_PROVE -Irtl $formal/rtl_$module.v $formal/rtl_track.v
  hierarchy -check -top prove_$module$set
  prep -flatten -nordff; check -assert; memory_map; opt_clean; async2sync; dffunmap
  select -assert-min 1 t:\$assert; select -assert-min 1 t:\$cover
  write_smt2 -wires $dir/$module.smt2" > "$dir/yosys.log" 2>&1 ||
  { tail -n 3 "$dir/yosys.log" >&2; die "$module: yosys failed"; }

# ask WHAT OPTION...: leaves the log in WHAT.log.
ask() {
  what=$1
  shift
  timeout "$limit" yosys-smtbmc --noprogress --unroll -s z3 "$@" "$dir/$module.smt2" \
    > "$dir/$what.log" 2>&1 && grep -q 'Status: PASSED' "$dir/$what.log" && return
  found=$(sed -n 's/^## *[0-9:]* *//; /Assert failed\|Unreached cover/p' "$dir/$what.log" |
    head -n 1)
  echo "$module $parameters FAILS $what: ${found:-no answer within $limit s, see $dir/$what.log}"
  exit 1
}
ask bounded -t "$bound"
ask induction -i -t "$steps"
ask seen -c -t "$bound"
seen=$(sed -n 's/.*Reached cover statement.* in step \([0-9]*\).*/\1/p' "$dir/seen.log" |
  tail -n 1)

echo "$module $parameters proved in all cycles, by induction over $steps (bounded $bound;" \
  "seen in cycle $seen; $(($(date +%s) - start)) s)"
