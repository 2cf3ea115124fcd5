/* Intervals of means. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "plane/plane.h"

static int by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static bool all_equal(const double *term, size_t n) {
  for (size_t i = 1; i < n; i++)
    if (term[i] != term[0]) return false;
  return true;
}

/* The value that a share of (n) sorted ones is below. */
static double quantile(const double *sorted, int n, double share) {
  const double at = share * (n - 1);
  const int i = (int)at;
  return i + 1 < n ? sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

/* A resample has a seed of its own, from which equal n draw the same images: terms of two networks
 * may be resampled one by one and still go together. */
vmac_interval vmac_bootstrap(const double *term, size_t n, int resamples, uint64_t seed) {
  if (all_equal(term, n)) return (vmac_interval){term[0], term[0]};
  double *mean = vmac_alloc((size_t)resamples, sizeof *mean);
#pragma omp parallel for schedule(static)
  for (int r = 0; r < resamples; r++) {
    const uint64_t key[2] = {seed, (uint64_t)r};
    vmac_rng rng;
    double sum = 0;
    vmac_rng_seed(&rng, vmac_hash(key, sizeof key));
    for (size_t i = 0; i < n; i++) sum += term[vmac_rng_below(&rng, (uint32_t)n)];
    mean[r] = sum / (double)n;
  }
  qsort(mean, (size_t)resamples, sizeof *mean, by_value);
  const vmac_interval of = {quantile(mean, resamples, 0.025), quantile(mean, resamples, 0.975)};
  free(mean);
  return of;
}
