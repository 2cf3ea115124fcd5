# paper-s3-report.awk: maps matched and searched for, for a reader, in Markdown.
# usage: awk -v runs="MADE ASKED" -v goal=PERCENT -v facts=FILE -f paper-s3-report.awk PAPER.tsv
# PAPER.tsv is of paper-s3-table.awk; goal: what maps are to save within 1 point. facts: lines on
# what is measured. The first line says how many runs there are: `Partial` where some lack.
# SPDX-License-Identifier: Apache-2.0

function col(name) { return $at[name] }
function shown(value, form) { return value == "" ? "-" : sprintf(form, value) }
function points(accuracy, lost) {
  return accuracy == "" ? "-" : sprintf("%.2f (%+.2f)", accuracy, 0 - lost)
}
# The map of `where` that saves most, by a column, within 1 point by `within`; `lost` it loses.
function better(where, by, within, lost,  name) {
  name = where SUBSEP by
  if (within == "" || within + 0 > 1 || col(by) == "" || \
      (name in saved && col(by) + 0 <= saved[name])) return
  at_cost[name] = lost + 0
  saved[name] = col(by) + 0
  text[name] = sprintf("%.1f %% of multiplications, array %s, at %+.2f points (%s %s %s%s%s)", \
    col("saved"), shown(col("array_saved"), "%.1f %%"), 0 - lost, col("family"), col("method"), \
    col("mode"), col("lambda") == "" ? "" : ", lambda " col("lambda"), \
    lost == col("tuned_lost") && lost != col("lost") ? ", trained on" : "")
}
# Test images have the last word on what training images picked, too.
function found(where, by) {
  if (!((where, by) in saved)) return "not met: none"
  return (saved[where, by] >= goal && at_cost[where, by] <= 1 ? "met" : "not met") ": " \
    text[where, by]
}
function said(what, net, by) {
  printf "- %s: the searched map that training images pick: %s; the best of all %d by the test images" \
    " themselves: %s\n", what, found(net SUBSEP "judged", by), maps[net], found(net, by)
}
BEGIN { FS = "\t" }
FNR == 1 {
  for (i = 1; i <= NF; i++) at[$i] = i
  next
}
{
  net = col("network")
  if (!(net in seen)) order[++nets] = net
  seen[net]
  maps[net] += (col("method") != "direct") + (col("tuned") != "") # direct: a row of a front
  for (i = 1; i <= 2; i++) {
    by = i == 1 ? "saved" : "array_saved"
    better(net, by, col("lost"), col("lost"))
    better(net, by, col("tuned_lost"), col("tuned_lost"))
    if (col("method") == "front") better(net SUBSEP "judged", by, col("judged_lost"), col("lost"))
  }
}
col("method") != "front" {
  lines[++rows] = "| " net " | " col("family") " | " col("method") " | " col("mode") " | " \
    col("lambda") " | " shown(col("saved"), "%.1f") " | " shown(col("array_saved"), "%.1f") " | " \
    points(col("accuracy"), col("lost")) " | " points(col("tuned"), col("tuned_lost")) " | " \
    (col("family") == "evo" ? col("published") : col("cells")) " |"
}
END {
  split(runs, count, " ")
  if (count[1] < count[2])
    printf "Partial: %d of %d runs; what follows is of these alone.\n\n", count[1], count[2]
  else printf "Runs: %d of %d.\n\n", count[1], count[2]
  while ((getline line < facts) > 0) print line
  print "\nmatch: noise that layers bear is learned (lambda), each gets the cheapest cell whose"
  print "error it bears; mode none as the paper does it, bias and cv: what these leave counts."
  print "direct: of the front of a search, the most accurate map on training images that takes no"
  print "more. Saved, in percent: multiplications, then a 16 x 16 array with the mode's hardware."
  print "Accuracy in percent (points against exact): the network as it is, and trained on with the"
  print "map.\n"
  print "| network | cells | method | mode | lambda | saved | array | as it is | trained on" \
    " | cells of the layers |"
  print "|---|---|---|---|---:|---:|---:|---|---|---|"
  for (i = 1; i <= rows; i++) print lines[i]
  print ""
  for (i = 1; i <= nets; i++) {
    net = order[i]
    said(net ", goal " goal " % within 1 point, multiplications", net, "saved")
    said(net ", the same for the array", net, "array_saved")
  }
}
