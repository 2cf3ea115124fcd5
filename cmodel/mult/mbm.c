/* Minimally biased logarithmic multiplier: Mitchell's product plus floor(c 2^(k1+k2) / 2^q), q =
 * param[0] and k1, k2 the positions of the leading ones, limited to 2^(2n) - 1; 0 where an operand
 * is 0. c = floor((2^q + 6) / 12) is 2^q / 12 rounded half up: over uniform fractions x1, x2
 * Mitchell loses on average 1/24 + 1/24 (x1 x2 below the diagonal x1 + x2 = 1, (1 - x1)(1 - x2)
 * above it) of 2^(k1+k2). Signed operands by sign and magnitude. Source: H. Saadat, H. Bokhari, S.
 * Parameswaran, IEEE TCAD, 2018; the mean, the rounding and the limit are our reading. 2n bits
 * hold it by that limit; signed magnitudes stay below 2^(2n-2) (1 + c / 2^q) < 2^(2n-1) and never
 * reach it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "operand.h"

static int64_t core(vmac_form form, const int *param, int64_t a, int64_t w) {
  if (a == 0 || w == 0) return 0;
  const int q = param[0];
  const int64_t c = ((1 << q) + 6) / 12;
  const int64_t bias = (c << (operand_leading(a) + operand_leading(w))) >> q;
  const int64_t sum = vmac_mitchell(form, NULL, a, w) + bias;
  const int64_t top = ((int64_t)1 << 2 * form.width) - 1;
  return sum < top ? sum : top;
}

int64_t vmac_mbm(vmac_form form, const int *param, int64_t a, int64_t w) {
  return operand_by_magnitude(core, form, param, a, w);
}
