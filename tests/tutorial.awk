# tutorial.awk: the commands of a tutorial as a shell script: those of the blocks that begin with
# ```sh. A line is a command; one that ends in a backslash goes on, a here-document is one with its
# end. Each is named before it runs; the script ends where one fails.
# usage: awk -v file=NAME -f tutorial.awk FILE.md
# SPDX-License-Identifier: Apache-2.0
/^```sh$/ { inside = 1; next }
/^```/ { inside = 0; next }
!inside || (/^ *$/ && end == "") { next }
{
  if (text == "") first = NR
  text = text $0 "\n"
  if (end != "") { if ($0 == end) end = ""; else next }
  else {
    line = $0
    gsub(/\$\(\([^)]*\)\)/, "", line) # which may shift
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
