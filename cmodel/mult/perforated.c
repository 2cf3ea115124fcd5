/* Perforation of the m low rows: W * (A - A mod 2^m), m = param[0] below the operand width, A mod
 * 2^m taken from the operand's two's-complement bits. Source: control variates, arXiv:2412.16757.
 * SPDX-License-Identifier: Apache-2.0 */
#include "vmac_mult_list.h"

int64_t vmac_perforated(vmac_form form, const int *param, int64_t a, int64_t w) {
  (void)form;
  const int64_t low = a & ((1 << param[0]) - 1);
  return w * (a - low);
}
