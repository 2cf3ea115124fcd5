# What varimac sweep wrote as a table, a row per cell and a column for each of these modes:
# awk -v modes='MODE ...' [-v style=md] -f scripts/accuracy-table.awk accuracy.csv
# SPDX-License-Identifier: Apache-2.0

BEGIN {
  FS = ","
  columns = split(modes, mode, " ")
}
FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
{
  m = $at["mult"]
  if (!(m in seen)) { seen[m] = 1; cell[cells++] = m }
  accuracy[m, $at["correction"]] = 100 * $at["accuracy"]
}
END {
  md = style == "md"
  printf md ? "| multiplier |" : "%-11s", md ? "" : "multiplier"
  for (i = 1; i <= columns; i++) printf md ? " %s |" : " %8s", mode[i]
  if (md) printf "\n|---|"
  for (i = 1; md && i <= columns; i++) printf "---:|"
  print ""
  for (c = 0; c < cells; c++) {
    printf md ? "| %s |" : "%-11s", cell[c]
    for (i = 1; i <= columns; i++) {
      found = (cell[c], mode[i]) in accuracy # a point that could not be made has no row
      printf md ? " %s |" : " %8s", found ? sprintf("%.2f", accuracy[cell[c], mode[i]]) : "-"
    }
    print ""
  }
}
