/* shuffle.h: rests by byte shuffles, their layout and the loop over k.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_SHUFFLE_H
#define VMAC_SHUFFLE_H

#include "gemm/packed.h"

enum {
  VMAC_SPAN = 256, /* output pixels at a time: four vectors */
  VMAC_KBLOCK = 64 /* positions at a time: their packs stay in the first cache */
};

struct vmac_shuffle {
  int planes;          /* bytes of a rest */
  int columns;         /* 16, 64, 128 or 256 */
  size_t row;          /* bytes of a weight's row: columns, at least 64 */
  uint8_t column[256]; /* by code */
  uint8_t *table;      /* (256 weights, planes, row) */
  uint8_t *w;          /* (n, k) operand bits, k in the order (channel, tap) */
  int h, phase_w;      /* of the padded planes, see fill_planes() */
};

/* sums (SPAN) += what packs (k, SPAN) look up in the rows of w (k), k <= VMAC_KBLOCK. */
void vmac_look_up_avx512(const vmac_shuffle *s, int pixels, int k, const uint8_t *packs,
                         const uint8_t *w, int32_t *sums);

#endif
