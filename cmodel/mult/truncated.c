/* Truncation of the t low columns: the partial products a_i w_j 2^(i+j) with i + j < t are left
 * out, t = param[0] in 0..15. The sign-weighted row and column of s8 (i or j = 7) stay whole.
 * Source: control variates, arXiv:2412.16757. SPDX-License-Identifier: Apache-2.0 */
#include "vmac_mult_list.h"

int32_t vmac_truncated(vmac_class cls, const int *param, int32_t a, int32_t w) {
  const int plain = cls == VMAC_U8 ? 8 : 7; /* bits of an operand without a sign weight */
  const int t = param[0];
  int32_t dropped = 0;
  for (int i = 0; i < plain && i < t; i++) {
    const int columns = t - i < plain ? t - i : plain;
    if (a >> i & 1) dropped += (w & ((1 << columns) - 1)) * (1 << i);
  }
  return a * w - dropped;
}
