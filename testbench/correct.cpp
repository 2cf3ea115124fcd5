/* correct: vmac_correct and vmac_correct_tile, a column's correction, zero point and bias.
 *
 * TEST RATIONALE
 * 1. State space. Shadow and active coefficients, two accumulators in flight. Random accumulators
 * with random gaps; coefficients shift and are taken at any time, also both together and while
 *    accumulators are in flight. Values are random over their whole range and over small ranges
 *    (so that rounding decides), corners often: c = -2^17, X = 2^24 - 1, sums that land on
 *    exactly half, results that wrap; often all planes meet the same corner.
 * 2. Parameters. OPT_CORRECTION 0, 1 and 2; the widest sums, the most planes. Expected V is
 * vmac_correction() of vmac.h. Of one K tile: both classes, the widest sums, planes; what is
 * expected are its terms, not rounded, modulo 2^38. Both without a sum of X: slopes that come and
 * the bit in a sum's place change nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_correct.h"

#include "bench.h"

enum { PLANES = VMAC_CORR_PLANES };

struct Coefficients {
  int32_t c0, c[PLANES], bias;
};

struct Result {
  bool valid;
  uint32_t full, plain, planes, constant;
  uint64_t tile_u, tile_s, tile_constant;
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

/* n fields of `width` bits, side by side from bit 0. */
static void pack(uint32_t *words, const int32_t *value, int n, int width) {
  memset(words, 0, (size_t)((n * width + 31) / 32) * 4);
  for (int i = 0; i < n * width; i++)
    words[i / 32] |= (uint32_t)(value[i / width] >> (i % width) & 1) << (i % 32);
}

static void check_words(const Bench *bench, const char *what, const int32_t *want, int width,
                        const uint32_t *got) {
  uint32_t words[6];
  pack(words, want, PLANES, width);
  for (int i = 0; i < (PLANES * width + 31) / 32; i++) check(bench, what, words[i], got[i]);
}

/* 38 bits, 6 of them fraction. */
static void check_fixed(const Bench *bench, const char *what, uint64_t want, uint64_t got) {
  const uint64_t mask = ((uint64_t)1 << (32 + VMAC_CORR_F)) - 1;
  if ((want ^ got) & mask)
    bench_fail(bench, "%s: expected 0x%llx, found 0x%llx", what, (unsigned long long)(want & mask),
               (unsigned long long)got);
}

/* What a tile adds whatever its sums are. */
static uint64_t constant(const Coefficients *k) {
  return (uint64_t)((int64_t)k->c0 + (int64_t)k->bias * (1 << VMAC_CORR_F));
}

/* A tile's sum: partial sum, sum of A, `planes` sums of X. */
static uint64_t tile_sum(const Coefficients *k, int64_t ps, int64_t sum_a, const int32_t *x,
                         int planes) {
  uint64_t sum = constant(k) + (uint64_t)((ps - 128 * sum_a) * (1 << VMAC_CORR_F));
  for (int i = 0; i < planes; i++) sum += (uint64_t)((int64_t)k->c[i] * (x[i] & 0x3fff));
  return sum;
}

static Coefficients draw_coefficients(Bench *bench) {
  Coefficients k = {draw(bench, 32), {}, draw(bench, 32)};
  const bool alike = bench_chance(bench, 200);
  for (int i = 0; i < PLANES; i++) k.c[i] = i && alike ? k.c[0] : draw(bench, 18);
  return k;
}

int main(int argc, char **argv) {
  Bench bench = bench_start("correct", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_correct dut(&context);
  Coefficients shadow = {}, active = {};
  Result one = {}, two = {};
  dut.clk = 0;
  dut.eval();
  for (; bench.cycles < 300000; bench.cycles++) {
    const bool loading = bench.cycles < 4;
    const Coefficients next = draw_coefficients(&bench);
    int32_t sum_x[PLANES] = {}, low[PLANES] = {};
    const bool alike = bench_chance(&bench, 200);
    for (int i = 0; i < PLANES; i++) {
      sum_x[i] = i && alike ? sum_x[0] : (int32_t)draw_sum(&bench);
      low[i] = sum_x[i] & 0xffff;
    }
    dut.k_shift_i = loading || bench_chance(&bench, 300);
    dut.take_i = loading || bench_chance(&bench, 200);
    dut.c0_i = (uint32_t)next.c0;
    pack(&dut.c_i[0], next.c, PLANES, 18);
    dut.bias_i = (uint32_t)next.bias;
    const bool valid = !loading && !bench_chance(&bench, 300);
    dut.valid_i = (uint8_t)(one.valid << 1 | valid);
    dut.acc_i = (uint32_t)draw(&bench, 32);
    dut.sum_a_i = draw_sum(&bench);
    pack(&dut.sum_x_i[0], sum_x, PLANES, 24);
    dut.clk = 0;
    dut.eval();
    if (bench.cycles > 6) {
      if (two.valid) {
        check(&bench, "accumulator", two.full, dut.acc_o);
        check(&bench, "accumulator without V", two.plain, dut.plain_acc_o);
        check(&bench, "accumulator with eight planes", two.planes, dut.planes_acc_o);
        check_fixed(&bench, "sum of a tile, u8", two.tile_u, dut.tile_u_o);
        check_fixed(&bench, "sum of a tile, s8", two.tile_s, dut.tile_s_o);
        check(&bench, "accumulator without X", two.constant, dut.constant_acc_o);
        check_fixed(&bench, "sum of a tile without X", two.tile_constant, dut.tile_constant_o);
      }
      check(&bench, "c0 to the right", (uint32_t)shadow.c0, dut.c0_o);
      check(&bench, "c0 to the right, planes", (uint32_t)shadow.c0, dut.planes_c0_o);
      check(&bench, "slope to the right", (uint32_t)shadow.c[0] & 0x3ffff, dut.c_o);
      check_words(&bench, "slopes to the right, planes", shadow.c, 18, &dut.planes_c_o[0]);
      check_fixed(&bench, "constant of a tile to the right", constant(&shadow), dut.tile_k_o);
      check_words(&bench, "slopes of a tile to the right", shadow.c, 18, &dut.tile_c_o[0]);
      check(&bench, "bias to the right", (uint32_t)shadow.bias, dut.bias_o);
      check(&bench, "bias to the right, without V", (uint32_t)shadow.bias, dut.plain_bias_o);
      check(&bench, "bias to the right, planes", (uint32_t)shadow.bias, dut.planes_bias_o);
      check(&bench, "c0 to the right, without X", (uint32_t)shadow.c0, dut.constant_c0_o);
      check(&bench, "bias to the right, without X", (uint32_t)shadow.bias, dut.constant_bias_o);
      check_fixed(&bench, "constant of a tile without X to the right", constant(&shadow),
                  dut.tile_constant_k_o);
      check_fixed(&bench, "slopes where there is no X", 0, dut.no_c_o);
    }
    two = one;
    one.valid = valid;
    one.plain = dut.acc_i + (uint32_t)active.bias - 128 * dut.sum_a_i;
    one.full = one.plain + (uint32_t)vmac_correction(active.c0, 1, active.c, sum_x);
    one.planes = one.plain + (uint32_t)vmac_correction(active.c0, PLANES, active.c, low);
    one.constant = one.plain + (uint32_t)vmac_correction(active.c0, 0, NULL, NULL);
    const int32_t ps = (int32_t)(dut.acc_i & 0x3fffff);
    one.tile_u = tile_sum(&active, ps, dut.sum_a_i & 0x3fff, sum_x, PLANES);
    one.tile_constant = tile_sum(&active, ps, dut.sum_a_i & 0x3fff, NULL, 0);
    one.tile_s = tile_sum(&active, ps - (ps >> 21 << 22), 0, sum_x, 1);
    if (dut.take_i) active = shadow;
    if (dut.k_shift_i) shadow = next;
    dut.clk = 1;
    dut.eval();
  }
  return bench_pass(&bench);
}
