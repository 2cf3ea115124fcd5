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
  train_bits *bits;              /* bit_true */
} product;

/* The derivatives of one cell, which layers share. */
typedef struct {
  const vmac_mult *mult;
  int window;
  train_terms of[2]; /* to A, to W */
} derivative;

struct train_products {
  const train_model *model;
  uint64_t seed, step;
  product *layer;
  train_twin *twin; /* NULL: no layer was ever bit_true */
  derivative **derivative;
  int derivatives;
};

static bool is_like(const train_arith *a) {
  return a->error == TRAIN_NOISE_LIKE || a->error == TRAIN_DROPOUT_LIKE;
}

static bool by_weight(const train_arith *a) {
  return a->error == TRAIN_STATIC_WEIGHT || a->error == TRAIN_PER_STEP_WEIGHT;
}

const train_arith *train_products_forward(const train_products *p, int layer) {
  return &p->layer[layer].arith[TRAIN_FORWARD];
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
  train_bits_free(p->bits);
  *p = (product){.nw = 0};
}

void train_products_free(train_products *p) {
  if (!p) return;
  for (int i = 0; i < p->model->layers; i++) clear(&p->layer[i]);
  free(p->layer);
  train_twin_free(p->twin);
  for (int i = 0; i < p->derivatives; i++) free(p->derivative[i]);
  free(p->derivative);
  free(p);
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

/* What a gradient by the table may leave out, relative to the derivative's size, where TRAIN_TERMS
 * terms can; a run's log tells what they leave out of it. */
static const double LEFT_OUT = 0.01;

static const train_terms *derivative_of(train_products *p, const train_cell *cell) {
  if (cell->gradient != TRAIN_TABLE || !cell->mult) return NULL;
  for (int i = 0; i < p->derivatives; i++)
    if (p->derivative[i]->mult == cell->mult && p->derivative[i]->window == cell->window)
      return p->derivative[i]->of;
  derivative *d = vmac_alloc(1, sizeof *d);
  int32_t *table = vmac_alloc(65536, sizeof *table);
  d->mult = cell->mult;
  d->window = cell->window;
  vmac_mult_table(d->mult, table);
  for (int to_w = 0; to_w < 2; to_w++)
    train_terms_find(table, d->mult->cls, to_w, d->window, TRAIN_TERMS, LEFT_OUT, &d->of[to_w]);
  free(table);
  derivative **more = vmac_alloc((size_t)p->derivatives + 1, sizeof(derivative *));
  for (int i = 0; i < p->derivatives; i++) more[i] = p->derivative[i];
  more[p->derivatives++] = d;
  free(p->derivative);
  p->derivative = more;
  return d->of;
}

static void set_bits(train_products *p, int layer, const train_cell *cell) {
  if (!p->twin) p->twin = train_twin_new(p->model);
  train_twin_set(p->twin, layer, cell);
  p->layer[layer].bits = train_bits_new(&p->model->layer[layer], cell, derivative_of(p, cell));
}

void train_products_set(train_products *p, int layer, const train_arith arith[TRAIN_PRODUCTS]) {
  product *l = &p->layer[layer];
  clear(l);
  const size_t nw = l->nw = train_weights(&p->model->layer[layer]);
  memcpy(l->arith, arith, sizeof l->arith);
  for (int i = 0; i < TRAIN_PRODUCTS; i++) {
    if (arith[i].error == TRAIN_EXACT) continue;
    l->set = true;
    if (by_weight(&arith[i])) l->factor[i] = vmac_alloc(nw, sizeof(float));
    if (arith[i].error == TRAIN_PER_MAC && i != TRAIN_WEIGHTS)
      l->square[i] = vmac_alloc(nw, sizeof(float));
    if (arith[i].error == TRAIN_STATIC_WEIGHT) draw_factors(p, layer, i, ALL_STEPS);
  }
  if (p->twin) train_twin_set(p->twin, layer, NULL);
  const train_arith *forward = &arith[TRAIN_FORWARD];
  if (forward->error == TRAIN_BIT_TRUE || is_like(forward)) set_bits(p, layer, &forward->cell);
  if (l->factor[TRAIN_FORWARD]) l->w = vmac_alloc(nw, sizeof *l->w);
  if (l->factor[TRAIN_DATA]) l->data_w = vmac_alloc(nw, sizeof *l->data_w);
}

static void multiply(size_t n, const float *a, const float *b, float *out) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] * b[i];
}

/* What the forward product multiplies. */
static const float *weights(const product *l, const float *w) {
  return l->bits ? train_bits_weights(l->bits) : l->w ? l->w : w;
}

bool train_products_quantize(const train_products *p) {
  for (int i = 0; i < p->model->layers; i++)
    if (p->layer[i].bits) return true;
  return false;
}

const train_twin *train_products_twin(const train_products *p) {
  for (int i = 0; i < p->model->layers; i++)
    if (p->layer[i].arith[TRAIN_FORWARD].error == TRAIN_BIT_TRUE) return p->twin;
  return NULL;
}

const train_terms *train_products_terms(const train_products *p, int layer) {
  const train_bits *bits = p->layer[layer].bits;
  return bits ? train_bits_terms(bits) : NULL;
}

void train_products_calibration(train_products *p, const vmac_dataset *data, size_t images) {
  if (p->twin) train_twin_calibration(p->twin, data, images);
}

bool train_products_begin(train_products *p, uint64_t step, bool calibrate, vmac_err *err) {
  p->step = step;
  if (train_products_quantize(p) && !train_twin_refresh(p->twin, calibrate, err)) return false;
  for (int i = 0; i < p->model->layers; i++) {
    product *l = &p->layer[i];
    if (!l->set) continue;
    for (int j = 0; j < TRAIN_PRODUCTS; j++)
      if (l->arith[j].error == TRAIN_PER_STEP_WEIGHT) draw_factors(p, i, j, step);
    if (l->bits) train_bits_begin(l->bits, train_twin_at(p->twin, i), train_twin_count(p->twin, i));
    const float *w = p->model->param + p->model->layer[i].param;
    if (l->w) multiply(l->nw, w, l->factor[TRAIN_FORWARD], l->w);
    w = weights(l, w);
    if (l->data_w) multiply(l->nw, w, l->factor[TRAIN_DATA], l->data_w);
    for (int j = 0; j < TRAIN_WEIGHTS; j++)
      if (l->square[j]) multiply(l->nw, w, w, l->square[j]);
  }
  return true;
}

void train_work_free(train_work *work) {
  free(work->deviation);
  free(work->dsigma);
  free(work->keep);
  vmac_scratch_free(&work->a);
  vmac_scratch_free(&work->b);
  vmac_scratch_free(&work->operand);
  vmac_scratch_free(&work->kept);
  vmac_scratch_free(&work->state.scratch);
  vmac_scratch_free(&work->state.side);
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
  train_add_noise(key_of(p, p->step, index, which, work->part), n, p->layer[index].arith[which].sd,
                  variance, y);
}

/* The size of the outputs' noise, 0 where there is none. */
static float noise_size(const train_work *work, const product *l, int index) {
  const train_arith *a = &l->arith[TRAIN_FORWARD];
  if (a->error != TRAIN_AGN) return 0;
  return a->lambda > 0 ? work->products->model->sigma[index] : a->sd;
}

static train_key noise_key(const train_work *work, int index) {
  return key_of(work->products, work->products->step, index, TRAIN_FORWARD, work->part);
}

static void add_agn(train_work *work, const product *l, int index, size_t n, float *y) {
  float *z = variances(work, n);
  const float deviation = work->deviation[index] = train_deviation(n, y);
  const float size = noise_size(work, l, index) * deviation;
  train_normals(noise_key(work, index), n, z);
#pragma omp simd
  for (size_t i = 0; i < n; i++) y[i] += size * z[i];
}

static void learn_agn(train_work *work, const product *l, int index, size_t n, const float *dy) {
  if (!(l->arith[TRAIN_FORWARD].lambda > 0)) return;
  work->dsigma[index] = (double)work->deviation[index] *
                        train_noise_dot(noise_key(work, index), n, dy, variances(work, n));
}

static void drop(train_work *work, const product *l, int index, size_t n, float *y) {
  const float keep = train_kept_share(n, y, l->arith[TRAIN_FORWARD].sd);
  work->keep[index] = keep;
  train_drop(noise_key(work, index), n, keep, y, y);
}

/* Gradients pass where outputs did. */
static const float *gradient_kept(train_work *work, int index, size_t n, const float *dy) {
  float *kept = vmac_scratch_get(&work->kept, n * sizeof *kept);
  train_drop(noise_key(work, index), n, work->keep[index], dy, kept);
  return kept;
}

void train_product_forward(train_work *work, int index, const train_linear *map, const float *x,
                           const float *w, const float *bias, bool relu, float *y) {
  const product *l = product_of(work, index);
  const train_error error = l ? l->arith[TRAIN_FORWARD].error : TRAIN_EXACT;
  if (l && is_like(&l->arith[TRAIN_FORWARD])) {
    train_like_forward(train_twin_at(work->products->twin, index), error == TRAIN_DROPOUT_LIKE,
                       noise_key(work, index), work, map, x, y);
  } else if (l && l->bits) {
    train_bits_forward(l->bits, work, map, x, y);
  } else if (error == TRAIN_AGN) {
    train_linear_forward(map, x, w, NULL, false, y);
    add_agn(work, l, index, map->ny, y);
  } else if (error == TRAIN_DROPOUT) {
    train_linear_forward(map, x, w, NULL, false, y);
    drop(work, l, index, map->ny, y);
  } else if (error != TRAIN_PER_MAC) {
    train_linear_forward(map, x, l ? weights(l, w) : w, bias, relu, y);
    return;
  } else {
    float *variance = variances(work, map->ny);
    train_linear_forward(map, x, w, NULL, false, y);
    train_linear_forward(map, squares(work, map->nx, x), l->square[TRAIN_FORWARD], NULL, false,
                         variance);
    add_noise(work, index, TRAIN_FORWARD, map->ny, variance, y);
  }
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
  const float *real = x;
  if (l && l->arith[TRAIN_FORWARD].error == TRAIN_AGN) learn_agn(work, l, index, map->ny, dy);
  if (l && l->arith[TRAIN_FORWARD].error == TRAIN_DROPOUT)
    dy = gradient_kept(work, index, map->ny, dy);
  if (l && l->arith[TRAIN_FORWARD].error == TRAIN_DROPOUT_LIKE)
    dy = train_like_gradient(noise_key(work, index), work, map, dy);
  if (l && l->bits) x = train_bits_data(l->bits, work, map);
  train_linear_weights(map, x, dy, dw);
  if (l && l->arith[TRAIN_WEIGHTS].error == TRAIN_PER_MAC) {
    /* squares() holds one array at a time; that of x is the larger or the smaller one. */
    float *variance = variances(work, map->nw + map->ny), *square = variance + map->nw;
    memcpy(square, squares(work, map->ny, dy), map->ny * sizeof *square);
    train_linear_weights(map, squares(work, map->nx, x), square, variance);
    add_noise(work, index, TRAIN_WEIGHTS, map->nw, variance, dw);
  }
  if (l && l->bits) train_bits_add_weights(l->bits, work, map, dy, dw);
  if (l) scale_gradient(l, dw);
  if (!dx) return;
  const float *used = l ? weights(l, w) : w;
  train_linear_data(map, dy, l && l->data_w ? l->data_w : used, dx);
  if (l && l->arith[TRAIN_DATA].error == TRAIN_PER_MAC) {
    float *variance = variances(work, map->nx);
    train_linear_data(map, squares(work, map->ny, dy), l->square[TRAIN_DATA], variance);
    add_noise(work, index, TRAIN_DATA, map->nx, variance, dx);
  }
  if (l && l->bits) train_bits_add_data(l->bits, work, map, real, dy, dx);
}
