# spread.awk: sorted numbers, one a line, to one CSV row: head, count, minimum, median, maximum.
# SPDX-License-Identifier: Apache-2.0

{ value[NR] = $1 }
END {
  middle = NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2
  print head "," NR "," value[1] "," middle "," value[NR]
}
