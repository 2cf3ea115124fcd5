/* train_bits.h: what the tests of layers multiplied by a cell share: a small network with every
 * kind of layer with weights, its ranges and images, and the line that a slope is of.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TRAIN_BITS_H
#define TRAIN_BITS_H

#include "train/product.h"
#include "train_common.h"

enum { SIDE = 9, CHANNELS = 3, IMAGES = 12, BATCH = 4 };

static const train_row ROWS[] = {
    {.kind = TRAIN_CONV, .name = "c1", .channels = 6, .kernel = 3, .stride = 2},
    {.kind = TRAIN_BN, .name = "n1", .relu = true},
    {.kind = TRAIN_DEPTHWISE, .name = "c2", .kernel = 3, .stride = 1},
    {.kind = TRAIN_BN, .name = "n2"},
    {.kind = TRAIN_CONV, .name = "c3", .channels = 6, .kernel = 1, .stride = 1},
    {.kind = TRAIN_BIAS, .name = "n3", .relu = true},
    {.kind = TRAIN_ADD, .name = "add", .from = {"n3", "n1"}},
    {.kind = TRAIN_MAXPOOL, .name = "p", .kernel = 2, .stride = 2, .valid = true},
    {.kind = TRAIN_FC, .name = "f1", .channels = 7, .relu = true},
    {.kind = TRAIN_FC, .name = "f2", .channels = 4},
};
static const train_net NET = {"bits", SIDE, SIDE, CHANNELS, 4, 0, ROWS, 10};
static const int WEIGHTED[] = {0, 2, 4, 8, 9};
enum { LAYERS = sizeof WEIGHTED / sizeof *WEIGHTED };

/* A model that no step of training made, its ranges, and images. */
static inline train_model *make_model(vmac_dataset *data) {
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  train_model *m = train_model_new(&NET, SEED);
  for (size_t i = 0; i < m->params; i++) m->param[i] += (float)(0.3 * vmac_rng_normal(&rng));
  for (int i = 0; i < m->layers; i++) {
    const train_layer *l = &m->layer[i];
    if (l->row->kind == TRAIN_BN) {
      m->param[l->param + 1] *= -1;
      for (int c = 0; c < l->c; c++) {
        m->stat[l->stat + (size_t)c] = (float)(0.2 * vmac_rng_normal(&rng));
        m->stat[l->stat + (size_t)(l->c + c)] = (float)(0.5 + vmac_rng_uniform(&rng));
      }
    }
    m->range[i] = (train_range){l->row->relu ? 0 : -1.5f, 2 + 0.25f * (float)i};
  }
  m->has_range = true;
  *data = (vmac_dataset){IMAGES, SIDE, SIDE, CHANNELS, 4, NULL, vmac_alloc(IMAGES, 1)};
  data->pixels = vmac_alloc(IMAGES, SIDE * SIDE * CHANNELS);
  for (size_t i = 0; i < IMAGES * SIDE * SIDE * CHANNELS; i++)
    data->pixels[i] = (uint8_t)vmac_rng_below(&rng, 256);
  for (size_t i = 0; i < IMAGES; i++) data->labels[i] = (uint8_t)vmac_rng_below(&rng, 4);
  return m;
}

static const train_config CONFIG = {5, 2, 4,     2,      0.02, 0.9, 5e-4, 0,     TRAIN_COSINE,
                                    0, 0, false, "none", NULL, 0,   NULL, false, NULL};

static inline const vmac_mult *mult_of(const char *name) {
  vmac_err err;
  const vmac_mult *mult = vmac_mult_find(name, &err);
  if (!mult) fail_msg("%s", err.text);
  return mult;
}

static inline void set_cell(train_products *p, const train_cell *cell) {
  train_arith arith[TRAIN_PRODUCTS] = {{.error = TRAIN_BIT_TRUE, .cell = *cell}};
  for (int i = 0; i < LAYERS; i++) train_products_set(p, WEIGHTED[i], arith);
}

/* A line's slope by least squares, count as weights. */
static inline double line(const vmac_mult *mult, const uint64_t *count, bool to_w, uint8_t other) {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (int code = 0; code < 256; code++) {
    const int32_t v = vmac_operand(mult->cls, vmac_operand_bits(mult->cls, (int8_t)(uint8_t)code));
    const int32_t o = vmac_operand(mult->cls, vmac_operand_bits(mult->cls, (int8_t)other));
    const double f = to_w ? vmac_product(mult, o, v) : vmac_product(mult, v, o);
    const double k = (double)count[code];
    n += k;
    x += k * v;
    y += k * f;
    xx += k * v * v;
    xy += k * v * f;
  }
  return (n * xy - x * y) / (n * xx - x * x);
}

#endif
