/* Reads a .tflite file into a vmac_net. Nothing in the file is trusted: FlatBuffers' verifier
 * proves the offsets, this file every index, type and data size, vmac_net_prepare() shapes and
 * scales. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <string>

#include "net/net.h"
#include "tflite_generated.h"

namespace {

struct reader {
  const char *path;
  const tflite::Model *model;
  const tflite::SubGraph *graph;
  vmac_net *net;
  int *axis; /* quantized dimension of each tensor with several scales */
  vmac_err *err;
};

template <typename T> int count(const flatbuffers::Vector<T> *v) {
  return v ? (int)v->size() : 0;
}

/* Entry i, or -1 (no operand) where there is none. */
int at(const flatbuffers::Vector<int32_t> *v, int i) {
  return i < count(v) ? v->Get((flatbuffers::uoffset_t)i) : -1;
}

bool read_quantization(reader *r, int index, vmac_tensor *t, const tflite::Tensor *from) {
  const auto *q = from->quantization();
  if (!q || !count(q->scale())) return true;
  if (q->details_type() != tflite::QuantizationDetails_NONE)
    return vmac_fail(r->err, "%s: tensor %d '%s': custom quantization", r->path, index, t->name);
  const int n = count(q->scale());
  if (count(q->zero_point()) != n)
    return vmac_fail(r->err, "%s: tensor %d '%s': %d scales but %d zero points", r->path, index,
                     t->name, n, count(q->zero_point()));
  t->scales = n;
  t->scale = (float *)vmac_alloc((size_t)n, sizeof *t->scale);
  for (int i = 0; i < n; i++) {
    t->scale[i] = q->scale()->Get((flatbuffers::uoffset_t)i);
    const int64_t zero = q->zero_point()->Get((flatbuffers::uoffset_t)i);
    if (zero < INT8_MIN || zero > INT8_MAX)
      return vmac_fail(r->err, "%s: tensor %d '%s': zero point %lld is no int8", r->path, index,
                       t->name, (long long)zero);
    if (zero && (n > 1 || t->i8 || t->i32))
      return vmac_fail(r->err,
                       "%s: tensor %d '%s': constant with zero point %lld; only symmetric weights "
                       "(zero point 0) are supported",
                       r->path, index, t->name, (long long)zero);
    t->zero = (int32_t)zero;
  }
  r->axis[index] = n > 1 ? q->quantized_dimension() : -1;
  return true;
}

/* Constant data; a tensor whose buffer is empty is an activation. */
bool read_data(reader *r, int index, vmac_tensor *t, const tflite::Tensor *from) {
  const auto *buffers = r->model->buffers();
  if ((int64_t)from->buffer() >= count(buffers))
    return vmac_fail(r->err, "%s: tensor %d '%s': buffer %u of %d", r->path, index, t->name,
                     from->buffer(), count(buffers));
  const auto *buffer = buffers->Get(from->buffer());
  if (buffer->offset() > 1 || buffer->size() > 1)
    return vmac_fail(r->err, "%s: tensor %d '%s': data outside the FlatBuffer is not supported",
                     r->path, index, t->name);
  const bool wide = from->type() == tflite::TensorType_INT32;
  const size_t bytes = (size_t)count(buffer->data()), want = t->size * (wide ? 4 : 1);
  if (!bytes && !wide) return true;
  if (bytes != want)
    return vmac_fail(r->err, "%s: tensor %d '%s': expected %zu bytes of data, found %zu", r->path,
                     index, t->name, want, bytes);
  const uint8_t *data = buffer->data()->data();
  if (!wide) {
    t->i8 = (int8_t *)vmac_alloc(bytes, 1);
    memcpy(t->i8, data, bytes);
    return true;
  }
  t->i32 = (int32_t *)vmac_alloc(t->size, sizeof *t->i32);
  for (size_t i = 0; i < t->size; i++) t->i32[i] = flatbuffers::ReadScalar<int32_t>(data + 4 * i);
  return true;
}

bool read_tensor(reader *r, int index, size_t *total) {
  const auto *from = r->graph->tensors()->Get((flatbuffers::uoffset_t)index);
  vmac_tensor *t = &r->net->tensor[index];
  const char *name = from->name() ? from->name()->c_str() : "";
  t->name = (char *)vmac_alloc(strlen(name) + 1, 1);
  strcpy(t->name, name);
  if (from->type() != tflite::TensorType_INT8 && from->type() != tflite::TensorType_INT32)
    return vmac_fail(r->err,
                     "%s: tensor %d '%s': type %s; only int8 tensors and int32 constants are "
                     "supported (convert with full integer quantization)",
                     r->path, index, name, tflite::EnumNameTensorType(from->type()));
  if (from->is_variable() || from->sparsity())
    return vmac_fail(r->err, "%s: tensor %d '%s': %s tensors are not supported", r->path, index,
                     name, from->is_variable() ? "variable" : "sparse");
  t->rank = count(from->shape());
  if (t->rank < 1 || t->rank > 4)
    return vmac_fail(r->err, "%s: tensor %d '%s': expected 1 to 4 dimensions, found %d", r->path,
                     index, name, t->rank);
  t->size = 1;
  for (int i = 0; i < t->rank; i++) {
    t->dim[i] = at(from->shape(), i);
    if (t->dim[i] < 1 || t->dim[i] > VMAC_MAX_ELEMENTS)
      return vmac_fail(r->err, "%s: tensor %d '%s': dimension %d is %d", r->path, index, name, i,
                       t->dim[i]);
    t->size *= (size_t)t->dim[i];
    if (t->size > VMAC_MAX_ELEMENTS || (*total += i == t->rank - 1 ? t->size : 0) > VMAC_MAX_TOTAL)
      return vmac_fail(r->err, "%s: tensor %d '%s': absurd size", r->path, index, name);
  }
  return read_data(r, index, t, from) && read_quantization(r, index, t, from);
}

/* The file's operators and what we make of each. */
struct known {
  tflite::BuiltinOperator code = tflite::BuiltinOperator_ADD;
  vmac_opkind kind;
  int inputs_min, inputs_max;
};
const known table[] = {{tflite::BuiltinOperator_CONV_2D, VMAC_CONV, 2, 3},
                       {tflite::BuiltinOperator_DEPTHWISE_CONV_2D, VMAC_DEPTHWISE, 2, 3},
                       {tflite::BuiltinOperator_FULLY_CONNECTED, VMAC_FC, 2, 3},
                       {tflite::BuiltinOperator_ADD, VMAC_ADD, 2, 2},
                       {tflite::BuiltinOperator_AVERAGE_POOL_2D, VMAC_AVGPOOL, 1, 1},
                       {tflite::BuiltinOperator_MAX_POOL_2D, VMAC_MAXPOOL, 1, 1},
                       {tflite::BuiltinOperator_RESHAPE, VMAC_RESHAPE, 1, 2},
                       {tflite::BuiltinOperator_SOFTMAX, VMAC_SOFTMAX, 1, 1},
                       {tflite::BuiltinOperator_PAD, VMAC_PAD, 2, 2},
                       {tflite::BuiltinOperator_RELU, VMAC_RELU, 1, 1},
                       {tflite::BuiltinOperator_RELU6, VMAC_RELU, 1, 1}};

bool op_error(reader *r, int index, const char *name, const char *what, const char *found) {
  return vmac_fail(r->err, "%s: operator %d (%s): %s%s", r->path, index, name, what, found);
}

bool find_op(reader *r, int index, const known **row, tflite::BuiltinOperator *code) {
  const auto *from = r->graph->operators()->Get((flatbuffers::uoffset_t)index);
  const auto *codes = r->model->operator_codes();
  if ((int64_t)from->opcode_index() >= count(codes))
    return vmac_fail(r->err, "%s: operator %d: code %u of %d", r->path, index, from->opcode_index(),
                     count(codes));
  const auto *entry = codes->Get(from->opcode_index());
  const int old = entry->deprecated_builtin_code(), wide = (int)entry->builtin_code();
  *code = (tflite::BuiltinOperator)(old > wide ? old : wide);
  for (const known &k : table)
    if (k.code == *code) {
      *row = &k;
      return true;
    }
  char number[32];
  snprintf(number, sizeof number, "number %d", (int)*code);
  const char *name = tflite::EnumNameBuiltinOperator(*code);
  if (*code == tflite::BuiltinOperator_CUSTOM && entry->custom_code())
    name = entry->custom_code()->c_str();
  std::string taken;
  for (const known &k : table)
    taken += std::string(taken.empty() ? "" : ", ") + tflite::EnumNameBuiltinOperator(k.code);
  return op_error(r, index, *name ? name : number, "operator not supported; supported are ",
                  taken.c_str());
}

bool read_act(reader *r, int index, vmac_op *op, tflite::ActivationFunctionType act) {
  switch (act) {
  case tflite::ActivationFunctionType_NONE:
    op->act = VMAC_ACT_NONE;
    return true;
  case tflite::ActivationFunctionType_RELU:
    op->act = VMAC_ACT_RELU;
    return true;
  case tflite::ActivationFunctionType_RELU6:
    op->act = VMAC_ACT_RELU6;
    return true;
  default:
    return op_error(r, index, vmac_op_name(op->kind), "fused activation not supported: ",
                    tflite::EnumNameActivationFunctionType(act));
  }
}

template <typename O> bool read_window(reader *r, int index, vmac_op *op, const O *o) {
  if (o->padding() != tflite::Padding_SAME && o->padding() != tflite::Padding_VALID)
    return op_error(r, index, vmac_op_name(op->kind), "padding is neither SAME nor VALID", "");
  op->same = o->padding() == tflite::Padding_SAME;
  op->stride_h = o->stride_h();
  op->stride_w = o->stride_w();
  return read_act(r, index, op, o->fused_activation_function());
}

template <typename O> bool read_conv(reader *r, int index, vmac_op *op, const O *o) {
  if (o->dilation_h_factor() != 1 || o->dilation_w_factor() != 1)
    return op_error(r, index, vmac_op_name(op->kind), "dilation other than 1 is not supported", "");
  return read_window(r, index, op, o);
}

bool read_options(reader *r, int index, vmac_op *op, tflite::BuiltinOperator code) {
  const auto *from = r->graph->operators()->Get((flatbuffers::uoffset_t)index);
  const auto *conv = from->builtin_options_as_Conv2DOptions();
  const auto *depthwise = from->builtin_options_as_DepthwiseConv2DOptions();
  const auto *pool = from->builtin_options_as_Pool2DOptions();
  const auto *fc = from->builtin_options_as_FullyConnectedOptions();
  const auto *softmax = from->builtin_options_as_SoftmaxOptions();
  const auto *add = from->builtin_options_as_AddOptions();
  switch (op->kind) {
  case VMAC_CONV:
    if (conv) return read_conv(r, index, op, conv);
    break;
  case VMAC_DEPTHWISE: /* depth_multiplier repeats what the shapes say; TFLite ignores it too */
    if (depthwise) return read_conv(r, index, op, depthwise);
    break;
  case VMAC_AVGPOOL:
  case VMAC_MAXPOOL:
    if (!pool) break;
    op->kh = pool->filter_height();
    op->kw = pool->filter_width();
    return read_window(r, index, op, pool);
  case VMAC_FC:
    if (!fc) break;
    if (fc->weights_format() != tflite::FullyConnectedOptionsWeightsFormat_DEFAULT)
      return op_error(r, index, vmac_op_name(op->kind), "shuffled weights are not supported", "");
    return read_act(r, index, op, fc->fused_activation_function());
  case VMAC_SOFTMAX:
    if (!softmax) break;
    op->beta = softmax->beta();
    return true;
  case VMAC_ADD:
    return !add || read_act(r, index, op, add->fused_activation_function());
  case VMAC_RELU:
    op->act = code == tflite::BuiltinOperator_RELU6 ? VMAC_ACT_RELU6 : VMAC_ACT_RELU;
    return true;
  case VMAC_RESHAPE:
  case VMAC_PAD:
    return true;
  }
  return op_error(r, index, vmac_op_name(op->kind), "no options of its kind", "");
}

/* Tensors are numbered by the file: prepare checks the indices of operands, here those of the
 * constants, whose data tell how to read the scales. */
bool read_op(reader *r, int index) {
  const auto *from = r->graph->operators()->Get((flatbuffers::uoffset_t)index);
  vmac_op *op = &r->net->op[index];
  const known *row = nullptr;
  tflite::BuiltinOperator code = tflite::BuiltinOperator_ADD;
  if (!find_op(r, index, &row, &code)) return false;
  op->kind = row->kind;
  const int inputs = count(from->inputs());
  if (inputs < row->inputs_min || inputs > row->inputs_max || count(from->outputs()) != 1)
    return vmac_fail(r->err, "%s: operator %d (%s): %d inputs and %d outputs", r->path, index,
                     vmac_op_name(op->kind), inputs, count(from->outputs()));
  op->in[0] = at(from->inputs(), 0);
  op->in[1] = op->kind == VMAC_ADD ? at(from->inputs(), 1) : -1;
  op->weight = op->kind == VMAC_ADD ? -1 : at(from->inputs(), 1);
  op->bias = at(from->inputs(), 2);
  op->out = at(from->outputs(), 0);
  return read_options(r, index, op, code);
}

bool check_axis(reader *r, int index) {
  const vmac_op *op = &r->net->op[index];
  if (!vmac_op_is_mac(op) || op->weight < 0 || op->weight >= r->net->tensors) return true;
  const int want = op->kind == VMAC_DEPTHWISE ? 3 : 0, found = r->axis[op->weight];
  return found == -1 || found == want ||
         vmac_fail(r->err, "%s: operator %d (%s): weight scales along dimension %d, expected %d",
                   r->path, index, vmac_op_name(op->kind), found, want);
}

bool read_net(reader *r) {
  vmac_net *net = r->net;
  const int tensors = count(r->graph->tensors()), ops = count(r->graph->operators());
  if (tensors > VMAC_MAX_TENSORS || ops > VMAC_MAX_TENSORS)
    return vmac_fail(r->err, "%s: %d tensors, %d operators", r->path, tensors, ops);
  if (count(r->graph->inputs()) != 1 || count(r->graph->outputs()) != 1)
    return vmac_fail(r->err, "%s: expected one input and one output, found %d and %d", r->path,
                     count(r->graph->inputs()), count(r->graph->outputs()));
  net->input = at(r->graph->inputs(), 0);
  net->output = at(r->graph->outputs(), 0);
  net->op = (vmac_op *)vmac_alloc((size_t)ops, sizeof *net->op);
  net->ops = ops;
  for (int i = 0; i < ops; i++)
    if (!read_op(r, i)) return false;
  net->tensor = (vmac_tensor *)vmac_alloc((size_t)tensors, sizeof *net->tensor);
  r->axis = (int *)vmac_alloc((size_t)tensors, sizeof *r->axis);
  net->tensors = tensors;
  size_t total = 0;
  for (int t = 0; t < tensors; t++) {
    r->axis[t] = -1;
    if (!read_tensor(r, t, &total)) return false;
  }
  for (int i = 0; i < ops; i++)
    if (!check_axis(r, i)) return false;
  vmac_err inner;
  if (vmac_net_prepare(net, &inner)) return true;
  return vmac_fail(r->err, "%s: %s", r->path, inner.text);
}

bool read_model(reader *r, const uint8_t *bytes, size_t size) {
  if (size >= FLATBUFFERS_MAX_BUFFER_SIZE)
    return vmac_fail(r->err, "%s: %zu bytes: too large for a FlatBuffer", r->path, size);
  if (size < 8 || !tflite::ModelBufferHasIdentifier(bytes))
    return vmac_fail(r->err, "%s: not a TFLite file: expected 'TFL3' at byte 4", r->path);
  flatbuffers::Verifier verifier(bytes, size);
  if (!tflite::VerifyModelBuffer(verifier))
    return vmac_fail(r->err, "%s: damaged TFLite file (%zu bytes): an offset leads outside",
                     r->path, size);
  r->model = tflite::GetModel(bytes);
  if (r->model->version() != 3)
    return vmac_fail(r->err, "%s: expected TFLite schema version 3, found %u", r->path,
                     r->model->version());
  const int graphs = r->model->subgraphs() ? (int)r->model->subgraphs()->size() : 0;
  if (graphs != 1) return vmac_fail(r->err, "%s: expected one subgraph, found %d", r->path, graphs);
  r->graph = r->model->subgraphs()->Get(0);
  return read_net(r);
}

} // namespace

vmac_net *vmac_net_load(const char *path, vmac_err *err) {
  size_t size;
  uint8_t *bytes = vmac_read_file(path, &size, err);
  if (!bytes) return NULL;
  reader r = {path, nullptr, nullptr, (vmac_net *)vmac_alloc(1, sizeof(vmac_net)), nullptr, err};
  const bool good = read_model(&r, bytes, size);
  free(r.axis);
  free(bytes);
  if (good) return r.net;
  vmac_net_free(r.net);
  return NULL;
}
