# What `varimac predict` printed of each network, as one table in Markdown: of how many layers and
# cells each model is within 25 %, for every mode, and for several networks together.
# usage: awk -f predict.awk FILE.txt ...
# SPDX-License-Identifier: Apache-2.0
FNR == 1 { table = 0 }
/^network / {
  net = $2
  sub(/.*\//, "", net)
  sub(/\.tflite,$/, "", net)
  facts = $0
  sub(/^network [^ ]*, /, "", facts)
  said[net] = facts
  order[++nets] = net
  next
}
$1 == "correction" {
  table = 1
  head = "| network | correction | layers of cells |"
  rule = "|---|---|---:|"
  for (i = 3; i <= NF; i++) {
    head = head " " $i " |"
    rule = rule "---:|"
  }
  if (begun != "" && begun != head) {
    print FILENAME ": expected the models of the files before" > "/dev/stderr"
    failed = 1
    exit 1
  }
  if (begun == "") print head "\n" rule
  begun = head
  next
}
table && NF > 2 {
  row = "| " net " | " $1 " | " $2 " |"
  if (!($1 in pairs)) mode[++modes] = $1
  pairs[$1] += $2
  models = 0
  for (i = 3; i <= NF; i++) {
    models++
    if ($i == "-") row = row " - |"
    else {
      good[$1, models] += $i
      row = row " " $(i + 1) " % |"
      i += 2
    }
  }
  print row
}
END {
  if (failed) exit 1
  if (begun == "") {
    print "predict.awk: expected tables of varimac predict, found none" > "/dev/stderr"
    exit 1
  }
  for (i = 1; nets > 1 && i <= modes; i++) {
    row = "| all | " mode[i] " | " pairs[mode[i]] " |"
    for (j = 1; j <= models; j++)
      row = row (pairs[mode[i]] ? sprintf(" %.1f %% |", 100 * good[mode[i], j] / pairs[mode[i]]) : " - |")
    print row
  }
  print "\nShare of layers of cells whose standard deviation is foretold within 25 % of the measured one,"
  print "of those where that is above one step of the output.\n"
  for (i = 1; i <= nets; i++) print "- " order[i] ": " said[order[i]]
}
