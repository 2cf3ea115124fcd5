/* dyn: vmac_mult_dyn, the cell whose approximation is an operand.
 *
 * TEST RATIONALE
 * 1. State space. Combinational with 20 input bits: all 16 modes by all 65,536 pairs, so the check
 *    is a proof. The registry's cells tie the mode to a constant; here it is a signal.
 * 2. Parameters. SIGNED 0 and 1; the cell has one width. The modes 5..7 and 13..15 mean 4 and 12.
 *    Expected is vmac_dyn() of the C model, written from the same definition by another hand.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_dyn.h"

#include "bench.h"

/* cmodel/mult/dyn.c; what declares it is generated. */
extern "C" int64_t vmac_dyn(vmac_form form, const int *param, int64_t a, int64_t w);

int main(int argc, char **argv) {
  Bench bench = bench_start("dyn", argc, argv);
  VerilatedContext context;
  Vtb_dyn dut(&context);
  for (int mode = 0; mode < 16; mode++) {
    for (int pair = 0; pair < 65536; pair++, bench.cycles++) {
      dut.mode_i = (uint8_t)mode;
      dut.a_i = (uint8_t)(pair >> 8);
      dut.w_i = (uint8_t)pair;
      dut.eval();
      for (int is_signed = 0; is_signed < 2; is_signed++) {
        const vmac_class cls = is_signed ? VMAC_S8 : VMAC_U8;
        const int32_t a = vmac_operand(cls, dut.a_i);
        const int32_t w = vmac_operand(cls, dut.w_i);
        const vmac_form form = {is_signed != 0, 8};
        const int64_t want = vmac_dyn(form, &mode, a, w);
        const int64_t got = is_signed ? (int16_t)dut.signed_o : dut.unsigned_o;
        if (got != want)
          bench_fail(&bench, "%s, mode %d, a = %d, w = %d: expected %lld, found %lld",
                     is_signed ? "signed" : "unsigned", mode, a, w, (long long)want,
                     (long long)got);
      }
    }
  }
  return bench_pass(&bench);
}
