/* Factors of 8 bits: of all bases of the same products, one whose ranges fit.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "gemm/scheme_parts.h"

enum { KICKS = 60, STEPS_MAX = VMAC_TERMS_MAX * (4 * VMAC_TERMS_MAX + 2) };

int32_t vmac_span(const int32_t *x) {
  int32_t lo = x[0], hi = x[0];
  for (int i = 1; i < SCHEME_CODES; i++) {
    lo = x[i] < lo ? x[i] : lo;
    hi = x[i] > hi ? x[i] : hi;
  }
  return hi - lo;
}

static int32_t over(const int32_t *x) {
  const int32_t s = vmac_span(x) - 255;
  return s > 0 ? s : 0;
}

int32_t vmac_content(const int32_t *x) {
  int32_t g = 0;
  for (int i = 0; i < SCHEME_CODES; i++) {
    int32_t y = abs(x[i]);
    while (y) {
      const int32_t t = g % y;
      g = y;
      y = t;
    }
  }
  return g;
}

/* What may be done to factors: g[i] += k g[j], f[j] -= k f[i]; or, j = -1, the factor k of g[i]
 * given to f[i]; j = -2: of f[i] to g[i]. */
typedef struct {
  int i, j;
  int32_t k;
} step;

static void change(vmac_factors *x, step s) {
  for (int c = 0; c < SCHEME_CODES; c++) {
    if (s.j >= 0) {
      x->g[s.i][c] += s.k * x->g[s.j][c];
      x->f[s.j][c] -= s.k * x->f[s.i][c];
    } else if (s.j == -1) {
      x->f[s.i][c] *= s.k;
      x->g[s.i][c] /= s.k;
    } else {
      x->g[s.i][c] *= s.k;
      x->f[s.i][c] /= s.k;
    }
  }
}

static step undo(step s) {
  if (s.j >= 0) return (step){s.i, s.j, -s.k};
  return (step){s.i, s.j == -1 ? -2 : -1, s.k};
}

static int32_t excess(const vmac_factors *x) {
  int32_t sum = 0;
  for (int i = 0; i < x->terms; i++) sum += over(x->f[i]) + over(x->g[i]);
  return sum;
}

static int32_t prime_of(int32_t n) {
  for (int32_t p = 2; p < 256; p++)
    if (n % p == 0) return p;
  return 0;
}

static int steps_of(const vmac_factors *x, step *s) {
  int n = 0;
  for (int i = 0; i < x->terms; i++) {
    const int32_t p = prime_of(vmac_content(x->g[i])), q = prime_of(vmac_content(x->f[i]));
    if (p) s[n++] = (step){i, -1, p};
    if (q) s[n++] = (step){i, -2, q};
    for (int j = 0; j < x->terms; j++)
      for (int k = -2; k <= 2; k++)
        if (i != j && k) s[n++] = (step){i, j, k};
  }
  return n;
}

static int32_t part(const vmac_factors *x, step s) {
  return s.j >= 0 ? over(x->g[s.i]) + over(x->f[s.j]) : over(x->g[s.i]) + over(x->f[s.i]);
}

static int32_t descend(vmac_factors *x) {
  step s[STEPS_MAX];
  for (int32_t sum = excess(x);;) {
    int32_t best = 0;
    int which = -1;
    const int n = sum ? steps_of(x, s) : 0;
    for (int i = 0; i < n; i++) {
      const int32_t before = part(x, s[i]);
      change(x, s[i]);
      const int32_t gain = part(x, s[i]) - before;
      change(x, undo(s[i]));
      if (gain < best) best = gain, which = i;
    }
    if (which < 0) return sum;
    change(x, s[which]);
    sum += best;
  }
}

static int32_t search(vmac_factors *x) {
  vmac_rng rng;
  vmac_rng_seed(&rng, 1);
  int32_t sum = descend(x);
  vmac_factors *y = vmac_alloc(1, sizeof *y);
  for (int kick = 0; sum && x->terms > 1 && kick < KICKS; kick++) {
    step s[STEPS_MAX];
    *y = *x;
    for (int i = 0; i < 2; i++) {
      const int n = steps_of(y, s);
      if (n) change(y, s[vmac_rng_below(&rng, (uint32_t)n)]);
    }
    const int32_t other = descend(y);
    if (other <= sum) *x = *y, sum = other;
  }
  free(y);
  return sum;
}

bool vmac_factors_fit(vmac_factors *x, int most) {
  if (!search(x)) return true;
  for (int i = 0, n = x->terms; i < n; i++)
    if (over(x->f[i]) + over(x->g[i]) && !vmac_factors_split(x, i, most)) return false;
  return true;
}

void vmac_scheme_add(vmac_scheme *scheme, const int32_t *f, const int32_t *g, int32_t shift) {
  const int n = scheme->terms++;
  int32_t f_lo = f[0], f_hi = f[0], g_lo = g[0], g_hi = g[0];
  for (int c = 1; c < SCHEME_CODES; c++) {
    if (f[c] < f_lo) f_lo = f[c];
    if (f[c] > f_hi) f_hi = f[c];
    if (g[c] < g_lo) g_lo = g[c];
    if (g[c] > g_hi) g_hi = g[c];
  }
  /* -f times -g is the same product, and may be the one that needs no sum of a. */
  const bool plain = g_lo + shift >= INT8_MIN && g_hi + shift <= INT8_MAX;
  const bool minus = !plain && -g_hi - shift >= INT8_MIN && -g_lo - shift <= INT8_MAX;
  if (!plain && !minus) shift = INT8_MIN - g_lo;
  for (int c = 0; c < SCHEME_CODES; c++) {
    scheme->f[n][c] = (uint8_t)(minus ? f_hi - f[c] : f[c] - f_lo);
    scheme->g[n][c] = (int8_t)(minus ? -g[c] - shift : g[c] + shift);
  }
}
