# paper-s3-points.awk: a network's maps for paper-s4-plot.gp: a block for each family, method and
# mode, its name, then percent of the multiplications' energy saved, test accuracy; what was trained
# on has blocks of its own. usage: awk -v network=NET -f paper-s3-points.awk PAPER.tsv
# SPDX-License-Identifier: Apache-2.0
function add(name, accuracy) {
  if (accuracy == "") return
  if (!(name in block)) order[++blocks] = name
  block[name] = block[name] $at["saved"] " " accuracy "\n"
}
BEGIN { FS = "\t" }
FNR == 1 {
  for (i = 1; i <= NF; i++) at[$i] = i
  next
}
$at["network"] == network {
  name = $at["family"] " " $at["method"] ", " $at["mode"]
  if ($at["method"] != "direct") add(name, $at["accuracy"])
  add(name ", trained on", $at["tuned"])
}
END {
  for (i = 1; i <= blocks; i++) {
    printf "%s\"%s\"\n", (i > 1 ? "\n\n" : ""), order[i]
    fflush()
    printf "%s", block[order[i]] | "sort -n"
    close("sort -n")
  }
}
