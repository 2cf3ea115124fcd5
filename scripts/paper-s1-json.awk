# paper-s1-json.awk: a tab-separated table as JSON: an array of objects, numbers bare, an empty
# field null. usage: awk -f paper-s1-json.awk paper-s1.tsv
# SPDX-License-Identifier: Apache-2.0

BEGIN { FS = "\t"; print "[" }
NR == 1 { for (i = 1; i <= NF; i++) title[i] = $i; next }
{
  printf "%s{", (NR > 2 ? ",\n" : "")
  for (i = 1; i <= NF; i++) {
    if ($i == "") value = "null"
    else if ($i ~ /^-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?$/) value = $i
    else value = "\"" $i "\""
    printf "%s\"%s\": %s", (i > 1 ? ", " : ""), title[i], value
  }
  printf "}"
}
END { print "\n]" }
