/* A training step's forward pass as the int8 network itself: batch norm folded with its running
 * statistics, so that what is trained is, code by code, what is exported.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "train/product.h"

static size_t output_size(const train_layer *l) {
  return (size_t)l->h * (size_t)l->w * (size_t)l->c;
}

/* The code does not follow there: half a step more than the outer codes, as train_bits_add_data()
 * has it. */
static bool is_beyond(const vmac_tensor *t, float real) {
  return real < ((float)(-128 - t->zero) - 0.5f) * t->scale[0] ||
         real > ((float)(127 - t->zero) + 0.5f) * t->scale[0];
}

/* Which outputs of a layer lie beyond its codes, by accumulators before they are clamped. */
static void mark_product(const train_twin *twin, const vmac_op *op, const int32_t *acc,
                         uint8_t *beyond) {
  const vmac_net *net = train_twin_net(twin);
  const vmac_tensor *in = &net->tensor[op->in[0]], *weight = &net->tensor[op->weight];
  const size_t n = (size_t)op->n, size = (size_t)op->m * n;
  for (size_t i = 0; i < size; i++) {
    const float unit = in->scale[0] * weight->scale[weight->scales > 1 ? i % n : 0];
    beyond[i] = is_beyond(&net->tensor[op->out], (float)acc[i] * unit);
  }
}

/* What the backward pass wants of a layer's products: the codes that went in, what batch norm
 * would have been given, and which outputs no code stands for. */
static void keep_products(train_shard *s, const train_twin *twin, const vmac_op *op, size_t image,
                          const vmac_state *state) {
  for (int i = 0; i < s->model->layers; i++) {
    const train_layer *l = &s->model->layer[i];
    if (!train_weights(l) || train_twin_at(twin, i)->op != op) continue;
    const train_linear *map = &s->linear[i];
    const size_t in = map->nx / (size_t)map->batch, out = output_size(l);
    int8_t *codes = vmac_scratch_get(map->codes, map->nx);
    memcpy(codes + image * in, state->i8[op->in[0]], in);
    if (l->row->kind != TRAIN_FC)
      train_bits_outputs(train_twin_at(twin, i), 1, state->acc, s->out[i] + image * out);
    mark_product(twin, op, state->acc, s->beyond[train_twin_completes(twin, i)] + image * out);
  }
}

/* A sum of decoded inputs; pools keep their input's codes. */
static void mark_sum(train_shard *s, int layer, const vmac_tensor *out, size_t image) {
  const train_layer *l = &s->model->layer[layer];
  const size_t size = output_size(l), first = image * size;
  const float *a = s->out[l->in[0]], *b = s->out[l->in[1]];
  for (size_t i = first; i < first + size; i++) s->beyond[layer][i] = is_beyond(out, a[i] + b[i]);
}

static void make_marks(train_shard *s) {
  if (s->beyond) return;
  s->beyond = vmac_alloc((size_t)s->model->layers, sizeof *s->beyond);
  for (int i = 0; i < s->model->layers; i++)
    s->beyond[i] = vmac_alloc((size_t)s->batch * output_size(&s->model->layer[i]), 1);
}

void train_frozen_backward(const train_shard *s, int layer) {
  const size_t size = (size_t)s->batch * output_size(&s->model->layer[layer]);
  /* A logit beyond its codes is still learned from. */
  if (!s->int8 || layer == s->model->layers - 1) return;
  for (size_t i = 0; i < size; i++)
    if (s->beyond[layer][i]) s->grad[layer][i] = 0;
}

void train_frozen_forward(train_shard *s) {
  const train_twin *twin = train_products_twin(s->work->products);
  const train_net *shape = s->model->net;
  const vmac_net *net = train_twin_net(twin);
  const size_t pixels = (size_t)shape->h * (size_t)shape->w * (size_t)shape->c;
  const vmac_tensor *input = &net->tensor[net->input];
  vmac_state *state = vmac_state_new(net);
  make_marks(s);
  for (size_t n = 0; n < (size_t)s->batch; n++) {
    train_encode(pixels, input->scale[0], input->zero, s->image + n * pixels,
                 state->i8[net->input]);
    for (int i = 0; i < net->ops; i++) {
      train_twin_run_op(twin, i, state);
      if (vmac_op_is_mac(&net->op[i])) keep_products(s, twin, &net->op[i], n, state);
    }
    for (int i = 0; i < s->model->layers; i++) {
      float scale;
      int32_t zero;
      const size_t size = output_size(&s->model->layer[i]);
      const int8_t *codes = train_twin_codes(twin, state, i, &scale, &zero);
      if (!codes) continue;
      train_decode(size, scale, zero, codes, s->out[i] + n * size);
      if (s->model->layer[i].row->kind == TRAIN_ADD)
        mark_sum(s, i, &(vmac_tensor){.scale = &scale, .zero = zero}, n);
    }
  }
  vmac_state_free(net, state);
}
