/* Perforation and asymmetric rounding: f = sum_{j>=p} y_j 4^j rnd(A, max(0, r - 2j)), p =
 * param[0], r = param[1], y_j = -2 w_{2j+1} + w_{2j} + w_{2j-1} the radix-4 Booth digits of W (an
 * odd width is sign-extended by one bit) and rnd(x, t) x rounded half up to a multiple of 2^t: the
 * p low digits are left out, and the other partial products all end at product column r. Source:
 * V. Leon et al., "Cooperative arithmetic-aware approximation techniques", DAC 2019, as used by
 * MAx-DNN (LASCAS 2022, arXiv:2506.21371); the formula is our reading. 2n bits hold it: rounding
 * moves row j by at most 2 * 4^j 2^(r-2j-1) = 2^r, the (r+1)/2 rounded rows by less than 2^(2n-2),
 * and without it |f| = |A rnd(W, 2p)| <= 2^(2n-2).
 * SPDX-License-Identifier: Apache-2.0 */
#include "operand.h"

int64_t vmac_roup(vmac_form form, const int *param, int64_t a, int64_t w) {
  const int p = param[0], r = param[1];
  int64_t sum = 0;
  for (int j = p; 2 * j < form.width; j++) {
    const int64_t below = j ? w >> (2 * j - 1) & 1 : 0;
    const int64_t digit = (w >> 2 * j & 1) + below - 2 * (w >> (2 * j + 1) & 1);
    sum += digit * operand_round(a, r > 2 * j ? r - 2 * j : 0) * ((int64_t)1 << 2 * j);
  }
  return sum;
}
