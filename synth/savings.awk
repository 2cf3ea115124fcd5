# savings.awk: area and energy of cells and what they save, a row for each of
#   level       multiplier; pe: with registers and the accumulator's adder; array: SIDE x SIDE PEs,
#               side column and correction units, over one inference of a network
#   correction  none, or cv: with the hardware that makes and adds V. Baselines are always without.
#   activity    zero: without glitches; inertial: with those that the library's delays make
# Energy is pJ a multiplication: a product, a busy cycle of a PE, the array's over all that the
# network needs. Savings in percent; negative: the cell takes more.
# usage: awk -v array=array.tsv -v cells='CELL ...' -v exact='STAR DADDA ...' -v side=N
#          -v network=TEXT -v without=TEXT -f savings.awk ppa.tsv
# array.tsv: CELL CORRECTION ACTIVITY AREA PJ; exact: of each class the inferred `*`, then Dadda
# SPDX-License-Identifier: Apache-2.0

function missing(what) {
  print "savings: no " what "; `make savings` measures it" > "/dev/stderr"
  failed = 1
}
# Takes text for a figure of cell at a place only where it is one.
function put(cell, place, text) {
  if (text ~ /^[0-9]+(\.[0-9]*)?(e[-+]?[0-9]+)?$/) figure[cell, place] = text + 0
}
function get(cell, place) {
  if (!((cell, place) in figure)) missing("figure of " cell ": " place)
  return figure[cell, place]
}
function saved(now, was,  text) {
  if (!was) return ""
  text = sprintf("%.2f", 100 * (1 - now / was))
  return text == "-0.00" ? "0.00" : text
}
# Baselines are read at the same level and activity, without correction.
function row(cell, level, correction, activity,  star, dadda, place, without, area, pj) {
  star = star_of[class[cell]]
  dadda = dadda_of[class[cell]]
  place = level " " correction
  without = level " none"
  area = get(cell, place " area")
  pj = get(cell, place " " activity)
  print cell, class[cell], level, correction, activity, sprintf("%.1f", area), \
    saved(area, get(star, without " area")), saved(area, get(dadda, without " area")), \
    sprintf("%.6g", pj), saved(pj, get(star, without " " activity)), \
    saved(pj, get(dadda, without " " activity))
}
function rows(cell, level, correction) {
  row(cell, level, correction, "zero")
  row(cell, level, correction, "inertial")
}

BEGIN {
  FS = OFS = "\t"
  activities = split("zero inertial", activity, " ")
}
/^# (platform|delay|operands) / { print }
/^#/ { next }
$1 == "name" { for (i = 1; i <= NF; i++) at[$i] = i; next }
{
  class[$1] = $2
  put($1, "multiplier none area", $at["cell_area_um2"])
  put($1, "pe none area", $at["pe_area_um2"])
  for (i = 1; i <= activities; i++) {
    put($1, "multiplier none " activity[i], $at["cell_" activity[i] "_pj"])
    put($1, "pe none " activity[i], $at["pe_" activity[i] "_pj"])
  }
}
# A baseline of each class, by what it is: first of two, or second.
function baselines(  i) {
  for (i = 1; i <= exacts; i++)
    if (!(base[i] in class)) missing("row of " base[i] " in " FILENAME)
    else if (i % 2) star_of[class[base[i]]] = base[i]
    else dadda_of[class[base[i]]] = base[i]
}
function names(first,  i, text) {
  for (i = first; i <= exacts; i += 2) text = text (text ? ", " : "") base[i]
  return text
}
function uncorrected(cell) {
  rows(cell, "multiplier", "none")
  rows(cell, "pe", "none")
  rows(cell, "array", "none")
}
END {
  while ((getline < array) > 0) {
    put($1, "array " $2 " area", $4)
    put($1, "array " $2 " " $3, $5)
  }
  exacts = split(exact, base, " ")
  wanted = split(cells, cell, " ")
  baselines()
  for (i = 1; i <= wanted; i++)
    if (cell[i] in class) used[class[cell[i]]]
    else missing("row of " cell[i] " in " FILENAME)
  if (failed) exit 1
  print "# array: " side " x " side ", one inference of " network ": PEs, side column, correction" \
    " units; not included: " without
  print "# saved: percent less than the inferred * (" names(1) ") and the Dadda multiplier (" \
    names(2) "), both without correction"
  print "name", "class", "level", "correction", "activity", "area_um2", "area_saved_star_percent", \
    "area_saved_dadda_percent", "pj_per_mac", "pj_saved_star_percent", "pj_saved_dadda_percent"
  for (i = 1; i <= exacts; i++)
    if (!wanted || class[base[i]] in used) uncorrected(base[i])
  for (i = 1; i <= wanted; i++) {
    uncorrected(cell[i])
    rows(cell[i], "array", "cv")
  }
  if (failed) exit 1
}
