# The report's table from report-merge.awk's rows: awk -v style=text|md|html -f report-table.awk
# SPDX-License-Identifier: Apache-2.0

function line(head,  i, text) {
  if (style == "html") {
    text = "<tr>"
    for (i = 1; i <= columns; i++)
      text = text (head ? "<th>" : "<td>") cell[i] (head ? "</th>" : "</td>")
    print text "</tr>"
  } else if (style == "md") {
    text = "|"
    for (i = 1; i <= columns; i++) text = text " " cell[i] " |"
    print text
  } else {
    text = sprintf("%-11s", cell[1])
    for (i = 2; i <= columns; i++) text = text sprintf(" %" width[i] "s", cell[i])
    print text
  }
}

function number(text, digits) { return text == "" ? "" : sprintf("%." digits "f", text) }

BEGIN {
  FS = ","
  columns = split("multiplier,MRE %,area um2,FA um2,delay ns,pJ/mult,FA pJ,none,bias,paper,cv,bitplane,RTL=C", cell, ",")
  split("11 8 8 8 8 7 7 6 6 6 6 8 6", width, " ")
  if (style == "html") print "<table>"
  line(1)
  if (style == "md") print "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|"
}

FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
{
  cell[1] = $at["name"]
  cell[2] = number($at["mre"], 2)
  cell[3] = number($at["area_um2"], 0)
  cell[4] = number($at["area_fa_um2"], 0)
  cell[5] = number($at["delay_ns"], 2)
  cell[6] = number($at["energy_pj"], 2)
  cell[7] = number($at["energy_fa_pj"], 2)
  cell[8] = number($at["none"], 1)
  cell[9] = number($at["bias"], 1)
  cell[10] = number($at["paper"], 1)
  cell[11] = number($at["cv"], 1)
  cell[12] = number($at["bitplane"], 1)
  cell[13] = $at["rtl"]
  line(0)
}
END { if (style == "html") print "</table>" }
