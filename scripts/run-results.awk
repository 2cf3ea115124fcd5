# run-results.awk: what was asked of runs and what came of them, for a table's awk script behind it.
# usage: awk ... -f run-results.awk -f TABLE.awk HAVE.csv KEYED.tsv
# HAVE.csv: a header and a line for each run, its key first; into result[key, title]. KEYED.tsv: a
# header, whose titles are at[title]; its lines are the table's, fields parted by tabs.
# SPDX-License-Identifier: Apache-2.0

BEGIN { OFS = "\t" }
FILENAME == ARGV[1] {
  n = split($0, f, ",")
  if (FNR == 1) for (i = 1; i <= n; i++) in_csv[f[i]] = i
  else for (title in in_csv) result[f[1], title] = f[in_csv[title]]
  next
}
FNR == 1 {
  FS = "\t"
  $0 = $0
  for (i = 1; i <= NF; i++) at[$i] = i
  next
}
