/* Recursion without the low block: W * A - (W mod 2^m)(A mod 2^m), m = param[0] below the operand
 * width, remainders taken from the two's-complement bits. Source: control variates, arXiv:2412.16757.
 * SPDX-License-Identifier: Apache-2.0 */
#include "vmac_mult_list.h"

int64_t vmac_recursive(vmac_form form, const int *param, int64_t a, int64_t w) {
  (void)form;
  const int64_t mask = (1 << param[0]) - 1;
  return w * a - (w & mask) * (a & mask);
}
