/* The cells of rtl/mult/mults.tbl by index and by name. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "vmac_mult_list.h"

static const vmac_mult cells[] = {VMAC_MULT_ROWS};
enum { CELLS = sizeof cells / sizeof *cells };

size_t vmac_mult_count(void) {
  return CELLS;
}

const vmac_mult *vmac_mult_at(size_t index) {
  return index < CELLS ? &cells[index] : NULL;
}

const vmac_mult *vmac_mult_find(const char *name, vmac_err *err) {
  const char *names[CELLS];
  for (size_t i = 0; i < CELLS; i++) {
    names[i] = cells[i].name;
    if (!strcmp(name, names[i])) return &cells[i];
  }
  const char *near = vmac_nearest(name, names, CELLS);
  vmac_fail(err, "no multiplier '%s'%s%s%s; `varimac mult list` shows all %d", name,
            near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "", (int)CELLS);
  return NULL;
}
