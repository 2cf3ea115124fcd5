# report-points.awk: accuracy and energy of every network, cell, correction mode and level, a row
# each, comma-separated: what the Pareto plot shows.
#   awk -v network=NET -f report-points.awk [of=synth cells.csv] [of=ppa ppa.tsv] \
#     [of=accuracy accuracy.csv] [of=measured NET.scores.csv] [of=s1 paper-s1.tsv]
# accuracy.csv (`varimac sweep`) is of that network, and gets the energies of cells.csv and ppa.tsv,
# which come before it: of the bare multiplier with glitches and without, and of its PE with them, pJ
# a multiplication; so do points of the same network that another tree scored on other images, if
# network and cell still have the hashes that they have in accuracy.csv. paper-s1.tsv has its own: of the multiplier, and of a 16 x 16 array over one
# inference, in uJ. A point without an energy is no point. exact: a cell without an error.
# SPDX-License-Identifier: Apache-2.0

function columns_of(line, separator,  n, i) {
  split("", at)
  n = split(line, title, separator)
  for (i = 1; i <= n; i++) at[title[i]] = i
}
function row(net, cell, class, mode, data, images, accuracy, exact, level, energy, unit) {
  if (energy == "" || accuracy == "") return
  printf "%s,%s,%s,%s,%s,%s,%.2f,%s,%s,%s,%s\n", net, cell, class, mode, data, images, accuracy, \
    exact, level, energy, unit
}

BEGIN {
  print "network,cell,class,mode,data,images,accuracy_percent,exact,level,energy,unit"
  settled = "multiplier without glitches"
  glitches = "multiplier with glitches"
  whole = "16 x 16 array"
}
FNR == 1 { titled = 0 }
/^#/ { next }
!titled {
  separator = of == "ppa" || of == "s1" ? "\t" : ","
  columns_of($0, separator)
  titled = 1
  next
}
{ split($0, field, separator) }
of == "synth" {
  cell = field[at["name"]]
  class[cell] = field[at["class"]]
  exact[cell] = field[at["function"]] == "exact" ? "yes" : "no"
  zero[cell] = field[at["energy_pj"]]
  inertial[cell] = field[at["energy_inertial_pj"]]
}
of == "ppa" { pe[field[at["name"]]] = field[at["pe_inertial_pj"]] }
of == "accuracy" || of == "measured" {
  cell = field[at["mult"]]
  mode = field[at["correction"]]
  data = field[at["data"]]
  place = field[at["network"]] SUBSEP cell SUBSEP field[at["table"]]
  if (of == "accuracy") {
    holds[place]
    scored[data]
  } else if (!(place in holds) || data in scored) next
  images = field[at["images"]]
  percent = 100 * field[at["accuracy"]]
  row(network, cell, class[cell], mode, data, images, percent, exact[cell], glitches,
    inertial[cell], "pJ per multiplication")
  row(network, cell, class[cell], mode, data, images, percent, exact[cell], "PE with glitches",
    cell in pe ? pe[cell] : "", "pJ per multiplication")
  row(network, cell, class[cell], mode, data, images, percent, exact[cell], settled, zero[cell],
    "pJ per multiplication")
}
of == "s1" {
  is_exact = field[at["kind"]] == "exact" ? "yes" : "no"
  row(field[at["network"]], field[at["cell"]], field[at["class"]], field[at["mode"]], "test images",
    field[at["images"]], field[at["accuracy_percent"]], is_exact, glitches " (own operands)",
    field[at["mult_pj"]], "pJ per multiplication")
  row(field[at["network"]], field[at["cell"]], field[at["class"]], field[at["mode"]], "test images",
    field[at["images"]], field[at["accuracy_percent"]], is_exact, whole, field[at["array_uj"]],
    "uJ per inference")
}
