/* Checks a network's shapes, types and quantization, and derives what running it needs.
 *
 * Whoever builds a vmac_net (the tflite reader, the quantizer) calls vmac_net_prepare(); after it
 * the run functions trust every index, shape and scale.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/net.h"

static const vmac_tensor *tensor_at(const vmac_net *net, int t) {
  return &net->tensor[t];
}

static bool is_activation(const vmac_tensor *t) {
  return !t->i8 && !t->i32;
}

static bool same_shape(const vmac_tensor *a, const vmac_tensor *b) {
  return a->rank == b->rank && !memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim);
}

static bool check_scales(const vmac_tensor *t) {
  for (int i = 0; i < t->scales; i++)
    if (!(t->scale[i] > 0) || !isfinite(t->scale[i])) return false;
  return true;
}

static bool check_tensor(vmac_tensor *t, int index, size_t *total, vmac_err *err) {
  const char *name = t->name ? t->name : "";
  if (t->rank < 1 || t->rank > 4)
    return vmac_fail(err, "tensor %d '%s': expected 1 to 4 dimensions, found %d", index, name,
                     t->rank);
  size_t size = 1;
  for (int i = 0; i < t->rank; i++) {
    if (t->dim[i] < 1 || t->dim[i] > VMAC_MAX_ELEMENTS)
      return vmac_fail(err, "tensor %d '%s': dimension %d is %d", index, name, i, t->dim[i]);
    size *= (size_t)t->dim[i];
    if (size > VMAC_MAX_ELEMENTS)
      return vmac_fail(err, "tensor %d '%s': more than %d elements", index, name,
                       VMAC_MAX_ELEMENTS);
  }
  t->size = size;
  *total += size;
  if (*total > VMAC_MAX_TOTAL)
    return vmac_fail(err, "tensors 0 to %d: more than %d elements together", index, VMAC_MAX_TOTAL);
  if (t->i8 && t->i32) return vmac_fail(err, "tensor %d '%s': int8 and int32 data", index, name);
  if (!check_scales(t))
    return vmac_fail(err, "tensor %d '%s': a scale is not a positive number", index, name);
  if (is_activation(t) && t->scales != 1)
    return vmac_fail(err, "tensor %d '%s': expected one scale and zero point, found %d", index,
                     name, t->scales);
  if (t->zero < INT8_MIN || t->zero > INT8_MAX)
    return vmac_fail(err, "tensor %d '%s': zero point %d is no int8", index, name, (int)t->zero);
  return true;
}

/* SAME pads so that out = ceil(in / stride), the odd element behind; VALID pads nothing. */
static bool window_axis(int in, int window, int stride, int same, int *out, int *before,
                        int *after) {
  *before = *after = 0;
  if (!same) {
    *out = window > in ? 0 : (in - window) / stride + 1;
    return *out > 0;
  }
  *out = (in - 1) / stride + 1;
  const int64_t total = (int64_t)(*out - 1) * stride + window - in;
  if (total > 0) {
    *before = (int)(total / 2);
    *after = (int)(total - total / 2);
  }
  return true;
}

static bool check_window(const vmac_net *net, vmac_op *op, vmac_err *err) {
  const vmac_tensor *in = tensor_at(net, op->in[0]), *out = tensor_at(net, op->out);
  enum { MAX = 32768 };
  if (in->rank != 4 || out->rank != 4 || in->dim[0] != 1 || out->dim[0] != 1)
    return vmac_op_fail(net, op, err, "expected (1, height, width, channels) in and out");
  if (op->kh < 1 || op->kw < 1 || op->kh > MAX || op->kw > MAX)
    return vmac_op_fail(net, op, err, "window of %d x %d", op->kh, op->kw);
  if (op->stride_h < 1 || op->stride_w < 1 || op->stride_h > MAX || op->stride_w > MAX)
    return vmac_op_fail(net, op, err, "stride of %d x %d", op->stride_h, op->stride_w);
  int h, w;
  if (!window_axis(in->dim[1], op->kh, op->stride_h, op->same, &h, &op->pad_top, &op->pad_bottom) ||
      !window_axis(in->dim[2], op->kw, op->stride_w, op->same, &w, &op->pad_left, &op->pad_right))
    return vmac_op_fail(net, op, err, "VALID window of %d x %d on an input of %d x %d", op->kh,
                        op->kw, in->dim[1], in->dim[2]);
  if (out->dim[1] != h || out->dim[2] != w)
    return vmac_op_fail(net, op, err, "expected an output of %d x %d, found %d x %d", h, w,
                        out->dim[1], out->dim[2]);
  return true;
}

/* Multipliers as TFLite's PopulateConvolutionQuantizationParams() makes them: per channel in
 * double. A fully connected layer with one scale takes in * weight in float first
 * (GetQuantizedConvolutionMultipler()). */
static double effective_scale(const vmac_op *op, const vmac_tensor *in, const vmac_tensor *weight,
                              const vmac_tensor *out, int channel) {
  const float w = weight->scale[weight->scales > 1 ? channel : 0];
  if (op->kind == VMAC_FC && weight->scales == 1) {
    const float product = in->scale[0] * w;
    return (double)product / (double)out->scale[0];
  }
  return (double)in->scale[0] * (double)w / (double)out->scale[0];
}

/* Largest |accumulator| of one channel: every activation at the far end from its zero point. */
static int64_t largest_acc(const vmac_net *net, const vmac_op *op, int channel) {
  const vmac_tensor *in = tensor_at(net, op->in[0]), *weight = tensor_at(net, op->weight);
  const int far = in->zero < 0 ? INT8_MAX - in->zero : in->zero - INT8_MIN;
  const size_t step = op->kind == VMAC_DEPTHWISE ? (size_t)op->n : 1;
  const int8_t *w = weight->i8 + (step > 1 ? (size_t)channel : (size_t)channel * (size_t)op->k);
  int64_t sum = 0;
  for (int i = 0; i < op->k; i++) sum += abs(w[(size_t)i * step]);
  const int64_t bias = op->bias < 0 ? 0 : tensor_at(net, op->bias)->i32[channel];
  return sum * far + llabs(bias);
}

static bool prepare_mac(const vmac_net *net, vmac_op *op, vmac_err *err) {
  const vmac_tensor *in = tensor_at(net, op->in[0]), *out = tensor_at(net, op->out);
  if (op->weight < 0 || op->weight >= net->tensors || !tensor_at(net, op->weight)->i8)
    return vmac_op_fail(net, op, err, "expected constant int8 weights");
  const vmac_tensor *weight = tensor_at(net, op->weight);
  const int *wd = weight->dim, want_rank = op->kind == VMAC_FC ? 2 : 4;
  if (weight->rank != want_rank)
    return vmac_op_fail(net, op, err, "expected %d-dimensional weights, found %d", want_rank,
                        weight->rank);
  op->multiplier = 1;
  if (op->kind == VMAC_FC) {
    op->n = wd[0];
    op->k = wd[1];
    op->kh = op->kw = op->stride_h = op->stride_w = 1;
    op->pad_top = op->pad_left = op->pad_bottom = op->pad_right = 0;
    if (in->size % (size_t)op->k)
      return vmac_op_fail(net, op, err, "%zu inputs are no multiple of the weights' %d", in->size,
                          op->k);
    op->m = (int)(in->size / (size_t)op->k);
  } else {
    const bool depthwise = op->kind == VMAC_DEPTHWISE;
    op->kh = wd[1];
    op->kw = wd[2];
    if (!check_window(net, op, err)) return false;
    const int channels = in->dim[3];
    op->n = depthwise ? wd[3] : wd[0];
    if (depthwise && (wd[0] != 1 || op->n % channels))
      return vmac_op_fail(net, op, err, "expected weights (1, h, w, multiple of %d), found %d x %d",
                          channels, wd[0], wd[3]);
    if (!depthwise && wd[3] != channels)
      return vmac_op_fail(net, op, err,
                          "%d input channels but weights for %d (grouped convolution is not "
                          "supported)",
                          channels, wd[3]);
    if (depthwise) op->multiplier = op->n / channels;
    op->m = out->dim[1] * out->dim[2];
    const int64_t k = (int64_t)op->kh * op->kw * (depthwise ? 1 : channels);
    op->k = k > VMAC_MAX_K ? VMAC_MAX_K + 1 : (int)k;
  }
  if (op->k > VMAC_MAX_K)
    return vmac_op_fail(net, op, err, "more than %d products per output overflow 32 bits",
                        VMAC_MAX_K);
  if (out->dim[out->rank - 1] != op->n || out->size != (size_t)op->m * (size_t)op->n)
    return vmac_op_fail(net, op, err,
                        "expected an output of %d x %d, found %zu elements in rows "
                        "of %d",
                        op->m, op->n, out->size, out->dim[out->rank - 1]);
  if (weight->zero) return vmac_op_fail(net, op, err, "weights with zero point %d", weight->zero);
  if (weight->scales != 1 && weight->scales != op->n)
    return vmac_op_fail(net, op, err, "%d weight scales for %d channels", weight->scales, op->n);
  if (op->bias >= 0 && (op->bias >= net->tensors || !tensor_at(net, op->bias)->i32 ||
                        tensor_at(net, op->bias)->size != (size_t)op->n))
    return vmac_op_fail(net, op, err, "expected a bias of %d int32", op->n);
  vmac_kernel_free(op->exact);
  op->exact = op->kind == VMAC_DEPTHWISE ? NULL : vmac_kernel_exact(net, op);
  op->requant = vmac_alloc((size_t)op->n, sizeof *op->requant);
  for (int c = 0; c < op->n; c++) {
    op->requant[c] = vmac_scale_from_double(effective_scale(op, in, weight, out, c));
    const int left = op->requant[c].shift > 0 ? op->requant[c].shift : 0;
    if (largest_acc(net, op, c) > INT32_MAX >> left)
      return vmac_op_fail(net, op, err,
                          "channel %d: accumulator may leave 32 bits (scales %g x "
                          "%g / %g)",
                          c, (double)in->scale[0],
                          (double)weight->scale[weight->scales > 1 ? c : 0], (double)out->scale[0]);
  }
  return true;
}

/* ADD in 20 more bits: both inputs relative to twice the larger input scale. */
static bool prepare_add(const vmac_net *net, vmac_op *op, vmac_err *err) {
  const vmac_tensor *a = tensor_at(net, op->in[0]), *b = tensor_at(net, op->in[1]);
  const vmac_tensor *out = tensor_at(net, op->out);
  if (!same_shape(a, b) || !same_shape(a, out))
    return vmac_op_fail(net, op, err,
                        "operands of different shapes (broadcasting is not "
                        "supported)");
  const double sa = (double)a->scale[0], sb = (double)b->scale[0], so = (double)out->scale[0];
  const double twice = 2 * (sa > sb ? sa : sb);
  op->left_shift = 20;
  const double back = twice / ((1 << 20) * so);
  if (!(back < 1))
    return vmac_op_fail(net, op, err, "output scale %g too small for inputs of %g and %g", so, sa,
                        sb);
  op->requant = vmac_alloc(3, sizeof *op->requant);
  op->requant[0] = vmac_scale_from_double(sa / twice);
  op->requant[1] = vmac_scale_from_double(sb / twice);
  op->requant[2] = vmac_scale_from_double(back);
  return true;
}

static bool same_quantization(const vmac_net *net, const vmac_op *op, vmac_err *err) {
  const vmac_tensor *in = tensor_at(net, op->in[0]), *out = tensor_at(net, op->out);
  if (fabsf(in->scale[0] - out->scale[0]) <= 1e-6f && in->zero == out->zero) return true;
  return vmac_op_fail(net, op, err, "expected one quantization in and out, found %g, %d and %g, %d",
                      (double)in->scale[0], (int)in->zero, (double)out->scale[0], (int)out->zero);
}

static bool prepare_pool(const vmac_net *net, vmac_op *op, vmac_err *err) {
  if (!check_window(net, op, err) || !same_quantization(net, op, err)) return false;
  if (tensor_at(net, op->in[0])->dim[3] == tensor_at(net, op->out)->dim[3]) return true;
  return vmac_op_fail(net, op, err, "input and output differ in channels");
}

static bool prepare_reshape(const vmac_net *net, vmac_op *op, vmac_err *err) {
  const vmac_tensor *in = tensor_at(net, op->in[0]), *out = tensor_at(net, op->out);
  if (in->size != out->size)
    return vmac_op_fail(net, op, err, "%zu elements into %zu", in->size, out->size);
  if (op->weight < 0) return true;
  const vmac_tensor *shape = op->weight < net->tensors ? tensor_at(net, op->weight) : NULL;
  bool equal = shape && shape->i32 && shape->size == (size_t)out->rank;
  for (int i = 0; equal && i < out->rank; i++)
    equal = shape->i32[i] == out->dim[i] || shape->i32[i] == -1;
  return equal || vmac_op_fail(net, op, err, "the shape operand is not the output's shape");
}

static bool prepare_pad(const vmac_net *net, vmac_op *op, vmac_err *err) {
  const vmac_tensor *in = tensor_at(net, op->in[0]), *out = tensor_at(net, op->out);
  const vmac_tensor *pads =
      op->weight >= 0 && op->weight < net->tensors ? tensor_at(net, op->weight) : NULL;
  if (in->rank != 4 || out->rank != 4)
    return vmac_op_fail(net, op, err, "expected 4 dimensions in and out");
  if (!pads || !pads->i32 || pads->size != 8)
    return vmac_op_fail(net, op, err, "expected constant int32 paddings, 4 x 2");
  for (int i = 0; i < 4; i++) {
    const int64_t before = pads->i32[2 * i], after = pads->i32[2 * i + 1];
    if (before < 0 || after < 0 || in->dim[i] + before + after != out->dim[i])
      return vmac_op_fail(net, op, err, "dimension %d: %d + paddings %d and %d is not %d", i,
                          in->dim[i], (int)before, (int)after, out->dim[i]);
  }
  op->pad_top = pads->i32[2];
  op->pad_bottom = pads->i32[3];
  op->pad_left = pads->i32[4];
  op->pad_right = pads->i32[5];
  return same_quantization(net, op, err);
}

/* exp()'s argument in 5.26 fixed point; TFLite asks for a multiplier above 1. A step of 16 and more
 * (e^-16 vanishes in the sum and in the output) is held at 16: same bytes, and no overflow. */
static bool prepare_softmax(const vmac_net *net, vmac_op *op, vmac_err *err) {
  const vmac_tensor *in = tensor_at(net, op->in[0]), *out = tensor_at(net, op->out);
  if (!same_shape(in, out)) return vmac_op_fail(net, op, err, "input and output differ in shape");
  if (out->zero != -128 || out->scale[0] != 1.0f / 256)
    return vmac_op_fail(net, op, err,
                        "expected output scale 1/256 and zero point -128, found %g "
                        "and %d",
                        (double)out->scale[0], (int)out->zero);
  const double step = (double)op->beta * (double)in->scale[0] * (1 << 26);
  if (!(step > 1) || !isfinite(step))
    return vmac_op_fail(net, op, err, "beta %g with input scale %g", (double)op->beta,
                        (double)in->scale[0]);
  if (in->dim[in->rank - 1] > 4095) /* the sum of exponentials has 12 integer bits */
    return vmac_op_fail(net, op, err, "more than 4095 classes");
  op->requant = vmac_alloc(1, sizeof *op->requant);
  op->requant[0] = vmac_scale_from_double(fmin(step, (1 << 30) - 1.0));
  return true;
}

static bool prepare_relu(const vmac_net *net, vmac_op *op, vmac_err *err) {
  const vmac_tensor *in = tensor_at(net, op->in[0]), *out = tensor_at(net, op->out);
  if (!same_shape(in, out)) return vmac_op_fail(net, op, err, "input and output differ in shape");
  op->requant = vmac_alloc(1, sizeof *op->requant);
  op->requant[0] = vmac_scale_from_double((double)in->scale[0] / (double)out->scale[0]);
  if (op->requant[0].shift <= 22) return true; /* 255 << 22 fits 32 bits */
  return vmac_op_fail(net, op, err, "input scale %g, output scale %g", (double)in->scale[0],
                      (double)out->scale[0]);
}

static bool prepare_op(const vmac_net *net, vmac_op *op, vmac_err *err) {
  free(op->requant);
  op->requant = NULL;
  switch (op->kind) {
  case VMAC_CONV:
  case VMAC_DEPTHWISE:
  case VMAC_FC:
    return prepare_mac(net, op, err);
  case VMAC_ADD:
    return prepare_add(net, op, err);
  case VMAC_AVGPOOL:
  case VMAC_MAXPOOL:
    return prepare_pool(net, op, err);
  case VMAC_RESHAPE:
    return prepare_reshape(net, op, err);
  case VMAC_SOFTMAX:
    return prepare_softmax(net, op, err);
  case VMAC_PAD:
    return prepare_pad(net, op, err);
  case VMAC_RELU:
    return prepare_relu(net, op, err);
  }
  return vmac_fail(err, "operator %d: unknown kind %d", (int)(op - net->op), (int)op->kind);
}

/* Every operand is made before it is used, every output once, and never over a constant. */
static bool check_order(const vmac_net *net, const vmac_op *op, bool *made, vmac_err *err) {
  for (int i = 0; i < (op->kind == VMAC_ADD ? 2 : 1); i++) {
    const int t = op->in[i];
    if (t < 0 || t >= net->tensors || !made[t])
      return vmac_op_fail(net, op, err, "input %d is tensor %d, which no earlier operator made", i,
                          t);
  }
  if (op->out < 0 || op->out >= net->tensors || made[op->out] ||
      !is_activation(tensor_at(net, op->out)))
    return vmac_op_fail(net, op, err, "output is tensor %d, which cannot be written", op->out);
  made[op->out] = true;
  return true;
}

bool vmac_net_prepare(vmac_net *net, vmac_err *err) {
  size_t total = 0;
  if (net->ops < 1) return vmac_fail(err, "no operators");
  if (net->tensors > VMAC_MAX_TENSORS) return vmac_fail(err, "%d tensors", net->tensors);
  for (int t = 0; t < net->tensors; t++)
    if (!check_tensor(&net->tensor[t], t, &total, err)) return false;
  if (net->input < 0 || net->input >= net->tensors || !is_activation(tensor_at(net, net->input)))
    return vmac_fail(err, "input is tensor %d, expected an int8 activation", net->input);
  if (tensor_at(net, net->input)->dim[0] != 1)
    return vmac_fail(err, "input: expected batch 1, found %d", tensor_at(net, net->input)->dim[0]);
  bool *made = vmac_alloc((size_t)net->tensors, sizeof *made), good = true;
  made[net->input] = true;
  for (int i = 0; good && i < net->ops; i++) {
    vmac_op *op = &net->op[i];
    good = (unsigned)op->kind <= VMAC_RELU || vmac_fail(err, "operator %d: unknown kind", i);
    good = good && check_order(net, op, made, err) && prepare_op(net, op, err);
    if (good) vmac_act_range(op->act, tensor_at(net, op->out), &op->act_min, &op->act_max);
  }
  if (good && (net->output < 0 || net->output >= net->tensors || !made[net->output]))
    good = vmac_fail(err, "output is tensor %d, which no operator made", net->output);
  free(made);
  return good;
}
