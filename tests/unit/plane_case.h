/* plane_case.h: what the tests of the information plane share. SPDX-License-Identifier: Apache-2.0
 */
#ifndef PLANE_CASE_H
#define PLANE_CASE_H

#include "cmocka_all.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plane/plane.h"

static inline void near(const char *what, double got, double want, double within) {
  if (!(fabs(got - want) <= within))
    fail_msg("%s: expected %.6f within %.6f, found %.6f", what, want, within, got);
}

/* Bits of a coin that falls on one side with probability p. */
static inline double coin(double p) {
  return -p * log2(p) - (1 - p) * log2(1 - p);
}

static inline double mean(const double *term, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += term[i];
  return sum / (double)n;
}

#endif
