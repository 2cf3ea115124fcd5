# mults-read.awk: reads and checks the multiplier registry for the mults-to-*.awk generators.
# SPDX-License-Identifier: Apache-2.0
#
#   awk -f mults-read.awk -f mults-to-c.awk rtl/mult/families.tbl rtl/mult/mults.tbl
#
# A generator prints in its END rule only, which is not reached when a line is wrong: no partial
# output. It finds:
#   families, family_name[f]                          f = 0 .. families-1
#   cells, name[c], family[c], class[c], source[c]    c = 0 .. cells-1
#   form[c] (params as written), params[c] (how many),
#   param_name[c, k], param_value[c, k]              k = 1 .. params[c]
#   xkind[c] (none, low, or), xbits[c]

function fail(expected, found) {
  printf "%s:%d: expected %s, found '%s'\n", FILENAME, FNR, expected, found | "cat 1>&2"
  failed = 1
  exit 1
}

function check_columns(want, columns) {
  if (NF != want) fail(want " columns (" columns ")", NF " columns: " $0)
}

function check_name(what, word) {
  if (word !~ /^[a-z][a-z0-9_]*$/) fail("a " what " of the form [a-z][a-z0-9_]*", word)
}

function is_number(word) { return word ~ /^(0|[1-9][0-9]*)$/ && length(word) < 9 }

function read_family(  item, part, range, k) {
  check_columns(2, "family params")
  check_name("family", $1)
  if ($1 in family_params) fail("each family once", $1)
  family_params[$1] = $2 == "-" ? 0 : split($2, item, ",")
  if (family_params[$1] > 3) fail("at most 3 parameters", $2)
  for (k = 1; k <= family_params[$1]; k++) {
    if (split(item[k], part, "=") != 2 || split(part[2], range, /\.\./) != 2 ||
        !is_number(range[1]) || !is_number(range[2]) || range[1] + 0 > range[2] + 0)
      fail("a parameter of the form name=lowest..highest", item[k])
    check_name("parameter", part[1])
    family_param[$1, k] = part[1]
    lowest[$1, k] = range[1]
    highest[$1, k] = range[2]
  }
  family_form[$1] = $2
  family_name[families++] = $1
  family_list = family_list (families > 1 ? ", " : "") $1
}

function read_params(  item, part, k) {
  params[cells] = $4 == "-" ? 0 : split($4, item, ",")
  if (params[cells] != family_params[$2]) fail("params " family_form[$2] " for " $2, $4)
  for (k = 1; k <= params[cells]; k++) {
    if (split(item[k], part, "=") != 2 || part[1] != family_param[$2, k] || !is_number(part[2]))
      fail("a parameter " family_param[$2, k] "=NUMBER", item[k])
    if (part[2] + 0 < lowest[$2, k] + 0 || part[2] + 0 > highest[$2, k] + 0)
      fail(part[1] " in " lowest[$2, k] ".." highest[$2, k] " for " $2, item[k])
    param_name[cells, k] = part[1]
    param_value[cells, k] = part[2]
  }
}

function read_xvar(  part) {
  xkind[cells] = "none"
  xbits[cells] = 0
  if ($5 == "-") return
  if ($5 !~ /^(low|or):[1-8]$/) fail("xvar low:N, or:N (N in 1..8) or -", $5)
  split($5, part, ":")
  xkind[cells] = part[1]
  xbits[cells] = part[2]
}

function read_cell(  key) {
  check_columns(6, "name family class params xvar source")
  check_name("name", $1)
  if ($1 in line_of) fail("each name once (it stands at line " line_of[$1] ")", $1)
  if (!($2 in family_params)) fail("one of the families " family_list, $2)
  if ($3 != "u8" && $3 != "s8") fail("class u8 or s8", $3)
  read_params()
  read_xvar()
  if ($6 !~ /^[A-Za-z0-9_.:\/-]+$/) fail("a source of letters, digits and _.:/-", $6)
  key = $2 " " $3 " " $4
  if (key in name_of) fail("each cell once (" name_of[key] " is " key ")", $1)
  name_of[key] = $1
  line_of[$1] = FNR
  name[cells] = $1
  family[cells] = $2
  class[cells] = $3
  form[cells] = $4
  source[cells] = $6
  cells++
}

BEGIN { cells = families = 0 }
/^#/ || NF == 0 { next }
FILENAME == ARGV[1] { read_family(); next }
{ read_cell() }
END {
  if (failed) exit 1
  if (!cells) fail("at least one cell", "none")
}
