/* RoBA, rounding-based: f = R(A) W + R(W) A - R(A) R(W), R(x) the power of two nearest to x, so
 * that all products are shifts; ties (3 2^q) go up but for R(3) = 2, and R(0) = 0. The error is
 * -(R(A) - A)(R(W) - W). Signed operands by sign and magnitude (the paper's S-RoBA). Source: R.
 * Zendegani, M. Kamal, M. Bahadori, A. Afzali-Kusha, M. Pedram, IEEE TVLSI, 2017. 2n bits hold it,
 * though R may be 2^n: where an operand, A say, is rounded up or kept, f = R(A) W - R(W)(R(A) - A)
 * <= R(A) W, which is at most 2^n (2^n - 1), signed 2^(2n-2); where none is, f < A W. And f >= 0,
 * as |R(x) - x| <= x / 3.
 * SPDX-License-Identifier: Apache-2.0 */
#include "operand.h"

static int64_t nearest(int64_t x) {
  if (x == 0) return 0;
  const int64_t below = (int64_t)1 << operand_leading(x);
  const bool up = 2 * x >= 3 * below && x != 3;
  return up ? 2 * below : below;
}

static int64_t core(vmac_form form, const int *param, int64_t a, int64_t w) {
  (void)form, (void)param;
  const int64_t ra = nearest(a), rw = nearest(w);
  return ra * w + rw * a - ra * rw;
}

int64_t vmac_roba(vmac_form form, const int *param, int64_t a, int64_t w) {
  return operand_by_magnitude(core, form, param, a, w);
}
