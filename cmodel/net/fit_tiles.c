/* Coefficients of each K tile.
 *
 * All tiles' X's are fitted together, as many unknowns as tiles times planes: for a layer of long
 * sums not far from as many as there are images to learn from, and neighbouring tiles see much the
 * same. So what is fitted is the difference d from the coefficients of the whole K, and it has its
 * price: Cov(X, X) d + k diag(Var X) d = Cov(X, y - whole), where k = unknowns / images. Where
 * images abound that is least squares; where they do not, the tiles stay with the whole.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "net/correction.h"

struct vmac_tile_fit {
  const vmac_sums *sums;
  int tiles, planes;
  double *cov; /* (unknowns, unknowns) of X, times count^2 */
  vmac_solver *whole, *tile;
};

static vmac_wide cov_xx(const vmac_sums *s, int i, int j) {
  const vmac_wide xx = s->xx[i > j ? i * s->xs + j : j * s->xs + i];
  return s->count * xx - (vmac_wide)s->x[i] * s->x[j];
}

vmac_tile_fit *vmac_tile_fit_new(const vmac_sums *s, int tiles, int planes) {
  const int n = tiles * planes;
  vmac_tile_fit *f = vmac_alloc(1, sizeof *f);
  *f = (vmac_tile_fit){.sums = s, .tiles = tiles, .planes = planes};
  f->cov = vmac_alloc((size_t)n * (size_t)n, sizeof *f->cov);
  double *priced = vmac_alloc((size_t)n * (size_t)n, sizeof *priced);
  double *total = vmac_alloc((size_t)planes * (size_t)planes, sizeof *total);
  const double price = (double)n / (double)s->images;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      const double cov = (double)cov_xx(s, i, j);
      f->cov[i * n + j] = cov;
      priced[i * n + j] = i == j ? cov * (1 + price) : cov;
      total[i % planes * planes + j % planes] += cov;
    }
  f->whole = vmac_solver_new(planes, total);
  f->tile = vmac_solver_new(n, priced);
  free(total);
  free(priced);
  return f;
}

void vmac_tile_fit_free(vmac_tile_fit *f) {
  if (!f) return;
  vmac_solver_free(f->whole);
  vmac_solver_free(f->tile);
  free(f->cov);
  free(f);
}

void vmac_tile_fit_line(const vmac_tile_fit *f, int channel, double *c0, double *c) {
  const vmac_sums *s = f->sums;
  const int n = f->tiles * f->planes;
  double *b = vmac_alloc((size_t)n, sizeof *b);
  double total[VMAC_CORR_PLANES] = {0}, whole[VMAC_CORR_PLANES];
  for (int i = 0; i < n; i++) {
    b[i] = (double)(s->count * s->xy[i * s->n + channel] - (vmac_wide)s->x[i] * s->y[channel]);
    total[i % f->planes] += b[i];
  }
  vmac_solve(f->whole, total, whole);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) b[i] -= f->cov[i * n + j] * whole[j % f->planes];
  vmac_solve(f->tile, b, c);
  double rest = (double)s->y[channel];
  for (int i = 0; i < n; i++) {
    c[i] = round(ldexp(c[i] + whole[i % f->planes], VMAC_CORR_F)) * ldexp(1, -VMAC_CORR_F);
    rest -= c[i] * (double)s->x[i];
  }
  *c0 = s->count ? rest / (double)s->count : 0;
  free(b);
}
