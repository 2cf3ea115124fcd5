# paper-s0-report.awk: the comparisons of paper-s0-table.awk for a reader, in Markdown: a verdict,
# each claim of it with its interval and beside what controls do, and the tables that it is of.
# usage: awk -v most=P -v facts=FILE -v runs="MADE ASKED" -f paper-s0-report.awk PAPER.tsv
# facts: lines on the networks' runs. The first line says how many measurements there are: `Partial`
# where some lack.
# SPDX-License-Identifier: Apache-2.0

function column(name) { return $at[name] }
function signed(x, digits) { return sprintf("%+." digits "f", x) }
# A change with its interval.
function text_of(change, lo, hi, digits) {
  if (change == "") return "-"
  return signed(change, digits) \
    (lo == "" ? " (one seed)" : " [" signed(lo, digits) ", " signed(hi, digits) "]")
}
function key_of(part, net, point, what, of, versus) {
  return part SUBSEP net SUBSEP point SUBSEP what SUBSEP of SUBSEP versus
}
function said(part, net, point, what, of, versus,  key) {
  key = key_of(part, net, point, what, of, versus)
  return key in text ? text[key] : "-"
}
function has(part, net, point, what, versus) {
  return (key_of(part, net, point, what, "cell", versus) in text)
}
# What of a point is beside its controls, for a sentence.
function beside(part, net, point, what,  i, t, its) {
  for (i = 1; i <= controls; i++)
    if (has(part, net, point, what, control[i])) {
      its = said(part, net, point, what, "cell", control[i])
      t = t (t == "" ? "" : ", ") "beside " control[i] " " (its == "-" ? "none yet" : its)
    }
  return t == "" ? "no control of it was measured" : t
}
# Whether it gains on every control that there is, and there is noise.
function beats(part, net, point, what,  i, key) {
  if (!has(part, net, point, what, "noise")) return 0
  for (i = 1; i <= controls; i++) {
    key = key_of(part, net, point, what, "cell", control[i])
    if (key in text && says[key] != "gains") return 0
  }
  return 1
}
function name_of(part) {
  return part == "infer" ? "in inference" : \
    part == "train" ? "in training, measured exactly" : "in training and inference"
}

# One network and part: what its points do to the accuracy.
function verdict(net, part,  i, key, point, best, n, lost, tested, line) {
  for (i = 1; i <= points[net]; i++) {
    point = point_of[net, i]
    key = key_of(part, net, point, "accuracy", "cell", "exact")
    if (!(key in text) || change[key] == "") continue
    n++
    tested += says[key] != ""
    lost += says[key] == "loses"
    if (best == "" || change[key] + 0 > change[best] + 0) { best = key; best_point = point }
    if (says[key] != "gains") continue
    line = line "- " net ", " name_of(part) ": " point " gains " text[key] " points; " \
      beside(part, net, point, "accuracy") ". " \
      (beats(part, net, point, "accuracy") ? "More than its controls do.\n" : \
      "Not shown to be the cell's own: chance of its size is not separated from it.\n")
  }
  if (!n) return
  if (line != "") printf "%s", line
  else
    print "- " net ", " name_of(part) ": no cell is shown to gain accuracy, of " n \
      (tested < n ? " (" n - tested " without a test)" : "") "; " lost + 0 " lose." \
      " The most: " best_point ", " text[best] " points; " \
      beside(part, net, best_point, "accuracy") "."
  layers(net, part)
}
# And to what layers tell of the label.
function layers(net, part,  i, k, key, what, rises, own, falls, n, most_key, most_what,
    most_point) {
  for (i = 1; i <= points[net]; i++)
    for (k = 2; k <= whats[net]; k++) {
      what = what_of[net, k]
      key = key_of(part, net, point_of[net, i], what, "cell", "exact")
      if (!(key in text) || change[key] == "") continue
      n++
      falls += says[key] == "loses"
      rises += says[key] == "gains"
      own += says[key] == "gains" && beats(part, net, point_of[net, i], what)
      if (most_key == "" || change[key] + 0 > change[most_key] + 0) {
        most_key = key
        most_what = what
        most_point = point_of[net, i]
      }
    }
  if (!n) return
  print "  What layers tell of the label (by probe, at least): rises in " rises + 0 \
    " of " n " layers and points, in " own + 0 " of these by more than controls, falls in " \
    falls + 0 ". The most: " most_point ", layer " substr(most_what, 8) ", " \
    text[most_key] " bits; " beside(part, net, most_point, most_what) "."
}

BEGIN { FS = "\t" }
FNR == 1 {
  for (i = 1; i <= NF; i++) at[$i] = i
  next
}
{
  net = column("network")
  if (!(net in points)) {
    nets[++networks] = net
    points[net] = whats[net] = 0
  }
  if (!((net, column("point")) in known)) {
    known[net, column("point")]
    point_of[net, ++points[net]] = column("point")
  }
  if (!((net, column("what")) in is_what)) {
    is_what[net, column("what")]
    what_of[net, ++whats[net]] = column("what")
  }
  if (column("versus") != "exact" && !(column("versus") in is_control)) {
    is_control[column("versus")]
    control[++controls] = column("versus")
  }
  key = key_of(column("part"), net, column("point"), column("what"), column("of"), column("versus"))
  change[key] = column("change")
  says[key] = column("says")
  text[key] = text_of(column("change"), column("lo"), column("hi"), \
    column("what") == "accuracy" ? 2 : 3)
  mean_of[key] = column("mean_of")
  mean_versus[key] = column("mean_versus")
  lacks[key] = (column("diverged") > 0 ? ", " column("diverged") " diverged" : "") \
    (column("pairs") < column("asked") ? " (" column("pairs") " of " column("asked") ")" : "")
}
END {
  split(runs, count, " ")
  if (count[1] < count[2])
    printf "Partial: %d of %d runs; what follows is of these alone.\n\n", count[1], count[2]
  else printf "Runs: %d of %d.\n\n", count[1], count[2]
  while ((getline line < facts) > 0) print line
  print ""
  for (i = 1; i <= networks; i++) {
    verdict(nets[i], "infer")
    verdict(nets[i], "train")
    verdict(nets[i], "so")
  }
  print "\nTest accuracy, mean over seeds, and its changes in points, with 95 % intervals over seeds."
  print "All are trained with int8 operands. infer: trained exactly, the cell in inference alone; train:"
  print "trained with the cell, measured with exact products; so: trained and measured with the cell. Noise"
  print "and dropout have the mean and variance of the cell's error in every layer and channel: of training"
  print "images in inference, of the very products that they are in the place of in training. As the cell,"
  print "they are where it is: in inference, in training, in both.\n"
  print "| network | part | cell | exact | cell - exact | cell - noise | cell - dropout | noise - exact |"
  print "|---|---|---|---:|---|---|---|---|"
  for (i = 1; i <= networks; i++)
    for (k = 1; k <= 3; k++) {
      part = k == 1 ? "infer" : k == 2 ? "train" : "so"
      net = nets[i]
      for (j = 1; j <= points[net]; j++) {
        point = point_of[net, j]
        key = key_of(part, net, point, "accuracy", "cell", "exact")
        if (!(key in text)) continue
        print "| " net " | " part " | " point " | " \
          (mean_versus[key] == "" ? "-" : sprintf("%.2f", mean_versus[key])) " | " \
          text[key] lacks[key] (says[key] == "" ? "" : ", " says[key]) " | " \
          said(part, net, point, "accuracy", "cell", "noise") " | " \
          said(part, net, point, "accuracy", "cell", "dropout") " | " \
          said(part, net, point, "accuracy", "noise", "exact") " |"
      }
    }
  print "\nSaid of a change: gains or loses, where a paired t test over seeds has p < " most ","
  print "adjusted by Holm's method for all of the network's tests of accuracies, or of layers; else not"
  print "separated, which is not the same as equal. Intervals are of each change alone. A gain counts"
  print "as the cell's own where it gains on each of its controls, too."
}
