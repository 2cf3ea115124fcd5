/* requant: vmac_requant, the requantization of one output channel.
 *
 * TEST RATIONALE
 * 1. State space. No state but the values in flight, so values decide. Directed: every shift and
 *    both roundings with multipliers and accumulators at their corners (0, 1, powers of two and
 *    their neighbours, the ends of the range): left shifts that wrap, and with powers of two ties
 *    of either sign in either rounding. Random: more than two million values, half of them aimed at
 *    results around zero, the clamp's limits, the ends of 32 bits and exact halves. Idle cycles
 *    with noise on the inputs; resets with values in flight; zero point, range and rounding change
 *    when all have left. Between results the output does not move.
 * 2. Parameters. 32 bits to int8 and to 32 bits; 9 bits shifted left by 20 (addition), where the
 *    half products become one; 19 bits by 7, where they split elsewhere. Expected values are
 *    vmac_requantize()'s.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_requant.h"

#include "bench.h"
#include "net/net.h"

enum { LATENCY = 4, RANDOM = 2200000 };

struct Config {
  bool single;
  int32_t zero, min, max;
};

struct Result {
  bool valid;
  int32_t x, mult, shift; /* what it came from, for the report */
  int32_t int8, int32, add, odd;
};

struct Rig {
  Bench bench;
  Vtb_requant *dut;
  Config config;
  Result line[LATENCY]; /* line[0] entered last */
  bool held;            /* the outputs are known */
  Result last;          /* what they show */
  uint64_t values;
};

static int32_t sign_extend(int32_t x, int bits) {
  return (int32_t)((uint32_t)x << (32 - bits)) >> (32 - bits);
}

/* What the C model makes of it; left is the constant shift of the instance. */
static int32_t requantized(const Rig *rig, int32_t x, int32_t mult, int32_t shift) {
  const vmac_scale s = {mult, shift};
  return vmac_requantize(x, s, rig->config.single ? VMAC_ROUND_SINGLE : VMAC_ROUND_DOUBLE);
}

static int32_t to_int8(const Rig *rig, int32_t r) {
  return vmac_clamp((int64_t)r + rig->config.zero, rig->config.min, rig->config.max);
}

static void check(const Rig *rig, const char *what, int32_t want, int32_t got) {
  const Result *r = &rig->last;
  if (want != got)
    bench_fail(&rig->bench,
               "%s: expected %d, found %d (acc %d mult %d shift %d, %s rounding, zero %d, %d..%d)",
               what, want, got, r->x, r->mult, r->shift, rig->config.single ? "single" : "double",
               rig->config.zero, rig->config.min, rig->config.max);
}

/* One cycle; next.valid says whether x, mult and shift of next enter. */
static void cycle(Rig *rig, bool reset, Result next) {
  Vtb_requant *dut = rig->dut;
  dut->clk = 0;
  dut->rst = reset;
  dut->valid_i = next.valid;
  dut->acc_i = (uint32_t)next.x;
  dut->mult_i = (uint32_t)next.mult;
  dut->shift_i = (uint32_t)next.shift & 0x3f;
  dut->single_i = rig->config.single;
  dut->zero_i = (uint32_t)rig->config.zero & 0xff;
  dut->min_i = (uint32_t)rig->config.min & 0xff;
  dut->max_i = (uint32_t)rig->config.max & 0xff;
  dut->eval();
  const Result *out = &rig->line[LATENCY - 1];
  if (rig->bench.cycles > 1) {
    check(rig, "valid", out->valid, dut->valid_o);
    if (out->valid) {
      rig->last = *out;
      rig->held = true;
    }
    if (rig->held) {
      check(rig, "int8", rig->last.int8, (int8_t)dut->int8_o);
      check(rig, "32 bits", rig->last.int32, (int32_t)dut->int32_o);
      check(rig, "9 bits << 20", rig->last.add, (int32_t)dut->add_o);
      check(rig, "19 bits << 7", rig->last.odd, (int8_t)dut->odd_o);
    }
  }
  if (next.valid && !reset) {
    const int32_t x = next.x, m = next.mult, s = next.shift;
    next.int32 = requantized(rig, x, m, s);
    next.int8 = to_int8(rig, next.int32);
    next.add = requantized(rig, sign_extend(x, 9) * (1 << 20), m, s);
    next.odd = to_int8(rig, requantized(rig, sign_extend(x, 19) * (1 << 7), m, s));
    rig->values++;
  }
  for (int i = LATENCY - 1; i > 0; i--) rig->line[i] = rig->line[i - 1];
  rig->line[0] = next;
  if (reset) { /* what would have left now moves the output yet, without its valid bit */
    rig->held = false;
    for (Result &r : rig->line) r.valid = false;
  }
  dut->clk = 1;
  dut->eval();
  rig->bench.cycles++;
}

/* Idle, with noise on the inputs. */
static void idle(Rig *rig, int cycles) {
  for (; cycles > 0; cycles--) {
    Result noise = {};
    noise.x = (int32_t)vmac_rng_next(&rig->bench.rng);
    noise.mult = (int32_t)(vmac_rng_next(&rig->bench.rng) & INT32_MAX);
    noise.shift = (int32_t)vmac_rng_below(&rig->bench.rng, 62) - 31;
    cycle(rig, false, noise);
  }
}

static void enter(Rig *rig, int32_t x, int32_t mult, int32_t shift) {
  Result next = {};
  next.valid = true;
  next.x = x;
  next.mult = mult;
  next.shift = shift;
  cycle(rig, false, next);
}

static int32_t below(Rig *rig, uint32_t bound) {
  return (int32_t)vmac_rng_below(&rig->bench.rng, bound);
}

static void configure(Rig *rig, bool single) {
  Config *c = &rig->config;
  idle(rig, LATENCY);
  c->single = single;
  c->zero = below(rig, 4) ? below(rig, 256) - 128 : below(rig, 2) ? -128 : 127;
  c->min = below(rig, 2) ? -128 : below(rig, 256) - 128;
  c->max = below(rig, 2) ? 127 : c->min + below(rig, (uint32_t)(128 - c->min));
}

static void directed(Rig *rig) {
  static const int32_t mults[] = {0,        1,
                                  2,        3,
                                  1 << 15,  1 << 16,
                                  1 << 29,  (1 << 30) - 1,
                                  1 << 30,  (1 << 30) + 1,
                                  3 << 29,  INT32_MAX - 1,
                                  INT32_MAX};
  for (int single = 0; single < 2; single++)
    for (const int32_t mult : mults)
      for (int32_t shift = -31; shift <= 30; shift++) {
        configure(rig, single);
        for (int bit = 0; bit < 32; bit++)
          for (int32_t near = -1; near <= 1; near++) {
            const uint32_t x = (1u << bit) + (uint32_t)near;
            enter(rig, (int32_t)x, mult, shift);
            enter(rig, (int32_t)(0 - x), mult, shift);
          }
      }
}

static int32_t draw_mult(Rig *rig) {
  const int kind = below(rig, 8);
  if (kind == 0) return (int32_t)(1u << below(rig, 31));
  if (kind == 1) return (int32_t)(vmac_rng_next(&rig->bench.rng) & INT32_MAX);
  if (kind == 2) return (1 << 30 | below(rig, 1 << 15) << 15); /* ties are frequent */
  if (kind == 3) return INT32_MAX - below(rig, 3);
  return 1 << 30 | below(rig, 1 << 30); /* as vmac_scale_from_double() makes them */
}

/* An accumulator whose result is near something that matters, where there is one. */
static int32_t draw_aimed(Rig *rig, int32_t mult, int32_t shift) {
  const double scale = ldexp(mult ? mult : 1, shift - 31);
  double aim;
  switch (below(rig, 6)) {
  case 0:
    aim = 0;
    break;
  case 1:
    aim = rig->config.min - rig->config.zero;
    break;
  case 2:
    aim = rig->config.max - rig->config.zero;
    break;
  case 3:
    aim = below(rig, 2) ? 512 : -513;
    break;
  case 4:
    aim = below(rig, 2) ? 2147483648.0 : -2147483648.0;
    break;
  default:
    aim = below(rig, 2048) - 1024;
    break;
  }
  const double x = floor((aim + 0.5 * (below(rig, 3) - 1)) / scale) + below(rig, 5) - 2;
  return x < INT32_MIN ? INT32_MIN : x > INT32_MAX ? INT32_MAX : (int32_t)x;
}

static int32_t draw_acc(Rig *rig, int32_t mult, int32_t shift) {
  if (below(rig, 2)) return draw_aimed(rig, mult, shift);
  const int32_t any = (int32_t)vmac_rng_next(&rig->bench.rng);
  /* from one bit to all, often with zeros below: ties */
  const int32_t narrow = any >> below(rig, 32);
  return below(rig, 3) ? narrow : (int32_t)((uint32_t)narrow << below(rig, 32));
}

int main(int argc, char **argv) {
  Rig rig = {};
  rig.bench = bench_start("requant", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(rig.bench.seed & 0x3fffffff) + 1);
  Vtb_requant dut(&context);
  rig.dut = &dut;
  rig.config.max = 127;
  for (int i = 0; i < 2; i++) cycle(&rig, true, Result());
  directed(&rig);
  for (const uint64_t end = rig.values + RANDOM; rig.values < end;) {
    configure(&rig, below(&rig, 2));
    const int gaps = below(&rig, 3) ? below(&rig, 700) : 0;
    for (int n = 1 + below(&rig, 4000); n > 0; n--) {
      if (bench_chance(&rig.bench, (unsigned)gaps)) idle(&rig, 1 + below(&rig, 6));
      const int32_t mult = draw_mult(&rig), shift = below(&rig, 62) - 31;
      enter(&rig, draw_acc(&rig, mult, shift), mult, shift);
    }
    if (below(&rig, 4) == 0) {
      Result cut = {};
      cut.valid = true;
      cycle(&rig, true, cut);
      idle(&rig, LATENCY + 1);
    }
  }
  return bench_pass(&rig.bench);
}
