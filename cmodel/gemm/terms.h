/* terms.h: terms of u8 x s8 products, their layout and the loop over the map, one per level.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_TERMS_H
#define VMAC_TERMS_H

#include "gemm/packed.h"

enum { VMAC_PANEL = 4 }; /* blocks of channels that share one walk over the activations */

struct vmac_terms {
  int terms, blocks;
  int h, w, c;    /* of a plane, padding included; c a multiple of 4 */
  int quads;      /* of the whole product: terms * kh * kw * c / 4 */
  size_t *offset; /* (quads) in elements */
  void *weight;   /* see set_weights() */
  uint8_t of_code[VMAC_TERMS_MAX][256];
};

/* Output lines y_from <= y < y_to of out (oh, ow, n), from planes (terms, h, w, c) of bytes
 * (AVX-512) or 16 bits. */
typedef void vmac_terms_fn(const vmac_packed *p, const void *planes, const int32_t *extra,
                           int32_t *out, int y_from, int y_to);
extern vmac_terms_fn *const vmac_terms_lines[VMAC_ISAS];

#endif
