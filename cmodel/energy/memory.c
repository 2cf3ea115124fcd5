/* What memories cost, by a model: no library here has any, so these figures stand apart from the
 * measured ones. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "energy/ppa.h"

/* M. Horowitz, "Computing's Energy Problem", ISSCC 2014: 64 bits from 8 KiB, at 45 nm and 0.9 V,
 * take 10 pJ, from 32 KiB 20 pJ, from 1 MiB 100 pJ: the root of the size, which says 113 there. */
static const double ANCHOR_PJ = 10, ANCHOR_BITS = 64, ANCHOR_BYTES = 8192, ANCHOR_NM = 45,
                    ANCHOR_VOLTS = 0.9;

enum { K_BITS = 15, ACC_BITS = 32, TILE_ACC_BITS = 38 }; /* as rtl/vmac_mac_unit.v */

double vmac_memory_access_pj(const vmac_memory_model *m, double width, double words) {
  const double bytes = width * words / 8;
  return ANCHOR_PJ * width / ANCHOR_BITS * sqrt(bytes / ANCHOR_BYTES) * m->node_nm / ANCHOR_NM *
         (m->volts / ANCHOR_VOLTS) * (m->volts / ANCHOR_VOLTS);
}

static int bits_of(int value) {
  int bits = 0;
  for (; value; value >>= 1) bits++;
  return bits;
}

/* A macro for each column and each sum of the side column: one as wide as the word would be as
 * costly to reach as its whole size, and is nobody's floorplan. */
static double sums_pj(const vmac_memory_model *m, const vmac_hw *hw) {
  const double words = hw->acc_depth;
  if (hw->opt_ktile) /* with the correction in them, and nothing of the side column kept */
    return hw->cols * vmac_memory_access_pj(m, TILE_ACC_BITS, words);
  const vmac_mult *mult = vmac_mult_at((size_t)hw->cell);
  double pj = hw->cols * vmac_memory_access_pj(m, ACC_BITS, words);
  if (mult->cls == VMAC_U8) pj += vmac_memory_access_pj(m, K_BITS + 8, words);
  /* A cell without X has no sum of it, but where there are tables, of which any has a bit. */
  if (hw->opt_correction < 3 && mult->xkind == VMAC_X_NONE) return pj;
  uint8_t terms[VMAC_CORR_PLANES * 256];
  const int planes = vmac_hw_terms(hw, terms);
  int most = 1; /* the widest of all planes */
  for (int i = 0; i < planes * 256; i++)
    if (terms[i] > most) most = terms[i];
  return pj + planes * vmac_memory_access_pj(m, K_BITS + bits_of(most), words);
}

double vmac_memory_pj(const vmac_memory_model *m, const vmac_hw *hw, const vmac_accesses *n) {
  return (double)(n->bytes_read + n->bytes_written) * vmac_memory_access_pj(m, 8, hw->buf_depth) +
         (double)(n->sums_read + n->sums_written) * sums_pj(m, hw);
}

/* No access depends on what is read: the image may be anything. */
vmac_accesses *vmac_program_accesses(const vmac_program *p, vmac_err *err) {
  vmac_accesses *accesses = vmac_alloc((size_t)p->jobs + 1, sizeof *accesses); /* END is none */
  const vmac_observer observer = {.accesses = accesses};
  vmac_run run;
  const bool good = vmac_interpret(&p->hw, p->beats, p->beat_count, &observer, &run, err);
  free(run.bytes);
  if (good) return accesses;
  free(accesses);
  return NULL;
}
