/* Rests by byte shuffles: look-ups in rows of 16 columns, four positions of k at once, with AVX-512.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm/shuffle.h"

#if VMAC_X86

/* A vector holds 16 pixels' quads; TOGETHER registers hold four weights' rows each. */
VMAC_TARGET_AVX512 static inline VMAC_BODY void
quads(int vectors, int k, int shift, const uint8_t *packs, const uint8_t *table, int32_t *sums) {
  enum { SPAN = VMAC_PACK / VMAC_QUAD };
  const __m512i one = _mm512_set1_epi8(1);
  const __m128i by = _mm_cvtsi32_si128(shift);
  __m512i sum[16];
#pragma GCC unroll 16
  for (int i = 0; i < VMAC_TOGETHER * vectors; i++) sum[i] = _mm512_setzero_si512();
  for (int i = 0; i < k; i++, packs += VMAC_PACK, table += VMAC_TOGETHER * 64) {
    __m512i x[4];
#pragma GCC unroll 4
    for (int q = 0; q < vectors; q++) x[q] = _mm512_load_si512(packs + 64 * q);
#pragma GCC unroll 4
    for (int j = 0; j < VMAC_TOGETHER; j++) {
      const __m512i rows = _mm512_load_si512(table + 64 * j);
#pragma GCC unroll 4
      for (int q = 0; q < vectors; q++)
        sum[j * vectors + q] =
            _mm512_dpbusd_epi32(sum[j * vectors + q], _mm512_permutexvar_epi8(x[q], rows), one);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < VMAC_TOGETHER * vectors; i++) {
    int32_t *to = sums + i / vectors * SPAN + i % vectors * 16;
    _mm512_storeu_si512(to, _mm512_add_epi32(_mm512_loadu_si512(to), _mm512_sll_epi32(sum[i], by)));
  }
}

VMAC_TARGET_AVX512 void vmac_look_up_quads(int pixels, int k, int shift, const uint8_t *packs,
                                           const uint8_t *table, int32_t *sums) {
  if (pixels > 32)
    quads(4, k, shift, packs, table, sums);
  else if (pixels > 16)
    quads(2, k, shift, packs, table, sums);
  else
    quads(1, k, shift, packs, table, sums);
}

#else

void vmac_look_up_quads(int pixels, int k, int shift, const uint8_t *packs, const uint8_t *table,
                        int32_t *sums) {
  (void)pixels, (void)k, (void)shift, (void)packs, (void)table, (void)sums;
}

#endif
