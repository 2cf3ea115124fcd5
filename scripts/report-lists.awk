# report-lists.awk: what is printed for people, as a table, comma-separated.
#   awk -v what=cosim -f report-lists.awk cosim.txt     a network through the array (testbench/conv.cpp)
#   awk -v what=proofs -f report-lists.awk proofs.txt   cells against references (testbench/proofs.awk)
# SPDX-License-Identifier: Apache-2.0

BEGIN {
  print what == "cosim" ? "model,mode,mac_layers,accumulators,cycles,busy_percent" : \
    "cell,engine,verdict,seconds"
}
what == "cosim" && / accumulators equal,/ {
  print $1 "," $2 "," $3 "," $5 "," $8 "," $10
}
what == "proofs" && $2 ~ /^(sat|cec)$/ {
  verdict = $3 == "proved" ? (/structural hashing/ ? "proved by hashing" : "proved") : \
    $3 == "not" ? "open" : $3
  gsub(/,/, " ", verdict)
  print $1 "," $2 "," verdict "," ($3 == "proved" ? $(NF - 1) : "")
}
