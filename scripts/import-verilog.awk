# import-verilog.awk: a foreign Verilog file, word by word; comments and strings stay as they are.
#   -v job=check                     exits 1 with what cannot be imported
#   -v job=rename -v prefix=P -v modules='A B'   the file with those module names prefixed, what it
#                                   `defines undefined again, and `timescale taken out
# SPDX-License-Identifier: Apache-2.0

function refuse(text) {
  printf "%d: %s\n", FNR, text | "cat 1>&2"
  failed = 1
  exit 1
}

# One word of the line: printed as it is, or renamed.
function word(text,  id, last) {
  last = directive
  directive = ""
  if (text ~ /^`/) {
    directive = substr(text, 2)
    if (directive == "include")
      refuse("`include: expected a file that needs no other, so that it can be kept")
    if (directive == "timescale") text = "// `timescale" # one in a design asks for one everywhere
  } else if (text ~ /^[A-Za-z_\\]/ && last in takes_word) {
    if (last == "define" && !(text in defined)) {
      if (text ~ /^VMAC_/) refuse("`define " text ": names in VMAC_ are Varimac's own")
      defined[text]
      macro[++macros] = text
    }
  } else if (text ~ /^[A-Za-z_\\]/) {
    id = text
    sub(/^\\/, "", id)
    if (id in renamed) text = renamed[id]
  } else if (text ~ /^[ \t]+$/) {
    directive = last
  }
  return text
}

function line_of(rest,  out, end) {
  directive = ""
  while (rest != "") {
    if (in_comment) {
      end = index(rest, "*/")
      if (!end) return out rest
      out = out substr(rest, 1, end + 1)
      rest = substr(rest, end + 2)
      in_comment = 0
    } else if (rest ~ /^\/\//) {
      return out rest
    } else if (rest ~ /^\/\*/) {
      out = out "/*"
      rest = substr(rest, 3)
      in_comment = 1
      opened = FNR
    } else if (match(rest, a_string) || match(rest, a_name) || match(rest, a_number) ||
               match(rest, /^[ \t]+/)) {
      end = RLENGTH
      out = out word(substr(rest, 1, end))
      rest = substr(rest, end + 1)
    } else {
      directive = ""
      out = out substr(rest, 1, 1)
      rest = substr(rest, 2)
    }
  }
  return out
}

BEGIN {
  a_string = "^\"([^\"\\\\]|\\\\.)*\"?"
  a_name = "^(\\\\[^ \\t]+|`?[A-Za-z_][A-Za-z0-9_$]*)"
  a_number = "^([0-9][0-9A-Za-z_]*|'[sS]?[bodhBODH][ \\t]*[0-9a-fA-FxXzZ?_]+)"
  n = split("define undef ifdef ifndef elsif default_nettype", word_after, " ")
  for (i = 1; i <= n; i++) takes_word[word_after[i]]
  n = split(modules, module, " ")
  for (i = 1; i <= n; i++) {
    plain = module[i]
    gsub(/[^A-Za-z0-9_]/, "_", plain)
    while (plain in taken) plain = plain "_"
    taken[plain]
    renamed[module[i]] = prefix plain
  }
}
{
  sub(/\r$/, "")
  text = line_of($0)
  if (job == "rename") print text
}
END {
  if (failed) exit 1
  if (in_comment) {
    printf "%d: a comment that does not end\n", opened | "cat 1>&2"
    exit 1
  }
  if (job == "rename")
    for (i = 1; i <= macros; i++) print "`undef " macro[i]
}
