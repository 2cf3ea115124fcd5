/* A table as the fewest products f(a) g(w), of small factors. The rows' lattice gives a basis;
 * every other basis G' = U G has F' = F U^-1, and Seysen's reduction (1993) looks for the one whose
 * vectors and whose coordinates are short. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gemm/scheme_parts.h"

enum { MOVES = 500, FACTOR_LIMIT = 1 << 20 };

static double covariance(const int32_t *x, const int32_t *y) {
  int64_t sx = 0, sy = 0, sxy = 0;
  for (int i = 0; i < SCHEME_CODES; i++) {
    sx += x[i];
    sy += y[i];
    sxy += (int64_t)x[i] * y[i];
  }
  return (double)sxy - (double)sx * (double)sy / SCHEME_CODES;
}

typedef struct {
  double f[VMAC_TERMS_MAX][VMAC_TERMS_MAX], g[VMAC_TERMS_MAX][VMAC_TERMS_MAX];
} covariances;

static void measure(const vmac_factors *x, covariances *c) {
  for (int i = 0; i < x->terms; i++)
    for (int j = 0; j < x->terms; j++) {
      c->f[i][j] = covariance(x->f[i], x->f[j]);
      c->g[i][j] = covariance(x->g[i], x->g[j]);
    }
}

/* g[i] += k g[j], f[j] -= k f[i]: the sum of products stays. */
static void move(vmac_factors *x, int i, int j, int32_t k) {
  for (int c = 0; c < SCHEME_CODES; c++) {
    x->g[i][c] += k * x->g[j][c];
    x->f[j][c] -= k * x->f[i][c];
  }
}

/* Lowers the sum of |f[i]|^2 |g[i]|^2 by the best move, until there is none. */
static void balance(vmac_factors *x) {
  covariances c;
  for (int moves = 0; moves < MOVES; moves++) {
    double best = -0.5;
    int bi = 0, bj = 0, bk = 0;
    measure(x, &c);
    for (int i = 0; i < x->terms; i++)
      for (int j = 0; j < x->terms; j++) {
        if (i == j) continue;
        const double k = floor((c.f[i][j] / c.f[i][i] - c.g[i][j] / c.g[j][j]) / 2 + 0.5);
        if (k == 0 || fabs(k) > 1000) continue;
        const double gain = 2 * k * (c.f[i][i] * c.g[i][j] - c.g[j][j] * c.f[i][j]) +
                            2 * k * k * c.f[i][i] * c.g[j][j];
        if (gain < best) best = gain, bi = i, bj = j, bk = (int)k;
      }
    if (!bk) return;
    move(x, bi, bj, bk);
  }
}

bool vmac_factor(const int32_t *d, int most, vmac_factors *factors) {
  vmac_lattice *lattice = vmac_alloc(1, sizeof *lattice);
  bool good = vmac_lattice_of_rows(d, most, lattice);
  factors->terms = lattice->n;
  for (int a = 0; good && a < SCHEME_CODES; a++) {
    int64_t f[VMAC_TERMS_MAX + 1];
    good = vmac_lattice_solve(lattice, d + a * SCHEME_CODES, f);
    for (int i = 0; good && i < lattice->n; i++) {
      good = llabs(f[i]) < FACTOR_LIMIT && llabs(lattice->v[i][a]) < FACTOR_LIMIT;
      factors->f[i][a] = (int32_t)f[i];
      factors->g[i][a] = (int32_t)lattice->v[i][a];
    }
  }
  free(lattice);
  if (good) balance(factors);
  return good;
}
