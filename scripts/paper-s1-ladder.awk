# paper-s1-ladder.awk: paper-s1.tsv as a Markdown table, a row per network and cell: what its
# multiplier and its array save, without V / with one X / with bit planes, and the accuracy of each
# mode; a star where McNemar's test tells it from the exact network (p < 0.05), `slow` behind an
# array that misses the period.
# usage: awk [-v left_out=FILE] -f paper-s1-ladder.awk paper-s1.tsv
# left_out: what to say below of networks that are not there.
# SPDX-License-Identifier: Apache-2.0

BEGIN { FS = "\t" }
FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
{
  key = $at["network"] " | " $at["cell"] " | " $at["class"]
  m = $at["mode"]
  tests += $at["kind"] != "exact"
  if (!(m in is_mode)) { is_mode[m] = 1; mode[++modes] = m }
  if (!(key in saved_mult)) { order[++keys] = key; saved_mult[key] = $at["mult_saved"] }
  value[key, m] = $at["accuracy_percent"] ($at["mcnemar_p"] < 0.05 ? "\\*" : "")
  array[key, m] = $at["array_saved"]
  slow[key, m] = $at["met"] == 1 ? "" : " slow"
}
function of(key, m) {
  return array[key, m] == "" ? "-" : sprintf("%.1f", array[key, m]) slow[key, m]
}
END {
  printf "| network | cell | class | multiplier saves %% | array saves %% |"
  for (i = 1; i <= modes; i++) printf " %s |", mode[i]
  printf "\n|---|---|---|---:|---:|"
  for (i = 1; i <= modes; i++) printf "---:|"
  print ""
  for (k = 1; k <= keys; k++) {
    printf "| %s | %.1f | %s / %s / %s |", order[k], saved_mult[order[k]], of(order[k], "none"), \
      of(order[k], "cv"), of(order[k], "bitplane")
    for (i = 1; i <= modes; i++)
      printf " %s |", (order[k], mode[i]) in value ? value[order[k], mode[i]] : "-"
    print ""
  }
  print "\n\\*: p < 0.05 of McNemar's test against the exact network, one of " tests \
    " such tests; p is not adjusted for their number."
  while (left_out != "" && (getline line < left_out) > 0) print (said++ ? "" : "\n") line
}
