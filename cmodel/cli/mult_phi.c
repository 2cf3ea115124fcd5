/* varimac mult phi: the functions of an activation that modes phi .. phi4 sum.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/mult.h"

/* A Verilog literal whose bits 8 (256 p + a) .. + 7 are entry a of plane p. */
static void print_hex(const uint8_t *phi, int rank) {
  printf("%d'h", 2048 * rank);
  for (int i = 256 * rank - 1; i >= 0; i--) printf("%02x", phi[i]);
  printf("\n");
}

void mult_phi(const mult_options *opt) {
  const vmac_mult *mult = mult_only_name(opt);
  const int rank = opt->rank ? (int)opt->rank : 1;
  uint8_t phi[VMAC_PHI_MAX * 256];
  vmac_phi(mult, rank, phi);
  if (opt->hex) {
    print_hex(phi, rank);
    return;
  }
  printf("A");
  for (int p = 0; p < rank; p++) printf(",phi%d", p + 1);
  for (int a = 0; a < 256; a++) {
    printf("\n%d", vmac_operand(mult->cls, (uint8_t)a));
    for (int p = 0; p < rank; p++) printf(",%d", phi[256 * p + a]);
  }
  printf("\n");
}
