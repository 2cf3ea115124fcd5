# mults-to-mk.awk: the registry as make variables: MULTS in the registry's order,
# MULTS_DEMO, MULTS_SIM and MULTS_IMPORT (those that run there), CELL_<name> = index,
# CLASS_<name> = u8 or s8, FAMILY_<name>. Usage: see mults-read.awk.
# SPDX-License-Identifier: Apache-2.0

END {
  print "# Generated from rtl/mult/mults.tbl by scripts/mults-to-mk.awk."
  printf "MULTS :="
  for (c = 0; c < cells; c++) printf " %s", name[c]
  printf "\nMULTS_DEMO :="
  for (c = 0; c < cells; c++) if (runs[c] ~ /demo/) printf " %s", name[c]
  printf "\nMULTS_SIM :="
  for (c = 0; c < cells; c++) if (runs[c] ~ /sim/) printf " %s", name[c]
  printf "\nMULTS_IMPORT :="
  for (c = 0; c < cells; c++) if (family[c] == "import") printf " %s", name[c]
  print ""
  for (c = 0; c < cells; c++)
    printf "CELL_%s := %d\nCLASS_%s := %s\nFAMILY_%s := %s\n", name[c], c, name[c], class[c], name[c],
           family[c]
}
