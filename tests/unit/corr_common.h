/* corr_common.h: a small network of every MAC layer, images for it, and what is left of a cell's
 * error after correction. SPDX-License-Identifier: Apache-2.0 */
#ifndef CORR_COMMON_H
#define CORR_COMMON_H

#include "cmocka_all.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/correction.h"

enum { H = 6, W = 5, C = 4, IMAGES = 12, OPS = 4 };

static inline void tensor(vmac_tensor *t, const char *name, int rank, const int *dim, float scale,
                          int32_t zero, int scales) {
  t->name = strcpy(vmac_alloc(32, 1), name);
  t->rank = rank;
  t->size = 1;
  for (int i = 0; i < rank; i++) t->size *= (size_t)(t->dim[i] = dim[i]);
  t->scales = scales;
  t->scale = vmac_alloc((size_t)scales, sizeof *t->scale);
  for (int i = 0; i < scales; i++) t->scale[i] = scale;
  t->zero = zero;
}

static inline void constants(vmac_tensor *weight, vmac_tensor *bias, vmac_rng *rng, int k,
                             bool same) {
  weight->i8 = vmac_alloc(weight->size, 1);
  bias->i32 = vmac_alloc(bias->size, sizeof *bias->i32);
  for (size_t i = 0; i < weight->size; i++) {
    const bool copy = same && i % (size_t)k; /* all weights of a filter equal its first */
    weight->i8[i] = copy ? weight->i8[i - 1] : (int8_t)((int)vmac_rng_below(rng, 255) - 127);
  }
  for (size_t i = 0; i < bias->size; i++) bias->i32[i] = (int32_t)vmac_rng_below(rng, 4001) - 2000;
}

/* input (1, H, W, C) -> conv 3x3 SAME, 5 channels -> depthwise 3x3 -> reshape -> FC, 3 outputs. */
static inline vmac_net *network(uint64_t seed, bool same_weights) {
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  vmac_net *net = vmac_alloc(1, sizeof *net);
  net->tensors = 11;
  net->ops = 4;
  net->tensor = vmac_alloc(11, sizeof *net->tensor);
  net->op = vmac_alloc(4, sizeof *net->op);
  vmac_tensor *t = net->tensor;
  tensor(&t[0], "in", 4, (int[]){1, H, W, C}, 1.0f / 64, 3, 1);
  tensor(&t[1], "conv.w", 4, (int[]){5, 3, 3, C}, 0.01f, 0, 5);
  tensor(&t[2], "conv.b", 1, (int[]){5}, 0.01f / 64, 0, 5);
  tensor(&t[3], "conv", 4, (int[]){1, H, W, 5}, 0.05f, -128, 1);
  tensor(&t[4], "dw.w", 4, (int[]){1, 3, 3, 5}, 0.01f, 0, 5);
  tensor(&t[5], "dw.b", 1, (int[]){5}, 0.05f * 0.01f, 0, 5);
  tensor(&t[6], "dw", 4, (int[]){1, H, W, 5}, 0.05f, -20, 1);
  tensor(&t[7], "flat", 2, (int[]){1, H * W * 5}, 0.05f, -20, 1);
  tensor(&t[8], "fc.w", 2, (int[]){3, H * W * 5}, 0.01f, 0, 1);
  tensor(&t[9], "fc.b", 1, (int[]){3}, 0.05f * 0.01f, 0, 1);
  tensor(&t[10], "out", 2, (int[]){1, 3}, 0.1f, 0, 1);
  constants(&t[1], &t[2], &rng, 9 * C, same_weights);
  constants(&t[4], &t[5], &rng, 1, false);
  constants(&t[8], &t[9], &rng, H * W * 5, same_weights);
  if (same_weights) /* depthwise weights are (kh, kw, n): a filter's lie n apart */
    for (size_t i = 5; i < t[4].size; i++) t[4].i8[i] = t[4].i8[i % 5];
  net->op[0] = (vmac_op){.kind = VMAC_CONV,
                         .in = {0, -1},
                         .weight = 1,
                         .bias = 2,
                         .out = 3,
                         .kh = 3,
                         .kw = 3,
                         .stride_h = 1,
                         .stride_w = 1,
                         .same = 1,
                         .act = VMAC_ACT_RELU};
  net->op[1] = net->op[0];
  net->op[1].kind = VMAC_DEPTHWISE;
  net->op[1].in[0] = 3, net->op[1].weight = 4, net->op[1].bias = 5, net->op[1].out = 6;
  net->op[1].act = VMAC_ACT_NONE;
  net->op[1].multiplier = 1;
  net->op[2] = (vmac_op){.kind = VMAC_RESHAPE, .in = {6, -1}, .weight = -1, .bias = -1, .out = 7};
  net->op[3] = (vmac_op){.kind = VMAC_FC, .in = {7, -1}, .weight = 8, .bias = 9, .out = 10};
  net->input = 0;
  net->output = 10;
  vmac_err err;
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
  return net;
}

static inline vmac_dataset images(uint64_t seed) {
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  vmac_dataset data = {.n = IMAGES, .h = H, .w = W, .c = C, .classes = 3};
  data.pixels = vmac_alloc(IMAGES, H * W * C);
  data.labels = vmac_alloc(IMAGES, 1);
  for (size_t i = 0; i < IMAGES * H * W * C; i++) data.pixels[i] = (uint8_t)vmac_rng_next(&rng);
  return data;
}

/* What is left of the error after correction, over all MAC layers, channels and images, on exact
 * activations. */
typedef struct {
  int32_t worst;      /* largest |accumulator - exact accumulator| */
  double bias;        /* largest |mean of a channel| */
  double square[OPS]; /* mean square, summed over channels */
} residual;

static inline residual measure(const vmac_net *net, const vmac_plan *plan,
                               const vmac_dataset *data) {
  static int32_t exact[H * W * 5], got[H * W * 5];
  static double sum[OPS][5];
  residual r = {0};
  memset(sum, 0, sizeof sum);
  vmac_state *state = vmac_state_new(net);
  for (size_t image = 0; image < data->n; image++) {
    vmac_state_set_image(net, state, data, image);
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
    for (int i = 0; i < net->ops; i++) {
      const vmac_op *op = &net->op[i];
      if (!vmac_op_is_mac(op)) continue;
      vmac_layer_acc(net, op, NULL, state->i8[op->in[0]], exact, state);
      vmac_layer_acc(net, op, &plan->mac[i], state->i8[op->in[0]], got, state);
      for (int j = 0; j < op->m * op->n; j++) {
        const int32_t e = got[j] - exact[j];
        const double share = 1.0 / ((double)op->m * (double)data->n);
        r.worst = abs(e) > r.worst ? abs(e) : r.worst;
        r.square[i] += (double)e * e * share;
        sum[i][j % op->n] += e * share;
      }
    }
  }
  vmac_state_free(net, state);
  for (int i = 0; i < OPS; i++)
    for (int c = 0; c < 5; c++) r.bias = fmax(r.bias, fabs(sum[i][c]));
  return r;
}

static inline residual measure_of(const vmac_net *net, const vmac_mult *mult, vmac_mode mode,
                                  const vmac_dataset *data) {
  vmac_err err;
  vmac_plan *plan = vmac_plan_make(net, mult, NULL, mode, data, data->n, &err);
  if (!plan) fail_msg("%s", err.text);
  const residual r = measure(net, plan, data);
  vmac_plan_free(plan);
  return r;
}

static inline int32_t worst_of(const vmac_net *net, const vmac_mult *mult, vmac_mode mode,
                               const vmac_dataset *data) {
  return measure_of(net, mult, mode, data).worst;
}

static inline const vmac_mult *cell(const char *name) {
  vmac_err err;
  const vmac_mult *mult = vmac_mult_find(name, &err);
  if (!mult) fail_msg("%s", err.text);
  return mult;
}

#endif
