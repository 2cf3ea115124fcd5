#!/bin/sh
# map.sh: maps one cell with yosys.
# usage: map.sh plain|adders TOP OUT_DIR VERILOG ...
# Environment (synth/platforms/*/config.mk): LIB_FILES, VMAC_DELAY_PS, ABC_DRIVER_CELL,
# ABC_LOAD_IN_FF, and ADDER_MAP_FILE for variant adders.
# Leaves netlist.v, netlist.json, scalar.v (one-bit ports, for OpenSTA), stat.txt and map.log.
# SPDX-License-Identifier: Apache-2.0
set -eu

die() {
  echo "synth/map.sh: $*" >&2
  exit 1
}

[ $# -ge 4 ] || die "usage: map.sh plain|adders TOP OUT_DIR VERILOG ..."
variant=$1 top=$2 out=$3
shift 3
command -v yosys > /dev/null || die "yosys not found; on Debian: apt install yosys"
case $LIB_FILES in
  *' '*) die "LIB_FILES: yosys 0.23 takes one liberty file, merge them first: $LIB_FILES" ;;
esac
[ -r "$LIB_FILES" ] ||
  die "no cell library $LIB_FILES; on Debian: apt install qflow-tech-osu018, or set LIB_FILES"

# extract_fa of yosys 0.23 inverts a sum whose carry has an odd number of inverted inputs (yosys
# issues 3879, 4573; the product of an exact 8 x 8 multiplier changed). Without abc before it the
# adders still have their plain AND, OR, XOR form, and inverters hidden behind a name it does not
# know keep it from looking through them. The guard is vmac-energy's comparison of every netlist
# with the C model on all 65,536 operand pairs: synth-inverters-seen of tests/mutations.tbl takes
# the detour away and sees it fail.
adders='' noabc=''
if [ "$variant" = adders ]; then
  [ -r "$ADDER_MAP_FILE" ] || die "ADDER_MAP_FILE: cannot read '$ADDER_MAP_FILE'"
  noabc=-noabc
  adders="opt -full; chtype -set vmac_hidden_not t:\$_NOT_; extract_fa -fa -ha"
  adders="$adders; chtype -set \$_NOT_ t:vmac_hidden_not; techmap -map $ADDER_MAP_FILE"
  adders="$adders; techmap; opt -full"
fi

mkdir -p "$out"
printf 'set_driving_cell %s\nset_load %s [fF]\n' "$ABC_DRIVER_CELL" "$ABC_LOAD_IN_FF" \
  > "$out/abc.constr"
sed -e '/^#/d' -e "s|@LIBERTY@|$LIB_FILES|g" -e "s|@SOURCES@|$*|" -e "s|@TOP@|$top|g" \
  -e "s|@NOABC@|$noabc|" -e "s|@ADDERS@|$adders|" -e "s|@CONSTR@|$out/abc.constr|" \
  -e "s|@DELAY@|$VMAC_DELAY_PS|g" \
  -e "s|@OUT@|$out|g" "$(dirname "$0")/map.ys" > "$out/map.ys"
if ! yosys -q -l "$out/map.log" -s "$out/map.ys" > "$out/map.err" 2>&1; then
  grep -i 'error' "$out/map.err" >&2 || tail -n 3 "$out/map.err" >&2
  die "yosys failed on $top ($variant); see $out/map.log"
fi
