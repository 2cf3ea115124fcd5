/* What a plan's correction leaves of the error, layer by layer: what the sums that it was fitted to
 * foretell, and what other images have. The exact network supplies the activations of both.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "net/errors.h"

enum { PARTS = VMAC_RESIDUAL_PARTS };

/* The mode whose sums X are those that the plan's slopes multiply. */
static vmac_mode sums_mode(const vmac_plan *plan) {
  if (plan->mode == VMAC_CORR_NONE) return VMAC_CORR_BIAS;
  return plan->mode == VMAC_CORR_PAPER ? VMAC_CORR_CV : plan->mode;
}

/* Sees to it that the plan has those sums, though it is corrected. */
static void calibrate(vmac_plan *plan, vmac_calib *calib) {
  int32_t **c0 = vmac_alloc((size_t)plan->ops, sizeof *c0);
  for (int i = 0; i < plan->ops; i++) {
    c0[i] = plan->mac[i].c0;
    plan->mac[i].c0 = NULL;
  }
  vmac_calibrate(calib, plan, sums_mode(plan));
  for (int i = 0; i < plan->ops; i++) plan->mac[i].c0 = c0[i];
  free(c0);
}

/* Variance of y - sum of c[i] X[i] - the rounding of V, of one channel; c in fixed point. */
static double predict(const vmac_sums *s, int first, int count, int channel, const int32_t *c) {
  const int group = channel / (s->n / s->groups);
  const int64_t *x = s->x + group * s->xs + first;
  const double n2 = (double)s->count * (double)s->count, unit = ldexp(1, -VMAC_CORR_F);
  const vmac_wide var = s->count * s->yy[channel] - (vmac_wide)s->y[channel] * s->y[channel];
  double sum = (double)var;
  bool fraction = false;
  for (int i = 0; c && i < count; i++) {
    const vmac_wide *xx = s->xx + (group * s->xs + first + i) * s->xs + first;
    const vmac_wide xy =
        s->count * s->xy[(first + i) * s->n + channel] - (vmac_wide)x[i] * s->y[channel];
    fraction = fraction || c[i] % (1 << VMAC_CORR_F);
    sum -= 2 * unit * c[i] * (double)xy;
    for (int j = 0; j <= i; j++) {
      const double cov = (double)(s->count * xx[j] - (vmac_wide)x[i] * x[j]);
      sum += (i == j ? 1 : 2) * unit * c[i] * (unit * c[j]) * cov;
    }
  }
  return sum / n2 + (fraction ? 1.0 / 12 : 0);
}

/* Least squares of p unknowns leaves less of the N samples it saw than of others: as (N - p) to
 * (N + p). It matters where a layer has one output pixel, and so as many samples as images. Tiles'
 * slopes are as free as their price leaves them (net/fit_tiles.c), were their X's independent. */
static double optimism(const vmac_plan *plan, int op) {
  const vmac_sums *s = plan->sums[op];
  const double planes = plan->mac[op].planes, all = vmac_mac_sums(&plan->mac[op]);
  double p = 0;
  if (vmac_mode_calibrates(plan->mode)) p = 1;
  if (p > 0 && plan->mode != VMAC_CORR_BIAS)
    p += planes + (all - planes) / (1 + all / (double)s->images);
  const double n = (double)s->count;
  return p < 0.9 * n ? (n + p) / (n - p) : 19;
}

/* The share of rounding in that: a slope is off by up to half a unit, evenly, and independently of
 * the others. */
static double rounding(const vmac_sums *s, int first, int count, int channel) {
  const int group = channel / (s->n / s->groups);
  const double n2 = (double)s->count * (double)s->count, unit = ldexp(1, -VMAC_CORR_F);
  double sum = 0;
  for (int i = 0; i < count; i++) {
    const int at = group * s->xs + first + i;
    const vmac_wide xx = s->xx[at * s->xs + first + i];
    sum += (double)(s->count * xx - (vmac_wide)s->x[at] * s->x[at]) / n2;
  }
  return unit * unit / 12 * sum + 1.0 / 12;
}

static void predict_layer(const vmac_plan *plan, int op, vmac_residual *r) {
  const vmac_mac *mac = &plan->mac[op];
  const vmac_sums *s = plan->sums[op];
  const bool slopes = mac->c0 && plan->mode != VMAC_CORR_BIAS;
  const int first = s->tiles ? 0 : vmac_take_of(mac->mult, sums_mode(plan)).first;
  const int count = vmac_mac_sums(mac);
  for (int j = 0; j < mac->n; j++) {
    const int32_t *c = slopes ? mac->c + (size_t)j * (size_t)count : NULL;
    r->predicted += predict(s, first, count, j, c) * optimism(plan, op) / mac->n;
    if (slopes) r->rounding += rounding(s, first, count, j) / mac->n;
  }
}

/* Mean square of a part's errors about the means of all, mean over channels. */
static double part_square(const vmac_sums *part, const vmac_sums *all) {
  double sum = 0;
  for (int j = 0; j < all->n; j++) {
    const double mean = (double)all->y[j] / (double)all->count;
    sum +=
        ((double)part->yy[j] - 2 * mean * (double)part->y[j]) / (double)part->count + mean * mean;
  }
  return sum / all->n;
}

/* Standard error of the mean of the parts, which are equally large but for an image. */
static double scatter(vmac_sums *const *part, const vmac_sums *all) {
  double sum = 0, square = 0;
  for (int i = 0; i < PARTS; i++) {
    if (!part[i]->count) return 0;
    const double v = part_square(part[i], all);
    sum += v;
    square += v * v;
  }
  const double rest = square / PARTS - sum / PARTS * (sum / PARTS);
  return rest > 0 ? sqrt(rest / (PARTS - 1)) : 0;
}

static vmac_residual residual_of(const vmac_sums *error, const vmac_sums *signal) {
  vmac_residual r = {0};
  for (int j = 0; j < error->n; j++) {
    const double mean = (double)error->y[j] / (double)error->count;
    r.measured += vmac_errors_variance(error, j) / error->n;
    r.mean_square += mean * mean / error->n;
    r.mean -= mean / error->n; /* y is exact - approximate */
    r.signal += vmac_errors_variance(signal, j) / error->n;
  }
  return r;
}

void vmac_residuals(const vmac_net *net, vmac_plan *plan, vmac_calib *calib,
                    const vmac_dataset *data, size_t images, vmac_residual *of) {
  calibrate(plan, calib);
  vmac_errors errors = vmac_errors_of(net, plan, data, images);
  for (int i = 0; i < net->ops; i++) {
    of[i] = (vmac_residual){0};
    if (!vmac_plan_has(plan, i)) continue;
    vmac_sums *error = vmac_errors_all(net, &errors, i);
    of[i] = residual_of(error, errors.signal[i]);
    of[i].scatter = scatter(errors.part[i], error);
    vmac_sums_free(error);
    predict_layer(plan, i, &of[i]);
  }
  vmac_errors_free(&errors);
}
