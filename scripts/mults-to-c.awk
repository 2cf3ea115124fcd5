# mults-to-c.awk: the registry as C: a prototype per family and a row of vmac_mult per cell.
# Usage: see mults-read.awk. SPDX-License-Identifier: Apache-2.0

END {
  print "/* Generated from rtl/mult/mults.tbl by scripts/mults-to-c.awk. */"
  print "#ifndef VMAC_MULT_LIST_H\n#define VMAC_MULT_LIST_H\n"
  print "#include \"vmac.h\"\n"
  for (f = 0; f < families; f++)
    printf "int32_t vmac_%s(vmac_class cls, const int *param, int32_t a, int32_t w);\n",
           family_name[f]
  printf "\n#define VMAC_MULT_ROWS"
  for (c = 0; c < cells; c++) {
    values = params[c] ? param_value[c, 1] : 0
    for (k = 2; k <= params[c]; k++) values = values ", " param_value[c, k]
    printf "%s \\\n  {\"%s\", \"%s\", VMAC_%s, {%s}, \"%s\", VMAC_X_%s, %d, \"%s\", vmac_%s}",
           c ? "," : "", name[c], family[c], toupper(class[c]), values, form[c], toupper(xkind[c]),
           xbits[c], source[c], family[c]
  }
  print "\n\n#endif"
}
