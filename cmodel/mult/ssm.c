/* Static segment method: f = S(A) S(W), S(x) = x below 2^m, else x without its n - m low bits, m =
 * param[0]: an m x m multiplier between two fixed segments. Signed operands by sign and magnitude.
 * Source: S. Narayanamoorthy, H. Moghaddam, Z. Liu, T. Park, N. Kim, IEEE TVLSI, 2015; no
 * correction of the lost bits, as in their plain SSM. m >= n/2: the segments meet or overlap. 2n
 * bits hold it: S(x) <= x.
 * SPDX-License-Identifier: Apache-2.0 */
#include "operand.h"

static int64_t segment(vmac_form form, int64_t x, int m) {
  return x >> m ? x - operand_low(x, form.width - m) : x;
}

static int64_t core(vmac_form form, const int *param, int64_t a, int64_t w) {
  return segment(form, a, param[0]) * segment(form, w, param[0]);
}

int64_t vmac_ssm(vmac_form form, const int *param, int64_t a, int64_t w) {
  return operand_by_magnitude(core, form, param, a, w);
}
