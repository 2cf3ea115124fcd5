# Accuracy against energy per multiplication, one mark per cell and correction mode.
# usage: gnuplot -e "report='report.csv'; modes='MODE ...'; out='plot.svg'" report-plot.gp
# SPDX-License-Identifier: Apache-2.0
set terminal svg size 900,520 font "sans-serif,12" background "white"
set output out
set datafile separator ","
set key outside right
set xlabel "energy per multiplication (pJ, zero-delay toggles)"
set ylabel "accuracy (%)"
set grid
set yrange [0:110]
array mark[6] = [4, 8, 2, 7, 13, 10]
plot for [i=1:words(modes)] report using (column("energy_pj")):(column(word(modes, i))) \
       with points pt mark[(i-1)%6+1] ps 0.9 title word(modes, i), \
     report using (column("energy_pj")):(column("cv")):(strcol("name")) \
       with labels left rotate by 45 offset 0.3,0.4 font ",8" notitle
