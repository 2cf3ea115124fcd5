/* Moments of a layer's channels: exact integers, whatever the order of images and threads.
 *
 * Pixels are added up in 64 bits, which a block of them cannot overflow, and blocks in 128.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/isa.h"
#include "net/correction.h"

vmac_sums *vmac_sums_new(const vmac_net *net, const vmac_op *op, int xs) {
  vmac_sums *s = vmac_alloc(1, sizeof *s);
  s->n = op->n;
  s->groups = vmac_variate_groups(net, op);
  s->xs = xs;
  const size_t lanes = (size_t)s->groups * (size_t)xs;
  s->y = vmac_alloc((size_t)s->n, sizeof *s->y);
  s->x = vmac_alloc(lanes, sizeof *s->x);
  s->xx = vmac_alloc(lanes * (size_t)xs, sizeof *s->xx);
  s->xy = vmac_alloc((size_t)s->n * (size_t)xs, sizeof *s->xy);
  s->yy = vmac_alloc((size_t)s->n, sizeof *s->yy);
  return s;
}

void vmac_sums_free(vmac_sums *sums) {
  if (!sums) return;
  free(sums->y);
  free(sums->x);
  free(sums->xx);
  free(sums->xy);
  free(sums->yy);
  free(sums);
}

/* |y| < 2^32 and an X is at most 255 k, so this many products y X fit 63 bits; those of two X's are
 * smaller, since k <= VMAC_MAX_K = 2^15. */
static int block_pixels(int k) {
  return (int)((INT64_C(1) << 31) / (255 * (int64_t)k));
}

/* y (n) += exact - approx, and xy (xs, n) += that times x (m, xs), of m pixels. */
VMAC_BODY static inline void add_shared_body(int m, int n, int xs, const int32_t *restrict exact,
                                             const int32_t *restrict approx,
                                             const int32_t *restrict x, int64_t *restrict e,
                                             int64_t *restrict y, int64_t *restrict xy) {
  for (int p = 0; p < m; p++, exact += n, approx += n, x += xs) {
#pragma omp simd
    for (int c = 0; c < n; c++) {
      e[c] = (int64_t)exact[c] - approx[c];
      y[c] += e[c];
    }
    for (int i = 0; i < xs; i++) {
      const int64_t v = x[i];
#pragma omp simd
      for (int c = 0; c < n; c++) xy[i * n + c] += e[c] * v;
    }
  }
}
VMAC_PER_ISA(add_shared,
             (int m, int n, int xs, const int32_t *restrict exact, const int32_t *restrict approx,
              const int32_t *restrict x, int64_t *restrict e, int64_t *restrict y,
              int64_t *restrict xy),
             (m, n, xs, exact, approx, x, e, y, xy));

/* The same where each group of n / groups channels has an x of its own, (m, groups, xs). */
VMAC_BODY static inline void add_own_body(int m, int n, int groups, int xs,
                                          const int32_t *restrict exact,
                                          const int32_t *restrict approx,
                                          const int32_t *restrict x, int64_t *restrict e,
                                          int64_t *restrict y, int64_t *restrict xy) {
  const int each = n / groups;
  for (int p = 0; p < m; p++, exact += n, approx += n, x += groups * xs) {
#pragma omp simd
    for (int c = 0; c < n; c++) {
      e[c] = (int64_t)exact[c] - approx[c];
      y[c] += e[c];
    }
    for (int i = 0; i < xs; i++) {
      if (each == 1) {
#pragma omp simd
        for (int c = 0; c < n; c++) xy[i * n + c] += e[c] * x[c * xs + i];
        continue;
      }
      for (int g = 0; g < groups; g++)
        for (int c = g * each; c < (g + 1) * each; c++) xy[i * n + c] += e[c] * x[g * xs + i];
    }
  }
}
VMAC_PER_ISA(add_own,
             (int m, int n, int groups, int xs, const int32_t *restrict exact,
              const int32_t *restrict approx, const int32_t *restrict x, int64_t *restrict e,
              int64_t *restrict y, int64_t *restrict xy),
             (m, n, groups, xs, exact, approx, x, e, y, xy));

enum { STRIP = 256 };

static void flush(size_t count, int64_t *from, vmac_wide *to) {
  for (size_t i = 0; i < count; i++) to[i] += from[i];
  memset(from, 0, count * sizeof *from);
}

/* xx (xs, xs) += the products of m <= STRIP pixels' x (m, xs), x (xs) += them; of: scratch. */
VMAC_BODY static inline void add_squares_body(int m, int xs, const int32_t *restrict from,
                                              int32_t (*restrict of)[STRIP], int64_t *restrict x,
                                              int64_t *restrict xx) {
  for (int p = 0; p < m; p++) /* one X of all pixels side by side */
    for (int i = 0; i < xs; i++) of[i][p] = from[p * xs + i];
  for (int i = 0; i < xs; i++) {
    int64_t sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int p = 0; p < m; p++) sum += of[i][p];
    x[i] += sum;
    for (int j = 0; j <= i; j++) {
      int64_t product = 0;
#pragma omp simd reduction(+ : product)
      for (int p = 0; p < m; p++) product += (int64_t)of[i][p] * of[j][p];
      xx[i * xs + j] += product;
    }
  }
}
VMAC_PER_ISA(add_squares,
             (int m, int xs, const int32_t *restrict from, int32_t (*restrict of)[STRIP],
              int64_t *restrict x, int64_t *restrict xx),
             (m, xs, from, of, x, xx));

/* yy (n) += the squares of exact - approx, of m <= STRIP pixels, none of them 2^27 or more. */
VMAC_BODY static inline void add_errors_body(int m, int n, const int32_t *restrict exact,
                                             const int32_t *restrict approx, int64_t *restrict yy) {
  for (int p = 0; p < m; p++, exact += n, approx += n)
#pragma omp simd
    for (int c = 0; c < n; c++) {
      const int64_t e = (int64_t)exact[c] - approx[c];
      yy[c] += e * e;
    }
}
VMAC_PER_ISA(add_errors,
             (int m, int n, const int32_t *restrict exact, const int32_t *restrict approx,
              int64_t *restrict yy),
             (m, n, exact, approx, yy));

static bool small_errors(size_t count, const int32_t *exact, const int32_t *approx) {
  uint64_t any = 0;
  for (size_t i = 0; i < count; i++) {
    const int64_t e = (int64_t)exact[i] - approx[i];
    any |= (uint64_t)(e < 0 ? -e : e);
  }
  return any < 1 << 27;
}

/* Squares of m pixels' errors; part (n) is scratch, zero before and behind. */
static void add_errors_of(vmac_sums *s, vmac_isa isa, int m, const int32_t *exact,
                          const int32_t *approx, int64_t *part) {
  const size_t n = (size_t)s->n;
  for (int left = m; left > 0; left -= STRIP, exact += STRIP * n, approx += STRIP * n) {
    const int pixels = left < STRIP ? left : STRIP;
    if (small_errors((size_t)pixels * n, exact, approx)) {
      add_errors[isa](pixels, s->n, exact, approx, part);
      flush(n, part, s->yy);
      continue;
    }
    for (size_t i = 0; i < (size_t)pixels * n; i++) {
      const vmac_wide e = (vmac_wide)exact[i] - approx[i];
      s->yy[i % n] += e * e;
    }
  }
}

static void add_own_squares(int m, int groups, int xs, const int32_t *from, int64_t *x,
                            int64_t *xx) {
  for (int p = 0; p < m; p++)
    for (int g = 0; g < groups; g++, from += xs)
      for (int i = 0; i < xs; i++) {
        x[g * xs + i] += from[i];
        for (int j = 0; j <= i; j++) xx[(g * xs + i) * xs + j] += (int64_t)from[i] * from[j];
      }
}

void vmac_sums_add(vmac_sums *s, int m, int k, const int32_t *exact, const int32_t *approx,
                   const int32_t *x) {
  const size_t n = (size_t)s->n, lanes = (size_t)s->groups * (size_t)s->xs;
  const size_t crosses = n * (size_t)s->xs, squares = lanes * (size_t)s->xs;
  const int block = block_pixels(k);
  const vmac_isa isa = vmac_isa_now();
  int64_t *xy = vmac_alloc(crosses + squares + n, sizeof *xy), *xx = xy + crosses;
  int64_t *e = xx + squares;
  int32_t(*strip)[STRIP] = vmac_alloc((size_t)s->xs, sizeof *strip);
  add_errors_of(s, isa, m, exact, approx, e);
  for (int first = 0; first < m; first += block) {
    const int pixels = m - first < block ? m - first : block;
    if (s->groups == 1) {
      add_shared[isa](pixels, s->n, s->xs, exact, approx, x, e, s->y, xy);
      for (int p = 0; p < pixels; p += STRIP)
        add_squares[isa](pixels - p < STRIP ? pixels - p : STRIP, s->xs, x + p * s->xs, strip, s->x,
                         xx);
    } else {
      add_own[isa](pixels, s->n, s->groups, s->xs, exact, approx, x, e, s->y, xy);
      add_own_squares(pixels, s->groups, s->xs, x, s->x, xx);
    }
    flush(crosses, xy, s->xy);
    flush(squares, xx, s->xx);
    exact += (size_t)pixels * n;
    approx += (size_t)pixels * n;
    x += (size_t)pixels * lanes;
  }
  s->count += m;
  free(strip);
  free(xy);
}

void vmac_sums_join(vmac_sums *to, const vmac_sums *from) {
  const size_t n = (size_t)to->n, lanes = (size_t)to->groups * (size_t)to->xs;
  to->count += from->count;
  for (size_t i = 0; i < n; i++) {
    to->y[i] += from->y[i];
    to->yy[i] += from->yy[i];
  }
  for (size_t i = 0; i < lanes; i++) to->x[i] += from->x[i];
  for (size_t i = 0; i < lanes * (size_t)to->xs; i++) to->xx[i] += from->xx[i];
  for (size_t i = 0; i < n * (size_t)to->xs; i++) to->xy[i] += from->xy[i];
}

vmac_moments vmac_sums_moments(const vmac_sums *s, vmac_take take, int channel) {
  const int group = channel / (s->n / s->groups);
  vmac_moments m = {.planes = take.planes, .count = s->count, .y = s->y[channel]};
  m.yy = s->yy[channel];
  for (int i = 0; i < take.planes; i++) {
    const int at = group * s->xs + take.first + i;
    m.x[i] = s->x[at];
    m.xy[i] = s->xy[(take.first + i) * s->n + channel];
    for (int j = 0; j <= i; j++) m.xx[i][j] = s->xx[at * s->xs + take.first + j];
  }
  return m;
}
