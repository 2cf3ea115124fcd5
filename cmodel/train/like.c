/* What a cell's error does apart from being its own: noise or dropout in its place, with the mean
 * and the variance that the error has in the same products, of every channel over the shard's
 * images and places. Controls of a training with the cell (`make paper-s0`): int8 operands, rounded
 * as for bit_true, multiplied exactly.
 *
 * With y an exact output, e the cell's (corrected) less y, and n normal numbers:
 *   noise_like    y + mean(e) + sd(e) n
 *   dropout_like  y b / q + mean(e), b 1 with chance q = E[y^2] / (E[y^2] + var(e)): off by var(e)
 * Both are taken as constants by the backward pass. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "base/clones.h"
#include "train/product.h"

/* Sums over what a channel gave: of e, e^2 and y^2, in units of accumulators. */
typedef struct {
  double error, square, signal;
} sums;

static void add_sums(size_t m, size_t n, const int32_t *exact, const int32_t *acc,
                     const int32_t *bias, sums *sum) {
  for (size_t i = 0; i < m; i++, exact += n, acc += n)
    for (size_t j = 0; j < n; j++) {
      const double e = (double)acc[j] - (double)exact[j], y = (double)exact[j] - (double)bias[j];
      sum[j].error += e;
      sum[j].square += e * e;
      sum[j].signal += y * y;
    }
}

/* y (rows, n) += shift[j] + sd[j] * z. */
VMAC_CLONES static void add_noise(size_t rows, size_t n, const float *shift, const float *sd,
                                  const float *z, float *y) {
  for (size_t i = 0; i < rows; i++, y += n, z += n)
#pragma omp simd
    for (size_t j = 0; j < n; j++) y[j] += shift[j] + sd[j] * z[j];
}

/* out[i] = y[i] / keep[j] + shift[j] where u[i] is below keep[j], else shift[j]. */
VMAC_CLONES static void keep_some(size_t rows, size_t n, const float *keep, const float *shift,
                                  const float *u, const float *y, float *out) {
  for (size_t i = 0; i < rows; i++, y += n, u += n, out += n)
#pragma omp simd
    for (size_t j = 0; j < n; j++) out[j] = (u[j] < keep[j] ? y[j] / keep[j] : 0) + shift[j];
}

void train_like_forward(const train_twin_layer *t, bool dropout, train_key key, train_work *work,
                        const train_linear *map, const float *x, float *y) {
  const size_t batch = (size_t)map->batch, m = (size_t)t->op->m, n = (size_t)t->op->n;
  const size_t in = map->nx / batch, rows = batch * m;
  int8_t *codes = vmac_scratch_get(map->codes, map->nx);
  int32_t *exact = vmac_scratch_get(&work->a, 2 * m * n * sizeof *exact), *acc = exact + m * n;
  sums *sum = vmac_alloc(n, sizeof *sum);
  work->state.isa = vmac_isa_now();
  for (size_t i = 0; i < batch; i++) {
    train_encode(in, t->in_scale, t->in_zero, x + i * in, codes + i * in);
    vmac_layer_acc(t->net, t->op, NULL, codes + i * in, exact, &work->state);
    vmac_layer_acc(t->net, t->op, t->mac, codes + i * in, acc, &work->state);
    train_bits_outputs(t, 1, exact, y + i * m * n);
    add_sums(m, n, exact, acc, t->bias, sum);
  }
  float *shift = vmac_alloc(n, sizeof *shift), *sd = vmac_alloc(n, sizeof *sd);
  for (size_t j = 0; j < n; j++) {
    const double count = (double)rows, mean = sum[j].error / count;
    const double variance = fmax(sum[j].square / count - mean * mean, 0);
    const double signal = sum[j].signal / count;
    shift[j] = t->factor[j] * (float)mean;
    sd[j] = fabsf(t->factor[j]) * (float)sqrt(variance);
    map->keep[j] = variance > 0 ? (float)(signal / (signal + variance)) : 1;
  }
  float *random = vmac_scratch_get(&work->b, map->ny * sizeof *random);
  if (dropout) {
    train_uniforms(key, map->ny, random);
    keep_some(rows, n, map->keep, shift, random, y, y);
  } else {
    train_normals(key, map->ny, random);
    add_noise(rows, n, shift, sd, random, y);
  }
  free(shift);
  free(sd);
  free(sum);
}

const float *train_like_gradient(train_key key, train_work *work, const train_linear *map,
                                 const float *dy) {
  const size_t n = (size_t)map->layer->c;
  float *kept = vmac_scratch_get(&work->kept, map->ny * sizeof *kept);
  float *zero = vmac_alloc(n, sizeof *zero);
  train_uniforms(key, map->ny, kept);
  keep_some(map->ny / n, n, map->keep, zero, kept, dy, kept);
  free(zero);
  return kept;
}
