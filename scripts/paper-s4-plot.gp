# Test accuracy against the multiplications' energy saved, a front for each search.
# usage: gnuplot -e "table='PAPER.points'; fronts=N; exact=PERCENT; title_='NET'; out='PAPER.svg'"
#                paper-s4-plot.gp
# SPDX-License-Identifier: Apache-2.0
set terminal svg size 1000,560 font "sans-serif,12" background "white" noenhanced
set output out
set key outside right
set title title_
set xlabel "energy of multiplications saved (%)"
set ylabel "test accuracy (%)"
set grid
set key autotitle columnhead
plot for [i=0:fronts-1] table index i using 1:2 with linespoints lc i+1 pt i+4 ps 0.6, \
     exact with lines dt 2 lc black title "exact", \
     exact - 1 with lines dt 3 lc black title "1 point"
