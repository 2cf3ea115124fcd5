/* Layers without weights, many codes at a time: the bytes of elementwise.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "net/net.h"

#if VMAC_X86
#include <immintrin.h>
#endif

/* ---- addition -------------------------------------------------------------------------------- */

/* An operand's part of the sum, vmac_requantize(d << left_shift, scale), d = code - zero point, in
 * 32 bits: the scale is 1/2 at most, its shift -b. Of the multiplier's 31 bits the lowest
 * 31 - left_shift = `bits` are low, the others high:
 *   d * 2^left_shift * mult / 2^31 = d * high + d * low / 2^bits,
 * d * high an integer below 2^8 * 2^20. So g = d * high + ((d * low + up) >> bits) is the product
 * rounded once, with up = 2^(bits-1), or its floor, with up = 0; then
 *   part = (g + 2^(b-1) - [g < 0 if double]) >> b   for b > 0, else g.
 * Single rounding adds 2^(30+b) before its one shift: for b > 0 a multiple of 2^31, which the floor
 * lets pass. */
typedef struct {
  int32_t zero, high, low, up, half, away;
  int bits, shift;
} addend;

static addend addend_of(const vmac_tensor *t, vmac_scale s, int left_shift,
                        vmac_rounding rounding) {
  const int bits = 31 - left_shift, b = -s.shift;
  const bool twice = rounding == VMAC_ROUND_DOUBLE;
  return (addend){.zero = t->zero,
                  .high = s.mult >> bits,
                  .low = s.mult & ((1 << bits) - 1),
                  .up = twice || !b ? 1 << (bits - 1) : 0,
                  .half = b ? 1 << (b - 1) : 0,
                  .away = twice && b ? -1 : 0,
                  .bits = bits,
                  .shift = b};
}

/* sum[i] = a's part + b's part, a being scaled by exactly 1/2: (code - zero point) << half. */
static inline VMAC_BODY void add_parts_body(int n, const int8_t *restrict a, int32_t zero, int half,
                                            const int8_t *restrict b, const addend *restrict of_b,
                                            int32_t *restrict sum) {
  const addend o = *of_b;
  const int32_t unit = 1 << half;
#pragma omp simd
  for (int i = 0; i < n; i++) {
    const int32_t d = b[i] - o.zero;
    const int32_t g = d * o.high + ((d * o.low + o.up) >> o.bits);
    sum[i] = (a[i] - zero) * unit + ((g + o.half + (g < 0 ? o.away : 0)) >> o.shift);
  }
}
VMAC_PER_ISA(add_parts,
             (int n, const int8_t *a, int32_t zero, int half, const int8_t *b, const addend *of_b,
              int32_t *sum),
             (n, a, zero, half, b, of_b, sum));

static bool is_half(vmac_scale s) {
  return s.mult == 1 << 30 && s.shift == 0;
}

void vmac_add_codes(const vmac_net *net, const vmac_op *op, vmac_rounding rounding,
                    const vmac_ready *ready, vmac_isa isa, const int8_t *a, const int8_t *b,
                    int8_t *out) {
  /* The operand of the larger scale has 1/2, which is how vmac_net_prepare() scales them. */
  const int larger = is_half(op->requant[0]) ? 0 : 1;
  if (!is_half(op->requant[larger])) {
    vmac_run_add(net, op, rounding, a, b, out);
    return;
  }
  const int8_t *in[2] = {a, b};
  const vmac_tensor *to = &net->tensor[op->out];
  const int32_t zero = net->tensor[op->in[larger]].zero;
  const addend other =
      addend_of(&net->tensor[op->in[!larger]], op->requant[!larger], op->left_shift, rounding);
  const vmac_codes codes = {to->zero, op->act_min, op->act_max};
  enum { CHUNK = 1024 };
  int32_t sum[CHUNK];
  for (size_t i = 0; i < to->size; i += CHUNK) {
    const size_t n = to->size - i < CHUNK ? to->size - i : CHUNK;
    add_parts[isa]((int)n, in[larger] + i, zero, op->left_shift - 1, in[!larger] + i, &other, sum);
    vmac_requantize_codes(ready->lanes[rounding], isa, n, sum, codes, out + i);
  }
}

/* ---- any function of one code ---------------------------------------------------------------- */

static void look_up(size_t n, const int8_t *table, const int8_t *in, int8_t *out) {
  for (size_t i = 0; i < n; i++) out[i] = table[(uint8_t)in[i]];
}

#if VMAC_X86
VMAC_TARGET_AVX512 static void look_up_avx512(size_t n, const int8_t *table, const int8_t *in,
                                              int8_t *out) {
  __m512i t[4];
  for (int i = 0; i < 4; i++) t[i] = _mm512_loadu_si512(table + 64 * i);
  for (size_t i = 0; i < n; i += 64) {
    const __mmask64 some = n - i < 64 ? ((__mmask64)1 << (n - i)) - 1 : ~(__mmask64)0;
    const __m512i code = _mm512_maskz_loadu_epi8(some, in + i);
    const __m512i low = _mm512_permutex2var_epi8(t[0], code, t[1]);
    const __m512i high = _mm512_permutex2var_epi8(t[2], code, t[3]);
    _mm512_mask_storeu_epi8(out + i, some,
                            _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(code), high));
  }
}
#else
#define look_up_avx512 look_up
#endif

void vmac_look_up(vmac_isa isa, size_t n, const int8_t *table, const int8_t *in, int8_t *out) {
  if (isa == VMAC_AVX512)
    look_up_avx512(n, table, in, out);
  else
    look_up(n, table, in, out);
}

/* ---- pools ----------------------------------------------------------------------------------- */

/* A window: rows x cols pixels, c codes each; a row of the map has `row` codes. */
typedef struct {
  int rows, cols;
  size_t c, row;
} pool_window;

enum { LANES = 64 }; /* channels at a time */

static inline VMAC_BODY void max_lanes(pool_window w, int n, const int8_t *restrict in,
                                       int8_t *restrict max) {
  memset(max, INT8_MIN, LANES);
  for (int y = 0; y < w.rows; y++)
    for (int x = 0; x < w.cols; x++) {
      const int8_t *q = in + (size_t)y * w.row + (size_t)x * w.c;
#pragma omp simd
      for (int i = 0; i < n; i++) max[i] = q[i] > max[i] ? q[i] : max[i];
    }
}

/* The sum s of `count` codes becomes their mean. (|s| + count / 2) / count by a product: the
 * numerator N is at most 129 * count, the reciprocal 2^22 / count rounded up is too large by
 * e / count with e < count, so N * reciprocal / 2^22 is above N / count by less than
 * 129 * count / 2^22 < 1 / count while count <= SMALL: never as far as the next integer. And it
 * fits 32 bits. */
enum { SMALL = 128, FRACTION = 22 };

static inline VMAC_BODY void mean_lanes(pool_window w, int n, const int8_t *restrict in,
                                        int8_t *restrict mean) {
  int32_t sum[LANES] = {0};
  for (int y = 0; y < w.rows; y++)
    for (int x = 0; x < w.cols; x++) {
      const int8_t *q = in + (size_t)y * w.row + (size_t)x * w.c;
#pragma omp simd
      for (int i = 0; i < n; i++) sum[i] += q[i];
    }
  const int32_t count = w.rows * w.cols;
  if (count > SMALL) {
    for (int i = 0; i < n; i++) mean[i] = (int8_t)vmac_mean(sum[i], count);
    return;
  }
  const uint32_t reciprocal = ((1u << FRACTION) + (uint32_t)count - 1) / (uint32_t)count;
#pragma omp simd
  for (int i = 0; i < n; i++) {
    const int32_t away = sum[i] > 0 ? 0 : -1;
    const uint32_t size = (uint32_t)((sum[i] ^ away) - away) + (uint32_t)count / 2;
    mean[i] = (int8_t)(((int32_t)(size * reciprocal >> FRACTION) ^ away) - away);
  }
}

static inline VMAC_BODY void pool_body(const vmac_op *op, pool_window w, const int8_t *in,
                                       int8_t *restrict out) {
  for (size_t c = 0; c < w.c; c += LANES) {
    int8_t code[LANES];
    const int n = w.c - c < LANES ? (int)(w.c - c) : LANES;
    if (op->kind == VMAC_MAXPOOL && n == LANES) /* a constant: one vector */
      max_lanes(w, LANES, in + c, code);
    else if (op->kind == VMAC_MAXPOOL)
      max_lanes(w, n, in + c, code);
    else if (n == LANES)
      mean_lanes(w, LANES, in + c, code);
    else
      mean_lanes(w, n, in + c, code);
#pragma omp simd
    for (int i = 0; i < n; i++) {
      const int32_t q = code[i] < op->act_min ? op->act_min : code[i];
      out[c + (size_t)i] = (int8_t)(q > op->act_max ? op->act_max : q);
    }
  }
}
VMAC_PER_ISA(pool, (const vmac_op *op, pool_window w, const int8_t *in, int8_t *out),
             (op, w, in, out));

void vmac_pool_codes(const vmac_net *net, const vmac_op *op, vmac_isa isa, const int8_t *in,
                     int8_t *out) {
  const int *id = net->tensor[op->in[0]].dim, *od = net->tensor[op->out].dim;
  const size_t c = (size_t)id[3], row = c * (size_t)id[2];
  for (int y = 0; y < od[1]; y++)
    for (int x = 0; x < od[2]; x++, out += c) {
      const int y0 = y * op->stride_h - op->pad_top, x0 = x * op->stride_w - op->pad_left;
      const int top = y0 < 0 ? 0 : y0, left = x0 < 0 ? 0 : x0;
      const int bottom = y0 + op->kh < id[1] ? y0 + op->kh : id[1];
      const int right = x0 + op->kw < id[2] ? x0 + op->kw : id[2];
      const pool_window w = {bottom - top, right - left, c, row};
      pool[isa](op, w, in + (size_t)top * row + (size_t)left * c, out);
    }
}
