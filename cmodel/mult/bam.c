/* Broken-array multiplier: of the carry-save array's rows, one per bit of W, those below the
 * horizontal break h are left out, and of the others the columns below the vertical break v: f =
 * sum_{j>=h} w_j 2^j (A - A mod 2^(v-j)), h = param[0], v = param[1], unsigned. Source: H.
 * Mahdiani, A. Ahmadi, S. Fakhraie, C. Lucas, IEEE TCAS-I, 2010; rows are bits of W by our choice,
 * and both breaks count from the low end. 2n bits hold it: 0 <= f <= A W.
 * SPDX-License-Identifier: Apache-2.0 */
#include "operand.h"

int64_t vmac_bam(vmac_form form, const int *param, int64_t a, int64_t w) {
  const int h = param[0], v = param[1];
  int64_t sum = 0;
  for (int j = h; j < form.width; j++)
    if (w >> j & 1) sum += (a - operand_low(a, v > j ? v - j : 0)) << j;
  return sum;
}
