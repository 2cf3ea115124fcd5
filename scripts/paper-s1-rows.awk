# paper-s1-rows.awk: rows of paper-s1.tsv, which of them count, and what they save; for scripts
# behind it. The claim is the paper's cells' and corrections' (kind paper; modes paper and cv).
# Levels: `array` at the clock that the best exact array was measured for, where power at equal
# inferences a second is energy: what misses it is left out; `clock`: each as fast as its slowest
# design, energies compared; `multiplier`: a product of the bare cell, without correction's hardware.
# SPDX-License-Identifier: Apache-2.0

# Whether row i counts: which: paper, any (no weight changed), tuned, rival (neither).
function counts(i, which) {
  if (kind[i] == "exact" || (kind[i] == "rival") != (which == "rival")) return 0
  if (which == "paper") return kind[i] == "paper" && (mode[i] == "paper" || mode[i] == "cv")
  return (mode[i] ~ /\+tune$/) == (which == "tuned")
}
function at_the_clock(i) {
  return array[i] != "" && met[i] == 1 && period[i] == period[base[net[i]]]
}
# Whether there is such a figure.
function measured(i, level) {
  if (level == "multiplier") return 1
  return level == "clock" ? array[i] != "" : at_the_clock(i)
}
# Percent, of those that are measured.
function saves(i, level) { return level == "multiplier" ? mult[i] : array[i] }
# Whether row i is of class c; the rival is of either.
function is_of(i, c, which) {
  return c == "" || which == "rival" || class[i] == c
}
# The row of a network that saves most as an array at the clock, at a loss below `points`.
function cheapest(n, c, which,  i, found) {
  for (i = 1; i <= rows; i++)
    if (net[i] == n && is_of(i, c, which) && counts(i, which) && measured(i, "array") && \
        loss[i] < points && (!found || saves(i, "array") > saves(found, "array")))
      found = i
  return found
}
# As text: a row, loss told as what is gained; percent.
function name(i) { return cell[i] " " mode[i] sprintf(" %+.2f", 0 - loss[i]) }
function percent(x) { return x == "" ? "-" : sprintf("%.1f %%", x) }

BEGIN {
  FS = "\t"
  parts = split("mult_uj add_uj register_uj clock_uj waiting_uj correction_uj", part_name, " ")
}
FNR == 1 {
  for (i = 1; i <= NF; i++) at[$i] = i
  next
}
{
  i = ++rows
  net[i] = $at["network"]
  class[i] = $at["class"]
  cell[i] = $at["cell"]
  kind[i] = $at["kind"]
  mode[i] = $at["mode"]
  accuracy[i] = $at["accuracy_percent"] + 0
  exact[i] = $at["exact_percent"]
  loss[i] = $at["loss"] + 0
  p[i] = $at["mcnemar_p"]
  mult[i] = $at["mult_saved"]
  array[i] = $at["array_saved"]
  uj[i] = $at["array_uj"]
  period[i] = $at["period_ns"]
  met[i] = $at["met"]
  for (k = 1; k <= parts; k++) part[i, part_name[k]] = $at[part_name[k]]
  tests += kind[i] != "exact"
  has_class[class[i]] = 1
  if (!(net[i] in said_net)) order_net[++nets] = net[i]
  said_net[net[i]] = 1
  if (kind[i] == "exact" && !(cell[i] in said_exact)) exacts = exacts (exacts ? " " : "") cell[i]
  if (kind[i] == "exact") said_exact[cell[i]] = 1
  if (cell[i] == $at["against"]) base[net[i]] = i
}
END {
  classes = split("u8 s8", order_class, " ")
  for (i = 1; i <= nets; i++)
    if (!(order_net[i] in base)) missing = missing (missing ? " " : "") order_net[i]
  if (!nets || missing != "") {
    print FILENAME ": expected an exact array that meets the clock, found none" \
      (missing == "" ? "" : " of " missing) > "/dev/stderr"
    exit 1
  }
}
