/* TFLite's requantization in 128-bit rational arithmetic: division and floor, no shifts, so that it
 * shares nothing with the code under test. SPDX-License-Identifier: Apache-2.0 */
#ifndef RATIONAL_H
#define RATIONAL_H

#include "vmac.h"

__extension__ typedef __int128 wide;

static inline wide floor_div(wide a, wide b) { /* b > 0 */
  const wide q = a / b;
  return q * b > a ? q - 1 : q;
}
static inline wide half_up(wide a, wide b) {
  return floor_div(2 * a + b, 2 * b);
}
static inline wide half_away(wide a, wide b) {
  return a < 0 ? -half_up(-a, b) : half_up(a, b);
}

/* x * mult / 2^31 * 2^shift, as TFLite rounds it. */
static inline int32_t rational(int32_t x, vmac_scale s, int rounding) {
  const wide one = 1, left = s.shift > 0 ? one << s.shift : 1, right = s.shift < 0 ? -s.shift : 0;
  const wide product = (wide)x * s.mult * left, unit = one << 31;
  if (rounding == VMAC_ROUND_SINGLE) return (int32_t)half_up(product, unit << right);
  return (int32_t)half_away(half_up(product, unit), one << right);
}

#endif
