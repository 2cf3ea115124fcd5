/* edge: vmac_edge, the rounder of activations at the array's edge.
 *
 * TEST RATIONALE
 * 1. State space. Combinational; all 65,536 values of 16 bits, of which the narrower ones take the
 *    low bits: every activation of every width, so the check is a proof for those widths.
 * 2. Parameters. Widths 4 and 16 (the ends), 5 (odd) and 8 (the array's); every M, 0 (passes)
 *    among them; both classes. Expected is the nearest multiple of 2^M, half up, limited to the
 *    largest of the class, computed here from that sentence; vmac_edge must also never change a
 *    multiple.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_edge.h"

#include "bench.h"

enum { LANES = 72, MS = 9 };
static const int widths[] = {4, 5, 8, 16};

/* Rounded down by counting: no shift, no mask, nothing that the RTL does. */
static int32_t expected(bool is_signed, int width, int m, int32_t a) {
  const int32_t step = 1 << m;
  const int32_t top = (1 << (is_signed ? width - 1 : width)) - 1; /* the class's largest value */
  int32_t below = a;
  while (below % step != 0) below--;
  const int32_t nearest = a - below < step - (a - below) ? below : below + step;
  if (below == a) return a;
  return nearest <= top ? nearest : below;
}

int main(int argc, char **argv) {
  Bench bench = bench_start("edge", argc, argv);
  VerilatedContext context;
  Vtb_edge dut(&context);
  uint16_t found[LANES];
  static_assert(sizeof found == sizeof dut.a_o, "16 bits a lane");
  for (int bits = 0; bits < 65536; bits++, bench.cycles++) {
    dut.a_i = (uint16_t)bits;
    dut.eval();
    memcpy(found, &dut.a_o, sizeof found);
    for (int lane = 0; lane < LANES; lane++) {
      const bool is_signed = lane % 2 != 0;
      const int m = lane / 2 % MS;
      const int width = widths[lane / 2 / MS];
      if (m > width / 2) continue;
      const int32_t range = 1 << width;
      int32_t a = bits % range;
      if (is_signed && a >= range / 2) a -= range;
      const int32_t want = expected(is_signed, width, m, a);
      int32_t got = found[lane];
      if (is_signed && got >= range / 2) got -= range;
      if (got != want)
        bench_fail(&bench, "%s, width %d, M = %d, a = %d: expected %d, found %d",
                   is_signed ? "signed" : "unsigned", width, m, a, want, got);
    }
  }
  return bench_pass(&bench);
}
