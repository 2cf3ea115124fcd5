/* pe: vmac_pe against a register-by-register model.
 *
 * TEST RATIONALE
 * 1. State space. Activation, shadow weight, active weight with enable, and partial sum, driven by
 * random inputs each cycle; shift and swap come alone, together and in runs, and reset in between.
 * The product is the cell bench's business: here the operands are random, not exhaustive.
 * 2. Parameters. Every cell of the registry, so both extensions of the product; PSUM_W = 32, the
 * widest (the narrower ones are run by the mac_unit bench), and 16, the top row, which adds to
 * nothing; A_LOW, W_LOW and P_LOW as the registry has them, where these bits come in at random and
 * are neither read nor kept, and as in a mixed array, where only those are missing that the edge
 * rounds away. The top row and the mixed array do not depend on f: some cells have them, and every
 * combination of class and of low bits of A, W and the product that the registry has is required
 * among these, however its lines are ordered.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_pe.h"

#include "bench.h"

struct Pe {
  uint8_t a;
  bool swap;
  uint16_t shadow, w; /* {enable, weight} */
};

/* A value without its low bits. */
static uint32_t without(int bits, uint32_t value) {
  return value >> bits << bits;
}

/* What the active weight adds; 0 where it is not enabled. Where the edge rounds, it has done so
 * before the activation comes here. */
static uint32_t product(const vmac_mult *mult, const int32_t *table, Pe pe) {
  return pe.w >> 8 ? (uint32_t)table[without(mult->edge, pe.a) << 8 | (pe.w & 255)] : 0;
}

/* Class and low bits of a cell as a number below 16. */
static unsigned kind(const vmac_mult *mult) {
  return (mult->cls == VMAC_S8) * 8u | (mult->a_low > 0) * 4u | (mult->w_low > 0) * 2u |
         (mult->p_low > 0);
}

/* Whether the cells with all three PEs are of every kind that the registry has. */
static void require_full(Bench *bench, const uint8_t *full) {
  bool seen[16] = {};
  for (size_t c = 0; c < vmac_mult_count(); c++) seen[kind(vmac_mult_at(c))] |= full[c];
  for (size_t c = 0; c < vmac_mult_count(); c++)
    if (!seen[kind(vmac_mult_at(c))])
      bench_fail(bench, "no cell like %s has a PE of the top row (vmac_tb_pe, full_o)",
                 vmac_mult_at(c)->name);
}

int main(int argc, char **argv) {
  Bench bench = bench_start("pe", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_pe dut(&context);
  const size_t cells = vmac_mult_count();
  int32_t *table = (int32_t *)vmac_alloc(cells * 65536, sizeof *table);
  for (size_t c = 0; c < cells; c++) vmac_mult_table(vmac_mult_at(c), table + c * 65536);
  uint8_t *a = (uint8_t *)vmac_alloc(cells, 1), *swap = (uint8_t *)vmac_alloc(cells, 1);
  uint8_t *en = (uint8_t *)vmac_alloc(cells, 1);
  uint16_t *w = (uint16_t *)vmac_alloc(cells, sizeof *w);
  uint8_t *mixed_a = (uint8_t *)vmac_alloc(cells, 1), *full = (uint8_t *)vmac_alloc(cells, 1);
  uint16_t *mixed_w = (uint16_t *)vmac_alloc(cells, sizeof *mixed_w);
  enum { ANYWHERE, TOP, MIXED, SUMS };
  static const char *const place[SUMS] = {"anywhere", "in the top row", "among other cells"};
  uint32_t *found[SUMS], *want[SUMS];
  for (int i = 0; i < SUMS; i++) {
    found[i] = (uint32_t *)vmac_alloc(cells, sizeof(uint32_t));
    want[i] = (uint32_t *)vmac_alloc(cells, sizeof(uint32_t));
  }
  Pe pe = {};
  dut.clk = 0;
  dut.eval();
  memcpy(full, &dut.full_o, cells);
  require_full(&bench, full);
  for (; bench.cycles < 100000; bench.cycles++) {
    /* The first two cycles load a weight, so that every register is defined. */
    const bool loading = bench.cycles < 2;
    dut.rst = bench.cycles == 0 || bench_chance(&bench, 10);
    dut.a_i = (uint8_t)vmac_rng_next(&bench.rng);
    dut.swap_i = loading || bench_chance(&bench, 200);
    dut.shift_i = loading || bench_chance(&bench, 300);
    dut.w_i = (uint16_t)vmac_rng_below(&bench.rng, 512);
    dut.ps_i = (uint32_t)vmac_rng_next(&bench.rng);
    for (size_t c = 0; c < cells; c++) {
      const vmac_mult *mult = vmac_mult_at(c);
      const uint32_t p = product(mult, table + c * 65536, pe);
      want[ANYWHERE][c] = without(mult->p_low, dut.ps_i) + p;
      want[TOP][c] = p & 0xffff;
      want[MIXED][c] = dut.ps_i + p;
    }
    if (dut.swap_i) pe.w = pe.shadow;
    if (dut.shift_i) pe.shadow = dut.w_i;
    pe.a = dut.a_i;
    pe.swap = dut.swap_i && !dut.rst;
    dut.clk = 0;
    dut.eval();
    dut.clk = 1;
    dut.eval();
    memcpy(a, &dut.a_o, cells);
    memcpy(swap, &dut.swap_o, cells);
    memcpy(en, &dut.en_o, cells);
    memcpy(w, &dut.w_o, cells * sizeof *w);
    memcpy(mixed_a, &dut.mixed_a_o, cells);
    memcpy(mixed_w, &dut.mixed_w_o, cells * sizeof *mixed_w);
    memcpy(found[ANYWHERE], &dut.ps_o, cells * sizeof(uint32_t));
    memcpy(found[TOP], &dut.top_o, cells * sizeof(uint32_t));
    memcpy(found[MIXED], &dut.mixed_o, cells * sizeof(uint32_t));
    for (size_t c = 0; !loading && bench.cycles > 2 && c < cells; c++) {
      const vmac_mult *mult = vmac_mult_at(c);
      for (int i = 0; i < (full[c] ? SUMS : TOP); i++)
        if (found[i][c] != want[i][c])
          bench_fail(&bench, "cell %s %s: partial sum expected %d, found %d", mult->name, place[i],
                     (int)want[i][c], (int)found[i][c]);
      const uint32_t kept = without(mult->a_low, pe.a), all = without(mult->edge, pe.a);
      const uint32_t shadow = without(mult->w_low, pe.shadow);
      if (a[c] != kept || swap[c] != pe.swap || w[c] != shadow || en[c] != pe.w >> 8)
        bench_fail(&bench,
                   "cell %s: expected a 0x%02x swap %d shadow 0x%03x en %d, "
                   "found 0x%02x %d 0x%03x %d",
                   mult->name, kept, pe.swap, shadow, pe.w >> 8, a[c], swap[c], w[c], en[c]);
      if (full[c] && (mixed_a[c] != all || mixed_w[c] != pe.shadow))
        bench_fail(&bench, "cell %s %s: expected a 0x%02x shadow 0x%03x, found 0x%02x 0x%03x",
                   mult->name, place[MIXED], all, pe.shadow, mixed_a[c], mixed_w[c]);
    }
  }
  for (int i = 0; i < SUMS; i++) {
    free(found[i]);
    free(want[i]);
  }
  free(mixed_w);
  free(full);
  free(mixed_a);
  free(w);
  free(en);
  free(swap);
  free(a);
  free(table);
  return bench_pass(&bench);
}
