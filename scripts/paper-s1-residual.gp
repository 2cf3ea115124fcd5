# What each correction mode leaves of the error, layer by layer: mean square against the variance of
# the exact accumulators, a plot per cell.
# usage: gnuplot -e "table='paper-s1-residual.tsv'; network='NET'; cells='CELL ...'; \
#          modes='MODE ...'; out='NET.svg'" paper-s1-residual.gp
# SPDX-License-Identifier: Apache-2.0
set terminal svg size 420 * words(cells), 460 font "sans-serif,12" background "white"
set output out
set datafile separator tab
set multiplot layout 1, words(cells)
set logscale y
set format y "10^{%L}"
set grid
set xtics 1
set xlabel "layer of " . network
set ylabel "mean square error left / variance of the exact sums"
of(cell, mode, y) = \
  strcol(1) eq network && strcol(2) eq cell && strcol(3) eq mode && y > 0 ? y : 1/0
do for [c=1:words(cells)] {
  set title word(cells, c)
  set key bmargin center horizontal maxcols 3 samplen 2 font ",10"
  plot for [m=1:words(modes)] table using 4:(of(word(cells, c), word(modes, m), column("left"))) \
    with linespoints pt m+3 lc m ps 0.7 title word(modes, m)
}
unset multiplot
