/* Accumulators to codes, many at a time: the same bytes as vmac_requantize(), zero point, clamp.
 *
 * Both roundings are one 64-bit sum and one shift. Let t = x * mult, b = -shift > 0, and
 *   r = (t + round - ([x < 0] * 2^31 if double)) >> (31 + b),
 *   round = 2^(30+b), and 2^30 more if double.
 * Single rounding says so itself. Double rounding is (h + 2^(b-1) - [h < 0]) >> b with
 * h = (t + 2^30) >> 31; floors of floors combine, which is the line above with [h < 0] for [x < 0].
 * The two differ only for h = 0 > x (x = -1 and mult = 2^30, or mult = 0), where both give 0.
 * As 31 + b is 32 or more, r is an arithmetic shift of the sum's high half: what vectors without
 * 64-bit shifts have too. Where shift >= 0 (rare: a scale of 1/2 and more) the sum first moves up,
 * by 1 if double, by shift + 1 if single; double takes x << shift, wrapped, for x. Nothing
 * overflows: |t| < 2^62 and round < 2^62.
 *
 * r saturates to 16 bits, the zero point is added with saturation, and that to 8 bits: the clamp
 * of int8 codes makes it the same as in wider arithmetic. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "net/net.h"

#if VMAC_X86
#include <immintrin.h>
#endif

enum { BLOCK = 64 }; /* codes that a kernel makes at a time */

/* Constants by position in the accumulators: entry i is of channel i % n. They repeat every
 * `period` entries, an even number, BLOCK or more, and go on for a block behind it. */
struct vmac_lanes {
  size_t period;
  bool right; /* every shift is to the right: up is 0, sign the same for all */
  int32_t *mult;
  int32_t *down;     /* shift of the high half */
  int32_t *left;     /* of x */
  int32_t *up;       /* of the sum */
  int32_t *sign;     /* INT32_MIN where a negative x takes 2^31 off */
  int64_t *round[2]; /* of even entries, of odd ones */
};

static void set_lane(vmac_lanes *l, size_t i, vmac_scale s, vmac_rounding rounding) {
  const bool twice = rounding == VMAC_ROUND_DOUBLE;
  int64_t round;
  if (!s.mult) s.shift = -1; /* 0 whatever the shift: let it not cost the others their speed */
  if (s.shift < 0) {
    l->down[i] = -s.shift - 1;
    l->sign[i] = twice ? INT32_MIN : 0;
    round = ((int64_t)1 << (30 - s.shift)) + (twice ? 1 << 30 : 0);
  } else {
    l->right = false;
    l->left[i] = twice ? s.shift : 0;
    l->up[i] = twice ? 1 : s.shift + 1;
    round = (int64_t)1 << (30 - (twice ? 0 : s.shift));
  }
  l->mult[i] = s.mult;
  l->round[i & 1][i >> 1] = round;
}

vmac_lanes *vmac_lanes_new(int n, const vmac_scale *scale, vmac_rounding rounding) {
  vmac_lanes *l = vmac_alloc(1, sizeof *l);
  l->period = (size_t)n * (size_t)((BLOCK + n - 1) / n);
  if (l->period % 2) l->period *= 2;
  const size_t entries = l->period + BLOCK + 2;
  int32_t **const each[] = {&l->mult, &l->down, &l->left, &l->up, &l->sign};
  for (size_t i = 0; i < sizeof each / sizeof *each; i++)
    *each[i] = vmac_alloc(entries, sizeof **each[i]);
  for (int i = 0; i < 2; i++) l->round[i] = vmac_alloc(entries / 2, sizeof *l->round[i]);
  l->right = true;
  for (size_t i = 0; i < entries; i++) set_lane(l, i, scale[i % (size_t)n], rounding);
  return l;
}

void vmac_lanes_free(vmac_lanes *l) {
  if (!l) return;
  int32_t *const each[] = {l->mult, l->down, l->left, l->up, l->sign};
  for (size_t i = 0; i < sizeof each / sizeof *each; i++) free(each[i]);
  for (int i = 0; i < 2; i++) free(l->round[i]);
  free(l);
}

/* ---- kernels: whole blocks, the first of which begins at entry `at` -------------------------- */

static size_t next(const vmac_lanes *l, size_t at) {
  at += BLOCK;
  return at < l->period ? at : at - l->period;
}

static void portable(const vmac_lanes *l, size_t at, size_t blocks, const int32_t *restrict x,
                     vmac_codes codes, int8_t *restrict out) {
  for (; blocks; blocks--, at = next(l, at), x += BLOCK, out += BLOCK)
    for (size_t i = 0; i < BLOCK; i++) {
      const size_t e = at + i;
      const int32_t shifted = (int32_t)((uint32_t)x[i] << l->left[e]);
      const int64_t sum = (int64_t)shifted * l->mult[e] + l->round[e & 1][e >> 1] -
                          (uint32_t)(shifted & l->sign[e]);
      const int64_t r = (int64_t)((uint64_t)sum << l->up[e]) >> 32 >> l->down[e];
      out[i] = (int8_t)vmac_clamp(r + codes.zero, codes.lo, codes.hi);
    }
}

#if VMAC_X86

/* One vector's constants; products of even and of odd lanes are made apart. */
typedef struct {
  __m512i mult, mult_odd, even, odd, down, left, up, sign;
} lanes512;

VMAC_TARGET_AVX512 static inline VMAC_BODY lanes512 load512(const vmac_lanes *l, size_t at) {
  return (lanes512){
      _mm512_loadu_si512(l->mult + at),         _mm512_loadu_si512(l->mult + at + 1),
      _mm512_loadu_si512(l->round[0] + at / 2), _mm512_loadu_si512(l->round[1] + at / 2),
      _mm512_loadu_si512(l->down + at),         _mm512_loadu_si512(l->left + at),
      _mm512_loadu_si512(l->up + at),           _mm512_loadu_si512(l->sign + at)};
}

VMAC_TARGET_AVX512 static inline VMAC_BODY __m512i scale512(__m512i x, const lanes512 *c,
                                                            bool right) {
  const __m512i low = _mm512_set1_epi64(0xffffffff);
  if (!right) x = _mm512_sllv_epi32(x, c->left);
  const __m512i x_odd = _mm512_srli_epi64(x, 32);
  const __m512i sign = _mm512_and_si512(c->sign, low), sign_odd = _mm512_srli_epi64(c->sign, 32);
  __m512i even = _mm512_add_epi64(_mm512_mul_epi32(x, c->mult), c->even);
  __m512i odd = _mm512_add_epi64(_mm512_mul_epi32(x_odd, c->mult_odd), c->odd);
  even = _mm512_sub_epi64(even, _mm512_and_si512(x, sign));
  odd = _mm512_sub_epi64(odd, _mm512_and_si512(x_odd, sign_odd));
  if (!right) {
    even = _mm512_sllv_epi64(even, _mm512_and_si512(c->up, low));
    odd = _mm512_sllv_epi64(odd, _mm512_srli_epi64(c->up, 32));
  }
  const __m512i high = _mm512_mask_shuffle_epi32(odd, 0x5555, even, _MM_PERM_DDBB);
  return _mm512_srav_epi32(high, c->down);
}

/* fixed: every block begins at entry 0, so the constants stay in registers. */
VMAC_TARGET_AVX512 static inline VMAC_BODY void run512(const vmac_lanes *l, size_t at,
                                                       size_t blocks, const int32_t *restrict x,
                                                       vmac_codes codes, int8_t *restrict out,
                                                       bool right, bool fixed) {
  const __m512i zero = _mm512_set1_epi16((int16_t)codes.zero);
  const __m512i lo = _mm512_set1_epi8((int8_t)codes.lo), hi = _mm512_set1_epi8((int8_t)codes.hi);
  /* Packing takes 16 bytes of each vector in turn. */
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i sign = _mm512_set1_epi32(l->sign[0]);
  lanes512 c0 = load512(l, at), c1 = load512(l, at + 16);
  lanes512 c2 = load512(l, at + 32), c3 = load512(l, at + 48);
  for (; blocks; blocks--, at = next(l, at), x += BLOCK, out += BLOCK) {
    if (!fixed) {
      c0 = load512(l, at);
      c1 = load512(l, at + 16);
      c2 = load512(l, at + 32);
      c3 = load512(l, at + 48);
    }
    if (right) c0.sign = c1.sign = c2.sign = c3.sign = sign;
    const __m512i r0 = scale512(_mm512_loadu_si512(x), &c0, right);
    const __m512i r1 = scale512(_mm512_loadu_si512(x + 16), &c1, right);
    const __m512i r2 = scale512(_mm512_loadu_si512(x + 32), &c2, right);
    const __m512i r3 = scale512(_mm512_loadu_si512(x + 48), &c3, right);
    const __m512i p = _mm512_adds_epi16(_mm512_packs_epi32(r0, r1), zero);
    const __m512i q = _mm512_adds_epi16(_mm512_packs_epi32(r2, r3), zero);
    __m512i code = _mm512_permutexvar_epi32(order, _mm512_packs_epi16(p, q));
    code = _mm512_min_epi8(_mm512_max_epi8(code, lo), hi);
    _mm512_storeu_si512(out, code);
  }
}

VMAC_TARGET_AVX512 static void avx512(const vmac_lanes *l, size_t at, size_t blocks,
                                      const int32_t *restrict x, vmac_codes codes,
                                      int8_t *restrict out) {
  if (l->right && l->period == BLOCK)
    run512(l, at, blocks, x, codes, out, true, true);
  else if (l->right)
    run512(l, at, blocks, x, codes, out, true, false);
  else
    run512(l, at, blocks, x, codes, out, false, false);
}

/* The same with half the width. */
typedef struct {
  __m256i mult, mult_odd, even, odd, down, left, up, sign;
} lanes256;

VMAC_TARGET_AVX2 static inline VMAC_BODY __m256i load(const void *p) {
  return _mm256_loadu_si256((const __m256i *)p);
}

VMAC_TARGET_AVX2 static inline VMAC_BODY lanes256 load256(const vmac_lanes *l, size_t at) {
  return (lanes256){load(l->mult + at),         load(l->mult + at + 1), load(l->round[0] + at / 2),
                    load(l->round[1] + at / 2), load(l->down + at),     load(l->left + at),
                    load(l->up + at),           load(l->sign + at)};
}

VMAC_TARGET_AVX2 static inline VMAC_BODY __m256i scale256(__m256i x, const lanes256 *c,
                                                          bool right) {
  const __m256i low = _mm256_set1_epi64x(0xffffffff);
  if (!right) x = _mm256_sllv_epi32(x, c->left);
  const __m256i x_odd = _mm256_srli_epi64(x, 32);
  const __m256i sign = _mm256_and_si256(c->sign, low), sign_odd = _mm256_srli_epi64(c->sign, 32);
  __m256i even = _mm256_add_epi64(_mm256_mul_epi32(x, c->mult), c->even);
  __m256i odd = _mm256_add_epi64(_mm256_mul_epi32(x_odd, c->mult_odd), c->odd);
  even = _mm256_sub_epi64(even, _mm256_and_si256(x, sign));
  odd = _mm256_sub_epi64(odd, _mm256_and_si256(x_odd, sign_odd));
  if (!right) {
    even = _mm256_sllv_epi64(even, _mm256_and_si256(c->up, low));
    odd = _mm256_sllv_epi64(odd, _mm256_srli_epi64(c->up, 32));
  }
  const __m256i high = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
  return _mm256_srav_epi32(high, c->down);
}

VMAC_TARGET_AVX2 static inline VMAC_BODY void run256(const vmac_lanes *l, size_t at, size_t blocks,
                                                     const int32_t *restrict x, vmac_codes codes,
                                                     int8_t *restrict out, bool right) {
  const __m256i zero = _mm256_set1_epi16((int16_t)codes.zero);
  const __m256i lo = _mm256_set1_epi8((int8_t)codes.lo), hi = _mm256_set1_epi8((int8_t)codes.hi);
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const __m256i sign = _mm256_set1_epi32(l->sign[0]);
  for (; blocks; blocks--, at = next(l, at), x += BLOCK, out += BLOCK)
    for (size_t half = 0; half < BLOCK; half += 32) {
      const size_t e = at + half;
      lanes256 c0 = load256(l, e), c1 = load256(l, e + 8);
      lanes256 c2 = load256(l, e + 16), c3 = load256(l, e + 24);
      if (right) c0.sign = c1.sign = c2.sign = c3.sign = sign;
      const __m256i r0 = scale256(load(x + half), &c0, right);
      const __m256i r1 = scale256(load(x + half + 8), &c1, right);
      const __m256i r2 = scale256(load(x + half + 16), &c2, right);
      const __m256i r3 = scale256(load(x + half + 24), &c3, right);
      const __m256i p = _mm256_adds_epi16(_mm256_packs_epi32(r0, r1), zero);
      const __m256i q = _mm256_adds_epi16(_mm256_packs_epi32(r2, r3), zero);
      __m256i code = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(p, q), order);
      code = _mm256_min_epi8(_mm256_max_epi8(code, lo), hi);
      _mm256_storeu_si256((__m256i *)(void *)(out + half), code);
    }
}

VMAC_TARGET_AVX2 static void avx2(const vmac_lanes *l, size_t at, size_t blocks,
                                  const int32_t *restrict x, vmac_codes codes,
                                  int8_t *restrict out) {
  if (l->right)
    run256(l, at, blocks, x, codes, out, true);
  else
    run256(l, at, blocks, x, codes, out, false);
}

#else
#define avx2 portable
#define avx512 portable
#endif

void vmac_requantize_codes(const vmac_lanes *l, vmac_isa isa, size_t count, const int32_t *x,
                           vmac_codes codes, int8_t *out) {
  static void (*const kernel[VMAC_ISAS])(const vmac_lanes *, size_t, size_t, const int32_t *,
                                         vmac_codes, int8_t *) = {portable, avx2, avx512};
  const size_t blocks = count / BLOCK, done = blocks * BLOCK, rest = count - done;
  kernel[isa](l, 0, blocks, x, codes, out);
  if (!rest) return;
  int32_t last[BLOCK] = {0};
  int8_t made[BLOCK];
  memcpy(last, x + done, rest * sizeof *last);
  kernel[isa](l, done % l->period, 1, last, codes, made);
  memcpy(out + done, made, rest);
}
