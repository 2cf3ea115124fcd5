# paper-maps.awk: what campaigns on maps of cells ask for from the same files, before the script of
# each: awk -v paper=NAME ... -f paper-maps.awk -f NAME-asked.awk COSTS.tsv LIST OF KEYED.tsv ...
# COSTS.tsv: cells with measured energies (cell_inertial_pj); LIST is of `varimac mult list`; OF of
# paper-s4-asked.sh; KEYED.tsv the lines that were asked for before, into key[of, config]. best: the
# exact cell that takes least, which each set of cells stands beside.
# SPDX-License-Identifier: Apache-2.0

function fail(text) {
  print paper ": " text > "/dev/stderr"
  failed = 1
  exit 1
}
# "NAME:ENERGY ..." of a set: a family, all of them (registry), or what the script behind this has
# in member[set, cell]; the exact one first, without those that take no less.
function cells_of(set,  i, c, text, n) {
  text = best ":" pj[best]
  for (i = 1; i <= cells; i++) {
    c = cell[i]
    if ((set == "registry" || family[c] == set || (set, c) in member) && !(c in exact) &&
        pj[c] < pj[best]) {
      text = text " " c ":" pj[c]
      n++
    }
  }
  if (!n) fail("no cell of '" set "' that takes less than " best " in " ARGV[1])
  return text
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
END {
  if (failed) exit 1
  for (i = 1; i <= cells; i++)
    if (cell[i] in exact && (best == "" || pj[cell[i]] < pj[best])) best = cell[i]
  if (best == "") fail(ARGV[1] ": expected a row of an exact cell")
}
