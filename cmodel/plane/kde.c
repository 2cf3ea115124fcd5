/* Bounds of the information that a layer's codes with Gaussian noise have.
 *
 * p_i, the mixture's density around image i but for a factor that cancels, is the mean over images
 * j of k_ij = exp(-|t_i - t_j|^2 / 2 s), s = variance for Kullback-Leibler's distances and 4
 * variance for Bhattacharyya's; with j of i's class alone, that of the class. An image adds
 * -log2 p_i to the entropy, and changes every p_j: together its influence is -log2 p_i - (mean of
 * k_ij / p_j - 1) / ln 2, whose second part has mean 0. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "base/clones.h"
#include "plane/plane.h"

VMAC_CLONES static double distance(const int8_t *a, const int8_t *b, size_t size) {
  enum { PART = 1 << 15 }; /* 2^15 255^2 < 2^31 */
  double all = 0;
  for (size_t at = 0; at < size; at += PART) {
    const size_t end = size - at < PART ? size : at + PART;
    int32_t sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = at; i < end; i++) {
      const int16_t apart = (int16_t)(a[i] - b[i]); /* one instruction multiplies and adds pairs */
      sum += apart * apart;
    }
    all += sum;
  }
  return all;
}

static double *distances(const int8_t *codes, size_t n, size_t size) {
  double *d = vmac_alloc(n * n, sizeof *d);
#pragma omp parallel for schedule(dynamic, 8)
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++)
      d[i * n + j] = d[j * n + i] = distance(codes + i * size, codes + j * size, size);
  return d;
}

/* What images add (n) to the entropy of the mixture, and to that of their own class's. */
static void influences(const double *square, size_t n, const uint8_t *labels, double variance,
                       double *all, double *own) {
  double *k = vmac_alloc(n * n, sizeof *k), *p = vmac_alloc(n, sizeof *p);
  double *of_class = vmac_alloc(n, sizeof *of_class), *share = vmac_alloc(n, sizeof *share);
#pragma omp parallel
  {
#pragma omp for schedule(static)
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++) {
        const double d = square[i * n + j], near = d > 0 ? exp(-d / (2 * variance)) : 1;
        const bool in = labels[i] == labels[j];
        k[i * n + j] = near;
        p[i] += near / (double)n;
        of_class[i] += in ? near / (double)n : 0;
        share[i] += in ? 1.0 / (double)n : 0;
      }
#pragma omp for schedule(static)
    for (size_t i = 0; i < n; i++) {
      double shift = 0, shift_own = 0;
      for (size_t j = 0; j < n; j++) {
        shift += k[i * n + j] / p[j] / (double)n;
        if (labels[i] == labels[j]) shift_own += k[i * n + j] / of_class[j] / (double)n;
      }
      all[i] = -log2(p[i]) - (shift - 1) / log(2);
      own[i] = -log2(of_class[i] / share[i]) - (shift_own - 1) / log(2);
    }
  }
  free(k);
  free(p);
  free(of_class);
  free(share);
}

vmac_kde vmac_kde_bounds(const int8_t *codes, size_t n, size_t size, const uint8_t *labels,
                         double variance) {
  vmac_kde of = {.term = vmac_alloc(VMAC_KDE_BOUNDS * n, sizeof *of.term)};
  double *square = distances(codes, n, size);
  double *all = vmac_alloc(2 * n, sizeof *all), *own = vmac_alloc(2 * n, sizeof *own);
  influences(square, n, labels, 4 * variance, all, own);     /* from below */
  influences(square, n, labels, variance, all + n, own + n); /* from above */
  for (size_t i = 0; i < n; i++) {
    of.term[VMAC_KDE_X_LOW * n + i] = all[i];
    of.term[VMAC_KDE_X_HIGH * n + i] = all[n + i];
    of.term[VMAC_KDE_Y_LOW * n + i] = all[i] - own[n + i];
    of.term[VMAC_KDE_Y_HIGH * n + i] = all[n + i] - own[i];
  }
  for (size_t b = 0; b < VMAC_KDE_BOUNDS; b++)
    for (size_t i = 0; i < n; i++) of.bits[b] += of.term[b * n + i] / (double)n;
  free(square);
  free(all);
  free(own);
  return of;
}

void vmac_kde_free(vmac_kde *kde) {
  free(kde->term);
}
