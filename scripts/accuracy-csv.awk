# Results of `varimac eval --json` (any number of files) to one CSV row each.
# SPDX-License-Identifier: Apache-2.0

function flush(  i, n, columns, row) {
  n = split("mult correction data images rounding correct accuracy agreement approximate_share",
            columns, " ")
  for (i = 1; i <= n; i++) {
    if (!(columns[i] in value)) {
      printf "%s: no \"%s\": expected the output of varimac eval --json\n", file, columns[i] \
        > "/dev/stderr"
      exit failed = 1
    }
    row = row (i > 1 ? "," : "") value[columns[i]]
  }
  print row
  split("", value)
}

BEGIN { print "mult,correction,data,images,rounding,correct,accuracy,agreement,approximate_share" }
FNR == 1 { if (file != "") flush(); file = FILENAME }
/^[ \t]*"[a-z_]+":/ {
  key = $0
  sub(/^[ \t]*"/, "", key)
  sub(/".*/, "", key)
  sub(/^[^:]*:[ \t]*/, "")
  gsub(/[",\r]/, "")
  value[key] = $0
}
END { if (!failed && file != "") flush() }
