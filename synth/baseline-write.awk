# baseline-write.awk: ppa.tsv to a baseline, with the tools that made it and columns' tolerances.
# Usage: awk -v rows='NAME ...' -f baseline-write.awk PPA.tsv
# Other tool versions move areas by a percent or two and delays by more.
# SPDX-License-Identifier: Apache-2.0

BEGIN {
  FS = "\t"
  columns = split("cell_area_um2 cell_delay_ns cell_zero_pj cell_inertial_pj pe_area_um2 " \
                  "pe_delay_ns pe_zero_pj pe_inertial_pj pe_idle_pj side1_area_um2 " \
                  "side1_delay_ns side1_inertial_pj correct1_area_um2 correct1_delay_ns correct1_inertial_pj",
                  column, " ")
  split("2 5 3 5 2 5 3 5 2 2 5 5 2 5 5", tolerance, " ")
  n = split(rows, list, " ")
  for (i = 1; i <= n; i++) wanted[list[i]]
  print "# Written by `make ppa-baseline`; `make ppa-check` compares, see synth/baseline.awk."
}
/^#/ { print; next }
$1 == "name" {
  for (i = 1; i <= NF; i++) at[$i] = i
  printf "name"
  for (i = 1; i <= columns; i++) printf "\t%s", column[i]
  printf "\ntolerance_percent"
  for (i = 1; i <= columns; i++) printf "\t%s", tolerance[i]
  print ""
}
$1 in wanted {
  printf "%s", $1
  for (i = 1; i <= columns; i++) printf "\t%s", $at[column[i]]
  print ""
}
