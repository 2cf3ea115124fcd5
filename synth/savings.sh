#!/bin/sh
# savings.sh: what each cell saves against the exact ones, from measured figures.
# usage: savings.sh PPA_DIR VARIMAC NETWORK 'CELL ...' 'EXACT ...' OUT
# PPA_DIR has ppa.tsv and ppa.json with all of these cells, side columns and correction units for
# OPT_CORRECTION 0 and 1. Leaves OUT.tsv, a row per cell, level, correction and activity, and
# OUT.json; synth/savings.awk says what is in them.
# SPDX-License-Identifier: Apache-2.0
set -eu

here=$(dirname "$0")
dir=$1 varimac=$2 network=$3 cells=$4 exact=$5 out=$6
side=16 # rows and columns: PEs are measured with the partial sums of as many rows
rm -f "$out.tsv" "$out.json"

# array CELL CORRECTION: a line for each activity. Coefficients decide no cycle and no design, so
# none are fitted: `cv` is the hardware that adds V.
array() {
  case $2 in none) opt=0 ;; cv) opt=1 ;; esac
  for activity in zero inertial; do
    "$varimac" energy --ppa "$dir/ppa.json" --net "$network" --mult "$1" --correction none \
      --opt-correction $opt --activity $activity --rows $side --cols $side \
      --json "$dir/inference.json" > "$dir/inference.txt"
    awk -v OFS='\t' -v cell="$1" -v correction="$2" -v activity=$activity '
      $1 == "\"area_um2\":" { area = $2 + 0 }
      $1 == "\"total\":" { total = 1 }
      total && $1 == "\"macs\":" { macs = $2 + 0 }
      total && $1 == "\"energy_pj\":" { printf "%s\t%s\t%s\t%.17g\t%.17g\n", cell, correction,
        activity, area, ($2 + 0) / macs }' "$dir/inference.json"
  done
}

asked=
for cell in $cells; do
  case " $exact $asked " in *" $cell "*) ;; *) asked="$asked $cell" ;; esac
done
{
  for cell in $exact $asked; do array "$cell" none; done
  for cell in $asked; do array "$cell" cv; done
} > "$dir/array.tsv"
awk -v array="$dir/array.tsv" -v cells="$asked" -v exact="$exact" -v side=$side \
  -v network="$network ($(sha256sum "$network" | cut -c 1-16))" \
  -v without="$(sed -n 's/^not included: //p' "$dir/inference.txt")" \
  -f "$here/savings.awk" "$dir/ppa.tsv" > "$out.new"
awk -f "$here/savings-json.awk" "$out.new" > "$out.json"
mv "$out.new" "$out.tsv"
