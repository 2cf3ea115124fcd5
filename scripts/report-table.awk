# The report's table from report-merge.awk's rows: awk -v style=text|md -f report-table.awk
# Between the energies and `images` each of its columns is a correction mode.
# SPDX-License-Identifier: Apache-2.0

function line(  i, text) {
  if (style == "md") {
    text = "|"
    for (i = 1; i <= columns; i++) text = text " " cell[i] " |"
    print text
  } else {
    text = sprintf("%-11s", cell[1])
    for (i = 2; i <= columns; i++) text = text sprintf(" %" width[i] "s", cell[i])
    print text
  }
}

function need(name) {
  if (name in at) return
  print "report-table: " FILENAME ": expected a column " name ", found " $0 > "/dev/stderr"
  exit 1
}

function number(text, digits) { return text == "" ? "" : sprintf("%." digits "f", text) }

BEGIN {
  FS = ","
  fixed = split("multiplier,MRE %,area um2,FA um2,delay ns,pJ/mult,FA pJ", cell, ",")
  split("11 8 8 8 8 7 7", width, " ")
}

FNR == 1 {
  for (i = 1; i <= NF; i++) at[$i] = i
  split("name,mre,area_um2,area_fa_um2,delay_ns,energy_pj,energy_fa_pj,images,rtl", name, ",")
  for (i = 1; i in name; i++) need(name[i])
  for (i = at["energy_fa_pj"] + 1; i <= NF && $i != "images"; i++) {
    cell[fixed + ++modes] = $i
    width[fixed + modes] = length($i) > 6 ? length($i) : 6
  }
  columns = fixed + modes + 1
  cell[columns] = "RTL=C"
  width[columns] = 6
  line()
  if (style != "md") next
  printf "|---|"
  for (i = 2; i < columns; i++) printf "---:|"
  print "---|"
  next
}
{
  cell[1] = $at["name"]
  cell[2] = number($at["mre"], 2)
  cell[3] = number($at["area_um2"], 0)
  cell[4] = number($at["area_fa_um2"], 0)
  cell[5] = number($at["delay_ns"], 2)
  cell[6] = number($at["energy_pj"], 2)
  cell[7] = number($at["energy_fa_pj"], 2)
  for (i = 1; i <= modes; i++) cell[fixed + i] = number($(at["energy_fa_pj"] + i), 1)
  cell[columns] = $at["rtl"]
  line()
}
