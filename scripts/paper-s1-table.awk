# paper-s1-table.awk: accuracy and energy of every network, cell and mode, a row each.
# usage: awk [-v partial=1] -f opt-correction.awk -f paper-s1-table.awk NET.exact.csv NET.cells.csv
#            NET.energy.tsv ... (of each network)
# A row that something is not measured of is an error; partial: it is left out.
#
# kind: exact; paper, of the families that the paper corrects; rival, an exact multiplier of rounded
# activations; other. exact_percent: the network as it is. loss: points below that. lost, gained:
# images that only the exact network, only this one answers rightly; mcnemar_p: how likely a
# difference as large, or larger, between two networks that are equally good (binomial, two-sided,
# exact). mult_saved, array_saved: percent against that exact cell of either class (`against`) whose
# array takes the least energy of those that meet the period. period_ns: the clock that designs were
# measured for, which sets no energy but leakage; met: 1 where all of the array's meet it. Array
# energy is that of an inference; `bias` needs no hardware, for its constant goes into the
# bias. mult_uj .. clock_uj: of array_uj what multipliers, adders, registers and clock of PEs take
# that multiply; waiting_uj: PEs that wait or have no operands; correction_uj: side column and
# correction units, those that only pass sums on too. +tune: taken as that of the given weights. Empty: no such hardware was measured.
# SPDX-License-Identifier: Apache-2.0

# log of n!, kept as far as it was asked for
function log_factorial(n) {
  for (; factorials < n; factorials++)
    factorial[factorials + 1] = factorial[factorials] + log(factorials + 1)
  return factorial[n]
}
# Two-sided: twice the chance of at most the smaller count heads among lost + gained tosses.
function mcnemar(lost, gained,  n, few, i, p) {
  n = lost + gained
  few = lost < gained ? lost : gained
  for (i = 0; i <= few; i++)
    p += exp(log_factorial(n) - log_factorial(i) - log_factorial(n - i) - n * log(2))
  return 2 * p < 1 ? 2 * p : 1
}
function saved(now, was) {
  return now == "" || !was ? "" : sprintf("%.2f", 100 * (1 - now / was))
}

BEGIN {
  OFS = "\t"
  factorial[0] = factorials = 0
  kind_of["perforated"] = kind_of["truncated"] = kind_of["recursive"] = "paper"
  kind_of["edge_rounded"] = "rival"
  print "network", "cell", "class", "kind", "mode", "images", "accuracy_percent", \
    "exact_percent", "loss", "agreement_percent", "lost", "gained", "mcnemar_p", "mult_pj", \
    "mult_saved", "array_uj", "array_saved", "period_ns", "met", "area_um2", "against", "mult_uj", \
    "add_uj", "register_uj", "clock_uj", "waiting_uj", "correction_uj"
  parts = split("mult add register clock rest foot", part, " ")
}
FNR == 1 {
  net = FILENAME
  sub(/.*\//, "", net)
  sub(/\.[a-z]*\.[a-z]*$/, "", net)
  kind = FILENAME ~ /\.tsv$/ ? "energy" : FILENAME ~ /\.exact\.csv$/ ? "exact" : "cells"
  columns = split($0, title, kind == "energy" ? "\t" : ",")
  for (i = 1; i <= columns; i++) at[title[i]] = i
  next
}
kind == "energy" {
  split($0, f, "\t")
  cell = f[at["cell"]]
  place = net SUBSEP cell SUBSEP f[at["opt"]]
  class_of[cell] = f[at["class"]]
  family[cell] = f[at["family"]]
  array[place] = f[at["array_pj"]]
  period[place] = f[at["period_ns"]]
  met[place] = f[at["met"]]
  area[place] = f[at["area_um2"]]
  for (i = 1; i <= parts; i++)
    made_of[place] = made_of[place] OFS sprintf("%.3f", f[at[part[i]]] * 1e-6)
  product[net, cell] = f[at["mult_pj"]]
  next
}
{
  split($0, f, ",")
  rows++
  row_net[rows] = net
  row_cell[rows] = f[at["mult"]]
  row_mode[rows] = f[at["correction"]]
  row_images[rows] = f[at["images"]]
  row_text[rows] = sprintf("%.2f", 100 * f[at["accuracy"]])
  agreement[rows] = sprintf("%.2f", 100 * f[at["agreement"]])
  row_lost[rows] = f[at["lost"]]
  row_gained[rows] = f[at["gained"]]
  if (kind == "exact") {
    exact[net] = row_text[rows]
    is_exact[rows] = 1
  }
}
END {
  # The least array among exact cells, as it is without correction: the network is the same in both
  # classes.
  for (i = 1; i <= rows; i++) {
    place = row_net[i] SUBSEP row_cell[i] SUBSEP 0
    if (!is_exact[i] || !(place in array) || met[place] != 1) continue
    n = row_net[i]
    if (!(n in base) || array[place] < array[n, base[n], 0]) base[n] = row_cell[i]
  }
  for (i = 1; i <= rows; i++) {
    n = row_net[i]
    c = row_cell[i]
    if (partial && !(c in class_of && n in exact && n in base)) continue
    if (!(c in class_of)) {
      print "paper-s1: no energy of " c " with operands of " n > "/dev/stderr"
      failed = 1
      continue
    }
    if (!(n in exact)) {
      print "paper-s1: no exact row of " n > "/dev/stderr"
      failed = 1
      continue
    }
    if (!(n in base)) {
      if (!(n in said)) print "paper-s1: no exact array of " n " meets its period" > "/dev/stderr"
      said[n] = failed = 1
      continue
    }
    b = base[n]
    place = n SUBSEP c SUBSEP opt_of(row_mode[i])
    # Not "in array": whoever looked there before has made an entry of it.
    uj = array[place] == "" ? "" : sprintf("%.3f", array[place] * 1e-6)
    what = is_exact[i] ? "exact" : family[c] in kind_of ? kind_of[family[c]] : "other"
    print n, c, class_of[c], what, row_mode[i], row_images[i], row_text[i], exact[n], \
      sprintf("%.2f", exact[n] - row_text[i]), agreement[i], row_lost[i], row_gained[i], \
      sprintf("%.3g", mcnemar(row_lost[i], row_gained[i])), product[n, c], \
      saved(product[n, c], product[n, b]), uj, saved(array[place], array[n, b, 0]), \
      period[place], met[place], area[place], b \
      (uj == "" ? OFS OFS OFS OFS OFS OFS : made_of[place])
  }
  exit failed
}
