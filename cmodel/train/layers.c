/* Batch norm, bias, addition and the loss; all single-threaded.
 *
 * Batch norm walks blocks of LANES channels so that its sums stay in vector registers; sums are
 * carried in float over BLOCK rows and in double beyond, so that the size of a shard does not cost
 * precision.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/clones.h"
#include "train/train.h"

enum { LANES = 16, BLOCK = 256 };

/* sum[0][k] += a[.., k], sum[1][k] += a[.., k] * b[.., k] over `rows` rows of stride c. */
static inline __attribute__((always_inline)) void two_sums(size_t rows, size_t c, size_t width,
                                                           const float *a, const float *b,
                                                           double sum[2][LANES]) {
  for (size_t first = 0; first < rows; first += BLOCK) {
    const size_t last = first + BLOCK < rows ? first + BLOCK : rows;
    float s0[LANES] = {0}, s1[LANES] = {0};
    for (size_t r = first; r < last; r++) {
#pragma omp simd
      for (size_t k = 0; k < width; k++) {
        s0[k] += a[r * c + k];
        s1[k] += a[r * c + k] * b[r * c + k];
      }
    }
    for (size_t k = 0; k < width; k++) {
      sum[0][k] += (double)s0[k];
      sum[1][k] += (double)s1[k];
    }
  }
}

/* The constant width lets the compiler keep the sums in registers. */
static inline __attribute__((always_inline)) void block_sums(size_t rows, size_t c, size_t width,
                                                             const float *a, const float *b,
                                                             double sum[2][LANES]) {
  memset(sum, 0, 2 * sizeof *sum);
  if (width == LANES)
    two_sums(rows, c, LANES, a, b, sum);
  else
    two_sums(rows, c, width, a, b, sum);
}

static size_t block_width(size_t c, size_t first) {
  return c - first < LANES ? c - first : LANES;
}

VMAC_CLONES void train_bn_statistics(size_t rows, int c, const float *x, float *mean, float *var) {
  const size_t channels = (size_t)c;
  double sum[2][LANES];
  for (size_t first = 0; first < channels; first += LANES) {
    const size_t width = block_width(channels, first);
    block_sums(rows, channels, width, x + first, x + first, sum);
    for (size_t k = 0; k < width; k++) {
      const double m = sum[0][k] / (double)rows, v = sum[1][k] / (double)rows - m * m;
      mean[first + k] = (float)m;
      var[first + k] = (float)(v > 0 ? v : 0);
    }
  }
}

static float inverse_sd(float var) {
  return 1.0f / sqrtf(var + TRAIN_BN_EPSILON);
}

/* y = x * scale + shift, and max(0, .) where relu. */
static inline __attribute__((always_inline)) void affine(size_t rows, size_t c, size_t width,
                                                         const float *x, const float *scale,
                                                         const float *shift, float floor,
                                                         float *y) {
  for (size_t r = 0; r < rows; r++) {
#pragma omp simd
    for (size_t k = 0; k < width; k++) {
      const float v = x[r * c + k] * scale[k] + shift[k];
      y[r * c + k] = v > floor ? v : floor;
    }
  }
}

VMAC_CLONES void train_bn_forward(size_t rows, int c, const float *x, const float *gamma,
                                  const float *beta, const float *mean, const float *var, bool relu,
                                  float *y) {
  const size_t channels = (size_t)c;
  const float floor = relu ? 0 : -INFINITY;
  for (size_t first = 0; first < channels; first += LANES) {
    const size_t width = block_width(channels, first);
    float scale[LANES], shift[LANES];
    for (size_t k = 0; k < width; k++) {
      scale[k] = gamma[first + k] * inverse_sd(var[first + k]);
      shift[k] = beta[first + k] - mean[first + k] * scale[k];
    }
    if (width == LANES)
      affine(rows, channels, LANES, x + first, scale, shift, floor, y + first);
    else
      affine(rows, channels, width, x + first, scale, shift, floor, y + first);
  }
}

VMAC_CLONES void train_add_forward(size_t size, const float *a, const float *b, bool relu,
                                   float *y) {
  const float floor = relu ? 0 : -INFINITY;
#pragma omp simd
  for (size_t i = 0; i < size; i++) {
    const float v = a[i] + b[i];
    y[i] = v > floor ? v : floor;
  }
}

VMAC_CLONES void train_add_backward(size_t size, const float *y, const float *dy, bool relu,
                                    bool accumulate, float *dx) {
  const float floor = relu ? 0 : -INFINITY;
  if (accumulate) {
#pragma omp simd
    for (size_t i = 0; i < size; i++) {
      const float g = dy[i];
      dx[i] += y[i] > floor ? g : 0;
    }
  } else {
#pragma omp simd
    for (size_t i = 0; i < size; i++) {
      const float g = dy[i];
      dx[i] = y[i] > floor ? g : 0;
    }
  }
}

VMAC_CLONES void train_bias_forward(size_t rows, int c, const float *x, const float *bias,
                                    bool relu, float *y) {
  const float floor = relu ? 0 : -INFINITY;
  const size_t channels = (size_t)c;
  for (size_t r = 0; r < rows; r++)
#pragma omp simd
    for (size_t k = 0; k < channels; k++) {
      const float v = x[r * channels + k] + bias[k];
      y[r * channels + k] = v > floor ? v : floor;
    }
}

VMAC_CLONES void train_bias_backward(size_t rows, int c, const float *y, const float *dy, bool relu,
                                     float *dx, float *dbias) {
  const size_t channels = (size_t)c;
  double sum[2][LANES];
  train_add_backward(rows * channels, y, dy, relu, false, dx);
  for (size_t first = 0; first < channels; first += LANES) {
    const size_t width = block_width(channels, first);
    block_sums(rows, channels, width, dx + first, dx + first, sum);
    for (size_t k = 0; k < width; k++) dbias[first + k] = (float)sum[0][k];
  }
}

/* dx = a * dy + b * x + d, the batch-norm gradient with its sums folded into three constants. */
static inline __attribute__((always_inline)) void combine(size_t rows, size_t c, size_t width,
                                                          const float *dy, const float *x,
                                                          const float *a, const float *b,
                                                          const float *d, float *dx) {
  for (size_t r = 0; r < rows; r++) {
#pragma omp simd
    for (size_t k = 0; k < width; k++)
      dx[r * c + k] = a[k] * dy[r * c + k] + b[k] * x[r * c + k] + d[k];
  }
}

/* With xh = (x - mean) * s:  dx = gamma * s * (dy - mean(dy) - xh * mean(dy * xh)). */
VMAC_CLONES void train_bn_backward(size_t rows, int c, const float *x, const float *y, float *dy,
                                   const float *gamma, const float *mean, const float *var,
                                   bool relu, float *dx, float *dgamma, float *dbeta) {
  const size_t channels = (size_t)c;
  if (relu) train_add_backward(rows * channels, y, dy, true, false, dy);
  double sum[2][LANES];
  for (size_t first = 0; first < channels; first += LANES) {
    const size_t width = block_width(channels, first);
    float a[LANES], b[LANES], d[LANES];
    block_sums(rows, channels, width, dy + first, x + first, sum);
    for (size_t k = 0; k < width; k++) {
      const double m = (double)mean[first + k], s = (double)inverse_sd(var[first + k]);
      const double dg = (sum[1][k] - m * sum[0][k]) * s, g = (double)gamma[first + k];
      dgamma[first + k] = (float)dg;
      dbeta[first + k] = (float)sum[0][k];
      a[k] = (float)(g * s);
      b[k] = (float)(-g * s * s * dg / (double)rows);
      d[k] = (float)(-g * s * sum[0][k] / (double)rows + g * s * s * dg * m / (double)rows);
    }
    if (width == LANES)
      combine(rows, channels, LANES, dy + first, x + first, a, b, d, dx + first);
    else
      combine(rows, channels, width, dy + first, x + first, a, b, d, dx + first);
  }
}

/* With statistics that do not follow the batch: dx = gamma * s * dy. */
VMAC_CLONES void train_bn_backward_frozen(size_t rows, int c, const float *x, const float *y,
                                          float *dy, const float *gamma, const float *mean,
                                          const float *var, bool relu, float *dx, float *dgamma,
                                          float *dbeta) {
  const size_t channels = (size_t)c;
  if (relu) train_add_backward(rows * channels, y, dy, true, false, dy);
  double sum[2][LANES];
  for (size_t first = 0; first < channels; first += LANES) {
    const size_t width = block_width(channels, first);
    block_sums(rows, channels, width, dy + first, x + first, sum);
    for (size_t k = 0; k < width; k++) {
      const double m = (double)mean[first + k], s = (double)inverse_sd(var[first + k]);
      dgamma[first + k] = (float)((sum[1][k] - m * sum[0][k]) * s);
      dbeta[first + k] = (float)sum[0][k];
      const float a = (float)((double)gamma[first + k] * s);
      for (size_t r = 0; r < rows; r++)
        dx[r * channels + first + k] = a * dy[r * channels + first + k];
    }
  }
}

double train_loss(int batch, int classes, const float *logits, const uint8_t *labels,
                  float smoothing, float scale, float *dy, int *correct) {
  const size_t nc = (size_t)classes;
  double total = 0;
  *correct = 0;
  for (size_t n = 0; n < (size_t)batch; n++) {
    const float *z = logits + n * nc;
    size_t best = 0;
    for (size_t k = 1; k < nc; k++)
      if (z[k] > z[best]) best = k;
    *correct += best == labels[n];
    double sum = exp((double)(z[0] - z[best]));
    for (size_t k = 1; k < nc; k++) sum += exp((double)(z[k] - z[best]));
    const double log_sum = log(sum) + (double)z[best];
    for (size_t k = 0; k < nc; k++) {
      const double target =
          (double)smoothing / classes + (k == labels[n] ? 1 - (double)smoothing : 0);
      const double log_p = (double)z[k] - log_sum;
      total -= target * log_p;
      dy[n * nc + k] = (float)((exp(log_p) - target) * (double)scale);
    }
  }
  return total;
}
