/* side: vmac_side, the sums of A and X down the rows.
 *
 * TEST RATIONALE
 * 1. State space. One register per row and sum: the foot at any time depends on the last ROWS
 * cycles' inputs. Random activations (zero and full scale often) and random enable bits every
 * cycle; the expected sums come from the inputs' history.
 * 2. Parameters. Every cell of the registry: X = low 1..5 bits, OR of 4..8 bits, none; sum of A
 * only for u8; OPT_CORRECTION 0, 1, 2 (bit planes: 1..8 of them, none where the cell has no X), and
 * beside the first eight cells, of both classes, 3: 1..4 planes, of 8..1 bits, the last the widest,
 * all different, those of 8 bits with every byte once; 7 rows, no power of two. The bench says how
 * wide sums are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_side.h"

#include "bench.h"

enum { ROWS = 7, PHI = 4, PHI_CELLS = 8 };

/* PHI of vmac_tb_side.v for a cell below PHI_CELLS. */
static uint8_t table(size_t cell, int plane, uint8_t a) {
  const uint8_t byte = (uint8_t)((a * (29 + 2 * plane) + 37) ^ plane << 6);
  const int cut = byte >> cell >> (plane < (int)(cell % PHI));
  return (uint8_t)((cut & ~1) | !(a >> plane & 1));
}

int main(int argc, char **argv) {
  Bench bench = bench_start("side", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_side dut(&context);
  const size_t cells = vmac_mult_count();
  enum { SUMS = 11 };
  uint64_t *phi_sums = (uint64_t *)vmac_alloc(cells, sizeof *phi_sums);
  uint32_t *found[SUMS];
  for (int i = 0; i < SUMS; i++) found[i] = (uint32_t *)vmac_alloc(cells, sizeof(uint32_t));
  uint8_t a[ROWS][ROWS] = {}; /* a[cycle % ROWS][row] */
  uint8_t en[ROWS] = {};      /* en[cycle % ROWS], bit per row */
  dut.clk = 0;
  dut.eval();
  for (; bench.cycles < 50000; bench.cycles++) {
    const size_t now = bench.cycles % ROWS;
    for (int r = 0; r < ROWS; r++)
      a[now][r] = bench_chance(&bench, 200)   ? 0
                  : bench_chance(&bench, 200) ? 255
                                              : (uint8_t)vmac_rng_next(&bench.rng);
    en[now] = bench_chance(&bench, 300) ? (1 << ROWS) - 1
                                        : (uint8_t)vmac_rng_below(&bench.rng, 1 << ROWS);
    memcpy(&dut.a_i, a[now], ROWS);
    dut.en_i = en[now];
    dut.clk = 0;
    dut.eval();
    dut.clk = 1;
    dut.eval();
    if (bench.cycles < ROWS) continue;
    memcpy(found[0], &dut.sum_a_o, cells * 4);
    memcpy(found[1], &dut.sum_x_o, cells * 4);
    memcpy(found[2], &dut.plain_a_o, cells * 4);
    memcpy(found[3], &dut.plain_x_o, cells * 4);
    memcpy(found[4], &dut.planes_a_o, cells * 4);
    memcpy(found[5], &dut.planes_x_o, cells * 4);
    memcpy(found[6], &dut.phi_a_o, cells * 4);
    memcpy(phi_sums, &dut.phi_x_o, cells * 8);
    for (size_t c = 0; c < cells; c++) {
      for (int p = 0; p < PHI; p++) found[7 + p][c] = (uint32_t)(phi_sums[c] >> 16 * p & 0xffff);
      const vmac_mult *mult = vmac_mult_at(c);
      uint32_t sum_a = 0, sum_x = 0, planes = 0; /* four bits per plane */
      uint32_t phi[PHI] = {};
      for (int r = 0; r < ROWS; r++) {
        const size_t then = (bench.cycles + (size_t)r + 1) % ROWS; /* ROWS-1-r cycles ago */
        if (!(en[then] >> r & 1)) continue;
        sum_a += a[then][r];
        sum_x += (uint32_t)vmac_variate(mult->xkind, mult->xbits, a[then][r]);
        for (int i = 0; i < mult->xbits && mult->xkind != VMAC_X_NONE; i++)
          planes += (uint32_t)(a[then][r] >> i & 1) << (4 * i);
        for (int p = 0; c < PHI_CELLS && p <= (int)(c % PHI); p++)
          phi[p] += table(c, p, a[then][r]);
      }
      if (mult->cls == VMAC_S8) sum_a = 0;
      const uint32_t beside = c < PHI_CELLS ? sum_a : 0;
      const uint32_t want[SUMS] = {sum_a,  sum_x,  sum_a,  0,      sum_a, planes,
                                   beside, phi[0], phi[1], phi[2], phi[3]};
      static const char *const what[SUMS] = {"sum of A",
                                             "sum of X",
                                             "sum of A without correction",
                                             "sum of X without correction",
                                             "sum of A beside bit planes",
                                             "sums of the bit planes",
                                             "sum of A beside phi",
                                             "sum of plane 0 of phi",
                                             "sum of plane 1 of phi",
                                             "sum of plane 2 of phi",
                                             "sum of plane 3 of phi"};
      for (int i = 0; i < SUMS; i++)
        if (found[i][c] != want[i])
          bench_fail(&bench, "cell %s: %s: expected 0x%x, found 0x%x", mult->name, what[i], want[i],
                     found[i][c]);
    }
  }
  for (int i = 0; i < SUMS; i++) free(found[i]);
  free(phi_sums);
  return bench_pass(&bench);
}
