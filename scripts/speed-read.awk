# Reads the CSV of tests/bench for speed-table.awk and speed-goals.awk. A kernel's id is its kernel,
# cell and level; a mean over ResNet-8 is of times, each shape as often as the network has it.
# SPDX-License-Identifier: Apache-2.0

BEGIN {
  FS = ","
  rows = filled = 0
  split("portable avx2 avx512", level, " ")
}
/^# / {
  facts = facts substr($0, 3) "\n"
  next
}
!("shape" in col) {
  fields = NF
  for (i = 1; i <= NF; i++) col[$i] = i
  wanted = split("shape m k n copies data kernel cell form isa threads median_ns gmacs vs_exact " \
                 "of_peak vs_one cores", want, " ")
  for (i = 1; i <= wanted; i++)
    if (!(want[i] in col)) fail("no column " want[i])
  next
}
NF != fields { fail("line " FNR ": expected " fields " fields, found " NF) }
{
  shape = $col["shape"]
  id = $col["kernel"] SUBSEP $col["cell"] SUBSEP $col["isa"]
}
shape == "train" {
  cell = $col["cell"]
  if ($col["kernel"] == "fma") fma_rate = $col["gmacs"]
  if ($col["kernel"] == "onednn") conv_share = $col["of_peak"]
  if ($col["kernel"] != "varimac") next
  if (!((cell, 1) in step_ns)) trained[++trainings] = cell
  step_ns[cell, $col["threads"]] = $col["median_ns"]
  step_exact[cell, $col["threads"]] = $col["vs_exact"]
  step_one[cell, $col["threads"]] = $col["vs_one"]
  step_cores[cell, $col["threads"]] = $col["cores"]
  step_form[cell] = $col["form"]
  next
}
shape == "network" {
  cell = $col["cell"]
  if (!((cell, 1) in image_ns)) network[++networks] = cell
  image_ns[cell, $col["threads"]] = $col["median_ns"]
  vs_one[cell, $col["threads"]] = $col["vs_one"]
  cores[cell, $col["threads"]] = $col["cores"]
  network_form[cell] = $col["form"]
  next
}
{
  if (!(shape in macs)) shapes[++shape_count] = shape
  macs[shape] = $col["m"] * $col["k"] * $col["n"]
  terms[shape] = $col["k"]
  copies[shape] = $col["copies"]
  data = $col["data"]
  if (!(data in data_seen)) datas[++data_count] = data
  data_seen[data]
  form[id] = $col["form"]
  if (!(id in id_seen)) ids[++id_count] = id
  id_seen[id]
  ns[id, data, shape] = $col["median_ns"]
  gmacs[id, data, shape] = $col["gmacs"]
  if ($col["kernel"] == "peak") {
    if (!peak_low || $col["gmacs"] < peak_low) peak_low = $col["gmacs"]
    if ($col["gmacs"] > peak_high) peak_high = $col["gmacs"]
  }
}

function fail(text) {
  print "speed: " FILENAME ": " text > "/dev/stderr"
  failed = 1
  exit 1
}

# Times of a kernel over ResNet-8, of sums of at least `least` products; 0: not measured.
function network_ns(id, data, least,    i, s, sum) {
  for (i = 1; i <= shape_count; i++) {
    s = shapes[i]
    if (!copies[s] || terms[s] < least) continue
    if (!((id, data, s) in ns)) return 0
    sum += copies[s] * ns[id, data, s]
  }
  return sum
}

function network_macs(least,    i, s, sum) {
  for (i = 1; i <= shape_count; i++) {
    s = shapes[i]
    if (terms[s] >= least) sum += copies[s] * macs[s]
  }
  return sum
}

# How many times as fast as `base` a kernel is; shape "" = over ResNet-8. 0: not measured.
function times(id, base, data, shape,    over, under) {
  over = shape == "" ? network_ns(base, data, 0) : ns[base, data, shape]
  under = shape == "" ? network_ns(id, data, 0) : ns[id, data, shape]
  return over && under ? over / under : 0
}

# The id of the first kernel of that name, "" where there is none.
function kernel_id(name,    i, part) {
  for (i = 1; i <= id_count; i++) {
    split(ids[i], part, SUBSEP)
    if (part[1] == name) return ids[i]
  }
  return ""
}

function best_level(    l) {
  for (l = 3; l > 0; l--)
    if (("varimac" SUBSEP "exact" SUBSEP level[l]) in id_seen) return level[l]
  return ""
}

# Our exact products at the level of `id`; of a baseline, at the best.
function exact_of(id,    part) {
  split(id, part, SUBSEP)
  return "varimac" SUBSEP "exact" SUBSEP (part[3] == "" ? best_level() : part[3])
}

# ---- tables: put(...) cells row by row, then print_table() ------------------------------------

function put(text) {
  cell_text[rows, ++filled] = text
  if (length(text) > width[filled]) width[filled] = length(text)
}

function end_row() {
  columns = filled
  filled = 0
  rows++
}

# style text: columns aligned; style md: a table of Markdown. The first `left` columns are words.
function print_table(style, left,    r, c, line) {
  for (r = 0; r < rows; r++) {
    line = style == "md" ? "|" : ""
    for (c = 1; c <= columns; c++)
      if (style == "md")
        line = line " " cell_text[r, c] " |"
      else
        line = line sprintf(c <= left ? "%-" width[c] "s  " : "%" width[c] "s  ", cell_text[r, c])
    sub(/ +$/, "", line)
    print line
    if (r || style != "md") continue
    line = "|"
    for (c = 1; c <= columns; c++) line = line (c <= left ? "---|" : "---:|")
    print line
  }
  rows = filled = 0
  split("", width)
  split("", cell_text)
}

function number(value, format) {
  return value ? sprintf(format, value) : "-"
}
