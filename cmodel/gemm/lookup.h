/* lookup.h: 32 bytes at once through a table of 256, on AVX2.
 *
 * A byte shuffle looks up 16 entries: each of the table's 16 rows answers for the codes whose upper
 * half names it, and gives 0 for all others. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_LOOKUP_H
#define VMAC_LOOKUP_H

#include "gemm/packed.h"

#if VMAC_X86
VMAC_TARGET_AVX2 static inline void vmac_lookup_rows(const uint8_t *of, __m256i *row) {
  for (int i = 0; i < 16; i++)
    row[i] =
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)(of + 16 * i)));
}

/* of[code], row (16) of vmac_lookup_rows(). */
VMAC_TARGET_AVX2 static inline VMAC_BODY __m256i vmac_lookup(const __m256i *row, __m256i code) {
  const __m256i next = _mm256_set1_epi8(16), beyond = _mm256_set1_epi8(0x70);
  __m256i found = _mm256_setzero_si256();
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++, code = _mm256_sub_epi8(code, next)) {
    /* Codes of this row keep their lower half; others get bit 7, for which the shuffle gives 0. */
    const __m256i at = _mm256_adds_epu8(code, beyond);
    found = _mm256_or_si256(found, _mm256_shuffle_epi8(row[i], at));
  }
  return found;
}
#endif

#endif
