# paper-s4-report.awk: what the fronts of a campaign of searches say, in Markdown.
# usage: awk -v runs="MADE ASKED" -v goal=PERCENT -v reach=PERCENT -v facts=FILE
#            -f paper-s4-report.awk PAPER.tsv
# PAPER.tsv is of paper-s4-table.awk. goal: saved within 1 point, of the paper within 4; reach: what
# is wanted of maps within 1 point. facts: lines on what is measured. The first line says how many
# searches there are: `Partial` where some lack.
# SPDX-License-Identifier: Apache-2.0

function col(name) { return $at[name] }
function key() { return col("set") "\t" col("mode") "\t" col("level") }
# The point of `where` that saves most, by a column, within `points` by a column's loss.
function better(where, by, loss, points) {
  if (col(by) == "" || loss + 0 > points ||
      ((where, points) in saved && col(by) + 0 <= saved[where, points])) return
  saved[where, points] = col(by) + 0
  at_cost[where, points] = col("lost") + 0
  text[where, points] = sprintf("%.1f %% (%s), array %s, %+.2f +- %.2f points", col("saved"), \
    col("saved_dadda") == "" ? "-" : sprintf("%.1f %%", col("saved_dadda")), \
    col("array_saved") == "" ? "-" : sprintf("%.1f %%", col("array_saved")), 0 - col("lost"), \
    col("error"))
  named[where, points] = col("set") " " col("mode") ", level " col("level")
}
function best(where, points) {
  return (where, points) in saved ? text[where, points] : "none"
}
# Test images have the last word on what training images picked, too.
function verdict(where, points, wanted) {
  if (!((where, points) in saved)) return "not met"
  return saved[where, points] >= wanted && at_cost[where, points] <= points ? "met" : "not met"
}
function found(where, points) {
  return best(where, points) ((where, points) in saved ? " (" named[where, points] ")" : "")
}
function goal_line(wanted) {
  printf "- goal, %s %% within 1 point: the map that training images pick: %s: %s; the best of all by" \
    " the test images themselves: %s: %s\n", wanted, verdict("all judged", 1, wanted), \
    found("all judged", 1), verdict("all", 1, wanted), found("all", 1)
}
BEGIN { FS = "\t" }
FNR == 1 {
  for (i = 1; i <= NF; i++) at[$i] = i
  next
}
{
  if (!(key() in seen)) {
    order[++searches] = key()
    maps += col("maps")
    seconds += col("core_s")
  }
  seen[key()] = col("maps") "\t" col("core_s") "\t" col("cells")
  better(key(), "saved", col("lost"), 1)
  better(key(), "saved", col("lost"), 4)
  better("judged " key(), "saved", col("judged_lost"), 1)
  better("all", "saved", col("lost"), 1)
  better("all judged", "saved", col("judged_lost"), 1)
  better("array", "array_saved", col("lost"), 1)
  plain = col("set") == "roup" && (col("mode") == "none" || col("mode") == "bias")
  if (col("set") == "roup" && col("mode") == "none") better("plain", "saved", col("lost"), 4)
  if (plain) better("folded", "saved", col("lost"), 4)
  x[++points] = col("saved") + 0
  y[points] = col("lost") + 0
  z[points] = col("array_saved")
  is_plain[points] = col("set") == "roup" && col("mode") == "none"
}
END {
  split(runs, count, " ")
  if (count[1] < count[2])
    printf "Partial: %d of %d searches; what follows is of these alone.\n\n", count[1], count[2]
  else printf "Searches: %d of %d.\n\n", count[1], count[2]
  while ((getline line < facts) > 0) print line
  print "\nSaved: energy of the multiplications against the exact cell that takes least (in"
  print "parentheses against a Dadda multiplier), then of a 16 x 16 array with the mode's"
  print "hardware; points that test images gain or lose, +- two standard errors at most. The first"
  print "two columns pick among a front's maps by the test images, the third by training images that"
  print "the search did not see.\n"
  print "| cells, mode | level | most saved within 1 point | within 4 points" \
    " | within 1 point in training | maps | core-min |"
  print "|---|---|---|---|---|---:|---:|"
  for (i = 1; i <= searches; i++) {
    split(order[i], k, "\t")
    split(seen[order[i]], s, "\t")
    printf "| %s (%d), %s | %s | %s | %s | %s | %d | %.1f |\n", k[1], s[3], k[2], k[3], \
      best(order[i], 1), best(order[i], 4), best("judged " order[i], 1), s[1], s[2] / 60
  }
  for (i = 1; i <= points; i++) {
    if (!is_plain[i] || y[i] > 4) continue
    plain_points++
    array_points += z[i] != ""
    by_mult = by_both = 0
    for (j = 1; j <= points; j++) {
      if (is_plain[j] || x[j] < x[i] || y[j] > y[i]) continue
      if (x[j] > x[i] || y[j] < y[i]) by_mult = 1
      if (z[i] == "" || z[j] == "" || z[j] + 0 < z[i] + 0) continue
      if (x[j] > x[i] || y[j] < y[i] || z[j] + 0 > z[i] + 0) by_both = 1
    }
    dominated += by_mult
    dominated_array += by_both
  }
  printf "\n- the paper, ROUP as it is: up to %s %% at up to 4 points; here: %s", goal, \
    found("plain", 4)
  printf "; with the mean error folded into the bias, which costs nothing: %s\n", best("folded", 4)
  printf "- of %d points of ROUP as it is within 4 points, corrected and wider maps dominate %d by the" \
    " multiplications' energy, and by the array's too %d of %d whose array is measured\n",
    plain_points, dominated, dominated_array, array_points
  goal_line(goal)
  goal_line(reach)
  printf "- of the array, within 1 point by the test images: %s\n", found("array", 1)
  printf "- searches: %d maps measured, %.1f core-minutes\n", maps, seconds / 60
}
