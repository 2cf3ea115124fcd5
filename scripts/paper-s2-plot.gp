# Test accuracy against mean relative error, one curve an error model, whiskers of one sd.
# usage: gnuplot -e "table='NET.points'; models=N; network='NET'; out='NET.svg'" paper-s2-plot.gp
# SPDX-License-Identifier: Apache-2.0
set terminal svg size 900,520 font "sans-serif,12" background "white" noenhanced
set output out
set key outside right
set title network
set xlabel "mean relative error of a multiplication in training (%)"
set ylabel "test accuracy, exact products (%)"
set logscale x
set grid
set key autotitle columnhead
plot for [i=0:models-1] table index i using 1:2:3 with yerrorlines lc i+1 pt i+4 ps 0.8
