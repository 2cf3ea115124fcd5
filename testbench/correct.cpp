/* correct: vmac_correct, a column's correction, zero point and bias.
 *
 * TEST RATIONALE
 * 1. State space. Shadow and active coefficients, two accumulators in flight. Random accumulators
 * with random gaps; coefficients shift and are taken at any time, also both together and while
 *    accumulators are in flight. Values are random over their whole range and over small ranges
 *    (so that rounding decides), corners often: c1 = -2^17, X = 2^24 - 1, sums that land on
 *    exactly half, results that wrap.
 * 2. Parameters. OPT_CORRECTION 0 and 1; the widest sums. Expected V is vmac_correction() of
 * vmac.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_correct.h"

#include "bench.h"

struct Coefficients {
  int32_t c0, c1, bias;
};

struct Result {
  bool valid;
  uint32_t full, plain;
};

/* `bits` random bits, sign-extended; small values and corners often. */
static int32_t draw(Bench *bench, int bits) {
  const int32_t top = (int32_t)(1u << (bits - 1));
  const uint32_t kind = vmac_rng_below(&bench->rng, 10);
  if (kind == 0) return bits == 32 ? INT32_MIN : -top;
  if (kind == 1) return bits == 32 ? INT32_MAX : top - 1;
  if (kind < 5) return (int32_t)vmac_rng_below(&bench->rng, 513) - 256;
  return (int32_t)((uint32_t)vmac_rng_next(&bench->rng)) >> (32 - bits);
}

static uint32_t draw_sum(Bench *bench) {
  return (uint32_t)draw(bench, 32) & 0xffffff;
}

static void check(const Bench *bench, const char *what, uint32_t want, uint32_t got) {
  if (want != got)
    bench_fail(bench, "%s: expected %d, found %d", what, (int32_t)want, (int32_t)got);
}

int main(int argc, char **argv) {
  Bench bench = bench_start("correct", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_correct dut(&context);
  Coefficients shadow = {}, active = {};
  Result one = {}, two = {};
  uint32_t sum_a_before = 0, sum_x_before = 0;
  dut.clk = 0;
  dut.rst = 1;
  dut.eval();
  for (; bench.cycles < 300000; bench.cycles++) {
    const bool loading = bench.cycles < 4;
    const Coefficients next = {draw(&bench, 32), draw(&bench, 18), draw(&bench, 32)};
    dut.rst = loading;
    dut.k_shift_i = loading || bench_chance(&bench, 300);
    dut.take_i = loading || bench_chance(&bench, 200);
    dut.c0_i = (uint32_t)next.c0;
    dut.c1_i = (uint32_t)next.c1 & 0x3ffff;
    dut.bias_i = (uint32_t)next.bias;
    dut.valid_i = !loading && !bench_chance(&bench, 300);
    dut.acc_i = (uint32_t)draw(&bench, 32);
    dut.sum_a_i = draw_sum(&bench);
    dut.sum_x_i = draw_sum(&bench);
    dut.clk = 0;
    dut.eval();
    if (bench.cycles > 6) {
      check(&bench, "valid", two.valid ? 3 : 0, dut.valid_o);
      if (two.valid) {
        check(&bench, "accumulator", two.full, dut.acc_o);
        check(&bench, "accumulator without V", two.plain, dut.plain_acc_o);
      }
      check(&bench, "sum of A to the right", sum_a_before, dut.sum_a_o);
      check(&bench, "sum of X to the right", sum_x_before, dut.sum_x_o);
      check(&bench, "c0 to the right", (uint32_t)shadow.c0, dut.c0_o);
      check(&bench, "c1 to the right", (uint32_t)shadow.c1 & 0x3ffff, dut.c1_o);
      check(&bench, "bias to the right", (uint32_t)shadow.bias, dut.bias_o);
      check(&bench, "bias to the right, without V", (uint32_t)shadow.bias, dut.plain_bias_o);
    }
    two = one;
    one.valid = dut.valid_i;
    one.plain = dut.acc_i + (uint32_t)active.bias - 128 * dut.sum_a_i;
    one.full = one.plain + (uint32_t)vmac_correction(active.c0, active.c1, (int32_t)dut.sum_x_i);
    sum_a_before = dut.sum_a_i;
    sum_x_before = dut.sum_x_i;
    if (dut.take_i) active = shadow;
    if (dut.k_shift_i) shadow = next;
    dut.clk = 1;
    dut.eval();
  }
  return bench_pass(&bench);
}
