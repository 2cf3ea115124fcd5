/* operand.h: what several families do to an operand before they multiply.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef OPERAND_H
#define OPERAND_H

#include "vmac_mult_list.h"

/* x mod 2^m: the m low bits of the two's-complement x. */
static inline int64_t operand_low(int64_t x, int m) {
  return x & (((int64_t)1 << m) - 1);
}

/* x rounded to a multiple of 2^m, half up: 2^m (floor(x / 2^m) + bit m-1 of x). */
static inline int64_t operand_round(int64_t x, int m) {
  if (m == 0) return x;
  const int64_t up = x + ((int64_t)1 << (m - 1));
  return up - operand_low(up, m);
}

/* As operand_round(), but kept inside the operand's own range: what vmac_edge.v hands on. */
static inline int64_t operand_edge(vmac_form form, int64_t x, int m) {
  const int64_t top = ((int64_t)1 << (form.width - form.is_signed)) - ((int64_t)1 << m);
  const int64_t rounded = operand_round(x, m);
  return rounded < top ? rounded : top;
}

/* Position of the leading one of x > 0. */
static inline int operand_leading(int64_t x) {
  int p = 0;
  while (x >> (p + 1)) p++;
  return p;
}

typedef int64_t (*operand_product)(vmac_form form, const int *param, int64_t a, int64_t w);

/* Sign-magnitude: the unsigned definition on |a| and |w|, negated where the signs differ. The
 * magnitude of -2^(n-1) is 2^(n-1), so an operand of a signed form still has n bits. */
static inline int64_t operand_by_magnitude(operand_product core, vmac_form form, const int *param,
                                           int64_t a, int64_t w) {
  const int64_t size = core(form, param, a < 0 ? -a : a, w < 0 ? -w : w);
  return (a < 0) != (w < 0) ? -size : size;
}

#endif
