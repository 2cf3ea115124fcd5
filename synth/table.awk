# table.awk: two lines of name=value pairs per cell (variant plain, then adders) to one CSV row.
# SPDX-License-Identifier: Apache-2.0

BEGIN {
  columns = split("class family area_um2 delay_ns energy_pj switching_pj internal_pj " \
                  "leakage_nw toggles gates", column, " ")
  fa_columns = split("area_um2 delay_ns energy_pj gates", fa_column, " ")
  printf "name"
  for (i = 1; i <= columns; i++) printf ",%s", column[i]
  for (i = 1; i <= fa_columns; i++) {
    title = fa_column[i]
    if (!sub(/_/, "_fa_", title)) title = title "_fa"
    printf ",%s", title
  }
  print ",macs"
}

{
  for (i = 1; i <= NF; i++) {
    at = index($i, "=")
    value[substr($i, 1, at - 1)] = substr($i, at + 1)
  }
}

value["variant"] == "plain" {
  printf "%s", value["cell"]
  for (i = 1; i <= columns; i++) printf ",%s", value[column[i]]
}

value["variant"] == "adders" {
  for (i = 1; i <= fa_columns; i++) printf ",%s", value[fa_column[i]]
  print "," value["macs"]
}
