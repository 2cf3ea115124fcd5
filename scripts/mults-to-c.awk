# mults-to-c.awk: the registry as C: a prototype per model and a row of vmac_mult per cell.
# Usage: see mults-read.awk. SPDX-License-Identifier: Apache-2.0

END {
  print "/* Generated from rtl/mult/mults.tbl by scripts/mults-to-c.awk. */"
  print "#ifndef VMAC_MULT_LIST_H\n#define VMAC_MULT_LIST_H\n"
  print "#include \"vmac.h\"\n"
  for (f = 0; f < families; f++) {
    m = model[family_name[f]]
    if (!declared[m]++)
      printf "int64_t vmac_%s(vmac_form form, const int *param, int64_t a, int64_t w);\n", m
  }
  for (c = 0; c < cells; c++)
    if (family[c] == "import") printf "extern const uint16_t vmac_import_%s[65536];\n", name[c]
  printf "\n#define VMAC_MULT_ROWS"
  for (c = 0; c < cells; c++) {
    values = params[c] ? param_value[c, 1] : 0
    for (k = 2; k <= params[c]; k++) values = values ", " param_value[c, k]
    imported = family[c] == "import"
    printf "%s \\\n  {\"%s\", \"%s\", VMAC_%s, {%s}, \"%s\", VMAC_X_%s, %d, \"%s\", %d, ",
           c ? "," : "", name[c], family[c], toupper(class[c]), values, form[c], toupper(xkind[c]),
           xbits[c], source[c], edge[c]
    printf "%d, %d, %d, %d, %s, %s}", a_low[c], w_low[c], p_low[c], mode[c],
           imported ? "NULL" : "vmac_" model[family[c]], imported ? "vmac_import_" name[c] : "NULL"
  }
  print "\n\n#endif"
}
