#!/bin/sh
# equiv.sh: proves that a mapped netlist is what its Verilog says: abc finds registers and gates
# that are equal (by induction over cycles) until the outputs are.
# usage: equiv.sh TOP[:PARAMETER=VALUE...] NETLIST.v OUT_DIR FILE ...
# For products of 8 x 8 bits that takes seconds; of the correction unit's 18 x 24 it ends undecided.
# Environment: VMAC_LIB, VMAC_PROVE_S (seconds until undecided, which is no error; default 60).
# Prints one line, or what differs and status 1.
# SPDX-License-Identifier: Apache-2.0
set -eu

die() {
  echo "synth/equiv.sh: $*" >&2
  exit 1
}

[ $# -ge 4 ] || die "usage: equiv.sh TOP[:PARAMETER=VALUE...] NETLIST.v OUT_DIR FILE ..."
spec=$1 top=${1%%:*} netlist=$2 out=$3
shift 3
[ -r "$netlist" ] || die "$netlist: cannot read"
command -v yosys-abc > /dev/null || die "yosys-abc not found; on Debian: apt install yosys"
mkdir -p "$out"
rm -f "$out/differs.aig"
sources='' include=''
for file in "$@"; do
  case $file in
    *.vh) include="$include -I$(dirname "$file")" ;;
    *) sources="$sources $file" ;;
  esac
done
params=$(echo "$spec" | tr ':' '\n' | sed -n 's/^\([A-Z_]*\)=\([0-9]*\)$/-chparam \1 \2/p' |
  tr '\n' ' ')
sed -e '/^#/d' -e "s|@SOURCES@|$include$sources|" -e "s|@PARAMS@|$params|" -e "s|@TOP@|$top|g" \
  -e "s|@LIBERTY@|$VMAC_LIB|" -e "s|@NETLIST@|$netlist|" -e "s|@OUT@|$out|" \
  "$(dirname "$0")/equiv.ys" > "$out/equiv.ys"
yosys -q -l "$out/equiv.log" -s "$out/equiv.ys" > "$out/equiv.err" 2>&1 || {
  tail -n 3 "$out/equiv.err" >&2
  die "yosys failed on $netlist; see $out/equiv.log"
}
[ -s "$out/differs.aig" ] || die "$netlist: yosys made no model; see $out/equiv.log"
# Without registers there is nothing for scorr to do, and it says so.
limit=${VMAC_PROVE_S:-60}
timeout "$limit" yosys-abc -c "read $out/differs.aig; scorr; dprove" > "$out/proof.log" 2>&1 || true
if grep -q 'Networks are equivalent\|^UNSATISFIABLE\|Property proved' "$out/proof.log"; then
  echo "$spec: netlist equals its Verilog"
elif grep -q 'SATISFIABLE\|NOT EQUIVALENT\|was asserted\|disproved' "$out/proof.log"; then
  die "$netlist: an output differs from that of $spec; see $out/proof.log"
else
  echo "$spec: undecided within $limit s: $netlist"
fi
