/* Bytes through a table of 256. SPDX-License-Identifier: Apache-2.0 */
#include "gemm/lookup.h"
#include "gemm/packed.h"

static void recode_portable(size_t count, const uint8_t *of, const int8_t *from, uint8_t *to) {
  for (size_t i = 0; i < count; i++) to[i] = of[(uint8_t)from[i]];
}

#if VMAC_X86
VMAC_TARGET_AVX512 static void recode_avx512(size_t count, const uint8_t *of, const int8_t *from,
                                             uint8_t *to) {
  const __m512i t0 = _mm512_loadu_si512(of), t1 = _mm512_loadu_si512(of + 64);
  const __m512i t2 = _mm512_loadu_si512(of + 128), t3 = _mm512_loadu_si512(of + 192);
  for (size_t i = 0; i < count; i += 64) {
    const __mmask64 these = count - i < 64 ? ~(__mmask64)0 >> (64 - (count - i)) : ~(__mmask64)0;
    const __m512i x = _mm512_maskz_loadu_epi8(these, from + i);
    const __m512i low = _mm512_permutex2var_epi8(t0, x, t1);
    const __m512i high = _mm512_permutex2var_epi8(t2, x, t3);
    _mm512_mask_storeu_epi8(to + i, these,
                            _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), low, high));
  }
}

VMAC_TARGET_AVX2 static void recode_avx2(size_t count, const uint8_t *of, const int8_t *from,
                                         uint8_t *to) {
  __m256i row[16];
  vmac_lookup_rows(of, row);
  size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    const __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(from + i));
    _mm256_storeu_si256((__m256i *)(void *)(to + i), vmac_lookup(row, x));
  }
  recode_portable(count - i, of, from + i, to + i);
}
#endif

void vmac_recode(vmac_isa isa, size_t count, const uint8_t *of, const int8_t *from, uint8_t *to) {
#if VMAC_X86
  if (isa == VMAC_AVX512) {
    recode_avx512(count, of, from, to);
    return;
  }
  if (isa == VMAC_AVX2) {
    recode_avx2(count, of, from, to);
    return;
  }
#endif
  (void)isa;
  recode_portable(count, of, from, to);
}
