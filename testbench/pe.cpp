/* pe: vmac_pe against a register-by-register model.
 *
 * TEST RATIONALE
 * 1. State space. Activation, shadow weight, active weight with enable, and partial sum, driven by
 * random inputs each cycle; shift and swap come alone, together and in runs, and reset in between.
 * The product is the cell bench's business: here the operands are random, not exhaustive.
 * 2. Parameters. Every cell of the registry, so both classes' extension of the product; PSUM_W =
 * 32, the widest (the array's narrower ones are run by the mac_unit bench).
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

/* What the cell's PE keeps of an activation: the array has rounded the low bits away before. */
static uint8_t kept(size_t cell, uint8_t a) {
  return (uint8_t)(a & -(1 << vmac_mult_at(cell)->edge));
}

/* What the active weight adds; 0 where it is not enabled. */
static uint32_t product(size_t cell, const int32_t *table, Pe pe) {
  return pe.w >> 8 ? (uint32_t)table[(size_t)kept(cell, pe.a) << 8 | (pe.w & 255)] : 0;
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
  uint32_t *ps = (uint32_t *)vmac_alloc(cells, sizeof *ps);
  uint32_t *want = (uint32_t *)vmac_alloc(cells, sizeof *want);
  Pe pe = {};
  dut.clk = 0;
  dut.eval();
  for (; bench.cycles < 100000; bench.cycles++) {
    /* The first two cycles load a weight, so that every register is defined. */
    const bool loading = bench.cycles < 2;
    dut.rst = bench.cycles == 0 || bench_chance(&bench, 10);
    dut.a_i = (uint8_t)vmac_rng_next(&bench.rng);
    dut.swap_i = loading || bench_chance(&bench, 200);
    dut.shift_i = loading || bench_chance(&bench, 300);
    dut.w_i = (uint16_t)vmac_rng_below(&bench.rng, 512);
    dut.ps_i = (uint32_t)vmac_rng_next(&bench.rng);
    for (size_t c = 0; c < cells; c++) want[c] = dut.ps_i + product(c, table + c * 65536, pe);
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
    memcpy(ps, &dut.ps_o, cells * sizeof *ps);
    for (size_t c = 0; !loading && bench.cycles > 2 && c < cells; c++) {
      const char *name = vmac_mult_at(c)->name;
      if (ps[c] != want[c])
        bench_fail(&bench, "cell %s: partial sum expected %d, found %d", name, (int)want[c],
                   (int)ps[c]);
      if (a[c] != kept(c, pe.a) || swap[c] != pe.swap || w[c] != pe.shadow || en[c] != pe.w >> 8)
        bench_fail(&bench,
                   "cell %s: expected a 0x%02x swap %d shadow 0x%03x en %d, "
                   "found 0x%02x %d 0x%03x %d",
                   name, kept(c, pe.a), pe.swap, pe.shadow, pe.w >> 8, a[c], swap[c], w[c], en[c]);
    }
  }
  free(want);
  free(ps);
  free(w);
  free(en);
  free(swap);
  free(a);
  free(table);
  return bench_pass(&bench);
}
