# baseline.awk: figures of ppa.tsv against those of synth/baseline, within each column's tolerance.
# Usage: awk -f baseline.awk PPA.tsv BASELINE.tsv; status 1 where one is worse by more, or missing.
# What is better by more is said, and is no error: `make ppa-baseline` takes it over. So is another
# platform, tool, library, setting or stream than the baseline was made with.
# SPDX-License-Identifier: Apache-2.0

BEGIN { FS = OFS = "\t" }
# Comment lines, by their first word.
/^# (platform|delay|operands) / {
  if (NR == FNR) made[$0]
  else if (!($0 in made)) other[++others] = substr($0, 3)
}
/^#/ { next }
NR == FNR && $1 == "name" { for (i = 1; i <= NF; i++) title[i] = $i; next }
NR == FNR {
  for (i = 2; i <= NF; i++) found[$1, title[i]] = $i
  next
}
$1 == "name" { for (i = 2; i <= NF; i++) column[i] = $i; columns = NF; next }
$1 == "tolerance_percent" { for (i = 2; i <= NF; i++) tolerance[i] = $i; next }
NF != columns || !(2 in tolerance) {
  print FILENAME ":" FNR ": expected the lines name, tolerance_percent and rows of " columns \
    " columns, found " NF | "cat 1>&2"
  bad = 1
  exit
}
{
  for (i = 2; i <= NF; i++) {
    now = found[$1, column[i]]
    compared++
    if (now !~ /^[0-9.]+$/) {
      printf "%s: %s: expected %s, found none\n", $1, column[i], $i | "cat 1>&2"
      bad = 1
    } else if (now > $i * (1 + tolerance[i] / 100)) {
      printf "%s: %s: expected %s, at most %s %% more, found %s\n", $1, column[i], $i,
        tolerance[i], now | "cat 1>&2"
      bad = 1
    } else if (now < $i * (1 - tolerance[i] / 100))
      printf "%s: %s: better: %s, the baseline says %s\n", $1, column[i], now, $i
  }
}
END {
  if (!bad && !compared) {
    print "baseline: expected rows, found none" | "cat 1>&2"
    bad = 1
  }
  for (i = 1; i <= others; i++) print "not what the baseline was made with, which is: " other[i]
  if (!bad) print compared " figures as the baseline has them, or better"
  exit bad
}
