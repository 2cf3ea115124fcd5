# report-json.awk: a measured table as a member of a JSON object, "ID":{"columns":[...],
# "rows":[[...]],"notes":[...]}. Comma-separated, or with tabs where the first line has one; lines
# that begin with # are notes, the first other one names the columns.
# usage: awk -v id=ID -f json.awk -f report-json.awk FILE
# Hashes are names, not numbers, whatever digits they have. A row of another width is an error.
# SPDX-License-Identifier: Apache-2.0

/^#/ { note[++notes] = substr($0, length($0) > 1 ? 3 : 2); next }
!columns {
  separator = index($0, "\t") ? "\t" : ","
  columns = split($0, title, separator)
  printf "%s:{\"columns\":[", json_text(id)
  for (i = 1; i <= columns; i++) {
    printf "%s%s", (i > 1 ? "," : ""), json_text(title[i])
    named[i] = title[i] ~ /^(hash|table|network|key|calibration|layers)$/
  }
  printf "],\"rows\":["
  next
}
{
  n = split($0, cell, separator)
  if (n != columns) {
    print "report-json: " FILENAME ":" FNR ": expected " columns " columns, found " n \
      > "/dev/stderr"
    failed = 1
    exit 1
  }
  printf "%s\n[", rows++ ? "," : ""
  for (i = 1; i <= n; i++)
    printf "%s%s", (i > 1 ? "," : ""), named[i] ? json_text(cell[i]) : json_value(cell[i])
  printf "]"
}
END {
  if (failed) exit 1
  if (!columns) printf "%s:{\"columns\":[],\"rows\":[", json_text(id)
  printf "],\"notes\":["
  for (i = 1; i <= notes; i++) printf "%s%s", (i > 1 ? "," : ""), json_text(note[i])
  print "]}"
}
