# paper-s1-verdict.awk: how accurate the rows of paper-s1.tsv are that save 30, 45 and 60 percent of the
# energy, as Markdown, and which meet the clock.
# usage: awk -f paper-s1-rows.awk -f paper-s1-verdict.awk paper-s1.tsv
# SPDX-License-Identifier: Apache-2.0

# More accurate, or as accurate and cheaper.
function better(i, j, level) {
  return !j || accuracy[i] > accuracy[j] || \
    (accuracy[i] == accuracy[j] && saves(i, level) > saves(j, level))
}
# The most accurate row of a network that saves so much.
function best(n, c, least, level, which,  i, found) {
  for (i = 1; i <= rows; i++)
    if (net[i] == n && is_of(i, c, which) && counts(i, which) && measured(i, level) && \
        saves(i, level) >= least && better(i, found, level))
      found = i
  return found
}
function chance(i) { return p[i] == 0 ? "p < 1e-300" : "p " p[i] }
function at_clock(i) { return i ? name(i) " (" percent(array[i]) ", " chance(i) ")" : "none" }
function own_clock(i) { return i ? name(i) " (" percent(array[i]) ", " period_of(i) " ns)" : "none" }
function period_of(i) { return sprintf("%.3f", period[i]) + 0 }
function alone(i) {
  return i ? name(i) " (" percent(mult[i]) "; array " percent(array[i]) ")" : "none"
}

END {
  printf "Rows whose array meets the clock, by mode:"
  for (i = 1; i <= rows; i++) {
    if (kind[i] == "exact" || array[i] == "") continue
    if (!(mode[i] in of_mode)) order_mode[++modes] = mode[i]
    of_mode[mode[i]]++
    meet[mode[i]] += at_the_clock(i)
  }
  for (k = 1; k <= modes; k++)
    printf "%s %s %d of %d", (k > 1 ? "," : ""), order_mode[k], meet[order_mode[k]], of_mode[order_mode[k]]
  print ".\n\nThe most accurate that save so much:"
  print ""
  print "| network | class | saved | any cell | weights tuned | the paper's cells, paper or cv |" \
    " the same, clock of its own | rival, either class | any cell, multiplier alone |"
  print "|---|---|---:|---|---|---|---|---|---|"
  budgets = split("30 45 60", budget, " ")
  for (a = 1; a <= nets; a++)
    for (b = 1; b <= classes; b++) {
      n = order_net[a]
      c = order_class[b]
      if (!(c in has_class)) continue
      for (d = 1; d <= budgets; d++)
        printf "| %s | %s | %d %% | %s | %s | %s | %s | %s | %s |\n", n, c, budget[d], \
          at_clock(best(n, c, budget[d], "array", "any")), \
          at_clock(best(n, c, budget[d], "array", "tuned")), \
          at_clock(best(n, c, budget[d], "array", "paper")), \
          own_clock(best(n, c, budget[d], "clock", "paper")), \
          at_clock(best(n, c, budget[d], "array", "rival")), \
          alone(best(n, c, budget[d], "multiplier", "any"))
    }
}
