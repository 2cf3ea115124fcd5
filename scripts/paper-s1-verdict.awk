# paper-s1-verdict.awk: what paper-s1.tsv says of the control-variate paper's claim, as Markdown.
# usage: awk -v claim=45 -v points=1 -v times=1.9 -f paper-s1-verdict.awk paper-s1.tsv \
#          NET.energy.tsv ...
# claim: percent of power saved, at a mean loss below `points`; times: corrected against uncorrected
# accuracy. Power is compared at equal inferences a second, so it is energy.
# SPDX-License-Identifier: Apache-2.0

function better(i, j) { # more accurate, or as accurate and cheaper
  return !j || accuracy[i] > accuracy[j] || (accuracy[i] == accuracy[j] && array[i] > array[j])
}
# The best row of a network and class that saves as much; rival: of those, or of the others.
function best(n, c, percent, level, rival,  i, at) {
  for (i = 1; i <= rows; i++) {
    if (net[i] != n || class[i] != c || kind[i] == "exact") continue
    if ((kind[i] == "rival") != rival) continue
    if (level == "array" ? array[i] == "" || array[i] < percent : mult[i] < percent) continue
    if (better(i, at)) at = i
  }
  return at
}
function cells_of(i) {
  return i ? cell[i] " " mode[i] " | " sprintf("%+.2f", 0 - loss[i]) " | " p[i] : "none | - | -"
}
# Of cells and modes that all networks have: the one that saves most at a mean loss below `points`.
function most_saved(level, c, rival,  key, i, part, sum, lost, n, top) {
  found = ""
  delete sum
  delete lost
  delete n
  for (i = 1; i <= rows; i++) {
    if (class[i] != c || kind[i] == "exact" || (kind[i] == "rival") != rival) continue
    if (level == "array" && array[i] == "") continue
    key = cell[i] " " mode[i]
    sum[key] += level == "array" ? array[i] : mult[i]
    lost[key] += loss[i]
    n[key]++
    order[++keys] = key
  }
  for (i = 1; i <= keys; i++) {
    key = order[i]
    if (n[key] < nets || lost[key] / nets >= points) continue
    if (found != "" && sum[key] / nets <= top) continue
    found = key
    top = sum[key] / nets
    found_loss = lost[key] / nets
  }
  keys = 0
  return found == "" ? "" : top
}
function says(level, c, rival,  top) {
  top = most_saved(level, c, rival)
  if (top == "") return "not met: no cell and mode loses less than " points " point"
  return sprintf("%s: %.1f %% saved at a mean loss of %.2f points (%s)", \
    top >= claim ? "met" : "not met", top, found_loss, found)
}
# Accuracy of the paper's cells in a mode over that uncorrected, as means over cells and networks.
function ratio(c, m,  i, key, with, without) {
  for (i = 1; i <= rows; i++) {
    key = net[i] SUBSEP cell[i]
    if (class[i] != c || kind[i] != "paper" || mode[i] != m || !(key in uncorrected)) continue
    with += accuracy[i]
    without += uncorrected[key]
  }
  return without ? with / without : 0
}

BEGIN { FS = "\t" }
FNR == 1 {
  delete at
  for (i = 1; i <= NF; i++) at[$i] = i
  energy = FILENAME ~ /\.energy\.tsv$/
  name = FILENAME
  sub(/.*\//, "", name)
  sub(/\.energy\.tsv$/, "", name)
  next
}
energy {
  if ($at["opt"] != 0) next
  key = name SUBSEP $at["cell"]
  all[key] = $at["array_pj"]
  split("mult add register clock rest foot", part, " ")
  for (i = 1; i <= 6; i++) share[key, part[i]] = $at[part[i]]
  next
}
{
  i = ++rows
  net[i] = $at["network"]
  class[i] = $at["class"]
  cell[i] = $at["cell"]
  kind[i] = $at["kind"]
  mode[i] = $at["mode"]
  accuracy[i] = $at["accuracy_percent"] + 0
  loss[i] = $at["loss"] + 0
  p[i] = $at["mcnemar_p"]
  mult[i] = $at["mult_saved"]
  array[i] = $at["array_saved"]
  if (!(net[i] in seen)) { seen[net[i]] = 1; order_net[++nets] = net[i] }
  if (mode[i] == "none") uncorrected[net[i], cell[i]] = accuracy[i]
  if (kind[i] == "exact" && array[i] != "" && array[i] == 0) base[net[i], class[i]] = cell[i]
}
END {
  classes = split("u8 s8", order_class, " ")
  budgets = split("30 45 60", budget, " ")
  print "Of each class, the most accurate cell and mode that saves so much energy against the best"
  print "exact array, with the points gained (McNemar's p), and the exact multiplier of rounded"
  print "activations:"
  print ""
  print "| network | class | saved | array | points | p | rival | points | p | multiplier alone |" \
    " points | p |"
  print "|---|---|---:|---|---:|---:|---|---:|---:|---|---:|---:|"
  for (a = 1; a <= nets; a++)
    for (b = 1; b <= classes; b++) {
      n = order_net[a]
      c = order_class[b]
      if (!((n, c) in base)) continue
      for (d = 1; d <= budgets; d++)
        printf "| %s | %s | %d %% | %s | %s | %s |\n", n, c, budget[d], \
          cells_of(best(n, c, budget[d], "array", 0)), \
          cells_of(best(n, c, budget[d], "array", 1)), \
          cells_of(best(n, c, budget[d], "multiplier", 0))
    }
  print ""
  printf "The paper's claim, %g %% less power at a mean loss below %g point over %d network%s, " \
    "nothing retrained:\n", claim, points, nets, (nets > 1 ? "s" : "")
  print ""
  for (b = 1; b <= classes; b++) {
    c = order_class[b]
    print "- array, " c ": " says("array", c, 0) "; the rival " says("array", c, 1)
    print "- multiplier alone, " c ": " says("multiplier", c, 0) "; the rival " \
      says("multiplier", c, 1)
    text = ""
    modes = split("paper cv bitplane", which, " ")
    for (d = 1; d <= modes; d++)
      if ((r = ratio(c, which[d])) > 0)
        text = text sprintf("%s %.2f times with %s (%s)", text ? "," : "", r, which[d], \
          r >= times ? "met" : "not met")
    if (text) print "- accuracy " times " times the uncorrected one, " c ":" text
  }
  print ""
  for (a = 1; a <= nets; a++)
    for (b = 1; b <= classes; b++) {
      n = order_net[a]
      c = order_class[b]
      if (!((n, c) in base)) continue
      key = n SUBSEP base[n, c]
      if (!(key in all)) continue
      printf "- %s, exact %s array (%s): multipliers take %.1f %% of its energy, adders %.1f, " \
        "registers %.1f, clock %.1f, waiting PEs %.1f, side column and correction units %.1f: " \
        "multipliers that cost nothing would save %.1f %% and what adders no longer see\n", n, c, \
        base[n, c], 100 * share[key, "mult"] / all[key], 100 * share[key, "add"] / all[key], \
        100 * share[key, "register"] / all[key], 100 * share[key, "clock"] / all[key], \
        100 * share[key, "rest"] / all[key], 100 * share[key, "foot"] / all[key], \
        100 * share[key, "mult"] / all[key]
    }
}
