# correction-cost.awk: shares of an array of N x N PEs that correction takes, from lines
# "CELL N PART um2 pJ" of correction-cost.sh. A row per cell, N, correction and figure (area; pj: of
# a cycle in which every PE multiplies and every unit corrects an accumulator, which is as many
# cycles' as the layer has K tiles):
#   pes        N x N PEs, each row's own
#   shared     sums of X in one column beside the array, with the low bits of A, which PEs drop
#   every_pe   sums of X in every PE, with these bits in every PE
#   units      N correction units; v: what they are more than those that correct nothing
#   tiles      N correction units of hardware with coefficients for every K tile, which are at work
#              in every cycle
# and each but the first as percent of the PEs.
# usage: awk [-v style=tsv|md] [-v settings=TEXT] -f correction-cost.awk parts.tsv
# settings: what the figures are of, for the legend below style md.
# SPDX-License-Identifier: Apache-2.0

function get(name, figure) {
  if (!((cell, n, name, figure) in value)) {
    print "correction-cost.awk: no " name " of " cell ", " n " rows" > "/dev/stderr"
    failed = 1
  }
  return value[cell, n, name, figure]
}
function put(text) {
  if (style == "md") line = line " " text " |"
  else line = line (line == "" ? "" : "\t") text
}
function end() {
  print (style == "md" ? "|" : "") line
  line = ""
}
function number(x) { return sprintf(x >= 1e5 ? "%.0f" : "%.6g", x) }
function share(part, pes) {
  if (style != "md") put(number(part))
  put(sprintf("%.2f", pes ? 100 * part / pes : 0))
}
function row(o, figure,  pes, sums, low) {
  pes = n * n * get("pe", figure)
  sums = get("x" o, figure)
  low = get("pe_whole_a", figure) - get("pe", figure)
  put(cell)
  put(n)
  put(o == 1 ? "cv" : "bitplane")
  put(figure)
  put(number(pes))
  share(sums + n * low, pes)
  share(n * sums + n * n * low, pes)
  share(n * get("unit" o, figure), pes)
  share(n * (get("unit" o, figure) - get("unit0", figure)), pes)
  share(n * get("tile" o, figure), pes)
  end()
}

BEGIN {
  FS = "\t"
  columns = split("shared every_pe units v tiles", column, " ")
}
{
  if (!(($1, $2) in seen)) {
    seen[$1, $2]
    order[++arrays] = $1 SUBSEP $2
  }
  value[$1, $2, $3, "area"] = $4
  value[$1, $2, $3, "pj"] = $5
}
END {
  titles = split("cell n correction figure pes", title, " ")
  for (i = 1; i <= titles; i++) put(title[i])
  for (i = 1; i <= columns; i++) {
    if (style != "md") put(column[i])
    put(column[i] (style == "md" ? " %" : "_percent"))
  }
  end()
  if (style == "md") {
    for (i = 1; i <= titles + columns; i++) line = line (i > 4 || i == 2 ? "---:|" : "---|")
    end()
  }
  for (i = 1; i <= arrays; i++) {
    split(order[i], id, SUBSEP)
    cell = id[1]
    n = id[2]
    for (o = 1; o <= 2; o++) {
      row(o, "area")
      row(o, "pj")
    }
  }
  if (style == "md") {
    print "\nN x N PEs, area in um2 and pJ of a cycle in which all are at work; in percent of them:"
    print "sums of X in a column beside the array (shared) or in every PE (every_pe), N correction"
    print "units, what these are more than units that correct nothing (v), and N units that correct"
    print "every K tile (tiles), smaller as they multiply a tile's sums of X, not a layer's wider ones. PEs"
    print "are those of each row: as wide as its sums, with its operands."
    print "A unit that corrects an accumulator once works one cycle in as many as the layer has K tiles,"
    print "one that corrects every K tile in every cycle; here each is at work."
    if (settings != "") print settings "."
  }
  exit failed
}
