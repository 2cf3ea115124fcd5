#!/bin/sh
# map.sh: maps one design with yosys, or finds the netlist that the same text gave before.
# usage: map.sh plain|adders TOP[:PARAMETER=VALUE...] OUT_DIR FILE ...
# FILE: Verilog; *.vh are not read but found by `include. Environment (synth/library.mk): VMAC_LIB,
# VMAC_DELAY_PS, ABC_DRIVER_CELL, ABC_LOAD_IN_FF, VMAC_CACHE (empty: none), and ADDER_MAP_FILE for
# variant adders.
# Leaves netlist.v, netlist.json, scalar.v (one-bit ports, for OpenSTA), stat.txt and map.log.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(dirname "$0")
. "$here/common.sh"
. "$here/recipe.sh"

[ $# -ge 4 ] || die "usage: map.sh plain|adders TOP[:PARAMETER=VALUE...] OUT_DIR FILE ..."
variant=$1 spec=$2 top=${2%%:*} out=$3
shift 3
need_tool yosys yosys
need_library
[ "$variant" = plain ] || [ -r "$ADDER_MAP_FILE" ] ||
  die "ADDER_MAP_FILE: cannot read '$ADDER_MAP_FILE'"

mkdir -p "$out"
hit=
if [ -n "${VMAC_CACHE-}" ]; then
  # Not in a pipe, which would hide that it failed: any folder at all would be this netlist's.
  key=$(echo "$top $variant $VMAC_DELAY_PS $spec $*" > "$out/key.txt" &&
    sh "$here/keys.sh" < "$out/key.txt") || die "no content hash of $spec; the error stands above"
  key=${key%% *}
  [ ${#key} -eq 64 ] || die "content hash of $spec: expected 64 digits, found '$key'"
  hit=$VMAC_CACHE/map/$key
  if [ -d "$hit" ]; then
    cp "$hit"/* "$out"
    exit 0
  fi
fi

map_commands "$variant" "$spec" "$out" "$@"
rm -f "$out"/netlist.* "$out/stat.txt"
run_yosys "$top ($variant)" "$out/map" "$out/scalar.v" -s "$out/map.ys"

if [ -n "$hit" ]; then
  mkdir -p "$VMAC_CACHE/map"
  new=$(mktemp -d "$VMAC_CACHE/map/new.XXXXXX")
  cp "$out"/netlist.* "$out/scalar.v" "$out/stat.txt" "$new"
  mv -T "$new" "$hit" 2> /dev/null || rm -r "$new" # another job was first
fi
