# every-cell.awk: a registry of every family at every value of its parameters, 8 bits wide.
# Usage: awk -f scripts/mults-read.awk -f tests/every-cell.awk families.txt rtl/mult/mults.tbl
# SPDX-License-Identifier: Apache-2.0

# Lines of family `fam` whose parameters before the k-th are `form`.
function lines(fam, letter, form, k,  value) {
  if (k > family_params[fam]) {
    print "every" ++n, fam, letter 8, form == "" ? "-" : form, "-", "-", "-"
    return
  }
  for (value = bound(lowest[fam, k], 8); value <= bound(highest[fam, k], 8); value++)
    lines(fam, letter, form (k > 1 ? "," : "") family_param[fam, k] "=" value, k + 1)
}

END {
  for (f = 0; f < families; f++) {
    if (classes[family_name[f]] ~ /u/) lines(family_name[f], "u", "", 1)
    if (classes[family_name[f]] ~ /s/) lines(family_name[f], "s", "", 1)
  }
}
