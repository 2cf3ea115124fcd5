/* Truncation of the t low columns: the partial products a_i w_j 2^(i+j) with i + j < t are left
 * out, t = param[0] below twice the operand width. The sign-weighted row and column of a signed
 * cell stay whole.
 * Source: control variates, arXiv:2412.16757. SPDX-License-Identifier: Apache-2.0 */
#include "vmac_mult_list.h"

int64_t vmac_truncated(vmac_form form, const int *param, int64_t a, int64_t w) {
  const int plain = form.width - form.is_signed; /* bits of an operand without a sign weight */
  const int t = param[0];
  int64_t dropped = 0;
  for (int i = 0; i < plain && i < t; i++) {
    const int columns = t - i < plain ? t - i : plain;
    if (a >> i & 1) dropped += (w & ((1 << columns) - 1)) * (1 << i);
  }
  return a * w - dropped;
}
