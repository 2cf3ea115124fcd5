/* Rests by byte shuffles: the map's planes, and packs of output pixels' bytes from them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm/shuffle.h"

/* What the bytes of a quad add to their columns: each its own weight's row of 16. */
static const uint32_t quad_rows = 0x30201000;

size_t vmac_fill_line(const vmac_packed *p) {
  /* A line's columns, the same with whole quads, and one quad of each pixel. */
  const size_t w = (size_t)p->window.w, c = (size_t)p->shuffle->c;
  return (2 * w * c + w * sizeof(uint32_t) + 63) / 64 * 64;
}

/* to (4 planes) = the bytes of `count` quads. */
static void split_portable(int count, const uint32_t *quad, size_t plane, uint8_t *to) {
  for (int b = 0; b < VMAC_QUAD; b++, to += plane)
    for (int i = 0; i < count; i++) to[i] = (uint8_t)(quad[i] >> 8 * b);
}

#if VMAC_X86
VMAC_TARGET_AVX512 static void split_avx512(int count, const uint32_t *quad, size_t plane,
                                            uint8_t *to) {
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m512i x = _mm512_loadu_si512(quad + i);
    uint8_t *at = to + i;
#pragma GCC unroll 4
    for (int b = 0; b < VMAC_QUAD; b++, at += plane)
      _mm_storeu_si128((__m128i *)(void *)at,
                       _mm512_cvtepi32_epi8(_mm512_srli_epi32(x, (unsigned)(8 * b))));
  }
  for (; i + 8 <= count; i += 8) {
    const __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(quad + i));
    uint8_t *at = to + i;
#pragma GCC unroll 4
    for (int b = 0; b < VMAC_QUAD; b++, at += plane)
      _mm_storel_epi64((__m128i *)(void *)at, _mm256_cvtepi32_epi8(_mm256_srli_epi32(x, 8 * b)));
  }
  split_portable(count - i, quad + i, plane, to + i);
}
#endif

static void split(vmac_isa isa, int count, const uint32_t *quad, size_t plane, uint8_t *to) {
#if VMAC_X86
  if (isa == VMAC_AVX512) {
    split_avx512(count, quad, plane, to);
    return;
  }
#endif
  (void)isa;
  split_portable(count, quad, plane, to);
}

/* Padding everywhere; the map is laid over it. */
static void fill_padding(const vmac_packed *p, size_t plane, uint8_t *planes) {
  const vmac_shuffle *s = p->shuffle;
  const uint8_t column = s->column[(uint8_t)p->zero];
  if (s->unit == 1) {
    memset(planes, column, plane * (size_t)s->c);
    return;
  }
  const uint32_t quad = quad_rows + 0x01010101u * column;
  uint32_t *to = (uint32_t *)(void *)planes;
  for (size_t i = 0; i < plane * (size_t)s->c / VMAC_QUAD; i++) to[i] = quad;
}

/* The columns (w, s->c) that a line of the map selects. */
static const uint8_t *line_columns(const vmac_packed *p, const int8_t *codes, uint8_t *line) {
  const vmac_shuffle *s = p->shuffle;
  const size_t w = (size_t)p->window.w, c = (size_t)p->window.c, padded = (size_t)s->c;
  vmac_recode(p->isa, w * c, s->column, codes, line);
  if (c == padded) return line;
  uint8_t *to = line + w * padded;
  for (size_t x = 0; x < w; x++)
    for (size_t i = 0; i < padded; i++) to[x * padded + i] = i < c ? line[x * c + i] : 0;
  return to;
}

void vmac_fill_planes(const vmac_packed *p, const int8_t *input, uint8_t *line, uint8_t *planes) {
  const vmac_shuffle *s = p->shuffle;
  const vmac_window *v = &p->window;
  const size_t width = (size_t)v->stride_w * (size_t)s->phase_w, plane = (size_t)s->h * width;
  const size_t step = (size_t)v->stride_w * (size_t)s->c;
  uint32_t *quad = (uint32_t *)(void *)(line + 2 * (size_t)v->w * (size_t)s->c);
  fill_padding(p, plane, planes);
  for (int y = 0; y < s->h; y++) {
    const int from = y - v->top;
    if (from < 0 || from >= v->h) continue;
    const uint8_t *columns =
        line_columns(p, input + (size_t)from * (size_t)v->w * (size_t)v->c, line);
    for (int x = 0; x < v->stride_w && x < v->w; x++) {
      const int at = (x + v->left) / v->stride_w, phase = (x + v->left) % v->stride_w;
      const int there = (v->w - x + v->stride_w - 1) / v->stride_w, room = s->phase_w - at;
      const int count = there < room ? there : room;
      const size_t to = (size_t)y * width + (size_t)phase * (size_t)s->phase_w + (size_t)at;
      for (size_t c = 0; c < (size_t)s->c; c += VMAC_QUAD) {
        const uint8_t *bytes = columns + (size_t)x * (size_t)s->c + c;
        uint32_t *quads =
            s->unit == 1 ? quad : (uint32_t *)(void *)planes + c / VMAC_QUAD * plane + to;
        const uint32_t add = s->unit == 1 ? 0 : quad_rows;
        for (int i = 0; i < count; i++, bytes += step) {
          uint32_t bits;
          memcpy(&bits, bytes, sizeof bits);
          quads[i] = bits + add;
        }
        if (s->unit == 1) split(p->isa, count, quad, plane, planes + c * plane + to);
      }
    }
  }
}

int vmac_segments(const vmac_packed *p, int first, int pixels, vmac_segment *segment) {
  const vmac_shuffle *s = p->shuffle;
  const vmac_window *v = &p->window;
  const size_t line = (size_t)v->stride_w * (size_t)s->phase_w;
  int segments = 0;
  for (int done = 0; done < pixels; segments++) {
    const int y = (first + done) / v->ow, x = (first + done) % v->ow;
    const int left = pixels - done, width = v->ow - x < left ? v->ow - x : left;
    segment[segments] =
        (vmac_segment){done, width, (size_t)y * (size_t)v->stride_h * line + (size_t)x};
    done += width;
  }
  return segments;
}

/* Whole chunks, in order: what one writes beyond its end the next one mends. Those of less than 64
 * bytes hold a line. */
static inline VMAC_BODY void copy_body(size_t chunk, size_t unit, const vmac_segment *segment,
                                       int segments, const uint8_t *from, uint8_t *to) {
  for (int i = 0; i < segments; i++) {
    const uint8_t *source = from + segment[i].from * unit;
    uint8_t *target = to + (size_t)segment[i].at * unit;
    memcpy(target, source, chunk);
    for (size_t b = chunk; chunk == 64 && b < (size_t)segment[i].width * unit; b += chunk)
      memcpy(target + b, source + b, chunk);
  }
}

static inline VMAC_BODY void packs_of_body(const vmac_packed *p, const uint8_t *planes,
                                           const vmac_segment *segment, int segments, int k0, int k,
                                           uint8_t *packs) {
  const vmac_shuffle *s = p->shuffle;
  const vmac_window *v = &p->window;
  const size_t phase_w = (size_t)s->phase_w, line = (size_t)v->stride_w * phase_w;
  const size_t unit = (size_t)s->unit, width = (size_t)v->ow * unit;
  const int taps = v->kh * v->kw;
  for (int i = k0; i < k0 + k; i++, packs += VMAC_PACK) {
    const int c = i / taps, ky = i % taps / v->kw, kx = i % taps % v->kw;
    const size_t corner = ((size_t)c * (size_t)s->h + (size_t)ky) * line +
                          (size_t)(kx % v->stride_w) * phase_w + (size_t)(kx / v->stride_w);
    if (width <= 16)
      copy_body(16, unit, segment, segments, planes + corner * unit, packs);
    else if (width <= 32)
      copy_body(32, unit, segment, segments, planes + corner * unit, packs);
    else
      copy_body(64, unit, segment, segments, planes + corner * unit, packs);
  }
}
VMAC_PER_ISA(packs_of,
             (const vmac_packed *p, const uint8_t *planes, const vmac_segment *segment,
              int segments, int k0, int k, uint8_t *packs),
             (p, planes, segment, segments, k0, k, packs));

void vmac_fill_packs(const vmac_packed *p, const uint8_t *planes, const vmac_segment *segment,
                     int segments, int k0, int k, uint8_t *packs) {
  packs_of[p->isa](p, planes, segment, segments, k0, k, packs);
}
