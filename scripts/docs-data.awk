# docs-data.awk: the registry and the cells' metrics as a TSV file per family and a fingerprint per
# cell.
#   awk -v dir=DIR -f mults-read.awk -f docs-data.awk FAMILIES CELLS uniform=F network=F json=F
# F: what `varimac mult errors` printed, without and with --net, and its --json. Writes
# DIR/FAMILY.tsv.new and DIR/CELL.hash.new; the lines of a TSV file begin with what they are:
#   family   name, classes, widths, params, pins
#   cell     name, CELL, class, params, X, source, runs, cells with the same table
#   titles   of the next two, which are as `varimac mult errors` prints them
#   uniform  a cell's metrics; network: likewise, on the network's operands
#   counted  how a metric is defined (uniform's; only the first line differs between the two)
#   network-counted  that line
# SPDX-License-Identifier: Apache-2.0

function columns(line,  n, i, word, text) {
  n = split(line, word, / +/)
  # titles such as "MRE %" are two words in print, one column
  for (i = 1; i <= n; i++) text = text (i == 1 ? "" : word[i] == "%" ? " " : "\t") word[i]
  return text
}

function load(file, table,  line, n) {
  while ((getline line < file) > 0) {
    if (line ~ /^#/) note[table, notes[table]++] = substr(line, 3)
    else if (n++) row[table, substr(line, 1, index(line, " ") - 1)] = columns(line)
    else titles = columns(line)
  }
  close(file)
  if (n != cells + 1) fail(cells " cells in " file, n - 1)
}

function load_hashes(file,  line, part, last) {
  while ((getline line < file) > 0) {
    split(line, part, "\"")
    if (part[2] == "name") last = part[4]
    if (part[2] == "table_hash") hash[last] = part[4]
  }
  close(file)
}

function twins(c,  d, text) {
  for (d = 0; d < cells; d++)
    if (d != c && hash[name[d]] == hash[name[c]]) text = text (text == "" ? "" : " ") name[d]
  return text == "" ? "-" : text
}

function print_family(fam, file,  c, i) {
  print "family\t" fam "\t" classes[fam] "\t" narrowest[fam] ".." widest[fam] "\t" \
        family_form[fam] "\t" pins[fam] > file
  print "titles\t" titles > file
  for (c = 0; c < cells; c++) {
    if (family[c] != fam) continue
    print "cell\t" name[c] "\t" c "\t" class[c] "\t" form[c] "\t" \
          (xkind[c] == "none" ? "-" : xkind[c] ":" xbits[c]) "\t" source[c] "\t" runs[c] "\t" \
          twins(c) > file
    print "uniform\t" row["uniform", name[c]] > file
    print "network\t" row["network", name[c]] > file
  }
  for (i = 0; i < notes["uniform"]; i++) print "counted\t" note["uniform", i] > file
  print "network-counted\t" note["network", 0] > file
  close(file)
}

END {
  load(uniform, "uniform")
  load(network, "network")
  load_hashes(json)
  for (c = 0; c < cells; c++) {
    if (hash[name[c]] == "") fail("the table hash of " name[c] " in " json, "none")
    print hash[name[c]], name[c] > (dir "/" name[c] ".hash.new")
    close(dir "/" name[c] ".hash.new")
    if (!done[family[c]]++) print_family(family[c], dir "/" family[c] ".tsv.new")
  }
}
