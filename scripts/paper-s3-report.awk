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
function better(net, by, lost, wanted,  name) {
  name = net SUBSEP by
  if (lost == "" || lost + 0 > wanted || col(by) == "" || \
      (name in saved && col(by) + 0 <= saved[name])) return
  saved[name] = col(by) + 0
  text[name] = sprintf("%.1f %% of multiplications, array %s, at %+.2f points (%s %s %s%s%s)", \
    col("saved"), shown(col("array_saved"), "%.1f %%"), 0 - lost, col("family"), col("method"), \
    col("mode"), col("lambda") == "" ? "" : ", lambda " col("lambda"), \
    lost == col("tuned_lost") && lost != col("lost") ? ", trained on" : "")
}
function said(what, net, by) {
  if (!((net, by) in saved)) printf "- %s: not met: none\n", what
  else
    printf "- %s: %s: %s\n", what, (saved[net, by] >= goal ? "met" : "not met"), text[net, by]
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
  better(net, "saved", col("lost"), 1)
  better(net, "saved", col("tuned_lost"), 1)
  better(net, "array_saved", col("lost"), 1)
  better(net, "array_saved", col("tuned_lost"), 1)
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
