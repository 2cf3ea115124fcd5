/* The exact product: the reference of every other cell. SPDX-License-Identifier: Apache-2.0 */
#include "vmac_mult_list.h"

int64_t vmac_exact(vmac_form form, const int *param, int64_t a, int64_t w) {
  (void)form, (void)param;
  return a * w;
}
