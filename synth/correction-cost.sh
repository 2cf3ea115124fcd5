#!/bin/sh
# correction-cost.sh: what correction costs in arrays of N x N PEs: sums of X made once beside the
# array, as vmac_side makes them, or by an adder in every PE, and a correction unit for each column,
# of accumulators or of every K tile.
# usage: correction-cost.sh OUT_DIR VMAC_ENERGY STREAMS FAMILIES TABLE 'CELL ...' 'N ...'
# STREAMS-N.bin: operands of class u8 of N rows, STREAMS-s8-N.bin: of s8. Each CELL is of class u8
# and has an s8 twin, CELLs, whose side column makes the same sums of X and no sum of A, which any
# u8 array has: so the twin's is what the sums of X cost. An adder in every PE is that column once
# for each column of the array; the low bits of A, which PEs drop, then have to be in every PE, and
# not in the first column's alone.
# A PE's figures are the means of its column's, each mapped for the sums of its own row and measured
# with that row's operands: area by rows, energy by multiplications, of which a row has the more the
# more layers use it.
# Environment: see designs.sh and energy.sh. Leaves OUT_DIR/parts.tsv and prints the table of
# correction-cost.awk. A run that was stopped goes on where it was.
# SPDX-License-Identifier: Apache-2.0
set -eu

die() {
  echo "synth/correction-cost.sh: $*" >&2
  exit 1
}

[ $# -eq 7 ] || die "usage: correction-cost.sh OUT_DIR VMAC_ENERGY STREAMS FAMILIES TABLE" \
  "'CELL ...' 'N ...'"
here=$(dirname "$0")
out=$1 energy=$2 streams=$3 families=$4 table=$5 cells=$6 sizes=$7
mkdir -p "$out/done"
names=
for cell in $cells; do names="$names $cell ${cell}s"; done
PPA_CORRECTIONS='0 1 2' PPA_KTILES=1 \
  sh "$here/designs.sh" "$out/rtl" "$families" "$names" "$table" > "$out/designs.txt"
# Beside the PEs seven parts; two kinds of PEs in as many widths as rows can be halved, and one.
total=0 count=0
for n in $sizes; do
  total=$((total + 9)) rows=1
  while [ $rows -lt "$n" ]; do total=$((total + 2)) rows=$((rows * 2)); done
done
total=$((total * $(echo "$cells" | wc -w)))

# map CELL NAME N DESIGN [PARAMETERS]: a netlist in $work, the fields of designs.sh's line in kind,
# model, class and correction
map() {
  cell=$1 name=$2 n=$3 more=${5-}
  # A design that cells share is listed once, under the first of them.
  owner=${4#*/} level=${4%%/*}
  case $level in
    side[12] | correct[012] | tile[12])
      owner=$(awk -v o="${level#"${level%?}"}" -v c="$owner" '$1 == o && $2 == c { print $3 }' \
        "$out/rtl/shared.txt") ;;
  esac
  line=$(grep "^$level/$owner " "$out/designs.txt") || die "no $level of cell $cell"
  # Names, numbers and files without blanks.
  # shellcheck disable=SC2086
  set -- $line
  kind=$2 model=$6 class=$7 correction=$8
  # Widths of the unit of tiles are those of 16 rows.
  spec=$(echo "$5$more" | awk -v RS=: -v ORS=: -F = -v n="$n" '
    BEGIN { for (grow = -4; 2 ^ (grow + 4) < n; grow++) continue }
    { sub(/\n/, "") }
    $1 == "ROWS" { $0 = "ROWS=" n }
    $1 ~ /^(PSUM|SIDE|XSUM)_W$/ && FNR > 1 && tile { $0 = $1 "=" $2 + grow }
    $1 == "vmac_correct_tile" { tile = 1 }
    { print }')
  spec=${spec%:}
  export VMAC_DELAY_PS="$3" VMAC_PERIOD_NS="$4"
  shift 9
  work=$out/$cell/$name-$n
  sh "$here/map.sh" plain "$spec" "$work" "$@"
}

# part CELL NAME N DESIGN [PARAMETERS [ROWS]]: one line "CELL N NAME um2 pJ" of parts.tsv; ROWS,
# FROM:TO: of PEs in these, and behind it their share of the array's multiplications
part() {
  count=$((count + 1))
  only=${6-}
  map "$@"
  stream=$streams-$n.bin
  [ "$class" = u8 ] || stream=$streams-s8-$n.bin
  key=$({ cat "$work/netlist.json" "$stream" "$energy" "$VMAC_LIB" "$here/energy.sh"
    echo "$kind $model $correction $only $ABC_LOAD_IN_FF $VMAC_INPUT_SLEW_NS $VMAC_PERIOD_NS"; } |
    sha256sum | cut -c 1-64)
  if [ ! -s "$out/done/$key" ]; then
    set --
    [ "$correction" = - ] || set -- --opt-correction "$correction"
    [ -z "$only" ] || set -- --rows "$only"
    sh "$here/energy.sh" "$energy" "$kind" "$work/netlist.json" "$model" "$stream" \
      "$work/energy.json" "$@" --modes inertial > "$work/energy.txt"
    cp "$work/energy.txt" "$out/done/$key.new"
    mv "$out/done/$key.new" "$out/done/$key"
    echo "  COST    $count of $total: $name of $cell, $n rows" >&2
  fi
  tr ' ' '\n' < "$out/done/$key" | awk -F = -v OFS='\t' -v cell="$cell" -v n="$n" -v name="$name" \
    -v only="$only" '
    {
      times[$1]++
      value[$1] = $2
    }
    function figure(what) {
      if (times[what] != 1 || value[what] !~ /^[0-9.]+$/) {
        print "synth/correction-cost.sh: " what " of " name " of " cell ", " n " rows: expected" \
          " one figure, found " (times[what] ? times[what] ", the last " value[what] : \
          "none") > "/dev/stderr"
        failed = 1
      }
      return value[what]
    }
    END {
      line = cell OFS n OFS name OFS figure("area_um2") OFS figure("energy_inertial_pj")
      if (only != "") line = line OFS figure("share")
      if (failed) exit 1
      print line
    }'
}

# rows CELL NAME N [PARAMETERS]: as part, of PEs, the mean of all rows. Sums are one bit wider below
# row 1, 2, 4, ..; the top row's add to nothing.
rows() {
  bits=16 from=0 to=1
  : > "$out/own"
  while [ "$from" -lt "$3" ]; do
    top=
    [ $bits -gt 16 ] || top=:TOP=1
    [ "$to" -lt "$3" ] || to=$3
    part "$1" "$2-$bits" "$3" "pe/$1" ":PSUM_W=$bits$top${4-}" "$from:$to" > "$out/row"
    { printf '%d\t' $((to - from)) && cat "$out/row"; } >> "$out/own"
    bits=$((bits + 1)) from=$to to=$((to * 2))
  done
  awk -F '\t' -v OFS='\t' -v name="$2" '
    {
      rows += $1
      area += $1 * $5
      pj += $6 * $7
      shares += $7
    }
    END {
      if (shares < 0.999999 || shares > 1.000001) {
        print "synth/correction-cost.sh: " name " of " $2 ", " $3 " rows: expected shares of 1 in" \
          " all, found " shares > "/dev/stderr"
        exit 1
      }
      print $2, $3, name, area / rows, pj
    }' "$out/own"
  rm "$out/own" "$out/row"
}

for cell in $cells; do
  for n in $sizes; do
    rows "$cell" pe "$n"
    rows "$cell" pe_whole_a "$n" :A_LOW=0
    for o in 1 2; do
      part "$cell" "x$o" "$n" "side$o/${cell}s"
      part "$cell" "unit$o" "$n" "correct$o/$cell"
      part "$cell" "tile$o" "$n" "tile$o/$cell"
    done
    part "$cell" unit0 "$n" "correct0/$cell"
  done
done > "$out/parts.new"
mv "$out/parts.new" "$out/parts.tsv"
awk -f "$here/correction-cost.awk" "$out/parts.tsv"
