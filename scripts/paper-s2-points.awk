# paper-s2-points.awk: a network's accuracy against MRE for paper-s2-plot.gp: a block for each error
# model, its name, then MRE, accuracy, sd; exact is a block of the axis' ends.
# usage: awk -v network=NET -f paper-s2-points.awk PAPER.tsv
# SPDX-License-Identifier: Apache-2.0
BEGIN { FS = "\t" }
FNR == 1 {
  for (i = 1; i <= NF; i++) at[$i] = i
  next
}
$at["part"] != "mre" || $at["network"] != network || $at["accuracy"] == "" { next }
{
  model = $at["model"]
  if (!(model in block)) order[++models] = model
  block[model] = block[model]
  sd = $at["accuracy_sd"] + 0
  if (model == "exact") exact = $at["accuracy"] " " sd
  else {
    block[model] = block[model] $at["mre"] " " $at["accuracy"] " " sd "\n"
    if (!least || $at["mre"] + 0 < least) least = $at["mre"] + 0
    if ($at["mre"] + 0 > most) most = $at["mre"] + 0
  }
}
END {
  for (i = 1; i <= models; i++) {
    model = order[i]
    if (model == "exact") {
      if (!least) { least = 1; most = 100 }
      block[model] = least " " exact "\n" most " " exact "\n"
    }
    command = "sort -n"
    print "\"" model "\""
    fflush()
    printf "%s", block[model] | command
    close(command)
    print "\n"
  }
}
