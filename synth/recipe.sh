# recipe.sh: what a netlist is mapped with beside map.ys and parts.awk; sourced. keys.sh takes the
# text of all three for the recipe: what makes no other netlist belongs in common.sh or map.sh.
# SPDX-License-Identifier: Apache-2.0

# verilog FILE ...: sets `sources`, and `include` to the folders of *.vh, which are not read.
verilog() {
  sources='' include=''
  for file in "$@"; do
    case $file in
      *.vh) include="$include -I$(dirname "$file")" ;;
      *) sources="$sources $file" ;;
    esac
  done
}

# chparams TOP[:PARAMETER=VALUE...]
chparams() {
  echo "$1" | tr ':' '\n' | sed -n 's/^\([A-Z_]*\)=\([0-9]*\)$/-chparam \1 \2/p' | tr '\n' ' '
}

# abc_constr FILE: what drives inputs and loads outputs while abc sizes gates.
abc_constr() {
  printf 'set_driving_cell %s\nset_load %s [fF]\n' "$ABC_DRIVER_CELL" "$ABC_LOAD_IN_FF" > "$1"
}

# abc_script DELAY_PS: the -script of map.ys, for netlists that other commands make.
abc_script() {
  grep -o -e '-script [^ ]*' "$here/map.ys" | sed "s/@DELAY@/$1/g"
}

# map_commands VARIANT TOP[:PARAMETER=VALUE...] OUT_DIR FILE ...: OUT_DIR/map.ys, filled in.
# extract_fa of yosys 0.23 inverts a sum whose carry has an odd number of inverted inputs (yosys
# issues 3879, 4573; the product of an exact 8 x 8 multiplier changed). Without abc before it the
# adders still have their plain AND, OR, XOR form, and inverters hidden behind a name it does not
# know keep it from looking through them. The guard is vmac-energy's comparison of every netlist
# with the C model on all 65,536 operand pairs: synth-inverters-seen of tests/mutations.tbl takes
# the detour away and sees it fail.
map_commands() {
  top=${2%%:*} params=$(chparams "$2") out=$3
  adders='' noabc=''
  if [ "$1" = adders ]; then
    noabc=-noabc
    adders="opt -full; chtype -set vmac_hidden_not t:\$_NOT_; extract_fa -fa -ha"
    adders="$adders; chtype -set \$_NOT_ t:vmac_hidden_not"
    adders="$adders; techmap -map $here/adders.v -map $ADDER_MAP_FILE"
    adders="$adders; techmap; opt -full"
  fi
  shift 3
  verilog "$@"
  registers='' parts=''
  case $top in
    vmac_cell_*) parts=$out/parts.ys ;;
    *) registers="dfflibmap -liberty $VMAC_LIB; opt" ;;
  esac
  [ "$top" != vmac_pe ] || parts=$out/parts.ys
  [ -z "$parts" ] || awk -v top="$top" -f "$here/parts.awk" "$VMAC_LIB" > "$parts"
  abc_constr "$out/abc.constr"
  sed -e '/^#/d' -e "s|@LIBERTY@|$VMAC_LIB|g" -e "s|@SOURCES@|$include$sources|" \
    -e "s|@TOP@|$top|g" -e "s|@PARAMS@|$params|" -e "s|@NOABC@|$noabc|" -e "s|@ADDERS@|$adders|" \
    -e "s|@REGISTERS@|$registers|" -e "s|@CONSTR@|$out/abc.constr|" \
    -e "s|@DELAY@|$VMAC_DELAY_PS|g" -e "s|@PARTS@|${parts:+script $parts}|" -e "s|@OUT@|$out|g" \
    "$here/map.ys" > "$out/map.ys"
}
