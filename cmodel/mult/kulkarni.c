/* Underdesigned multiplier: built of 2 x 2 blocks that are exact but for 3 * 3 = 7, which fits
 * three bits; f = sum over the base-4 digits a_d, w_e of block(a_d, w_e) 4^(d+e), additions exact.
 * Signed operands by sign and magnitude; an odd width is extended by a zero. Source: P. Kulkarni,
 * P. Gupta, M. Ercegovac, VLSI Design 2011. 2n bits hold it: 0 <= f <= A W.
 * SPDX-License-Identifier: Apache-2.0 */
#include "operand.h"

static int64_t core(vmac_form form, const int *param, int64_t a, int64_t w) {
  (void)param;
  int64_t sum = 0;
  for (int d = 0; d < form.width; d += 2)
    for (int e = 0; e < form.width; e += 2) {
      const int64_t x = a >> d & 3, y = w >> e & 3;
      sum += (x == 3 && y == 3 ? 7 : x * y) << (d + e);
    }
  return sum;
}

int64_t vmac_kulkarni(vmac_form form, const int *param, int64_t a, int64_t w) {
  return operand_by_magnitude(core, form, param, a, w);
}
