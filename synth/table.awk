# table.awk: two lines of name=value pairs per cell (variant plain, then adders) to one CSV row.
# Usage: awk -v target=PS -f table.awk; slack is the target less the delay, negative where missed.
# A library without adder cells has no second line: those columns stay empty. energy_pj counts no
# glitches, energy_inertial_pj does.
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
  print ",products,energy_inertial_pj"
}

function end_row(  i) {
  if (!open) return
  for (i = 1; i <= fa_columns; i++) printf ",%s", fa[i]
  print "," products "," inertial
  split("", fa)
  open = 0
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
  end_row()
  open = 1
  printf "%s", value["cell"]
  for (i = 1; i <= columns; i++) printf ",%s", value[column[i]]
  products = value["products"]
  inertial = value["energy_inertial_pj"]
}

value["variant"] == "adders" {
  for (i = 1; i <= fa_columns; i++) fa[i] = value[fa_column[i]]
}

END { end_row() }
