# retrain-table.awk: what retraining with a cell gives, of what was measured, in Markdown.
# usage: awk -v margin=POINTS -v most=P -v tsv=FILE -v runs='MADE ASKED' -f student.awk
#            -f run-results.awk -f retrain-table.awk HAVE.csv KEYED.tsv
# tsv: a file for the same, a line for each cell and way: network cell mre way mode asked made
# diverged accuracy sd change p says other_change other_p other_says. change: points above the given
# weights with the same mode, over seeds; other_*: above the first way of retraining, by seed.
# SPDX-License-Identifier: Apache-2.0

# Points above those of another point (its only seed, where that is 0) into `pair`; how many.
function compare(of, other,  i, n, d, list, v) {
  n = split(seeds[of], list, " ")
  for (i = 1; i <= n; i++)
    if ((of, list[i]) in accuracy) {
      if ((other, 0) in accuracy) d[++v] = accuracy[of, list[i]] - accuracy[other, 0]
      else if ((other, list[i]) in accuracy)
        d[++v] = accuracy[of, list[i]] - accuracy[other, list[i]]
    }
  student_paired(d, v, margin, pair)
  return v + 0
}
function change(of, other,  n) {
  n = other == "" || other == of ? 0 : compare(of, other)
  if (!n) return OFS OFS
  if (pair["p"] != "") tests++
  return sprintf("%.4f", pair["mean"]) OFS (pair["p"] == "" ? "" : sprintf("%.3g", pair["p"])) OFS \
    student_says(pair, n, margin, most)
}
function mean(of,  i, n, d, list, v) {
  n = split(seeds[of], list, " ")
  for (i = 1; i <= n; i++) if ((of, list[i]) in accuracy) d[++v] = accuracy[of, list[i]]
  student_paired(d, v, 0, pair)
  return v + 0
}
function text_of(of, against,  n, t, part, p) {
  if (!(of in seeds)) return ""
  if (!made[of]) return "-"
  n = mean(of)
  if (!n) return "diverges"
  t = sprintf("%.2f", pair["mean"]) (pair["sd"] == "" ? "" : sprintf(" ± %.2f", pair["sd"])) \
    (n < asked[of] ? " (" n ")" : "")
  if (diverged[of]) return t ", " diverged[of] " diverged"
  if (against == "") return t
  split(change(of, against), part, OFS)
  return t (part[3] == "" ? "" : ", " part[3])
}

{
  cell = $at["cell"]
  way = $at["way"] == "given" ? "given " $at["mode"] : $at["way"]
  if (!(cell in mre)) cells[++count] = cell
  if (!(way in known_way)) {
    known_way[way]
    if ($at["way"] == "given") given[++givens] = way
    else trained[++ways] = way
    mode_of[way] = $at["mode"]
  }
  mre[cell] = $at["mre"]
  network = $at["network"]
  if ($at["epochs"] > 0) {
    epochs = $at["epochs"]
    if (!($at["seed"] in of_seed)) all_seeds = all_seeds " " $at["seed"]
    of_seed[$at["seed"]]
  }
  data = $at["data"]
  point = cell SUBSEP way
  seeds[point] = seeds[point] " " $at["seed"]
  asked[point]++
  if (!(($1, "key") in result)) next
  made[point]++
  if (result[$1, "status"] == "diverged") diverged[point]++
  else accuracy[point, $at["seed"]] = result[$1, "accuracy"]
}
END {
  print "network", "cell", "mre", "way", "mode", "asked", "made", "diverged", "accuracy", "sd", \
    "change", "p", "says", "other_change", "other_p", "other_says" > tsv
  split(runs, counted, " ")
  if (counted[1] < counted[2])
    printf "Partial: %d of %d points; what follows is of these alone.\n\n", counted[1], counted[2]
  else printf "Points: %d of %d.\n\n", counted[1], counted[2]
  print "- " network ": " data ", " epochs " epoch(s), seeds" all_seeds "\n"
  print "Retraining is from the shipped weights, batch norm frozen;"
  print "accuracy in percent of the exported int8 network with the cell: as given, then retrained"
  print "as MODE:GRADIENT; mean ± sd over seeds, and what a t test over seeds says against the"
  printf "given weights in the same mode: gains, loses N points (p < %s, two-sided), absorbs (a\n", most
  printf "loss below %s ", margin
  print "points, one-sided), or it is not separated, which is not the same as equal: seeds are few."
  printf "\n| cell | MRE |"
  for (i = 1; i <= givens; i++) printf " %s |", given[i]
  for (i = 1; i <= ways; i++) printf " %s |", trained[i]
  printf "\n|---|---:|"
  for (i = 1; i <= givens; i++) printf "---:|"
  for (i = 1; i <= ways; i++) printf "---|"
  print ""
  for (c = 1; c <= count; c++) {
    cell = cells[c]
    printf "| %s | %.3g |", cell, mre[cell]
    for (i = 1; i <= givens; i++) printf " %s |", text_of(cell SUBSEP given[i], "")
    for (i = 1; i <= ways; i++)
      printf " %s |", text_of(cell SUBSEP trained[i], cell SUBSEP "given " mode_of[trained[i]])
    print ""
    for (i = 1; i <= givens + ways; i++) {
      way = i <= givens ? given[i] : trained[i - givens]
      point = cell SUBSEP way
      if (!(point in seeds)) continue
      n = mean(point)
      line = !n ? OFS : sprintf("%.4f", pair["mean"]) OFS \
        (pair["sd"] == "" ? "" : sprintf("%.4f", pair["sd"]))
      was = tests # counted once, in the table
      print network, cell, mre[cell], way, mode_of[way], asked[point], made[point] + 0, \
        diverged[point] + 0, line, \
        change(point, i > givens ? cell SUBSEP "given " mode_of[way] : ""), \
        change(point, i > givens + 1 ? cell SUBSEP trained[1] : "") > tsv
      tests = was
    }
  }
  if (ways > 1) {
    printf "\nPoints above `%s`, by seed:\n\n| cell |", trained[1]
    for (i = 2; i <= ways; i++) printf " %s |", trained[i]
    printf "\n|---|"
    for (i = 2; i <= ways; i++) printf "---|"
    print ""
    for (c = 2; c <= count; c++) {
      printf "| %s |", cells[c]
      for (i = 2; i <= ways; i++) {
        split(change(cells[c] SUBSEP trained[i], cells[c] SUBSEP trained[1]), part, OFS)
        printf " %s |", part[1] == "" ? "-" : sprintf("%+.2f (p %s): %s", part[1], \
          part[2] == "" ? "-" : part[2], part[3])
      }
      print ""
    }
  }
  printf "\n%d such tests; p is not adjusted for their number.\n", tests
}
