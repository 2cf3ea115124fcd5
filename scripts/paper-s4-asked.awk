# paper-s4-asked.awk: the searches of a campaign, a line each, for run-keys.sh.
# usage: awk -v network=NET -v runs='SET:MODE[:EDGE] ...' -v levels='LEVEL ...' -v options='--X ...'
#            -v images=N -v judges=N -v tests=N -v cost=SECONDS -v line=N -v evolution=N
#            -v seed=N -v layers=N -v paper=paper-s4 -f paper-maps.awk -f paper-s4-asked.awk COSTS.tsv LIST OF KEYED.tsv
#            HAVE.csv
# Files as paper-maps.awk has them. EDGE: the cell whose X layers of several cells have. The whole
# registry is searched layer by layer; finer levels get the cells that are on the front of that, and
# so are asked for when it is known: HAVE.csv is what came of the lines that were asked for before.
# cost: of an image, for the forecast.
# SPDX-License-Identifier: Apache-2.0

# Of cells, "NAME:ENERGY ...", the ones that a front has, and the exact one.
function used_of(text, front,  word, n, i, row, f, c, k, has, out) {
  n = split(text, word, " ")
  has[0]
  k = split(front, row, " ")
  for (i = 1; i <= k; i++) {
    split(row[i], f, ":")
    c = split(f[5], choice, ".")
    for (; c > 0; c--) has[choice[c]]
  }
  for (i = 1; i <= n; i++) if ((i - 1) in has) out = out (out == "" ? "" : " ") word[i]
  return out
}
function config(text, level, mode, edge) {
  return "{\"net\": \"" network "\", \"cells\": \"" text "\", \"options\": \"--level " level \
    " --correction " mode (edge == "" || level == "layer" ? "" : " --edge " edge) " --line " line \
    " --evaluations " evolution " --seed " seed " " options "\"}"
}
function ask(set, level, mode, edge, text,  n, units, word) {
  n = split(text, word, " ")
  units = layers * (level == "layer" ? 1 : level == "tap" ? 9 : 4)
  print network, set, level, mode, seed, \
    int(cost * (images * (units * (n - 1) + line + evolution) + (judges + tests) * 20)), \
    of_cells(text), \
    config(text, level, mode, edge)
}

{
  n = split($0, f, ",")
  if (FNR == 1) for (i = 1; i <= n; i++) in_have[f[i]] = i
  else front[f[1]] = f[in_have["front"]]
}
END {
  if (failed) exit 1
  print "network", "set", "level", "mode", "seed", "seconds", "of", "config"
  n = split(runs, run, " ")
  k = split(levels, level, " ")
  for (i = 1; i <= n; i++) {
    if (split(run[i], part, ":") < 2)
      fail("PAPER_S4_RUNS: expected SET:MODE[:EDGE], found '" run[i] "'")
    set[i] = part[1]
    mode[i] = part[2]
    edge[i] = part[3]
    text[i] = cells_of(set[i])
  }
  for (j = 1; j <= k; j++)
    for (i = 1; i <= n; i++) {
      now = text[i]
      if (set[i] == "registry" && level[j] != "layer") {
        first = key[of_cells(now), config(now, "layer", mode[i], edge[i])]
        if (!(first in front)) continue
        now = used_of(now, front[first])
      }
      ask(set[i], level[j], mode[i], edge[i], now)
    }
}
