# paper-s3-table.awk: what maps of a campaign save and lose, a row each.
# usage: awk -v evo=EVO -v exact='NET:FILE ...' -v array='NET:FILE ...' -f opt-correction.awk
#            -f paper-s3-pick.awk -f run-results.awk -f paper-s3-table.awk HAVE.csv KEYED.tsv
# method: match (noise learned, then matched), direct (of the search's front the row that
# paper-s3-pick.awk puts beside that map), front (all rows of it). Percent: `saved` of the
# multiplications' energy against the exact cell of the search, `array_saved` of a 16 x 16 array's
# against one of that cell uncorrected, each layer in an array of its cell with the mode's hardware;
# `accuracy` of the test images as the network is, `tuned` after training on with the map; `lost`,
# `tuned_lost` points against the exact network. cells: of the MAC layers, `published` as
# EvoApproxLib calls them. `judged_lost`: of a search's row, points of the training images that
# judged.
# SPDX-License-Identifier: Apache-2.0

function array_saved(net, cells, best, opt,  name, n, i, sum, all) {
  n = split(cells, name, " ")
  if (!((net, best, 0, "rest") in pj)) return ""
  for (i = 1; i <= n; i++) {
    if (!((net, name[i], opt, "rest") in pj)) return ""
    sum += pj[net, name[i], opt, i - 1] + pj[net, name[i], opt, "rest"] / n
    all += pj[net, best, 0, i - 1] + pj[net, best, 0, "rest"] / n
  }
  return sprintf("%.2f", 100 * (1 - sum / all))
}
function published(cells,  name, n, i, out) {
  n = split(cells, name, " ")
  for (i = 1; i <= n; i++)
    out = out (i > 1 ? " " : "") (name[i] in evo_name ? evo_name[name[i]] : name[i])
  return out
}
function point(method, lambda, energy, right, cells, tuned, judged) {
  print $at["network"], $at["family"], method, $at["mode"], lambda, \
    sprintf("%.2f", 100 * (1 - energy)), \
    array_saved($at["network"], cells, best_of($at["config"]), opt_of($at["mode"])), \
    sprintf("%.2f", right), sprintf("%.2f", base[$at["network"]] - right), \
    tuned == "" ? "" : sprintf("%.2f", tuned), \
    tuned == "" ? "" : sprintf("%.2f", base[$at["network"]] - tuned), cells, published(cells), \
    judged == "" ? "" : \
      sprintf("%.2f", 100 * (seen_right[$at["network"]] - judged) / seen[$at["network"]])
}
function best_of(config) {
  sub(/.*"cells": "/, "", config)
  sub(/:.*/, "", config)
  return config
}
function read_nets(list, what,  pair, n, i, net, file, line, f) {
  n = split(list, pair, " ")
  for (i = 1; i <= n; i++) {
    net = file = pair[i]
    sub(/:.*/, "", net)
    sub(/^[^:]*:/, "", file)
    while ((getline line < file) > 0) {
      split(line, f, "\t")
      if (what == "array") pj[net, f[1], f[2], f[3]] = f[4]
      else {
        base[net] = 100 * f[4] / f[3]
        tests[net] = f[3]
        seen[net] = f[1]
        seen_right[net] = f[2]
      }
    }
    close(file)
  }
}
BEGIN {
  OFS = "\t"
  while ((getline line < evo) > 0)
    if (line !~ /^#/) {
      split(line, f, "\t")
      evo_name[f[2]] = f[1]
    }
  read_nets(exact, "exact")
  read_nets(array, "array")
  print "network", "family", "method", "mode", "lambda", "saved", "array_saved", "accuracy", \
    "lost", "tuned", "tuned_lost", "cells", "published", "judged_lost"
}
{ # searches and what was trained on stand behind the matches that they go with: all lines first
  lines[++count] = $0
  if ($at["step"] == "search") {
    front[$at["network"], $at["family"], $at["mode"]] = result[$1, "text"]
    config_of[$at["network"], $at["family"], $at["mode"]] = $at["config"]
  }
  if ($at["step"] == "tune")
    tuned_to[$at["network"], $at["family"], $at["mode"], $at["lambda"], $at["point"]] = \
      result[$1, "accuracy"]
}
END {
  for (l = 1; l <= count; l++) {
    $0 = lines[l]
    net = $at["network"]
    of = net SUBSEP $at["family"] SUBSEP $at["mode"]
    if (result[$1, "status"] != "done") continue
    cells = config_of[of]
    sub(/.*"cells": "/, "", cells)
    sub(/".*/, "", cells)
    if ($at["step"] == "search") {
      n = split(front[of], row, " ")
      for (i = 1; i <= n; i++) {
        split(row[i], f, ":")
        point("front", "", f[1], 100 * f[3] / tests[net], cells_of_row(front[of], i, cells), \
          "", f[2])
      }
    } else if ($at["step"] == "match") {
      energy = result[$1, "energy"] / 100
      lambda = $at["lambda"]
      point("match", lambda, energy, result[$1, "accuracy"], result[$1, "text"], \
        tuned_to[of, lambda, "match"])
      i = pick(front[of], energy)
      if (!i) continue
      split(front[of], row, " ")
      split(row[i], f, ":")
      point("direct", lambda, f[1], 100 * f[3] / tests[net], cells_of_row(front[of], i, cells), \
        tuned_to[of, lambda, "direct"], f[2])
    }
  }
}
