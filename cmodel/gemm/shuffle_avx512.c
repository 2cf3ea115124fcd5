/* Rests by byte shuffles: the look-ups of one channel with AVX-512.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm/shuffle.h"

#if VMAC_X86

/* The bytes that x selects in the row t: one, two or four registers of it. */
VMAC_TARGET_AVX512 static inline VMAC_BODY __m512i look_up(int columns, const __m512i *t, __m512i x,
                                                           __mmask64 high) {
  if (columns == 64) return _mm512_permutexvar_epi8(x, t[0]);
  if (columns == 128) return _mm512_permutex2var_epi8(t[0], x, t[1]);
  /* Each half of the columns replaces the selectors that are its own. */
  x = _mm512_mask2_permutex2var_epi8(t[2], x, high, t[3]);
  return _mm512_mask2_permutex2var_epi8(t[0], x, _knot_mask64(high), t[1]);
}

/* Eight vectors of 16-bit sums, even and odd lanes, to 32 bits in the order of the pixels. */
VMAC_TARGET_AVX512 static inline VMAC_BODY void add_sums(__m512i even, __m512i odd, int shift,
                                                         int32_t *sums) {
  const __m128i by = _mm_cvtsi32_si128(shift);
  __m512i *to = (__m512i *)(void *)sums;
  const __m512i low = _mm512_unpacklo_epi16(even, odd), high = _mm512_unpackhi_epi16(even, odd);
  const __m512i a =
      _mm512_permutex2var_epi64(low, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), high);
  const __m512i b =
      _mm512_permutex2var_epi64(low, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), high);
  const __m256i part[4] = {_mm512_castsi512_si256(a), _mm512_extracti64x4_epi64(a, 1),
                           _mm512_castsi512_si256(b), _mm512_extracti64x4_epi64(b, 1)};
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    const __m512i wide = _mm512_sll_epi32(_mm512_cvtepu16_epi32(part[i]), by);
    _mm512_storeu_si512(to + i, _mm512_add_epi32(_mm512_loadu_si512(to + i), wide));
  }
}

VMAC_TARGET_AVX512 static inline VMAC_BODY void channel(int vectors, int planes, int columns, int k,
                                                        const vmac_shuffle *s, const uint8_t *packs,
                                                        const uint8_t *w, int32_t *sums) {
  const size_t row_size = (size_t)columns;
  const int registers = columns / 64;
  __m512i low[8], odd[8];
#pragma GCC unroll 8
  for (int i = 0; i < vectors * planes; i++) low[i] = odd[i] = _mm512_setzero_si512();
  for (int i = 0; i < k; i++, packs += VMAC_PACK) {
    const uint8_t *row = s->table + (size_t)(w[i] * planes) * row_size;
    __m512i t[8];
#pragma GCC unroll 8
    for (int r = 0; r < registers * planes; r++) t[r] = _mm512_load_si512(row + 64 * r);
#pragma GCC unroll 4
    for (int q = 0; q < vectors; q++) {
      const __m512i x = _mm512_load_si512(packs + 64 * q);
      const __mmask64 high = columns == 256 ? _mm512_movepi8_mask(x) : 0;
#pragma GCC unroll 2
      for (int plane = 0; plane < planes; plane++) {
        const int sum = q * planes + plane;
        const __m512i v = look_up(columns, t + plane * registers, x, high);
        low[sum] = _mm512_add_epi16(low[sum], v);
        odd[sum] = _mm512_add_epi16(odd[sum], _mm512_srli_epi16(v, 8));
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < vectors * planes; i++)
    add_sums(_mm512_sub_epi16(low[i], _mm512_slli_epi16(odd[i], 8)), odd[i], i % planes * 8,
             sums + 64 * (i / planes));
}

#define CASE(vectors, planes, columns)                                                             \
  case (vectors) << 10 | (planes) << 9 | (columns):                                                \
    channel(vectors, planes, columns, k, s, packs, w, sums);                                       \
    break;
#define COLUMNS(vectors, planes)                                                                   \
  CASE(vectors, planes, 64)                                                                        \
  CASE(vectors, planes, 128)                                                                       \
  CASE(vectors, planes, 256)

VMAC_TARGET_AVX512 void vmac_look_up_avx512(const vmac_shuffle *s, int pixels, int k,
                                            const uint8_t *packs, const uint8_t *w, int32_t *sums) {
  const int vectors = pixels > 128 ? 4 : pixels > 64 ? 2 : 1;
  switch (vectors << 10 | s->planes << 9 | s->columns) {
    COLUMNS(1, 1)
    COLUMNS(1, 2)
    COLUMNS(2, 1)
    COLUMNS(2, 2)
    COLUMNS(4, 1)
    COLUMNS(4, 2)
  }
}

#else

void vmac_look_up_avx512(const vmac_shuffle *s, int pixels, int k, const uint8_t *packs,
                         const uint8_t *w, int32_t *sums) {
  (void)s, (void)pixels, (void)k, (void)packs, (void)w, (void)sums;
}

#endif
