/* The error models of the three products of a layer.
 *
 * Relative errors e of mean 0: a product counts as (1 + sd e) times what it is. Where every
 * multiplication has its own, their sum is the exact output plus normal noise of variance
 * sd^2 * sum of (a w)^2, which a second product of squared operands gives: the same distribution as
 * drawing each. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clones.h"
#include "train/product.h"

/* One layer's; arrays have an entry per weight, NULL where the error models need none. */
typedef struct {
  train_arith arith[TRAIN_PRODUCTS];
  bool set; /* not all exact */
  size_t nw;
  float *factor[TRAIN_PRODUCTS]; /* 1 + sd e of the weight, models with one per weight */
  float *w;                      /* what forward multiplies, by the factor */
  float *data_w;                 /* what the gradient of the data multiplies, by both */
  float *square[TRAIN_PRODUCTS]; /* of what the product multiplies, per_mac */
} product;

struct train_products {
  const train_model *model;
  uint64_t seed, step;
  product *layer;
};

static bool by_weight(const train_arith *a) {
  return a->error == TRAIN_STATIC_WEIGHT || a->error == TRAIN_PER_STEP_WEIGHT;
}

train_products *train_products_new(const train_model *model, uint64_t seed) {
  train_products *p = vmac_alloc(1, sizeof *p);
  p->model = model;
  p->seed = seed;
  p->layer = vmac_alloc((size_t)model->layers, sizeof *p->layer);
  return p;
}

static void clear(product *p) {
  for (int i = 0; i < TRAIN_PRODUCTS; i++) {
    free(p->factor[i]);
    free(p->square[i]);
  }
  free(p->w);
  free(p->data_w);
  *p = (product){.nw = 0};
}

void train_products_free(train_products *p) {
  if (!p) return;
  for (int i = 0; i < p->model->layers; i++) clear(&p->layer[i]);
  free(p->layer);
  free(p);
}

static size_t weights_of(const train_layer *l) {
  const size_t taps = (size_t)(l->row->kernel * l->row->kernel), c = (size_t)l->c;
  switch (l->row->kind) {
  case TRAIN_CONV:
    return taps * (size_t)l->ic * c;
  case TRAIN_DEPTHWISE:
    return taps * c;
  case TRAIN_FC:
    return (size_t)(l->ih * l->iw * l->ic) * c;
  default:
    return 0;
  }
}

/* A stream of its own for every product of every layer; all shards share that of weights. */
static train_key key_of(const train_products *p, uint64_t step, int layer, int which,
                        uint32_t part) {
  return train_key_of(p->seed, step, (uint32_t)(layer * TRAIN_PRODUCTS + which), part);
}

enum { ALL_PARTS = INT32_MAX }; /* no shard's */
static const uint64_t ALL_STEPS = UINT64_MAX;

static void draw_factors(const train_products *p, int layer, int which, uint64_t step) {
  const product *l = &p->layer[layer];
  float *factor = l->factor[which];
  train_normals(key_of(p, step, layer, which, ALL_PARTS), l->nw, factor);
  for (size_t i = 0; i < l->nw; i++) factor[i] = 1 + l->arith[which].sd * factor[i];
}

void train_products_set(train_products *p, int layer, const train_arith arith[TRAIN_PRODUCTS]) {
  product *l = &p->layer[layer];
  clear(l);
  const size_t nw = l->nw = weights_of(&p->model->layer[layer]);
  memcpy(l->arith, arith, sizeof l->arith);
  for (int i = 0; i < TRAIN_PRODUCTS; i++) {
    if (arith[i].error == TRAIN_EXACT) continue;
    l->set = true;
    if (by_weight(&arith[i])) l->factor[i] = vmac_alloc(nw, sizeof(float));
    if (arith[i].error == TRAIN_PER_MAC && i != TRAIN_WEIGHTS)
      l->square[i] = vmac_alloc(nw, sizeof(float));
    if (arith[i].error == TRAIN_STATIC_WEIGHT) draw_factors(p, layer, i, ALL_STEPS);
  }
  if (l->factor[TRAIN_FORWARD]) l->w = vmac_alloc(nw, sizeof *l->w);
  if (l->factor[TRAIN_DATA]) l->data_w = vmac_alloc(nw, sizeof *l->data_w);
}

static void multiply(size_t n, const float *a, const float *b, float *out) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] * b[i];
}

/* What the forward product multiplies. */
static const float *weights(const product *l, const float *w) {
  return l->w ? l->w : w;
}

void train_products_begin(train_products *p, uint64_t step) {
  p->step = step;
  for (int i = 0; i < p->model->layers; i++) {
    product *l = &p->layer[i];
    if (!l->set) continue;
    for (int j = 0; j < TRAIN_PRODUCTS; j++)
      if (l->arith[j].error == TRAIN_PER_STEP_WEIGHT) draw_factors(p, i, j, step);
    const float *w = p->model->param + p->model->layer[i].param;
    if (l->w) multiply(l->nw, w, l->factor[TRAIN_FORWARD], l->w);
    w = weights(l, w);
    if (l->data_w) multiply(l->nw, w, l->factor[TRAIN_DATA], l->data_w);
    for (int j = 0; j < TRAIN_WEIGHTS; j++)
      if (l->square[j]) multiply(l->nw, w, w, l->square[j]);
  }
}

void train_work_free(train_work *work) {
  vmac_scratch_free(&work->a);
  vmac_scratch_free(&work->b);
}

static const product *product_of(const train_work *work, int index) {
  const product *l = work->products ? &work->products->layer[index] : NULL;
  return l && l->set ? l : NULL;
}

/* The squares of x (n), in the shard's memory a. */
VMAC_CLONES static const float *squares(train_work *work, size_t n, const float *x) {
  float *out = vmac_scratch_get(&work->a, n * sizeof *out);
#pragma omp simd
  for (size_t i = 0; i < n; i++) out[i] = x[i] * x[i];
  return out;
}

static float *variances(train_work *work, size_t n) {
  return vmac_scratch_get(&work->b, n * sizeof(float));
}

static void add_noise(const train_work *work, int index, int which, size_t n, const float *variance,
                      float *y) {
  const train_products *p = work->products;
  train_add_noise(key_of(p, p->step, index, which, work->part), n,
                  p->layer[index].arith[which].sd, variance, y);
}

void train_product_forward(train_work *work, int index, const train_linear *map, const float *x,
                           const float *w, const float *bias, bool relu, float *y) {
  const product *l = product_of(work, index);
  const bool noisy = l && l->arith[TRAIN_FORWARD].error == TRAIN_PER_MAC;
  if (!noisy) {
    train_linear_forward(map, x, l ? weights(l, w) : w, bias, relu, y);
    return;
  }
  float *variance = variances(work, map->ny);
  train_linear_forward(map, x, w, NULL, false, y);
  train_linear_forward(map, squares(work, map->nx, x), l->square[TRAIN_FORWARD], NULL, false,
                       variance);
  add_noise(work, index, TRAIN_FORWARD, map->ny, variance, y);
  const int c = map->layer->c;
  if (bias) train_bias_forward(map->ny / (size_t)c, c, y, bias, relu, y);
}

/* By the factors of the forward product the parameters reach the outputs, so their gradient has
 * them too. */
static void scale_gradient(const product *l, float *dw) {
  if (l->factor[TRAIN_WEIGHTS]) multiply(l->nw, dw, l->factor[TRAIN_WEIGHTS], dw);
  if (l->factor[TRAIN_FORWARD]) multiply(l->nw, dw, l->factor[TRAIN_FORWARD], dw);
}

void train_product_backward(train_work *work, int index, const train_linear *map, const float *x,
                            const float *w, const float *dy, float *dx, float *dw) {
  const product *l = product_of(work, index);
  train_linear_weights(map, x, dy, dw);
  if (l && l->arith[TRAIN_WEIGHTS].error == TRAIN_PER_MAC) {
    /* squares() holds one array at a time; that of x is the larger or the smaller one. */
    float *variance = variances(work, map->nw + map->ny), *square = variance + map->nw;
    memcpy(square, squares(work, map->ny, dy), map->ny * sizeof *square);
    train_linear_weights(map, squares(work, map->nx, x), square, variance);
    add_noise(work, index, TRAIN_WEIGHTS, map->nw, variance, dw);
  }
  if (l) scale_gradient(l, dw);
  if (!dx) return;
  const float *used = l ? weights(l, w) : w;
  train_linear_data(map, dy, l && l->data_w ? l->data_w : used, dx);
  if (!l || l->arith[TRAIN_DATA].error != TRAIN_PER_MAC) return;
  float *variance = variances(work, map->nx);
  train_linear_data(map, squares(work, map->ny, dy), l->square[TRAIN_DATA], variance);
  add_noise(work, index, TRAIN_DATA, map->nx, variance, dx);
}
