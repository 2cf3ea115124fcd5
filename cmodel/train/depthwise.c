/* 3x3 depthwise convolution: forward, gradient of the data, gradient of the weights.
 *
 * Channels lie side by side and do not mix, so blocks of LANES of them are vectors and no sum
 * changes its order with the width of a register. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clones.h"
#include "train/train.h"

enum { LANES = 16, K = 3, TAPS = K * K };

/* Where the window of one output begins in its map, and the taps [lo, hi) of it that lie inside. */
typedef struct {
  int at, lo, hi;
} span;

static inline span span_of(int out, int stride, int before, int size) {
  span s = {out * stride - before, 0, K};
  if (s.at < 0) s.lo = -s.at;
  if (s.at + K > size) s.hi = size - s.at;
  return s;
}

static inline int padding_before(const train_layer *l, int out, int in) {
  const int over = (out - 1) * l->row->stride + K - in;
  return over > 0 ? over / 2 : 0;
}

/* One output pixel's place: offset of its own first channel and of its window's (0, 0), which may
 * lie outside the map. */
typedef struct {
  span y, x;
  size_t out;
  ptrdiff_t in;
} place;

static inline place place_of(const train_layer *l, int n, int oy, int ox) {
  const int s = l->row->stride;
  place p;
  p.y = span_of(oy, s, padding_before(l, l->h, l->ih), l->ih);
  p.x = span_of(ox, s, padding_before(l, l->w, l->iw), l->iw);
  p.out = (((size_t)n * (size_t)l->h + (size_t)oy) * (size_t)l->w + (size_t)ox) * (size_t)l->c;
  p.in = (((ptrdiff_t)n * l->ih + p.y.at) * l->iw + p.x.at) * l->c;
  return p;
}

static inline ptrdiff_t tap_offset(const train_layer *l, const place *p, int ky, int kx) {
  return p->in + ((ptrdiff_t)ky * l->iw + kx) * l->c;
}

static inline __attribute__((always_inline)) void forward(const train_layer *l, const place *p,
                                                          size_t width, const float *x,
                                                          const float *w, float *y) {
  float sum[LANES] = {0};
  for (int ky = p->y.lo; ky < p->y.hi; ky++)
    for (int kx = p->x.lo; kx < p->x.hi; kx++) {
      const float *from = x + tap_offset(l, p, ky, kx), *tap = w + (ky * K + kx) * l->c;
#pragma omp simd
      for (size_t k = 0; k < width; k++) sum[k] += from[k] * tap[k];
    }
  memcpy(y + p->out, sum, width * sizeof *sum);
}

VMAC_CLONES void train_depthwise_forward(int batch, const train_layer *l, const float *x,
                                         const float *w, float *y) {
  const size_t c = (size_t)l->c;
  for (int n = 0; n < batch; n++)
    for (int oy = 0; oy < l->h; oy++)
      for (int ox = 0; ox < l->w; ox++) {
        const place p = place_of(l, n, oy, ox);
        size_t k = 0;
        for (; k + LANES <= c; k += LANES) forward(l, &p, LANES, x + k, w + k, y + k);
        if (k < c) forward(l, &p, c - k, x + k, w + k, y + k);
      }
}

static inline __attribute__((always_inline)) void scatter(const train_layer *l, const place *p,
                                                          size_t width, const float *dy,
                                                          const float *w, float *dx) {
  float g[LANES];
  memcpy(g, dy + p->out, width * sizeof *g);
  for (int ky = p->y.lo; ky < p->y.hi; ky++)
    for (int kx = p->x.lo; kx < p->x.hi; kx++) {
      float *to = dx + tap_offset(l, p, ky, kx);
      const float *tap = w + (ky * K + kx) * l->c;
#pragma omp simd
      for (size_t k = 0; k < width; k++) to[k] += g[k] * tap[k];
    }
}

VMAC_CLONES void train_depthwise_backward_data(int batch, const train_layer *l, const float *dy,
                                               const float *w, float *dx) {
  const size_t c = (size_t)l->c;
  for (int n = 0; n < batch; n++)
    for (int oy = 0; oy < l->h; oy++)
      for (int ox = 0; ox < l->w; ox++) {
        const place p = place_of(l, n, oy, ox);
        size_t k = 0;
        for (; k + LANES <= c; k += LANES) scatter(l, &p, LANES, dy + k, w + k, dx + k);
        if (k < c) scatter(l, &p, c - k, dy + k, w + k, dx + k);
      }
}

/* Row ky of the taps over one row of outputs: sum (3, LANES) in registers, so that the chains of
 * three taps hide each other's latency. */
static inline __attribute__((always_inline)) void correlate(size_t c, int stride, size_t width,
                                                            int count, const float *x,
                                                            const float *dy, float sum[K][LANES]) {
  float s0[LANES], s1[LANES], s2[LANES];
  const size_t step = (size_t)stride * c;
  memcpy(s0, sum[0], sizeof s0);
  memcpy(s1, sum[1], sizeof s1);
  memcpy(s2, sum[2], sizeof s2);
  for (int i = 0; i < count; i++, x += step, dy += c) {
#pragma omp simd
    for (size_t k = 0; k < width; k++) {
      s0[k] += x[k] * dy[k];
      s1[k] += x[c + k] * dy[k];
      s2[k] += x[2 * c + k] * dy[k];
    }
  }
  memcpy(sum[0], s0, sizeof s0);
  memcpy(sum[1], s1, sizeof s1);
  memcpy(sum[2], s2, sizeof s2);
}

/* Outputs [first, last) of a row have all three columns of their window inside the map. */
static void inner_columns(const train_layer *l, int *first, int *last) {
  const int s = l->row->stride, before = padding_before(l, l->w, l->iw);
  *first = 0;
  *last = l->w;
  while (*first < l->w && span_of(*first, s, before, l->iw).lo > 0) ++*first;
  while (*last > *first && span_of(*last - 1, s, before, l->iw).hi < K) --*last;
}

static inline __attribute__((always_inline)) void edge(const train_layer *l, const place *p, int ky,
                                                       size_t width, const float *x,
                                                       const float *dy, float sum[K][LANES]) {
  for (int kx = p->x.lo; kx < p->x.hi; kx++) {
    const float *from = x + tap_offset(l, p, ky, kx), *g = dy + p->out;
#pragma omp simd
    for (size_t k = 0; k < width; k++) sum[kx][k] += from[k] * g[k];
  }
}

/* One row of outputs of image n; channels x[.. + width), dy[.. + width). */
static inline __attribute__((always_inline)) void correlate_row(const train_layer *l, int n, int oy,
                                                                int first, int last, size_t width,
                                                                const float *x, const float *dy,
                                                                float sum[TAPS][LANES]) {
  const place row = place_of(l, n, oy, first < last ? first : 0);
  for (int ky = row.y.lo; ky < row.y.hi; ky++) {
    float(*to)[LANES] = sum + ky * K;
    for (int ox = 0; ox < l->w; ox++) {
      if (ox == first && first < last) ox = last;
      if (ox == l->w) break;
      const place p = place_of(l, n, oy, ox);
      edge(l, &p, ky, width, x, dy, to);
    }
    if (first < last)
      correlate((size_t)l->c, l->row->stride, width, last - first, x + tap_offset(l, &row, ky, 0),
                dy + row.out, to);
  }
}

/* Sums are carried in float over one image and in double beyond, as batch norm's are. */
VMAC_CLONES void train_depthwise_backward_weights(int batch, const train_layer *l, const float *x,
                                                  const float *dy, float *dw) {
  const size_t c = (size_t)l->c;
  int inner, outer;
  inner_columns(l, &inner, &outer);
  for (size_t first = 0; first < c; first += LANES) {
    const size_t width = c - first < LANES ? c - first : LANES;
    double total[TAPS][LANES] = {{0}};
    for (int n = 0; n < batch; n++) {
      float sum[TAPS][LANES] = {{0}};
      for (int oy = 0; oy < l->h; oy++)
        if (width == LANES)
          correlate_row(l, n, oy, inner, outer, LANES, x + first, dy + first, sum);
        else
          correlate_row(l, n, oy, inner, outer, width, x + first, dy + first, sum);
      for (int t = 0; t < TAPS; t++)
        for (size_t k = 0; k < width; k++) total[t][k] += (double)sum[t][k];
    }
    for (size_t t = 0; t < TAPS; t++)
      for (size_t k = 0; k < width; k++) dw[t * c + first + k] = (float)total[t][k];
  }
}
