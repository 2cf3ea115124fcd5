/* Truncation of the t low columns plus a constant: truncated(t) + K, t = param[0] in 1..width,
 * with K = 2^t floor((S + 2^(t+1)) / 2^(t+2)), S the sum of 2^(i+j) over the dropped pairs a_i
 * w_j. A dropped product bit of uniform operands is 1 in a quarter of the cases: K is the mean
 * loss S / 4, rounded half up to the columns that are kept, so f(0, 0) = K. Source: M. Schulte, E.
 * Swartzlander, "Truncated multiplication with correction constant", VLSI Signal Processing VI,
 * 1993; the paper keeps and rounds to a product of n bits, our cells keep all columns from t up,
 * and the sign pairs of a signed cell as truncated.c does. 2n bits hold it: K <= S (K = 0 at t =
 * 1; above it, S/4 + 2^(t-1) <= S as S >= 2^t), which bounds an unsigned result by its value for
 * all ones; a signed one is within 2^(2n-2) + K and K < 2^(2n-2).
 * SPDX-License-Identifier: Apache-2.0 */
#include "vmac_mult_list.h"

int64_t vmac_truncated_const(vmac_form form, const int *param, int64_t a, int64_t w) {
  const int plain = form.width - form.is_signed; /* bits of an operand without a sign weight */
  const int t = param[0];
  int64_t dropped = 0;
  for (int i = 0; i < plain; i++)
    for (int j = 0; j < plain && i + j < t; j++) dropped += (int64_t)1 << (i + j);
  const int64_t steps = (dropped + ((int64_t)1 << (t + 1))) >> (t + 2);
  return vmac_truncated(form, param, a, w) + (steps << t);
}
