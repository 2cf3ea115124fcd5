/* Terms: sums of u8 x s8 products by the processor's integer matrix instructions.
 *
 * Each term's factor of the activation, f[i], is applied once to the input map, which gives a padded
 * plane per term; an output pixel reads its window there in quads of four neighbouring channels, at
 * offsets that are the same for all pixels. So the left operand is never copied, and r terms are a
 * product r times as long. SPDX-License-Identifier: Apache-2.0 */
#include "gemm/terms.h"

enum { QUAD = 4 };

static size_t element(vmac_isa isa) {
  return isa == VMAC_AVX512 ? 1 : 2; /* others multiply 16 bits */
}

/* Where quad q of the whole product lies, counted in elements from the window's corner. */
static void set_offsets(vmac_terms *t, const vmac_window *v) {
  int q = 0;
  t->offset = vmac_alloc((size_t)t->quads, sizeof *t->offset);
  for (int term = 0; term < t->terms; term++)
    for (int ky = 0; ky < v->kh; ky++)
      for (int kx = 0; kx < v->kw; kx++)
        for (int c = 0; c < t->c; c += QUAD)
          t->offset[q++] =
              ((size_t)(term * t->h + ky) * (size_t)t->w + (size_t)kx) * (size_t)t->c + (size_t)c;
}

/* Factor of weight: term, tap and channel of element i of quad q; 0 beyond the channels. */
static int8_t factor(const vmac_layer *layer, const vmac_terms *t, const vmac_scheme *scheme, int j,
                     int q, int i) {
  const vmac_window *v = &layer->window;
  const int per_tap = t->c / QUAD, taps = v->kh * v->kw;
  const int c = q % per_tap * QUAD + i, tap = q / per_tap % taps, term = q / per_tap / taps;
  if (j >= layer->n || c >= v->c) return 0;
  const size_t at = (size_t)j * (size_t)vmac_window_k(v) + (size_t)(tap * v->c + c);
  return scheme->g[term][layer->w[at]];
}

/* AVX-512: (panels of up to 4 blocks, quads, blocks, 16 channels, 4) bytes.
 * AVX2: (blocks, quads, 2 pairs, 16 channels, 2) 16-bit. Portable: (n, quads * 4) 16-bit. */
static void set_weights(vmac_terms *t, const vmac_layer *layer, const vmac_scheme *scheme,
                        vmac_isa isa) {
  const size_t quads = (size_t)t->quads;
  t->weight = vmac_alloc_aligned((size_t)t->blocks * VMAC_LANES * quads * QUAD * element(isa));
  int16_t *wide = (int16_t *)(void *)t->weight;
  for (int j = 0; j < t->blocks * VMAC_LANES; j++)
    for (int q = 0; q < t->quads; q++)
      for (int i = 0; i < QUAD; i++) {
        const int8_t g = factor(layer, t, scheme, j, q, i);
        const size_t lane = (size_t)(j % VMAC_LANES), block = (size_t)(j / VMAC_LANES);
        if (isa == VMAC_AVX512) {
          const size_t panel = block / VMAC_PANEL, left = (size_t)t->blocks - panel * VMAC_PANEL;
          const size_t width = left < VMAC_PANEL ? left : VMAC_PANEL;
          const size_t row = panel * VMAC_PANEL * quads + (size_t)q * width + block % VMAC_PANEL;
          ((int8_t *)t->weight)[(row * VMAC_LANES + lane) * QUAD + (size_t)i] = g;
        } else if (isa == VMAC_AVX2) {
          const size_t row = (block * quads + (size_t)q) * 2 + (size_t)i / 2;
          wide[(row * VMAC_LANES + lane) * 2 + (size_t)i % 2] = g;
        } else {
          wide[((size_t)j * quads + (size_t)q) * QUAD + (size_t)i] = g;
        }
      }
}

vmac_terms *vmac_terms_new(const vmac_layer *layer, const vmac_scheme *scheme, vmac_isa isa) {
  const vmac_window *v = &layer->window;
  vmac_terms *t = vmac_alloc(1, sizeof *t);
  t->terms = scheme->terms;
  t->blocks = (layer->n + VMAC_LANES - 1) / VMAC_LANES;
  t->h = (v->oh - 1) * v->stride_h + v->kh;
  t->w = (v->ow - 1) * v->stride_w + v->kw;
  t->c = vmac_round_up(v->c, QUAD);
  t->quads = t->terms * v->kh * v->kw * t->c / QUAD;
  for (int i = 0; i < t->terms; i++)
    for (int code = 0; code < 256; code++) t->of_code[i][code] = scheme->f[i][code ^ layer->flip];
  set_offsets(t, v);
  set_weights(t, layer, scheme, isa);
  return t;
}

void vmac_terms_free(vmac_terms *t) {
  if (!t) return;
  free(t->offset);
  free(t->weight);
  free(t);
}

/* Pixels of c channels as quads, what lies behind the channels multiplied by 0. */
static void spread(int pixels, int c, int quads, const int8_t *from, int8_t *to) {
  int x = 0;
  if (quads == QUAD) /* four bytes at once, the last ones the next pixel's */
    for (; x * c + QUAD <= pixels * c; x++) memcpy(to + x * QUAD, from + x * c, QUAD);
  for (; x < pixels; x++) memcpy(to + x * quads, from + x * c, (size_t)c);
}

/* One line of a plane in bytes: w pixels of t->c channels, from the map's line or padding alone. */
static void fill_line(const vmac_packed *p, int term, const int8_t *line, int8_t *codes,
                      uint8_t *to) {
  const vmac_terms *t = p->terms;
  const vmac_window *v = &p->window;
  const uint8_t padding = t->of_code[term][(uint8_t)p->zero];
  const size_t c = (size_t)t->c;
  if (!line) {
    memset(to, padding, (size_t)t->w * c);
    return;
  }
  const int left = v->left < t->w ? v->left : t->w;
  const int width = v->w < t->w - left ? v->w : t->w - left;
  memset(to, padding, (size_t)left * c);
  if (v->c != t->c) {
    spread(width, v->c, t->c, line, codes);
    line = codes;
  }
  vmac_recode(p->isa, (size_t)width * c, t->of_code[term], line, to + (size_t)left * c);
  memset(to + (size_t)(left + width) * c, padding, (size_t)(t->w - left - width) * c);
}

static inline VMAC_BODY void widen_body(size_t count, const uint8_t *from, int16_t *to) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) to[i] = from[i];
}
VMAC_PER_ISA(widen, (size_t count, const uint8_t *from, int16_t *to), (count, from, to));

void vmac_terms_run(const vmac_packed *p, const int8_t *input, const int32_t *extra, int32_t *out,
                    vmac_scratch *scratch) {
  const vmac_terms *t = p->terms;
  const vmac_window *v = &p->window;
  const size_t line = (size_t)t->w * (size_t)t->c, size = element(p->isa);
  const size_t lines = (size_t)t->terms * (size_t)t->h;
  /* The planes, a line of bytes, and one of codes. */
  uint8_t *planes = vmac_scratch_get(scratch, lines * line * size + 2 * line);
  uint8_t *bytes = planes + lines * line * size;
  int8_t *codes = (int8_t *)bytes + line;
  for (int term = 0; term < t->terms; term++)
    for (int y = 0; y < t->h; y++) {
      const int from = y - v->top;
      const int8_t *codes_in =
          from < 0 || from >= v->h ? NULL : input + (size_t)from * (size_t)v->w * (size_t)v->c;
      uint8_t *to = planes + (size_t)(term * t->h + y) * line * size;
      fill_line(p, term, codes_in, codes, size == 1 ? to : bytes);
      if (size == 2) widen[p->isa](line, bytes, (int16_t *)(void *)to);
    }
  const int threads = vmac_packed_threads(p);
  if (threads == 1) { /* a parallel region of one costs what a small layer does */
    vmac_terms_lines[p->isa](p, planes, extra, out, 0, v->oh);
    return;
  }
#pragma omp parallel for num_threads(threads)
  for (int i = 0; i < threads; i++)
    vmac_terms_lines[p->isa](p, planes, extra, out, v->oh * i / threads, v->oh * (i + 1) / threads);
}
