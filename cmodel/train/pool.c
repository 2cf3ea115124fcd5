/* Average pool over the whole map and max pool. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clones.h"
#include "train/train.h"

enum { LANES = 16 };

void train_pool_forward(int batch, int pixels, int c, const float *x, float *y) {
  const size_t area = (size_t)pixels, channels = (size_t)c;
  for (size_t n = 0; n < (size_t)batch; n++)
    for (size_t k = 0; k < channels; k++) {
      float sum = 0;
      for (size_t p = 0; p < area; p++) sum += x[(n * area + p) * channels + k];
      y[n * channels + k] = sum / (float)pixels;
    }
}

void train_pool_backward(int batch, int pixels, int c, const float *dy, float *dx) {
  const size_t area = (size_t)pixels, channels = (size_t)c;
  for (size_t n = 0; n < (size_t)batch; n++)
    for (size_t p = 0; p < area; p++)
      for (size_t k = 0; k < channels; k++)
        dx[(n * area + p) * channels + k] = dy[n * channels + k] / (float)pixels;
}

/* Offsets of a window's first pixel and of its output. */
static inline size_t window_at(const train_layer *l, int n, int oy, int ox) {
  const size_t s = (size_t)l->row->stride, iw = (size_t)l->iw;
  return (((size_t)n * (size_t)l->ih + (size_t)oy * s) * iw + (size_t)ox * s) * (size_t)l->c;
}

static inline size_t output_at(const train_layer *l, int n, int oy, int ox) {
  return (((size_t)n * (size_t)l->h + (size_t)oy) * (size_t)l->w + (size_t)ox) * (size_t)l->c;
}

static inline size_t tap_at(const train_layer *l, int tap) {
  const int k = l->row->kernel;
  return (size_t)((tap / k) * l->iw + tap % k) * (size_t)l->c;
}

VMAC_CLONES void train_maxpool_forward(int batch, const train_layer *l, const float *x, float *y) {
  const size_t c = (size_t)l->c;
  const int taps = l->row->kernel * l->row->kernel;
  for (int n = 0; n < batch; n++)
    for (int oy = 0; oy < l->h; oy++)
      for (int ox = 0; ox < l->w; ox++) {
        const float *window = x + window_at(l, n, oy, ox);
        float *out = y + output_at(l, n, oy, ox);
        memcpy(out, window, c * sizeof *out);
        for (int t = 1; t < taps; t++) {
          const float *in = window + tap_at(l, t);
#pragma omp simd
          for (size_t k = 0; k < c; k++) out[k] = in[k] > out[k] ? in[k] : out[k];
        }
      }
}

/* What a tap takes of the gradient is gone for the taps behind it. */
static inline __attribute__((always_inline)) void give(const train_layer *l, size_t width,
                                                       const float *x, const float *y,
                                                       const float *dy, float *dx) {
  const int taps = l->row->kernel * l->row->kernel;
  float left[LANES];
  memcpy(left, dy, width * sizeof *left);
  for (int t = 0; t < taps; t++) {
    const size_t at = tap_at(l, t);
#pragma omp simd
    for (size_t k = 0; k < width; k++) {
      const float g = left[k];
      const int hit = x[at + k] == y[k];
      dx[at + k] += hit ? g : 0;
      left[k] = hit ? 0 : g;
    }
  }
}

VMAC_CLONES void train_maxpool_backward(int batch, const train_layer *l, const float *x,
                                        const float *y, const float *dy, float *dx) {
  const size_t c = (size_t)l->c;
  for (int n = 0; n < batch; n++)
    for (int oy = 0; oy < l->h; oy++)
      for (int ox = 0; ox < l->w; ox++) {
        const size_t in = window_at(l, n, oy, ox), out = output_at(l, n, oy, ox);
        size_t k = 0;
        for (; k + LANES <= c; k += LANES)
          give(l, LANES, x + in + k, y + out + k, dy + out + k, dx + in + k);
        if (k < c) give(l, c - k, x + in + k, y + out + k, dy + out + k, dx + in + k);
      }
}
