/* A model: shapes and parameters of a network's table. SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "train/train.h"

static size_t add_slot(train_slot *slots, int *count, size_t *total, const char *layer,
                       const char *what, int rank, const int *dim, bool decay) {
  train_slot *slot = &slots[(*count)++];
  snprintf(slot->name, sizeof slot->name, "%s.%s", layer, what);
  slot->rank = rank;
  slot->size = 1;
  slot->decay = decay;
  for (int i = 0; i < rank; i++) {
    slot->dim[i] = dim[i];
    slot->size *= (size_t)dim[i];
  }
  slot->offset = *total;
  *total += slot->size;
  return slot->offset;
}

/* Index of the row called `name` among the rows before `layer`; tables are ours, so it exists. */
static int find_row(const train_net *net, const char *name, int layer) {
  if (!name) return layer - 1;
  int i = 0;
  while (i < layer && strcmp(net->row[i].name, name) != 0) i++;
  assert(i < layer);
  return i;
}

static void add_parameters(train_model *m, train_layer *l) {
  const train_row *row = l->row;
  const int in = l->ih * l->iw * l->ic;
  const int conv[4] = {l->c, row->kernel, row->kernel, l->ic}, fc[2] = {l->c, in}, one[1] = {l->c};
  const int depthwise[3] = {row->kernel, row->kernel, l->c};
  switch (row->kind) {
  case TRAIN_CONV:
    l->param = add_slot(m->slot, &m->slots, &m->params, row->name, "weight", 4, conv, true);
    break;
  case TRAIN_DEPTHWISE:
    l->param = add_slot(m->slot, &m->slots, &m->params, row->name, "weight", 3, depthwise, true);
    break;
  case TRAIN_BIAS:
    l->param = add_slot(m->slot, &m->slots, &m->params, row->name, "bias", 1, one, false);
    break;
  case TRAIN_BN:
    l->param = add_slot(m->slot, &m->slots, &m->params, row->name, "gamma", 1, one, false);
    add_slot(m->slot, &m->slots, &m->params, row->name, "beta", 1, one, false);
    l->stat = add_slot(m->stat_slot, &m->stat_slots, &m->stats, row->name, "mean", 1, one, false);
    add_slot(m->stat_slot, &m->stat_slots, &m->stats, row->name, "variance", 1, one, false);
    break;
  case TRAIN_FC:
    l->param = add_slot(m->slot, &m->slots, &m->params, row->name, "weight", 2, fc, true);
    add_slot(m->slot, &m->slots, &m->params, row->name, "bias", 1, one, false);
    break;
  case TRAIN_ADD:
  case TRAIN_POOL:
  case TRAIN_MAXPOOL:
    break;
  }
}

static void fill_normal(vmac_rng *rng, float *p, size_t n, double sd) {
  for (size_t i = 0; i < n; i++) p[i] = (float)(sd * vmac_rng_normal(rng));
}

static void initialize(train_model *m, uint64_t seed) {
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  for (int i = 0; i < m->layers; i++) {
    const train_layer *l = &m->layer[i];
    const size_t taps = (size_t)(l->row->kernel * l->row->kernel), fan = taps * (size_t)l->ic;
    const size_t in = (size_t)(l->ih * l->iw * l->ic), c = (size_t)l->c;
    float *p = m->param + l->param;
    if (l->row->kind == TRAIN_CONV) fill_normal(&rng, p, c * fan, sqrt(2.0 / (double)fan));
    if (l->row->kind == TRAIN_DEPTHWISE) fill_normal(&rng, p, c * taps, sqrt(2.0 / (double)taps));
    if (l->row->kind == TRAIN_FC)
      fill_normal(&rng, p, c * in, sqrt((l->row->relu ? 2.0 : 1.0) / (double)in));
    if (l->row->kind == TRAIN_BN)
      for (size_t k = 0; k < c; k++) {
        p[k] = 1;
        m->stat[l->stat + c + k] = 1;
      }
  }
}

/* Side of the output; a layer without a window has no stride. */
static int output_side(const train_row *row, int in) {
  const int stride = row->stride ? row->stride : 1;
  return row->valid ? (in - row->kernel) / stride + 1 : (in + stride - 1) / stride;
}

train_model *train_model_new(const train_net *net, uint64_t seed) {
  train_model *m = vmac_alloc(1, sizeof *m);
  m->net = net;
  m->layers = net->rows;
  m->layer = vmac_alloc((size_t)net->rows, sizeof *m->layer);
  /* A layer has at most two arrays of each kind. */
  m->slot = vmac_alloc(2 * (size_t)net->rows, sizeof *m->slot);
  m->stat_slot = vmac_alloc(2 * (size_t)net->rows, sizeof *m->stat_slot);
  for (int i = 0; i < net->rows; i++) {
    const train_row *row = &net->row[i];
    train_layer *l = &m->layer[i];
    l->row = row;
    l->in[0] = find_row(net, row->from[0], i);
    l->in[1] = row->kind == TRAIN_ADD ? find_row(net, row->from[1], i) : -1;
    const train_layer *from = l->in[0] < 0 ? NULL : &m->layer[l->in[0]];
    l->ih = from ? from->h : net->h;
    l->iw = from ? from->w : net->w;
    l->ic = from ? from->c : net->c;
    const bool spatial = row->kind != TRAIN_POOL && row->kind != TRAIN_FC;
    l->h = spatial ? output_side(row, l->ih) : 1;
    l->w = spatial ? output_side(row, l->iw) : 1;
    l->c = row->channels ? row->channels : l->ic;
    add_parameters(m, l);
  }
  m->param = vmac_alloc(m->params, sizeof *m->param);
  m->momentum = vmac_alloc(m->params, sizeof *m->momentum);
  m->stat = vmac_alloc(m->stats, sizeof *m->stat);
  m->range = vmac_alloc((size_t)m->layers, sizeof *m->range);
  m->sigma = vmac_alloc((size_t)m->layers, sizeof *m->sigma);
  m->sigma_momentum = vmac_alloc((size_t)m->layers, sizeof *m->sigma_momentum);
  initialize(m, seed);
  return m;
}

size_t train_weights(const train_layer *l) {
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

void train_model_free(train_model *m) {
  if (!m) return;
  free(m->layer);
  free(m->slot);
  free(m->stat_slot);
  free(m->param);
  free(m->momentum);
  free(m->stat);
  free(m->range);
  free(m->sigma);
  free(m->sigma_momentum);
  free(m);
}
