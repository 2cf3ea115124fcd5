# paper-s1-claim.awk: what paper-s1.tsv says of the control-variate paper's claim over all networks,
# as Markdown: saved at a mean loss below `points`; corrected against uncorrected accuracy; of what
# the savings are made.
# usage: awk -v claim=45 -v points=1 -v times=1.9 [-v short=1] -f paper-s1-rows.awk -f paper-s1-claim.awk
#            paper-s1.tsv
# short: of the first, the paper's own cells and the rival alone.
# SPDX-License-Identifier: Apache-2.0

# Of cells and modes that all networks have: the one that saves most at a mean loss below `points`;
# of those that save as much, the one that loses least. Into found, its saving, losses.
function most_saved(level, c, which,  key, i, keys, order, sum, lost, most, n) {
  found = ""
  for (i = 1; i <= rows; i++) {
    if (!is_of(i, c, which) || !counts(i, which) || !measured(i, level)) continue
    key = cell[i] " " mode[i]
    if (!(key in n)) order[++keys] = key
    sum[key] += saves(i, level)
    lost[key] += loss[i]
    if (!(key in most) || loss[i] > most[key]) most[key] = loss[i]
    n[key]++
  }
  for (i = 1; i <= keys; i++) {
    key = order[i]
    if (n[key] < nets || lost[key] / nets >= points) continue
    if (found != "" && (sum[key] < sum[found] || \
        (sum[key] == sum[found] && lost[key] >= lost[found]))) continue
    found = key
  }
  found_saved = sum[found] / nets
  found_loss = lost[found] / nets
  found_most = most[found]
}
function claims(c, which, what,  k) {
  for (k = 1; k <= levels; k++) {
    most_saved(level[k], c, which)
    if (found == "")
      printf "| %s | %s | %s | none below %g point | - | - | - | not met |\n", what, c ? c : "either", \
        level_name[k], points
    else
      printf "| %s | %s | %s | %.1f %% | %.2f | %.2f | %s | %s |\n", what, c ? c : "either", \
        level_name[k], found_saved, found_loss, found_most, found, \
        (found_saved >= claim ? "met" : "not met")
  }
}
# Accuracy of the paper's cells over that uncorrected, of networks and cells that have every mode
# that any of them has.
function ratios(c,  i, k, key, has, modes, which, with, without, of_each, pairs, nothing) {
  modes = split("bias paper cv bitplane", which, " ")
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
    if (!accuracy[i]) {
      nothing++
      continue
    }
    pairs++
    without += accuracy[i]
    for (k = 1; k <= modes; k++)
      if (which[k] in has) {
        with[k] += of_mode[key, which[k]]
        of_each[k] += of_mode[key, which[k]] / accuracy[i]
      }
  }
  for (k = 1; without && k <= modes; k++)
    if (which[k] in has)
      printf "| %s | %d | %s | %.2f | %s | %.2f | %s |\n", c, pairs, which[k], with[k] / without, \
        (with[k] / without >= times ? "met" : "not met"), of_each[k] / pairs, \
        (of_each[k] / pairs >= times ? "met" : "not met")
  if (nothing) printf "\n%d pairs of %s without one right answer uncorrected are left out.\n", nothing, c
}
# Percent of the best exact array: what row i takes, or takes less.
function made_of(n, i, what, less,  k, b) {
  b = base[n]
  printf "| %s | %s |", n, what
  for (k = 1; k <= parts; k++)
    printf " %.1f |", 100 * (less ? part[b, part_name[k]] - part[i, part_name[k]] : \
      part[i, part_name[k]]) / uj[b]
  printf " %.1f |\n", less ? array[i] : 100
}

END {
  levels = split("array clock multiplier", level, " ")
  split("array at the clock,array at a clock of its own,multiplier alone", level_name, ",")
  printf "The paper's claim, %g %% less power at a mean loss below %g point over %d network%s, nothing " \
    "retrained: the cell\nand mode that save most below that loss, savings and losses as plain means over " \
    "the networks:\n\n", claim, points, nets, (nets > 1 ? "s" : "")
  print "| cells and modes | class | energy | saved | mean loss | largest loss | which | claim |"
  print "|---|---|---|---:|---:|---:|---|---|"
  for (b = 1; b <= classes; b++) {
    c = order_class[b]
    if (!(c in has_class)) continue
    claims(c, "paper", "the paper's cells, paper or cv")
    if (short) continue
    claims(c, "any", "any here, no weight changed")
    claims(c, "tuned", "any here, weights tuned")
  }
  claims("", "rival", "the rival, no weight changed")
  if (short) exit
  printf "\nIts other claim, accuracy %g times the uncorrected one, of pairs of network and paper's cell: the " \
    "ratio of mean\naccuracies, and the mean of ratios, which is dominated by pairs whose uncorrected network is at chance:\n\n", \
    times
  print "| class | pairs | mode | ratio of means | claim | mean of ratios | claim |"
  print "|---|---:|---|---:|---|---:|---|"
  for (b = 1; b <= classes; b++) if (order_class[b] in has_class) ratios(order_class[b])
  printf "\nOf what the energy of the best exact array is made, in percent of it, and what those that save most " \
    "below\n%g point at the clock, no weight changed, take less of each:\n\n", points
  print "| network | array | multipliers | adders | registers | clock | PEs that wait |" \
    " side column, correction units | all |"
  print "|---|---|---:|---:|---:|---:|---:|---:|---:|"
  for (a = 1; a <= nets; a++) {
    n = order_net[a]
    made_of(n, base[n], cell[base[n]])
    i = cheapest(n, "", "any")
    j = cheapest(n, "", "paper")
    if (i) made_of(n, i, "less with " cell[i] " " mode[i], 1)
    if (j && j != i) made_of(n, j, "less with " cell[j] " " mode[j], 1)
  }
}
