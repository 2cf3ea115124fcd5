#include "gemm/scheme.h"
#include <string.h>
void vmac_scheme_find(const int32_t *table, vmac_isa isa, vmac_scheme *s) {
  (void)isa;
  (void)table;
  memset(s, 0, sizeof *s);
  s->rest = VMAC_REST_ROWS;
}
