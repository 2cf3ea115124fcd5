#!/bin/sh
# ppa.sh: area, delay and energy of every design of the cells asked for; only what no earlier run
# measured is mapped, so that it can be stopped and started again, and a second run takes seconds.
# usage: ppa.sh PPA_DIR JOBS VMAC_ENERGY OPERANDS FAMILIES 'NAME ...' TABLE ...
# OPERANDS-u8.bin and OPERANDS-s8.bin are the streams. Environment: a platform's config.mk,
# synth/library.mk's and designs.sh's; PPA_KINDS: kinds of designs (cell pe side correct tile) that
# are measured, all where it is empty. Leaves PPA_DIR/ppa.tsv (a row per cell) and ppa.json (all
# figures).
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(dirname "$0")
. "$here/common.sh"

PPA_DIR=$1 jobs=$2 PPA_ENERGY=$3 PPA_OPERANDS=$4 families=$5 names=$6
shift 6
export PPA_DIR PPA_ENERGY PPA_OPERANDS
need_tool yosys yosys
need_tool sta opensta
mkdir -p "$PPA_DIR/runs" "$VMAC_CACHE/result"
# One run at a time in a folder; the cache is shared by all, and what is new in it may be another's.
exec 9> "$PPA_DIR/lock"
flock -n 9 || { echo "ppa: another run is at work in $PPA_DIR" >&2; exit 1; }
find "$VMAC_CACHE" -mindepth 2 -maxdepth 2 -name 'new.*' -mtime +0 -exec rm -rf '{}' +
rm -f "$PPA_DIR/done.txt"

sh "$here/designs.sh" "$PPA_DIR/rtl" "$families" "$names" "$@" > "$PPA_DIR/designs.all"
awk -v kinds=" ${PPA_KINDS-} " 'kinds ~ /^ *$/ || index(kinds, " " $2 " ")' \
  "$PPA_DIR/designs.all" > "$PPA_DIR/designs.txt"
rm "$PPA_DIR/designs.all"
awk '{
    printf "%s plain %s %s", $1, $3, $5
    for (i = 10; i <= NF; i++) printf " %s", $i
    print ""
  }' "$PPA_DIR/designs.txt" | sh "$here/keys.sh" > "$PPA_DIR/map-keys.txt"

# What figures depend on beside the netlist: tools, what vmac-energy is linked from (all C models,
# for they share tables, operands and constants), streams, settings, and the lines of the cell, of
# its model and of their families. Another model measures again, and maps nothing.
tools="$(yosys -V | sed 's/ (.*//'), OpenSTA $(sta -version)"
measure=$(sh "$here/tool-sum.sh" "$PPA_ENERGY") || exit 1
measure="$measure $(cat "$here/time.sh" "$here/time.tcl" "$here/energy.sh" "$here/ppa-job.sh" |
  sha256sum | cut -c 1-64)"
streams=$(sha256sum "$PPA_OPERANDS-u8.bin" "$PPA_OPERANDS-s8.bin" | cut -c 1-64 | tr '\n' ' ')
# An imported cell's model is its table.
find "$IMPORT_DIR" -maxdepth 1 -type f 2> /dev/null | sort | xargs -r sha256sum \
  > "$PPA_DIR/models.txt"
rm -rf "$PPA_DIR/keys"
mkdir "$PPA_DIR/keys"
awk -v dir="$PPA_DIR/keys/" -v common="$tools $measure $ABC_LOAD_IN_FF $VMAC_INPUT_SLEW_NS" \
  -v streams="$streams" '
  BEGIN { split(streams, stream, " ") }
  text == "model" { # SUM FOLDER/NAME.SUFFIX
    name = $2
    gsub(/.*\/|\..*/, "", name)
    sum[name] = sum[name] " " $1
    next
  }
  text == "map" { key[$2] = $1; next }
  text == "family" { # .../vmac_mult_FAMILY.v:LINE:// Registry: ...
    match($0, /vmac_mult_[a-z0-9_]*/)
    family = substr($0, RSTART + 10, RLENGTH - 10)
    sub(/^[^:]*:[0-9]*:/, "")
    said[family] = said[family] $0 "\n"
    next
  }
  text == "cell" {
    $1 = $1
    if ($1 !~ /^#/) line[$1] = $0 "\n" said[$2]
    next
  }
  {
    name = $1
    sub(/.*\//, "", name)
    file = dir sprintf("%06d", ++n)
    print common, key[$1], $2, $4, $6, stream[$7 == "s8" ? 2 : 1], $8, sum[$6] > file
    printf "%s%s", line[name], line[$6] > file
    close(file)
  }' text=model "$PPA_DIR/models.txt" text=map "$PPA_DIR/map-keys.txt" text=family "$families" \
  text=cell "$@" text=design "$PPA_DIR/designs.txt"
find "$PPA_DIR/keys" -type f | sort | xargs sha256sum | cut -c 1-64 |
  paste -d ' ' - "$PPA_DIR/designs.txt" > "$PPA_DIR/jobs.txt"
rm -r "$PPA_DIR/keys"

ls "$VMAC_CACHE/result" | awk '
  FILENAME == "-" { have[$1]; next }
  !($1 in have) && !seen[$1]++' - "$PPA_DIR/jobs.txt" > "$PPA_DIR/missing.txt"
PPA_TOTAL=$(wc -l < "$PPA_DIR/missing.txt")
PPA_START=$(date +%s)
export PPA_TOTAL PPA_START
if [ "$PPA_TOTAL" -gt 0 ]; then
  echo "  PPA     $(wc -l < "$PPA_DIR/jobs.txt") designs, $PPA_TOTAL to measure"
  # Cells and PEs first: their table is what most are after.
  awk '{ print ($3 ~ /^(cell|pe)$/ ? 0 : 1), $0 }' "$PPA_DIR/missing.txt" |
    sort -s -k 1,1n | cut -d ' ' -f 2- > "$PPA_DIR/todo.txt"
  xargs -P "$jobs" -L 1 sh "$here/ppa-job.sh" < "$PPA_DIR/todo.txt" || {
    echo "ppa: not all designs could be measured; the error stands above. What is done is kept." >&2
    exit 1
  }
fi

sh "$here/ppa-table.sh" "$PPA_DIR" "$tools" > "$PPA_DIR/ppa.tsv.new"
awk -v cache="$VMAC_CACHE/result" '{ print cache "/" $1 "/energy.json" }' "$PPA_DIR/jobs.txt" |
  "$PPA_ENERGY" collect -o "$PPA_DIR/ppa.json" --platform "$PLATFORM" --tools "$tools" -
mv "$PPA_DIR/ppa.tsv.new" "$PPA_DIR/ppa.tsv"
