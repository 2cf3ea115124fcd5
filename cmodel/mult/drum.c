/* DRUM: f = T(A) T(W), where T(x) keeps the k = param[0] bits from the leading one on and sets the
 * lowest of them, which stands for the mean of what is cut: with the leading one at p >= k, T(x) =
 * (floor(x / 2^(p-k+1)) OR 1) 2^(p-k+1), else T(x) = x. Signed operands by sign and magnitude, as
 * in the paper. Source: S. Hashemi, R. Bahar, S. Reda, ICCAD 2015. 2n bits hold it: T(x) <
 * 2^(p+1), and of the signed magnitudes only 2^(n-1) has p = n-1: T = 2^(n-1) + 2^(n-k), whose
 * square is below 2^(2n-1) from k = 3 on.
 * SPDX-License-Identifier: Apache-2.0 */
#include "operand.h"

static int64_t segment(int64_t x, int k) {
  const int p = x ? operand_leading(x) : 0;
  if (p < k) return x;
  const int cut = p - k + 1;
  return (x >> cut | 1) << cut;
}

static int64_t core(vmac_form form, const int *param, int64_t a, int64_t w) {
  (void)form;
  return segment(a, param[0]) * segment(w, param[0]);
}

int64_t vmac_drum(vmac_form form, const int *param, int64_t a, int64_t w) {
  return operand_by_magnitude(core, form, param, a, w);
}
