# paper-s4-points.awk: fronts for paper-s4-plot.gp: a block for each search, its name, then percent
# of the multiplications' energy saved, test accuracy. usage: awk -f paper-s4-points.awk PAPER.tsv
# SPDX-License-Identifier: Apache-2.0
BEGIN { FS = "\t" }
FNR == 1 {
  for (i = 1; i <= NF; i++) at[$i] = i
  next
}
{
  name = $at["set"] " " $at["mode"] ", " $at["level"]
  if (name != last) printf "%s\"%s\"\n", last == "" ? "" : "\n\n", name
  last = name
  print $at["saved"], $at["accuracy"]
}
