/* A training step's forward pass as the int8 network itself: batch norm folded with its running
 * statistics, so that what is trained is, code by code, what is exported.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "train/product.h"

static size_t output_size(const train_layer *l) {
  return (size_t)l->h * (size_t)l->w * (size_t)l->c;
}

/* What the backward pass wants of a layer's products: the codes that went in, and what batch norm
 * would have been given. */
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
      train_bits_outputs(train_twin_at(twin, i), state->acc, s->out[i] + image * out);
  }
}

void train_frozen_forward(train_shard *s) {
  const train_twin *twin = train_products_twin(s->work->products);
  const train_net *shape = s->model->net;
  const vmac_net *net = train_twin_net(twin);
  const size_t pixels = (size_t)shape->h * (size_t)shape->w * (size_t)shape->c;
  const vmac_tensor *input = &net->tensor[net->input];
  vmac_state *state = vmac_state_new(net);
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
      if (codes) train_decode(size, scale, zero, codes, s->out[i] + n * size);
    }
  }
  vmac_state_free(net, state);
}
