#!/bin/sh
# map.sh: maps one design with yosys, or finds the netlist that the same text gave before.
# usage: map.sh plain|adders TOP[:PARAMETER=VALUE...] OUT_DIR FILE ...
# FILE: Verilog; *.vh are not read but found by `include. Environment (synth/library.mk): VMAC_LIB,
# VMAC_DELAY_PS, ABC_DRIVER_CELL, ABC_LOAD_IN_FF, VMAC_CACHE (empty: none), and ADDER_MAP_FILE for
# variant adders.
# Leaves netlist.v, netlist.json, scalar.v (one-bit ports, for OpenSTA), stat.txt and map.log.
# SPDX-License-Identifier: Apache-2.0
set -eu

die() {
  echo "synth/map.sh: $*" >&2
  exit 1
}

[ $# -ge 4 ] || die "usage: map.sh plain|adders TOP[:PARAMETER=VALUE...] OUT_DIR FILE ..."
variant=$1 top=${2%%:*} spec=$2 out=$3
here=$(dirname "$0")
shift 3
command -v yosys > /dev/null || die "yosys not found; on Debian: apt install yosys"
[ -r "$VMAC_LIB" ] || die "no cell library $VMAC_LIB; 'make library' makes it"
[ "$variant" = plain ] || [ -r "$ADDER_MAP_FILE" ] ||
  die "ADDER_MAP_FILE: cannot read '$ADDER_MAP_FILE'"

mkdir -p "$out"
hit=
if [ -n "${VMAC_CACHE-}" ]; then
  key=$(echo "$top $variant $VMAC_DELAY_PS $spec $*" | sh "$here/keys.sh" | cut -d ' ' -f 1)
  hit=$VMAC_CACHE/map/$key
  if [ -d "$hit" ]; then
    cp "$hit"/* "$out"
    exit 0
  fi
fi

# extract_fa of yosys 0.23 inverts a sum whose carry has an odd number of inverted inputs (yosys
# issues 3879, 4573; the product of an exact 8 x 8 multiplier changed). Without abc before it the
# adders still have their plain AND, OR, XOR form, and inverters hidden behind a name it does not
# know keep it from looking through them. The guard is vmac-energy's comparison of every netlist
# with the C model on all 65,536 operand pairs: synth-inverters-seen of tests/mutations.tbl takes
# the detour away and sees it fail.
adders='' noabc=''
if [ "$variant" = adders ]; then
  noabc=-noabc
  adders="opt -full; chtype -set vmac_hidden_not t:\$_NOT_; extract_fa -fa -ha"
  adders="$adders; chtype -set \$_NOT_ t:vmac_hidden_not"
  adders="$adders; techmap -map $here/adders.v -map $ADDER_MAP_FILE"
  adders="$adders; techmap; opt -full"
fi

sources='' include=''
for file in "$@"; do
  case $file in
    *.vh) include="$include -I$(dirname "$file")" ;;
    *) sources="$sources $file" ;;
  esac
done
params=$(echo "$spec" | tr ':' '\n' | sed -n 's/^\([A-Z_]*\)=\([0-9]*\)$/-chparam \1 \2/p' |
  tr '\n' ' ')
registers='' parts=''
case $top in
  vmac_cell_*) parts=$out/parts.ys ;;
  *) registers="dfflibmap -liberty $VMAC_LIB; opt" ;;
esac
[ "$top" != vmac_pe ] || parts=$out/parts.ys
[ -z "$parts" ] || awk -v top="$top" -f "$here/parts.awk" "$VMAC_LIB" > "$parts"

printf 'set_driving_cell %s\nset_load %s [fF]\n' "$ABC_DRIVER_CELL" "$ABC_LOAD_IN_FF" \
  > "$out/abc.constr"
sed -e '/^#/d' -e "s|@LIBERTY@|$VMAC_LIB|g" -e "s|@SOURCES@|$include$sources|" \
  -e "s|@TOP@|$top|g" -e "s|@PARAMS@|$params|" -e "s|@NOABC@|$noabc|" -e "s|@ADDERS@|$adders|" \
  -e "s|@REGISTERS@|$registers|" -e "s|@CONSTR@|$out/abc.constr|" -e "s|@DELAY@|$VMAC_DELAY_PS|g" \
  -e "s|@PARTS@|${parts:+script $parts}|" -e "s|@OUT@|$out|g" "$here/map.ys" > "$out/map.ys"
rm -f "$out"/netlist.* "$out/scalar.v" "$out/stat.txt"
yosys -q -l "$out/map.log" -s "$out/map.ys" > "$out/map.err" 2>&1 && status=0 || status=$?
# A tool that complains and exits 0 has failed all the same.
if [ $status -ne 0 ] || grep -q -i '^error' "$out/map.err" || [ ! -s "$out/scalar.v" ]; then
  grep -i 'error' "$out/map.err" >&2 || tail -n 3 "$out/map.err" >&2
  die "yosys failed on $top ($variant); see $out/map.log"
fi

if [ -n "$hit" ]; then
  mkdir -p "$VMAC_CACHE/map"
  new=$(mktemp -d "$VMAC_CACHE/map/new.XXXXXX")
  cp "$out"/netlist.* "$out/scalar.v" "$out/stat.txt" "$new"
  mv -T "$new" "$hit" 2> /dev/null || rm -r "$new" # another job was first
fi
