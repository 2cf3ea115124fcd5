/* Perforation of the m low rows: W * (A - A mod 2^m), m = param[0] in 0..7, A mod 2^m taken from
 * the operand's two's-complement bits. Source: control variates, arXiv:2412.16757.
 * SPDX-License-Identifier: Apache-2.0 */
#include "vmac_mult_list.h"

int32_t vmac_perforated(vmac_class cls, const int *param, int32_t a, int32_t w) {
  (void)cls;
  const int32_t low = a & ((1 << param[0]) - 1);
  return w * (a - low);
}
