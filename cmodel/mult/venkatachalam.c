/* Compressor tree with that of Venkatachalam and Ko in its t = param[0] low columns, t = 0 exact:
 * sum = (x1 XOR x2) OR (x3 XOR x4) OR x1 x2 x3 x4, carry = x1 x2 OR x3 x4: one too few where one
 * bit of each pair is set, and for 1111. Source: S. Venkatachalam, S. Ko, IEEE TVLSI, 2017; only
 * their compressor, not their propagate and generate signals, and placed as in compress42.c.
 * Unsigned, 8 bits. 16 bits hold it: no compressor says more than it was given, so 0 <= f <= A W.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compress42.h"
#include "vmac_mult_list.h"

static int compressor(int x1, int x2, int x3, int x4) {
  const int sum = (x1 ^ x2) | (x3 ^ x4) | (x1 & x2 & x3 & x4);
  return sum | ((x1 & x2) | (x3 & x4)) << 1;
}

int64_t vmac_venkatachalam(vmac_form form, const int *param, int64_t a, int64_t w) {
  (void)form;
  return vmac_compress42(compressor, param[0], a, w);
}
