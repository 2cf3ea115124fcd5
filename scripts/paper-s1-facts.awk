# paper-s1-facts.awk: what the figures of paper-s1 are of, as Markdown.
# usage: awk -f paper-s1-facts.awk NET.exact.csv NET.cells.csv ... PPA_DIR/ppa.tsv ...
# PPA_DIR is called as the network. The comments at the head of ppa.tsv name platform, library, tools
# and operands; they are said once, operands for each network.
# SPDX-License-Identifier: Apache-2.0

function add(list, word) {
  return index(" " list " ", " " word " ") ? list : list (list == "" ? "" : " ") word
}
FNR == 1 {
  table = FILENAME ~ /\.tsv$/
  split($0, title, ",")
  for (i in title) at[title[i]] = i
  net = FILENAME
  sub(/.*\//, "", net)
  sub(/\.[a-z]*\.csv$/, "", net)
  of = FILENAME
  if (!sub(/\/ppa\.tsv$/, "", of)) of = ""
  sub(/.*\//, "", of)
  if (!table) next
}
table {
  fact = /^# operands / && of != "" ? $0 " (" of ")" : $0
  if (/^# / && !(fact in seen)) {
    seen[fact] = 1
    line[++lines] = substr(fact, 3)
  }
  next
}
{
  split($0, f, ",")
  if (!(net in hash)) order[++nets] = net
  hash[net] = f[at["network"]]
  images[net] = f[at["images"]] " images of " f[at["data"]]
  if (f[at["calibration"]] != "" && !(net in calibration)) calibration[net] = f[at["calibration"]]
  cells[net] = add(cells[net], f[at["mult"]])
  modes[net] = add(modes[net], f[at["correction"]])
}
END {
  for (a = 1; a <= nets; a++) {
    n = order[a]
    printf "- %s (%s): %s, calibrated on %s; %d cells; modes %s\n", n, hash[n], images[n], \
      n in calibration ? calibration[n] : "nothing", split(cells[n], word, " "), modes[n]
  }
  for (i = 1; i <= lines; i++) print "- " line[i]
  print "- energy with tuned weights is that of the given weights"
}
