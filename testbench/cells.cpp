/* cells: every line of the registry, RTL against the C model.
 *
 * TEST RATIONALE
 * 1. State space. A cell is combinational with 16 input bits: all 65,536 pairs, so the check is a
 * proof.
 * 2. Parameters. CELL runs over the whole registry; class and family parameters come with it. The C
 *    table was written from the same definition by another hand.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_cells.h"

#include "bench.h"

/* What one cell did: pairs that differ, and the first of them. */
struct Verdict {
  int wrong, pair;
  int32_t want, got;
};

int main(int argc, char **argv) {
  Bench bench = bench_start("cells", argc, argv);
  VerilatedContext context;
  Vtb_cells dut(&context);
  const size_t cells = vmac_mult_count();
  dut.eval();
  if (dut.cells_o != cells)
    bench_fail(&bench, "%zu cells in the C registry, %u in the RTL", cells, dut.cells_o);
  int32_t *table = (int32_t *)vmac_alloc(cells * 65536, sizeof *table);
  uint16_t *product = (uint16_t *)vmac_alloc(sizeof dut.p_o, 1);
  Verdict *verdict = (Verdict *)vmac_alloc(cells, sizeof *verdict);
  for (size_t c = 0; c < cells; c++) vmac_mult_table(vmac_mult_at(c), table + c * 65536);
  for (int pair = 0; pair < 65536; pair++, bench.cycles++) {
    dut.a_i = (uint8_t)(pair >> 8);
    dut.w_i = (uint8_t)pair;
    dut.eval();
    memcpy(product, &dut.p_o, sizeof dut.p_o);
    for (size_t c = 0; c < cells; c++) {
      const vmac_mult *mult = vmac_mult_at(c);
      const int32_t want = table[c * 65536 + (size_t)pair];
      const int32_t got = mult->cls == VMAC_U8 ? product[c] : (int16_t)product[c];
      if (got != want && !verdict[c].wrong++) verdict[c] = {1, pair, want, got};
    }
  }
  size_t unequal = 0;
  for (size_t c = 0; c < cells; c++) {
    const Verdict *v = &verdict[c];
    if (v->wrong)
      printf("differs %s %d pairs; first a 0x%02x, w 0x%02x: expected %d, found %d\n",
             vmac_mult_at(c)->name, v->wrong, v->pair >> 8, v->pair & 255, v->want, v->got);
    else
      printf("equal %s 65536 pairs\n", vmac_mult_at(c)->name);
    unequal += v->wrong != 0;
  }
  free(verdict);
  free(product);
  free(table);
  if (unequal) bench_fail(&bench, "%zu of %zu cells differ from their C model", unequal, cells);
  return bench_pass(&bench);
}
