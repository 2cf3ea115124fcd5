# docs-page.awk: a family's data (docs-data.awk) as HTML tables, one at a time.
#   awk -v what=family|cells|uniform|network|counted|network-counted|index -f docs-page.awk DATA.tsv
#   awk -v what=cost -v family=FAMILY -f docs-page.awk cells.csv
# index is the family's row of the index page; `about` is then what the family is, in a line.
# SPDX-License-Identifier: Apache-2.0

function escape(text) {
  gsub(/&/, "\\&amp;", text)
  gsub(/</, "\\&lt;", text)
  gsub(/>/, "\\&gt;", text)
  return text
}

function row(tag, from, to,  i) {
  printf "<tr>"
  for (i = from; i <= to; i++) printf "<%s>%s</%s>", tag, escape($i), tag
  print "</tr>"
}

function head(text,  item, n, i) {
  n = split(text, item, "|")
  printf "<table>\n<tr>"
  for (i = 1; i <= n; i++) printf "<th>%s</th>", item[i]
  print "</tr>"
  open = 1
}

BEGIN { FS = what == "cost" ? "," : "\t" }

what == "cost" && /^#/ { note = note "\n" escape(substr($0, 3)); next }
what == "cost" && !titled { # columns by their titles, in an order of our own
  n = split("name class area_um2 area_fa_um2 delay_ns delay_fa_ns energy_pj energy_fa_pj", want,
            " ")
  for (i = 1; i <= NF; i++) at[$i] = i
  titled = 1
  next
}
what == "cost" && $at["family"] == family {
  if (!open) head("cell|class|area um2|FA um2|delay ns|FA ns|pJ/mult|FA pJ")
  printf "<tr>"
  for (i = 1; i <= n; i++) printf "<td>%s</td>", escape($at[want[i]])
  print "</tr>"
}
what == "cost" { next }

what == "family" && $1 == "family" {
  print "<p>Operand classes " escape($3) "; operands of " escape($4) " bits; parameters " \
        escape($5) ($6 == "-" ? "" : "; " escape($6) " pin") ".</p>"
}
what == "cells" && $1 == "cell" {
  if (!open) head("cell|CELL|class|params|X|source|runs|same table as")
  row("td", 2, NF)
}
(what == "uniform" || what == "network") && $1 == "titles" {
  print "<table>"
  open = 1
  row("th", 2, NF)
}
(what == "uniform" || what == "network") && $1 == what { row("td", 2, NF) }
(what == "counted" || what == "network-counted") && $1 == what { print escape($2) }

what == "index" && $1 == "family" { fam = $2; params = $5 }
what == "index" && $1 == "cell" { cell = cell (cell == "" ? "" : " ") $2 }
END {
  if (open) print "</table>"
  if (what == "cost" && open) print "<pre>" substr(note, 2) "</pre>"
  if (what == "index")
    printf "<tr><td><a href=\"mult/%s.html\">%s</a></td><td>%s</td><td>%s</td><td>%s</td></tr>\n",
           fam, fam, escape(about), escape(params), escape(cell)
}
