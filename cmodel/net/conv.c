/* Accumulators of convolution and fully connected layers: exact, or with a multiplier cell and the
 * correction (the arithmetic contract: vmac_layer_acc in vmac.h).
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "net/correction.h"
#include "net/kernel.h"

/* A row of the window, kw x c codes; x is its left edge in the input row, which may lie outside. */
static void patch_row(const int8_t *row, int width, int c, int x, int kw, int8_t zero,
                      int8_t *codes) {
  const int left = x < 0 ? (-x < kw ? -x : kw) : 0;
  const int right = x + kw > width ? (x + kw - width < kw ? x + kw - width : kw) : 0;
  const int middle = kw - left - right;
  if (left) memset(codes, zero, (size_t)left * (size_t)c);
  if (middle > 0)
    memcpy(codes + left * c, row + (ptrdiff_t)(x + left) * c, (size_t)middle * (size_t)c);
  if (right) memset(codes + (kw - right) * c, zero, (size_t)right * (size_t)c);
}

void vmac_patch(const vmac_net *net, const vmac_op *op, const int8_t *input, int pixel, int channel,
                int8_t *codes) {
  if (op->kind == VMAC_FC) {
    memcpy(codes, input + (size_t)pixel * (size_t)op->k, (size_t)op->k);
    return;
  }
  const vmac_tensor *in = &net->tensor[op->in[0]];
  const int8_t zero = (int8_t)in->zero;
  const int height = in->dim[1], width = in->dim[2], c = in->dim[3];
  const int out_w = net->tensor[op->out].dim[2];
  const int y0 = pixel / out_w * op->stride_h - op->pad_top;
  const int x0 = pixel % out_w * op->stride_w - op->pad_left;
  const bool depthwise = op->kind == VMAC_DEPTHWISE;
  const int row_codes = op->kw * (depthwise ? 1 : c);
  for (int ky = 0; ky < op->kh; ky++, codes += row_codes) {
    const int y = y0 + ky;
    if (y < 0 || y >= height) {
      memset(codes, zero, (size_t)row_codes);
      continue;
    }
    const int8_t *row = input + (size_t)y * (size_t)width * (size_t)c;
    if (!depthwise) {
      patch_row(row, width, c, x0, op->kw, zero, codes);
      continue;
    }
    for (int kx = 0; kx < op->kw; kx++) {
      const int x = x0 + kx;
      codes[kx] = x < 0 || x >= width ? zero : row[(ptrdiff_t)x * c + channel / op->multiplier];
    }
  }
}

/* OHWI and (O, I) tensors hold a channel's k weights side by side, the depthwise tensor 1HWC holds
 * one tap of all channels side by side. */
int8_t vmac_weight(const vmac_net *net, const vmac_op *op, int channel, int i) {
  const int8_t *w = net->tensor[op->weight].i8;
  return op->kind == VMAC_DEPTHWISE ? w[(size_t)i * (size_t)op->n + (size_t)channel]
                                    : w[(size_t)channel * (size_t)op->k + (size_t)i];
}

int32_t vmac_folded_bias(const vmac_net *net, const vmac_op *op, vmac_class cls, int channel) {
  const int64_t zero = net->tensor[op->in[0]].zero;
  const int64_t bias = op->bias < 0 ? 0 : net->tensor[op->bias].i32[channel];
  int64_t sum = 0;
  for (int i = 0; i < op->k; i++) sum += vmac_weight(net, op, channel, i);
  if (cls == VMAC_S8) return vmac_wrap(bias - zero * sum);
  const int64_t za = zero + 128, sum_u8 = sum + 128 * (int64_t)op->k;
  return vmac_wrap(bias - za * sum_u8 + op->k * 128 * za);
}

/* acc (m, n) += V of each pixel's sums x (sums, m). `narrow`: no V leaves 32 bits on its way.
 * c (sums, n); v (n) and one (sums) are scratch. */
static inline VMAC_BODY void correct_body(const vmac_mac *mac, int m, bool narrow, const int32_t *x,
                                          const int32_t *c, int32_t *v, int32_t *one,
                                          int32_t *acc) {
  const int n = mac->n, sums = vmac_mac_sums(mac), half = 1 << (VMAC_CORR_F - 1);
  for (int p = 0; p < m; p++, acc += n) {
    if (!narrow) {
      for (int i = 0; i < sums; i++) one[i] = x[i * m + p];
      for (int j = 0; j < n; j++)
        acc[j] =
            vmac_wrap((int64_t)acc[j] + vmac_correction(mac->c0[j], sums, mac->c + j * sums, one));
      continue;
    }
#pragma omp simd
    for (int j = 0; j < n; j++) v[j] = mac->c0[j] + half + c[j] * x[p];
    for (int i = 1; i < sums; i++)
#pragma omp simd
      for (int j = 0; j < n; j++) v[j] += c[i * n + j] * x[i * m + p];
#pragma omp simd
    for (int j = 0; j < n; j++)
      acc[j] = (int32_t)((uint32_t)acc[j] + (uint32_t)(v[j] >> VMAC_CORR_F));
  }
}
VMAC_PER_ISA(correct,
             (const vmac_mac *mac, int m, bool narrow, const int32_t *x, const int32_t *c,
              int32_t *v, int32_t *one, int32_t *acc),
             (mac, m, narrow, x, c, v, one, acc));

/* x (sums, m) of the whole K, or of each K tile. */
static void window_sums(const vmac_op *op, const vmac_mac *mac, const vmac_kernel *kernel,
                        const int8_t *input, int32_t *x, vmac_state *state) {
  const vmac_class cls = mac->mult->cls;
  if (mac->end) {
    vmac_variates variates;
    vmac_variates_set(&variates, cls, mac->planes, mac->terms);
    vmac_tile_sums(&kernel->window, &variates, mac->tiles, mac->end, input, kernel->zero, op->m, 1,
                   x, &state->scratch);
    return;
  }
  for (int i = 0; i < mac->planes; i++) {
    vmac_code_sum sum;
    vmac_code_sum_bytes(&sum, mac->terms + 256 * i, vmac_operand_bits(cls, 0));
    vmac_window_sums(state->isa, &kernel->window, input, kernel->zero, &sum, x + i * op->m,
                     &state->scratch);
  }
}

/* Adds the correction to acc (m, n); scratch takes x (sums, m), the slopes as (sums, n), V and one
 * pixel's sums. */
static void add_correction(const vmac_op *op, const vmac_mac *mac, const vmac_kernel *kernel,
                           const int8_t *input, int32_t *acc, vmac_state *state) {
  const size_t m = (size_t)op->m, n = (size_t)op->n, sums = (size_t)vmac_mac_sums(mac);
  int32_t *x = vmac_scratch_get(&state->side, (sums * (m + n + 1) + n) * sizeof *x);
  int32_t *c = x + sums * m, *v = c + sums * n, *one = v + n;
  int64_t most_x = 0, most_v = 0;
  for (int i = 0; i < 256 * mac->planes; i++)
    most_x = mac->terms[i] > most_x ? mac->terms[i] : most_x;
  window_sums(op, mac, kernel, input, x, state);
  for (size_t j = 0; j < n; j++) {
    int64_t sum = llabs(mac->c0[j]) + (1 << VMAC_CORR_F);
    for (size_t i = 0; i < sums; i++) {
      c[i * n + j] = mac->c[j * sums + i];
      sum += llabs(c[i * n + j]) * most_x * op->k;
    }
    most_v = sum > most_v ? sum : most_v;
  }
  correct[state->isa](mac, op->m, most_v <= INT32_MAX, x, c, v, one, acc);
}

static void layer_fast(const vmac_op *op, const vmac_mac *mac, const vmac_kernel *kernel,
                       int images, size_t in, const int8_t *input, int32_t *acc,
                       vmac_state *state) {
  const size_t m = (size_t)op->m, count = (size_t)images;
  int32_t *extra = NULL;
  if (kernel->per_pixel) {
    extra = vmac_scratch_get(&state->side, count * m * sizeof *extra);
    for (size_t i = 0; i < count; i++)
      vmac_window_sums(state->isa, &kernel->window, input + i * in, kernel->zero, &kernel->extra,
                       extra + i * m, &state->scratch);
  }
  vmac_packed_run(kernel->packed, images, input, extra, acc, &state->scratch);
  for (size_t i = 0; mac && mac->c0 && i < count; i++)
    add_correction(op, mac, kernel, input + i * in, acc + i * m * (size_t)op->n, state);
}

/* The sums of one pixel's products with every channel's weights, by the definition. */
static void plain_sums(const vmac_net *net, const vmac_op *op, const vmac_mac *mac,
                       const uint8_t *a, int32_t *sums) {
  for (int j = 0; j < op->n; j++) {
    int64_t sum = 0;
    for (int i = 0; i < op->k; i++) {
      const int8_t w = vmac_weight(net, op, j, i);
      sum +=
          mac ? vmac_mac_table(mac, op->k, j, i)[a[i] << 8 | vmac_operand_bits(mac->mult->cls, w)]
              : (int8_t)a[i] * w;
    }
    sums[j] = vmac_wrap(sum);
  }
}

/* By the definition, a pixel at a time: what the kernels are compared with, and what computes layers
 * that they do not take. mac NULL: exact products. */
static void layer_plain(const vmac_net *net, const vmac_op *op, const vmac_mac *mac,
                        const int8_t *input, int32_t *acc) {
  const vmac_class cls = mac ? mac->mult->cls : VMAC_S8;
  uint8_t *a = vmac_alloc((size_t)op->k, 1);
  int32_t *sums = vmac_alloc((size_t)op->n, sizeof *sums);
  int32_t *folded = vmac_alloc((size_t)op->n, sizeof *folded);
  const size_t count = mac && mac->c0 ? (size_t)vmac_mac_sums(mac) : 0;
  int32_t *x = vmac_alloc(count, sizeof *x);
  for (int j = 0; j < op->n; j++) folded[j] = vmac_folded_bias(net, op, cls, j);
  for (int p = 0; p < op->m; p++, acc += op->n) {
    int32_t sum_a = 0, *of_tile = x;
    vmac_patch(net, op, input, p, 0, (int8_t *)a);
    memset(x, 0, count * sizeof *x);
    for (int i = 0, tile = 0; i < op->k; i++) {
      a[i] = vmac_operand_bits(cls, (int8_t)a[i]);
      sum_a += a[i];
      if (!count) continue;
      if (mac->end && i == mac->end[tile]) {
        tile++;
        of_tile += mac->planes;
      }
      for (int b = 0; b < mac->planes; b++) of_tile[b] += mac->terms[256 * b + a[i]];
    }
    plain_sums(net, op, mac, a, sums);
    for (int j = 0; j < op->n; j++) {
      int64_t value = (int64_t)sums[j] + folded[j];
      if (cls == VMAC_U8) value -= 128 * (int64_t)sum_a;
      if (count) value += vmac_correction(mac->c0[j], (int)count, mac->c + (size_t)j * count, x);
      acc[j] = vmac_wrap(value);
    }
  }
  free(x);
  free(folded);
  free(sums);
  free(a);
}

void vmac_layer_acc(const vmac_net *net, const vmac_op *op, const vmac_mac *mac,
                    const int8_t *input, int32_t *acc, vmac_state *state) {
  vmac_layer_accs(net, op, mac, 1, input, acc, state);
}

void vmac_layer_accs(const vmac_net *net, const vmac_op *op, const vmac_mac *mac, int images,
                     const int8_t *input, int32_t *acc, vmac_state *state) {
  const size_t in = net->tensor[op->in[0]].size, out = (size_t)op->m * (size_t)op->n;
  if (mac && !mac->table) mac = NULL;
  const vmac_kernel *kernel = mac ? mac->kernel : op->exact;
  if (op->kind != VMAC_DEPTHWISE && kernel) {
    layer_fast(op, mac, kernel, images, in, input, acc, state);
    return;
  }
  for (int i = 0; i < images; i++, input += in, acc += out)
    if (op->kind == VMAC_DEPTHWISE)
      vmac_depthwise_acc(net, op, mac, input, acc, state);
    else
      layer_plain(net, op, mac, input, acc);
}
