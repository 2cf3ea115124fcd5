/* Terms that leave a rest of bytes: products of operands with some low bits cleared, the best
 * multiple of such an operand for each code of the other, and sums of products found by fitting.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gemm/scheme_parts.h"

/* left[a][w] = of_a + of_w + a byte, so that left[a][w] - left[a][0] - left[0][w] + left[0][0] is
 * two differences of bytes: what goes beyond is no candidate. */
enum { CORNERS = 2 * UINT8_MAX, MASKS = 16, FITS = 6 };

typedef int32_t code[SCHEME_CODES];

/* An operand, unsigned or signed, its low 0..7 bits cleared. */
static void masked(int which, int32_t *x) {
  const int32_t mask = ~((1 << which % 8) - 1);
  for (int c = 0; c < SCHEME_CODES; c++) x[c] = (which < 8 ? c : (int8_t)c) & mask;
}

static int32_t rounded(int64_t x, int64_t y) {
  return (int32_t)((x >= 0 ? x + y / 2 : x - y / 2) / y);
}

/* The g that makes d - f g least in squares, weight by weight. */
static void fit_g(const int32_t *d, const int32_t *f, int32_t *g) {
  int64_t sum[SCHEME_CODES] = {0}, size = 0;
  for (int a = 0; a < SCHEME_CODES; a++) {
    size += (int64_t)f[a] * f[a];
    if (f[a])
      for (int w = 0; w < SCHEME_CODES; w++) sum[w] += (int64_t)f[a] * d[a << 8 | w];
  }
  for (int w = 0; w < SCHEME_CODES; w++) g[w] = size ? rounded(sum[w], size) : 0;
}

static void fit_f(const int32_t *d, const int32_t *g, int32_t *f) {
  int64_t size = 0;
  for (int w = 0; w < SCHEME_CODES; w++) size += (int64_t)g[w] * g[w];
  for (int a = 0; a < SCHEME_CODES; a++) {
    int64_t sum = 0;
    for (int w = 0; w < SCHEME_CODES; w++) sum += (int64_t)g[w] * d[a << 8 | w];
    f[a] = size ? rounded(sum, size) : 0;
  }
}

/* The largest |d - f g|, or any number beyond `bound` as soon as there is one. */
static int32_t largest_left(const int32_t *d, const int32_t *f, const int32_t *g, int32_t bound) {
  int32_t largest = 0;
  for (int a = SCHEME_CODES - 1; a >= 0 && largest <= bound; a--)
    for (int w = 0; w < SCHEME_CODES; w++) {
      const int32_t x = abs(d[a << 8 | w] - f[a] * g[w]);
      largest = x > largest ? x : largest;
    }
  return largest;
}

typedef struct {
  const int32_t *table;
  vmac_isa isa;
  vmac_scheme *best, *other;
  int terms;        /* settled of `other` */
  const int32_t *d; /* the table less those terms, double-centred */
  code f, g;        /* the next term that leaves least */
  int32_t least;    /* that */
} search;

static void consider(search *s, const int32_t *f, const int32_t *g) {
  if (vmac_span(f) > UINT8_MAX || vmac_span(g) > UINT8_MAX) return;
  const int32_t bound = s->least > CORNERS ? s->least : CORNERS;
  const int32_t left = largest_left(s->d, f, g, bound);
  if (left < s->least) {
    s->least = left;
    memcpy(s->f, f, sizeof s->f);
    memcpy(s->g, g, sizeof s->g);
  }
  if (left > CORNERS) return;
  s->other->terms = s->terms;
  vmac_scheme_add(s->other, f, g, 0);
  if (vmac_scheme_settle(s->table, s->isa, s->best->cost, s->other)) *s->best = *s->other;
}

/* Products of operands with bits cleared, and what fits one of them best. */
static void consider_operands(search *s) {
  code mask[MASKS], x;
  for (int i = 0; i < MASKS; i++) masked(i, mask[i]);
  for (int i = 0; i < MASKS; i++)
    for (int j = 0; j < MASKS; j++) consider(s, mask[i], mask[j]);
  for (int i = 0; i < MASKS; i++) {
    fit_g(s->d, mask[i], x);
    consider(s, mask[i], x);
    fit_f(s->d, mask[i], x);
    consider(s, x, mask[i]);
  }
}

/* The product nearest to d in squares, by turns from its largest row, then in small integers. */
static void consider_nearest(search *s) {
  int64_t size[SCHEME_CODES] = {0};
  int top = 0;
  for (int a = 0; a < SCHEME_CODES; a++) {
    for (int w = 0; w < SCHEME_CODES; w++) size[a] += (int64_t)s->d[a << 8 | w] * s->d[a << 8 | w];
    if (size[a] > size[top]) top = a;
  }
  double f[SCHEME_CODES] = {0}, g[SCHEME_CODES];
  for (int w = 0; w < SCHEME_CODES; w++) g[w] = s->d[top << 8 | w];
  for (int round = 0; round < FITS; round++) {
    double ff = 0, gg = 0, sum[SCHEME_CODES] = {0};
    for (int w = 0; w < SCHEME_CODES; w++) gg += g[w] * g[w];
    for (int a = 0; a < SCHEME_CODES; a++) {
      f[a] = 0;
      for (int w = 0; w < SCHEME_CODES; w++) f[a] += g[w] * s->d[a << 8 | w];
      f[a] = gg > 0 ? f[a] / gg : 0;
      ff += f[a] * f[a];
      for (int w = 0; w < SCHEME_CODES; w++) sum[w] += f[a] * s->d[a << 8 | w];
    }
    for (int w = 0; w < SCHEME_CODES; w++) g[w] = ff > 0 ? sum[w] / ff : 0;
  }
  double f_size = 0, g_size = 0;
  for (int c = 0; c < SCHEME_CODES; c++) {
    f_size = fmax(f_size, fabs(f[c]));
    g_size = fmax(g_size, fabs(g[c]));
  }
  if (!(f_size > 0) || !(g_size > 0)) return;
  /* Both as large as the root of the product: rounding errors are least. */
  const double scale = fmin(sqrt(f_size * g_size), 127) / f_size;
  code fi, gi;
  for (int c = 0; c < SCHEME_CODES; c++) fi[c] = (int32_t)lrint(f[c] * scale);
  fit_g(s->d, fi, gi);
  consider(s, fi, gi);
}

void vmac_scheme_approach(const int32_t *table, const int32_t *d, vmac_isa isa, vmac_scheme *best) {
  int32_t *left = vmac_alloc(SCHEME_PAIRS, sizeof *left);
  search s = {.table = table, .isa = isa, .best = best, .d = left};
  s.other = vmac_alloc(1, sizeof *s.other);
  memcpy(left, d, SCHEME_PAIRS * sizeof *left);
  for (; s.terms < VMAC_TERMS_MAX; s.terms++) {
    if (vmac_scheme_price(isa, s.terms + 1, false, VMAC_REST_BYTE, 16) >= best->cost) break;
    s.least = INT32_MAX;
    if (!s.terms)
      consider_operands(&s);
    else
      consider_nearest(&s);
    if (s.least == INT32_MAX) break;
    s.other->terms = s.terms;
    vmac_scheme_add(s.other, s.f, s.g, 0);
    for (int i = 0; i < SCHEME_PAIRS; i++) left[i] -= s.f[i >> 8] * s.g[i & 255];
  }
  free(s.other);
  free(left);
}
