# paper-s0-table.awk: measurements to comparisons: what a cell changes, beside what its controls do.
# usage: awk -v most=P -f student.awk -f run-results.awk -f paper-s0-table.awk HAVE.csv KEYED.tsv
# Tab-separated, behind a header, a line for each
#   part, network, point   as asked
#   what     accuracy (percent), or I(T;Y) OP KIND (bits, by probe) of a layer
#   of       cell, or a control: noise, dropout; in part train: the training, in so: both
#   versus   exact, or the control beside the cell
# over the seeds that both have (pairs): mean of each side, their change (its mean, sd), lo and hi,
# the 95 % interval of its mean (Student's t), p that there is none, two-sided, and holm: p adjusted
# by Holm's method for all of the network's tests of accuracies, or of layers. asked, made,
# diverged: seeds. says: gains or loses where holm < most, else not separated.
# SPDX-License-Identifier: Apache-2.0

# A side of a comparison: one training, measured in one way after its last epoch.
function side(net, training, point, with) { return net SUBSEP training SUBSEP point SUBSEP with }

# Seeds that both sides have, what they are apart into d; sums of each.
function pairs_of(a, b, what,  i, n, s, v) {
  n = split(seeds[a], s, " ")
  sum_a = sum_b = 0
  for (i = 1; i <= n; i++) {
    if (!((a, s[i], what) in value) || !((b, s[i], what) in value)) continue
    d[++v] = value[a, s[i], what] - value[b, s[i], what]
    sum_a += value[a, s[i], what]
    sum_b += value[b, s[i], what]
  }
  return v + 0
}
function compare(part, net, point, a, of, b, versus,  i, n, what, v) {
  if (!(a in seeds) || !(b in seeds)) return
  n = whats[net]
  for (i = 1; i <= n; i++) {
    what = what_of[net, i]
    v = pairs_of(a, b, what)
    if (!v && i > 1) continue
    rows++
    student_paired(d, v, 0, result_of)
    student_interval(result_of, v, 0.05)
    head[rows] = part OFS net OFS point OFS what OFS of OFS versus
    count[rows] = asked[a] OFS v OFS diverged[a] + 0 OFS \
      (v ? sprintf("%.4f%s%.4f%s%.4f", sum_a / v, OFS, sum_b / v, OFS, result_of["mean"]) : \
        OFS OFS) \
      OFS number(result_of["sd"]) OFS number(result_of["lo"]) OFS number(result_of["hi"])
    change[rows] = result_of["mean"]
    p[rows] = result_of["p"]
    family[rows] = net SUBSEP (i == 1)
  }
}
# Trainings with the cell and with its controls, measured exactly (train) or as they were trained.
function trained_with(net, point, part, exact,  c, cell, other) {
  cell = side(net, "cell", point, part == "so" ? "cell" : "exact")
  compare(part, net, point, cell, "cell", exact, "exact")
  for (c = 1; c <= controls; c++) {
    other = side(net, control[c], point, part == "so" ? control[c] : "exact")
    compare(part, net, point, cell, "cell", other, control[c])
    compare(part, net, point, other, control[c], exact, "exact")
  }
}
function number(x) { return x == "" ? "" : sprintf("%.4f", x) }

# Holm (1979): of m tests the k-th smallest p counts m - k + 1 times, and no less than one before.
function adjust(  i, j, m, k, best, last, tests) {
  for (i = 1; i <= rows; i++) if (p[i] != "") tests[family[i]]++
  for (k in tests) {
    last = 0
    for (m = tests[k]; m > 0; m--) {
      best = 0
      for (j = 1; j <= rows; j++)
        if (family[j] == k && p[j] != "" && !(j in holm) && (!best || p[j] < p[best])) best = j
      if (m * p[best] > last) last = m * p[best]
      holm[best] = last > 1 ? 1 : last
    }
  }
}

{
  at_last = $at["epoch"] == $at["epochs"]
  if ($at["part"] == "path" || !at_last) next
  id = side($at["network"], $at["training"], $at["point"], $at["with"])
  net = $at["network"]
  if (!(net in whats)) {
    nets[++networks] = net
    what_of[net, whats[net] = 1] = "accuracy"
  }
  seed = $at["seed"]
  seeds[id] = seeds[id] " " seed
  asked[id]++
  if ($at["point"] != "" && !((net, $at["point"]) in known)) {
    known[net, $at["point"]]
    point_of[net, ++points[net]] = $at["point"]
  }
  if ($at["with"] != "exact" && $at["with"] != "cell" && !($at["with"] in is_control)) {
    is_control[$at["with"]]
    control[++controls] = $at["with"]
  }
  if (!(($1, "key") in result)) next
  if (result[$1, "status"] == "diverged") {
    diverged[id]++
    next
  }
  value[id, seed, "accuracy"] = result[$1, "accuracy"]
  n = split(result[$1, "layers"], layer, " ")
  for (i = 1; i <= n; i++) {
    split(layer[i], f, ":")
    what = "I(T;Y) " f[1] " " f[2]
    value[id, seed, what] = f[4]
    if (!((net, what) in is_what)) {
      is_what[net, what]
      what_of[net, ++whats[net]] = what
    }
  }
}
END {
  for (k = 1; k <= networks; k++) {
    net = nets[k]
    exact = side(net, "exact", "", "exact")
    for (i = 1; i <= points[net]; i++) {
      point = point_of[net, i]
      cell = side(net, "exact", point, "cell")
      compare("infer", net, point, cell, "cell", exact, "exact")
      for (c = 1; c <= controls; c++) {
        other = side(net, "exact", point, control[c])
        compare("infer", net, point, cell, "cell", other, control[c])
        compare("infer", net, point, other, control[c], exact, "exact")
      }
      trained_with(net, point, "train", exact)
      trained_with(net, point, "so", exact)
    }
  }
  adjust()
  print "part", "network", "point", "what", "of", "versus", "asked", "pairs", "diverged", \
    "mean_of", "mean_versus", "change", "sd", "lo", "hi", "p", "holm", "says"
  for (i = 1; i <= rows; i++)
    print head[i], count[i], (p[i] == "" ? OFS OFS : \
      sprintf("%.3g%s%.3g%s%s", p[i], OFS, holm[i], OFS, \
      holm[i] >= most ? "not separated" : change[i] > 0 ? "gains" : "loses"))
}
