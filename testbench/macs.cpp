/* macs: vmac_macs against a count of bits.
 *
 * TEST RATIONALE
 * 1. State space. Enabled rows: random words of every density, all and none; they change while a
 *    tile runs, which must not count. Starts, valid cycles and resets are random; a reset is the
 *    first thing that happens, with a tap in the same cycle.
 * 2. Parameters. The smallest array and the largest, which needs every bit of the sum.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_macs.h"

#include "bench.h"

static unsigned bits(uint64_t word) {
  return (unsigned)__builtin_popcountll(word);
}

int main(int argc, char **argv) {
  Bench bench = bench_start("macs", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_macs dut(&context);
  uint64_t tile = 0;             /* the rows of the tile at work */
  unsigned small = 0, large = 0; /* what the cycle before must have led to */
  bool begun = false;
  for (; bench.cycles < 20000; bench.cycles++) {
    const uint64_t word = vmac_rng_next(&bench.rng);
    switch (vmac_rng_below(&bench.rng, 5)) {
    case 0:
      dut.en_i = ~UINT64_C(0);
      break;
    case 1:
      dut.en_i = 0;
      break;
    case 2:
      dut.en_i = word & vmac_rng_next(&bench.rng);
      break;
    case 3:
      dut.en_i = word | vmac_rng_next(&bench.rng);
      break;
    default:
      dut.en_i = word;
    }
    dut.start_i = bench_chance(&bench, 100);
    /* The rows are known from the first start on. Until then taps come with a reset only. */
    dut.rst = bench.cycles == 0 || bench_chance(&bench, 50);
    dut.valid_i = bench.cycles == 0 || ((begun || dut.rst) && bench_chance(&bench, 700));
    dut.clk = 0;
    dut.eval();
    if (bench.cycles > 0 && (dut.small_o != small || dut.large_o != large))
      bench_fail(&bench, "rows 0x%016llx: expected %u and %u, found %u and %u",
                 (unsigned long long)tile, small, large, dut.small_o, dut.large_o);
    small = dut.valid_i && !dut.rst ? 5 * bits(tile & 15) : 0;
    large = dut.valid_i && !dut.rst ? 64 * bits(tile) : 0;
    if (dut.start_i) tile = dut.en_i;
    begun = begun || dut.start_i;
    dut.clk = 1;
    dut.eval();
  }
  return bench_pass(&bench);
}
