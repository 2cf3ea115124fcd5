# mults-read.awk: reads and checks the multiplier registry for the mults-to-*.awk generators.
# SPDX-License-Identifier: Apache-2.0
#
#   grep -Hn '^// Registry: ' rtl/mult/vmac_mult_*.v > families.txt
#   awk -f mults-read.awk -f mults-to-c.awk families.txt rtl/mult/mults.tbl [more cells]
#
# A family says in the header of its Verilog file what it is defined for:
#   // Registry: classes u,s; widths 4..16; params m=0..w-1
#   classes  operand classes: u, s or u,s
#   widths   operand widths: 8, or lowest..highest within 4..16
#   params   name=lowest..highest, comma-separated, at most three, in the order of the C function's
#            param[]; a bound is a number, w (the operand width), w-1, w/2, (w+1)/2, 2w or 2w-1; the
#            Verilog parameter is the name in upper case. Left out: none
#   model    the C function vmac_MODEL in cmodel/mult/MODEL.c. Left out: named as the family
#   pins     edge: the activation is rounded once per row at the array's edge, by as many bits as the
#            parameter says; mode: the parameter is no Verilog parameter, but the operand mode_i
#   low      A:W:P, how many low bits of the activation (after the edge, where that rounds) and of
#            the weight f never reads, and how many of the product are always 0: no PE of the array
#            keeps them. All are sums and differences of numbers, parameters, w, max(..,..) and
#            min(..,..), at most w-1, w-1 and 2w-1, as something is left of each; low_u, low_s where
#            the class matters. Left out: 0:0:0, also where a mode chooses, or where f is 0 and the
#            PE is what one costs without a multiplier
# The keys may stand in several such lines.
#
# -v wide=1: the cells may have any operand width their family allows (rtl/mult/wide.tbl); without
# it, 8 bits. A generator prints in its END rule only, which is not reached when a line is wrong: no
# partial output. It finds:
#   families, family_name[f], model[family], pins[family]     f = 0 .. families-1
#   cells, name[c], family[c], class[c], source[c], runs[c]   c = 0 .. cells-1
#   is_signed[c], width[c]                                    the class's letter and number
#   form[c] (params as written), params[c] (how many),
#   param_name[c, k], param_value[c, k]                       k = 1 .. params[c]
#   xkind[c] (none, low, or), xbits[c]
#   edge[c] (activation bits rounded away at the array's edge, or 0), mode[c] (or -1)
#   a_low[c], w_low[c], p_low[c] (low bits of activation, weight and product that no PE keeps)
# and may call instance(c), the Verilog module of a cell with its parameters.

function fail(expected, found) {
  if (place == "") place = FILENAME ":" FNR
  printf "%s: expected %s, found '%s'\n", place, expected, found | "cat 1>&2"
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

# A parameter's bound for w-bit operands: a number, w, w-1, w/2, (w+1)/2, 2w, 2w-1.
function is_bound(word) { return is_number(word) || word ~ /^(2?w(-1)?|w\/2|\(w\+1\)\/2)$/ }
function bound(word, w) {
  if (is_number(word)) return word + 0
  if (word == "w/2") return int(w / 2)
  if (word == "(w+1)/2") return int((w + 1) / 2)
  return (word ~ /^2/ ? 2 : 1) * w - (word ~ /-1$/)
}

# One key of the line "// Registry: key value; key value".
function read_key(fam, key, value,  range) {
  if (key == "model") {
    check_name("model", value)
    model[fam] = value
  } else if (key == "classes") {
    if (value !~ /^(u|s|u,s)$/) fail("classes u, s or u,s", value)
    classes[fam] = value
  } else if (key == "widths") {
    if (split(value, range, /\.\./) == 1) range[2] = range[1]
    if (!is_number(range[1]) || !is_number(range[2]) || range[1] + 0 > 8 || range[2] + 0 < 8 ||
        range[1] + 0 < 4 || range[2] + 0 > 16)
      fail("widths 8, or lowest..highest with 8 among them, within 4..16", value)
    narrowest[fam] = range[1]
    widest[fam] = range[2]
  } else if (key == "pins") {
    if (value !~ /^(edge|mode)$/) fail("pins edge or mode", value)
    pins[fam] = value
  } else if (key == "params") {
    read_ranges(fam, value)
  } else if (key ~ /^low(_[us])?$/) {
    if (split(value, range, ":") != 3) fail("low bits of the form A:W:P", value)
    if (key != "low_s") low[fam, 0] = value
    if (key != "low_u") low[fam, 1] = value
  } else {
    fail("one of classes, widths, params, model, pins, low", key)
  }
}

# The value of `rest`'s sum, max() or min() in cell c, up to a comma, a bracket or the end.
function sum(c,  value, sign) {
  for (sign = 1; ; rest = substr(rest, 2)) {
    value += sign * term(c)
    if (rest !~ /^[-+]/) return value
    sign = rest ~ /^-/ ? -1 : 1
  }
}

function term(c,  word, value, other, k) {
  if (!match(rest, /^(max\(|min\(|[a-z][a-z0-9_]*|[0-9]+)/)) fail("a number or name in low", rest)
  word = substr(rest, 1, RLENGTH)
  rest = substr(rest, RLENGTH + 1)
  if (is_number(word)) return word + 0
  if (word == "w") return width[c]
  for (k = 1; k <= params[c]; k++)
    if (param_name[c, k] == word) return param_value[c, k]
  if (word !~ /\($/) fail("a parameter of " family_of_sum " or w in low", word)
  for (value = sum(c); rest ~ /^,/; ) {
    rest = substr(rest, 2)
    other = sum(c)
    if (word == "max(" ? other > value : other < value) value = other
  }
  if (rest !~ /^\)/) fail("a closing bracket in low", rest)
  rest = substr(rest, 2)
  return value
}

# One of the three counts of cell c, at most `most`.
function count_low(c, fam, text, most,  value) {
  rest = text
  family_of_sum = fam
  value = sum(c)
  if (rest != "") fail("sums of numbers and names in low of " fam, rest)
  if (value < 0) fail("no count below 0 in low of " fam, text)
  return value < most ? value : most
}

function read_low(fam,  part) {
  a_low[cells] = w_low[cells] = p_low[cells] = 0
  if (!((fam, is_signed[cells]) in low)) return
  split(low[fam, is_signed[cells]], part, ":")
  a_low[cells] = count_low(cells, fam, part[1], width[cells] - 1)
  w_low[cells] = count_low(cells, fam, part[2], width[cells] - 1)
  p_low[cells] = count_low(cells, fam, part[3], 2 * width[cells] - 1)
}

function read_ranges(fam, text,  item, part, range, k) {
  family_form[fam] = text
  family_params[fam] = split(text, item, ",")
  if (family_params[fam] > 3) fail("at most 3 parameters", text)
  for (k = 1; k <= family_params[fam]; k++) {
    if (split(item[k], part, "=") != 2 || split(part[2], range, /\.\./) != 2 ||
        !is_bound(range[1]) || !is_bound(range[2]) || bound(range[1], 8) > bound(range[2], 8))
      fail("a parameter of the form name=lowest..highest", item[k])
    check_name("parameter", part[1])
    family_param[fam, k] = part[1]
    lowest[fam, k] = range[1]
    highest[fam, k] = range[2]
  }
}

# FILE:LINE:// Registry: ...
function read_family(  fam, item, word, n, i) {
  match($0, /^[^:]*:[0-9]*/)
  fam = place = substr($0, 1, RLENGTH)
  $0 = substr($0, RLENGTH + 2)
  sub(/:.*/, "", fam)
  sub(/.*vmac_mult_/, "", fam)
  sub(/\.v$/, "", fam)
  check_name("family", fam)
  if (!(fam in model)) {
    model[fam] = fam
    family_params[fam] = 0
    family_form[fam] = pins[fam] = "-"
    family_name[families++] = fam
    family_list = family_list (families > 1 ? ", " : "") fam
  }
  sub(/^\/\/ Registry: */, "")
  n = split($0, item, /; */)
  for (i = 1; i <= n; i++) {
    if (split(item[i], word, " ") != 2) fail("a key and a value", item[i])
    if ((fam, word[1]) in key_of) fail("each key once", item[i])
    key_of[fam, word[1]] = 1
    read_key(fam, word[1], word[2])
  }
  if (!(fam in classes) || !(fam in narrowest)) fail("classes and widths", $0)
  if (pins[fam] != "-" && family_params[fam] != 1) fail("one parameter where there are pins", $0)
  place = ""
}

function read_class(  w) {
  if (wide ? $3 !~ /^[us][1-9][0-9]?$/ : $3 !~ /^[us]8$/) fail("class " \
    (wide ? "u or s and the operand width" : "u8 or s8"), $3)
  is_signed[cells] = $3 ~ /^s/
  width[cells] = w = substr($3, 2) + 0
  if (classes[$2] !~ substr($3, 1, 1) || w < narrowest[$2] || w > widest[$2])
    fail("a class that " $2 " is defined for (" classes[$2] ", width " narrowest[$2] ".." \
         widest[$2] ")", $3)
}

function read_params(  item, part, k, low, high) {
  params[cells] = $4 == "-" ? 0 : split($4, item, ",")
  if (params[cells] != family_params[$2]) fail("params " family_form[$2] " for " $2, $4)
  for (k = 1; k <= params[cells]; k++) {
    if (split(item[k], part, "=") != 2 || part[1] != family_param[$2, k] || !is_number(part[2]))
      fail("a parameter " family_param[$2, k] "=NUMBER", item[k])
    low = bound(lowest[$2, k], width[cells])
    high = bound(highest[$2, k], width[cells])
    if (part[2] + 0 < low || part[2] + 0 > high)
      fail(part[1] " in " low ".." high " for " $2, item[k])
    param_name[cells, k] = part[1]
    param_value[cells, k] = part[2]
  }
  edge[cells] = pins[$2] == "edge" ? param_value[cells, 1] : 0
  mode[cells] = pins[$2] == "mode" ? param_value[cells, 1] : -1
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
  check_columns(7, "name family class params xvar source runs")
  check_name("name", $1)
  if ($1 == "all" || $1 ~ /(^|_)plain$/) fail("a name that make does not use itself", $1)
  if ($1 in line_of) fail("each name once (it stands at line " line_of[$1] ")", $1)
  if (!($2 in model) && $2 != "import") fail("one of the families " family_list, $2)
  if ($2 == "import") { # any function: its module and table carry its name
    classes[$2] = "u,s"
    narrowest[$2] = widest[$2] = 8
    family_params[$2] = 0
    family_form[$2] = pins[$2] = "-"
  }
  read_class()
  read_params()
  read_low($2)
  read_xvar()
  if ($6 !~ /^[A-Za-z0-9_.:\/-]+$/) fail("a source of letters, digits and _.:/-", $6)
  if ($7 !~ /^(-|demo|sim|demo,sim)$/) fail("runs demo, sim, demo,sim or -", $7)
  key = $2 == "import" ? $1 : $2 " " $3 " " $4
  if (key in name_of) fail("each cell once (" name_of[key] " is " key ")", $1)
  name_of[key] = $1
  line_of[$1] = FNR
  name[cells] = $1
  family[cells] = $2
  class[cells] = $3
  form[cells] = $4
  source[cells] = $6
  runs[cells] = $7
  cells++
}

function instance(c,  text, k) {
  if (family[c] == "import") return "vmac_import_" name[c]
  text = "vmac_mult_" family[c] " #(.SIGNED(" is_signed[c] "), .WIDTH(" width[c] ")"
  if (pins[family[c]] != "mode")
    for (k = 1; k <= params[c]; k++)
      text = text ", ." toupper(param_name[c, k]) "(" param_value[c, k] ")"
  return text ")"
}

BEGIN { cells = families = 0 }
/^#/ || NF == 0 { next }
FILENAME == ARGV[1] { read_family(); next }
{ read_cell() }
END {
  if (failed) exit 1
  if (!cells) fail("at least one cell", "none")
}
