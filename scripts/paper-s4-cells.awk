# paper-s4-cells.awk: cells that the fronts of a campaign of searches have, and the exact one.
# usage: awk -f run-results.awk -f paper-s4-cells.awk HAVE.csv KEYED.tsv
# SPDX-License-Identifier: Apache-2.0
result[$1, "status"] == "done" {
  cells = $at["config"]
  sub(/.*"cells": "/, "", cells)
  sub(/".*/, "", cells)
  split(cells, name, " ")
  n = split(result[$1, "front"], row, " ")
  has[1]
  for (i = 1; i <= n; i++) {
    split(row[i], f, ":")
    for (c = split(f[5], choice, "."); c > 0; c--) has[choice[c] + 1]
  }
  for (i in has) {
    sub(/:.*/, "", name[i])
    if (!seen[name[i]]++) print name[i]
  }
  split("", has)
}
