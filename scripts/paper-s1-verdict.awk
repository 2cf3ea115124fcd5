# paper-s1-verdict.awk: what paper-s1.tsv says of the control-variate paper's claim, as Markdown.
# usage: awk -v claim=45 -v points=1 -v times=1.9 -f paper-s1-verdict.awk paper-s1.tsv \
#          NET.energy.tsv ...
# claim: percent of power saved, at a mean loss below `points`; times: corrected against uncorrected
# accuracy. The claim is the paper's cells' and corrections' (kind paper; modes paper and cv); what
# ours make of it stands below. Power at equal inferences a second is energy, where the clock is the
# same: what misses the period, or was measured for another, is left out at level `array`; it counts
# at level `clock`, where each runs as fast as it can and energy is compared.
# SPDX-License-Identifier: Apache-2.0

# Whether row i counts: which: paper, any (no weight changed), tuned, rival.
function counts(i, which) {
  if (kind[i] == "exact" || (kind[i] == "rival") != (which == "rival")) return 0
  if (which == "paper") return kind[i] == "paper" && (mode[i] == "paper" || mode[i] == "cv")
  return which == "all" || (mode[i] ~ /\+tune$/) == (which == "tuned")
}
function at_the_clock(i) {
  return array[i] != "" && met[i] == 1 && period[i] == period_of[net[i]]
}
function saves(i, level) { return level == "multiplier" ? mult[i] : array[i] }
# Whether there is such a figure.
function measured(i, level) {
  return level == "multiplier" || (level == "array" ? at_the_clock(i) : array[i] != "")
}
# More accurate, or as accurate and cheaper.
function better(i, j, level) {
  return !j || accuracy[i] > accuracy[j] || \
    (accuracy[i] == accuracy[j] && saves(i, level) > saves(j, level))
}
# The best row of a network that saves as much: of a class, or the rival's of both.
function best(n, c, percent, level, which,  i, at) {
  for (i = 1; i <= rows; i++) {
    if (net[i] != n || (which != "rival" && class[i] != c) || !counts(i, which)) continue
    if (!measured(i, level)) continue
    if (saves(i, level) >= percent && better(i, at, level)) at = i
  }
  return at
}
function cells_of(i) {
  return i ? cell[i] " " mode[i] " | " sprintf("%+.2f", 0 - loss[i]) " | " \
    (p[i] == 0 ? "< 1e-300" : p[i]) : "none | - | -"
}
# The same of the paper's own, where that is another.
function own(n, c, percent, overall,  i) {
  i = best(n, c, percent, "array", "paper")
  return i && i == overall ? "the same | - | -" : cells_of(i)
}
# Of cells and modes that all networks have: the one that saves most at a mean loss below `points`.
function most_saved(level, c, which,  key, i, keys, order, sum, lost, n, top) {
  found = ""
  for (i = 1; i <= rows; i++) {
    if ((which != "rival" && class[i] != c) || !counts(i, which)) continue
    if (!measured(i, level)) continue
    key = cell[i] " " mode[i]
    if (!(key in n)) order[++keys] = key
    sum[key] += saves(i, level)
    lost[key] += loss[i]
    n[key]++
  }
  for (i = 1; i <= keys; i++) {
    key = order[i]
    if (n[key] < nets || lost[key] / nets >= points) continue
    if (found != "" && sum[key] / nets <= top) continue
    found = key
    top = sum[key] / nets
    found_loss = lost[key] / nets
  }
  return found == "" ? "" : top
}
function says(level, c, which,  top) {
  top = most_saved(level, c, which)
  if (top == "") return "not met: none that loses less than " points " point"
  return sprintf("%s: %.1f %% saved at a mean loss of %.2f points (%s)", \
    top >= claim ? "met" : "not met", top, found_loss, found)
}
function claim_of(c, which, what) {
  print "- " what ": array at that clock " says("array", c, which) "; at a clock of its own " \
    says("clock", c, which) "; multiplier alone " says("multiplier", c, which)
}
# Accuracy of the paper's cells over that uncorrected, as means over networks and cells that have
# every mode that any of them has.
function ratios(c,  i, k, key, has, modes, which, with, without, pairs, text) {
  modes = split("paper cv bitplane", which, " ")
  for (i = 1; i <= rows; i++) {
    if (class[i] != c || kind[i] != "paper") continue
    has[mode[i]] = 1
    of_mode[net[i], cell[i], mode[i]] = accuracy[i]
  }
  for (i = 1; i <= rows; i++) {
    if (class[i] != c || kind[i] != "paper" || mode[i] != "none") continue
    key = net[i] SUBSEP cell[i]
    for (k = 1; k <= modes; k++)
      if (which[k] in has && !((key, which[k]) in of_mode)) break
    if (k <= modes) continue
    pairs++
    without += accuracy[i]
    for (k = 1; k <= modes; k++)
      if (which[k] in has) with[k] += of_mode[key, which[k]]
  }
  if (!without) return
  for (k = 1; k <= modes; k++)
    if (which[k] in has)
      text = text sprintf("%s %.2f times with %s (%s)", text ? "," : "", with[k] / without, \
        which[k], with[k] / without >= times ? "met" : "not met")
  if (text) printf "- accuracy %s times the uncorrected one, %s, the mean of %d pair%s of " \
    "network and cell:%s\n", times, c, pairs, (pairs > 1 ? "s" : ""), text
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
  period[i] = $at["period_ns"]
  met[i] = $at["met"]
  tests += kind[i] != "exact"
  has_class[class[i]] = 1
  if (!(net[i] in base)) order_net[++nets] = net[i]
  base[net[i]] = $at["against"]
  if (cell[i] == $at["against"]) period_of[net[i]] = period[i]
}
END {
  split("u8 s8", order_class, " ")
  budgets = split("30 45 60", budget, " ")
  print "Of each class, the most accurate cell and mode that meets the clock and saves so much"
  print "energy against the best exact array, with the points gained and the p of McNemar's test"
  print "against the exact network (one of " tests \
    " such tests; p is not adjusted for their number;"
  print "nothing is tested of one cell against another); of those the paper's own cells and"
  print "corrections; and the exact multiplier of rounded activations, of either class:"
  print ""
  print "| network | class | saved | array | points | p | the paper's own | points | p | rival |" \
    " points | p | multiplier alone | points | p |"
  print "|---|---|---:|---|---:|---:|---|---:|---:|---|---:|---:|---|---:|---:|"
  for (a = 1; a <= nets; a++)
    for (b = 1; b <= 2; b++) {
      n = order_net[a]
      c = order_class[b]
      if (!(c in has_class)) continue
      for (d = 1; d <= budgets; d++) {
        i = best(n, c, budget[d], "array", "all")
        printf "| %s | %s | %d %% | %s | %s | %s | %s |\n", n, c, budget[d], cells_of(i), \
          own(n, c, budget[d], i), cells_of(best(n, c, budget[d], "array", "rival")), \
          cells_of(best(n, c, budget[d], "multiplier", "all"))
      }
    }
  print ""
  printf "The paper's claim, %g %% less power at a mean loss below %g point over %d network%s, " \
    "nothing retrained, against the best exact array, at its clock:\n", claim, points, \
    nets, (nets > 1 ? "s" : "")
  print ""
  for (b = 1; b <= 2; b++) {
    c = order_class[b]
    if (!(c in has_class)) continue
    claim_of(c, "paper", "the paper's cells and corrections, " c)
    claim_of(c, "any", "any approximate cell and mode here, no weight changed, " c)
    claim_of(c, "tuned", "with weights tuned to the cell, " c)
    ratios(c)
  }
  claim_of("", "rival", "the rival, of either class, no weight changed or tuned")
  print ""
  for (a = 1; a <= nets; a++) {
    n = order_net[a]
    key = n SUBSEP base[n]
    if (!(key in all)) continue
    printf "- %s, best exact array (%s): multipliers take %.1f %% of its energy, adders %.1f, " \
      "registers %.1f, clock %.1f, waiting PEs %.1f, side column and correction units %.1f: " \
      "multipliers that cost nothing would save %.1f %% and what adders no longer see\n", n, \
      base[n], 100 * share[key, "mult"] / all[key], 100 * share[key, "add"] / all[key], \
      100 * share[key, "register"] / all[key], 100 * share[key, "clock"] / all[key], \
      100 * share[key, "rest"] / all[key], 100 * share[key, "foot"] / all[key], \
      100 * share[key, "mult"] / all[key]
  }
}
