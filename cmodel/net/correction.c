/* Coefficients of the correction modes, from calibration moments or from the weights alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include "net/correction.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const names[VMAC_CORR_MODES] = {"none", "bias", "paper", "cv",  "bitplane",
                                                   "phi",  "phi2", "phi3",  "phi4"};

const char *vmac_mode_name(vmac_mode mode) {
  return names[mode];
}

bool vmac_mode_find(const char *name, vmac_mode *mode, vmac_err *err) {
  char list[128] = "";
  for (int i = 0; i < VMAC_CORR_MODES; i++) {
    if (!strcmp(name, names[i])) {
      *mode = (vmac_mode)i;
      return true;
    }
    snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", names[i]);
  }
  const char *near = vmac_nearest(name, names, VMAC_CORR_MODES);
  return vmac_fail(err, "no correction mode '%s'%s%s%s; there are %s", name,
                   near ? ", did you mean '" : "", near ? near : "", near ? "'" : "", list);
}

int vmac_x_terms(const vmac_mult *mult, vmac_mode mode, uint8_t *terms) {
  const int planes = vmac_planes(mult, mode);
  if (vmac_mode_rank(mode)) {
    vmac_phi(mult, planes, terms);
    return planes;
  }
  for (int i = 0; i < planes; i++)
    for (int a = 0; a < 256; a++)
      terms[256 * i + a] =
          planes > 1 ? a >> i & 1 : (uint8_t)vmac_variate(mult->xkind, mult->xbits, (uint8_t)a);
  return planes;
}

vmac_line vmac_fit_bias(const vmac_moments *m) {
  return (vmac_line){m->count ? (double)m->y / (double)m->count : 0, {0}};
}

/* Least squares of y on the X[i]: Cov(X, X) c = Cov(X, y). Where an X[i] never varies its slope is
 * free; 0 then leaves the constant to do the work. c0 is fitted to the ROUNDED slopes, so that the
 * mean error stays zero in fixed point too. */
vmac_line vmac_fit(const vmac_moments *m) {
  vmac_line line = vmac_fit_bias(m);
  if (!m->count) return line;
  /* In integers: an X that never varies must give a variance of 0, not a rounding error. */
  const vmac_wide n = m->count;
  double a[VMAC_CORR_PLANES * VMAC_CORR_PLANES], b[VMAC_CORR_PLANES];
  for (int i = 0; i < m->planes; i++) {
    for (int j = 0; j <= i; j++)
      a[i * m->planes + j] = a[j * m->planes + i] =
          (double)(n * m->xx[i][j] - (vmac_wide)m->x[i] * m->x[j]);
    b[i] = (double)(n * m->xy[i] - (vmac_wide)m->x[i] * m->y);
  }
  vmac_solver *solver = vmac_solver_new(m->planes, a);
  vmac_solve(solver, b, line.c);
  vmac_solver_free(solver);
  double rest = (double)m->y;
  for (int i = 0; i < m->planes; i++) {
    line.c[i] = round(ldexp(line.c[i], VMAC_CORR_F)) * ldexp(1, -VMAC_CORR_F);
    rest -= line.c[i] * (double)m->x[i];
  }
  line.c0 = rest / (double)n;
  return line;
}

/* The control-variate paper takes activations as uniform (Zervakis et al., IEEE Access 2025): a
 * weight W has error eps(W, A) = exact - approximate over the 256 activations.
 *   X = A mod 2^m (perforated, recursive): C = mean over the filter of the slope of eps on X,
 *     which is W, or W mod 2^m; the intercept, zero for both, goes to C0.
 *   X = OR of m low bits (truncated): What = E[eps | W]; C = mean What, C0 = 2^-m sum What, which
 *     nulls the mean since P(X = 1) = 1 - 2^-m.
 * c[0] is to be averaged over the filter's weights, c0 to be summed. */
vmac_line vmac_paper_weight(const vmac_mult *mult, const int32_t *table, uint8_t w) {
  int64_t eps = 0, x = 0, xx = 0, xeps = 0;
  for (int a = 0; a < 256; a++) {
    const int32_t e =
        vmac_operand(mult->cls, (uint8_t)a) * vmac_operand(mult->cls, w) - table[a << 8 | w];
    const int32_t v = vmac_variate(mult->xkind, mult->xbits, (uint8_t)a);
    eps += e;
    x += v;
    xx += v * v;
    xeps += (int64_t)v * e;
  }
  const double mean_eps = (double)eps / 256, mean_x = (double)x / 256;
  switch (mult->xkind) {
  case VMAC_X_OR:
    return (vmac_line){ldexp(mean_eps, -mult->xbits), {mean_eps}};
  case VMAC_X_LOW: {
    const int64_t var = 256 * xx - x * x, cov = 256 * xeps - x * eps;
    const double slope = var ? (double)cov / (double)var : 0;
    return (vmac_line){mean_eps - slope * mean_x, {slope}};
  }
  case VMAC_X_NONE:
    break;
  }
  return (vmac_line){mean_eps, {0}};
}

bool vmac_coefficients_round(double c0, const double *c, int count, int32_t *to0, int32_t *to) {
  const double f0 = round(ldexp(c0, VMAC_CORR_F)), limit = ldexp(1, VMAC_CORR_C_BITS - 1);
  if (!(f0 >= INT32_MIN && f0 <= INT32_MAX)) return false;
  *to0 = (int32_t)f0;
  for (int i = 0; i < count; i++) {
    const double f = round(ldexp(c[i], VMAC_CORR_F));
    if (!(f >= -limit && f < limit)) return false;
    to[i] = (int32_t)f;
  }
  return true;
}
