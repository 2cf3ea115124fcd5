#!/bin/sh
# show.sh: cells.csv for a reader: savings against the exact cell of the same class.
# usage: show.sh CELLS.csv
# SPDX-License-Identifier: Apache-2.0
set -eu

awk -F, '
  /^#/ { print; next }
  $1 == "name" {
    for (i = 1; i <= NF; i++) at[$i] = i
    printf "%-10s %-5s %9s %6s %9s %6s %7s %9s %6s %8s\n", "cell", "class", "area um2", "saved",
      "fa um2", "saved", "ns", "pJ/MAC", "saved", "toggles"
    next
  }
  {
    class = $at["class"]
    if (!(class in area)) { # the first cell of a class is the exact one
      area[class] = $at["area_um2"]
      fa[class] = $at["area_fa_um2"]
      energy[class] = $at["energy_pj"]
    }
    printf "%-10s %-5s %9.0f %5.0f%% %9.0f %5.0f%% %7.3f %9.3f %5.0f%% %8.1f\n", $1, class,
      $at["area_um2"], 100 * (1 - $at["area_um2"] / area[class]),
      $at["area_fa_um2"], 100 * (1 - $at["area_fa_um2"] / fa[class]),
      $at["delay_ns"], $at["energy_pj"], 100 * (1 - $at["energy_pj"] / energy[class]),
      $at["toggles"]
  }' "$1"
echo "$1"
