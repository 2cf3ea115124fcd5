# paper-s3-pick.awk: the row of a front, as paper-s4-run.sh prints it, that stands beside a map of
# that energy: of those that take no more (in thousandths of a percent) the one with most training
# images right, of these the cheapest; 0: none. SPDX-License-Identifier: Apache-2.0

function pick(front, energy,  row, f, n, i, best, right, least) {
  n = split(front, row, " ")
  for (i = 1; i <= n; i++) {
    split(row[i], f, ":")
    if (f[1] > energy + 1e-5) continue
    if (best && (f[2] + 0 < right || (f[2] + 0 == right && f[1] + 0 >= least))) continue
    best = i
    right = f[2] + 0
    least = f[1] + 0
  }
  return best
}
# The cells of a row's layers, in order; cells: "NAME:ENERGY ...", the first number 0.
function cells_of_row(front, number, cells,  row, f, c, name, n, i, out) {
  split(front, row, " ")
  split(row[number], f, ":")
  split(cells, name, " ")
  n = split(f[5], c, ".")
  for (i = 1; i <= n; i++) {
    out = out (i > 1 ? " " : "") name[c[i] + 1]
    sub(/:[^ ]*$/, "", out)
  }
  return out
}
