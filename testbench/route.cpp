/* route: vmac_route, results to lanes.
 *
 * TEST RATIONALE
 * 1. State space. One register, which must hold while valid_i = 0; exhaustive over what a program
 * may ask for: every replication that an array allows (2^code lanes, at most half the rows) and
 * none, every lane base, every range of lanes that the columns cover, empty ones too. A cycle is
 * one of these. The bytes are random.
 * 2. Parameters. Square, long and flat arrays; numbers of lanes and columns that are no powers of
 * two; the largest.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_route.h"

#include "bench.h"

struct Shape {
  uint32_t rows, cols;
};
/* The same list stands in vmac_tb_route.v. */
static const Shape shapes[] = {{16, 16}, {12, 20}, {20, 12}, {4, 64}, {64, 4}, {64, 64}};

static void step(Vtb_route *dut, bool valid) {
  dut->valid_i = valid;
  dut->clk = 0;
  dut->eval();
  dut->clk = 1;
  dut->eval();
}

static void check(Bench *bench, Vtb_route *dut, const Shape *shape, uint32_t code, uint32_t base,
                  uint32_t lo, uint32_t cnt) {
  const uint32_t lanes = shape->rows > shape->cols ? shape->rows : shape->cols;
  uint8_t cols[64], data[64];
  for (uint8_t &c : cols) c = (uint8_t)vmac_rng_next(&bench->rng);
  memcpy(&dut->cols_i, cols, 64);
  dut->code_i = (uint8_t)code;
  dut->lo_i = (uint8_t)lo;
  dut->cnt_i = (uint8_t)cnt;
  dut->rbase_i = (uint8_t)base;
  step(dut, true);
  for (uint32_t i = 0; i < 16; i++) dut->cols_i[i] = (uint32_t)vmac_rng_next(&bench->rng);
  dut->code_i ^= 15, dut->lo_i++, dut->cnt_i++;
  step(dut, false);
  memcpy(data, &dut->data_o, 64);
  for (uint32_t bank = 0; bank < lanes; bank++) {
    const uint32_t lane = code == 15 ? bank : bank % (1u << code);
    const bool written = lane >= lo && lane < lo + cnt;
    if (written == (dut->we_o >> bank & 1) && (!written || data[bank] == cols[lane - base]))
      continue;
    bench_fail(bench,
               "%ux%u, code %u, lo %u, cnt %u, rbase %u: bank %u: expected %d 0x%02x, found "
               "%d 0x%02x",
               shape->rows, shape->cols, code, lo, cnt, base, bank, written,
               written ? cols[lane - base] : 0, (int)(dut->we_o >> bank & 1), data[bank]);
  }
  bench->cycles++;
}

int main(int argc, char **argv) {
  Bench bench = bench_start("route", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_route dut(&context);
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    const Shape *shape = &shapes[i];
    const uint32_t rows = shape->rows, cols = shape->cols;
    const uint32_t most = rows > cols ? rows : cols, part = rows < cols ? rows : cols;
    dut.sel_i = (uint8_t)i;
    for (uint32_t code = 0; code < 16; code++) {
      if (code != 15 && (code > 6 || 2u << code > rows)) continue;
      const uint32_t lanes = code == 15 ? most : 1u << code;
      for (uint32_t base = 0; base < lanes; base += part) /* columns base.. */
        for (uint32_t lo = base; lo < lanes && lo < base + cols; lo++)
          for (uint32_t cnt = 0; lo + cnt <= lanes && lo + cnt <= base + cols; cnt++)
            check(&bench, &dut, shape, code, base, lo, cnt);
    }
  }
  return bench_pass(&bench);
}
