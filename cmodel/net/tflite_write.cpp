/* Writes a vmac_net as a .tflite file that TFLite's own tools load.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "net/net.h"
#include "tflite_generated.h"

namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

tflite::BuiltinOperator code_of(const vmac_op *op) {
  switch (op->kind) {
  case VMAC_CONV:
    return tflite::BuiltinOperator_CONV_2D;
  case VMAC_DEPTHWISE:
    return tflite::BuiltinOperator_DEPTHWISE_CONV_2D;
  case VMAC_FC:
    return tflite::BuiltinOperator_FULLY_CONNECTED;
  case VMAC_ADD:
    return tflite::BuiltinOperator_ADD;
  case VMAC_AVGPOOL:
    return tflite::BuiltinOperator_AVERAGE_POOL_2D;
  case VMAC_MAXPOOL:
    return tflite::BuiltinOperator_MAX_POOL_2D;
  case VMAC_RESHAPE:
    return tflite::BuiltinOperator_RESHAPE;
  case VMAC_SOFTMAX:
    return tflite::BuiltinOperator_SOFTMAX;
  case VMAC_PAD:
    return tflite::BuiltinOperator_PAD;
  case VMAC_RELU:
    break;
  }
  return op->act == VMAC_ACT_RELU6 ? tflite::BuiltinOperator_RELU6 : tflite::BuiltinOperator_RELU;
}

/* A fully connected layer gives TFLite two dimensions unless told to keep its input's. */
bool keeps_dims(const vmac_net *net, const vmac_op *op) {
  return net->tensor[op->out].rank != 2;
}

/* The operator version that TFLite's converter gives the int8 form: runtimes refuse an operator
 * whose version is older than its types. */
int version_of(const vmac_net *net, const vmac_op *op) {
  switch (op->kind) {
  case VMAC_CONV:
  case VMAC_DEPTHWISE:
    return 3;
  case VMAC_FC:
    return op->bias < 0 ? 6 : keeps_dims(net, op) ? 5 : 4;
  case VMAC_RESHAPE:
    return 1;
  default:
    return 2;
  }
}

tflite::ActivationFunctionType act_of(const vmac_op *op) {
  return op->act == VMAC_ACT_RELU    ? tflite::ActivationFunctionType_RELU
         : op->act == VMAC_ACT_RELU6 ? tflite::ActivationFunctionType_RELU6
                                     : tflite::ActivationFunctionType_NONE;
}

Offset<void> options_of(FlatBufferBuilder &b, const vmac_net *net, const vmac_op *op,
                        tflite::BuiltinOptions *type) {
  const tflite::Padding padding = op->same ? tflite::Padding_SAME : tflite::Padding_VALID;
  switch (op->kind) {
  case VMAC_CONV:
    *type = tflite::BuiltinOptions_Conv2DOptions;
    return tflite::CreateConv2DOptions(b, padding, op->stride_w, op->stride_h, act_of(op)).Union();
  case VMAC_DEPTHWISE:
    *type = tflite::BuiltinOptions_DepthwiseConv2DOptions;
    return tflite::CreateDepthwiseConv2DOptions(b, padding, op->stride_w, op->stride_h,
                                                op->multiplier, act_of(op))
        .Union();
  case VMAC_FC:
    *type = tflite::BuiltinOptions_FullyConnectedOptions;
    return tflite::CreateFullyConnectedOptions(b, act_of(op),
                                               tflite::FullyConnectedOptionsWeightsFormat_DEFAULT,
                                               keeps_dims(net, op))
        .Union();
  case VMAC_ADD:
    *type = tflite::BuiltinOptions_AddOptions;
    return tflite::CreateAddOptions(b, act_of(op)).Union();
  case VMAC_AVGPOOL:
  case VMAC_MAXPOOL:
    *type = tflite::BuiltinOptions_Pool2DOptions;
    return tflite::CreatePool2DOptions(b, padding, op->stride_w, op->stride_h, op->kw, op->kh,
                                       act_of(op))
        .Union();
  case VMAC_RESHAPE: {
    const vmac_tensor *out = &net->tensor[op->out];
    *type = tflite::BuiltinOptions_ReshapeOptions;
    return tflite::CreateReshapeOptions(b, b.CreateVector(out->dim, (size_t)out->rank)).Union();
  }
  case VMAC_SOFTMAX:
    *type = tflite::BuiltinOptions_SoftmaxOptions;
    return tflite::CreateSoftmaxOptions(b, op->beta).Union();
  case VMAC_PAD:
    *type = tflite::BuiltinOptions_PadOptions;
    return tflite::CreatePadOptions(b).Union();
  case VMAC_RELU:
    break;
  }
  *type = tflite::BuiltinOptions_NONE;
  return 0;
}

/* Scales of depthwise weights run along the last dimension, all others along the first. */
int axis_of(const vmac_net *net, int tensor) {
  for (int i = 0; i < net->ops; i++)
    if (net->op[i].kind == VMAC_DEPTHWISE && net->op[i].weight == tensor) return 3;
  return 0;
}

Offset<tflite::Tensor> tensor_of(FlatBufferBuilder &b, const vmac_net *net, int index,
                                 uint32_t buffer) {
  const vmac_tensor *t = &net->tensor[index];
  Offset<tflite::QuantizationParameters> quantization = 0;
  if (t->scales) {
    int64_t *zeros = (int64_t *)vmac_alloc((size_t)t->scales, sizeof *zeros);
    for (int i = 0; i < t->scales; i++) zeros[i] = t->zero;
    const auto scale = b.CreateVector(t->scale, (size_t)t->scales);
    const auto zero = b.CreateVector(zeros, (size_t)t->scales);
    free(zeros);
    quantization = tflite::CreateQuantizationParameters(
        b, 0, 0, scale, zero, tflite::QuantizationDetails_NONE, 0, axis_of(net, index));
  }
  const auto shape = b.CreateVector(t->dim, (size_t)t->rank);
  const auto type = t->i32 ? tflite::TensorType_INT32 : tflite::TensorType_INT8;
  return tflite::CreateTensor(b, shape, type, buffer, b.CreateString(t->name ? t->name : ""),
                              quantization);
}

/* Constant data, little-endian, 16-byte aligned within the file. */
Offset<tflite::Buffer> buffer_of(FlatBufferBuilder &b, const vmac_tensor *t) {
  const size_t bytes = t->size * (t->i32 ? 4 : 1);
  uint8_t *data;
  b.ForceVectorAlignment(bytes, 1, 16);
  const auto vector = b.CreateUninitializedVector<uint8_t>(bytes, &data);
  if (t->i8) memcpy(data, t->i8, bytes);
  for (size_t i = 0; t->i32 && i < t->size; i++) flatbuffers::WriteScalar(data + 4 * i, t->i32[i]);
  return tflite::CreateBuffer(b, vector);
}

struct codes {
  int n;
  struct {
    tflite::BuiltinOperator code;
    int version;
  } row[32]; /* every kind of ours in every version fits */
};

uint32_t code_index(codes *c, const vmac_net *net, const vmac_op *op) {
  const tflite::BuiltinOperator code = code_of(op);
  const int version = version_of(net, op);
  for (int i = 0; i < c->n; i++)
    if (c->row[i].code == code && c->row[i].version == version) return (uint32_t)i;
  c->row[c->n].code = code;
  c->row[c->n].version = version;
  return (uint32_t)c->n++;
}

Offset<tflite::Operator> operator_of(FlatBufferBuilder &b, const vmac_net *net, const vmac_op *op,
                                     codes *c) {
  int in[3] = {op->in[0], -1, -1}, n = 1;
  if (op->kind == VMAC_ADD) in[n++] = op->in[1];
  if (op->weight >= 0) in[n++] = op->weight;
  if (op->bias >= 0) in[n++] = op->bias;
  tflite::BuiltinOptions type;
  const Offset<void> options = options_of(b, net, op, &type);
  const auto inputs = b.CreateVector(in, (size_t)n), outputs = b.CreateVector(&op->out, 1);
  return tflite::CreateOperator(b, code_index(c, net, op), inputs, outputs, type, options);
}

void build(FlatBufferBuilder &b, const vmac_net *net) {
  const size_t tensors = (size_t)net->tensors, ops = (size_t)net->ops;
  auto *tensor = (Offset<tflite::Tensor> *)vmac_alloc(tensors, sizeof(Offset<tflite::Tensor>));
  auto *buffer = (Offset<tflite::Buffer> *)vmac_alloc(tensors + 1, sizeof(Offset<tflite::Buffer>));
  auto *op = (Offset<tflite::Operator> *)vmac_alloc(ops, sizeof(Offset<tflite::Operator>));
  size_t buffers = 0;
  buffer[buffers++] = tflite::CreateBuffer(b); /* number 0 is empty: every activation's buffer */
  for (int t = 0; t < net->tensors; t++) {
    const bool constant = net->tensor[t].i8 || net->tensor[t].i32;
    tensor[t] = tensor_of(b, net, t, constant ? (uint32_t)buffers : 0);
    if (constant) buffer[buffers++] = buffer_of(b, &net->tensor[t]);
  }
  codes c = {};
  for (int i = 0; i < net->ops; i++) op[i] = operator_of(b, net, &net->op[i], &c);
  Offset<tflite::OperatorCode> code[32];
  for (int i = 0; i < c.n; i++)
    code[i] =
        tflite::CreateOperatorCode(b, (int8_t)c.row[i].code, 0, c.row[i].version, c.row[i].code);
  const auto graph = tflite::CreateSubGraph(
      b, b.CreateVector(tensor, tensors), b.CreateVector(&net->input, 1),
      b.CreateVector(&net->output, 1), b.CreateVector(op, ops), b.CreateString("main"));
  const auto model =
      tflite::CreateModel(b, 3, b.CreateVector(code, (size_t)c.n), b.CreateVector(&graph, 1),
                          b.CreateString("Written by Varimac"), b.CreateVector(buffer, buffers));
  tflite::FinishModelBuffer(b, model);
  free(tensor);
  free(buffer);
  free(op);
}

} // namespace

bool vmac_net_save(const vmac_net *net, const char *path, vmac_err *err) {
  FlatBufferBuilder b;
  build(b, net);
  return vmac_write_file(path, b.GetBufferPointer(), b.GetSize(), err);
}
