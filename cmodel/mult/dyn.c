/* Run-time approximation: the operand mode = param[0] says how many low activation bits are gated,
 * m = min(mode mod 8, 4), and how: modes 0..7 clear them, f = (A - A mod 2^m) W as perforated.c;
 * modes 8..15 round first, f = E(A) W as edge_rounded.c. 8-bit operands. Source: ours. 2n bits
 * hold it: what is multiplied is an operand.
 * SPDX-License-Identifier: Apache-2.0 */
#include "operand.h"

int64_t vmac_dyn(vmac_form form, const int *param, int64_t a, int64_t w) {
  const int mode = param[0];
  const int m = mode % 8 < 4 ? mode % 8 : 4;
  return (mode < 8 ? a - operand_low(a, m) : operand_edge(form, a, m)) * w;
}
