# report-cells.awk: all that is known of each cell, a row each, comma-separated.
#   awk -v modes='MODE ...' -v imported='CELL ...' -f report-cells.awk of=errors errors.json \
#     [of=synth cells.csv] [of=ppa ppa.tsv] [of=accuracy accuracy.csv] [of=bench bench.txt] \
#     [of=proofs proofs.txt]
# What is not given leaves its columns empty. errors.json is of `varimac mult errors --json`; cells.csv
# of `make synth`, with energies of the bare multiplier: energy_pj without glitches, inertial with
# them, _fa with the library's adders; ppa.tsv of `make ppa`; accuracy.csv of `varimac sweep`, in
# percent; bench.txt what the cell bench printed; proofs.txt of `make prove`.
#
# rtl: whether the Verilog cell is its C model on all 65,536 pairs; netlist: the model that the mapped
# netlist was compared with, on all of them, before it had figures; definition: whether the Verilog
# cell is proved to be its behavioural reference. status: the strongest of that, in words.
# SPDX-License-Identifier: Apache-2.0

function add(cell) {
  if (!(cell in number)) {
    order[++cells] = cell
    number[cell] = cells
  }
}
# "key":	value, of cJSON's print
function member(line, key,  at) {
  at = index(line, "\"" key "\":")
  if (!at) return 0
  value = substr(line, at + length(key) + 3)
  gsub(/^[ \t]+|,$/, "", value)
  if (value ~ /^".*"$/) value = substr(value, 2, length(value) - 2)
  return 1
}
function put(cell, column, text) { have[cell, column] = text }
function get(cell, column) { return (cell, column) in have ? have[cell, column] : "" }
function columns_of(line, separator,  n, i) {
  split("", at)
  n = split(line, title, separator)
  for (i = 1; i <= n; i++) at[title[i]] = i
}
function status(cell) {
  if (get(cell, "rtl") == "FAIL") return "FAIL"
  if (cell in is_imported) return "no independent model"
  if (get(cell, "definition") == "proved") return get(cell, "rtl") == "equal" ? \
    "proved and exhaustive" : "proved"
  if (get(cell, "rtl") == "equal") return "exhaustive"
  return get(cell, "netlist") != "" ? "exhaustive (netlist)" : "not checked here"
}

BEGIN {
  n = split(imported, word, " ")
  for (i = 1; i <= n; i++) is_imported[word[i]]
  mode_count = split(modes, mode, " ")
  facts = split("class family params mre med nmed wce rms mean_error error_rate " \
    "area_um2 area_fa_um2 delay_ns delay_fa_ns energy_pj energy_fa_pj energy_inertial_pj " \
    "pe_area_um2 pe_delay_ns pe_zero_pj pe_inertial_pj", fact, " ")
  split("table_hash med nmed wce rms mean_error error_rate mre class family params", error, " ")
}
FNR == 1 { titled = 0 }
of == "errors" {
  if (member($0, "name")) { cell = value; add(cell) }
  for (i in error)
    if (member($0, error[i])) {
      if (error[i] ~ /^(mre|error_rate|nmed)$/) value *= 100
      if (value ~ /^-?[0-9]/ && error[i] != "table_hash") value = sprintf("%.6g", value)
      gsub(/,/, " ", value) # the parameters pa=3,pb=3
      put(cell, error[i] == "table_hash" ? "hash" : error[i], value)
    }
  next
}
/^#/ { next }
of == "bench" {
  split($0, word, " ")
  if (word[1] == "equal") put(word[2], "rtl", "equal")
  if (word[1] == "differs") put(word[2], "rtl", "FAIL")
  next
}
of == "proofs" {
  if ($2 ~ /^(sat|cec)$/) put($1, "definition", $3 == "proved" ? "proved" : "open")
  next
}
!titled { separator = of == "ppa" ? "\t" : ","; columns_of($0, separator); titled = 1; next }
{ split($0, field, separator) }
of == "synth" {
  cell = field[at["name"]]
  add(cell)
  put(cell, "class", field[at["class"]])
  put(cell, "family", field[at["family"]])
  put(cell, "netlist", field[at["model"]])
  for (i = 11; i <= 17; i++) if (fact[i] in at) put(cell, fact[i], field[at[fact[i]]])
}
of == "ppa" {
  cell = field[at["name"]]
  for (i = 18; i <= facts; i++) if (fact[i] in at) put(cell, fact[i], field[at[fact[i]]])
}
of == "accuracy" {
  cell = field[at["mult"]]
  put(cell, field[at["correction"]], sprintf("%.2f", 100 * field[at["accuracy"]]))
  put(cell, "images", field[at["images"]])
}
END {
  printf "name,status"
  for (i = 1; i <= facts; i++) printf ",%s", fact[i]
  for (i = 1; i <= mode_count; i++) printf ",%s", mode[i]
  print ",images,rtl,netlist,definition,hash"
  for (c = 1; c <= cells; c++) {
    cell = order[c]
    if (cell in is_imported && get(cell, "rtl") == "equal") put(cell, "rtl", "its own table")
    printf "%s,%s", cell, status(cell)
    for (i = 1; i <= facts; i++) printf ",%s", get(cell, fact[i])
    for (i = 1; i <= mode_count; i++) printf ",%s", get(cell, mode[i])
    printf ",%s,%s,%s,%s,%s\n", get(cell, "images"), get(cell, "rtl"), get(cell, "netlist"),
      get(cell, "definition"), get(cell, "hash")
  }
}
