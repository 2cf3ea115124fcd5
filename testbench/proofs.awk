# proofs.awk: the table of verdicts, and whether each is what the list promises.
# usage: awk -v limit=SECONDS [-v when=test] -f proofs.awk proofs.tbl VERDICT ...
# A line of the list that is not `open` must be proved; when=test: only the list's test lines count.
# SPDX-License-Identifier: Apache-2.0

/^#/ || NF == 0 { next }
FILENAME == ARGV[1] {
  if (NF != 3 || $2 !~ /^(sat|cec)$/ || $3 !~ /^(test|full|open)$/ || $1 in engine) {
    printf "%s:%d: expected CELL sat|cec test|full|open, each cell once, found '%s'\n", FILENAME,
           FNR, $0 | "cat 1>&2"
    failed = 1
    exit 1
  }
  engine[$1] = $2
  promise[$1] = $3
  order[n++] = $1
  next
}
{
  verdict[$1] = $3
  seconds[$1] = $4
  hashed[$1] = $5 == "hashing"
}
END {
  if (failed) exit 1
  print "# By structural hashing: cell and reference became the same And graph without a solver."
  print "# Evidence of the wiring (which bit goes to which adder), not of arithmetic: both sum in"
  print "# the same order. cec takes a * inside a cell as the row sum of mul_rows.v; what"
  print "# synthesis maps * to is checked on the netlists, exhaustively, at 8 bits."
  printf "%-15s %-6s %s\n", "cell", "engine", "verdict for all operands"
  for (i = 0; i < n; i++) {
    c = order[i]
    if (when != "" && promise[c] != when) continue
    if (verdict[c] == "proved")
      text = "proved " (hashed[c] ? "by structural hashing " : "") "in " seconds[c] " s"
    else if (verdict[c] == "open") text = "not within " limit " s"
    else text = verdict[c] == "" ? "no verdict" : verdict[c]
    if (verdict[c] != "proved" && !(verdict[c] == "open" && promise[c] == "open")) {
      text = text ": expected proved"
      failed = 1
    }
    printf "%-15s %-6s %s\n", c, engine[c], text
    count[verdict[c]]++
    if (verdict[c] == "proved") by_hash += hashed[c]
  }
  printf "%d proved, %d of them by structural hashing alone, %d not within %d s\n",
         count["proved"], by_hash, count["open"], limit
  exit failed
}
