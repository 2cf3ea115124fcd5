# paper-s1-front.awk: a network's points for the plot, a block per mode: array energy, accuracy,
# cell, and 1 where no other point of the mode is as good in both (the Pareto front), by energy.
# What misses the period is a point, but none of the front, and beats no other.
# usage: awk -v network=NET -f paper-s1-front.awk paper-s1.tsv
# SPDX-License-Identifier: Apache-2.0

BEGIN { FS = "\t" }
FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
$at["network"] != network || $at["array_uj"] == "" { next }
{
  m = $at["mode"]
  if (!(m in count)) mode[++modes] = m
  n = ++count[m]
  uj[m, n] = $at["array_uj"] + 0
  accuracy[m, n] = $at["accuracy_percent"] + 0
  cell[m, n] = $at["cell"]
  slow[m, n] = $at["met"] != 1
}
# Whether point i of mode m is no better than another; of two that are the same the first stays.
function beaten(m, i,  j) {
  if (slow[m, i]) return 1
  for (j = 1; j <= count[m]; j++) {
    if (j == i || slow[m, j] || uj[m, j] > uj[m, i] || accuracy[m, j] < accuracy[m, i]) continue
    if (uj[m, j] < uj[m, i] || accuracy[m, j] > accuracy[m, i] || j < i) return 1
  }
  return 0
}
END {
  for (k = 1; k <= modes; k++) {
    m = mode[k]
    print (k > 1 ? "\n\n" : "") "\"" m "\""
    for (done = 0; done < count[m]; done++) { # the least energy next
      next_one = 0
      for (i = 1; i <= count[m]; i++)
        if (!((m, i) in printed) && (!next_one || uj[m, i] < uj[m, next_one])) next_one = i
      printed[m, next_one] = 1
      print uj[m, next_one], accuracy[m, next_one], cell[m, next_one], !beaten(m, next_one)
    }
  }
}
