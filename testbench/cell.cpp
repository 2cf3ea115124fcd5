/* cell: one line of the registry, RTL against the C model: what `cells` does for all of them, built
 * in seconds. Compiled once per cell, with CELL_INDEX its place in the registry.
 *
 * TEST RATIONALE
 * 1. State space. A cell is combinational with 16 input bits: all 65,536 pairs, so the check is a
 * proof.
 * 2. Parameters. None: the cell's line has them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vcell.h"

#include "bench.h"

int main(int argc, char **argv) {
  Bench bench = bench_start("cell", argc, argv);
  VerilatedContext context;
  Vcell dut(&context);
  const vmac_mult *mult = vmac_mult_at(CELL_INDEX);
  if (!mult) bench_fail(&bench, "no cell %d in the C registry", CELL_INDEX);
  int32_t *table = (int32_t *)vmac_alloc(65536, sizeof *table);
  vmac_mult_table(mult, table);
  for (int pair = 0; pair < 65536; pair++, bench.cycles++) {
    dut.a_i = (uint8_t)(pair >> 8);
    dut.w_i = (uint8_t)pair;
    dut.eval();
    const int32_t got = mult->cls == VMAC_U8 ? dut.p_o : (int16_t)dut.p_o;
    if (got != table[pair])
      bench_fail(&bench, "%s: a 0x%02x, w 0x%02x: expected %d (C model), found %d", mult->name,
                 pair >> 8, pair & 255, table[pair], got);
  }
  printf("equal %s 65536 pairs\n", mult->name);
  free(table);
  return bench_pass(&bench);
}
