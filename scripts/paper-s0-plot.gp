# Layers in the information plane, a curve for each block of the table; points are named by its
# third column.
# usage: gnuplot -e "table='NET.points'; curves=N; what='NET ...'; out='NET.svg'" paper-s0-plot.gp
# SPDX-License-Identifier: Apache-2.0
set terminal svg size 960,600 font "sans-serif,12" background "white" noenhanced
set output out
set key outside right
set title what
set xlabel "I(T;X), bits, at least (kernel bound; of what is drawn too, where something is)"
set ylabel "I(T;Y), bits, at least (linear probe)"
set grid
set key autotitle columnhead
plot for [i=0:curves-1] table index i using 1:2 with linespoints lc i+1 pt i+4 ps 0.6, \
     for [i=0:curves-1] table index i using 1:2:3 with labels offset 0.7,0.5 font ",9" notitle
