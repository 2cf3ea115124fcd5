/* The honest rival of perforation: an exact multiplier of activations that were rounded once, at
 * the array's edge. f = E(A) W, E(A) = A rounded half up to a multiple of 2^m, m = param[0], but
 * no higher than the largest such multiple in the operand's range. Source: ours. 2n bits hold it:
 * E(A) is an operand.
 * SPDX-License-Identifier: Apache-2.0 */
#include "operand.h"

int64_t vmac_edge_rounded(vmac_form form, const int *param, int64_t a, int64_t w) {
  return operand_edge(form, a, param[0]) * w;
}
