/* Derivatives of a cell's product. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clones.h"
#include "train/slope.h"

enum { CODES = 256, PAIRS = CODES * CODES };

/* Operand bits in the order of values: position p of 0..255. */
static int bits_at(vmac_class cls, int p) {
  return cls == VMAC_U8 ? p : (p + 128) & 255;
}

static uint8_t bits_of_code(vmac_class cls, int code) {
  return vmac_operand_bits(cls, (int8_t)(uint8_t)code);
}

static double value_of_code(vmac_class cls, int code) {
  return (double)vmac_operand(cls, bits_of_code(cls, code));
}

/* d (256) from products f (256), both in the order of the operand's values. */
static void differences(const double *f, int h, double *d) {
  double below[CODES + 1] = {0}, lo = f[0], hi = f[0]; /* below[i]: sum of the first i */
  for (int i = 0; i < CODES; i++) {
    below[i + 1] = below[i] + f[i];
    lo = fmin(lo, f[i]);
    hi = fmax(hi, f[i]);
  }
  const double end = copysign((hi - lo) / CODES, f[CODES - 1] - f[0]);
  for (int x = 0; x < CODES; x++) {
    const int first = x - 1 - h, last = x + 1 + h;
    if (first < 0 || last >= CODES) {
      d[x] = end;
      continue;
    }
    const double up = below[last + 1] - below[x + 1 - h], down = below[x + h] - below[first];
    d[x] = (up - down) / (2 * (2 * h + 1));
  }
}

void train_derivative(const int32_t *table, vmac_class cls, bool to_w, int h, double *d) {
  double f[CODES], df[CODES];
  for (int other = 0; other < CODES; other++) {
    for (int p = 0; p < CODES; p++) {
      const int bits = bits_at(cls, p);
      f[p] = (double)table[to_w ? other << 8 | bits : bits << 8 | other];
    }
    differences(f, h, df);
    for (int p = 0; p < CODES; p++) {
      const int bits = bits_at(cls, p);
      d[to_w ? other << 8 | bits : bits << 8 | other] = df[p];
    }
  }
}

static inline __attribute__((always_inline)) double dot(const double *a, const double *b) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int i = 0; i < CODES; i++) sum += a[i] * b[i];
  return sum;
}

/* Makes columns i and j of x orthogonal by a rotation, of v likewise. False where they are already,
 * or next to nothing beside `whole`, the sum of all squares. */
static inline __attribute__((always_inline)) bool rotate(double *xi, double *xj, double *vi,
                                                         double *vj, double whole) {
  const double p = dot(xi, xi), q = dot(xj, xj), r = dot(xi, xj);
  if (fabs(r) <= 1e-9 * sqrt(p * q) || fabs(r) <= 1e-16 * whole) return false;
  const double z = (q - p) / (2 * r), t = copysign(1, z) / (fabs(z) + sqrt(1 + z * z));
  const double c = 1 / sqrt(1 + t * t), s = c * t;
#pragma omp simd
  for (int k = 0; k < CODES; k++) {
    const double x = xi[k], v = vi[k];
    xi[k] = c * x - s * xj[k];
    xj[k] = s * x + c * xj[k];
    vi[k] = c * v - s * vj[k];
    vj[k] = s * v + c * vj[k];
  }
  return true;
}

/* Hestenes' Jacobi. Row i of x is column i of the matrix and becomes the i-th left singular vector
 * times its singular value; row i of v becomes the right one. */
VMAC_CLONES static void decompose(double *x, double *v) {
  enum { SWEEPS = 30 };
  double whole = 0;
  for (int i = 0; i < CODES; i++) whole += dot(x + i * CODES, x + i * CODES);
  memset(v, 0, PAIRS * sizeof *v);
  for (int i = 0; i < CODES; i++) v[i * CODES + i] = 1;
  bool moved = true;
  for (int sweep = 0; moved && sweep < SWEEPS; sweep++) {
    moved = false;
    for (int i = 0; i < CODES; i++)
      for (int j = i + 1; j < CODES; j++)
        moved |= rotate(x + i * CODES, x + j * CODES, v + i * CODES, v + j * CODES, whole);
  }
}

void train_terms_find(const int32_t *table, vmac_class cls, bool to_w, int h, int most,
                      double tolerance, train_terms *terms) {
  double *d = vmac_alloc(PAIRS, sizeof *d), *x = vmac_alloc(PAIRS, sizeof *x);
  double *v = vmac_alloc(PAIRS, sizeof *v), size[CODES], whole = 0, left = 0;
  const double zero = value_of_code(cls, 0); /* the zero point's share cancels in the sums */
  train_derivative(table, cls, to_w, h, d);
  for (int a = 0; a < CODES; a++)
    for (int w = 0; w < CODES; w++) {
      const int bits = bits_of_code(cls, a) << 8 | bits_of_code(cls, w);
      whole += (d[bits] - zero) * (d[bits] - zero);
      x[w * CODES + a] = d[bits] - value_of_code(cls, to_w ? a : w);
    }
  decompose(x, v);
  for (int i = 0; i < CODES; i++) left += size[i] = dot(x + i * CODES, x + i * CODES);
  memset(terms, 0, sizeof *terms);
  for (;;) {
    terms->left_out = sqrt(fmax(left, 0) / whole);
    if (terms->left_out <= tolerance || terms->terms == most) break;
    int best = 0;
    for (int i = 1; i < CODES; i++)
      if (size[i] > size[best]) best = i;
    for (int k = 0; k < CODES; k++) {
      terms->a[terms->terms][k] = (float)x[best * CODES + k];
      terms->w[terms->terms][k] = (float)v[best * CODES + k];
    }
    terms->terms++;
    left -= size[best];
    size[best] = 0;
  }
  free(d);
  free(x);
  free(v);
}

double train_slope_of(vmac_class cls, const uint64_t *count, const double *of_code) {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (int code = 0; code < CODES; code++) {
    const double weight = (double)count[code], value = value_of_code(cls, code);
    n += weight;
    x += weight * value;
    y += weight * of_code[code];
  }
  for (int code = 0; code < CODES; code++) {
    const double weight = (double)count[code], off = value_of_code(cls, code) - x / n;
    xx += weight * off * off;
    xy += weight * off * (of_code[code] - y / n);
  }
  return n > 0 && xx > 0 ? xy / xx : NAN;
}

static void slopes(const int32_t *table, vmac_class cls, bool to_w, const uint64_t *count,
                   double *slope) {
  double f[CODES];
  for (int other = 0; other < CODES; other++) {
    const int o = bits_of_code(cls, other);
    for (int code = 0; code < CODES; code++) {
      const int bits = bits_of_code(cls, code);
      f[code] = (double)table[to_w ? o << 8 | bits : bits << 8 | o];
    }
    slope[other] = train_slope_of(cls, count, f);
    if (isnan(slope[other])) slope[other] = value_of_code(cls, other);
  }
}

void train_slopes_to_a(const int32_t *table, vmac_class cls, const uint64_t *count, double *slope) {
  slopes(table, cls, false, count, slope);
}

void train_slopes_to_w(const int32_t *table, vmac_class cls, const uint64_t *count, double *slope) {
  slopes(table, cls, true, count, slope);
}
