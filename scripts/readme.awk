# Puts generated text into a document: each pair of lines `<!-- NAME:begin -->`, `<!-- NAME:end -->`
# gets the contents of the file given as NAME=FILE between them.
# usage: awk -f readme.awk -v files="demo=demo.md full=full.md" DOCUMENT
# SPDX-License-Identifier: Apache-2.0

BEGIN {
  n = split(files, pair, " ")
  for (i = 1; i <= n; i++) {
    split(pair[i], part, "=")
    file[part[1]] = part[2]
  }
}
/^<!-- [a-z0-9-]+:begin -->$/ {
  name = $2
  sub(/:.*/, "", name)
  print
  if (name in file) {
    skipping = 1
    while ((status = (getline text < file[name])) > 0) print text
    if (status < 0) {
      print "readme.awk: cannot read " file[name] > "/dev/stderr"
      exit 1
    }
  }
  next
}
/^<!-- [a-z0-9-]+:end -->$/ { skipping = 0 }
!skipping { print }
