/* Layers without weights: addition, stand-alone ReLU, pooling, padding. Byte for byte TFLite's
 * reference kernels, and as plain; elementwise_lanes.c has them for speed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "net/net.h"

void vmac_run_add(const vmac_net *net, const vmac_op *op, vmac_rounding rounding, const int8_t *a,
                  const int8_t *b, int8_t *out) {
  const vmac_tensor *ta = &net->tensor[op->in[0]], *tb = &net->tensor[op->in[1]];
  const vmac_tensor *to = &net->tensor[op->out];
  /* Each operand has only 256 values. */
  int32_t part[2][256];
  for (int q = INT8_MIN; q <= INT8_MAX; q++) {
    const int32_t unit = 1 << op->left_shift;
    part[0][(uint8_t)q] = vmac_requantize((q - ta->zero) * unit, op->requant[0], rounding);
    part[1][(uint8_t)q] = vmac_requantize((q - tb->zero) * unit, op->requant[1], rounding);
  }
  for (size_t i = 0; i < to->size; i++) {
    const int32_t sum = part[0][(uint8_t)a[i]] + part[1][(uint8_t)b[i]];
    const int64_t q = (int64_t)vmac_requantize(sum, op->requant[2], rounding) + to->zero;
    out[i] = (int8_t)vmac_clamp(q, op->act_min, op->act_max);
  }
}

int8_t vmac_relu_code(const vmac_net *net, const vmac_op *op, vmac_rounding rounding, int8_t in) {
  const vmac_tensor *ti = &net->tensor[op->in[0]], *to = &net->tensor[op->out];
  const int64_t q = (int64_t)vmac_requantize(in - ti->zero, op->requant[0], rounding) + to->zero;
  return (int8_t)vmac_clamp(q, op->act_min, op->act_max);
}

void vmac_run_pool(const vmac_net *net, const vmac_op *op, const int8_t *in, int8_t *out) {
  const int *id = net->tensor[op->in[0]].dim, *od = net->tensor[op->out].dim;
  const int c = id[3];
  for (int y = 0; y < od[1]; y++)
    for (int x = 0; x < od[2]; x++)
      for (int ch = 0; ch < c; ch++) {
        const int y0 = y * op->stride_h - op->pad_top, x0 = x * op->stride_w - op->pad_left;
        const int top = y0 < 0 ? 0 : y0, left = x0 < 0 ? 0 : x0;
        const int bottom = y0 + op->kh < id[1] ? y0 + op->kh : id[1];
        const int right = x0 + op->kw < id[2] ? x0 + op->kw : id[2];
        int32_t sum = 0, max = INT8_MIN;
        for (int iy = top; iy < bottom; iy++)
          for (int ix = left; ix < right; ix++) {
            const int8_t q = in[((size_t)iy * (size_t)id[2] + (size_t)ix) * (size_t)c + (size_t)ch];
            sum += q;
            if (q > max) max = q;
          }
        const int32_t value =
            op->kind == VMAC_MAXPOOL ? max : vmac_mean(sum, (bottom - top) * (right - left));
        *out++ = (int8_t)vmac_clamp(value, op->act_min, op->act_max);
      }
}

void vmac_run_pad(const vmac_net *net, const vmac_op *op, const int8_t *in, int8_t *out) {
  const vmac_tensor *ti = &net->tensor[op->in[0]], *to = &net->tensor[op->out];
  const int32_t *pads = net->tensor[op->weight].i32; /* (4, 2): before, after */
  const int *id = ti->dim, *od = to->dim;
  const size_t run = (size_t)id[3];
  /* Without padded channels the pixels of a row stay together. */
  const bool whole = !pads[6] && !pads[7];
  const int steps = whole ? 1 : id[2];
  const size_t step = whole ? run * (size_t)id[2] : run;
  memset(out, (int8_t)to->zero, to->size);
  for (int n = 0; n < id[0]; n++)
    for (int y = 0; y < id[1]; y++)
      for (int x = 0; x < steps; x++, in += step) {
        const size_t row = (size_t)(n + pads[0]) * (size_t)od[1] + (size_t)(y + pads[2]);
        const size_t at = row * (size_t)od[2] + (size_t)(x + pads[4]);
        memcpy(out + at * (size_t)od[3] + (size_t)pads[6], in, step);
      }
}
