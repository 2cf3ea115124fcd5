# savings-json.awk: the rows of savings.awk as JSON. usage: awk -f savings-json.awk savings.tsv
# SPDX-License-Identifier: Apache-2.0

function quoted(text) {
  gsub(/["\\]/, "\\\\&", text)
  return "\"" text "\""
}
BEGIN { FS = "\t" }
/^# / {
  made[++lines] = substr($0, 3)
  next
}
$1 == "name" {
  for (i = 1; i <= NF; i++) title[i] = $i
  printf "{\"varimac_savings\": 1,\n \"made_with\": ["
  for (i = 1; i <= lines; i++) printf "%s%s", (i > 1 ? ",\n  " : "\n  "), quoted(made[i])
  printf "],\n \"rows\": ["
  next
}
{
  printf "%s", (n++ ? ",\n  {" : "\n  {")
  for (i = 1; i <= NF; i++)
    printf "%s\"%s\": %s", (i > 1 ? ", " : ""), title[i], \
      title[i] !~ /_(um2|percent|mac)$/ ? quoted($i) : $i == "" ? "null" : $i
  printf "}"
}
END { print "]}" }
