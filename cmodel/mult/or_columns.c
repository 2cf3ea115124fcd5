/* Columns by OR: each of the t = param[0] low columns counts once where any of its bits is set: f
 * = truncated(t) + sum_{c<t} 2^c (OR over i + j = c of a_i w_j). Pairs with a sign bit of a signed
 * cell are neither dropped nor ORed, as in truncated.c. Source: ours, the cheapest repair of a
 * truncated column. 2n bits hold it: truncated(t) <= f <= A W.
 * SPDX-License-Identifier: Apache-2.0 */
#include "vmac_mult_list.h"

int64_t vmac_or_columns(vmac_form form, const int *param, int64_t a, int64_t w) {
  const int plain = form.width - form.is_signed; /* bits of an operand without a sign weight */
  const int64_t mask = ((int64_t)1 << plain) - 1;
  int64_t columns = 0; /* bit c: some pair of column c is 1 */
  for (int i = 0; i < plain; i++)
    if (a >> i & 1) columns |= (w & mask) << i;
  return vmac_truncated(form, param, a, w) + (columns & (((int64_t)1 << param[0]) - 1));
}
