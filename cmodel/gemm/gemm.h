/* gemm.h: sums of a cell's products over windows of a map: the reference and its fast twins.
 *
 * A layer is a matrix product whose left operand, (m, k), is never made: output pixel i's k operands
 * lie in the input map, in the order (ky, kx, channel). SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_GEMM_H
#define VMAC_GEMM_H

#include "gemm/scheme.h"

/* sum[i * n + j] = sum over k of table[a[i * k + kk] << 8 | w[j * k + kk]].
 * a (m, k) and w (n, k) are operand BITS; the reference all fast twins are compared with. */
void vmac_gemm_ref(int m, int k, int n, const uint8_t *a, const uint8_t *w, const int32_t *table,
                   int32_t *sum);

/* The map (h, w, c) and the window that runs over it. A matrix (m, k) is the map (1, m, k) under a
 * window of 1 x 1. */
typedef struct {
  int h, w, c;
  int kh, kw, stride_h, stride_w;
  int top, left; /* padding before; what lies behind the map is padding too */
  int oh, ow;    /* output map */
} vmac_window;

static inline int vmac_window_k(const vmac_window *v) {
  return v->kh * v->kw * v->c;
}

/* Whether the padded map, and the sums of an input map's elements, stay within 2^26 elements: beyond
 * that (a window far larger than its map) the kernels' memory is out of proportion to the work. */
bool vmac_window_fits(const vmac_window *v, int n);

/* A function of the activation, by code, prepared for summing: value = least + unit * steps, the
 * steps by their bytes. */
typedef struct {
  int32_t value[256];
  int32_t least;
  uint32_t unit; /* the greatest that divides every value - least */
  int bytes;     /* of the steps that are not all 0 */
  uint8_t byte[4][256];
} vmac_code_sum;
void vmac_code_sum_set(vmac_code_sum *sum, const int32_t *value);
/* The same of bytes, by operand bits = code ^ flip: a few instructions, layer by layer. */
void vmac_code_sum_bytes(vmac_code_sum *sum, const uint8_t *terms, uint8_t flip);

/* out[pixel] (oh, ow) = the sum of value[(uint8_t)code] over the window's codes, modulo 2^32;
 * padding has the code `zero`. */
void vmac_window_sums(vmac_isa isa, const vmac_window *v, const int8_t *input, int8_t zero,
                      const vmac_code_sum *sum, int32_t *out, vmac_scratch *scratch);

/* A layer's weights, prepared for one scheme, one level and one window. */
typedef struct vmac_packed vmac_packed;

typedef struct {
  vmac_window window;
  int n;               /* output channels */
  int8_t zero;         /* the input's zero point: the code of padding */
  uint8_t flip;        /* operand bits = code ^ flip */
  const uint8_t *w;    /* (n, k) operand bits */
  const int32_t *bias; /* (n), added to every output */
  /* Several cells: how many tables lie one behind the other, and (n, k) which of them each weight
   * multiplies by. 0 and NULL: one. */
  int cells;
  const uint8_t *cell;
} vmac_layer;

/* table is read only for VMAC_REST_ROWS, which several cells want. Everything given is copied. NULL
 * where several cells' product rows would fill the memory. */
vmac_packed *vmac_pack(const vmac_layer *layer, const vmac_scheme *scheme, const int32_t *table,
                       vmac_isa isa);
void vmac_packed_free(vmac_packed *packed);

/* The level it was prepared for: it runs at that, whatever the level is then. */
vmac_isa vmac_packed_isa(const vmac_packed *packed);

/* What the scheme adds per activation, by code, for the caller to sum into `extra`; or NULL. */
const int32_t *vmac_packed_per_pixel(const vmac_packed *packed);

/* out[i * n + j] = bias[j] + extra[i] + the cell's sum, modulo 2^32, i over the pixels of one image
 * and the next; input the maps of codes. extra (images, oh, ow) holds what vmac_packed_per_pixel()
 * and the caller sum per pixel, or is NULL. */
void vmac_packed_run(const vmac_packed *packed, int images, const int8_t *input,
                     const int32_t *extra, int32_t *out, vmac_scratch *scratch);

/* A scheme for exact products of signed operands: one term. */
void vmac_scheme_exact(vmac_scheme *scheme);
/* Product rows, for any table and for several. */
void vmac_scheme_rows(vmac_scheme *scheme);

#endif
