# table.awk: two lines of name=value pairs per cell (variant plain, then adders) to one CSV row.
# Usage: awk -v target=PS -f table.awk; slack is the target less the delay, negative where missed.
# SPDX-License-Identifier: Apache-2.0

BEGIN {
  columns = split("class family function model area_um2 delay_ns slack_ns energy_pj switching_pj " \
                  "internal_pj leakage_nw toggles gates", column, " ")
  fa_columns = split("area_um2 delay_ns slack_ns energy_pj gates", fa_column, " ")
  printf "name"
  for (i = 1; i <= columns; i++) printf ",%s", column[i]
  for (i = 1; i <= fa_columns; i++) {
    title = fa_column[i]
    if (!sub(/_/, "_fa_", title)) title = title "_fa"
    printf ",%s", title
  }
  print ",products"
}

{
  for (i = 1; i <= NF; i++) {
    at = index($i, "=")
    value[substr($i, 1, at - 1)] = substr($i, at + 1)
  }
  value["model"] = value["name"]
  value["slack_ns"] = sprintf("%.5f", target / 1000 - value["delay_ns"])
}

value["variant"] == "plain" {
  printf "%s", value["cell"]
  for (i = 1; i <= columns; i++) printf ",%s", value[column[i]]
}

value["variant"] == "adders" {
  for (i = 1; i <= fa_columns; i++) printf ",%s", value[fa_column[i]]
  print "," value["products"]
}
