/* phi: for any cell, the functions of an activation whose sums tell most about filters' errors.
 *
 * The rule. e(A, W) = exact - approximate. A filter of a stated family draws its weights from a
 * distribution D, so G(A) = E[e(A, W) | W ~ D] is what an activation adds to that filter's error on
 * average. Over the family, and over a stated prior p of activations, the centred G's are a matrix,
 * filters by activations, whose best approximation of rank r (singular value decomposition, in the
 * norm that p weighs) is r functions of A with r coefficients for each filter. phi are those
 * functions, shifted and scaled to whole numbers from 0 on:
 *   family   weights' codes normal about -24, -16 .. 24 with standard deviation 16, 32 or 48
 *   prior    activations' codes: 0.4 the lowest, which is a ReLU's zero; 0.55 falling off from
 *            there by 1/32 a step; 0.05 alike, so that every code counts
 *   scale    the top of 1..255 at which rounding phi to whole numbers and the coefficients to F
 *            fraction bits adds least to the variance that is left
 *   sign     the lowest code's phi is not above the mean
 * A plane that tells less than 2^-20 of a squared unit, or 2^-30 of what the first tells, is 0.
 *
 * Only + - * / and square roots in a fixed order: the same table everywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vmac.h"

enum { MEANS = 7, SPREADS = 3, FILTERS = MEANS * SPREADS };

/* (1 - 1 / (2 s^2))^(x^2), normal but for its tails, for x = -d .. d about the mean. */
static void set_filter(int mean, int deviation, double weight[256]) {
  const double base = 1 - 1 / (2.0 * deviation * deviation);
  double sum = 0;
  for (int code = -127; code < 128; code++) weight[code + 128] = 0;
  for (int side = -1; side < 2; side += 2) {
    double value = 1, step = base; /* base^(x^2), base^(2 x + 1) */
    for (int code = mean; code >= -127 && code < 128; code += side) {
      weight[code + 128] = value;
      value *= step;
      step *= base * base;
    }
  }
  weight[0] = 0; /* int8 weights are symmetric */
  for (int i = 0; i < 256; i++) sum += weight[i];
  for (int i = 0; i < 256; i++) weight[i] /= sum;
}

static void set_prior(double p[256]) {
  double sum = 0, fall[256];
  fall[0] = 1;
  for (int i = 1; i < 256; i++) fall[i] = fall[i - 1] * (31.0 / 32);
  for (int i = 0; i < 256; i++) sum += fall[i];
  for (int i = 0; i < 256; i++) p[i] = 0.55 * fall[i] / sum + 0.05 / 256;
  p[0] += 0.4;
}

/* g (FILTERS, 256), by code + 128, centred. */
static void set_means(const vmac_mult *mult, const double p[256], double (*g)[256]) {
  static const int deviation[SPREADS] = {16, 32, 48};
  double weight[FILTERS][256], mean[FILTERS] = {0};
  int32_t *table = vmac_alloc(65536, sizeof *table);
  vmac_mult_table(mult, table);
  for (int f = 0; f < FILTERS; f++)
    set_filter(8 * (f / SPREADS) - 24, deviation[f % SPREADS], weight[f]);
  for (int a = 0; a < 256; a++) {
    const uint8_t ab = vmac_operand_bits(mult->cls, (int8_t)(a - 128));
    double sum[FILTERS] = {0};
    for (int w = 0; w < 256; w++) {
      const uint8_t wb = vmac_operand_bits(mult->cls, (int8_t)(w - 128));
      const int32_t exact = vmac_operand(mult->cls, ab) * vmac_operand(mult->cls, wb);
      const double e = exact - table[ab << 8 | wb];
      for (int f = 0; f < FILTERS; f++) sum[f] += weight[f][w] * e;
    }
    for (int f = 0; f < FILTERS; f++) {
      g[f][a] = sum[f];
      mean[f] += p[a] * sum[f];
    }
  }
  for (int f = 0; f < FILTERS; f++)
    for (int a = 0; a < 256; a++) g[f][a] -= mean[f];
  free(table);
}

/* Jacobi's rotations: m becomes diagonal, its eigenvalues, and column i of v the eigenvector of
 * m[i][i]. Convergence is quadratic: half as many sweeps would do. */
static void diagonalize(double m[FILTERS][FILTERS], double v[FILTERS][FILTERS]) {
  for (int i = 0; i < FILTERS; i++)
    for (int j = 0; j < FILTERS; j++) v[i][j] = i == j;
  for (int sweep = 0; sweep < 12; sweep++)
    for (int i = 0; i < FILTERS; i++)
      for (int j = i + 1; j < FILTERS; j++) {
        if (m[i][j] == 0) continue;
        const double theta = (m[j][j] - m[i][i]) / (2 * m[i][j]);
        const double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
        const double c = 1 / sqrt(t * t + 1), s = t * c;
        for (int k = 0; k < FILTERS; k++) {
          const double left = m[k][i], right = m[k][j];
          m[k][i] = c * left - s * right;
          m[k][j] = s * left + c * right;
        }
        for (int k = 0; k < FILTERS; k++) {
          const double upper = m[i][k], lower = m[j][k];
          m[i][k] = c * upper - s * lower;
          m[j][k] = s * upper + c * lower;
        }
        for (int k = 0; k < FILTERS; k++) {
          const double left = v[k][i], right = v[k][j];
          v[k][i] = c * left - s * right;
          v[k][j] = s * left + c * right;
        }
      }
}

/* u rounded to `top` steps from its least entry on; what that and rounded coefficients of rms
 * `slope` per step of u add to the variance of a product. */
static double quantize(const double p[256], const double u[256], double slope, int top,
                       uint8_t q[256]) {
  double least = u[0], most = u[0], error = 0, mean = 0, square = 0;
  for (int a = 0; a < 256; a++) {
    least = u[a] < least ? u[a] : least;
    most = u[a] > most ? u[a] : most;
  }
  const double step = (most - least) / top, per_step = top / (most - least);
  const double half = ldexp(1, -VMAC_CORR_F - 1);
  for (int a = 0; a < 256; a++) {
    const double exact = (u[a] - least) * per_step;
    q[a] = (uint8_t)(exact + 0.5);
    error += p[a] * (q[a] - exact) * (q[a] - exact);
    mean += p[a] * q[a];
    square += p[a] * q[a] * q[a];
  }
  return slope * slope * step * step * error + half * half / 3 * (square - mean * mean);
}

/* The plane at its best scale; rms slope 1 / sqrt(FILTERS): eigenvectors have length 1. */
static void scale_plane(vmac_class cls, const double p[256], double u[256], uint8_t *phi) {
  uint8_t q[256], best[256] = {0};
  double least = 0;
  for (int top = 1; top < 256; top++) {
    const double added = quantize(p, u, 1 / sqrt(FILTERS), top, q);
    if (top > 1 && added >= least * (1 - 1e-9)) continue;
    least = added;
    memcpy(best, q, sizeof best);
  }
  for (int a = 0; a < 256; a++) phi[vmac_operand_bits(cls, (int8_t)(a - 128))] = best[a];
}

void vmac_phi(const vmac_mult *mult, int rank, uint8_t *phi) {
  double p[256], m[FILTERS][FILTERS], v[FILTERS][FILTERS];
  double(*g)[256] = vmac_alloc(FILTERS, sizeof *g);
  bool used[FILTERS] = {false};
  double first = 0;
  set_prior(p);
  set_means(mult, p, g);
  for (int i = 0; i < FILTERS; i++)
    for (int j = 0; j < FILTERS; j++) {
      m[i][j] = 0;
      for (int a = 0; a < 256; a++) m[i][j] += p[a] * g[i][a] * g[j][a];
    }
  diagonalize(m, v);
  memset(phi, 0, 256 * (size_t)rank);
  for (int plane = 0; plane < rank; plane++) {
    int best = 0;
    for (int i = 0; i < FILTERS; i++)
      if (!used[i] && (used[best] || m[i][i] > m[best][best])) best = i;
    used[best] = true;
    const double told = m[best][best] / FILTERS; /* mean square, of a product */
    if (!plane) first = told;
    if (!(told > 0x1p-20) || told < first * 0x1p-30) break;
    double u[256];
    for (int a = 0; a < 256; a++) {
      u[a] = 0;
      for (int f = 0; f < FILTERS; f++) u[a] += v[f][best] * g[f][a];
    }
    const double sign = u[0] > 0 ? -1 : 1;
    for (int a = 0; a < 256; a++) u[a] *= sign;
    scale_plane(mult->cls, p, u, phi + 256 * plane);
  }
  free(g);
}
