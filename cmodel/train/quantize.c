/* From a trained float model to a TFLite int8 network.
 *
 * Scheme: TFLite's 8-bit quantization specification. real = scale * (code - zero point); weights
 * symmetric in -127..127, bias int32 with scale = input scale * weight scale, activations after a
 * ReLU with zero point -128. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "train/train.h"

static char *copy_name(const char *name) {
  char *copy = vmac_alloc(strlen(name) + 1, 1);
  return memcpy(copy, name, strlen(name));
}

static int add_tensor(vmac_net *net, const char *name, int rank, const int *dim) {
  vmac_tensor *t = &net->tensor[net->tensors];
  t->name = copy_name(name);
  t->rank = rank;
  t->size = 1;
  for (int i = 0; i < rank; i++) {
    t->dim[i] = dim[i];
    t->size *= (size_t)dim[i];
  }
  return net->tensors++;
}

static void set_scale(vmac_tensor *t, float scale, int32_t zero) {
  t->scale = vmac_alloc(1, sizeof *t->scale);
  t->scale[0] = scale;
  t->scales = 1;
  t->zero = zero;
}

static bool usable(float scale) {
  return scale > 0 && isfinite(scale);
}

static float range_scale(train_range r) {
  return (float)(((double)r.hi - (double)r.lo) / 255);
}

static int add_activation(vmac_net *net, const char *name, int rank, const int *dim,
                          train_range r) {
  const int index = add_tensor(net, name, rank, dim);
  const double scale = ((double)r.hi - (double)r.lo) / 255;
  set_scale(&net->tensor[index], range_scale(r), (int32_t)lround(-128 - (double)r.lo / scale));
  return index;
}

static vmac_op *add_op(vmac_net *net, vmac_opkind kind, int in, int out) {
  vmac_op *op = &net->op[net->ops++];
  *op = (vmac_op){.kind = kind, .in = {in, -1}, .out = out, .weight = -1, .bias = -1};
  return op;
}

/* Scale of weights w[0..n) that go with biases b[0..channels): the largest weight becomes 127;
 * where the weights vanish beside the bias, the bias still fits 30 bits. */
static float weight_scale(const double *w, size_t n, const double *b, int channels,
                          float in_scale) {
  double largest = 0, bias = 0;
  for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(w[i]));
  for (int i = 0; i < channels; i++) bias = fmax(bias, fabs(b[i]));
  const double scale = fmax(largest / 127, bias / ((double)in_scale * (1 << 30)));
  return scale > 0 ? (float)scale : 1;
}

/* Codes of channel c of op from real values w[0..k), b; depthwise weights have channels last. */
static bool set_channel(vmac_net *net, const vmac_op *op, int c, size_t k, const double *w,
                        double b, vmac_err *err) {
  const bool last = op->kind == VMAC_DEPTHWISE;
  vmac_tensor *weight = &net->tensor[op->weight], *bias = &net->tensor[op->bias];
  const int s = weight->scales > 1 ? c : 0;
  const double scale = (double)weight->scale[s];
  const size_t channels = weight->size / k;
  if (!usable(weight->scale[s]) || !usable(bias->scale[s]))
    return vmac_fail(err, "tensor '%s': channel %d: no float32 scale fits its values", weight->name,
                     c);
  for (size_t i = 0; i < k; i++) {
    if (!isfinite(w[i]))
      return vmac_fail(err, "tensor '%s': channel %d: value %zu is not finite", weight->name, c, i);
    weight->i8[last ? i * channels + (size_t)c : (size_t)c * k + i] =
        (int8_t)fmax(-127, fmin(127, round(w[i] / scale)));
  }
  const double code = b / ((double)net->tensor[op->in[0]].scale[0] * scale);
  if (!(fabs(code) < INT32_MAX))
    return vmac_fail(err, "tensor '%s': channel %d: code %g: not finite or beyond int32",
                     bias->name, c, code);
  bias->i32[c] = (int32_t)lround(code);
  return true;
}

/* Weight and bias tensors of op from real values w (channels, k), b (channels). */
static bool add_weights(vmac_net *net, vmac_op *op, const char *name, int rank, const int *dim,
                        const double *w, const double *b, bool per_channel, vmac_err *err) {
  const int channels = op->kind == VMAC_DEPTHWISE ? dim[3] : dim[0];
  const float in_scale = net->tensor[op->in[0]].scale[0];
  char text[64];
  snprintf(text, sizeof text, "%.48s/weight", name);
  op->weight = add_tensor(net, text, rank, dim);
  snprintf(text, sizeof text, "%.48s/bias", name);
  op->bias = add_tensor(net, text, 1, &channels);
  vmac_tensor *weight = &net->tensor[op->weight], *bias = &net->tensor[op->bias];
  const size_t k = weight->size / (size_t)channels;
  weight->scales = bias->scales = per_channel ? channels : 1;
  weight->scale = vmac_alloc((size_t)weight->scales, sizeof *weight->scale);
  bias->scale = vmac_alloc((size_t)bias->scales, sizeof *bias->scale);
  weight->i8 = vmac_alloc(weight->size, 1);
  bias->i32 = vmac_alloc((size_t)channels, sizeof *bias->i32);
  for (int c = 0; c < weight->scales; c++) {
    weight->scale[c] = per_channel ? weight_scale(w + (size_t)c * k, k, b + c, 1, in_scale)
                                   : weight_scale(w, weight->size, b, channels, in_scale);
    bias->scale[c] = in_scale * weight->scale[c];
  }
  for (int c = 0; c < channels; c++)
    if (!set_channel(net, op, c, k, w + (size_t)c * k, b[c], err)) return false;
  return true;
}

/* Gain and bias of channel c of what stands behind a convolution: g = gamma / sd and
 * beta - mean * g of a batch norm, 1 and the bias of a bias. */
static double fold_channel(const train_model *m, const train_layer *l, size_t c, double *bias) {
  const float *p = m->param + l->param, *mean = m->stat + l->stat, *var = mean + l->c;
  if (l->row->kind == TRAIN_BIAS) {
    *bias = (double)p[c];
    return 1;
  }
  const double g = (double)p[c] / sqrt((double)var[c] + (double)TRAIN_BN_EPSILON);
  *bias = (double)p[(size_t)l->c + c] - (double)mean[c] * g;
  return g;
}

double train_fold_gain(const train_model *m, int layer, int channel) {
  if (m->layer[layer].row->kind == TRAIN_FC) return 1;
  int behind = layer + 1;
  while (m->layer[behind].in[0] != layer) behind++;
  double bias;
  return fold_channel(m, &m->layer[behind], (size_t)channel, &bias);
}

/* A convolution and the batch norm or bias behind it. */
static bool add_conv(vmac_net *net, const train_model *m, const train_layer *conv,
                     const train_layer *behind, int in, int out, vmac_err *err) {
  const bool depthwise = conv->row->kind == TRAIN_DEPTHWISE;
  const float *w = m->param + conv->param;
  const int k = conv->row->kernel;
  const int dim[4] = {depthwise ? 1 : conv->c, k, k, conv->ic};
  const size_t taps = (size_t)(k * k * (depthwise ? 1 : conv->ic)), n = (size_t)conv->c;
  double *folded = vmac_alloc(n * taps, sizeof *folded), *bias = vmac_alloc(n, sizeof *bias);
  for (size_t c = 0; c < n; c++) {
    const double g = fold_channel(m, behind, c, &bias[c]);
    for (size_t i = 0; i < taps; i++)
      folded[c * taps + i] = (double)w[depthwise ? i * n + c : c * taps + i] * g;
  }
  vmac_op *op = add_op(net, depthwise ? VMAC_DEPTHWISE : VMAC_CONV, in, out);
  op->act = behind->row->relu ? VMAC_ACT_RELU : VMAC_ACT_NONE;
  op->kh = op->kw = k;
  op->stride_h = op->stride_w = conv->row->stride;
  op->same = !conv->row->valid;
  const bool ok = add_weights(net, op, conv->row->name, 4, dim, folded, bias, true, err);
  free(folded);
  free(bias);
  return ok;
}

/* A tensor quantized as tensor `in` is. */
static int add_like(vmac_net *net, const char *name, int rank, const int *dim, int in) {
  const int index = add_tensor(net, name, rank, dim);
  set_scale(&net->tensor[index], net->tensor[in].scale[0], net->tensor[in].zero);
  return index;
}

/* The reshape of a map to (1, inputs) of a fully connected layer; that of a vector is itself. */
static int add_flat(vmac_net *net, int in) {
  if (net->tensor[in].rank == 2) return in;
  const int flat[2] = {1, (int)net->tensor[in].size}, two = 2;
  const int out = add_like(net, "flat", 2, flat, in),
            shape = add_tensor(net, "flat/shape", 1, &two);
  net->tensor[shape].i32 = vmac_alloc(2, sizeof(int32_t));
  memcpy(net->tensor[shape].i32, flat, sizeof flat);
  add_op(net, VMAC_RESHAPE, in, out)->weight = shape;
  return out;
}

/* Average pool over the whole map, or max pool; both keep the input's quantization. */
static int add_pool(vmac_net *net, const train_layer *l, int in) {
  const int dim[4] = {1, l->h, l->w, l->c};
  const bool max = l->row->kind == TRAIN_MAXPOOL;
  const int out = add_like(net, l->row->name, 4, dim, in);
  vmac_op *op = add_op(net, max ? VMAC_MAXPOOL : VMAC_AVGPOOL, in, out);
  op->kh = max ? l->row->kernel : l->ih;
  op->kw = max ? l->row->kernel : l->iw;
  op->stride_h = max ? l->row->stride : l->ih;
  op->stride_w = max ? l->row->stride : l->iw;
  return out;
}

static bool add_fc(vmac_net *net, const train_model *m, const train_layer *l, int in, int out,
                   vmac_err *err) {
  const int dim[2] = {l->c, l->ih * l->iw * l->ic};
  const size_t n = (size_t)dim[0], size = n * (size_t)dim[1];
  const float *p = m->param + l->param;
  double *w = vmac_alloc(size + n, sizeof *w);
  for (size_t i = 0; i < size + n; i++) w[i] = (double)p[i];
  vmac_op *op = add_op(net, VMAC_FC, in, out);
  op->act = l->row->relu ? VMAC_ACT_RELU : VMAC_ACT_NONE;
  const bool ok = add_weights(net, op, l->row->name, 2, dim, w, w + size, false, err);
  free(w);
  return ok;
}

/* Adds layer i; tensor[j] is the output tensor of an earlier layer j (a convolution has none: the
 * batch norm or bias behind it completes it). */
static bool add_layer(vmac_net *net, const train_model *m, int i, train_range range, int *tensor,
                      vmac_err *err) {
  const train_layer *l = &m->layer[i];
  const int a = l->in[0], dim[4] = {1, l->h, l->w, l->c}, flat[2] = {1, l->c};
  const int in = a < 0 ? net->input : tensor[a];
  if (!(range.lo <= 0 && range.hi >= 0 && usable(range_scale(range))))
    return vmac_fail(err, "layer '%s': no 8-bit scale fits its range %g..%g", l->row->name,
                     (double)range.lo, (double)range.hi);
  switch (l->row->kind) {
  case TRAIN_CONV:
  case TRAIN_DEPTHWISE:
    break;
  case TRAIN_BN:
  case TRAIN_BIAS: {
    const train_layer *conv = &m->layer[a];
    tensor[i] = add_activation(net, l->row->name, 4, dim, range);
    return add_conv(net, m, conv, l, conv->in[0] < 0 ? net->input : tensor[conv->in[0]], tensor[i],
                    err);
  }
  case TRAIN_ADD: {
    tensor[i] = add_activation(net, l->row->name, 4, dim, range);
    vmac_op *op = add_op(net, VMAC_ADD, in, tensor[i]);
    op->in[1] = tensor[l->in[1]];
    op->act = l->row->relu ? VMAC_ACT_RELU : VMAC_ACT_NONE;
    break;
  }
  case TRAIN_POOL:
  case TRAIN_MAXPOOL:
    tensor[i] = add_pool(net, l, in);
    break;
  case TRAIN_FC: {
    const int vector = add_flat(net, in);
    tensor[i] = add_activation(net, l->row->name, 2, flat, range);
    return add_fc(net, m, l, vector, tensor[i], err);
  }
  }
  return true;
}

vmac_net *train_quantize(const train_model *m, const train_range *range, vmac_err *err) {
  int *tensor = vmac_alloc((size_t)m->layers, sizeof *tensor);
  vmac_net *net = train_quantize_tensors(m, range, tensor, err);
  free(tensor);
  return net;
}

vmac_net *train_quantize_tensors(const train_model *m, const train_range *range, int *tensor,
                                 vmac_err *err) {
  enum { MOST = 5 }; /* tensors or operators per layer */
  vmac_net *net = vmac_alloc(1, sizeof *net);
  net->tensor = vmac_alloc((size_t)m->layers * MOST + 2, sizeof *net->tensor);
  net->op = vmac_alloc((size_t)m->layers * MOST + 2, sizeof *net->op);
  const int dim[4] = {1, m->net->h, m->net->w, m->net->c}, flat[2] = {1, m->net->classes};
  net->input = add_tensor(net, "image", 4, dim);
  set_scale(&net->tensor[net->input], TRAIN_INPUT_SCALE, 0); /* code = pixel - 128 */
  bool ok = true;
  for (int i = 0; ok && i < m->layers; i++) ok = add_layer(net, m, i, range[i], tensor, err);
  net->output = add_tensor(net, "probabilities", 2, flat);
  set_scale(&net->tensor[net->output], 1.0f / 256, -128);
  add_op(net, VMAC_SOFTMAX, tensor[m->layers - 1], net->output)->beta = 1;
  if (ok && vmac_net_prepare(net, err)) return net;
  vmac_net_free(net);
  return NULL;
}
