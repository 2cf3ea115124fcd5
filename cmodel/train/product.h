/* product.h: how the layers with weights multiply: exactly, or with an error.
 *
 * A layer has three products: forward (activations by weights), the gradient of its data (gradients
 * by weights) and that of its weights (activations by gradients). Each has an error model of its
 * own; the backward products multiply what the forward product multiplied. SPDX-License-Identifier:
 * Apache-2.0 */
#ifndef VMAC_TRAIN_PRODUCT_H
#define VMAC_TRAIN_PRODUCT_H

#include "train/train.h"

/* ---- random numbers by index (noise.c) -------------------------------------------------------- */

typedef struct {
  uint32_t k[3];
} train_key;
train_key train_key_of(uint64_t seed, uint64_t step, uint32_t layer, uint32_t part);
/* out (n): numbers 0..n-1 of the key's stream, mean 0, variance 1. */
void train_normals(train_key key, size_t n, float *out);
/* y[i] += sd * sqrt(variance[i]) * number i. */
void train_add_noise(train_key key, size_t n, float sd, const float *variance, float *y);

/* ---- a layer with weights as a linear map (linear.c) ------------------------------------------ */

typedef struct train_linear {
  int batch;
  const train_layer *layer;
  size_t nx, ny, nw; /* elements: input, output, weights; nw 0: a layer without */
  train_conv *conv;
} train_linear;

train_linear train_linear_new(int batch, const train_layer *layer);
void train_linear_free(train_linear *map);
/* bias (may be NULL) and relu: fully connected layers only. */
void train_linear_forward(const train_linear *map, const float *x, const float *w,
                          const float *bias, bool relu, float *y);
void train_linear_data(const train_linear *map, const float *dy, const float *w, float *dx);
void train_linear_weights(const train_linear *map, const float *x, const float *dy, float *dw);

/* ---- error models (product.c) ----------------------------------------------------------------- */

typedef enum {
  TRAIN_EXACT,
  TRAIN_STATIC_WEIGHT,   /* weight i counts as (1 + sd e_i), e_i drawn once for the run */
  TRAIN_PER_STEP_WEIGHT, /* e_i drawn anew at every step */
  TRAIN_PER_MAC,         /* every multiplication has an e of its own: as the outputs show it */
  TRAIN_ERRORS
} train_error;

typedef enum { TRAIN_FORWARD, TRAIN_DATA, TRAIN_WEIGHTS, TRAIN_PRODUCTS } train_which;

/* In a product without weights among its operands, that of their gradient, a weight's e applies to
 * the weight's gradient. */
typedef struct {
  train_error error;
  float sd; /* of the relative error of a product; its mean magnitude is 0.798 sd */
} train_arith;

/* What the layers of a model do, for all shards alike. */
typedef struct train_products train_products;

train_products *train_products_new(const train_model *model, uint64_t seed); /* all exact */
void train_products_free(train_products *products);
void train_products_set(train_products *products, int layer, const train_arith arith[TRAIN_PRODUCTS]);
/* Before the shards begin step `step`, no two of which are equal in a run. */
void train_products_begin(train_products *products, uint64_t step);

/* What one shard works in. `part` tells its errors from those of others in the same step. */
typedef struct train_work {
  const train_products *products; /* NULL: all exact */
  uint32_t part;
  vmac_scratch a, b;
} train_work;
void train_work_free(train_work *work);

/* Layer `index` of the model: outputs, and gradients (dx NULL: not wanted). `w` are its parameters.
 * bias (may be NULL) and relu as for train_linear_forward(). */
void train_product_forward(train_work *work, int index, const train_linear *map, const float *x,
                           const float *w, const float *bias, bool relu, float *y);
void train_product_backward(train_work *work, int index, const train_linear *map, const float *x,
                            const float *w, const float *dy, float *dx, float *dw);

#endif
