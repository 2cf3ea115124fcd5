# mults-to-lines.awk: per cell its name, index and all that files made for it alone say; what depends
# on one cell depends on its line and not on the registry. Usage: see mults-read.awk.
# SPDX-License-Identifier: Apache-2.0

END {
  for (c = 0; c < cells; c++)
    print name[c], c, family[c], class[c], form[c], xkind[c], xbits[c], pins[family[c]], a_low[c],
          w_low[c], p_low[c], source[c]
}
