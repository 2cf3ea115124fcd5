# paper-s4-table.awk: the points of the fronts that a campaign of searches found, a row each.
# usage: awk -v costs=COSTS.tsv -v exact=EXACT.tsv -v array=ARRAY.tsv -f opt-correction.awk
#            -f run-results.awk -f paper-s4-table.awk HAVE.csv KEYED.tsv
# Savings, in percent: of the multiplications' energy against the exact cell of the search, which
# takes least (`saved`), and against a Dadda multiplier (`saved_dadda`); of the energy of the array
# against one of that exact cell without correction (`array_saved`): each layer as in an array of
# its cell with the hardware of its mode, of several cells by their shares of its multiplications;
# empty where ARRAY.tsv, of paper-s4-array.sh, lacks a cell. Points lost against the exact network:
# of training images that judged (`judged_lost`), of test images (`lost`), with twice
# the standard error of that (`error`), at most: all answers that differ count.
# SPDX-License-Identifier: Apache-2.0

function array_saved(choice, opt,  c, n, i, u, macs, rest, of, sum, all) {
  n = split(choice, c, ".")
  for (i = 1; i <= n; i++) {
    of = name[c[i] + 1]
    if (!((of, opt, "rest") in pj)) return ""
    split(unit[i], u, ":")
    sum += pj[of, opt, u[1]] * u[2] / layer_macs[u[1]]
    rest += pj[of, opt, "rest"] * u[2]
    macs += u[2]
  }
  for (i in layer_macs) all += pj[name[1], 0, i]
  all += pj[name[1], 0, "rest"]
  return sprintf("%.2f", 100 * (1 - (sum + rest / macs) / all))
}
BEGIN {
  while ((getline line < costs) > 0) {
    n = split(line, f, "\t")
    if (line ~ /^#/) continue
    if (f[1] == "name") for (i = 1; i <= n; i++) in_costs[f[i]] = i
    else if (f[1] == "daddas") dadda = f[in_costs["cell_inertial_pj"]]
  }
  getline line < exact
  split(line, base, "\t")
  while ((getline line < array) > 0) {
    split(line, f, "\t")
    pj[f[1], f[2], f[3]] = f[4]
  }
  OFS = "\t"
  print "network", "set", "level", "mode", "seed", "row", "cells", "saved", "saved_dadda", \
    "array_saved", "judged_lost", "lost", "error", "accuracy", "agreement", "maps", "core_s", \
    "choice"
}
result[$1, "status"] == "done" {
  cells = $at["config"]
  sub(/.*"cells": "/, "", cells)
  sub(/".*/, "", cells)
  many = split(cells, name, " ")
  for (i = 1; i <= many; i++) {
    split(name[i], f, ":")
    name[i] = f[1]
    price[i] = f[2]
  }
  units = split(result[$1, "units"], unit, " ")
  split("", layer_macs)
  for (i = 1; i <= units; i++) {
    split(unit[i], f, ":")
    layer_macs[f[1]] += f[2]
  }
  rows = split(result[$1, "front"], row, " ")
  for (i = 1; i <= rows; i++) {
    split(row[i], f, ":")
    print $at["network"], $at["set"], $at["level"], $at["mode"], $at["seed"], i, many, \
      sprintf("%.2f", 100 * (1 - f[1])), \
      dadda ? sprintf("%.2f", 100 * (1 - f[1] * price[1] / dadda)) : "", \
      array_saved(f[5], opt_of($at["mode"])), sprintf("%.2f", 100 * (base[2] - f[2]) / base[1]), \
      sprintf("%.2f", 100 * (base[4] - f[3]) / base[3]), \
      sprintf("%.2f", 200 * sqrt((1 - f[4]) / base[3])), sprintf("%.2f", 100 * f[3] / base[3]), \
      sprintf("%.2f", 100 * f[4]), result[$1, "maps"], result[$1, "core_s"], f[5]
  }
}
