# paper-s1-verdict.awk: what paper-s1.tsv says of each network, as Markdown: what is saved at most
# below `points` lost, and how accurate the best are that save 30, 45 and 60 percent.
# usage: awk -v claim=45 -v points=1 -f paper-s1-rows.awk -f paper-s1-verdict.awk paper-s1.tsv
# SPDX-License-Identifier: Apache-2.0

# More accurate, or as accurate and cheaper.
function better(i, j, level) {
  return !j || accuracy[i] > accuracy[j] || \
    (accuracy[i] == accuracy[j] && saves(i, level) > saves(j, level))
}
# The most accurate row of a network that saves so much.
function best(n, c, percent, level, which,  i, found) {
  for (i = 1; i <= rows; i++)
    if (net[i] == n && is_of(i, c, which) && counts(i, which) && measured(i, level) && \
        saves(i, level) >= percent && better(i, found, level))
      found = i
  return found
}
function name(i) { return cell[i] " " mode[i] sprintf(" %+.2f", 0 - loss[i]) }
function percent(x) { return x == "" ? "-" : sprintf("%.1f %%", x) }
function chance(i) { return p[i] == 0 ? "p < 1e-300" : "p " p[i] }
function at_clock(i) { return i ? name(i) " (" percent(array[i]) ", " chance(i) ")" : "none" }
function own_clock(i) { return i ? name(i) " (" percent(array[i]) ", " period_of(i) " ns)" : "none" }
function period_of(i) { return sprintf("%.3f", period[i]) + 0 }
function alone(i) {
  return i ? name(i) " (" percent(mult[i]) "; array " percent(array[i]) ")" : "none"
}
function saved(i) { return i ? percent(array[i]) " (" name(i) ")" : "none" }

END {
  print "Saved is energy of an inference on a 16 x 16 array, with the sums of X and the correction units that"
  print "the mode needs, against the best exact array (of " exacts ", with the network's own"
  print "operands). At the clock: all designs of the array meet the period that all were measured for; at a"
  print "clock of its own: each as fast as its slowest design. `Multiplier alone` is energy of a product, as"
  print "papers count it, without what corrects; behind it, in brackets, what that cell and mode save as an"
  print "array. Points are accuracy gained on all test images, p McNemar's test against the exact network, one"
  print "of " tests " such tests and not adjusted for their number; nothing is tested of one cell against"
  print "another, and cells and modes are chosen by the images that they are judged by. The rival is the exact"
  print "multiplier of rounded activations, whose rounding is not counted."
  print ""
  print "Most saved at the clock below " points " point lost:"
  print ""
  print "| network | exact % | best exact array | any cell, u8 | any cell, s8 | the paper's cells, paper or cv |" \
    " any cell, weights tuned | rival |"
  print "|---|---:|---|---|---|---|---|---|"
  for (a = 1; a <= nets; a++) {
    n = order_net[a]
    printf "| %s | %s | %s |", n, exact[base[n]], cell[base[n]]
    for (b = 1; b <= classes; b++) {
      i = cheapest(n, order_class[b], "any")
      printf " %s |", saved(i)
      if (i && array[i] >= claim) reached[n] = 1
    }
    print " " saved(cheapest(n, "", "paper")) " | " saved(cheapest(n, "", "tuned")) " | " \
      saved(cheapest(n, "", "rival")) " |"
    if (n in reached) {
      reach++
      names = names (names ? ", " : ": ") n
    }
  }
  printf "\n%s of %d networks save%s %g %% of the array's energy below %g point, no weight changed%s.\n\n", \
    (reach ? reach : "None"), nets, (reach > 1 ? "" : "s"), claim, points, names
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
