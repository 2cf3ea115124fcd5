/* train_probe.h: a layer's gradients against difference quotients.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TRAIN_PROBE_H
#define TRAIN_PROBE_H

#include "train_common.h"

static inline float *normal(vmac_rng *rng, size_t n) {
  float *p = vmac_alloc(n, sizeof *p);
  for (size_t i = 0; i < n; i++) p[i] = (float)vmac_rng_normal(rng);
  return p;
}

static inline double dot(size_t n, const float *a, const float *b) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];
  return sum;
}

/* A layer under test: forward() fills y (ny) from what v points into. */
typedef struct {
  void (*forward)(void *layer);
  void *layer;
  const float *y, *weight; /* (ny); the objective is the dot product */
  size_t ny;
} probe;

/* The gradient g (n) against central differences of the objective in v (n), within `tolerance` of
 * the largest component. */
static inline void check_gradient(const probe *p, const char *what, float *v, const float *g,
                                  size_t n, float step, double tolerance) {
  double largest = 0;
  for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs((double)g[i]));
  assert_true(largest > 0);
  for (size_t i = 0; i<n; i += n> 300 ? 7 : 1) {
    const float keep = v[i];
    v[i] = keep + step;
    p->forward(p->layer);
    const double up = dot(p->ny, p->y, p->weight);
    v[i] = keep - step;
    p->forward(p->layer);
    const double down = dot(p->ny, p->y, p->weight);
    const double width = (double)(keep + step) - (double)v[i];
    v[i] = keep;
    const double difference = (up - down) / width - (double)g[i];
    if (fabs(difference) > tolerance * largest)
      fail_msg("%s[%zu]: gradient %g, difference quotient off by %g (largest %g)", what, i,
               (double)g[i], difference, largest);
  }
}

#endif
