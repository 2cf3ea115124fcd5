/* Coefficients of the correction modes, from calibration moments or from the weights alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include "net/correction.h"

#include <math.h>
#include <string.h>

static const char *const names[VMAC_CORR_MODES] = {"none", "bias", "paper", "cv"};

const char *vmac_mode_name(vmac_mode mode) {
  return names[mode];
}

bool vmac_mode_find(const char *name, vmac_mode *mode, vmac_err *err) {
  for (int i = 0; i < VMAC_CORR_MODES; i++)
    if (!strcmp(name, names[i])) {
      *mode = (vmac_mode)i;
      return true;
    }
  const char *near = vmac_nearest(name, names, VMAC_CORR_MODES);
  return vmac_fail(err, "no correction mode '%s'%s%s%s; there are none, bias, paper, cv", name,
                   near ? ", did you mean '" : "", near ? near : "", near ? "'" : "");
}

vmac_line vmac_fit_bias(const vmac_moments *m) {
  return (vmac_line){m->count ? (double)m->y / (double)m->count : 0, 0};
}

/* Least squares of y on x: c1 = Cov(x, y) / Var(x). Where x never varies the slope is free; 0 then
 * leaves the constant to do all the work. c0 is fitted to the ROUNDED slope, so that the mean error
 * stays zero in fixed point too. */
vmac_line vmac_fit_cv(const vmac_moments *m) {
  vmac_line line = vmac_fit_bias(m);
  if (!m->count) return line;
  /* In integers: an X that never varies must give a variance of 0, not a rounding error. */
  const vmac_wide n = m->count, x = m->x;
  const vmac_wide var = n * m->xx - x * x, cov = n * m->xy - x * m->y;
  if (var <= 0) return line;
  line.c1 = round(ldexp((double)cov / (double)var, VMAC_CORR_F)) * ldexp(1, -VMAC_CORR_F);
  line.c0 = ((double)m->y - line.c1 * (double)m->x) / (double)n;
  return line;
}

/* The control-variate paper takes activations as uniform (Zervakis et al., IEEE Access 2025): a
 * weight W has error eps(W, A) = exact - approximate over the 256 activations.
 *   X = A mod 2^m (perforated, recursive): C = mean over the filter of the slope of eps on X,
 *     which is W, or W mod 2^m; the intercept, zero for both, goes to C0.
 *   X = OR of m low bits (truncated): What = E[eps | W]; C = mean What, C0 = 2^-m sum What, which
 *     nulls the mean since P(X = 1) = 1 - 2^-m.
 * c1 is to be averaged over the filter's weights, c0 to be summed. */
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
    return (vmac_line){ldexp(mean_eps, -mult->xbits), mean_eps};
  case VMAC_X_LOW: {
    const int64_t var = 256 * xx - x * x, cov = 256 * xeps - x * eps;
    const double slope = var ? (double)cov / (double)var : 0;
    return (vmac_line){mean_eps - slope * mean_x, slope};
  }
  case VMAC_X_NONE:
    break;
  }
  return (vmac_line){mean_eps, 0};
}

bool vmac_line_round(vmac_line line, int32_t *c0, int32_t *c1) {
  const double f0 = round(ldexp(line.c0, VMAC_CORR_F)), f1 = round(ldexp(line.c1, VMAC_CORR_F));
  const double limit = ldexp(1, VMAC_CORR_C1_BITS - 1);
  if (!(f1 >= -limit && f1 < limit && f0 >= INT32_MIN && f0 <= INT32_MAX)) return false;
  *c0 = (int32_t)f0;
  *c1 = (int32_t)f1;
  return true;
}
