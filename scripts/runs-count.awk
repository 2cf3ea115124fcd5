# runs-count.awk: of the runs of a campaign, each counted once, how many are known, and how many
# there are: `MADE ASKED`. usage: awk -f runs-count.awk HAVE.csv KEYED.tsv
# SPDX-License-Identifier: Apache-2.0
BEGIN { FS = "[,\t]" }
FILENAME == ARGV[1] { have[$1]; next }
FNR > 1 && !seen[$1]++ { asked++; made += $1 in have }
END { print made + 0, asked + 0 }
