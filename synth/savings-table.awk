# savings-table.awk: what cells save, one row per cell, for one library or several side by side.
# usage: awk -v style=text|md -v against=star|dadda [-v area=1] [-v named=1]
#          [-v cells='CELL ...'] -f savings-table.awk savings.tsv ...
# An entry is "zero / inertial": the saving in energy a multiplication without glitches and with
# them, in percent; with area=1 that in area stands before it. With named=1 each column names its
# library. Without cells: all that are there.
# SPDX-License-Identifier: Apache-2.0

function put(text) {
  if (style == "md") printf " %s |", text
  else printf (column++ ? " %16s" : "%-10s"), text
}
function begin() {
  column = 0
  printf "%s", style == "md" ? "|" : ""
}
function percent(file, cell, place,  key) {
  key = file SUBSEP cell SUBSEP place
  if (!(key in saving)) {
    print "savings-table.awk: " name[file] ": no figure of " cell ": " place > "/dev/stderr"
    failed = 1
  }
  return saving[key] == "" ? "-" : sprintf("%.0f", saving[key]) + 0 # "-": against nothing
}

BEGIN { FS = "\t" }
FNR == 1 { name[++files] = FILENAME }
/^# platform / { # the library's name alone heads its columns
  library[files] = substr($0, 12)
  sub(/,.*/, "", library[files])
}
/^#/ { next }
$1 == "name" { for (i = 1; i <= NF; i++) at[$i] = i; next }
{
  if (files == 1 && !seen[$1]++) all = all " " $1
  saving[files, $1, $3 " " $4 " " $5] = $at["pj_saved_" against "_percent"]
  saving[files, $1, $3 " " $4 " area"] = $at["area_saved_" against "_percent"]
  corrected[$1, $4]
}
END {
  levels = split("multiplier none,pe none,array none,array cv", level, ",")
  split("multiplier,PE,array,array with cv", title, ",")
  begin()
  put("cell")
  for (f = 1; f <= files; f++)
    for (l = 1; l <= levels; l++) put((named ? library[f] ": " : "") title[l])
  print ""
  if (style == "md") {
    printf "|---|"
    for (i = 1; i <= files * levels; i++) printf "---:|"
    print ""
  }
  n = split(cells ? cells : all, cell, " ")
  for (i = 1; i <= n; i++) {
    begin()
    put(cell[i])
    for (f = 1; f <= files; f++)
      for (l = 1; l <= levels; l++) {
        if (level[l] ~ /cv/ && !((cell[i], "cv") in corrected)) { # a baseline
          put("")
          continue
        }
        text = percent(f, cell[i], level[l] " zero") " / " percent(f, cell[i], level[l] " inertial")
        put(area ? percent(f, cell[i], level[l] " area") "; " text : text)
      }
    print ""
  }
  if (failed) exit 1
}
