/* vector: vmac_vector, the layers without weights.
 *
 * TEST RATIONALE
 * 1. State space. Per lane the window's running value and the taps and values in flight. Windows of
 *    1 to 64 taps, each length, and 63 x 63, with and without idle cycles between taps and between
 *    pixels, pixels back to back; lanes all differ. Codes are random, from a narrow range (equal
 *    codes), or an end of the range throughout: the largest sums of either sign, under a bias at
 *    either end of 32 bits. ADD: all 65,536 pairs of codes for pairs of scales and zero points as
 *    vmac_net_prepare() makes them, equal scales to scales 2^40 apart, both roundings. What a kind
 *    does not use is noise. Kinds change when all has left; resets in a window and with pixels in
 *    flight, after which a new window starts. Between pixels the output does not move.
 * 2. Parameters. Eight lanes: LANES only repeats a lane. Expected values of ADD are those of
 *    vmac_run_add(): vmac_requantize() of either operand, a, which has no multiplier here, too.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_vector.h"

#include "bench.h"
#include "net/net.h"

enum { LANES = 8, LATENCY = 5, MAX, SUM, ADD };

struct Config {
  int kind;
  int32_t bias, za, zb;
  double sa, sb; /* scales; a's is the larger */
  vmac_scale half, scale_b;
  vmac_rounding rounding;
};

struct Tap {
  bool valid, first, last;
  int8_t a[LANES], b[LANES];
};

struct Pixel {
  bool valid;
  int32_t acc[LANES];
};

struct Rig {
  Bench bench;
  Vtb_vector *dut;
  Config config;
  int32_t window[LANES]; /* of the taps that have entered */
  Pixel line[LATENCY];   /* line[0] entered last */
  bool held;             /* the outputs are known */
  Pixel last;            /* what they show */
};

static int32_t below(Rig *rig, uint32_t bound) {
  return (int32_t)vmac_rng_below(&rig->bench.rng, bound);
}

static void check(const Rig *rig, const char *what, int lane, int32_t want, int32_t got) {
  const Config *c = &rig->config;
  if (want != got)
    bench_fail(&rig->bench,
               "%s of lane %d: expected %d, found %d (kind %d, bias %d, zero points %d and %d, b's "
               "mult %d shift %d, %s rounding)",
               what, lane, want, got, c->kind - MAX, c->bias, c->za, c->zb, c->scale_b.mult,
               c->scale_b.shift, c->rounding == VMAC_ROUND_SINGLE ? "single" : "double");
}

static int32_t added(const Config *c, int32_t a, int32_t b) {
  return vmac_requantize((a - c->za) * (1 << 20), c->half, c->rounding) +
         vmac_requantize((b - c->zb) * (1 << 20), c->scale_b, c->rounding);
}

/* The window's value with one more tap. */
static Pixel model(Rig *rig, const Tap *tap) {
  const Config *c = &rig->config;
  Pixel pixel = {};
  pixel.valid = tap->last;
  for (int l = 0; l < LANES; l++) {
    int32_t *w = &rig->window[l];
    const int32_t a = tap->a[l];
    switch (c->kind) {
    case MAX:
      *w = tap->first || a > *w ? a : *w;
      break;
    case SUM:
      *w = tap->first ? a : *w + a;
      break;
    default:
      *w = added(c, a, tap->b[l]);
      break;
    }
    pixel.acc[l] = c->kind == SUM ? vmac_wrap((int64_t)*w + c->bias) : *w;
  }
  return pixel;
}

static void cycle(Rig *rig, bool reset, const Tap *tap) {
  Vtb_vector *dut = rig->dut;
  const Config *c = &rig->config;
  dut->clk = 0;
  dut->rst = reset;
  dut->kind_i = (uint32_t)(c->kind - MAX);
  dut->bias_i = (uint32_t)c->bias;
  dut->za_i = (uint32_t)c->za & 0xff;
  dut->zb_i = (uint32_t)c->zb & 0xff;
  dut->mult_b_i = (uint32_t)c->scale_b.mult;
  dut->shift_b_i = (uint32_t)c->scale_b.shift & 0x3f;
  dut->single_i = c->rounding == VMAC_ROUND_SINGLE;
  dut->valid_i = tap->valid;
  dut->first_i = tap->first;
  dut->last_i = tap->last;
  uint64_t a = 0, b = 0;
  for (int l = 0; l < LANES; l++) {
    a |= (uint64_t)(uint8_t)tap->a[l] << 8 * l;
    b |= (uint64_t)(uint8_t)tap->b[l] << 8 * l;
  }
  dut->a_i = a;
  dut->b_i = b;
  dut->eval();
  const Pixel *out = &rig->line[LATENCY - 1];
  if (rig->bench.cycles > 1) {
    check(rig, "valid", 0, out->valid, dut->valid_o);
    if (out->valid) {
      rig->last = *out;
      rig->held = true;
    }
    if (rig->held)
      for (int l = 0; l < LANES; l++)
        check(rig, "value", l, rig->last.acc[l], (int32_t)dut->acc_o[l]);
  }
  for (int i = LATENCY - 1; i > 0; i--) rig->line[i] = rig->line[i - 1];
  rig->line[0] = tap->valid ? model(rig, tap) : Pixel();
  if (reset) { /* what would have left now moves the output yet, without its valid bit */
    rig->held = false;
    for (Pixel &p : rig->line) p.valid = false;
  }
  dut->clk = 1;
  dut->eval();
  rig->bench.cycles++;
}

static void noise(Rig *rig, Tap *tap) {
  for (int l = 0; l < LANES; l++) {
    tap->a[l] = (int8_t)below(rig, 256);
    tap->b[l] = (int8_t)below(rig, 256);
  }
}

/* Idle, with noise on the inputs. */
static void idle(Rig *rig, int cycles) {
  for (; cycles > 0; cycles--) {
    Tap tap = {};
    tap.first = below(rig, 2);
    tap.last = below(rig, 2);
    noise(rig, &tap);
    cycle(rig, false, &tap);
  }
}

static void gap(Rig *rig, int gaps) {
  if (bench_chance(&rig->bench, (unsigned)gaps)) idle(rig, 1 + below(rig, 7));
}

/* Scales as a network's tensors have them, float; op->requant as prepare_add() makes it. */
static void configure(Rig *rig, int kind) {
  Config *c = &rig->config;
  idle(rig, LATENCY);
  c->kind = kind;
  c->bias = below(rig, 3)   ? (int32_t)vmac_rng_next(&rig->bench.rng)
            : below(rig, 2) ? INT32_MIN
                            : INT32_MAX;
  c->za = below(rig, 4) ? below(rig, 256) - 128 : below(rig, 2) ? -128 : 127;
  c->zb = below(rig, 4) ? below(rig, 256) - 128 : below(rig, 2) ? -128 : 127;
  c->sa = (double)(float)exp(vmac_rng_uniform(&rig->bench.rng) * 10 - 7);
  const int apart = below(rig, 8);
  c->sb = c->sa;
  if (apart == 1) c->sb = ldexp(c->sa, -below(rig, 41));
  if (apart > 1) c->sb = (double)(float)(c->sa * vmac_rng_uniform(&rig->bench.rng));
  if (apart == 2) c->sb = (double)(float)(c->sa * exp(-20 * vmac_rng_uniform(&rig->bench.rng)));
  const double twice = 2 * c->sa;
  c->half = vmac_scale_from_double(c->sa / twice);
  c->scale_b = vmac_scale_from_double(c->sb / twice);
  c->rounding = below(rig, 2) ? VMAC_ROUND_SINGLE : VMAC_ROUND_DOUBLE;
}

/* One window; style 0 and 1: an end of the range, 2: few codes, else any. */
static void window(Rig *rig, int taps, int gaps, int style) {
  for (int t = 0; t < taps; t++) {
    gap(rig, gaps);
    Tap tap = {};
    tap.valid = true;
    tap.first = t == 0;
    tap.last = t == taps - 1;
    noise(rig, &tap);
    for (int l = 0; l < LANES && style < 3; l++)
      tap.a[l] = (int8_t)(style == 0   ? -128
                          : style == 1 ? 127
                                       : below(rig, 4) - 2 - 40 * l / LANES);
    cycle(rig, false, &tap);
  }
}

/* A reset with a window half entered and pixels in flight. */
static void cut(Rig *rig) {
  Tap tap = {};
  tap.valid = tap.last = true;
  tap.first = rig->config.kind == ADD;
  for (int n = below(rig, LATENCY); n > 0; n--) window(rig, 1, 0, 3);
  Tap open = {};
  open.valid = true;
  open.first = true;
  if (rig->config.kind != ADD) cycle(rig, false, &open);
  cycle(rig, true, &tap);
  idle(rig, below(rig, 2 * LATENCY));
}

/* All pairs of codes, in an order that lets neighbours in the lanes and in time differ. */
static void all_pairs(Rig *rig, int gaps) {
  for (uint32_t p = 0; p < 65536; p += LANES) {
    gap(rig, gaps);
    Tap tap = {};
    tap.valid = tap.first = tap.last = true;
    for (uint32_t l = 0; l < LANES; l++) {
      const uint32_t pair = (p + l) * 40503 & 0xffff;
      tap.a[l] = (int8_t)(pair >> 8);
      tap.b[l] = (int8_t)pair;
    }
    cycle(rig, false, &tap);
  }
}

int main(int argc, char **argv) {
  Rig rig = {};
  rig.bench = bench_start("vector", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(rig.bench.seed & 0x3fffffff) + 1);
  Vtb_vector dut(&context);
  rig.dut = &dut;
  rig.config.kind = MAX;
  const Tap none = {};
  for (int i = 0; i < 2; i++) cycle(&rig, true, &none);
  for (int round = 0; round < 24; round++) {
    for (int kind = MAX; kind <= SUM; kind++) {
      configure(&rig, kind);
      const int gaps = round % 3 ? below(&rig, 600) : 0;
      for (int taps = 1; taps <= 64; taps++) window(&rig, taps, gaps, below(&rig, 6));
      for (int n = 0; n < 100; n++) window(&rig, 1 + below(&rig, 4), gaps, below(&rig, 6));
      if (round < 4) window(&rig, 63 * 63, 0, round);
      if (round % 2) cut(&rig);
    }
    configure(&rig, ADD);
    all_pairs(&rig, round % 3 ? below(&rig, 600) : 0);
    if (round % 2) cut(&rig);
  }
  idle(&rig, LATENCY + 1);
  return bench_pass(&rig.bench);
}
