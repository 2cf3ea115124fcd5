/* skew: vmac_skew in both directions, and vmac_delay.
 *
 * TEST RATIONALE
 * 1. State space. Pure delay lines: every lane's output is its input a fixed number of cycles ago.
 *    Random words, history kept; skew followed by deskew must be one common delay.
 * 2. Parameters. DESCEND 0 and 1; every lane's delay from 0 on. The delay's four forms: 0 (a wire),
 * 1 (one register), more (a register per stage where words are wide, one for all where narrow).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_skew.h"

#include "bench.h"

enum { LANES = 8, LONG = 13, HISTORY = 16 };

static void check(const Bench *bench, const char *what, int lane, unsigned want, unsigned got) {
  if (want != got)
    bench_fail(bench, "%s, lane %d: expected 0x%02x, found 0x%02x", what, lane, want, got);
}

int main(int argc, char **argv) {
  Bench bench = bench_start("skew", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_skew dut(&context);
  uint64_t word[HISTORY] = {};
  dut.clk = 0;
  dut.eval();
  for (; bench.cycles < 20000; bench.cycles++) {
    word[bench.cycles % HISTORY] = dut.data_i = vmac_rng_next(&bench.rng);
    dut.clk = 0;
    dut.eval();
    /* Before the edge, a wire shows this cycle's word, n registers the word n cycles ago. */
    if (bench.cycles >= HISTORY) {
      for (int lane = 0; lane < LANES; lane++) {
        const int shift = 8 * lane;
#define AGO(n) ((unsigned)(word[(bench.cycles - (n)) % HISTORY] >> shift) & 255)
        check(&bench, "skew", lane, AGO((unsigned)lane), (dut.up_o >> shift) & 255);
        check(&bench, "deskew", lane, AGO((unsigned)(LANES - 1 - lane)),
              (dut.down_o >> shift) & 255);
        check(&bench, "skew and deskew", lane, AGO(LANES - 1u), (dut.both_o >> shift) & 255);
#undef AGO
      }
      check(&bench, "delay 0", 0, dut.data_i & 255, dut.wire_o);
      check(&bench, "delay 1", 0, word[(bench.cycles - 1) % HISTORY] & 255, dut.one_o);
      check(&bench, "delay 13", 0, word[(bench.cycles - LONG) % HISTORY] & 255, dut.long_o);
      check(&bench, "delay 13 of 2 bits", 0, word[(bench.cycles - LONG) % HISTORY] & 3, dut.line_o);
    }
    dut.clk = 1;
    dut.eval();
  }
  return bench_pass(&bench);
}
