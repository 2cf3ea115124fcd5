/* Windows as pixels of their own: the map whose pixel (oy, ox) is the window there, for windows of so
 * few elements that a pixel's channels alone are too little work.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm/packed.h"

vmac_window vmac_unfolded(const vmac_window *v) {
  return (vmac_window){.h = v->oh,
                       .w = v->ow,
                       .c = vmac_window_k(v),
                       .oh = v->oh,
                       .ow = v->ow,
                       .kh = 1,
                       .kw = 1,
                       .stride_h = 1,
                       .stride_w = 1};
}

static size_t padded_size(const vmac_window *v) {
  const int h = (v->oh - 1) * v->stride_h + v->kh, w = (v->ow - 1) * v->stride_w + v->kw;
  return (size_t)h * (size_t)w * (size_t)v->c;
}

size_t vmac_unfold_size(const vmac_window *v) {
  return (size_t)v->oh * (size_t)v->ow * (size_t)vmac_window_k(v) + padded_size(v) +
         2 * VMAC_UNFOLD;
}

/* The map with its padding, h x w pixels. */
static void pad(const vmac_window *v, const int8_t *input, int8_t zero, int h, int w, int8_t *to) {
  const size_t c = (size_t)v->c;
  const int left = v->left < w ? v->left : w, width = v->w < w - left ? v->w : w - left;
  memset(to, zero, (size_t)h * (size_t)w * c);
  for (int y = 0; y < h; y++) {
    const int from = y - v->top;
    if (from >= 0 && from < v->h)
      memcpy(to + ((size_t)y * (size_t)w + (size_t)left) * c,
             input + (size_t)from * (size_t)v->w * c, (size_t)width * c);
  }
}

const int8_t *vmac_unfold(const vmac_window *v, const int8_t *input, int8_t zero, int8_t *to) {
  const int h = (v->oh - 1) * v->stride_h + v->kh, w = (v->ow - 1) * v->stride_w + v->kw;
  const size_t line = (size_t)w * (size_t)v->c, run = (size_t)v->kw * (size_t)v->c;
  int8_t *padded = to, *next = to + padded_size(v) + VMAC_UNFOLD;
  const int8_t *const map = next;
  pad(v, input, zero, h, w, padded);
  for (int oy = 0; oy < v->oh; oy++)
    for (int ox = 0; ox < v->ow; ox++) {
      const int8_t *from =
          padded + (size_t)(oy * v->stride_h) * line + (size_t)(ox * v->stride_w * v->c);
      /* More than a line of the window each: the next one, or pixel, covers the rest. */
      for (int ky = 0; ky < v->kh; ky++, from += line, next += run) memcpy(next, from, VMAC_UNFOLD);
    }
  return map;
}
