/* product.h: how the layers with weights multiply: exactly, or with an error.
 *
 * A layer has three products: forward (activations by weights), the gradient of its data (gradients
 * by weights) and that of its weights (activations by gradients). Each has an error model of its
 * own; the backward products multiply what the forward product multiplied.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_TRAIN_PRODUCT_H
#define VMAC_TRAIN_PRODUCT_H

#include "train/slope.h"
#include "train/twin.h"

/* ---- random numbers by index (noise.c) ------------------------------------------------------ */

typedef struct {
  uint32_t k[3];
} train_key;
train_key train_key_of(uint64_t seed, uint64_t step, uint32_t layer, uint32_t part);
/* out (n): numbers 0..n-1 of the key's stream, mean 0, variance 1. */
void train_normals(train_key key, size_t n, float *out);
/* y[i] += sd * sqrt(variance[i]) * number i. */
void train_add_noise(train_key key, size_t n, float sd, const float *variance, float *y);
/* out[i] = y[i] / keep where number i of another stream, even in 0..1, is below keep, else 0. */
void train_drop(train_key key, size_t n, float keep, const float *y, float *out);
/* out (n): numbers of that other stream. */
void train_uniforms(train_key key, size_t n, float *out);
/* Leaves numbers 0..n-1 in z (n); returns their sum of products with dy (n). agn.c */
double train_noise_dot(train_key key, size_t n, const float *dy, float *z);
/* Standard deviation of y (n). agn.c */
float train_deviation(size_t n, const float *y);
/* The share of y (n) that dropout keeps where its mean square error shall be (sigma times their
 * deviation)^2. agn.c */
float train_kept_share(size_t n, const float *y, float sigma);

/* ---- a layer with weights as a linear map (linear.c) ---------------------------------------- */

typedef struct train_linear {
  int batch;
  const train_layer *layer;
  size_t nx, ny, nw; /* elements: input, output, weights; nw 0: a layer without */
  train_conv *conv;
  vmac_scratch *codes; /* the input's, as the last bit-true forward product had them */
  float *keep;         /* (channels) dropout_like: the share that the last forward pass kept */
} train_linear;

train_linear train_linear_new(int batch, const train_layer *layer);
void train_linear_free(train_linear *map);
/* bias (may be NULL) and relu: fully connected layers only. */
void train_linear_forward(const train_linear *map, const float *x, const float *w,
                          const float *bias, bool relu, float *y);
void train_linear_data(const train_linear *map, const float *dy, const float *w, float *dx);
void train_linear_weights(const train_linear *map, const float *x, const float *dy, float *dw);

/* ---- error models (product.c) --------------------------------------------------------------- */

typedef enum {
  TRAIN_EXACT,
  TRAIN_STATIC_WEIGHT,   /* weight i counts as (1 + sd e_i), e_i drawn once for the run */
  TRAIN_PER_STEP_WEIGHT, /* e_i drawn anew at every step */
  TRAIN_PER_MAC,         /* every multiplication has an e of its own: as the outputs show it */
  TRAIN_AGN,             /* the forward product alone: its outputs have noise, agn.c */
  TRAIN_DROPOUT,         /* likewise: some of its outputs are 0, the others scaled up, agn.c */
  TRAIN_NOISE_LIKE,      /* likewise: noise with the moments of a cell's error, like.c */
  TRAIN_DROPOUT_LIKE,    /* likewise: dropout */
  TRAIN_BIT_TRUE         /* the forward product alone: int8 operands, multiplied by a cell */
} train_error;

typedef enum { TRAIN_FORWARD, TRAIN_DATA, TRAIN_WEIGHTS, TRAIN_PRODUCTS } train_which;

/* In a product without weights among its operands, that of their gradient, a weight's e applies to
 * the weight's gradient. */
typedef struct {
  train_error error;
  float sd;        /* of the relative error of a product; its mean magnitude is 0.798 sd. agn: of
                      the noise, as a share of the outputs'; dropout: likewise */
  float lambda;    /* agn: the reward for noise, by which its size is learned; 0: it stays */
  float most;      /* agn: beyond which there is none */
  train_cell cell; /* bit_true; noise_like, dropout_like: the cell whose error it is */
} train_arith;

/* What the layers of a model do, for all shards alike. */
typedef struct train_products train_products;

train_products *train_products_new(const train_model *model, uint64_t seed); /* all exact */
void train_products_free(train_products *products);
void train_products_set(train_products *products, int layer,
                        const train_arith arith[TRAIN_PRODUCTS]);
/* Whether a layer's forward product has int8 operands: then the model needs ranges. */
bool train_products_quantize(const train_products *products);
/* bit_true: corrections are fitted on the first `images` of data, which lives longer. */
void train_products_calibration(train_products *products, const vmac_dataset *data, size_t images);
/* Before the shards begin step `step`, no two of which are equal in a run. calibrate: corrections
 * are fitted anew. Fails where the weights have become such that no int8 network has them. */
bool train_products_begin(train_products *products, uint64_t step, bool calibrate, vmac_err *err);

const train_arith *train_products_forward(const train_products *products, int layer);

/* The derivatives of a layer's cell as the backward pass has them, to A and to W; NULL: not by the
 * cell's table. */
const train_terms *train_products_terms(const train_products *products, int layer);

/* The int8 network as it is at this step, or NULL where no layer is bit true. */
const train_twin *train_products_twin(const train_products *products);

/* Loss and accuracy of that network on `data`, the loss by its logits, the answers by its output;
 * corrections are fitted on images of `calib`. Some layer is bit true, and the model has ranges. */
bool train_evaluate_int8(train_trainer *trainer, const vmac_dataset *calib,
                         const vmac_dataset *data, train_result *result, vmac_err *err);

/* What one shard works in. `part` tells its errors from those of others in the same step. */
typedef struct train_work {
  const train_products *products; /* NULL: all exact */
  uint32_t part;
  bool frozen; /* training with the running statistics of batch norm */
  vmac_scratch a, b, operand;
  vmac_scratch kept;
  float *deviation; /* (layers) agn: of the outputs in the last forward pass */
  float *keep;      /* (layers) dropout: share that the last forward pass kept */
  double *dsigma;   /* (layers) agn: gradient of the size of the noise */
  vmac_state state; /* its scratch memory alone */
} train_work;
void train_work_free(train_work *work);

/* Sizes of noise that are learned (agn.c): begin at what the phase says, unless an earlier one did;
 * a step of theirs, as the parameters'. */
void train_agn_begin(train_model *model, const train_products *products);
void train_agn_update(train_model *model, const train_products *products, train_shard *const *shard,
                      int shards, double rate, double momentum);

/* Layer `index` of the model: outputs, and gradients (dx NULL: not wanted). `w` are its parameters.
 * bias (may be NULL) and relu as for train_linear_forward(). */
void train_product_forward(train_work *work, int index, const train_linear *map, const float *x,
                           const float *w, const float *bias, bool relu, float *y);
void train_product_backward(train_work *work, int index, const train_linear *map, const float *x,
                            const float *w, const float *dy, float *dx, float *dw);

/* A training forward pass of a shard whose products are bit true and frozen (frozen.c). */
void train_frozen_forward(train_shard *shard);
/* After one: grad[layer] is 0 where the layer's outputs lay beyond the range that codes reach. */
void train_frozen_backward(const train_shard *shard, int layer);

/* ---- one layer's products by a cell (bits.c) ------------------------------------------------ */

typedef struct train_bits train_bits;
/* terms: two, of the derivatives to A and to W, which live longer; or NULL. */
train_bits *train_bits_new(const train_layer *layer, const train_cell *cell,
                           const train_terms *terms);
void train_bits_free(train_bits *bits);
const train_terms *train_bits_terms(const train_bits *bits);
/* The layer as the twin has it at this step; count: train_twin_count(). */
void train_bits_begin(train_bits *bits, const train_twin_layer *twin, const uint64_t *count);
void train_bits_forward(const train_bits *bits, train_work *work, const train_linear *map,
                        const float *x, float *y);
/* y (images, m, n): what accumulators (images, m, n) stand for, less the bias. */
void train_bits_outputs(const train_twin_layer *layer, size_t images, const int32_t *acc, float *y);
/* The operands of the backward products, after a forward product of the same input; that of the
 * data is the shard's until its next layer. */
const float *train_bits_weights(const train_bits *bits);
const float *train_bits_data(const train_bits *bits, train_work *work, const train_linear *map);
/* Adds to the exact products of these operands what else the derivatives have. The data's is 0
 * where x lies outside the range that codes reach. After train_bits_data(). */
void train_bits_add_weights(const train_bits *bits, train_work *work, const train_linear *map,
                            const float *dy, float *dw);
void train_bits_add_data(const train_bits *bits, train_work *work, const train_linear *map,
                         const float *x, const float *dy, float *dx);

/* ---- noise or dropout in the place of a cell's error (like.c) ---------------------------------
 * */

/* As train_bits_forward(), of the layer as the twin has it at this step. */
void train_like_forward(const train_twin_layer *twin, bool dropout, train_key key, train_work *work,
                        const train_linear *map, const float *x, float *y);
/* dy where the last forward pass of the same key kept outputs, scaled as they were; else 0. The
 * shard's until its next layer. */
const float *train_like_gradient(train_key key, train_work *work, const train_linear *map,
                                 const float *dy);

#endif
