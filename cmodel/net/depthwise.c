/* Accumulators of depthwise convolution: exact, or with a multiplier cell's table and the
 * correction (the arithmetic contract: vmac_layer_acc in vmac.h).
 *
 * A tap multiplies neighbouring channels by neighbouring weights, so channels are the lanes. The
 * input is first copied as operand bits with its padding, each channel as often as it has outputs,
 * and the channels rounded up to whole vectors: then every pixel is like every other.
 * SPDX-License-Identifier: Apache-2.0 */
#include "net/depthwise.h"

#include <stdlib.h>
#include <string.h>

#include "net/net.h"

void vmac_depthwise_plain(const vmac_net *net, const vmac_op *op, const vmac_mac *mac,
                          const int8_t *input, int32_t *acc) {
  const bool cell = mac && mac->table;
  const vmac_class cls = cell ? mac->mult->cls : VMAC_S8;
  int8_t *codes = vmac_alloc((size_t)op->k, 1);
  for (int pixel = 0; pixel < op->m; pixel++)
    for (int j = 0; j < op->n; j++) {
      int64_t sum = vmac_folded_bias(net, op, cls, j);
      int32_t x[VMAC_CORR_PLANES] = {0};
      vmac_patch(net, op, input, pixel, j, codes);
      for (int i = 0; i < op->k; i++) {
        const int8_t weight = vmac_weight(net, op, j, i);
        if (!cell) {
          sum += codes[i] * weight;
          continue;
        }
        const uint8_t a = vmac_operand_bits(cls, codes[i]);
        sum += vmac_mac_table(mac, op->k, j, i)[a << 8 | vmac_operand_bits(cls, weight)] -
               (cls == VMAC_U8 ? 128 * a : 0);
        for (int p = 0; mac->c0 && p < mac->planes; p++) x[p] += mac->terms[256 * p + a];
      }
      if (cell && mac->c0)
        sum += vmac_correction(mac->c0[j], mac->planes, mac->c + j * mac->planes, x);
      *acc++ = vmac_wrap(sum);
    }
  free(codes);
}

/* ---- the scratch ----------------------------------------------------------------------------- */

enum {
  BLOCK = 1024, /* sums that are computed together */
  /* Windows far larger than their map would pad it to many times its size; those few stay plain. */
  IMAGE_LIMIT = 1 << 24
};

typedef struct {
  int h, w;     /* pixels of the input that the windows reach, padding included */
  size_t lanes; /* channels, whole groups of them */
  size_t sums;  /* of a block, of one pixel at least */
} extent;

static extent extent_of(const vmac_net *net, const vmac_op *op) {
  const int *od = net->tensor[op->out].dim;
  const size_t lanes = ((size_t)op->n + VMAC_DW_LANES - 1) / VMAC_DW_LANES * VMAC_DW_LANES;
  return (extent){(od[1] - 1) * op->stride_h + op->kh, (od[2] - 1) * op->stride_w + op->kw, lanes,
                  lanes > BLOCK ? lanes : BLOCK};
}

static size_t image_size(extent e) {
  return (size_t)e.h * (size_t)e.w * e.lanes;
}

static bool fits(extent e) {
  return (int64_t)e.h * e.w <= IMAGE_LIMIT / (int64_t)e.lanes;
}

/* The parts of the scratch one behind the other, large elements first; returns their size, and sets
 * none of them where there are no bytes yet. */
static size_t divide(extent e, const vmac_op *op, int images, uint8_t *bytes, vmac_dw *d) {
  const size_t k = (size_t)op->k, even = k + k % 2;
  size_t size[] = {even * sizeof *d->tap,
                   e.lanes * sizeof *d->folded,
                   e.lanes * sizeof *d->c0,
                   e.lanes * VMAC_CORR_PLANES * sizeof *d->c,
                   e.sums * sizeof *d->sums,
                   e.sums * VMAC_CORR_PLANES * sizeof *d->x,
                   even * e.lanes * sizeof *d->pairs,
                   k * e.lanes,
                   (size_t)images * image_size(e)};
  enum { PARTS = sizeof size / sizeof *size };
  size_t at[PARTS], total = 0;
  for (int i = 0; i < PARTS; i++) {
    at[i] = total;
    total += size[i];
  }
  if (!bytes) return total;
  d->tap = (size_t *)(void *)(bytes + at[0]);
  d->folded = (int32_t *)(void *)(bytes + at[1]);
  d->c0 = (int32_t *)(void *)(bytes + at[2]);
  d->c = (int32_t *)(void *)(bytes + at[3]);
  d->sums = (int32_t *)(void *)(bytes + at[4]);
  d->x = (int32_t *)(void *)(bytes + at[5]);
  d->pairs = (int16_t *)(void *)(bytes + at[6]);
  d->w = bytes + at[7];
  d->image = bytes + at[8];
  return total;
}

/* Operand bits of `count` rows of n codes; a row begins `lanes` bytes behind the one before. */
static inline VMAC_BODY void spread_body(int count, size_t n, size_t lanes, uint8_t change,
                                         const int8_t *restrict code, uint8_t *restrict bits) {
  for (; count; count--, code += n, bits += lanes)
#pragma omp simd
    for (size_t i = 0; i < n; i++) bits[i] = (uint8_t)((uint8_t)code[i] ^ change);
}
VMAC_PER_ISA(spread,
             (int count, size_t n, size_t lanes, uint8_t change, const int8_t *code, uint8_t *bits),
             (count, n, lanes, change, code, bits));

/* One row of the input between its padding; `change` makes operand bits of codes. */
static void fill_row(const vmac_net *net, const vmac_op *op, extent e, uint8_t change, vmac_isa isa,
                     const int8_t *from, uint8_t *to) {
  const vmac_tensor *in = &net->tensor[op->in[0]];
  const size_t c = (size_t)in->dim[3];
  const int end = op->pad_left + in->dim[2] < e.w ? op->pad_left + in->dim[2] : e.w;
  const int pixels = end - op->pad_left;
  to += (size_t)op->pad_left * e.lanes;
  if (op->multiplier == 1 && e.lanes == c)
    spread[isa](1, (size_t)pixels * c, 0, change, from, to);
  else if (op->multiplier == 1)
    spread[isa](pixels, c, e.lanes, change, from, to);
  else
    for (int x = 0; x < pixels; x++, from += c, to += e.lanes)
      for (int j = 0; j < op->n; j++) to[j] = (uint8_t)((uint8_t)from[j / op->multiplier] ^ change);
}

static void fill_image(const vmac_net *net, const vmac_op *op, extent e, vmac_class cls,
                       vmac_isa isa, const int8_t *input, uint8_t *image) {
  const vmac_tensor *in = &net->tensor[op->in[0]];
  const size_t row = (size_t)e.w * e.lanes, in_row = (size_t)in->dim[2] * (size_t)in->dim[3];
  memset(image, vmac_operand_bits(cls, (int8_t)in->zero), (size_t)e.h * row);
  for (int y = 0; y < in->dim[1] && op->pad_top + y < e.h; y++)
    fill_row(net, op, e, vmac_operand_bits(cls, 0), isa, input + (size_t)y * in_row,
             image + (size_t)(op->pad_top + y) * row);
}

/* vmac_folded_bias() of every channel. */
static inline VMAC_BODY void fold_body(int k, size_t n, int32_t zero, const int8_t *restrict weight,
                                       const int32_t *restrict bias, int32_t *restrict folded) {
#pragma omp simd
  for (size_t j = 0; j < n; j++) folded[j] = 0;
  for (int t = 0; t < k; t++, weight += n)
#pragma omp simd
    for (size_t j = 0; j < n; j++) folded[j] += weight[j];
#pragma omp simd
  for (size_t j = 0; j < n; j++)
    folded[j] = (int32_t)((uint32_t)(bias ? bias[j] : 0) - (uint32_t)(zero * folded[j]));
}
VMAC_PER_ISA(fold,
             (int k, size_t n, int32_t zero, const int8_t *weight, const int32_t *bias,
              int32_t *folded),
             (k, n, zero, weight, bias, folded));

/* Tap t's weights among the pairs, whose order is vmac_dw.pairs'. */
static void fill_pairs(vmac_dw *d, int t, const int8_t *weight) {
  int16_t *to = d->pairs + (size_t)(t / 2) * 2 * (size_t)d->lanes + t % 2;
  for (int j = 0; j < d->lanes; j += VMAC_DW_LANES, to += 2 * VMAC_DW_LANES) {
    int8_t w[VMAC_DW_LANES] = {0};
    if (weight)
      memcpy(w, weight + j, (size_t)(d->n - j < VMAC_DW_LANES ? d->n - j : VMAC_DW_LANES));
    for (int i = 0; i < 4; i++) {
      to[2 * i] = w[i];
      to[2 * i + 8] = w[i + 8];
      to[2 * i + 16] = w[i + 4];
      to[2 * i + 24] = w[i + 12];
    }
  }
}

static void fill_constants(const vmac_net *net, const vmac_op *op, extent e, vmac_class cls,
                           vmac_isa isa, vmac_dw *d) {
  const int8_t *weight = net->tensor[op->weight].i8;
  const int32_t *bias = op->bias < 0 ? NULL : net->tensor[op->bias].i32;
  const int32_t zero = net->tensor[op->in[0]].zero;
  const size_t n = (size_t)op->n;
  /* u8: - Z_a * sum W + k * 128 * Z_a, of sum W = sum q_w + 128 k only the codes' sum is left. */
  fold[isa](op->k, n, cls == VMAC_U8 ? zero + 128 : zero, weight, bias, d->folded);
  spread[isa](op->k, n, e.lanes, vmac_operand_bits(cls, 0), weight, d->w);
  for (int t = 0; t < op->k; t++)
    d->tap[t] = ((size_t)(t / op->kw) * (size_t)e.w + (size_t)(t % op->kw)) * e.lanes;
  if (!d->mac) {
    for (int t = 0; t < op->k; t++) fill_pairs(d, t, weight + (size_t)t * n);
    if (op->k % 2) { /* and a tap of no weight */
      d->tap[op->k] = 0;
      fill_pairs(d, op->k, NULL);
    }
  } else if (d->mac->c0) {
    memcpy(d->c0, d->mac->c0, n * sizeof *d->c0);
    for (size_t j = 0, planes = (size_t)d->mac->planes; j < n; j++)
      for (size_t p = 0; p < planes; p++) d->c[p * e.lanes + j] = d->mac->c[j * planes + p];
  }
}

/* How many planes view an image of their own. */
static int set_views(vmac_dw *d) {
  int count = 0;
  for (int p = 0; d->mac && d->mac->c0 && p < d->mac->planes; p++) {
    d->view[p] = vmac_dw_view_of(d->mac->terms + 256 * p);
    count += d->view[p].looked_up;
  }
  return count;
}

/* Those images lie behind that of the operands. */
static void fill_seen(extent e, vmac_isa isa, vmac_dw *d) {
  uint8_t *to = d->image;
  for (int p = 0; d->mac && d->mac->c0 && p < d->mac->planes; p++) {
    const uint8_t *terms = d->mac->terms + 256 * p;
    d->seen[p] = d->image;
    if (!d->view[p].looked_up) continue;
    d->seen[p] = to += image_size(e);
    vmac_look_up(isa, image_size(e), (const int8_t *)terms, (const int8_t *)d->image, (int8_t *)to);
  }
}

/* ---- the layer ------------------------------------------------------------------------------- */

/* sums += vmac_correction(), one pixel's; x (planes), `plane` apart. */
static inline VMAC_BODY void correct_body(const vmac_dw *d, size_t plane, const int32_t *restrict x,
                                          int32_t *restrict sums) {
  const int planes = d->mac->planes, lanes = d->lanes;
  const int32_t *c0 = d->c0, *c = d->c;
  for (int j = 0; j < lanes; j += VMAC_DW_LANES) {
    int64_t v[VMAC_DW_LANES];
#pragma omp simd
    for (int i = 0; i < VMAC_DW_LANES; i++) v[i] = (int64_t)c0[j + i] + (1 << (VMAC_CORR_F - 1));
    for (int p = 0; p < planes; p++) {
      const int32_t *cp = c + (ptrdiff_t)p * lanes + j, *xp = x + (size_t)p * plane + j;
#pragma omp simd
      for (int i = 0; i < VMAC_DW_LANES; i++) v[i] += (int64_t)cp[i] * xp[i];
    }
#pragma omp simd
    for (int i = 0; i < VMAC_DW_LANES; i++)
      sums[j + i] = (int32_t)((uint32_t)sums[j + i] + (uint32_t)(uint64_t)(v[i] >> VMAC_CORR_F));
  }
}
VMAC_PER_ISA(correct, (const vmac_dw *d, size_t plane, const int32_t *x, int32_t *sums),
             (d, plane, x, sums));

static void block(const vmac_dw *d, vmac_isa isa, int pixels, const uint8_t *a, int32_t *acc) {
  if (d->mac)
    vmac_dw_cell(d, isa, pixels, a);
  else
    vmac_dw_exact(d, isa, pixels, a);
  const size_t lanes = (size_t)d->lanes, plane = (size_t)pixels * lanes, n = (size_t)d->n;
  const bool corrected = d->mac && d->mac->c0;
  for (int p = 0; corrected && p < d->mac->planes; p++)
    vmac_dw_plane(d, isa, d->view[p], pixels, d->seen[p] + (a - d->image),
                  d->x + (size_t)p * plane);
  for (size_t p = 0; p < (size_t)pixels; p++) {
    int32_t *sums = d->sums + p * lanes;
    if (corrected) correct[isa](d, plane, d->x + p * lanes, sums);
    memcpy(acc + p * n, sums, n * sizeof *acc);
  }
}

void vmac_depthwise_acc(const vmac_net *net, const vmac_op *op, const vmac_mac *mac,
                        const int8_t *input, int32_t *acc, vmac_state *state) {
  const int *od = net->tensor[op->out].dim;
  const extent e = extent_of(net, op);
  if (!fits(e) || (mac && mac->cell)) {
    vmac_depthwise_plain(net, op, mac, input, acc);
    return;
  }
  vmac_dw d = {.k = op->k, .n = op->n, .lanes = (int)e.lanes};
  d.mac = mac && mac->table ? mac : NULL;
  d.step = (size_t)op->stride_w * e.lanes;
  const int images = 1 + set_views(&d);
  divide(e, op, images, vmac_scratch_get(&state->scratch, divide(e, op, images, NULL, &d)), &d);
  const vmac_class cls = d.mac ? mac->mult->cls : VMAC_S8;
  fill_image(net, op, e, cls, state->isa, input, d.image);
  fill_constants(net, op, e, cls, state->isa, &d);
  fill_seen(e, state->isa, &d);
  const int most = (int)(e.sums / e.lanes);
  for (int y = 0; y < od[1]; y++) {
    const uint8_t *a = d.image + (size_t)y * (size_t)op->stride_h * (size_t)e.w * e.lanes;
    for (int x = 0; x < od[2]; x += most) {
      const int pixels = od[2] - x < most ? od[2] - x : most;
      block(&d, state->isa, pixels, a + (size_t)x * d.step, acc);
      acc += (size_t)pixels * (size_t)op->n;
    }
  }
}
