/* accum: vmac_accum, the accumulator memory under a column.
 *
 * TEST RATIONALE
 * 1. State space. 16 accumulators, each empty or holding a sum, and two tokens in flight. Random
 * tokens with random gaps: first on empty and on used places, continue, last, first and last
 * together; an address often comes again after one cycle (the sum is forwarded) and after two (it
 * has just been written). Partial sums are random over all 20 bits, corners often, so the
 * accumulators wrap too.
 * 2. Parameters. Signed and unsigned partial sums; DEPTH only sets the address width.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_accum.h"

#include "bench.h"

enum { PLACES = 16 };

struct Token {
  bool valid, start, first, last;
  unsigned addr;
  uint32_t sum[2]; /* the accumulator with this token's partial sum in it */
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
  const uint32_t ps = bench_chance(bench, 300) ? corner[vmac_rng_below(&bench->rng, 5)]
                                               : vmac_rng_below(&bench->rng, 1 << 20);
  token.sum[0] = ps;
  token.sum[1] = ps & 0x80000 ? ps | 0xfff00000u : ps;
  return token;
}

int main(int argc, char **argv) {
  Bench bench = bench_start("accum", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_accum dut(&context);
  bool used[PLACES] = {};
  uint32_t place[PLACES][2] = {};
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
    dut.ps_i = token.sum[0];
    dut.clk = 0;
    dut.eval();
    if (bench.cycles > 4) {
      const uint32_t tok =
          (uint32_t)(one.valid << 7 | one.start << 6 | one.first << 5 | one.last << 4) | one.addr;
      check(&bench, "token", tok, dut.tok0_o);
      check(&bench, "token of the signed lane", tok, dut.tok1_o);
      check(&bench, "take", one.valid && one.start && one.last ? 3 : 0, dut.take_o);
      check(&bench, "valid", two.valid && two.last ? 3 : 0, dut.valid_o);
      if (two.valid && two.last) {
        check(&bench, "unsigned accumulator", two.sum[0], dut.acc0_o);
        check(&bench, "signed accumulator", two.sum[1], dut.acc1_o);
      }
    }
    if (token.valid) {
      for (int i = 0; i < 2; i++) {
        if (!token.first) token.sum[i] += place[token.addr][i];
        place[token.addr][i] = token.sum[i];
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
