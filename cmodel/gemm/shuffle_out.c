/* Rests by byte shuffles: sums by channel are added to the output, which is by pixel.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm/shuffle.h"

static void add_portable(int pixels, int n, int span, const int32_t *sums, int32_t *out) {
  for (int x = 0; x < pixels; x++, out += n)
    for (int j = 0; j < n; j++)
      out[j] = (int32_t)((uint32_t)out[j] + (uint32_t)sums[(size_t)j * (size_t)span + (size_t)x]);
}

#if VMAC_X86

/* to[x] lane j = from[j] lane x: neighbours by 32 and 64 bits within lanes of 128, then lanes. */
VMAC_TARGET_AVX512 static inline VMAC_BODY void transpose(const __m512i *from, __m512i *to) {
  __m512i a[16], b[16];
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    a[i] = _mm512_unpacklo_epi32(from[i], from[i + 1]);
    a[i + 1] = _mm512_unpackhi_epi32(from[i], from[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) { /* b[i + r]: pixel r of each lane of 4, channels i .. i + 3 */
    b[i] = _mm512_unpacklo_epi64(a[i], a[i + 2]);
    b[i + 1] = _mm512_unpackhi_epi64(a[i], a[i + 2]);
    b[i + 2] = _mm512_unpacklo_epi64(a[i + 1], a[i + 3]);
    b[i + 3] = _mm512_unpackhi_epi64(a[i + 1], a[i + 3]);
  }
#pragma GCC unroll 4
  for (int r = 0; r < 4; r++) {
    const __m512i even0 = _mm512_shuffle_i32x4(b[r], b[r + 4], 0x88);
    const __m512i odd0 = _mm512_shuffle_i32x4(b[r], b[r + 4], 0xdd);
    const __m512i even1 = _mm512_shuffle_i32x4(b[r + 8], b[r + 12], 0x88);
    const __m512i odd1 = _mm512_shuffle_i32x4(b[r + 8], b[r + 12], 0xdd);
    to[r] = _mm512_shuffle_i32x4(even0, even1, 0x88);
    to[r + 4] = _mm512_shuffle_i32x4(odd0, odd1, 0x88);
    to[r + 8] = _mm512_shuffle_i32x4(even0, even1, 0xdd);
    to[r + 12] = _mm512_shuffle_i32x4(odd0, odd1, 0xdd);
  }
}

/* 16 pixels by 16 channels; sums has 16 pixels of each channel whatever `pixels` says. */
VMAC_TARGET_AVX512 static inline VMAC_BODY void add_block(int pixels, int width, int n, int span,
                                                          const int32_t *sums, int32_t *out) {
  const __mmask16 lanes = (__mmask16)(0xffffu >> (16 - width));
  __m512i from[16], to[16];
#pragma GCC unroll 16
  for (int j = 0; j < 16; j++)
    from[j] =
        j < width ? _mm512_loadu_si512(sums + (size_t)j * (size_t)span) : _mm512_setzero_si512();
  transpose(from, to);
#pragma GCC unroll 16
  for (int x = 0; x < 16; x++, out += n) {
    if (x >= pixels) return;
    _mm512_mask_storeu_epi32(out, lanes,
                             _mm512_add_epi32(_mm512_maskz_loadu_epi32(lanes, out), to[x]));
  }
}

VMAC_TARGET_AVX512 static void add_avx512(int pixels, int n, int span, const int32_t *sums,
                                          int32_t *out) {
  for (int x = 0; x < pixels; x += 16)
    for (int j = 0; j < n; j += 16) {
      const int width = n - j < 16 ? n - j : 16, height = pixels - x < 16 ? pixels - x : 16;
      const int32_t *from = sums + (size_t)j * (size_t)span + x;
      int32_t *to = out + (size_t)x * (size_t)n + j;
      if (width == 16 && height == 16)
        add_block(16, 16, n, span, from, to);
      else
        add_block(height, width, n, span, from, to);
    }
}

#endif

void vmac_add_transposed(vmac_isa isa, int pixels, int n, int span, const int32_t *sums,
                         int32_t *out) {
#if VMAC_X86
  if (isa == VMAC_AVX512) {
    add_avx512(pixels, n, span, sums, out);
    return;
  }
#endif
  (void)isa;
  add_portable(pixels, n, span, sums, out);
}
