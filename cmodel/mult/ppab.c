/* Partial products left out of A, of W and by column: pair a_i w_j stays where i >= pa, j >= pb
 * and, for pairs without a sign bit, i + j >= t; pa, pb, t = param[0..2]. That is truncated(t) of
 * the operands with pa and pb low bits cleared: f = truncated_t(A - A mod 2^pa, W - W mod 2^pb).
 * Source: our common form of broken arrays; (m, 0, 0) is perforation, (0, 0, t) truncation, and
 * the signed 8 x 8 circuits of EvoApproxLib (V. Mrazek et al., DATE 2017) that are such arrays are
 * members. 2n bits hold it: the kept plain pairs sum to at least 0, at most what they do in A W,
 * and the sign pairs alone never reach -2^(2n-1).
 * SPDX-License-Identifier: Apache-2.0 */
#include "operand.h"

int64_t vmac_ppab(vmac_form form, const int *param, int64_t a, int64_t w) {
  return vmac_truncated(form, &param[2], a - operand_low(a, param[0]),
                        w - operand_low(w, param[1]));
}
