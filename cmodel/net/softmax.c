/* TFLite's reference int8 softmax: exp() of non-positive numbers in 5.26 fixed point by range
 * reduction and a Taylor polynomial, the reciprocal of their sum by Newton's method. Qi.f below
 * means i integer and f fraction bits beside the sign; constants are the definitions' values
 * rounded to that format. Integers only, so the bytes are the same everywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include "net/net.h"

/* x * 2^bits, saturating as gemmlowp does. */
static int32_t shift_left(int32_t x, int bits) {
  const int32_t limit = (1 << (31 - bits)) - 1;
  return x > limit ? INT32_MAX : x < -limit ? INT32_MIN : x * (1 << bits);
}

/* e^a for a in [-1/4, 0), Q0.31 in and out: fourth-order Taylor polynomial around -1/8. */
static int32_t exp_quarter(int32_t a) {
  const int32_t exp_eighth = 1895147668 /* e^(-1/8) */, third = 715827883 /* 1/3 */;
  const int32_t x = a + (1 << 28);
  const int32_t x2 = vmac_high_mul(x, x), x3 = vmac_high_mul(x2, x), x4 = vmac_high_mul(x2, x2);
  const int32_t cubic = vmac_high_mul(vmac_round_shift(x4, 2) + x3, third);
  return exp_eighth + vmac_high_mul(exp_eighth, x + vmac_round_shift(cubic + x2, 1));
}

/* e^a for a <= 0, a in Q5.26, result in Q0.31. */
static int32_t exp_negative(int32_t a) {
  /* e^-(2^i) for i = -2..4 in Q0.31 */
  static const int32_t power[] = {1672461947, 1302514674, 790015084, 290630308,
                                  39332535,   720401,     242};
  if (a == 0) return INT32_MAX;
  const int32_t quarter = 1 << 24;
  const int32_t fraction = (a & (quarter - 1)) - quarter; /* in [-1/4, 0) */
  const int32_t rest = fraction - a;                      /* a multiple of 1/4 */
  int32_t result = exp_quarter(shift_left(fraction, 5));
  for (int i = 0; i < 7; i++)
    if (rest >> (24 + i) & 1) result = vmac_high_mul(result, power[i]);
  return result;
}

/* 1 / (1 + x) for x in [0, 1), Q0.31 in and out. Newton's method on d = (1 + x) / 2 from the linear
 * start 48/17 - 32/17 d, in Q2.29. */
static int32_t reciprocal_one_plus(int32_t x) {
  const int32_t one = 1 << 29, c48 = 1515870810, c32 = -1010580540;
  const int32_t d = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
  int32_t r = c48 + vmac_high_mul(d, c32);
  for (int i = 0; i < 3; i++) r += shift_left(vmac_high_mul(r, one - vmac_high_mul(d, r)), 2);
  return shift_left(r, 1); /* half of it, from Q2.29 to Q0.31 */
}

void vmac_run_softmax(const vmac_net *net, const vmac_op *op, const int8_t *in, int8_t *out) {
  const vmac_tensor *t = &net->tensor[op->out];
  const int depth = t->dim[t->rank - 1];
  const vmac_scale scale = op->requant[0];
  /* Differences beyond this would leave 5 integer bits; e^-31 is nothing. */
  const int32_t lowest = -(int32_t)(((int64_t)31 << 26) >> scale.shift);
  for (const int8_t *end = in + t->size; in < end; in += depth, out += depth) {
    int max = INT8_MIN;
    for (int c = 0; c < depth; c++) max = in[c] > max ? in[c] : max;
    int32_t exps[256]; /* by max - code; those that occur */
    for (int d = 0; d < 256; d++) exps[d] = -2;
    for (int c = 0; c < depth; c++) {
      const int d = max - in[c];
      if (exps[d] != -2) continue;
      /* The multiplier is above 1, so double and single rounding agree. */
      exps[d] = -d < lowest ? -1 : exp_negative(vmac_requantize(-d, scale, VMAC_ROUND_DOUBLE));
    }
    int32_t sum = 0; /* Q12.19 */
    for (int c = 0; c < depth; c++)
      if (exps[max - in[c]] >= 0) sum += vmac_round_shift(exps[max - in[c]], 12);
    int headroom = 0;
    while (!((uint32_t)sum << headroom & 0x80000000u)) headroom++;
    const int32_t above_one = (int32_t)(((uint32_t)sum << headroom) - 0x80000000u);
    const int32_t inverse = reciprocal_one_plus(above_one);
    const int shift = 12 - headroom + 31 - 8;
    for (int c = 0; c < depth; c++) {
      const int32_t e = exps[max - in[c]];
      const int32_t q = e < 0 ? 0 : vmac_round_shift(vmac_high_mul(inverse, e), shift);
      out[c] = (int8_t)vmac_clamp(q - 128, INT8_MIN, INT8_MAX);
    }
  }
}
