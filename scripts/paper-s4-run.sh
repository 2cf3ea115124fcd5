#!/bin/sh
# paper-s4-run.sh: one search from its config, in a folder of its own; one that was stopped goes on
# from the maps that it has measured. Leaves FOLDER/maps, a map for each row of the front, and
# prints, tab-separated:
#   status   done
#   maps     how many were measured
#   core_s   processor seconds, those of runs that were stopped in between too
#   units    MAC layer and multiplications of each unit, LAYER:MACS, in the order of choices
#   front    rows ENERGY:RIGHT:TEST_RIGHT:AGREEMENT:CHOICE: energy is a share of the first cell's,
#            RIGHT of the training images, TEST_RIGHT of the test images; CHOICE has for each unit
#            the number of its cell, 0 the first
# usage: paper-s4-run.sh VARIMAC FOLDER CONFIG_TEXT
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 folder=$2 config=$3
trap 'exit 130' INT TERM
# Adds to FOLDER/core_s what children took, user and system: the second line of `times`, which does
# not go into a pipe, whose shell has no children.
spent() {
  times > "$folder/times"
  sed -n 2p "$folder/times" | tr 'ms' '  ' | awk '{ print $1 * 60 + $2 + $3 * 60 + $4 }' \
    >> "$folder/core_s"
}
text_of() { # KEY
  printf '%s\n' "$config" | sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p"
}
net=$(text_of net)
cells=$(text_of cells)
options=$(text_of options)
[ "$net" ] && [ "$cells" ] && [ "$options" ] || {
  echo "paper-s4-run.sh: expected net, cells and options, found $config" >&2
  exit 1
}
mkdir -p "$folder"
trap 'spent; exit 130' INT TERM
{
  printf 'name\tcell_inertial_pj\n'
  printf '%s\n' "$cells" | tr ' :' '\n\t'
} > "$folder/costs.tsv"
mults=$(printf '%s\n' "$cells" | sed 's/:[^ ]*//g; s/ /,/g')
status=0
# shellcheck disable=SC2086 # a list of options
"$varimac" search --net "weights/$net.tflite" --mults "$mults" --costs "$folder/costs.tsv" \
  $options --units "$folder/units.csv" --maps "$folder/maps" -o "$folder/front.csv" \
  > "$folder/run.log" 2> "$folder/run.err" || status=$?
spent
[ $status -eq 0 ] || {
  tr '\r' '\n' < "$folder/run.err" | grep '^varimac: ' | sed "s|^|$folder: |" >&2 || true
  exit $status
}
maps=$(sed -n 's/^measured  *\([0-9]*\) maps .*/\1/p' "$folder/run.log")
awk -F , -v OFS='\t' -v maps="$maps" '
  FILENAME ~ /core_s$/ { seconds += $1; next }
  FILENAME ~ /units\.csv$/ { if (FNR > 1) units = units (FNR > 2 ? " " : "") $2 ":" $3; next }
  FNR == 1 {
    for (i = 1; i <= NF; i++) at[$i] = i
    next
  }
  {
    front = front (FNR > 2 ? " " : "") $at["energy"] ":" $at["right"] ":" $at["test_right"] ":" \
      $at["agreement"] ":" $at["choice"]
  }
  END { print "done", maps, int(seconds + 0.5), units, front }' "$folder/core_s" \
  "$folder/units.csv" "$folder/front.csv"
