# rtl-needs.awk: of Verilog files those that a module needs, in their order, on one line.
# usage: awk -v top=MODULE -f scripts/rtl-needs.awk FILE ...
# A file holds the module of its name, and needs the files of the modules that it names outside //
# comments; what it includes is not among them.
# SPDX-License-Identifier: Apache-2.0
FNR == 1 {
  name = FILENAME
  sub(/.*\//, "", name)
  sub(/\.v$/, "", name)
  file[name] = FILENAME
  order[++files] = name
}
{
  sub(/\/\/.*/, "")
  while (match($0, /vmac_[a-z0-9_]+/)) {
    word = substr($0, RSTART, RLENGTH)
    if (word != name && !((name, word) in names)) {
      names[name, word]
      list[name] = list[name] " " word
    }
    $0 = substr($0, RSTART + RLENGTH)
  }
}
function need(module, n, i, word) {
  if (!(module in file) || module in needed) return
  needed[module]
  n = split(list[module], word, " ")
  for (i = 1; i <= n; i++) need(word[i])
}
END {
  if (!(top in file)) {
    print "rtl-needs.awk: no file of module '" top "' among " files > "/dev/stderr"
    exit 1
  }
  need(top)
  for (i = 1; i <= files; i++) if (order[i] in needed) printf "%s ", file[order[i]]
  print ""
}
