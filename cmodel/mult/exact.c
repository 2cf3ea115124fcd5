/* The exact product: the reference of every other cell. SPDX-License-Identifier: Apache-2.0 */
#include "vmac_mult_list.h"

int32_t vmac_exact(vmac_class cls, const int *param, int32_t a, int32_t w) {
  (void)cls, (void)param;
  return a * w;
}
