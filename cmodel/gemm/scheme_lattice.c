/* A basis of the integer combinations of a table's rows, after Lenstra, Lenstra and Lovasz (1982)
 * in the form that takes dependent vectors (Pohst 1987). Floating point only chooses multipliers:
 * vectors stay exact integers, and whoever uses the basis proves the result.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gemm/scheme_parts.h"

/* More rounds than any table of 18-bit numbers needs; reached, the search gives up. */
enum { ROUNDS = 4000, PASSES = 40 };

#define MULTIPLIER_LIMIT 1e12
#define HALF 0.501 /* a bare 0.5 would turn into -0.5 and back for ever */

/* Gram-Schmidt of the vectors 0..n-1: mu and the squared lengths of what is new in each. */
typedef struct {
  double mu[VMAC_TERMS_MAX + 1][VMAC_TERMS_MAX + 1], size[VMAC_TERMS_MAX + 1];
} orthogonal;

static int64_t dot(const int64_t *x, const int64_t *y) {
  int64_t sum = 0;
  for (int i = 0; i < SCHEME_CODES; i++) sum += x[i] * y[i];
  return sum;
}

static bool is_zero(const int64_t *x) {
  for (int i = 0; i < SCHEME_CODES; i++)
    if (x[i]) return false;
  return true;
}

/* x -= q * y */
static void subtract(int64_t *x, int64_t q, const int64_t *y) {
  for (int i = 0; i < SCHEME_CODES; i++) x[i] -= q * y[i];
}

static void update_dots(vmac_lattice *l, int i) {
  for (int j = 0; j < l->n; j++) l->dot[i][j] = l->dot[j][i] = (double)dot(l->v[i], l->v[j]);
}

static void orthogonalise(const vmac_lattice *l, int n, orthogonal *o) {
  double r[VMAC_TERMS_MAX + 1][VMAC_TERMS_MAX + 1];
  for (int i = 0; i < n; i++) {
    for (int j = 0; j <= i; j++) {
      r[i][j] = l->dot[i][j];
      for (int k = 0; k < j; k++) r[i][j] -= o->mu[j][k] * r[i][k];
      if (j < i) o->mu[i][j] = r[i][j] / o->size[j];
    }
    o->size[i] = r[i][i];
  }
}

/* Makes vector k as short as the ones before it can. */
static bool shorten(vmac_lattice *l, int k, orthogonal *o) {
  for (int pass = 0; pass < PASSES; pass++) {
    bool changed = false;
    orthogonalise(l, k + 1, o);
    for (int j = k - 1; j >= 0; j--) {
      const double q = floor(o->mu[k][j] + 0.5);
      if (fabs(o->mu[k][j]) <= HALF) continue;
      if (!(fabs(q) < MULTIPLIER_LIMIT)) return false;
      subtract(l->v[k], (int64_t)q, l->v[j]);
      for (int i = 0; i < j; i++) o->mu[k][i] -= q * o->mu[j][i];
      changed = true;
    }
    if (!changed) return true;
    update_dots(l, k);
  }
  return false;
}

static void swap(vmac_lattice *l, int i, int j) {
  for (int x = 0; x < SCHEME_CODES; x++) {
    const int64_t t = l->v[i][x];
    l->v[i][x] = l->v[j][x];
    l->v[j][x] = t;
  }
  update_dots(l, i);
  update_dots(l, j);
}

static void drop(vmac_lattice *l, int i) {
  l->n--;
  memmove(l->v + i, l->v + i + 1, (size_t)(l->n - i) * sizeof *l->v);
  for (int j = i; j < l->n; j++) update_dots(l, j);
}

static bool reduce(vmac_lattice *l) {
  orthogonal o;
  int k = 0;
  for (int round = 0; round < ROUNDS; round++) {
    if (k == l->n) return true;
    if (!shorten(l, k, &o)) return false;
    if (is_zero(l->v[k])) {
      drop(l, k);
      k = k > 0 ? k - 1 : 0;
    } else if (k == 0 || o.size[k] >= (0.75 - o.mu[k][k - 1] * o.mu[k][k - 1]) * o.size[k - 1]) {
      k++;
    } else {
      swap(l, k, k - 1);
      k--;
    }
  }
  return false;
}

/* v less the integer combination nearest to it; factor (n) grows by what was taken. */
static void take(const vmac_lattice *l, const orthogonal *o, int64_t *v, int64_t *factor) {
  for (int pass = 0; pass < PASSES; pass++) {
    double y[VMAC_TERMS_MAX + 1] = {0}, x[VMAC_TERMS_MAX + 1] = {0};
    bool changed = false;
    for (int i = 0; i < l->n; i++) {
      y[i] = (double)dot(v, l->v[i]);
      for (int j = 0; j < i; j++) y[i] -= o->mu[i][j] * y[j];
    }
    for (int i = l->n - 1; i >= 0; i--) {
      x[i] = y[i] / o->size[i];
      for (int j = i + 1; j < l->n; j++) x[i] -= o->mu[j][i] * x[j];
    }
    for (int i = 0; i < l->n; i++) {
      const double q = floor(x[i] + 0.5);
      if (q == 0 || !(fabs(q) < MULTIPLIER_LIMIT)) continue;
      subtract(v, (int64_t)q, l->v[i]);
      factor[i] += (int64_t)q;
      changed = true;
    }
    if (!changed) return;
  }
}

bool vmac_lattice_solve(const vmac_lattice *lattice, const int32_t *row, int64_t *factor) {
  orthogonal o;
  int64_t v[SCHEME_CODES];
  orthogonalise(lattice, lattice->n, &o);
  for (int i = 0; i < SCHEME_CODES; i++) v[i] = row[i];
  for (int i = 0; i < lattice->n; i++) factor[i] = 0;
  take(lattice, &o, v, factor);
  return is_zero(v);
}

bool vmac_lattice_weights(int n, const int32_t (*vector)[SCHEME_CODES], const int32_t *sum,
                          int64_t *weight) {
  vmac_lattice *l = vmac_alloc(1, sizeof *l);
  for (int i = 0; i < n; i++)
    for (int c = 0; c < SCHEME_CODES; c++) l->v[i][c] = vector[i][c];
  l->n = n;
  for (int i = 0; i < n; i++) update_dots(l, i);
  const bool found = vmac_lattice_solve(l, sum, weight);
  free(l);
  return found;
}

typedef struct {
  int64_t size;
  int row;
} ranked;

static int by_size(const void *x, const void *y) {
  const ranked *a = x, *b = y;
  return a->size != b->size ? (a->size > b->size) - (a->size < b->size) : a->row - b->row;
}

bool vmac_lattice_of_rows(const int32_t *d, int most, vmac_lattice *lattice) {
  ranked order[SCHEME_CODES]; /* short rows first: numbers stay small */
  for (int a = 0; a < SCHEME_CODES; a++) {
    order[a] = (ranked){0, a};
    for (int w = 0; w < SCHEME_CODES; w++) {
      const int64_t x = d[a << 8 | w];
      order[a].size += x * x;
    }
  }
  qsort(order, SCHEME_CODES, sizeof *order, by_size);
  orthogonal o;
  lattice->n = 0;
  for (int i = 0; i < SCHEME_CODES; i++) {
    int64_t *v = lattice->v[lattice->n], factor[VMAC_TERMS_MAX + 1] = {0};
    for (int w = 0; w < SCHEME_CODES; w++) v[w] = d[order[i].row << 8 | w];
    if (lattice->n) take(lattice, &o, v, factor);
    if (is_zero(v)) continue;
    lattice->n++;
    update_dots(lattice, lattice->n - 1);
    if (!reduce(lattice) || lattice->n > most) return false;
    orthogonalise(lattice, lattice->n, &o);
  }
  return true;
}
