# path.awk: the longest path of a timing report, in a line: its gates, and the registers or ports
# between which it runs, by the names that nets have in the Verilog; instances have numbers.
# Usage: awk -f path.awk scalar.v timing.rpt
# SPDX-License-Identifier: Apache-2.0

# A register by what it drives.
function shown(point) {
  return point in drives ? drives[point] : point
}
FNR == NR {
  if ($3 == "(" && $2 != "module") instance = $2
  if (match($1, /^\.QN?\(/)) {
    net = substr($0, index($0, "(") + 1)
    gsub(/^\\|[ )]*,?$/, "", net)
    drives[instance] = net
  }
  next
}
/^Startpoint: / { from = $2 }
/^Endpoint: / { to = $2 }
/^ .*\/[A-Za-z0-9]+ \(.*\)$/ { pins++ }
/data arrival time/ { exit }
END {
  # A register's clock and output pins, its data pin.
  if (from in drives) pins -= 2
  if (to in drives) pins--
  if (from == "") print "0 no path"
  else print pins, shown(from), "->", shown(to)
}
