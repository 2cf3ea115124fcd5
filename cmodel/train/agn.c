/* Additive Gaussian noise on a layer's outputs, of a size that may be learned: how much error each
 * layer bears (Trommer et al., ICCAD 2022, arXiv:2208.07265).
 *
 * Outputs before the bias become y + sigma sd(y) n, n normal numbers, sd(y) over the shard, taken
 * as a constant by the backward pass. With a reward lambda the loss loses
 *   lambda * sum over layers of c_l / (sum of c) * min(|sigma_l|, most),
 * c_l the layer's multiplications, and sigma_l follows its gradient as weights do, without decay;
 * its sign means nothing.
 *
 * Dropout (Srivastava et al., JMLR 15, 2014) beside it, of a size that stays: outputs y become
 * y b / q, b 1 with chance q, else 0. That is off by y^2 (1 - q) / q in the mean square, over the shard
 * E[y^2] (1 - q) / q, which is (sigma sd(y))^2 for q = E[y^2] / (E[y^2] + (sigma sd(y))^2).
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/clones.h"
#include "train/product.h"

/* Sums by lanes of their own, in double: no sum changes its order with the width of a register. */
enum { LANES = 8 };

static double total(const double sum[LANES]) {
  double all = 0;
  for (int k = 0; k < LANES; k++) all += sum[k];
  return all;
}

/* Of y (n): the mean, and the mean square. */
VMAC_CLONES static void moments(size_t n, const float *y, double *mean, double *mean_square) {
  double sum[LANES] = {0}, square[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
#pragma omp simd
    for (int k = 0; k < LANES; k++) {
      sum[k] += (double)y[i + (size_t)k];
      square[k] += (double)y[i + (size_t)k] * (double)y[i + (size_t)k];
    }
  for (; i < n; i++) {
    sum[0] += (double)y[i];
    square[0] += (double)y[i] * (double)y[i];
  }
  *mean = total(sum) / (double)n;
  *mean_square = total(square) / (double)n;
}

float train_deviation(size_t n, const float *y) {
  double mean, square;
  moments(n, y, &mean, &square);
  const double variance = square - mean * mean;
  return variance > 0 ? (float)sqrt(variance) : 0;
}

float train_kept_share(size_t n, const float *y, float sigma) {
  double mean, square;
  moments(n, y, &mean, &square);
  const double error = (double)sigma * (double)sigma * fmax(square - mean * mean, 0);
  return error > 0 ? (float)(square / (square + error)) : 1;
}

VMAC_CLONES double train_noise_dot(train_key key, size_t n, const float *dy, float *z) {
  double sum[LANES] = {0};
  train_normals(key, n, z);
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
#pragma omp simd
    for (int k = 0; k < LANES; k++) sum[k] += (double)dy[i + (size_t)k] * (double)z[i + (size_t)k];
  for (; i < n; i++) sum[0] += (double)dy[i] * (double)z[i];
  return total(sum);
}

/* Of an image, padding included. */
static double multiplications(const train_layer *l) {
  return (double)train_weights(l) * (double)l->h * (double)l->w;
}

void train_agn_begin(train_model *m, const train_products *products) {
  for (int i = 0; i < m->layers; i++) {
    const train_arith *a = train_products_forward(products, i);
    if (a->error != TRAIN_AGN || !(a->lambda > 0)) continue;
    if (m->sigma[i] == 0) m->sigma[i] = a->sd; /* not by an earlier phase */
    m->has_sigma = true;
  }
}

void train_agn_update(train_model *m, const train_products *products, train_shard *const *shard,
                      int shards, double rate, double momentum) {
  double all = 0;
  for (int i = 0; i < m->layers; i++) all += multiplications(&m->layer[i]);
  for (int i = 0; i < m->layers; i++) {
    const train_arith *a = train_products_forward(products, i);
    if (a->error != TRAIN_AGN || !(a->lambda > 0)) continue;
    const double sigma = (double)m->sigma[i];
    double g = 0;
    for (int s = 0; s < shards; s++) g += shard[s]->work->dsigma[i];
    if (fabs(sigma) < (double)a->most)
      g -= (double)a->lambda * multiplications(&m->layer[i]) / all * (sigma < 0 ? -1 : 1);
    m->sigma_momentum[i] = (float)(momentum * (double)m->sigma_momentum[i] + g);
    m->sigma[i] = (float)(sigma - rate * (g + momentum * (double)m->sigma_momentum[i]));
  }
}
