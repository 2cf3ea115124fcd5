/* Compressor tree with design 2 of Momeni et al. in its t = param[0] low columns, t = 0 exact: sum
 * = (x1 XNOR x2) OR (x3 XNOR x4), carry = (x1 OR x2) AND (x3 OR x4). Wrong for 4 of 16 inputs: one
 * too many for 0000, one too few for 0011, 1100 and 1111, so that f(0, 0) != 0. Source: A. Momeni,
 * J. Han, P. Montuschi, F. Lombardi, IEEE Trans. Computers, 2015; where the compressors stand is
 * ours (compress42.c). Unsigned, 8 bits. 16 bits hold it: checked for all 65,536 pairs and every
 * t.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compress42.h"
#include "vmac_mult_list.h"

static int compressor(int x1, int x2, int x3, int x4) {
  const int sum = x1 == x2 || x3 == x4;
  return sum | ((x1 | x2) & (x3 | x4)) << 1;
}

int64_t vmac_momeni(vmac_form form, const int *param, int64_t a, int64_t w) {
  (void)form;
  return vmac_compress42(compressor, param[0], a, w);
}
