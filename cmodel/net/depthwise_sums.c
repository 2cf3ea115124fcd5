/* Sums over the taps of a depthwise layer: each group of channels keeps its sums in registers while
 * the taps go by. SPDX-License-Identifier: Apache-2.0 */
#include "net/depthwise.h"

#include <string.h>

#if VMAC_X86
#include <immintrin.h>
#endif

enum { LANES = VMAC_DW_LANES };

static inline uint8_t seen(vmac_dw_view v, int a) {
  const uint8_t bits = (uint8_t)(a >> v.shift & v.mask);
  return bits < v.most ? bits : v.most;
}

/* One bit; the low bits, or whether any of them is set; nothing. */
vmac_dw_view vmac_dw_view_of(const uint8_t *terms) {
  for (int bits = 0; bits <= 8; bits++) {
    const uint8_t low = (uint8_t)((1 << bits) - 1);
    const vmac_dw_view tries[] = {
        {bits & 7, 1, 1, false}, {0, low, 255, false}, {0, low, 1, false}};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
      int a = 0;
      while (a < 256 && seen(tries[i], a) == terms[a]) a++;
      if (a == 256) return tries[i];
    }
  }
  return (vmac_dw_view){0, 255, 255, true};
}

/* ---- plain ----------------------------------------------------------------------------------- */

static void exact_portable(const vmac_dw *d, int pixels, const uint8_t *a) {
  int32_t *sums = d->sums;
  for (int p = 0; p < pixels; p++, a += d->step)
    for (int j = 0; j < d->lanes; j += LANES, sums += LANES) {
      uint32_t s[LANES];
      memcpy(s, d->folded + j, sizeof s);
      for (int t = 0; t < d->k; t++) {
        const uint8_t *at = a + d->tap[t] + j, *w = d->w + (ptrdiff_t)t * d->lanes + j;
#pragma omp simd
        for (int i = 0; i < LANES; i++) s[i] += (uint32_t)((int8_t)at[i] * (int8_t)w[i]);
      }
      memcpy(sums, s, sizeof s);
    }
}

static void cell_portable(const vmac_dw *d, int pixels, const uint8_t *a) {
  const int32_t *table = d->mac->table;
  const uint32_t edge = d->mac->mult->cls == VMAC_U8 ? 128 : 0;
  int32_t *sums = d->sums;
  for (int p = 0; p < pixels; p++, a += d->step)
    for (int j = 0; j < d->lanes; j += LANES, sums += LANES) {
      uint32_t s[LANES];
      memcpy(s, d->folded + j, sizeof s);
      for (int t = 0; t < d->k; t++) {
        const uint8_t *at = a + d->tap[t] + j, *w = d->w + (ptrdiff_t)t * d->lanes + j;
        for (int i = 0; i < LANES; i++) s[i] += (uint32_t)table[at[i] << 8 | w[i]] - edge * at[i];
      }
      memcpy(sums, s, sizeof s);
    }
}

static void plane_portable(const vmac_dw *d, vmac_dw_view v, int pixels, const uint8_t *a,
                           int32_t *x) {
  for (int p = 0; p < pixels; p++, a += d->step)
    for (int j = 0; j < d->lanes; j += LANES, x += LANES) {
      int32_t s[LANES] = {0};
      for (int t = 0; t < d->k; t++) {
        const uint8_t *at = a + d->tap[t] + j;
#pragma omp simd
        for (int i = 0; i < LANES; i++) s[i] += seen(v, at[i]);
      }
      memcpy(x, s, sizeof s);
    }
}

#if VMAC_X86

/* ---- AVX2 ------------------------------------------------------------------------------------ */

VMAC_TARGET_AVX2 static inline VMAC_BODY __m256i load(const void *p) {
  return _mm256_loadu_si256((const __m256i *)p);
}

VMAC_TARGET_AVX2 static inline VMAC_BODY void store(int32_t *to, __m256i x) {
  _mm256_storeu_si256((__m256i *)(void *)to, x);
}

/* Two taps a step: 16-bit products of them, added up in 32 bits by one instruction. */
VMAC_TARGET_AVX2 static void exact_avx2(const vmac_dw *d, int pixels, const uint8_t *a) {
  const ptrdiff_t pair = 2 * (ptrdiff_t)d->lanes;
  int32_t *sums = d->sums;
  for (int p = 0; p < pixels; p++, a += d->step)
    for (int j = 0; j < d->lanes; j += LANES, sums += LANES) {
      const int16_t *w = d->pairs + 2 * j;
      __m256i low = _mm256_setzero_si256(), high = low;
      for (int t = 0; t < d->k; t += 2, w += pair) {
        const uint8_t *one = a + d->tap[t] + j, *two = a + d->tap[t + 1] + j;
        const __m256i x = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)one));
        const __m256i y = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)two));
        const __m256i xy_low = _mm256_unpacklo_epi16(x, y), xy_high = _mm256_unpackhi_epi16(x, y);
        low = _mm256_add_epi32(low, _mm256_madd_epi16(xy_low, load(w)));
        high = _mm256_add_epi32(high, _mm256_madd_epi16(xy_high, load(w + 16)));
      }
      const __m256i first = _mm256_permute2x128_si256(low, high, 0x20);
      const __m256i last = _mm256_permute2x128_si256(low, high, 0x31);
      store(sums, _mm256_add_epi32(first, load(d->folded + j)));
      store(sums + 8, _mm256_add_epi32(last, load(d->folded + j + 8)));
    }
}

VMAC_TARGET_AVX2 static inline VMAC_BODY __m256i widen(const uint8_t *p) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p));
}

VMAC_TARGET_AVX2 static void cell_avx2(const vmac_dw *d, int pixels, const uint8_t *a) {
  const int32_t *table = d->mac->table;
  const bool edge = d->mac->mult->cls == VMAC_U8;
  int32_t *sums = d->sums;
  for (int p = 0; p < pixels; p++, a += d->step)
    for (int j = 0; j < d->lanes; j += 8, sums += 8) {
      __m256i s = load(d->folded + j), of_a = _mm256_setzero_si256();
      for (int t = 0; t < d->k; t++) {
        const __m256i av = widen(a + d->tap[t] + j), wv = widen(d->w + (ptrdiff_t)t * d->lanes + j);
        const __m256i at = _mm256_or_si256(_mm256_slli_epi32(av, 8), wv);
        s = _mm256_add_epi32(s, _mm256_i32gather_epi32(table, at, 4));
        of_a = _mm256_add_epi32(of_a, av);
      }
      store(sums, edge ? _mm256_sub_epi32(s, _mm256_slli_epi32(of_a, 7)) : s);
    }
}

/* Values are bytes: 16-bit sums hold 257 of them. */
VMAC_TARGET_AVX2 static void plane_avx2(const vmac_dw *d, vmac_dw_view v, int pixels,
                                        const uint8_t *a, int32_t *x) {
  const __m128i mask = _mm_set1_epi8((int8_t)v.mask), most = _mm_set1_epi8((int8_t)v.most);
  const __m128i shift = _mm_cvtsi32_si128(v.shift);
  for (int p = 0; p < pixels; p++, a += d->step)
    for (int j = 0; j < d->lanes; j += LANES, x += LANES) {
      __m256i first = _mm256_setzero_si256(), last = first;
      for (int t = 0; t < d->k;) {
        const int end = d->k - t < 256 ? d->k : t + 256;
        __m256i s = _mm256_setzero_si256();
        for (; t < end; t++) {
          __m128i value = _mm_loadu_si128((const __m128i *)(const void *)(a + d->tap[t] + j));
          value = _mm_and_si128(_mm_srl_epi16(value, shift), mask);
          s = _mm256_add_epi16(s, _mm256_cvtepu8_epi16(_mm_min_epu8(value, most)));
        }
        first = _mm256_add_epi32(first, _mm256_cvtepu16_epi32(_mm256_castsi256_si128(s)));
        last = _mm256_add_epi32(last, _mm256_cvtepu16_epi32(_mm256_extracti128_si256(s, 1)));
      }
      store(x, first);
      store(x + 8, last);
    }
}

/* ---- AVX-512: twice the look-ups; the sums fill AVX2's vectors ------------------------------- */

VMAC_TARGET_AVX512 static void cell_avx512(const vmac_dw *d, int pixels, const uint8_t *a) {
  const int32_t *table = d->mac->table;
  const bool edge = d->mac->mult->cls == VMAC_U8;
  int32_t *sums = d->sums;
  for (int p = 0; p < pixels; p++, a += d->step)
    for (int j = 0; j < d->lanes; j += LANES, sums += LANES) {
      __m512i s = _mm512_loadu_si512(d->folded + j), of_a = _mm512_setzero_si512();
      for (int t = 0; t < d->k; t++) {
        const uint8_t *from = a + d->tap[t] + j, *w = d->w + (ptrdiff_t)t * d->lanes + j;
        const __m512i av =
            _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)from));
        const __m512i wv = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)w));
        const __m512i at = _mm512_or_si512(_mm512_slli_epi32(av, 8), wv);
        s = _mm512_add_epi32(s, _mm512_i32gather_epi32(at, table, 4));
        of_a = _mm512_add_epi32(of_a, av);
      }
      if (edge) s = _mm512_sub_epi32(s, _mm512_slli_epi32(of_a, 7));
      _mm512_storeu_si512(sums, s);
    }
}

#else
#define exact_avx2 exact_portable
#define cell_avx2 cell_portable
#define cell_avx512 cell_portable
#define plane_avx2 plane_portable
#endif

void vmac_dw_exact(const vmac_dw *d, vmac_isa isa, int pixels, const uint8_t *a) {
  if (isa == VMAC_PORTABLE)
    exact_portable(d, pixels, a);
  else
    exact_avx2(d, pixels, a);
}

void vmac_dw_cell(const vmac_dw *d, vmac_isa isa, int pixels, const uint8_t *a) {
  static void (*const cell[VMAC_ISAS])(const vmac_dw *, int,
                                       const uint8_t *) = {cell_portable, cell_avx2, cell_avx512};
  cell[isa](d, pixels, a);
}

void vmac_dw_plane(const vmac_dw *d, vmac_isa isa, vmac_dw_view view, int pixels, const uint8_t *a,
                   int32_t *x) {
  if (isa == VMAC_PORTABLE)
    plane_portable(d, view, pixels, a, x);
  else
    plane_avx2(d, view, pixels, a, x);
}
