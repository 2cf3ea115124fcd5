/* Recursion without the low block: W * A - (W mod 2^m)(A mod 2^m), m = param[0] in 0..7, remainders
 * taken from the two's-complement bits. Source: control variates, arXiv:2412.16757.
 * SPDX-License-Identifier: Apache-2.0 */
#include "vmac_mult_list.h"

int32_t vmac_recursive(vmac_class cls, const int *param, int32_t a, int32_t w) {
  (void)cls;
  const int32_t mask = (1 << param[0]) - 1;
  return w * a - (w & mask) * (a & mask);
}
