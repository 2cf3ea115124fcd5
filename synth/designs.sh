#!/bin/sh
# designs.sh: the Verilog of every design that `make ppa` measures, and their list.
# usage: designs.sh OUT_DIR FAMILIES 'NAME ...' TABLE ...    (tables: as for scripts/mults-read.awk)
# Environment: VMAC_DELAY_PS, VMAC_PERIOD_NS, VMAC_PE_DELAY_PS, VMAC_PE_PERIOD_NS, IMPORT_DIR,
# PPA_CORRECTIONS.
# Each cell is number 0 of a registry of its own here, so that no netlist depends on where its line
# stands, and OUT_DIR/NAME is written again only when the line changes. Prints a line per design:
#   DESIGN/NAME KIND DELAY_PS PERIOD_NS TOP[:PARAMETERS] MODEL CLASS CORRECTION FAMILY FILE ...
# MODEL is the registry cell that it equals; CORRECTION is OPT_CORRECTION, or - where there is none.
# OUT_DIR/shared.txt: lines "OPT_CORRECTION NAME OWNER", whose side column and correction unit a
# cell's are; both do not depend on f, and are measured once for all cells of the same class and X.
# The PE of a cell with a mode operand takes the mode with the weight word, as in the array: one
# netlist for all modes of a family, measured in each.
# SPDX-License-Identifier: Apache-2.0
set -eu

out=$1 families=$2 wanted=" $3 "
shift 3
shared=$(find rtl/mult -maxdepth 1 -name 'vmac_*.v' ! -name 'vmac_mult_*' | sort | tr '\n' ' ')
generator=$(cat "$families" scripts/mults-read.awk scripts/mults-to-v.awk synth/cells-to-top.awk \
  "$0" | sha256sum | cut -c 1-64)
mkdir -p "$out"

# generate DIR NAME: top.v, vmac_mult.v and vmac_cells.vh of the cell in DIR/new.tbl
generate() {
  set -- "$1" "$2" "awk -f scripts/mults-read.awk -f" "$families $1/new.tbl"
  $3 synth/cells-to-top.awk -v want="$2" $4 > "$1/top.v"
  $3 scripts/mults-to-v.awk $4 > "$1/vmac_mult.v"
  $3 scripts/mults-to-v.awk -v what=functions $4 > "$1/vmac_cells.vh"
  # Only what the side column asks, and no names: cells that are alike in it share a netlist.
  mkdir -p "$1/sums" "$1/sum"
  sed -e 's| *//.*||' -e '/_edge = [1-9]/d' -e '/_low = [1-9]/d' -e '/_mode = 1/d' \
    "$1/vmac_cells.vh" > "$1/sums/vmac_cells.vh"
  sed -e '/_xkind = [1-9]/d' -e '/_xbits = [1-9]/d' "$1/sums/vmac_cells.vh" > "$1/sum/vmac_cells.vh"
  # What all modes of a family have in common.
  mkdir -p "$1/pe"
  sed -e "s/ : g_$2\$/ : g_cell/" -e "s/: 4'd[0-9]*)/: 4'd0)/" "$1/vmac_mult.v" \
    > "$1/pe/vmac_mult.v"
  sed -e 's| *//.*||' -e '/_xkind = [1-9]/d' -e '/_xbits = [1-9]/d' "$1/vmac_cells.vh" \
    > "$1/pe/vmac_cells.vh"
}

columns=' '
: > "$out/shared.txt"
# log2 of the rows is part of vmac_side; K_BITS of vmac_mac_unit.v is 15.
designs() {
  dir=$out/$name
  if [ "$family" = import ]; then rtl=$IMPORT_DIR/$name.v; else rtl=rtl/mult/vmac_mult_$family.v; fi
  echo "cell/$name cell $VMAC_DELAY_PS $VMAC_PERIOD_NS vmac_cell_$name $model $class - $family" \
    "$shared$rtl $dir/top.v"
  pe="$VMAC_PE_DELAY_PS $VMAC_PE_PERIOD_NS"
  top=vmac_pe facts=$dir
  ! grep -q 'vmac_cell_has_mode = 1' "$dir/vmac_cells.vh" || top=vmac_pe:OPT_MODE=1 facts=$dir/pe
  echo "pe/$name pe $pe $top $model $class - $family" \
    "$shared$rtl $facts/vmac_mult.v $facts/vmac_cells.vh rtl/vmac_pe.v"
  sum_a=23 bits=${xvar#*:}
  [ "$class" = u8 ] || sum_a=1
  for correction in $PPA_CORRECTIONS; do
    kind=$class:$xvar:$correction
    [ "$correction" != 0 ] || kind=$class:-:0
    case $columns in
      *" $kind="*)
        owner=${columns#*" $kind="}
        echo "$correction $name ${owner%% *}" >> "$out/shared.txt"
        continue
        ;;
    esac
    [ "$model" = "$name" ] || continue
    # As vmac_feet has it: without X the sum of X is one bit that stays 0, and c0 is there. Alone,
    # the unit keeps the registers of c and of that bit's product, which go where the bit is a
    # constant: 55 flip-flops too many.
    planes=1 sum_x=1 facts=$dir/sums/vmac_cells.vh
    case $correction:$xvar in
      0:*) facts=$dir/sum/vmac_cells.vh ;;
      *:-) ;;
      1:low:*) sum_x=$((15 + bits)) ;;
      1:*) sum_x=16 ;;
      2:*) sum_x=16 planes=$bits ;;
    esac
    columns="$columns$kind=$name "
    echo "$correction $name $name" >> "$out/shared.txt"
    echo "side$correction/$name side $pe vmac_side:ROWS=16:OPT_CORRECTION=$correction" \
      "$model $class $correction $family $facts rtl/vmac_planes.vh rtl/vmac_side.v"
    echo "correct$correction/$name correct $pe" \
      "vmac_correct:A_W=$sum_a:X_W=$sum_x:PLANES=$planes:OPT_CORRECTION=$correction" \
      "$model $class $correction $family rtl/vmac_correct.v"
  done
}

baselines=0
for table in "$@"; do
  case $table in */baselines.tbl) baselines=1 ;; esac
  while read -r name family class params xvar source runs; do
    case $name in '' | '#'*) continue ;; esac
    case $wanted in *" $name "*) ;; *) continue ;; esac
    case $family:$source in import:table:*) continue ;; esac
    line="$name $family $class $params $xvar $source $runs"
    if [ ! -f "$out/$name/one.tbl" ] || ! {
      read -r was && [ "$was" = "# $generator" ] && read -r was && [ "$was" = "$line" ]
    } < "$out/$name/one.tbl"; then
      mkdir -p "$out/$name"
      rm -f "$out/$name/one.tbl" # there only when what it made is
      printf '# %s\n%s\n' "$generator" "$line" > "$out/$name/new.tbl"
      generate "$out/$name" "$name"
      mv "$out/$name/new.tbl" "$out/$name/one.tbl"
    fi
    model=$name
    [ $baselines = 0 ] || model=$source
    designs
  done < "$table"
done
