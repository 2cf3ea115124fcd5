/* Product rows: which rows the pixels of a line select, for each level of instructions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm/rows.h"

enum { ZEROS = VMAC_ROW_CODES - 1 };

static void finish_list(int n, vmac_row_list *list) {
  list->at[n] = ZEROS;
  list->n = n;
}

static void lists_portable(const vmac_rows *r, int channels, int pixels, size_t step,
                           const int8_t *codes, vmac_row_list *list) {
  for (int i = 0; i < pixels; i++, codes += step, list++) {
    int n = 0;
    for (int c = 0; c < channels; c++) {
      const uint8_t code = (uint8_t)codes[c];
      list->at[n] = (uint16_t)(c * VMAC_ROW_CODES + code);
      n += !(r->skips && code == r->zero);
    }
    finish_list(n, list);
  }
}

void vmac_rows_set_keep(vmac_rows *r) {
  for (int taken = 0; taken < 256; taken++) {
    int n = 0;
    for (int i = 0; i < 8; i++)
      if (taken >> i & 1) r->keep[taken][n++] = (uint8_t)i;
  }
}

#if VMAC_X86
/* Eight codes at a time; those taken move to the front by a shuffle out of a table. */
VMAC_TARGET_AVX2 static void lists_avx2(const vmac_rows *r, int channels, int pixels, size_t step,
                                        const int8_t *codes, vmac_row_list *list) {
  const __m128i first =
      _mm_mullo_epi16(_mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7), _mm_set1_epi16(VMAC_ROW_CODES));
  const __m128i zero = _mm_set1_epi16(r->zero);
  for (int i = 0; i < pixels; i++, codes += step, list++) {
    int n = 0;
    for (int c = 0; c < channels; c += 8) {
      const int left = channels - c < 8 ? channels - c : 8;
      int64_t eight = 0;
      if (left == 8)
        memcpy(&eight, codes + c, 8);
      else
        memcpy(&eight, codes + c, (size_t)left);
      const __m128i code = _mm_cvtepu8_epi16(_mm_cvtsi64_si128(eight));
      const __m128i row =
          _mm_add_epi16(code, _mm_add_epi16(first, _mm_set1_epi16((short)(c * VMAC_ROW_CODES))));
      int taken = 0xff >> (8 - left);
      if (r->skips) taken &= ~_mm_movemask_epi8(_mm_packs_epi16(_mm_cmpeq_epi16(code, zero), row));
      int64_t keep;
      memcpy(&keep, r->keep[taken], 8);
      const __m128i word = _mm_cvtepu8_epi16(_mm_cvtsi64_si128(keep));
      const __m128i bytes =
          _mm_add_epi16(_mm_mullo_epi16(word, _mm_set1_epi16(0x0202)), _mm_set1_epi16(0x0100));
      _mm_storeu_si128((__m128i *)(void *)(list->at + n), _mm_shuffle_epi8(row, bytes));
      n += __builtin_popcount((unsigned)taken);
    }
    finish_list(n, list);
  }
}

VMAC_TARGET_AVX512 static void lists_avx512(const vmac_rows *r, int channels, int pixels,
                                            size_t step, const int8_t *codes, vmac_row_list *list) {
  const __m512i first = _mm512_mullo_epi16(_mm512_set_epi16(31, 30, 29, 28, 27, 26, 25, 24, 23, 22,
                                                            21, 20, 19, 18, 17, 16, 15, 14, 13, 12,
                                                            11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
                                           _mm512_set1_epi16(VMAC_ROW_CODES));
  const __mmask32 all = (__mmask32)(~0u >> (32 - channels));
  const __m256i zero = _mm256_set1_epi8((char)r->zero);
  for (int i = 0; i < pixels; i++, codes += step, list++) {
    const __m256i code = _mm256_maskz_loadu_epi8(all, codes);
    const __mmask32 taken = r->skips ? _mm256_mask_cmpneq_epi8_mask(all, code, zero) : all;
    const __m512i row = _mm512_add_epi16(_mm512_cvtepu8_epi16(code), first);
    _mm512_storeu_si512(list->at, _mm512_maskz_compress_epi16(taken, row));
    finish_list(__builtin_popcount(taken), list);
  }
}

vmac_rows_lists_fn *const vmac_rows_lists[VMAC_ISAS] = {lists_portable, lists_avx2, lists_avx512};
#else
vmac_rows_lists_fn *const vmac_rows_lists[VMAC_ISAS] = {lists_portable, lists_portable,
                                                        lists_portable};
#endif
