#!/bin/sh
# paper-s1-residual-plot.sh: those cells of a network's residuals that the table has, a plot each in
# one SVG file; none: no file.
# usage: paper-s1-residual-plot.sh paper-s1-residual.tsv NET OUT.svg 'CELL ...'
# SPDX-License-Identifier: Apache-2.0
set -eu
table=$1 net=$2 out=$3 cells=$4
words() { # COLUMN: what stands there in rows that are plotted, in their order
  awk -F '\t' -v net="$net" -v cells=" $cells " -v column="$1" '
    FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["network"] == net && index(cells, " " $at["cell"] " ") && $at["left"] > 0 &&
      !seen[$at[column]]++ { printf "%s%s", n++ ? " " : "", $at[column] }' "$table"
}
rm -f "$out"
found=$(words cell)
[ "$found" ] || exit 0
gnuplot -e "table='$table'; network='$net'; cells='$found'; modes='$(words mode)'; \
  out='$out.new'" "$(dirname "$0")/paper-s1-residual.gp"
mv "$out.new" "$out"
