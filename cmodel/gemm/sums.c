/* Side sums: a function of the activation, summed over each output pixel's window, as the array's
 * side column does for sum A and the control variates.
 *
 * A pixel's channels are summed once, then lines and columns of the window: kh + kw additions per
 * output instead of kh * kw * c. SPDX-License-Identifier: Apache-2.0 */
#include "gemm/lookup.h"
#include "gemm/packed.h"

static uint32_t common_divisor(uint32_t a, uint32_t b) {
  while (b) {
    const uint32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

void vmac_code_sum_set(vmac_code_sum *sum, const int32_t *value) {
  uint32_t any = 0;
  sum->least = INT32_MAX;
  sum->unit = 0;
  sum->bytes = 0;
  for (int i = 0; i < 256; i++) {
    sum->value[i] = value[i];
    sum->least = value[i] < sum->least ? value[i] : sum->least;
  }
  for (int i = 0; i < 256; i++)
    sum->unit = common_divisor(sum->unit, (uint32_t)value[i] - (uint32_t)sum->least);
  if (sum->unit == 0) sum->unit = 1; /* a constant */
  for (int i = 0; i < 256; i++) {
    const uint32_t steps = ((uint32_t)value[i] - (uint32_t)sum->least) / sum->unit;
    for (int b = 0; b < 4; b++) sum->byte[b][i] = (uint8_t)(steps >> 8 * b);
    any |= steps;
  }
  while (sum->bytes < 4 && any >> 8 * sum->bytes) sum->bytes++;
}

void vmac_code_sum_bytes(vmac_code_sum *sum, const uint8_t *terms, uint8_t flip) {
  sum->least = 0;
  sum->unit = 1;
  sum->bytes = 1;
  for (int code = 0; code < 256; code++) sum->value[code] = sum->byte[0][code] = terms[code ^ flip];
}

/* sum[x] (pixels) = the sum over the c channels of value[code]. */
static void map_portable(int pixels, int c, const int8_t *codes, const int32_t *value,
                         int32_t *sum) {
  for (int x = 0; x < pixels; x++) {
    uint32_t s = 0;
    for (int i = 0; i < c; i++) s += (uint32_t)value[(uint8_t)*codes++];
    sum[x] = (int32_t)s;
  }
}

#if VMAC_X86
/* quad[i] = the sum over codes 4 i .. 4 i + 3 of the values' steps above the least. */
VMAC_TARGET_AVX512 static void quads_avx512(size_t count, const int8_t *codes,
                                            const vmac_code_sum *p, int32_t *quad) {
  const __m512i one = _mm512_set1_epi8(1);
  if (!p->bytes) memset(quad, 0, count * sizeof *quad);
  for (int b = 0; b < p->bytes; b++) {
    const uint8_t *of = p->byte[b];
    const __m512i t0 = _mm512_loadu_si512(of), t1 = _mm512_loadu_si512(of + 64);
    const __m512i t2 = _mm512_loadu_si512(of + 128), t3 = _mm512_loadu_si512(of + 192);
    for (size_t i = 0; i < count; i += 16) {
      const __mmask16 these = count - i < 16 ? (__mmask16)((1u << (count - i)) - 1) : 0xffff;
      const __m512i x = _mm512_maskz_loadu_epi32(these, codes + 4 * i);
      const __m512i low = _mm512_permutex2var_epi8(t0, x, t1);
      const __m512i high = _mm512_permutex2var_epi8(t2, x, t3);
      const __m512i v = _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), low, high);
      const __m512i s = _mm512_dpbusd_epi32(_mm512_setzero_si512(), v, one);
      const __m512i old = b ? _mm512_maskz_loadu_epi32(these, quad + i) : _mm512_setzero_si512();
      _mm512_mask_storeu_epi32(
          quad + i, these, _mm512_add_epi32(old, _mm512_sll_epi32(s, _mm_cvtsi32_si128(8 * b))));
    }
  }
}

/* to[i] = from[2 i] + from[2 i + 1]; to may be from. */
VMAC_TARGET_AVX512 static void halve_avx512(size_t count, const int32_t *from, int32_t *to) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m512i a = _mm512_loadu_si512(from + 2 * i), b = _mm512_loadu_si512(from + 2 * i + 16);
    _mm512_storeu_si512(to + i, _mm512_add_epi32(_mm512_permutex2var_epi32(a, even, b),
                                                 _mm512_permutex2var_epi32(a, odd, b)));
  }
  for (; i < count; i++) to[i] = (int32_t)((uint32_t)from[2 * i] + (uint32_t)from[2 * i + 1]);
}

VMAC_TARGET_AVX2 static void quads_avx2(size_t count, const int8_t *codes, const vmac_code_sum *p,
                                        int32_t *quad) {
  const __m256i one = _mm256_set1_epi8(1), wide = _mm256_set1_epi16(1);
  if (!p->bytes) memset(quad, 0, count * sizeof *quad);
  for (int b = 0; b < p->bytes; b++) {
    const uint8_t *of = p->byte[b];
    __m256i row[16];
    vmac_lookup_rows(of, row);
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
      const __m256i *at = (const __m256i *)(const void *)(codes + 4 * i);
      const __m256i v = vmac_lookup(row, _mm256_loadu_si256(at));
      const __m256i s = _mm256_madd_epi16(_mm256_maddubs_epi16(v, one), wide);
      __m256i *const to = (__m256i *)(void *)(quad + i);
      const __m256i old = b ? _mm256_loadu_si256(to) : _mm256_setzero_si256();
      _mm256_storeu_si256(to, _mm256_add_epi32(old, _mm256_slli_epi32(s, 8 * b)));
    }
    for (; i < count; i++) {
      uint32_t s = 0;
      for (int j = 0; j < 4; j++) s += of[(uint8_t)codes[4 * i + (size_t)j]];
      quad[i] = (int32_t)((b ? (uint32_t)quad[i] : 0) + (s << 8 * b));
    }
  }
}

VMAC_TARGET_AVX2 static void halve_avx2(size_t count, const int32_t *from, int32_t *to) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256i *at = (const __m256i *)(const void *)(from + 2 * i);
    const __m256i both = _mm256_hadd_epi32(_mm256_loadu_si256(at), _mm256_loadu_si256(at + 1));
    _mm256_storeu_si256((__m256i *)(void *)(to + i), _mm256_permute4x64_epi64(both, 0xd8));
  }
  for (; i < count; i++) to[i] = (int32_t)((uint32_t)from[2 * i] + (uint32_t)from[2 * i + 1]);
}

/* to[i] = base + unit * from[i]. */
static inline VMAC_BODY void scale_body(size_t count, uint32_t unit, uint32_t base,
                                        const int32_t *from, int32_t *to) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) to[i] = (int32_t)(base + unit * (uint32_t)from[i]);
}
VMAC_PER_ISA(scale, (size_t count, uint32_t unit, uint32_t base, const int32_t *from, int32_t *to),
             (count, unit, base, from, to));

static void map_quads(vmac_isa isa, int pixels, int c, const int8_t *codes, const vmac_code_sum *p,
                      int32_t *quad, int32_t *sum) {
  size_t count = (size_t)pixels * (size_t)c / 4;
  (isa == VMAC_AVX512 ? quads_avx512 : quads_avx2)(count, codes, p, quad);
  int each = c / 4;
  const uint32_t base = (uint32_t)c * (uint32_t)p->least;
  for (; each % 2 == 0; each /= 2)
    (isa == VMAC_AVX512 ? halve_avx512 : halve_avx2)(count /= 2, quad, quad);
  if (each == 1) {
    scale[isa]((size_t)pixels, p->unit, base, quad, sum);
    return;
  }
  for (int x = 0; x < pixels; x++) {
    uint32_t s = 0;
    for (int i = 0; i < each; i++) s += (uint32_t)quad[x * each + i];
    sum[x] = (int32_t)(base + p->unit * s);
  }
}
#endif

/* to[i] = from[i] + from[i + step] + ..., `terms` of them, for i < count. */
static inline VMAC_BODY void slide_body(size_t count, int terms, size_t step, const int32_t *from,
                                        int32_t *to) {
  memcpy(to, from, count * sizeof *to);
  for (int j = 1; j < terms; j++) {
    from += step;
#pragma omp simd
    for (size_t i = 0; i < count; i++) to[i] = (int32_t)((uint32_t)to[i] + (uint32_t)from[i]);
  }
}
VMAC_PER_ISA(slide, (size_t count, int terms, size_t step, const int32_t *from, int32_t *to),
             (count, terms, step, from, to));

/* sum (h * w), one per pixel of the input map. */
static void pixel_sums(vmac_isa isa, const vmac_window *v, const int8_t *input,
                       const vmac_code_sum *p, int32_t *quad, int32_t *sum) {
#if VMAC_X86
  if (isa != VMAC_PORTABLE && v->c % 4 == 0) {
    map_quads(isa, v->h * v->w, v->c, input, p, quad, sum);
    return;
  }
#endif
  (void)isa;
  (void)quad;
  map_portable(v->h * v->w, v->c, input, p->value, sum);
}

void vmac_window_sums(vmac_isa isa, const vmac_window *v, const int8_t *input, int8_t zero,
                      const vmac_code_sum *p, int32_t *out, vmac_scratch *scratch) {
  const int h = (v->oh - 1) * v->stride_h + v->kh, w = (v->ow - 1) * v->stride_w + v->kw;
  const size_t map_size = (size_t)h * (size_t)w, pixels = (size_t)v->h * (size_t)v->w;
  const size_t channels = (size_t)v->c;
  /* The padded map, it summed over lines, over columns too, and a pixel's quads. */
  int32_t *map = vmac_scratch_get(
      scratch, (3 * map_size + (size_t)v->kw + pixels * (channels / 4 + 2)) * sizeof *map);
  int32_t *lines = map + map_size, *both = lines + map_size + v->kw, *sum = both + map_size;
  int32_t *quad = sum + pixels;
  pixel_sums(isa, v, input, p, quad, sum);
  const int32_t padding = (int32_t)((uint32_t)v->c * (uint32_t)p->value[(uint8_t)zero]);
  const int left = v->left < w ? v->left : w, width = v->w < w - left ? v->w : w - left;
  for (int y = 0; y < h; y++, map += w) {
    const int from = y - v->top;
    const bool inside = from >= 0 && from < v->h;
    for (int x = 0; x < w; x++) map[x] = padding;
    if (inside) memcpy(map + left, sum + (size_t)from * (size_t)v->w, (size_t)width * sizeof *map);
  }
  map -= map_size;
  slide[isa](map_size - (size_t)(v->kh - 1) * (size_t)w, v->kh, (size_t)w, map, lines);
  slide[isa](map_size - (size_t)(v->kh - 1) * (size_t)w, v->kw, 1, lines, both);
  for (int y = 0; y < v->oh; y++) {
    const int32_t *from = both + (size_t)(y * v->stride_h) * (size_t)w;
    if (v->stride_w == 1)
      memcpy(out, from, (size_t)v->ow * sizeof *out);
    else
      for (int x = 0; x < v->ow; x++) out[x] = from[x * v->stride_w];
    out += v->ow;
  }
}
