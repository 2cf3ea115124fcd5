/* Product rows: one line of the map, for each level of instructions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm/rows.h"

/* Of that many pixels together: a row's address must not wait for its list. */
enum { AHEAD = 8 };

/* The list of pixel i, in `lists` as long as it is one of theirs. */
static inline VMAC_BODY const vmac_row_list *list_of(vmac_isa isa, const vmac_rows *r, int i,
                                                     int channels, int count, size_t step,
                                                     const int8_t *codes, vmac_row_list *lists) {
  if (i % AHEAD == 0)
    vmac_rows_lists[isa](r, channels, count - i < AHEAD ? count - i : AHEAD, step,
                         codes + (size_t)i * step, lists);
  return &lists[i % AHEAD];
}

static void line_portable(const vmac_rows *r, const vmac_row_group *g, const int16_t *rows,
                          int channels, int count, size_t step, const int8_t *codes, int32_t *to) {
  const size_t row = (size_t)g->pairs * 2 * VMAC_LANES;
  vmac_row_list lists[AHEAD];
  for (int i = 0; i < count; i++, to += r->blocks * VMAC_LANES) {
    const vmac_row_list *list = list_of(VMAC_PORTABLE, r, i, channels, count, step, codes, lists);
    int32_t sum[2 * VMAC_ROW_PAIRS * VMAC_LANES] = {0};
    for (int j = 0; j < list->n; j++) {
      const int16_t *from = rows + list->at[j] * row;
#pragma omp simd
      for (size_t lane = 0; lane < row; lane++) sum[lane] += from[lane];
    }
    for (int s = 0; s < g->slots; s++) {
      const int32_t *from = sum + s / 2 * 2 * VMAC_LANES + s % 2 * 4;
      int32_t *out = to + g->slot[s].to;
      for (int lane = 0; lane < VMAC_LANES; lane++)
        out[lane] = (int32_t)((uint32_t)out[lane] + (uint32_t)from[lane / 4 * 8 + lane % 4]);
    }
  }
}

#if VMAC_X86

#define LINE_PARAMS                                                                                \
  const vmac_rows *r, const vmac_row_group *g, const int16_t *rows, int channels, int count,       \
      size_t step, const int8_t *codes, int32_t *to
#define LINE_ARGS r, g, rows, channels, count, step, codes, to

/* Two rows at a time: neighbours are interleaved and added by a multiply-add with 1. */
VMAC_TARGET_AVX512 static inline VMAC_BODY void line_512(int pairs, LINE_PARAMS) {
  const __m512i one = _mm512_set1_epi16(1);
  vmac_row_list lists[AHEAD];
  for (int i = 0; i < count; i++, to += r->blocks * VMAC_LANES) {
    const vmac_row_list *list = list_of(VMAC_AVX512, r, i, channels, count, step, codes, lists);
    const uint16_t *at = list->at;
    const int n = list->n;
    __m512i even[VMAC_ROW_PAIRS], odd[VMAC_ROW_PAIRS];
#pragma GCC unroll 5
    for (int q = 0; q < pairs; q++) even[q] = odd[q] = _mm512_setzero_si512();
    for (int j = 0; j < n; j += 2) {
      const int16_t *x = rows + (size_t)at[j] * (size_t)(pairs * 32);
      const int16_t *y = rows + (size_t)at[j + 1] * (size_t)(pairs * 32);
#pragma GCC unroll 5
      for (int q = 0; q < pairs; q++) {
        const __m512i a = _mm512_load_si512(x + 32 * q), b = _mm512_load_si512(y + 32 * q);
        even[q] = _mm512_dpwssd_epi32(even[q], _mm512_unpacklo_epi16(a, b), one);
        odd[q] = _mm512_dpwssd_epi32(odd[q], _mm512_unpackhi_epi16(a, b), one);
      }
    }
#pragma GCC unroll 5
    for (int q = 0; q < pairs; q++) {
      int32_t *out = to + g->slot[2 * q].to;
      _mm512_storeu_si512(out, _mm512_add_epi32(_mm512_loadu_si512(out), even[q]));
      if (2 * q + 1 == g->slots) break;
      out = to + g->slot[2 * q + 1].to;
      _mm512_storeu_si512(out, _mm512_add_epi32(_mm512_loadu_si512(out), odd[q]));
    }
  }
}

VMAC_TARGET_AVX512 static void line_avx512(LINE_PARAMS) {
  switch (g->pairs) {
  case 1:
    line_512(1, LINE_ARGS);
    break;
  case 2:
    line_512(2, LINE_ARGS);
    break;
  case 3:
    line_512(3, LINE_ARGS);
    break;
  case 4:
    line_512(4, LINE_ARGS);
    break;
  default:
    line_512(5, LINE_ARGS);
  }
}

VMAC_TARGET_AVX2 static inline VMAC_BODY void add_256(int32_t *out, __m256i x) {
  __m256i *to = (__m256i *)(void *)out;
  _mm256_storeu_si256(to, _mm256_add_epi32(_mm256_loadu_si256(to), x));
}

VMAC_TARGET_AVX2 static inline VMAC_BODY void line_256(int pairs, LINE_PARAMS) {
  const __m256i one = _mm256_set1_epi16(1);
  vmac_row_list lists[AHEAD];
  for (int i = 0; i < count; i++, to += r->blocks * VMAC_LANES) {
    const vmac_row_list *list = list_of(VMAC_AVX2, r, i, channels, count, step, codes, lists);
    const uint16_t *at = list->at;
    const int n = list->n;
    __m256i even[6], odd[6]; /* two vectors a pair */
#pragma GCC unroll 6
    for (int q = 0; q < 2 * pairs; q++) even[q] = odd[q] = _mm256_setzero_si256();
    for (int j = 0; j < n; j += 2) {
      const int16_t *x = rows + (size_t)at[j] * (size_t)(pairs * 32);
      const int16_t *y = rows + (size_t)at[j + 1] * (size_t)(pairs * 32);
#pragma GCC unroll 6
      for (int q = 0; q < 2 * pairs; q++) {
        const __m256i a = _mm256_load_si256((const __m256i *)(const void *)(x + 16 * q));
        const __m256i b = _mm256_load_si256((const __m256i *)(const void *)(y + 16 * q));
        even[q] = _mm256_add_epi32(even[q], _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), one));
        odd[q] = _mm256_add_epi32(odd[q], _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), one));
      }
    }
#pragma GCC unroll 6
    for (int q = 0; q < 2 * pairs; q++) {
      const int s = q / 2 * 2, lane = q % 2 * 8;
      add_256(to + g->slot[s].to + lane, even[q]);
      if (s + 1 < g->slots) add_256(to + g->slot[s + 1].to + lane, odd[q]);
    }
  }
}

VMAC_TARGET_AVX2 static void line_avx2(LINE_PARAMS) {
  switch (g->pairs) {
  case 1:
    line_256(1, LINE_ARGS);
    break;
  case 2:
    line_256(2, LINE_ARGS);
    break;
  default:
    line_256(3, LINE_ARGS);
  }
}

vmac_rows_line_fn *const vmac_rows_line[VMAC_ISAS] = {line_portable, line_avx2, line_avx512};
#else
vmac_rows_line_fn *const vmac_rows_line[VMAC_ISAS] = {line_portable, line_portable, line_portable};
#endif
