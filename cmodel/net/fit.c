/* Least squares: normal equations that several right sides share.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/correction.h"

/* A pivot that elimination has taken below this share of its variance is rounding error. */
static const double dependent = 0x1p-40;

struct vmac_solver {
  int n, rank;
  int *order; /* (n) unknowns as they were solved for */
  double *a;  /* (n, n): row i's factors of earlier unknowns, and what is left of it */
};

vmac_solver *vmac_solver_new(int n, const double *matrix) {
  const size_t size = (size_t)n;
  vmac_solver *s = vmac_alloc(1, sizeof *s);
  bool *used = vmac_alloc(size, sizeof *used);
  s->n = n;
  s->order = vmac_alloc(size, sizeof *s->order);
  s->a = vmac_alloc(size * size, sizeof *s->a);
  memcpy(s->a, matrix, size * size * sizeof *s->a);
  for (; s->rank < n; s->rank++) {
    int best = -1;
    double share = dependent;
    for (size_t i = 0; i < size; i++) {
      const double var = matrix[i * size + i], left = s->a[i * size + i];
      if (used[i] || !(var > 0) || !(left / var > share)) continue;
      share = left / var;
      best = (int)i;
    }
    if (best < 0) break;
    used[best] = true;
    s->order[s->rank] = best;
    const double *pivot = s->a + (size_t)best * size;
    for (size_t i = 0; i < size; i++) {
      if (used[i]) continue;
      double *row = s->a + i * size;
      const double factor = row[best] / pivot[best];
      for (size_t j = 0; j < size; j++)
        if (!used[j]) row[j] -= factor * pivot[j];
      row[best] = factor;
    }
  }
  free(used);
  return s;
}

void vmac_solver_free(vmac_solver *s) {
  if (!s) return;
  free(s->order);
  free(s->a);
  free(s);
}

void vmac_solve(const vmac_solver *s, double *b, double *c) {
  const size_t n = (size_t)s->n;
  memset(c, 0, n * sizeof *c);
  for (int r = 0; r < s->rank; r++)
    for (int e = 0; e < r; e++)
      b[s->order[r]] -= s->a[(size_t)s->order[r] * n + (size_t)s->order[e]] * b[s->order[e]];
  for (int r = s->rank; r-- > 0;) {
    const int i = s->order[r];
    const double *row = s->a + (size_t)i * n;
    double rest = b[i];
    for (int l = r + 1; l < s->rank; l++) rest -= row[s->order[l]] * c[s->order[l]];
    c[i] = rest / row[i];
  }
}
