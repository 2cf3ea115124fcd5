#!/bin/sh
# show.sh: cells.csv for a reader: savings against the best exact netlist, figure by figure.
# usage: show.sh CELLS.csv
# SPDX-License-Identifier: Apache-2.0
set -eu

# Read twice: the exact netlists (function exact) may stand anywhere.
awk -F, '
  function figures(  f) {
    for (f = 1; f <= 4; f++) value[f] = $at[column[f]]
    class = $at["class"]
  }
  function saved(f) { return best[class, f] > 0 ? 100 * (1 - value[f] / best[class, f]) : 0 }
  function met(slack) { return slack < 0 ? "!" : " " }
  BEGIN { split("area_um2 energy_pj area_fa_um2 energy_fa_pj", column, " ") }
  /^#/ { if (NR == FNR) print; next }
  $1 == "name" { for (i = 1; i <= NF; i++) at[$i] = i }
  NR == FNR {
    rows[n++] = $0
    next
  }
  $1 == "name" {
    for (r = 1; r < n; r++) {
      $0 = rows[r]
      figures()
      if ($at["function"] != "exact") continue
      for (f = 1; f <= 4; f++)
        if (!((class, f) in best) || value[f] < best[class, f]) {
          best[class, f] = value[f]
          whose[class, f] = $1
        }
      classes[class]
    }
    print "saved: against the lowest exact figure in the same column and class:"
    for (class in classes)
      printf "  %s: plain %s %.0f um2, %s %.3f pJ; fa %s %.0f um2, %s %.3f pJ\n", class,
        whose[class, 1], best[class, 1], whose[class, 2], best[class, 2],
        whose[class, 3], best[class, 3], whose[class, 4], best[class, 4]
    print "ns!: the delay target is missed"
    printf "%-10s %-5s %8s %6s %7s %8s %6s | %8s %6s %7s %8s %6s\n", "cell", "class", "area um2",
      "saved", "ns", "pJ/mult", "saved", "fa um2", "saved", "ns", "pJ/mult", "saved"
    next
  }
  {
    figures()
    printf "%-10s %-5s %8.0f %5.0f%% %6.3f%s %8.3f %5.0f%% | %8.0f %5.0f%% %6.3f%s %8.3f %5.0f%%\n",
      $1, class, value[1], saved(1), $at["delay_ns"], met($at["slack_ns"]), value[2], saved(2),
      value[3], saved(3), $at["delay_fa_ns"], met($at["slack_fa_ns"]), value[4], saved(4)
  }' "$1" "$1"
echo "$1"
