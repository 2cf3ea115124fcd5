/* Small int8 networks, built in memory, random but seeded. SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_BUILD_H
#define NET_BUILD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmac.h"

static inline vmac_net *net_new(void) {
  return vmac_alloc(1, sizeof(vmac_net));
}

/* A tensor (d0, d1, d2, d3), trailing zeros dropped, with one scale. */
static inline int net_tensor(vmac_net *net, int d0, int d1, int d2, int d3, float scale, int zero) {
  net->tensor = realloc(net->tensor, (size_t)(net->tensors + 1) * sizeof *net->tensor);
  vmac_tensor *t = &net->tensor[net->tensors];
  memset(t, 0, sizeof *t);
  t->name = vmac_alloc(16, 1);
  snprintf(t->name, 16, "t%d", net->tensors);
  const int dim[4] = {d0, d1, d2, d3};
  t->size = 1;
  for (; t->rank < 4 && dim[t->rank]; t->rank++) {
    t->dim[t->rank] = dim[t->rank];
    t->size *= (size_t)dim[t->rank];
  }
  t->scales = 1;
  t->scale = vmac_alloc(1, sizeof *t->scale);
  t->scale[0] = scale;
  t->zero = zero;
  return net->tensors++;
}

/* Random weights, with `scales` random scales around 2^-8. */
static inline int net_weights(vmac_net *net, int d0, int d1, int d2, int d3, int scales,
                              vmac_rng *rng) {
  const int index = net_tensor(net, d0, d1, d2, d3, 1, 0);
  vmac_tensor *t = &net->tensor[index];
  t->i8 = vmac_alloc(t->size, 1);
  for (size_t i = 0; i < t->size; i++) t->i8[i] = (int8_t)vmac_rng_next(rng);
  t->scales = scales;
  t->scale = realloc(t->scale, (size_t)scales * sizeof *t->scale);
  for (int i = 0; i < scales; i++) t->scale[i] = (float)(0.002 + 0.004 * vmac_rng_uniform(rng));
  return index;
}

static inline int net_ints(vmac_net *net, int d0, int d1, const int32_t *values) {
  const int index = net_tensor(net, d0, d1, 0, 0, 1, 0);
  vmac_tensor *t = &net->tensor[index];
  t->i32 = vmac_alloc(t->size, sizeof *t->i32);
  memcpy(t->i32, values, t->size * sizeof *t->i32);
  t->scales = 0;
  return index;
}

static inline int net_bias(vmac_net *net, int n, vmac_rng *rng) {
  int32_t values[256];
  for (int i = 0; i < n; i++) values[i] = (int32_t)vmac_rng_below(rng, 8001) - 4000;
  return net_ints(net, n, 0, values);
}

static inline vmac_op *net_op(vmac_net *net, vmac_opkind kind, int in, int out) {
  net->op = realloc(net->op, (size_t)(net->ops + 1) * sizeof *net->op);
  vmac_op *op = &net->op[net->ops++];
  memset(op, 0, sizeof *op);
  op->kind = kind;
  op->in[0] = in;
  op->in[1] = op->weight = op->bias = -1;
  op->out = out;
  op->beta = 1;
  return op;
}

static inline void window(vmac_op *op, int kh, int kw, int stride, int same, vmac_act act) {
  op->kh = kh;
  op->kw = kw;
  op->stride_h = op->stride_w = stride;
  op->same = same;
  op->act = act;
}

/* Every operator once: conv, depthwise, add, pad, max pool, relu, average pool, reshape, fully
 * connected (one scale, and one per channel without bias), softmax. Input (1, 9, 7, 3). */
static inline vmac_net *net_every_operator(uint64_t seed) {
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  vmac_net *net = net_new();
  net->input = net_tensor(net, 1, 9, 7, 3, 1.0f, -128);
  const int conv = net_tensor(net, 1, 5, 4, 6, 0.9f, -5);
  vmac_op *op = net_op(net, VMAC_CONV, net->input, conv);
  window(op, 3, 3, 2, 1, VMAC_ACT_NONE);
  op->weight = net_weights(net, 6, 3, 3, 3, 6, &rng);
  op->bias = net_bias(net, 6, &rng);
  const int dw = net_tensor(net, 1, 5, 4, 6, 0.7f, -128);
  op = net_op(net, VMAC_DEPTHWISE, conv, dw);
  window(op, 3, 3, 1, 1, VMAC_ACT_RELU6);
  op->weight = net_weights(net, 1, 3, 3, 6, 6, &rng);
  op->bias = net_bias(net, 6, &rng);
  const int sum = net_tensor(net, 1, 5, 4, 6, 0.8f, -20);
  op = net_op(net, VMAC_ADD, conv, sum);
  op->in[1] = dw;
  op->act = VMAC_ACT_RELU;
  const int32_t pads[8] = {0, 0, 1, 0, 0, 2, 0, 1};
  const int padded = net_tensor(net, 1, 6, 6, 7, 0.8f, -20);
  op = net_op(net, VMAC_PAD, sum, padded);
  op->weight = net_ints(net, 4, 2, pads);
  const int max = net_tensor(net, 1, 5, 5, 7, 0.8f, -20);
  window(net_op(net, VMAC_MAXPOOL, padded, max), 2, 2, 1, 0, VMAC_ACT_NONE);
  const int relu = net_tensor(net, 1, 5, 5, 7, 0.5f, -100);
  net_op(net, VMAC_RELU, max, relu)->act = VMAC_ACT_RELU6;
  const int mean = net_tensor(net, 1, 3, 3, 7, 0.5f, -100);
  window(net_op(net, VMAC_AVGPOOL, relu, mean), 3, 3, 2, 1, VMAC_ACT_NONE);
  const int32_t shape[2] = {1, 63};
  const int flat = net_tensor(net, 1, 63, 0, 0, 0.5f, -100);
  net_op(net, VMAC_RESHAPE, mean, flat)->weight = net_ints(net, 2, 0, shape);
  const int hidden = net_tensor(net, 1, 12, 0, 0, 0.6f, 3);
  op = net_op(net, VMAC_FC, flat, hidden);
  op->weight = net_weights(net, 12, 63, 0, 0, 1, &rng);
  op->bias = net_bias(net, 12, &rng);
  const int logits = net_tensor(net, 1, 5, 0, 0, 0.15f, 9);
  net_op(net, VMAC_FC, hidden, logits)->weight = net_weights(net, 5, 12, 0, 0, 5, &rng);
  net->output = net_tensor(net, 1, 5, 0, 0, 1.0f / 256, -128);
  net_op(net, VMAC_SOFTMAX, logits, net->output);
  return net;
}

static inline void net_random_input(const vmac_net *net, vmac_state *state, vmac_rng *rng) {
  for (size_t i = 0; i < net->tensor[net->input].size; i++)
    state->i8[net->input][i] = (int8_t)vmac_rng_next(rng);
}

#endif
