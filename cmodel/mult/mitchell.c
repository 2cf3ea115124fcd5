/* Mitchell's logarithmic multiplier: A = 2^k1 (1 + x1), W = 2^k2 (1 + x2), with log2(1 + x) taken
 * as x both ways: f = 2^(k1+k2) (1 + x1 + x2) where x1 + x2 < 1, else 2^(k1+k2+1) (x1 + x2), and 0
 * where an operand is 0. All exact, in whole numbers; no bit of the antilogarithm is cut. Signed
 * operands by sign and magnitude. Source: J. Mitchell, IRE Trans. Electronic Computers, 1962. 2n
 * bits hold it: f falls short of A W by 2^(k1+k2) times x1 x2 or (1 - x1)(1 - x2), never above it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "operand.h"

static int64_t core(vmac_form form, const int *param, int64_t a, int64_t w) {
  (void)form, (void)param;
  if (a == 0 || w == 0) return 0;
  const int k1 = operand_leading(a), k2 = operand_leading(w);
  const int64_t one = (int64_t)1 << (k1 + k2);
  const int64_t fractions = (a << k2) - one + (w << k1) - one; /* x1 + x2 in units of 1 / one */
  return fractions < one ? one + fractions : 2 * fractions;
}

int64_t vmac_mitchell(vmac_form form, const int *param, int64_t a, int64_t w) {
  return operand_by_magnitude(core, form, param, a, w);
}
