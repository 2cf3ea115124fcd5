/* accum: vmac_accum, the accumulator memory.
 *
 * TEST RATIONALE
 * 1. State space. 16 accumulators, each empty or holding a sum, and two tokens in flight. Random
 * tokens with random gaps: first on empty and on used places, continue, last, first and last
 * together; an address often comes again after one cycle (the sum is forwarded) and after two (it
 * has just been written). Partial sums are random over all 20 bits, corners often, so the
 * accumulators wrap too.
 * 2. Parameters. Signed and unsigned partial sums, two lanes with sums of their own; DEPTH only
 * sets the address width, more lanes are more of the same.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_accum.h"

#include "bench.h"

enum { PLACES = 16, LANES = 2 };

struct Token {
  bool valid, start, first, last;
  unsigned addr;
  uint32_t ps[LANES];
  uint32_t sum[LANES]
              [2]; /* (lanes, unsigned and signed) the accumulators with these sums in them */
};

static void check(const Bench *bench, const char *what, uint32_t want, uint32_t got) {
  if (want != got) bench_fail(bench, "%s: expected 0x%x, found 0x%x", what, want, got);
}

static Token draw(Bench *bench, const bool *used, unsigned one, unsigned two) {
  static const uint32_t corner[] = {0, 1, 0x7ffff, 0x80000, 0xfffff};
  Token token = {};
  token.valid = !bench_chance(bench, 300);
  token.addr = bench_chance(bench, 300)   ? one
               : bench_chance(bench, 200) ? two
                                          : vmac_rng_below(&bench->rng, PLACES);
  token.first = !used[token.addr] || bench_chance(bench, 100);
  token.last = bench_chance(bench, 250);
  token.start = bench_chance(bench, 500);
  for (int l = 0; l < LANES; l++) {
    const uint32_t ps = bench_chance(bench, 300) ? corner[vmac_rng_below(&bench->rng, 5)]
                                                 : vmac_rng_below(&bench->rng, 1 << 20);
    token.ps[l] = token.sum[l][0] = ps;
    token.sum[l][1] = ps & 0x80000 ? ps | 0xfff00000u : ps;
  }
  return token;
}

int main(int argc, char **argv) {
  Bench bench = bench_start("accum", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_accum dut(&context);
  bool used[PLACES] = {};
  uint32_t place[PLACES][LANES][2] = {};
  Token token = {}, one = {}, two = {}; /* entering; one and two cycles in */
  dut.clk = 0;
  dut.rst = 1;
  dut.eval();
  for (; bench.cycles < 200000; bench.cycles++) {
    token = draw(&bench, used, one.addr, two.addr);
    dut.rst = bench.cycles < 2;
    if (dut.rst) token.valid = false;
    dut.tok_valid_i = token.valid;
    dut.tok_start_i = token.start;
    dut.tok_first_i = token.first;
    dut.tok_last_i = token.last;
    dut.tok_addr_i = (uint8_t)token.addr;
    dut.ps_i = (uint64_t)token.ps[1] << 20 | token.ps[0];
    dut.clk = 0;
    dut.eval();
    if (bench.cycles > 4) {
      check(&bench, "take", one.valid && one.start && one.last ? 3 : 0, dut.take_o);
      check(&bench, "valid", two.valid && two.last ? 3 : 0, dut.valid_o);
      if (two.valid && two.last) {
        for (int l = 0; l < LANES; l++) {
          check(&bench, "unsigned accumulator", two.sum[l][0], (uint32_t)(dut.acc0_o >> 32 * l));
          check(&bench, "signed accumulator", two.sum[l][1], (uint32_t)(dut.acc1_o >> 32 * l));
        }
      }
    }
    if (token.valid) {
      for (int i = 0; i < 2 * LANES; i++) {
        if (!token.first) token.sum[i / 2][i % 2] += place[token.addr][i / 2][i % 2];
        place[token.addr][i / 2][i % 2] = token.sum[i / 2][i % 2];
      }
      used[token.addr] = !token.last;
    }
    two = one;
    one = token;
    dut.clk = 1;
    dut.eval();
  }
  return bench_pass(&bench);
}
