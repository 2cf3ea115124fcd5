# paper-s1-saved.awk: what rows of paper-s1.tsv save at most below `points` lost, as Markdown, and what
# that means: of each network, the cell and mode.
# usage: awk -v claim=45 -v points=1 -f paper-s1-rows.awk -f paper-s1-saved.awk paper-s1.tsv
# SPDX-License-Identifier: Apache-2.0

function saved(i) { return i ? percent(array[i]) " (" name(i) ")" : "none" }
END {
  print "Saved is energy of an inference on a 16 x 16 array, with the sums of X and the correction units that"
  print "the mode needs, against the best exact array (of " exacts ", with the network's own"
  print "operands). At the clock: all designs of the array meet the period that all were measured for; at a"
  print "clock of its own: each as fast as its slowest design. `Multiplier alone` is energy of a product, as"
  print "papers count it, whatever the cell's delay and without what corrects; behind it, in brackets, what that"
  print "cell and mode save as an array; below 0: what takes more. Points are accuracy gained on all test"
  print "images, p McNemar's test against the exact network, one of " tests " such tests and not adjusted for their"
  print "number; nothing is tested of one cell against another, and cells and modes are chosen by the images that"
  print "they are judged by. The paper's cells are perforated, truncated and recursive ones. The rival is the"
  print "exact multiplier of rounded activations, whose rounding is not counted."
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
}
