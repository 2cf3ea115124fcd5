# A Verilog module's parameters (-v what=parameters) or ports (-v what=ports) as a Markdown table. A
# comment line before parameters or ports is what they mean, up to the next comment.
# usage: awk -v what=ports -f scripts/ports.awk rtl/vmac_top.v
# SPDX-License-Identifier: Apache-2.0

function row(a, b, c) {
  printf "| `%s` | %s | %s |\n", a, b, fresh ? about : "as above"
  fresh = 0
}

BEGIN {
  if (what == "ports") print "| port | direction, width | meaning |\n|---|---|---|"
  else print "| parameter | default | meaning |\n|---|---|---|"
}
/^module / { inside = 1; next }
/^\);/ { exit }
!inside { next }
/^\) \(/ { part = 1; about = ""; next }
/^  \/\/ / {
  sub(/^  \/\/ /, "")
  gsub(/\|/, "\\|")
  about = commenting ? about " " $0 : $0
  commenting = fresh = 1
  next
}
{ commenting = 0 }
what == "parameters" && !part && /^  parameter/ {
  line = $0
  sub(/^  parameter (integer )?/, "", line)
  sub(/,$/, "", line)
  at = index(line, " = ")
  name = substr(line, 1, at - 1)
  sub(/^\[.*\] /, "", name)
  value = substr(line, at + 3)
  gsub(/\|/, "\\|", value)
  row(name, "`" value "`")
}
what == "ports" && part && /^  (in|out)put/ {
  line = $0
  sub(/,$/, "", line)
  direction = $1
  name = line
  sub(/.* /, "", name)
  width = line ~ /\[/ ? line : ""
  if (width != "") { sub(/^[^\[]*/, "", width); sub(/ *[a-z_]*$/, "", width) }
  row(name, direction (width == "" ? "" : " `" width "`"))
}
