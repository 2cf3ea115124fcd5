/* A layer's sums by every kernel against the reference product over explicit patches.
 *
 * A form is a kind of cell scheme; a cell is one drawn of that form, with the table it stands for.
 * Buffers end where their content ends, or at bytes that must not change.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GEMM_CASE_H
#define GEMM_CASE_H

#include "cmocka_all.h"

#include "gemm/gemm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const char *name;
  vmac_rest rest;
  int terms, columns;
  int low, high; /* of a table for product rows */
} gemm_form;

#define ROWS(name, low, high)                                                                      \
  { name, VMAC_REST_ROWS, 0, 0, low, high }
#define TERMS(terms)                                                                               \
  { #terms " terms", VMAC_REST_NONE, terms, 0, 0, 0 }
#define REST(terms, what, columns)                                                                 \
  { #terms " terms + " #what " of " #columns, VMAC_REST_##what, terms, columns, 0, 0 }

/* Tables without a zero point that can be skipped, with one, and flat ones at the ends of 16 bits. */
static const gemm_form gemm_rows_forms[] = {ROWS("any signed table", -32768, 32767),
                                            ROWS("any unsigned table", 0, 65535),
                                            ROWS("signed table, skipped", -16384, 16383),
                                            ROWS("unsigned table, skipped", 32768, 65535),
                                            ROWS("all 0", 0, 0),
                                            ROWS("all 65535", 65535, 65535),
                                            ROWS("all -32768", -32768, -32768)};
static const gemm_form gemm_terms_forms[] = {TERMS(0), TERMS(1), TERMS(2), TERMS(3),
                                             TERMS(4), TERMS(5), TERMS(6)};
static const gemm_form gemm_rest_forms[] = {
    REST(1, BYTE, 16), REST(0, BYTE, 64), REST(2, BYTE, 128), REST(6, BYTE, 256),
    REST(0, WORD, 16), REST(1, WORD, 64), REST(2, WORD, 128), REST(0, WORD, 256)};
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

typedef struct {
  const gemm_form *form;
  vmac_scheme scheme;
  int32_t table[65536];
} gemm_cell;

static inline int gemm_draw(vmac_rng *rng, int low, int high) {
  return low + (int)vmac_rng_below(rng, (uint32_t)(high - low + 1));
}

static inline int32_t gemm_word(vmac_rng *rng) {
  return (int32_t)(uint32_t)vmac_rng_next(rng);
}

/* table = what the scheme's identity says, modulo 2^32. */
static inline void gemm_expand(gemm_cell *cell) {
  const vmac_scheme *s = &cell->scheme;
  for (int a = 0; a < 256; a++)
    for (int w = 0; w < 256; w++) {
      uint32_t x = (uint32_t)s->of_a[a] + (uint32_t)s->of_w[w];
      for (int i = 0; i < s->terms; i++) x += (uint32_t)(s->f[i][a] * s->g[i][w]);
      if (s->rest == VMAC_REST_BYTE || s->rest == VMAC_REST_WORD) x += s->entry[w][s->column[a]];
      cell->table[a << 8 | w] = (int32_t)x;
    }
}

/* Factors all over their ranges, or at the ends only; entries likewise. */
static inline void gemm_draw_cell(vmac_rng *rng, const gemm_form *form, gemm_cell *cell) {
  vmac_scheme *s = &cell->scheme;
  memset(cell, 0, sizeof *cell);
  cell->form = form;
  s->rest = form->rest;
  if (form->rest == VMAC_REST_ROWS) {
    for (int i = 0; i < 65536; i++) cell->table[i] = gemm_draw(rng, form->low, form->high);
    return;
  }
  const bool ends = !gemm_draw(rng, 0, 3), plain = !gemm_draw(rng, 0, 2);
  const int most = form->rest == VMAC_REST_BYTE ? 255 : 65535;
  s->terms = form->terms;
  s->columns = form->columns;
  for (int i = 0; i < 256; i++) {
    for (int t = 0; t < s->terms; t++) {
      s->f[t][i] = (uint8_t)(ends ? 255 * gemm_draw(rng, 0, 1) : gemm_draw(rng, 0, 255));
      s->g[t][i] = (int8_t)(ends ? -128 + 255 * gemm_draw(rng, 0, 1) : gemm_draw(rng, -128, 127));
    }
    s->of_a[i] = plain ? 0 : gemm_word(rng);
    s->of_w[i] = plain ? gemm_draw(rng, -9, 9) : gemm_word(rng);
    if (!s->columns) continue;
    s->column[i] = (uint8_t)(s->columns == 256 ? i : gemm_draw(rng, 0, s->columns - 1));
    for (int j = 0; j < s->columns; j++)
      s->entry[i][j] = (uint16_t)(ends ? most * gemm_draw(rng, 0, 1) : gemm_draw(rng, 0, most));
  }
  gemm_expand(cell);
}

/* ---- buffers -------------------------------------------------------------------------------- */

#ifdef __SANITIZE_ADDRESS__
enum { GEMM_GUARD = 0 }; /* the sanitizer watches the ends */
#else
enum { GEMM_GUARD = 60 }; /* bytes on either side; keeps 32-bit words aligned, vectors not */
#endif

static inline void *gemm_guarded(size_t size) {
  uint8_t *p = malloc(size + 2 * GEMM_GUARD);
  assert_non_null(p);
  memset(p, 0xa5, size + 2 * GEMM_GUARD);
  return p + GEMM_GUARD;
}

static inline bool gemm_intact(const void *buffer, size_t size) {
  const uint8_t *p = (const uint8_t *)buffer - GEMM_GUARD;
  for (int i = 0; i < GEMM_GUARD; i++)
    if (p[i] != 0xa5 || p[GEMM_GUARD + size + (size_t)i] != 0xa5) return false;
  return true;
}

static inline void gemm_release(void *buffer) {
  free((uint8_t *)buffer - GEMM_GUARD);
}

/* codes (oh * ow, kh, kw, c): each output pixel's window, by the definition. */
static inline void gemm_patches(const vmac_window *v, const int8_t *input, int8_t zero,
                                int8_t *codes) {
  for (int pixel = 0; pixel < v->oh * v->ow; pixel++)
    for (int tap = 0; tap < v->kh * v->kw; tap++)
      for (int c = 0; c < v->c; c++) {
        const int y = pixel / v->ow * v->stride_h - v->top + tap / v->kw;
        const int x = pixel % v->ow * v->stride_w - v->left + tap % v->kw;
        const bool inside = y >= 0 && y < v->h && x >= 0 && x < v->w;
        *codes++ = inside ? input[(y * v->w + x) * v->c + c] : zero;
      }
}

/* ---- windows -------------------------------------------------------------------------------- */

/* The output is as large as padding of `bottom` and `right` behind the map makes it, at least 1. */
static inline vmac_window gemm_window(int h, int w, int c, int kh, int kw, int stride_h,
                                      int stride_w, int top, int left, int bottom, int right) {
  vmac_window v = {h, w, c, kh, kw, stride_h, stride_w, top, left, 1, 1};
  const int high = h + top + bottom - kh, wide = w + left + right - kw;
  if (high > 0) v.oh += high / stride_h;
  if (wide > 0) v.ow += wide / stride_w;
  return v;
}

static inline vmac_window gemm_matrix(int m, int k) {
  return gemm_window(1, m, k, 1, 1, 1, 1, 0, 0, 0, 0);
}

/* ---- one case ------------------------------------------------------------------------------- */

typedef enum { GEMM_RANDOM, GEMM_RELU, GEMM_ALL_ZERO_POINT, GEMM_ALL_127, GEMM_INPUTS } gemm_input;

typedef struct {
  vmac_window window;
  int n;
  int8_t zero;
  uint8_t flip;
  gemm_input input;
  int images; /* 0: drawn */
} gemm_shape;

static inline void gemm_fill(vmac_rng *rng, const gemm_shape *shape, size_t size, int8_t *input) {
  for (size_t i = 0; i < size; i++) {
    const int8_t code = (int8_t)vmac_rng_next(rng);
    const bool idle =
        shape->input == GEMM_ALL_ZERO_POINT || (shape->input == GEMM_RELU && gemm_draw(rng, 0, 1));
    input[i] = shape->input == GEMM_ALL_127 ? 127 : idle ? shape->zero : code;
  }
}

/* extra (m) = the caller's part, already there, and what the scheme adds per pixel. */
static inline void gemm_extra(const vmac_packed *p, const gemm_shape *shape, vmac_isa isa,
                              const int8_t *input, int32_t *extra, vmac_scratch *scratch) {
  const int32_t *value = vmac_packed_per_pixel(p);
  if (!value) return;
  const size_t m = (size_t)(shape->window.oh * shape->window.ow);
  vmac_code_sum *sum = vmac_alloc(1, sizeof *sum);
  int32_t *part = gemm_guarded(m * sizeof *part);
  vmac_code_sum_set(sum, value);
  vmac_window_sums(isa, &shape->window, input, shape->zero, sum, part, scratch);
  if (!gemm_intact(part, m * sizeof *part)) fail_msg("side sums write beyond their end");
  for (size_t i = 0; i < m; i++) extra[i] = (int32_t)((uint32_t)extra[i] + (uint32_t)part[i]);
  gemm_release(part);
  free(sum);
}

static inline void gemm_level(const gemm_cell *cell, const gemm_shape *shape,
                              const vmac_layer *layer, vmac_isa isa, int images,
                              const int8_t *input, const int32_t *mine, const int32_t *want,
                              const char *seed) {
  const vmac_window *v = &shape->window;
  const size_t map = (size_t)v->h * (size_t)v->w * (size_t)v->c, codes = (size_t)images * map;
  const size_t pixels = (size_t)(v->oh * v->ow), m = (size_t)images * pixels, n = (size_t)shape->n;
  int32_t *extra = gemm_guarded(m * sizeof *extra), *out = gemm_guarded(m * n * sizeof *out);
  vmac_scratch scratch = {0};
  vmac_packed *p = vmac_pack(layer, &cell->scheme, cell->table, isa);
  bool given = vmac_packed_per_pixel(p) != NULL;
  for (size_t i = 0; i < m; i++) {
    extra[i] = mine[i];
    given = given || mine[i];
  }
  for (size_t i = 0; i < (size_t)images; i++)
    gemm_extra(p, shape, isa, input + i * map, extra + i * pixels, &scratch);
  vmac_packed_run(p, images, input, given ? extra : NULL, out, &scratch);
  const bool intact = gemm_intact(out, m * n * sizeof *out) && gemm_intact(input, codes) &&
                      gemm_intact(extra, m * sizeof *extra);
  for (size_t i = 0; i < m * n; i++)
    if (out[i] != want[i] || !intact)
      fail_msg("%s, %s, %s: map %dx%dx%d, window %dx%d, stride %dx%d, padding %d,%d, out %dx%d, "
               "%d channels, zero %d, flip %d, input %d: %s at pixel %zu channel %zu: %d, not %d",
               seed, vmac_isa_name(isa), cell->form->name, v->h, v->w, v->c, v->kh, v->kw,
               v->stride_h, v->stride_w, v->top, v->left, v->oh, v->ow, shape->n, shape->zero,
               shape->flip, (int)shape->input, intact ? "sum" : "guard bytes changed", i / n, i % n,
               out[i], want[i]);
  vmac_packed_free(p);
  vmac_scratch_free(&scratch);
  gemm_release(extra);
  gemm_release(out);
}

/* Weights, bias and what the caller adds per pixel are drawn; half of the time it adds nothing. */
static inline void gemm_compare(vmac_rng *rng, const gemm_cell *cell, const gemm_shape *shape,
                                const char *seed) {
  const vmac_window *v = &shape->window;
  const int images = shape->images ? shape->images : gemm_draw(rng, 1, 3);
  const int k = vmac_window_k(v), m = images * v->oh * v->ow, n = shape->n;
  const size_t mk = (size_t)m * (size_t)k, nk = (size_t)n * (size_t)k, mn = (size_t)m * (size_t)n;
  const size_t map = (size_t)v->h * (size_t)v->w * (size_t)v->c, codes = (size_t)images * map;
  uint8_t *w = malloc(nk), *a = malloc(mk);
  int32_t *bias = malloc((size_t)n * sizeof *bias), *mine = malloc((size_t)m * sizeof *mine);
  int32_t *want = malloc(mn * sizeof *want);
  int8_t *input = gemm_guarded(codes);
  const bool adds = gemm_draw(rng, 0, 1), wraps = gemm_draw(rng, 0, 1);
  for (size_t i = 0; i < nk; i++) w[i] = (uint8_t)vmac_rng_next(rng);
  for (int j = 0; j < n; j++) bias[j] = wraps ? gemm_word(rng) : gemm_draw(rng, -9999, 9999);
  for (int i = 0; i < m; i++) mine[i] = adds ? gemm_word(rng) : 0;
  gemm_fill(rng, shape, codes, input);
  for (size_t i = 0; i < (size_t)images; i++)
    gemm_patches(v, input + i * map, shape->zero, (int8_t *)a + i * (mk / (size_t)images));
  for (size_t i = 0; i < mk; i++) a[i] ^= shape->flip;
  vmac_gemm_ref(m, k, n, a, w, cell->table, want);
  for (size_t i = 0; i < mn; i++)
    want[i] = (int32_t)((uint32_t)want[i] + (uint32_t)bias[i % (size_t)n] +
                        (uint32_t)mine[i / (size_t)n]);
  const vmac_layer layer = {*v, n, shape->zero, shape->flip, w, bias, 0, NULL};
  for (int isa = 0; isa <= (int)vmac_isa_best(); isa++)
    gemm_level(cell, shape, &layer, (vmac_isa)isa, images, input, mine, want, seed);
  gemm_release(input);
  free(want);
  free(mine);
  free(bias);
  free(a);
  free(w);
}

/* The same with operands' zero point, class and input drawn too. */
static inline void gemm_compare_drawn(vmac_rng *rng, const gemm_cell *cell, vmac_window window,
                                      int n, const char *seed) {
  static const int8_t zeros[] = {-128, 0, 5, 127};
  const gemm_shape shape = {window,
                            n,
                            zeros[gemm_draw(rng, 0, 3)],
                            (uint8_t)(128 * gemm_draw(rng, 0, 1)),
                            (gemm_input)gemm_draw(rng, 0, GEMM_INPUTS - 1),
                            0};
  gemm_compare(rng, cell, &shape, seed);
}

#endif
