/* Forward and backward over one shard of a batch. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "train/product.h"

static size_t layer_size(const train_layer *l, int batch) {
  return (size_t)batch * (size_t)l->h * (size_t)l->w * (size_t)l->c;
}

static size_t layer_rows(const train_layer *l, int batch) {
  return (size_t)batch * (size_t)l->h * (size_t)l->w;
}

/* Gives every layer a buffer for the gradient of its output. A buffer lives from the layer's last
 * reader (the first to write the gradient) to the layer itself, then the next one takes it: three
 * or four buffers in all, which keeps the backward pass in the cache. */
static void plan_gradients(train_shard *s) {
  const train_model *m = s->model;
  bool *busy = vmac_alloc((size_t)m->layers, sizeof *busy);
  for (int i = 0; i < m->layers; i++) s->grad_owner[i] = -1;
  s->grad_owner[m->layers - 1] = 0;
  busy[0] = true;
  s->grads = 1;
  for (int i = m->layers - 1; i >= 0; i--) {
    for (int j = 0; j < 2; j++) {
      const int in = m->layer[i].in[j];
      if (in < 0 || s->grad_owner[in] >= 0) continue;
      int b = 0;
      while (busy[b]) b++;
      busy[b] = true;
      s->grad_owner[in] = b;
      if (b + 1 > s->grads) s->grads = b + 1;
    }
    busy[s->grad_owner[i]] = false;
  }
  free(busy);
}

train_shard *train_shard_new(const train_model *m, int batch) {
  train_shard *s = vmac_alloc(1, sizeof *s);
  const size_t n = (size_t)m->layers;
  const size_t image = (size_t)batch * (size_t)m->net->h * (size_t)m->net->w * (size_t)m->net->c;
  s->model = m;
  s->batch = batch;
  s->image = vmac_alloc_aligned(image * sizeof *s->image);
  s->label = vmac_alloc((size_t)batch, sizeof *s->label);
  s->out = vmac_alloc(n, sizeof *s->out);
  s->grad = vmac_alloc(n, sizeof *s->grad);
  s->grad_owner = vmac_alloc(n, sizeof *s->grad_owner);
  s->linear = vmac_alloc(n, sizeof *s->linear);
  s->work = vmac_alloc(1, sizeof *s->work);
  s->work->deviation = vmac_alloc(n, sizeof *s->work->deviation);
  s->work->keep = vmac_alloc(n, sizeof *s->work->keep);
  s->work->dsigma = vmac_alloc(n, sizeof *s->work->dsigma);
  s->dparam = vmac_alloc(m->params, sizeof *s->dparam);
  s->stat = vmac_alloc(m->stats, sizeof *s->stat);
  size_t largest = 0;
  for (int i = 0; i < m->layers; i++) {
    const train_layer *l = &m->layer[i];
    const size_t size = layer_size(l, batch);
    if (size > largest) largest = size;
    s->out[i] = vmac_alloc_aligned(size * sizeof **s->out);
    s->linear[i] = train_linear_new(batch, l);
  }
  plan_gradients(s);
  s->scratch = vmac_alloc_aligned(largest * sizeof *s->scratch);
  s->grad_buffer = vmac_alloc((size_t)s->grads, sizeof *s->grad_buffer);
  for (int b = 0; b < s->grads; b++) s->grad_buffer[b] = vmac_alloc_aligned(largest * sizeof(float));
  for (int i = 0; i < m->layers; i++) s->grad[i] = s->grad_buffer[s->grad_owner[i]];
  return s;
}

void train_shard_free(train_shard *s) {
  if (!s) return;
  for (int i = 0; i < s->model->layers; i++) {
    free(s->out[i]);
    train_linear_free(&s->linear[i]);
    if (s->beyond) free(s->beyond[i]);
  }
  free(s->beyond);
  for (int b = 0; b < s->grads; b++) free(s->grad_buffer[b]);
  free(s->grad_buffer);
  free(s->scratch);
  free(s->image);
  free(s->label);
  free(s->out);
  free(s->grad);
  free(s->grad_owner);
  free(s->linear);
  train_work_free(s->work);
  free(s->work);
  free(s->dparam);
  free(s->stat);
  free(s);
}

static const float *input_of(const train_shard *s, int layer, int which) {
  const int in = s->model->layer[layer].in[which];
  return in < 0 ? s->image : s->out[in];
}

void train_shard_forward(train_shard *s, bool training) {
  const train_model *m = s->model;
  s->int8 = false;
  if (training && s->work->frozen) {
    training = false;
    s->int8 = s->work->products && train_products_twin(s->work->products);
    if (s->int8) {
      train_frozen_forward(s);
      return;
    }
  }
  for (int i = 0; i < m->layers; i++) {
    const train_layer *l = &m->layer[i];
    const float *x = input_of(s, i, 0), *p = m->param + l->param;
    const size_t rows = layer_rows(l, s->batch), size = layer_size(l, s->batch);
    float *y = s->out[i];
    switch (l->row->kind) {
    case TRAIN_CONV:
    case TRAIN_DEPTHWISE:
      train_product_forward(s->work, i, &s->linear[i], x, p, NULL, false, y);
      break;
    case TRAIN_BIAS:
      train_bias_forward(rows, l->c, x, p, l->row->relu, y);
      break;
    case TRAIN_BN: {
      if (training) train_bn_statistics(rows, l->c, x, s->stat + l->stat, s->stat + l->stat + l->c);
      const float *stat = (training ? s->stat : m->stat) + l->stat;
      train_bn_forward(rows, l->c, x, p, p + l->c, stat, stat + l->c, l->row->relu, y);
      break;
    }
    case TRAIN_ADD:
      train_add_forward(size, x, input_of(s, i, 1), l->row->relu, y);
      break;
    case TRAIN_POOL:
      train_pool_forward(s->batch, l->ih * l->iw, l->c, x, y);
      break;
    case TRAIN_MAXPOOL:
      train_maxpool_forward(s->batch, l, x, y);
      break;
    case TRAIN_FC:
      train_product_forward(s->work, i, &s->linear[i], x, p, p + s->linear[i].nw, l->row->relu, y);
      break;
    }
  }
}

/* The first reader writes a layer's gradient, later ones add to it. */
static void product_backward(train_shard *s, int i, bool accumulate) {
  const train_layer *l = &s->model->layer[i];
  float *dx = l->in[0] < 0 ? NULL : s->grad[l->in[0]];
  train_product_backward(s->work, i, &s->linear[i], input_of(s, i, 0), s->model->param + l->param,
                         s->grad[i], dx && accumulate ? s->scratch : dx, s->dparam + l->param);
  if (!dx || !accumulate) return;
#pragma omp simd
  for (size_t k = 0; k < s->linear[i].nx; k++) dx[k] += s->scratch[k];
}

/* Before a layer that adds to the gradient of its input. */
static void clear_unwritten(train_shard *s, int layer, bool written) {
  if (!written)
    memset(s->grad[layer], 0, layer_size(&s->model->layer[layer], s->batch) * sizeof(float));
}

void train_shard_backward(train_shard *s) {
  const train_model *m = s->model;
  bool *written = vmac_alloc((size_t)m->layers, sizeof *written);
  for (int i = m->layers - 1; i >= 0; i--) {
    const train_layer *l = &m->layer[i];
    const float *p = m->param + l->param;
    const int a = l->in[0], b = l->in[1];
    float *dy = s->grad[i], *dp = s->dparam + l->param;
    train_frozen_backward(s, i);
    switch (l->row->kind) {
    case TRAIN_CONV:
    case TRAIN_DEPTHWISE:
      product_backward(s, i, a >= 0 && written[a]);
      break;
    case TRAIN_BIAS:
      train_bias_backward(layer_rows(l, s->batch), l->c, s->out[i], dy, l->row->relu, s->grad[a],
                          dp);
      break;
    case TRAIN_BN:
      if (s->work->frozen)
        train_bn_backward_frozen(layer_rows(l, s->batch), l->c, s->out[a], s->out[i], dy, p,
                                 m->stat + l->stat, m->stat + l->stat + l->c, l->row->relu,
                                 s->grad[a], dp, dp + l->c);
      else
        train_bn_backward(layer_rows(l, s->batch), l->c, s->out[a], s->out[i], dy, p,
                          s->stat + l->stat, s->stat + l->stat + l->c, l->row->relu, s->grad[a], dp,
                          dp + l->c);
      break;
    case TRAIN_ADD:
      train_add_backward(layer_size(l, s->batch), s->out[i], dy, l->row->relu, written[a],
                         s->grad[a]);
      train_add_backward(layer_size(l, s->batch), s->out[i], dy, l->row->relu, written[b],
                         s->grad[b]);
      written[b] = true;
      break;
    case TRAIN_POOL:
      train_pool_backward(s->batch, l->ih * l->iw, l->c, dy, s->grad[a]);
      break;
    case TRAIN_MAXPOOL:
      clear_unwritten(s, a, written[a]);
      train_maxpool_backward(s->batch, l, s->out[a], s->out[i], dy, s->grad[a]);
      break;
    case TRAIN_FC:
      train_add_backward(layer_size(l, s->batch), s->out[i], dy, l->row->relu, false, dy);
      product_backward(s, i, written[a]);
      train_fc_backward_bias(s->batch, l->c, dy, dp + s->linear[i].nw);
      break;
    }
    if (a >= 0) written[a] = true;
  }
  free(written);
}
