/* Perforation and rounding: rnd(A, m) rnd(W, 2k), k = param[0], m = param[1], where rnd(x, t) is x
 * rounded half up to a multiple of 2^t. Leaving out the k low radix-4 Booth digits y_j of W is
 * rounding: W - sum_{j<k} y_j 4^j = rnd(W, 2k). Source: V. Leon et al., PR (IEEE Micro 2018) as
 * used by MAx-DNN (LASCAS 2022, arXiv:2506.21371). 2n bits hold it: rounding may lift an operand
 * to 2^(n-1), one bit more than it had, so |f| <= 2^(2n-2); at 2k = n W rounds to 0.
 * SPDX-License-Identifier: Apache-2.0 */
#include "operand.h"

int64_t vmac_pr(vmac_form form, const int *param, int64_t a, int64_t w) {
  (void)form;
  return operand_round(a, param[1]) * operand_round(w, 2 * param[0]);
}
