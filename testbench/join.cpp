/* join: vmac_join behind an array and a vector unit that are delays.
 *
 * TEST RATIONALE
 * 1. State space. Taps come at random, for a few hundred cycles of one kind, then, once nothing is
 *    in flight, of the other; each with random flags, its result so many cycles later. TLAST's wire
 *    is random where there is no tap. Expected: a result with its own flags and value, none else;
 *    take one cycle ahead of a set's first result of the array, and in no other cycle.
 * 2. Parameters. MAC_CYCLES of the smallest and of the largest array; VECTOR_CYCLES is 5 in both.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_join.h"

#include "bench.h"

enum { UNITS = 2, VECTOR_CYCLES = 5, HISTORY = 256 };
static const unsigned mac_cycles[UNITS] = {13, 133};

struct Tap {
  bool made, vector, set_first, tlast; /* whether it makes a result, and of which kind */
};

static Tap taps[HISTORY];

static const Tap *ago(const Bench *bench, unsigned cycles) {
  static const Tap none = {};
  return bench->cycles < cycles ? &none : &taps[(bench->cycles - cycles) % HISTORY];
}

static void expect(const Bench *bench, int i, const char *what, bool want, unsigned got) {
  if (want != (got >> i & 1)) bench_fail(bench, "unit %d: expected %s %d", i, what, want);
}

int main(int argc, char **argv) {
  Bench bench = bench_start("join", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_join dut(&context);
  unsigned left = 0, often = 500;
  uint64_t results[UNITS][2] = {}, sets = 0;
  for (; bench.cycles < 200000; bench.cycles++, left--) {
    if (left == 0) {
      dut.vector_i = (uint8_t)bench_chance(&bench, 500);
      left = mac_cycles[1] + 1 + vmac_rng_below(&bench.rng, 300);
      often = vmac_rng_below(&bench.rng, 1001);
    }
    /* nothing is in flight when the kind changes, or at the start */
    Tap tap = {};
    tap.made = left > mac_cycles[1] && bench_chance(&bench, often);
    tap.vector = dut.vector_i;
    tap.set_first = tap.made && bench_chance(&bench, 300);
    tap.tlast = bench_chance(&bench, 300);
    taps[bench.cycles % HISTORY] = tap;
    dut.set_first_i = tap.set_first;
    dut.tlast_i = tap.tlast;
    dut.mac_acc_i = vmac_rng_next(&bench.rng);
    dut.vec_acc_i = vmac_rng_next(&bench.rng);
    dut.mac_valid_i = 0;
    for (int i = 0; i < UNITS; i++) {
      const Tap *t = ago(&bench, mac_cycles[i]);
      dut.mac_valid_i |= (uint8_t)((t->made && !t->vector) << i);
    }
    const Tap *v = ago(&bench, VECTOR_CYCLES);
    dut.vec_valid_i = v->made && v->vector;
    dut.clk = 0;
    dut.eval();
    for (int i = 0; i < UNITS && bench.cycles > HISTORY; i++) {
      const Tap *t = dut.vector_i ? v : ago(&bench, mac_cycles[i]);
      const Tap *next = ago(&bench, mac_cycles[i] - 1);
      const bool made = t->made && t->vector == dut.vector_i;
      expect(&bench, i, "take", next->set_first && !next->vector, dut.take_o);
      expect(&bench, i, "valid", made, dut.valid_o);
      if (!made) continue;
      expect(&bench, i, "set_first", t->set_first, dut.set_first_o);
      expect(&bench, i, "tlast", t->tlast, dut.tlast_o);
      const uint64_t acc = (uint64_t)dut.acc_o[2 * i + 1] << 32 | dut.acc_o[2 * i];
      const uint64_t want = dut.vector_i ? dut.vec_acc_i : dut.mac_acc_i;
      if (acc != want)
        bench_fail(&bench, "unit %d: expected 0x%016llx, found 0x%016llx", i,
                   (unsigned long long)want, (unsigned long long)acc);
      results[i][dut.vector_i]++;
      sets += t->set_first;
    }
    dut.clk = 1;
    dut.eval();
  }
  for (int i = 0; i < UNITS; i++)
    if (results[i][0] < 10000 || results[i][1] < 10000 || sets < 10000)
      bench_fail(&bench, "unit %d: %llu and %llu results, %llu sets in all: too few", i,
                 (unsigned long long)results[i][0], (unsigned long long)results[i][1],
                 (unsigned long long)sets);
  return bench_pass(&bench);
}
