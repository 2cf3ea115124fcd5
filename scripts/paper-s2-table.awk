# paper-s2-table.awk: runs to points: a line for each network, part, error and share.
# usage: awk -v margin=POINTS -v most=P -f student.awk -f run-results.awk \
#            -f paper-s2-table.awk HAVE.csv KEYED.tsv
# Tab-separated, behind a header. Of a point: asked, made, diverged: its seeds; accuracy, so (as the
# last epoch multiplied, where that was not exact) in percent, mean and sd over the seeds that did
# not diverge; approximate: the epochs that really were. change: accuracy less that of the exact run
# of the same seed, points, mean over pairs seeds; p, below, says: of student.awk, `most` the p that
# lets something be said, `margin` the points that it absorbs within. static_*: the same less the
# run of static_weight of that seed, sd, share and part.
# SPDX-License-Identifier: Apache-2.0

function spread(values, n, out,  i, d) {
  for (i = 1; i <= n; i++) d[i] = values[i]
  student_paired(d, n, 0, out)
  if (!n) out["mean"] = out["sd"] = ""
  else out["mean"] = sprintf("%.4f", out["mean"])
  if (out["sd"] != "") out["sd"] = sprintf("%.4f", out["sd"])
}
# The runs of a point less those of another, of the same seeds, into `out`; how many pairs.
function compare(of, other, out,  i, n, seed, v, d) {
  n = split(seeds[of], seed, " ")
  for (i = 1; i <= n; i++)
    if ((of, seed[i]) in accuracy && other != "" && (other, seed[i]) in accuracy)
      d[++v] = accuracy[of, seed[i]] - accuracy[other, seed[i]]
  student_paired(d, v, margin, out)
  return v + 0
}
function changes(of, other,  pair, n) {
  n = compare(of, other, pair)
  if (!n) return "\t\t\t\t"
  return sprintf("%d\t%.4f\t%s\t%s\t%s", n, pair["mean"], \
    pair["p"] == "" ? "" : sprintf("%.3g", pair["p"]), \
    pair["below"] == "" ? "" : sprintf("%.3g", pair["below"]), \
    diverged[of] ? "diverges" : student_says(pair, n, margin, most))
}

{
  point = $at["part"] SUBSEP $at["network"] SUBSEP $at["error"] SUBSEP $at["share"] SUBSEP \
    ($at["part"] == "switch" ? $at["model"] : "") SUBSEP $at["sd"]
  if (!(point in seeds)) {
    points[++count] = point
    what[point] = $at["part"] OFS $at["network"] OFS $at["model"] OFS $at["error"] OFS $at["sd"] \
      OFS $at["mre"] OFS $at["share"] OFS $at["planned"] OFS $at["epochs"]
    net[point] = $at["network"]
    group[point] = $at["part"] SUBSEP $at["network"] SUBSEP $at["sd"] SUBSEP $at["share"]
    if ($at["model"] == "static_weight") static[group[point]] = point
    if ($at["error"] == "exact") exact[net[point]] = point
    is_exact[point] = $at["error"] == "exact" || $at["planned"] == "0"
    is_static[point] = $at["model"] == "static_weight" || is_exact[point]
  }
  seed = $at["seed"]
  seeds[point] = seeds[point] " " seed
  asked[point]++
  if (!(($1, "key") in result)) next
  made[point]++
  if (result[$1, "status"] == "diverged") {
    diverged[point]++
    next
  }
  accuracy[point, seed] = result[$1, "accuracy"]
  if (result[$1, "so"] != "") so[point, seed] = result[$1, "so"]
  approximate[point] += result[$1, "approximate"]
}
END {
  print "part", "network", "model", "error", "sd", "mre", "share", "planned", "epochs", "asked", \
    "made", "diverged", "approximate", "accuracy", "accuracy_sd", "so", "so_sd", "pairs", \
    "change", "p", "below", "says", "static_pairs", "static_change", "static_p", "static_below", \
    "static_says"
  for (i = 1; i <= count; i++) {
    point = points[i]
    n = split(seeds[point], each, " ")
    right = of_so = 0
    for (k = 1; k <= n; k++) {
      if ((point, each[k]) in accuracy) a[++right] = accuracy[point, each[k]]
      if ((point, each[k]) in so) b[++of_so] = so[point, each[k]]
    }
    spread(a, right, of_a)
    spread(b, of_so, of_b)
    print what[point], asked[point], made[point] + 0, diverged[point] + 0, \
      right ? sprintf("%.4g", approximate[point] / right) : "", of_a["mean"], of_a["sd"], \
      of_b["mean"], of_b["sd"], \
      is_exact[point] ? "\t\t\t\t" : changes(point, exact[net[point]]), \
      is_static[point] ? "\t\t\t\t" : changes(point, static[group[point]])
  }
}
