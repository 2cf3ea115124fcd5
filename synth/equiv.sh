#!/bin/sh
# equiv.sh: proves that a mapped netlist is what its Verilog says: abc finds registers and gates
# that are equal (by induction over cycles) until the outputs are.
# usage: equiv.sh TOP[:PARAMETER=VALUE...] NETLIST.v OUT_DIR FILE ...
# For products of 8 x 8 bits that takes seconds; of the correction unit's 18 x 24 it ends undecided.
# Environment: VMAC_LIB, VMAC_PROVE_S (seconds until undecided, which is no error; default 60).
# Prints one line, or what differs and status 1.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(dirname "$0")
. "$here/common.sh"
. "$here/recipe.sh"

[ $# -ge 4 ] || die "usage: equiv.sh TOP[:PARAMETER=VALUE...] NETLIST.v OUT_DIR FILE ..."
spec=$1 top=${1%%:*} netlist=$2 out=$3
shift 3
[ -r "$netlist" ] || die "$netlist: cannot read"
need_tool yosys-abc yosys
mkdir -p "$out"
verilog "$@"
sed -e '/^#/d' -e "s|@SOURCES@|$include$sources|" -e "s|@PARAMS@|$(chparams "$spec")|" \
  -e "s|@TOP@|$top|g" -e "s|@LIBERTY@|$VMAC_LIB|" -e "s|@NETLIST@|$netlist|" \
  -e "s|@OUT@|$out|" "$here/equiv.ys" > "$out/equiv.ys"
run_yosys "$netlist" "$out/equiv" "$out/differs.aig" -s "$out/equiv.ys"
# Without registers there is nothing for scorr to do, and it says so.
limit=${VMAC_PROVE_S:-60}
timeout "$limit" yosys-abc -c "read $out/differs.aig; scorr; dprove" > "$out/proof.log" 2>&1 &&
  status=0 || status=$?
if grep -q 'Networks are equivalent\|^UNSATISFIABLE\|Property proved' "$out/proof.log"; then
  echo "$spec: netlist equals its Verilog"
elif grep -q 'SATISFIABLE\|NOT EQUIVALENT\|was asserted\|disproved' "$out/proof.log"; then
  die "$netlist: an output differs from that of $spec; see $out/proof.log"
elif [ $status -ne 124 ] && ! grep -q 'UNDECIDED' "$out/proof.log"; then
  tail -n 3 "$out/proof.log" >&2
  die "$netlist: yosys-abc failed with status $status; see $out/proof.log"
else
  echo "$spec: undecided within $limit s: $netlist"
fi
