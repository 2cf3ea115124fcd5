/* Accumulators of convolution and fully connected layers: exact, or with a multiplier cell's table
 * and the correction (the arithmetic contract: vmac_layer_acc in vmac.h).
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clones.h"
#include "gemm/gemm.h"
#include "net/net.h"

/* Pixels that are computed together: enough that a layer's tables stay in the cache meanwhile. */
static int block_pixels(const vmac_op *op) {
  return op->m < 512 ? op->m : 512;
}

/* The scratch holds the operands of a block, (pixels, k), then the weights' operands, (n, k); the
 * exact path keeps both as int16, and one pixel's codes behind them. */
size_t vmac_patch_bytes(const vmac_op *op) {
  return (size_t)op->k * (2 * ((size_t)block_pixels(op) + (size_t)op->n) + 1);
}

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

static void widen(size_t n, const int8_t *from, int16_t *to) {
  for (size_t i = 0; i < n; i++) to[i] = from[i];
}

/* acc (m, n) += a (m, k) times w (n, k). */
VMAC_CLONES
static void gemm_exact(int m, int k, int n, const int16_t *restrict a, const int16_t *restrict w,
                       int32_t *restrict acc) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      const int16_t *ai = a + (size_t)i * (size_t)k, *wj = w + (size_t)j * (size_t)k;
      int32_t sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int kk = 0; kk < k; kk++) sum += ai[kk] * wj[kk];
      acc[(size_t)i * (size_t)n + (size_t)j] += sum;
    }
}

static void layer_exact(const vmac_net *net, const vmac_op *op, const int8_t *input, int32_t *acc,
                        vmac_state *state) {
  for (int j = 0; j < op->n; j++) acc[j] = vmac_folded_bias(net, op, VMAC_S8, j);
  for (int i = 1; i < op->m; i++)
    memcpy(acc + (size_t)i * (size_t)op->n, acc, (size_t)op->n * sizeof *acc);
  const size_t k = (size_t)op->k;
  const int block = block_pixels(op);
  int16_t *a = (int16_t *)(void *)state->patch, *w = a + (size_t)block * k;
  int8_t *codes = (int8_t *)(w + (size_t)op->n * k);
  widen((size_t)op->n * k, net->tensor[op->weight].i8, w);
  for (int first = 0; first < op->m; first += block) {
    const int pixels = op->m - first < block ? op->m - first : block;
    for (int p = 0; p < pixels; p++) {
      vmac_patch(net, op, input, first + p, 0, codes);
      widen(k, codes, a + (size_t)p * k);
    }
    gemm_exact(pixels, op->k, op->n, a, w, acc + (size_t)first * (size_t)op->n);
  }
}

/* What the array's side column adds up over one pixel's operands. */
VMAC_CLONES
static int32_t sum_operands(int k, const uint8_t *a) {
  int32_t sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int i = 0; i < k; i++) sum += a[i];
  return sum;
}

VMAC_CLONES
static int32_t sum_variates(vmac_xkind kind, int bits, int k, const uint8_t *a) {
  int32_t sum = 0;
  if (kind == VMAC_X_LOW)
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < k; i++) sum += vmac_variate(VMAC_X_LOW, bits, a[i]);
  else if (kind == VMAC_X_OR)
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < k; i++) sum += vmac_variate(VMAC_X_OR, bits, a[i]);
  return sum;
}

VMAC_CLONES
static int32_t sum_bits(int bit, int k, const uint8_t *a) {
  int32_t sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int i = 0; i < k; i++) sum += a[i] >> bit & 1;
  return sum;
}

/* The sums X of one pixel's operands, x (planes). */
static void sum_planes(const vmac_mac *mac, int k, const uint8_t *a, int32_t *x) {
  if (mac->planes == 1)
    x[0] = sum_variates(mac->mult->xkind, mac->mult->xbits, k, a);
  else
    for (int i = 0; i < mac->planes; i++) x[i] = sum_bits(i, k, a);
}

/* One block of pixels with a cell, operands a (pixels, k): its sums become final accumulators. */
static void finish_block(const vmac_op *op, const vmac_mac *mac, int pixels, const uint8_t *a,
                         const int32_t *folded, const int32_t *sums, int32_t *acc) {
  const vmac_mult *mult = mac->mult;
  for (int p = 0; p < pixels; p++) {
    const uint8_t *row = a + (size_t)p * (size_t)op->k;
    const int32_t sum_a = mult->cls == VMAC_U8 ? sum_operands(op->k, row) : 0;
    int32_t x[VMAC_CORR_PLANES];
    if (mac->c0) sum_planes(mac, op->k, row, x);
    for (int j = 0; j < op->n; j++) {
      int64_t value = (int64_t)*sums++ - 128 * (int64_t)sum_a + folded[j];
      if (mac->c0) value += vmac_correction(mac->c0[j], mac->planes, mac->c + j * mac->planes, x);
      *acc++ = vmac_wrap(value);
    }
  }
}

/* The cell's sums of `pixels` pixels. */
static void cell_sums(const vmac_op *op, const vmac_mac *mac, int pixels, const uint8_t *a,
                      const uint8_t *w, int32_t *sums) {
  if (mac->rows)
    vmac_gemm_rows(pixels, a, mac->rows, sums);
  else
    vmac_gemm_ref(pixels, op->k, op->n, a, w, mac->table, sums);
}

static void layer_cell(const vmac_net *net, const vmac_op *op, const vmac_mac *mac,
                       const int8_t *input, int32_t *acc, vmac_state *state) {
  const size_t k = (size_t)op->k;
  const int block = block_pixels(op);
  uint8_t *a = state->patch, *w = a + (size_t)block * k;
  const vmac_class cls = mac->mult->cls;
  for (int j = 0; !mac->rows && j < op->n; j++)
    for (int i = 0; i < op->k; i++)
      w[(size_t)j * k + (size_t)i] = vmac_operand_bits(cls, vmac_weight(net, op, j, i));
  int32_t *folded = vmac_alloc((size_t)op->n, sizeof *folded);
  int32_t *sums = vmac_alloc((size_t)block * (size_t)op->n, sizeof *sums);
  for (int j = 0; j < op->n; j++) folded[j] = vmac_folded_bias(net, op, mac->mult->cls, j);
  for (int first = 0; first < op->m; first += block) {
    const int pixels = op->m - first < block ? op->m - first : block;
    for (int p = 0; p < pixels; p++)
      vmac_patch(net, op, input, first + p, 0, (int8_t *)a + (size_t)p * k);
    for (size_t i = 0; i < (size_t)pixels * k; i++) a[i] = vmac_operand_bits(cls, (int8_t)a[i]);
    cell_sums(op, mac, pixels, a, w, sums);
    finish_block(op, mac, pixels, a, folded, sums, acc + (size_t)first * (size_t)op->n);
  }
  free(sums);
  free(folded);
}

void vmac_layer_acc(const vmac_net *net, const vmac_op *op, const vmac_mac *mac,
                    const int8_t *input, int32_t *acc, vmac_state *state) {
  if (op->kind == VMAC_DEPTHWISE)
    vmac_depthwise_acc(net, op, mac, input, acc, state);
  else if (mac && mac->table)
    layer_cell(net, op, mac, input, acc, state);
  else
    layer_exact(net, op, input, acc, state);
}
