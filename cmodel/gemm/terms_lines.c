/* Terms: the matrix product over the planes, for each level of instructions.
 *
 * A tile is some neighbouring pixels of a line by some channels, its sums in registers. The last
 * tile of a line is moved back to end with it: what it computes twice it computes alike.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm/terms.h"

static int32_t extra_of(const int32_t *extra, size_t pixel) {
  return extra ? extra[pixel] : 0;
}

/* Pixels of a tile: the largest of 16, 8, 4, 1 that fits line and registers. */
static int tile_pixels(int line, int most) {
  int pixels = most;
  while (pixels > line) pixels = pixels > 4 ? pixels / 2 : 1;
  return pixels;
}

static void lines_portable(const vmac_packed *p, const void *planes, const int32_t *extra,
                           int32_t *out, int y_from, int y_to) {
  const vmac_terms *t = p->terms;
  const vmac_window *v = &p->window;
  const int16_t *weight = t->weight;
  const int k = t->quads * 4;
  int16_t *a = vmac_alloc((size_t)k, sizeof *a);
  out += (size_t)y_from * (size_t)v->ow * (size_t)p->n;
  for (int pixel = y_from * v->ow; pixel < y_to * v->ow; pixel++, out += p->n) {
    const size_t y = (size_t)(pixel / v->ow * v->stride_h),
                 x = (size_t)(pixel % v->ow * v->stride_w);
    const int16_t *from = (const int16_t *)planes + (y * (size_t)t->w + x) * (size_t)t->c;
    for (int q = 0; q < t->quads; q++) memcpy(a + 4 * q, from + t->offset[q], 4 * sizeof *a);
    for (int j = 0; j < p->n; j++) {
      const int16_t *w = weight + (size_t)j * (size_t)k;
      uint32_t sum = (uint32_t)p->bias[j] + (uint32_t)extra_of(extra, (size_t)pixel);
#pragma omp simd reduction(+ : sum)
      for (int i = 0; i < k; i++) sum += (uint32_t)(a[i] * w[i]);
      out[j] = (int32_t)sum;
    }
  }
  free(a);
}

#if VMAC_X86

/* What the kernels need of a tile: its first pixel's window and outputs. */
typedef struct {
  size_t step; /* elements from pixel to pixel */
  int quads;
  const size_t *offset;
  size_t n;  /* channels of the output */
  int width; /* channels of this tile */
} tile;

VMAC_TARGET_AVX512 static inline VMAC_BODY void tile_512(int pixels, int blocks, const tile *t,
                                                         const uint8_t *a, const int8_t *w,
                                                         const int32_t *bias, const int32_t *extra,
                                                         int32_t *out) {
  __m512i sum[16];
#pragma GCC unroll 16
  for (int i = 0; i < pixels * blocks; i++) sum[i] = _mm512_setzero_si512();
  const size_t step = t->step;
  for (int q = 0; q < t->quads; q++, w += blocks * 64) {
    const uint8_t *at = a + t->offset[q];
    __m512i b[VMAC_PANEL];
#pragma GCC unroll 4
    for (int j = 0; j < blocks; j++) b[j] = _mm512_load_si512(w + 64 * j);
#pragma GCC unroll 16
    for (int i = 0; i < pixels; i++) {
      int32_t quad;
      memcpy(&quad, at + (size_t)i * step, sizeof quad);
      const __m512i x = _mm512_set1_epi32(quad);
#pragma GCC unroll 4
      for (int j = 0; j < blocks; j++)
        sum[i * blocks + j] = _mm512_dpbusd_epi32(sum[i * blocks + j], x, b[j]);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < pixels; i++) {
    const __m512i more = _mm512_set1_epi32(extra ? extra[i] : 0);
#pragma GCC unroll 4
    for (int j = 0; j < blocks; j++) {
      const int left = t->width - 16 * j;
      const __mmask16 lanes = left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1);
      const __m512i start = _mm512_add_epi32(more, _mm512_loadu_si512(bias + 16 * j));
      _mm512_mask_storeu_epi32(out + (size_t)i * t->n + 16 * j, lanes,
                               _mm512_add_epi32(start, sum[i * blocks + j]));
    }
  }
}

typedef void tile_512_fn(const tile *t, const uint8_t *a, const int8_t *w, const int32_t *bias,
                         const int32_t *extra, int32_t *out);
#define TILE_512(pixels, blocks)                                                                   \
  VMAC_TARGET_AVX512 static void tile_512_##pixels##_##blocks(                                     \
      const tile *t, const uint8_t *a, const int8_t *w, const int32_t *bias, const int32_t *extra, \
      int32_t *out) {                                                                              \
    tile_512(pixels, blocks, t, a, w, bias, extra, out);                                           \
  }
TILE_512(16, 1)
TILE_512(8, 1)
TILE_512(4, 1)
TILE_512(1, 1)
TILE_512(8, 2)
TILE_512(4, 2)
TILE_512(1, 2)
TILE_512(4, 3)
TILE_512(1, 3)
TILE_512(4, 4)
TILE_512(1, 4)

static tile_512_fn *tile_512_for(int pixels, int blocks) {
  static tile_512_fn *const of[VMAC_PANEL][3] = {{tile_512_1_1, tile_512_4_1, tile_512_8_1},
                                                 {tile_512_1_2, tile_512_4_2, tile_512_8_2},
                                                 {tile_512_1_3, tile_512_4_3, NULL},
                                                 {tile_512_1_4, tile_512_4_4, NULL}};
  if (pixels == 16) return tile_512_16_1;
  return of[blocks - 1][pixels == 8 ? 2 : pixels == 4];
}

static void lines_avx512(const vmac_packed *p, const void *planes, const int32_t *extra,
                         int32_t *out, int y_from, int y_to) {
  static const int most[VMAC_PANEL] = {16, 8, 4, 4};
  const vmac_terms *t = p->terms;
  const vmac_window *v = &p->window;
  tile shape = {(size_t)(v->stride_w * t->c), t->quads, t->offset, (size_t)p->n, 0};
  for (int block = 0; block < t->blocks; block += VMAC_PANEL) {
    const int blocks = t->blocks - block < VMAC_PANEL ? t->blocks - block : VMAC_PANEL;
    const int pixels = tile_pixels(v->ow, most[blocks - 1]), first = block * VMAC_LANES;
    tile_512_fn *const run = tile_512_for(pixels, blocks);
    const int8_t *w = (const int8_t *)t->weight + (size_t)first * (size_t)t->quads * 4;
    shape.width = p->n - first;
    for (int y = y_from; y < y_to; y++) {
      const uint8_t *line =
          (const uint8_t *)planes + (size_t)(y * v->stride_h) * (size_t)t->w * (size_t)t->c;
      for (int x = 0; x < v->ow; x += pixels) {
        const int at = x + pixels > v->ow ? v->ow - pixels : x;
        const size_t pixel = (size_t)(y * v->ow + at);
        run(&shape, line + (size_t)at * shape.step, w, p->bias + first,
            extra ? extra + pixel : NULL, out + pixel * shape.n + first);
      }
    }
  }
}

VMAC_TARGET_AVX2 static inline VMAC_BODY void tile_256(int pixels, const tile *t, const int16_t *a,
                                                       const int16_t *w, const int32_t *bias,
                                                       const int32_t *extra, int32_t *out) {
  __m256i sum[4][2];
#pragma GCC unroll 4
  for (int i = 0; i < pixels; i++) sum[i][0] = sum[i][1] = _mm256_setzero_si256();
  const size_t step = t->step;
  for (int q = 0; q < t->quads; q++) {
    const int16_t *at = a + t->offset[q];
#pragma GCC unroll 2
    for (int half = 0; half < 2; half++, w += 32, at += 2) {
      const __m256i b0 = _mm256_load_si256((const __m256i *)(const void *)w);
      const __m256i b1 = _mm256_load_si256((const __m256i *)(const void *)(w + 16));
#pragma GCC unroll 4
      for (int i = 0; i < pixels; i++) {
        int32_t pair;
        memcpy(&pair, at + (size_t)i * step, sizeof pair);
        const __m256i x = _mm256_set1_epi32(pair);
        sum[i][0] = _mm256_add_epi32(sum[i][0], _mm256_madd_epi16(x, b0));
        sum[i][1] = _mm256_add_epi32(sum[i][1], _mm256_madd_epi16(x, b1));
        /* Or the compiler adds products to each other first, and spills what then waits. */
        __asm__("" : "+x"(sum[i][0]), "+x"(sum[i][1]));
      }
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < pixels; i++) {
    const __m256i more = _mm256_set1_epi32(extra ? extra[i] : 0);
    int32_t result[VMAC_LANES];
    for (int half = 0; half < 2; half++) {
      const __m256i start = _mm256_loadu_si256((const __m256i *)(const void *)(bias + 8 * half));
      _mm256_storeu_si256((__m256i *)(void *)(result + 8 * half),
                          _mm256_add_epi32(_mm256_add_epi32(start, more), sum[i][half]));
    }
    const size_t width = (size_t)(t->width < VMAC_LANES ? t->width : VMAC_LANES);
    memcpy(out + (size_t)i * t->n, result, width * sizeof *out);
  }
}

VMAC_TARGET_AVX2 static void lines_avx2(const vmac_packed *p, const void *planes,
                                        const int32_t *extra, int32_t *out, int y_from, int y_to) {
  const vmac_terms *t = p->terms;
  const vmac_window *v = &p->window;
  tile shape = {(size_t)(v->stride_w * t->c), t->quads, t->offset, (size_t)p->n, 0};
  const int pixels = tile_pixels(v->ow, 4);
  for (int block = 0; block < t->blocks; block++) {
    const int first = block * VMAC_LANES;
    const int16_t *w = (const int16_t *)t->weight + (size_t)first * (size_t)t->quads * 4;
    shape.width = p->n - first;
    for (int y = y_from; y < y_to; y++) {
      const int16_t *line =
          (const int16_t *)planes + (size_t)(y * v->stride_h) * (size_t)t->w * (size_t)t->c;
      for (int x = 0; x < v->ow; x += pixels) {
        const int at = x + pixels > v->ow ? v->ow - pixels : x;
        const size_t pixel = (size_t)(y * v->ow + at);
        const int32_t *more = extra ? extra + pixel : NULL;
        int32_t *to = out + pixel * shape.n + first;
        if (pixels == 4)
          tile_256(4, &shape, line + (size_t)at * shape.step, w, p->bias + first, more, to);
        else
          tile_256(1, &shape, line + (size_t)at * shape.step, w, p->bias + first, more, to);
      }
    }
  }
}

vmac_terms_fn *const vmac_terms_lines[VMAC_ISAS] = {lines_portable, lines_avx2, lines_avx512};
#else
vmac_terms_fn *const vmac_terms_lines[VMAC_ISAS] = {lines_portable, lines_portable, lines_portable};
#endif
