# Accuracy against the array's energy an inference, a mark and a Pareto front per correction mode.
# usage: gnuplot -e "points='NET.points'; modes=N; network='NET'; out='NET.svg'" paper-s1-plot.gp
# SPDX-License-Identifier: Apache-2.0
set terminal svg size 900,520 font "sans-serif,12" background "white"
set output out
set key outside right
set title network
set xlabel "energy of the array per inference (uJ, with glitches)"
set ylabel "accuracy (%)"
set grid
set key autotitle columnhead
plot for [i=0:modes-1] points index i using 1:2 with points pt i+4 lc i+1 ps 0.8, \
     for [i=0:modes-1] points index i using ($4 == 1 ? $1 : 1/0):2 with lines lc i+1 notitle, \
     points index modes-1 using 1:2:3 with labels left rotate by 45 offset 0.3,0.4 font ",8" notitle
