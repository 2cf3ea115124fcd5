# report-items.awk: the lines of a table of ours as JSON objects in a list, a member for each field.
# usage: awk -v keys='KEY ...' -f json.awk -f report-items.awk TABLE     (tabs between fields)
#        awk -f json.awk -f report-items.awk TEXT                        a list of its lines
# SPDX-License-Identifier: Apache-2.0

BEGIN {
  FS = "\t"
  n = split(keys, key, " ")
  printf "["
}
n && (/^#/ || !NF) { next }
n && NF != n {
  print "report-items: " FILENAME ":" FNR ": expected " n " fields, found " NF > "/dev/stderr"
  exit 1
}
{
  printf "%s%s", (rows++ ? ",\n" : ""), (n ? "{" : json_text($0))
  for (i = 1; i <= n; i++) printf "%s%s:%s", (i > 1 ? "," : ""), json_text(key[i]), json_text($i)
  if (n) printf "}"
}
END { print "]" }
