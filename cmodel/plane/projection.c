/* Information that random sums of a layer's codes have of the label, against shuffled labels.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clones.h"
#include "plane/plane.h"

int8_t *vmac_project_signs(size_t rows, size_t size, uint64_t seed) {
  int8_t *signs = vmac_alloc(rows, size);
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  for (size_t i = 0; i < rows * size; i++) signs[i] = vmac_rng_next(&rng) >> 63 ? 1 : -1;
  return signs;
}

VMAC_CLONES void vmac_project(const int8_t *signs, size_t rows, const int8_t *codes, size_t size,
                              int32_t *sum) {
  for (size_t r = 0; r < rows; r++) {
    const int8_t *sign = signs + r * size;
    int32_t total = 0;
#pragma omp simd reduction(+ : total)
    for (size_t i = 0; i < size; i++) total += sign[i] * codes[i];
    sum[r] = total;
  }
}

static int by_value(const void *a, const void *b) {
  const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}

/* bin (n) of every step-th of values: how many of the thresholds, those values that k / 2^bits of
 * all are below, it reaches. */
static void cut(const int32_t *values, size_t step, size_t n, int bits, uint32_t *bin) {
  const size_t bins = (size_t)1 << bits;
  int32_t *sorted = vmac_alloc(n, sizeof *sorted), *threshold = vmac_alloc(bins, sizeof *threshold);
  for (size_t i = 0; i < n; i++) sorted[i] = values[i * step];
  qsort(sorted, n, sizeof *sorted, by_value);
  for (size_t k = 1; k < bins; k++) threshold[k] = sorted[k * n / bins];
  for (size_t i = 0; i < n; i++) {
    bin[i] = 0;
    for (size_t k = 1; k < bins; k++) bin[i] += values[i * step] >= threshold[k];
  }
  free(sorted);
  free(threshold);
}

/* The states of one projection; sums (n, step) of which it has the first dims. */
static vmac_states states_of(vmac_projection how, const int32_t *sums, size_t step, size_t n) {
  vmac_digest *cell = vmac_alloc(n, sizeof *cell);
  uint32_t *bin = vmac_alloc(n, sizeof *bin);
  for (int d = 0; d < how.dims; d++) {
    cut(sums + d, step, n, how.bits, bin);
    for (size_t i = 0; i < n; i++) cell[i].lane[0] = cell[i].lane[0] << how.bits | bin[i];
  }
  const vmac_states s = vmac_states_of(cell, 1, n);
  free(cell);
  free(bin);
  return s;
}

/* I of states with shuffles of the labels, added to each shuffle's sum (shuffles). Entropies of
 * states and labels stay; that of the pair is counted in a table. */
static void add_null(const vmac_states *t, const vmac_states *y, int shuffles, uint64_t seed,
                     double *sum) {
  const size_t cells = (size_t)t->count * y->count;
  const double both = vmac_entropy(t, NULL).bits + vmac_entropy(y, NULL).bits;
#pragma omp parallel for schedule(static)
  for (int s = 0; s < shuffles; s++) {
    const uint64_t key[2] = {seed, (uint64_t)s};
    uint32_t *times = vmac_alloc(cells, sizeof *times), *label = vmac_alloc(t->n, sizeof *label);
    vmac_rng rng;
    double pair = 0;
    vmac_rng_seed(&rng, vmac_hash(key, sizeof key));
    memcpy(label, y->id, t->n * sizeof *label);
    for (size_t i = t->n; i > 0; i--) {
      const size_t j = vmac_rng_below(&rng, (uint32_t)i);
      times[(size_t)t->id[i - 1] * y->count + label[j]]++;
      label[j] = label[i - 1];
    }
    for (size_t c = 0; c < cells; c++)
      if (times[c]) pair += times[c] * log2((double)t->n / times[c]);
    sum[s] += both - pair / (double)t->n;
    free(times);
    free(label);
  }
}

static int by_real(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

vmac_projected vmac_projected_information(vmac_projection how, const int32_t *sums, size_t n,
                                          const uint8_t *labels, int shuffles, uint64_t seed,
                                          double *term) {
  const size_t step = (size_t)how.projections * (size_t)how.dims;
  const double each = 1.0 / how.projections;
  vmac_projected of = {0};
  vmac_states y = vmac_states_labels(labels, n);
  double *null = vmac_alloc((size_t)shuffles, sizeof *null), *own = vmac_alloc(n, sizeof *own);
  for (size_t i = 0; term && i < n; i++) term[i] = 0;
  for (int p = 0; p < how.projections; p++) {
    vmac_states t = states_of(how, sums + p * how.dims, step, n);
    of.bits += each * vmac_information(&t, &y, own).bits;
    for (size_t i = 0; term && i < n; i++) term[i] += each * own[i];
    add_null(&t, &y, shuffles, seed, null);
    vmac_states_free(&t);
  }
  for (int s = 0; s < shuffles; s++) of.null += each * null[s] / shuffles;
  qsort(null, (size_t)shuffles, sizeof *null, by_real);
  of.null_top = each * null[(shuffles * 95 + 99) / 100 - 1];
  vmac_states_free(&y);
  free(null);
  free(own);
  return of;
}
