# md-html.awk: the Markdown that our reports use, as HTML: headings, paragraphs, lists, tables,
# fenced text, `code`. Everything else is text, and escaped.
# usage: awk -f md-html.awk REPORT.md
# SPDX-License-Identifier: Apache-2.0

function escape(s) {
  gsub(/&/, "\\&amp;", s)
  gsub(/</, "\\&lt;", s)
  gsub(/>/, "\\&gt;", s)
  return s
}
function inline(s,  part, n, i, out) {
  n = split(escape(s), part, "`")
  for (i = 1; i <= n; i++)
    out = out (i % 2 || i == n ? (i % 2 ? "" : "`") part[i] : "<code>" part[i] "</code>")
  return out
}
function enter(now) {
  if (block == now) return
  if (block != "") print block == "ul" ? "</li></ul>" : block == "table" ? "</table></div>" : "</p>"
  if (now == "p") print "<p>"
  if (now == "ul") print "<ul>"
  if (now == "table") print "<div class=\"wide\"><table>"
  block = now
}
function cells(line, tag,  n, i, cell) {
  gsub(/^\||\| *$/, "", line)
  n = split(line, cell, "|")
  printf "<tr>"
  for (i = 1; i <= n; i++) {
    gsub(/^ +| +$/, "", cell[i])
    printf "<%s>%s</%s>", tag, inline(cell[i]), tag
  }
  print "</tr>"
}

/^```/ { enter(""); print fenced ? "</pre>" : "<pre>"; fenced = !fenced; next }
fenced { print escape($0); next }
/^$/ { enter(""); next }
/^#+ / {
  enter("")
  level = match($0, /[^#]/)
  if (level > 5) level = 5
  sub(/^#+ /, "")
  print "<h" level ">" inline($0) "</h" level ">"
  next
}
/^\|[-:| ]+$/ { next }
/^\|/ { tag = block == "table" ? "td" : "th"; enter("table"); cells($0, tag); next }
/^- / { if (block == "ul") print "</li>"; enter("ul"); print "<li>" inline(substr($0, 3)); next }
{ if (block != "ul") enter("p"); print inline($0) }
END { enter(""); if (fenced) print "</pre>" }
