# paper-s2-energy.awk: what training takes in multiplications with a cell, against all exact.
# usage: awk -f paper-s2-energy.awk MACS.tsv ENERGY.tsv PAPER.tsv
# MACS.tsv: network, multiplications an image, those of the first layer. ENERGY.tsv: figures of
# cells by name, `cell_inertial_pj` among its columns: make ppa's, or a baseline of synth/baseline.
# PAPER.tsv is of paper-s2-table.awk: of each bit_true point the epochs that really were
# approximate. An image takes, in a step, the forward product; that of the weights' gradient, as
# many; that of the data's gradient, as many less the first layer's, whose input needs none. Only
# the forward product is the cell's. Evaluation is not counted. Exact: the exact multiplier of the
# file, of either class, that takes least.
# SPDX-License-Identifier: Apache-2.0

BEGIN {
  FS = OFS = "\t"
  n = split("exact exacts array arrays dadda daddas booth booths", names, " ")
  for (i = 1; i <= n; i++) is_exact[names[i]]
}
FILENAME == ARGV[1] { macs[$1] = $2; first[$1] = $3; next }
FILENAME == ARGV[2] {
  if (/^#/) next
  if (!titled++) {
    for (i = 1; i <= NF; i++) column[$i] = i
    if (!("cell_inertial_pj" in column)) {
      print "paper-s2: " FILENAME ": expected a column cell_inertial_pj, found " $0 > "/dev/stderr"
      failed = 1
      exit 1
    }
    next
  }
  if ($1 == "tolerance_percent") next
  pj[$1] = $column["cell_inertial_pj"]
  if ($1 in is_exact && (best == "" || pj[$1] < pj[best])) best = $1
  next
}
FNR == 1 {
  if (best == "") {
    print "paper-s2: " ARGV[2] ": expected a row of an exact cell" > "/dev/stderr"
    failed = 1
    exit 1
  }
  for (i = 1; i <= NF; i++) at[$i] = i
  print "network", "cell", "share", "approximate", "epochs", "cell_pj", "exact", "exact_pj", \
    "forward", "data", "weights", "saved_forward", "saved_training"
  next
}
$at["model"] == "bit_true" {
  net = $at["network"]
  cell = $at["error"]
  sub(/^bit_true:/, "", cell)
  sub(/:.*/, "", cell)
  done = $at["approximate"]
  if (!(done > 0) || !(net in macs) || (net, cell, done, $at["epochs"]) in seen) next
  seen[net, cell, done, $at["epochs"]]
  all = 3 * macs[net] - first[net]
  known = cell in pj
  part = known ? (1 - pj[cell] / pj[best]) * done / $at["epochs"] : ""
  print net, cell, $at["share"], done, $at["epochs"], known ? sprintf("%.3f", pj[cell]) : "", \
    best, sprintf("%.3f", pj[best]), macs[net], macs[net] - first[net], macs[net], \
    known ? sprintf("%.1f", 100 * part) : "", \
    known ? sprintf("%.1f", 100 * part * macs[net] / all) : ""
}
END { if (failed) exit 1 }
