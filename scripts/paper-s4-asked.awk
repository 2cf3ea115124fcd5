# paper-s4-asked.awk: the searches of a campaign, a line each, for run-keys.sh.
# usage: awk -v network=NET -v runs='SET:MODE[:EDGE] ...' -v levels='LEVEL ...' -v options='--X ...'
#            -v images=N -v tests=N -v cost=SECONDS -v line=N -v evolution=N -v seed=N -v layers=N
#            -f paper-s4-asked.awk COSTS.tsv LIST OF KEYED.tsv HAVE.csv
# COSTS.tsv: cells with measured energies (cell_inertial_pj); LIST is of `varimac mult list`; OF of
# paper-s4-asked.sh. SET: a family, or registry: all of COSTS. Each set goes beside the exact cell
# that takes least, without the cells that take no less. EDGE: the cell whose X layers of several
# cells have. The whole registry is searched layer by layer; finer levels get the cells that are on
# the front of that, and so are asked for when it is known: KEYED.tsv and HAVE.csv are of the lines
# that were asked for before, and of what came of them. cost: of an image, for the forecast.
# SPDX-License-Identifier: Apache-2.0

function fail(text) {
  print "paper-s4: " text > "/dev/stderr"
  failed = 1
  exit 1
}
# Cells of a set, the exact one first, each with its energy.
function cells_of(set,  i, text, n) {
  text = best ":" pj[best]
  for (i = 1; i <= cells; i++)
    if ((set == "registry" || family[cell[i]] == set) && !(cell[i] in exact) &&
        pj[cell[i]] < pj[best]) {
      text = text " " cell[i] ":" pj[cell[i]]
      n++
    }
  if (!n) fail("no cell of '" set "' that takes less than " best " in " ARGV[1])
  return text
}
# Of those the ones that a front has, and the exact one.
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
    int(cost * (images * (units * (n - 1) + line + evolution) + tests * 20)), of_cells(text), \
    config(text, level, mode, edge)
}

# What a line is of: network, images, the cells by their tables.
function of_cells(text,  word, n, i, out) {
  n = split(text, word, " ")
  for (i = 1; i <= n; i++) {
    sub(/:.*/, "", word[i])
    if (!(word[i] in hash)) fail("no hash of " word[i])
    out = out " " hash[word[i]]
  }
  return of out
}

BEGIN { OFS = "\t" }
FILENAME == ARGV[1] {
  if (/^#/) next
  n = split($0, f, "\t")
  if (!titled++) {
    for (i = 1; i <= n; i++) column[f[i]] = i
    if (!("name" in column) || !("cell_inertial_pj" in column))
      fail(ARGV[1] ": expected columns name and cell_inertial_pj, found " $0)
    next
  }
  cell[++cells] = f[column["name"]]
  pj[cell[cells]] = f[column["cell_inertial_pj"]] + 0
  next
}
FILENAME == ARGV[2] {
  if ($1 !~ /^[0-9]+$/) next
  family[$2] = $3
  if ($7 + 0 == 0) exact[$2]
  next
}
FILENAME == ARGV[3] {
  if (FNR <= 2) of = of (of == "" ? "" : " ") $0
  else hash[$1] = $2
  next
}
FILENAME == ARGV[4] {
  n = split($0, f, "\t")
  if (FNR == 1) for (i = 1; i <= n; i++) in_keyed[f[i]] = i
  else key[f[in_keyed["of"]], f[in_keyed["config"]]] = f[1]
  next
}
{
  n = split($0, f, ",")
  if (FNR == 1) for (i = 1; i <= n; i++) in_have[f[i]] = i
  else front[f[1]] = f[in_have["front"]]
}
END {
  if (failed) exit 1
  for (i = 1; i <= cells; i++)
    if (cell[i] in exact && (best == "" || pj[cell[i]] < pj[best])) best = cell[i]
  if (best == "") fail(ARGV[1] ": expected a row of an exact cell")
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
