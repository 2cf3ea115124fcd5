# tutorial.awk: the commands of a tutorial as a shell script: those of the blocks that begin with
# ```sh. A line is a command; one that ends in a backslash goes on, a here-document is one with its
# end. Each is named before it runs; the script ends where one fails.
# usage: awk -v file=NAME -f tutorial.awk FILE.md
# SPDX-License-Identifier: Apache-2.0
# A line without its $((...)), which may shift.
function without_sums(line,  at, i, deep, c) {
  while (at = index(line, "$((")) {
    deep = 0
    for (i = at + 1; i <= length(line); i++) {
      c = substr(line, i, 1)
      deep += (c == "(") - (c == ")")
      if (!deep) break
    }
    line = substr(line, 1, at - 1) substr(line, i + 1)
  }
  return line
}
/^```sh$/ { inside = 1; next }
/^```/ { inside = 0; next }
!inside || (/^ *$/ && end == "") { next }
{
  if (text == "") first = NR
  text = text $0 "\n"
  if (end != "") { if ($0 == end) end = ""; else next }
  else {
    line = without_sums($0)
    if (match(line, /<< *[^A-Za-z_0-9]?[A-Za-z_][A-Za-z_0-9]*/)) {
      end = substr(line, RSTART, RLENGTH)
      gsub(/[^A-Za-z_0-9]/, "", end)
      next
    }
  }
  if ($0 ~ /\\$/) next
  said = text
  sub(/\n.*/, "", said)
  gsub(/'/, "'\\''", said)
  at = file ":" first
  printf "echo '== %s: %s'\n{\n%s} || { echo '%s: the command failed' >&2; exit 1; }\n", at, said, text, at
  commands++
  text = ""
}
END {
  if (text != "" || !commands) {
    print file ":" (text != "" ? first : NR) ": expected whole commands in blocks of ```sh, found " \
      (text != "" ? "one that does not end" : "none") > "/dev/stderr"
    exit 1
  }
}
