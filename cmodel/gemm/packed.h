/* packed.h: what the kernels of gemm/ share. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_PACKED_H
#define VMAC_PACKED_H

#include <stdlib.h>
#include <string.h>

#include "gemm/gemm.h"

#if VMAC_X86
#include <immintrin.h>
#endif

enum { VMAC_LANES = 16 }; /* channels that are computed together: 16 x 32 bits */

/* One kernel's share of a layer, or NULL where the scheme has none. All add to `out`, (m, n). */
typedef struct vmac_terms vmac_terms;
typedef struct vmac_rows vmac_rows;
typedef struct vmac_shuffle vmac_shuffle;

struct vmac_packed {
  vmac_isa isa;
  vmac_window window;
  int n, blocks; /* blocks of VMAC_LANES channels */
  int8_t zero;
  int32_t *bias;        /* (blocks * VMAC_LANES), of_w's sums included */
  int32_t of_code[256]; /* by code; summed per pixel where `per_pixel` */
  bool per_pixel;
  vmac_terms *terms;
  vmac_rows *rows;
  vmac_shuffle *shuffle;
};

/* terms.c: out = start + sum of f[i] * g[i]; start[j] of the channel, extra[i] of the pixel. */
vmac_terms *vmac_terms_new(const vmac_layer *layer, const vmac_scheme *scheme, vmac_isa isa);
void vmac_terms_free(vmac_terms *terms);
void vmac_terms_run(const vmac_packed *packed, const int8_t *input, const int32_t *extra,
                    int32_t *out, vmac_scratch *scratch);

/* rows.c: out = start + sum of table products. */
vmac_rows *vmac_rows_new(const vmac_layer *layer, const int32_t *table, vmac_isa isa);
/* Entries of the tables of a layer's cells. */
static inline int vmac_layer_entries(const vmac_layer *layer) {
  return 65536 * (layer->cell ? layer->cells : 1);
}
void vmac_rows_free(vmac_rows *rows);
size_t vmac_rows_bytes(const vmac_layer *layer);
/* What to take off each activation's products, so that they less those of operand `zero` fit 16
 * bits, and 0 for that operand; false where nothing does. table (entries / 65536, 256, 256), of_a
 * (256) */
bool vmac_rows_center(const int32_t *table, int entries, uint8_t zero, int32_t *of_a);
void vmac_rows_run(const vmac_packed *packed, int images, const int8_t *input, const int32_t *extra,
                   int32_t *out, vmac_scratch *scratch);

/* shuffle.c: out += sum of entry[w][column[a]]. */
vmac_shuffle *vmac_shuffle_new(const vmac_layer *layer, const vmac_scheme *scheme, vmac_isa isa);
void vmac_shuffle_free(vmac_shuffle *shuffle);
void vmac_shuffle_run(const vmac_packed *packed, const int8_t *input, int32_t *out,
                      vmac_scratch *scratch);

/* How many threads share the layer: one where images run in parallel already, or it is small. */
int vmac_packed_threads(const vmac_packed *packed);

static inline int vmac_round_up(int x, int unit) {
  return (x + unit - 1) / unit * unit;
}

/* unfold.c: the map of windows, and the window that it is seen through then; for windows of up to
 * VMAC_UNFOLD elements. vmac_unfold() returns where in `to`, of vmac_unfold_size(), the map is. */
enum { VMAC_UNFOLD = 32 };
vmac_window vmac_unfolded(const vmac_window *window);
size_t vmac_unfold_size(const vmac_window *window);
const int8_t *vmac_unfold(const vmac_window *window, const int8_t *input, int8_t zero, int8_t *to);

/* recode.c: to[i] = of[(uint8_t)from[i]]. */
void vmac_recode(vmac_isa isa, size_t count, const uint8_t *of, const int8_t *from, uint8_t *to);

#endif
