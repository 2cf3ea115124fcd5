# ppa-show.awk: the PEs of ppa.tsv for a reader: area, clock, energy, and what is saved against both
# exact baselines of the class, the inferred `*` and the structural Dadda multiplier.
# Usage: awk -f ppa-show.awk ppa.tsv ppa.tsv
# SPDX-License-Identifier: Apache-2.0

function saved(of, column,  exact) {
  exact = figure[of (class == "s8" ? "s" : ""), column]
  return exact > 0 ? sprintf("%4.0f%%", 100 * (1 - $at[column] / exact)) : "    -"
}
BEGIN { FS = "\t" }
/^#/ { if (NR == FNR) print; next }
$1 == "name" { for (i = 1; i <= NF; i++) at[$i] = i }
NR == FNR {
  for (i in at) figure[$1, i] = $at[i]
  next
}
$1 == "name" {
  print "PE: savings against the inferred * / against the Dadda array; pJ of a busy cycle"
  printf "%-12s %-5s %9s %13s %7s %7s | %8s %13s | %8s %13s\n", "cell", "class", "area um2",
    "saved", "ns", "MHz", "no glitch", "saved", "inertial", "saved"
  next
}
{
  class = $2
  printf "%-12s %-5s %9.1f   %s/%s %7.3f %7.1f |  %8.3f   %s/%s | %8.3f   %s/%s\n", $1, class,
    $at["pe_area_um2"], saved("exact", "pe_area_um2"), saved("dadda", "pe_area_um2"),
    $at["pe_delay_ns"], $at["pe_fmax_mhz"], $at["pe_zero_pj"], saved("exact", "pe_zero_pj"),
    saved("dadda", "pe_zero_pj"), $at["pe_inertial_pj"], saved("exact", "pe_inertial_pj"),
    saved("dadda", "pe_inertial_pj")
}
