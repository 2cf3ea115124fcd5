# paper-s2-report.awk: the points of paper-s2-table.awk for a reader, in Markdown.
# usage: awk -v margin=POINTS -v most=P -v energies=FILE -v source=TEXT -v facts=FILE
#            -v runs="MADE ASKED" -f paper-s2-report.awk PAPER.tsv
# energies is of paper-s2-energy.awk, source says what its figures are of; facts: lines on the
# networks' runs. The first line says how many runs there are: `Partial` where some lack.
# SPDX-License-Identifier: Apache-2.0

function column(name) { return $at[name] }
function value(mean, sd, n, asked) {
  if (mean == "") return "-"
  return sprintf("%.2f", mean) (sd == "" ? "" : sprintf(" ± %.2f", sd)) \
    (n < asked ? " (" n ")" : "")
}
# A point: accuracy, what is said of it, and what it answers as it multiplies.
function text_of(  t) {
  if (!column("made")) return "-"
  if (column("diverged") == column("made")) return "diverges"
  t = value(column("accuracy"), column("accuracy_sd"), column("made") - column("diverged"), \
    column("asked"))
  if (column("so") != "") t = t sprintf(" [%.2f]", column("so"))
  if (column("diverged")) return t ", " column("diverged") " diverged"
  return t (column("says") == "" ? "" : ", " column("says"))
}
# Not of a share of all epochs, of which the other part has its line.
function by_static() {
  if (column("part") == "switch" && column("share") == "100") return ""
  return column("static_change") == "" ? "" : sprintf("| %s | %s | %s | %+.2f | %s | %s |", \
    column("network"), column("sd"), column("error") (column("share") == "100" ? "" : ", " \
    column("share") (column("share") == "stall" ? "" : " %")), column("static_change"), \
    column("static_p") == "" ? "-" : column("static_p"), column("static_says"))
}
function add(list, what) {
  if (!((list, what) in in_list)) {
    in_list[list, what]
    item[list, ++items[list]] = what
  }
}

BEGIN { FS = "\t" }
FNR == 1 {
  for (i = 1; i <= NF; i++) at[$i] = i
  next
}
{
  net = column("network")
  add("nets", net)
  tests += column("p") != "" && !(column("part") == "switch" && column("share") == "100")
  compared += column("static_p") != "" && by_static() != ""
}
column("part") == "mre" && column("model") == "exact" { exact[net] = text_of() }
column("part") == "mre" && column("model") != "exact" {
  sd = column("sd") == "" ? "DRUM6" : column("sd")
  add(net, sd)
  # A cell's error is its own, the others' that of the row.
  cells[net, sd, column("model")] = text_of() (column("model") == "bit_true" ? \
    " (" substr(column("error"), 10) sprintf(", %.3g %%)", column("mre")) : "")
  if (column("model") != "bit_true") mre[net, sd] = sprintf("%.3g", column("mre"))
}
column("part") == "switch" {
  add("models " net, column("error"))
  add("shares " net, column("share"))
  epochs = column("approximate") == "" ? "" : \
    sprintf("%g/%d: ", column("approximate"), column("epochs"))
  switched[net, column("error"), column("share")] = epochs text_of()
}
{
  line = by_static()
  if (line != "") lines[++compares] = line
}
END {
  split(runs, count, " ")
  split("static_weight per_step_weight per_mac bit_true", model, " ")
  if (count[1] < count[2])
    printf "Partial: %d of %d runs; what follows is of these alone.\n\n", count[1], count[2]
  else printf "Runs: %d of %d.\n\n", count[1], count[2]
  while ((getline line < facts) > 0) print line
  print "\nMean test accuracy in percent ± sd over seeds (their number where some lack or"
  print "diverged), with exact products after training; in brackets as the last epoch multiplied."
  print "Errors are in the forward product alone. SD, MRE in percent: MRE = 0.798 SD; of a cell"
  print "(in parentheses: of the registry's s8 cells the nearest in MRE) over all pairs of operands.\n"
  print "| network | SD | MRE | exact | static_weight | per_step_weight | per_mac | bit_true |"
  print "|---|---:|---:|---|---|---|---|---|"
  for (i = 1; i <= items["nets"]; i++) {
    net = item["nets", i]
    for (k = 1; k <= items[net]; k++) {
      sd = item[net, k]
      printf "| %s | %s | %s | %s |", net, sd, mre[net, sd], exact[net]
      for (m = 1; m <= 4; m++)
        printf " %s |", (net, sd, model[m]) in cells ? cells[net, sd, model[m]] : ""
      print ""
    }
  }
  print "\nThe largest error, by the percent of epochs that have it, the rest exact; stall: until"
  print "the validation loss stalls. Before the accuracy: epochs that were approximate, of all.\n"
  for (i = 1; i <= items["nets"]; i++) {
    net = item["nets", i]
    printf "| %s |", net
    for (k = 1; k <= items["shares " net]; k++) printf " %s |", item["shares " net, k]
    printf "\n|---|"
    for (k = 1; k <= items["shares " net]; k++) printf "---|"
    print ""
    for (m = 1; m <= items["models " net]; m++) {
      printf "| %s |", item["models " net, m]
      for (k = 1; k <= items["shares " net]; k++)
        printf " %s |", switched[net, item["models " net, m], item["shares " net, k]]
      print ""
    }
    print ""
  }
  print "Said of a point, against the exact run of the same seed, by a paired t test over seeds:"
  printf "loses, gains N points: p < %s, two-sided; absorbs: the loss is below %s points,\n", \
    most, margin
  printf "p < %s, one-sided; else not separated, which is not the same as equal:\n", most
  printf "seeds are few. "
  printf "One of %d such tests; p is not adjusted for their number.\n", tests
  if (compares) {
    print "\nOther models against static_weight of the same SD, seed and epochs, points (" \
      compared " such tests):\n"
    print "| network | SD | error | change | p | |\n|---|---:|---|---:|---:|---|"
    for (i = 1; i <= compares; i++) print lines[i]
  }
  header = 0
  while ((getline line < energies) > 0) {
    n = split(line, f, "\t")
    if (!header++) {
      for (i = 1; i <= n; i++) in_energy[f[i]] = i
      continue
    }
    if (header == 2) {
      print "\nEnergy of a training's multiplications against all exact (" \
        f[in_energy["exact"]] ", " f[in_energy["exact_pj"]] " pJ), by " source ":"
      print "forward, gradient of data, of weights are counted; the forward product is the cell's" \
        "\nin its epochs. A blank: not measured there (make ppa CELLS=).\n"
      print "| network | cell | epochs | pJ | % of forward saved | % of training saved |"
      print "|---|---|---:|---:|---:|---:|"
    }
    print "| " f[in_energy["network"]] " | " f[in_energy["cell"]] " | " \
      f[in_energy["approximate"]] "/" f[in_energy["epochs"]] " | " f[in_energy["cell_pj"]] " | " \
      f[in_energy["saved_forward"]] " | " f[in_energy["saved_training"]] " |"
  }
}
