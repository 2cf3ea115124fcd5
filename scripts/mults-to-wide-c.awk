# mults-to-wide-c.awk: the cells of rtl/mult/wide.tbl as C, for the bench `wide`: a prototype per
# model, and a row {name, form, params, model} per cell.
# Usage: as mults-read.awk says, with -v wide=1. SPDX-License-Identifier: Apache-2.0

END {
  print "/* Generated from rtl/mult/wide.tbl by scripts/mults-to-wide-c.awk. */"
  print "#ifndef VMAC_WIDE_LIST_H\n#define VMAC_WIDE_LIST_H\n"
  print "#include \"vmac.h\"\n"
  print "#ifdef __cplusplus\nextern \"C\" {\n#endif"
  for (c = 0; c < cells; c++) {
    m = model[family[c]]
    if (!declared[m]++)
      printf "int64_t vmac_%s(vmac_form form, const int *param, int64_t a, int64_t w);\n", m
  }
  print "#ifdef __cplusplus\n}\n#endif\n"
  printf "#define VMAC_WIDE_ROWS"
  for (c = 0; c < cells; c++) {
    values = params[c] ? param_value[c, 1] : 0
    for (k = 2; k <= params[c]; k++) values = values ", " param_value[c, k]
    printf "%s \\\n  {\"%s\", {%s, %d}, {%s}, vmac_%s}", c ? "," : "", name[c],
           is_signed[c] ? "true" : "false", width[c], values, model[family[c]]
  }
  print "\n\n#endif"
}
