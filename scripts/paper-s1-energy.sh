#!/bin/sh
# paper-s1-energy.sh: what an inference costs with each cell, with its correction's hardware and
# without, and of what that is made. On stdout, a row per cell and OPT, which is OPT_CORRECTION and,
# of 3, as 3:R, planes of phi:
#   cell class family opt area_um2 array_pj period_ns met mult_pj mult add register clock rest foot
# mult_pj: a product of the bare multiplier; mult .. clock: of array_pj what multipliers, adders,
# registers and clock of PEs take that multiply; rest: PEs that wait or have no operands; foot: side
# column and correction units. met: 1 where all designs meet the period that they were measured for.
# usage: paper-s1-energy.sh VARIMAC PPA_DIR NETWORK 'OPT ...' 'CELL ...'
# PPA_DIR has ppa.tsv and ppa.json with figures of that network's operands; a cell that is not there
# for an OPT has no row.
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 dir=$2 network=$3 opts=$4 cells=$5
side=16 # rows and columns: PEs are measured with the partial sums of as many rows
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

printf 'cell\tclass\tfamily\topt\tarea_um2\tarray_pj\tperiod_ns\tmet\tmult_pj\t'
printf 'mult\tadd\tregister\tclock\trest\tfoot\n'
# Parts of a PE's busy cycle: CELL PART PJ.
awk '/^\t\t\t"design":/ { design = $2; cell = ""; variant = 0; part = "" }
  /^\t\t\t"variant":/ { variant = 1 }
  /^\t\t\t"cell":/ { cell = $2; gsub(/[",]/, "", cell) }
  /^\t\t\t"parts":/ { inside = 1; next }
  inside && /^\t\t\t\}/ { inside = 0 }
  inside && /\{$/ { part = $1; gsub(/[":]/, "", part) }
  inside && $1 == "\"inertial\":" && design ~ /"pe"/ && !variant { print cell, part, $2 + 0 }
' "$dir/ppa.json" > "$tmp/parts"
for cell in $cells; do
  what=$(awk -F '\t' -v OFS='\t' -v cell="$cell" '$1 == cell { print $1, $2, $3 }' "$dir/ppa.tsv")
  [ "$what" ] || {
    echo "paper-s1: $dir/ppa.tsv has no row of $cell" >&2
    exit 1
  }
  for opt in $opts; do
    # Another correction's unit may pass for the same hardware: only what was measured counts.
    [ "$opt" = 0 ] ||
      grep -q "\"opt_correction\":[[:space:]]*${opt%:*},*\$" "$dir/ppa.json" || continue
    rank=
    case $opt in *:*) rank="--phi-rank ${opt#*:}" ;; esac
    # Coefficients decide no cycle and no design, so none are fitted.
    # shellcheck disable=SC2086
    if ! "$varimac" energy --ppa "$dir/ppa.json" --net "$network" --mult "$cell" \
      --correction none --opt-correction "${opt%:*}" $rank --rows $side --cols $side \
      --json "$tmp/inference" > "$tmp/out" 2> "$tmp/err"; then
      [ "$opt" != 0 ] && grep -q 'no side\|no correct\|opt.correction' "$tmp/err" && continue
      cat "$tmp/err" >&2
      exit 1
    fi
    awk -F '\t' -v OFS='\t' -v cell="$cell" -v what="$what" -v opt="$opt" '
      FILENAME ~ /ppa\.tsv$/ {
        if ($1 == "name") for (i = 1; i <= NF; i++) at[$i] = i
        if ($1 == cell) product = $at["cell_inertial_pj"]
        next
      }
      FILENAME ~ /parts$/ {
        split($0, p, " ")
        if (p[1] == cell) { part[p[2]] = p[3]; sum += p[3] }
        next
      }
      {
        key = $0
        gsub(/[ \t",]/, "", key)
        value = key
        sub(/:.*/, "", key)
        sub(/.*:/, "", value)
        if (key == "total") total = 1
        if (key == "slowest") slow = 1
        if (total || key == "period_ns" || key == "area_um2") v[key] = value + 0
      }
      END {
        print what, opt, v["area_um2"], v["energy_pj"], v["period_ns"], !slow, product, \
          v["busy_pj"] * part["mult"] / sum, v["busy_pj"] * part["add"] / sum, \
          v["busy_pj"] * part["register"] / sum, \
          v["busy_pj"] * (part["clock"] + part["other"]) / sum, v["waste_pj"] + v["idle_pj"], \
          v["side_pj"] + v["correct_pj"]
      }' "$dir/ppa.tsv" "$tmp/parts" "$tmp/inference"
  done
done
