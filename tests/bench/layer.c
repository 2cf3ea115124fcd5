/* Layers of one convolution or matrix product with random weights and activations, and the plain
 * loops that say what their sums are. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "testing/net_build.h"

/* All of ResNet-8 but its last 1 x 1 convolution and the classifier, 1 % of it. */
const bench_shape bench_shapes[BENCH_SHAPES] = {
    {"3x3_3_16", 32, 3, 16, 3, 1, 1},      {"3x3_16_16", 32, 16, 16, 3, 1, 2},
    {"3x3_16_32_s2", 32, 16, 32, 3, 2, 1}, {"3x3_32_32", 16, 32, 32, 3, 1, 1},
    {"3x3_32_64_s2", 16, 32, 64, 3, 2, 1}, {"3x3_64_64", 8, 64, 64, 3, 1, 1},
    {"1x1_16_32_s2", 32, 16, 32, 1, 2, 1}, {"fc_512", 512, 512, 512, 0, 1, 0}};
const char *const bench_data_name[BENCH_DATA] = {"post-relu", "dense"};

enum { ZERO_POINT = -128 }; /* behind a ReLU: its zeros are the lowest code */
static const double sigma = 30;

void *bench_alloc(size_t bytes) {
  void *at = NULL;
  if (posix_memalign(&at, 64, bytes ? bytes : 64)) {
    fputs("bench: out of memory\n", stderr);
    exit(1);
  }
  memset(at, 0, bytes);
  return at;
}

static int random_weight(vmac_rng *rng) {
  const double w = rint(sigma * vmac_rng_normal(rng));
  return w < -127 ? -127 : w > 127 ? 127 : (int)w;
}

static int add_bias(vmac_net *net, int n, vmac_rng *rng) {
  int32_t *values = vmac_alloc((size_t)n, sizeof *values);
  for (int i = 0; i < n; i++) values[i] = (int32_t)vmac_rng_below(rng, 8001) - 4000;
  const int index = net_ints(net, n, 0, values);
  free(values);
  return index;
}

static vmac_net *one_layer(const bench_shape *shape, int in_size, int c, int n, vmac_rng *rng) {
  vmac_net *net = net_new();
  const int out_size = (in_size - 1) / shape->stride + 1, window_size = shape->window;
  const bool fc = !window_size;
  const int out_scale = 64; /* keeps the requantization in range, which is not run */
  net->input = fc ? net_tensor(net, 1, in_size, c, 0, 1, ZERO_POINT)
                  : net_tensor(net, 1, in_size, in_size, c, 1, ZERO_POINT);
  net->output = fc ? net_tensor(net, 1, in_size, n, 0, out_scale, ZERO_POINT)
                   : net_tensor(net, 1, out_size, out_size, n, out_scale, ZERO_POINT);
  vmac_op *op = net_op(net, fc ? VMAC_FC : VMAC_CONV, net->input, net->output);
  if (!fc) window(op, window_size, window_size, shape->stride, 1, VMAC_ACT_RELU);
  op->weight = fc ? net_weights(net, n, c, 0, 0, 1, rng)
                  : net_weights(net, n, window_size, window_size, c, n, rng);
  op->bias = add_bias(net, n, rng);
  vmac_tensor *weight = &net->tensor[op->weight];
  for (size_t i = 0; i < weight->size; i++) weight->i8[i] = (int8_t)random_weight(rng);
  return net;
}

bool bench_layer_new(bench_layer *layer, const bench_shape *shape, bool small, vmac_err *err) {
  vmac_rng rng;
  vmac_rng_seed(&rng, 1);
  const bool less = small && !shape->window;
  memset(layer, 0, sizeof *layer);
  layer->shape = shape;
  layer->net =
      one_layer(shape, less ? 48 : shape->in, less ? 64 : shape->c, less ? 32 : shape->n, &rng);
  if (!vmac_net_prepare(layer->net, err)) return false;
  const vmac_op *op = &layer->net->op[0];
  const int k = layer->k = op->k, n = layer->n = op->n;
  layer->m = op->m;
  const size_t mk = (size_t)op->m * (size_t)k, nk = (size_t)n * (size_t)k;
  layer->input = bench_alloc(layer->net->tensor[layer->net->input].size);
  layer->codes = bench_alloc(mk);
  layer->bits = bench_alloc(mk);
  layer->w = layer->net->tensor[op->weight].i8;
  layer->w_bits = bench_alloc(nk);
  layer->w_index = bench_alloc(nk * sizeof *layer->w_index);
  for (int j = 0; j < n; j++)
    for (int kk = 0; kk < k; kk++) {
      const uint8_t bits = vmac_operand_bits(VMAC_S8, layer->w[j * k + kk]);
      layer->w_bits[j * k + kk] = bits;
      layer->w_index[kk * n + j] = bits;
    }
  return true;
}

/* 51 % zeros and a half-normal rest, as ReLUs of the shipped networks leave them; or any byte. */
static int random_activation(bench_data data, vmac_rng *rng) {
  if (data == BENCH_DENSE) return (int)vmac_rng_below(rng, 256) - 128;
  if (vmac_rng_uniform(rng) < 0.51) return ZERO_POINT;
  const double a = 1 + floor(sigma * fabs(vmac_rng_normal(rng)));
  return ZERO_POINT + (a > 255 ? 255 : (int)a);
}

void bench_layer_fill(bench_layer *layer, bench_data data) {
  vmac_rng rng;
  vmac_rng_seed(&rng, 2 + (uint64_t)data);
  const size_t size = layer->net->tensor[layer->net->input].size;
  for (size_t i = 0; i < size; i++) layer->input[i] = (int8_t)random_activation(data, &rng);
  for (int i = 0; i < layer->m; i++)
    vmac_patch(layer->net, &layer->net->op[0], layer->input, i, 0,
               layer->codes + (size_t)i * (size_t)layer->k);
  for (size_t i = 0; i < (size_t)layer->m * (size_t)layer->k; i++)
    layer->bits[i] = vmac_operand_bits(VMAC_S8, layer->codes[i]);
}

void bench_layer_free(bench_layer *layer) {
  vmac_net_free(layer->net);
  free(layer->input);
  free(layer->codes);
  free(layer->bits);
  free(layer->w_bits);
  free(layer->w_index);
}

void bench_plain_sums(const bench_layer *layer, vmac_class cls, const int32_t *table,
                      int32_t *sum) {
  const int k = layer->k, n = layer->n;
  for (int i = 0; i < layer->m; i++)
    for (int j = 0; j < n; j++) {
      int64_t s = 0;
      for (int kk = 0; kk < k; kk++) {
        const int8_t a = layer->codes[i * k + kk], w = layer->w[j * k + kk];
        s += table ? table[vmac_operand_bits(cls, a) << 8 | vmac_operand_bits(cls, w)] : a * w;
      }
      sum[i * n + j] = (int32_t)s;
    }
}

void bench_plain_acc(const bench_layer *layer, vmac_class cls, const int32_t *sum, int32_t *acc) {
  const int k = layer->k, n = layer->n, flip = cls == VMAC_U8 ? 128 : 0;
  const int64_t zero = ZERO_POINT + flip;
  const int32_t *bias = layer->net->tensor[layer->net->op[0].bias].i32;
  int64_t *sum_a = vmac_alloc((size_t)layer->m, sizeof *sum_a);
  for (int i = 0; i < layer->m; i++)
    for (int kk = 0; kk < k; kk++) sum_a[i] += layer->codes[i * k + kk] + flip;
  for (int j = 0; j < n; j++) {
    int64_t sum_w = 0;
    for (int kk = 0; kk < k; kk++) sum_w += layer->w[j * k + kk] + flip;
    const int64_t constant = bias[j] - zero * sum_w + k * flip * zero;
    for (int i = 0; i < layer->m; i++)
      acc[i * n + j] = (int32_t)(constant + sum[i * n + j] - flip * sum_a[i]);
  }
  free(sum_a);
}
