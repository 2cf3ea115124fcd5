/* Terms whose factors are wider than 8 bits, as two or three that are not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "gemm/scheme_parts.h"

enum { CUT_LIMIT = UINT8_MAX * 2 * UINT8_MAX }; /* no shares of 8 bits reach further */

static bool fits(const int32_t *x) {
  return vmac_span(x) <= UINT8_MAX;
}

static int32_t gcd(int32_t x, int32_t y) {
  return y ? gcd(y, x % y) : x;
}

/* y and z of about equal size with x = k y + m z; k and m have no common divisor. */
static void share(int32_t x, int32_t k, int32_t m, int32_t *y, int32_t *z) {
  const int32_t sum = k + m, middle = x / sum - (x % sum < 0); /* rounded down */
  for (int32_t i = 0;; i++) {
    *y = middle + (i & 1 ? -(i + 1) / 2 : i / 2);
    if ((x - k * *y) % m == 0) break;
  }
  *z = (x - k * *y) / m;
}

/* One side fits: x h = (k x) y + (m x) z. */
static bool split_side(vmac_factors *terms, int32_t (*kept)[SCHEME_CODES],
                       int32_t (*cut)[SCHEME_CODES], int i) {
  const int n = terms->terms;
  const int32_t unit = vmac_content(kept[i]);
  if (!unit || vmac_span(kept[i]) / unit > UINT8_MAX) return false;
  if ((int64_t)vmac_span(cut[i]) * unit > CUT_LIMIT) return false;
  int32_t x[SCHEME_CODES], h[SCHEME_CODES];
  for (int c = 0; c < SCHEME_CODES; c++) {
    x[c] = kept[i][c] / unit;
    h[c] = cut[i][c] * unit;
  }
  const int32_t most = UINT8_MAX / vmac_span(x);
  for (int32_t k = 1; k <= most; k++)
    for (int32_t m = 1; m <= k; m++) {
      if (gcd(k, m) > 1 || vmac_span(h) > (k + m) * UINT8_MAX) continue;
      for (int c = 0; c < SCHEME_CODES; c++) share(h[c], k, m, &cut[i][c], &cut[n][c]);
      if (!fits(cut[i]) || !fits(cut[n])) continue;
      for (int c = 0; c < SCHEME_CODES; c++) {
        kept[i][c] = k * x[c];
        kept[n][c] = m * x[c];
      }
      terms->terms++;
      return true;
    }
  for (int c = 0; c < SCHEME_CODES; c++) cut[i][c] = h[c] / unit;
  return false;
}

/* x = inner + outer: inner in a window of 8 bits at x's low or high end, what lies beyond mirrored
 * into it, so that outer is even and inner + outer / 2 is in the window too. */
static void clip(const int32_t *x, bool high, int32_t *inner, int32_t *outer) {
  int32_t least = x[0], most = x[0];
  for (int c = 1; c < SCHEME_CODES; c++) {
    if (x[c] < least) least = x[c];
    if (x[c] > most) most = x[c];
  }
  const int32_t lo = high ? most - UINT8_MAX : least, hi = lo + UINT8_MAX;
  for (int c = 0; c < SCHEME_CODES; c++) {
    inner[c] = x[c] < lo ? 2 * lo - x[c] : x[c] > hi ? 2 * hi - x[c] : x[c];
    outer[c] = x[c] - inner[c];
  }
}

/* Neither side fits: with f = fi + fo and g = gi + go,
 *   f g = fi gi + fo (gi + go / 2) + (fi + fo / 2) go. */
static bool split_both(vmac_factors *terms, int i) {
  const int n = terms->terms;
  int32_t f[SCHEME_CODES], g[SCHEME_CODES], fi[SCHEME_CODES], fo[SCHEME_CODES], gi[SCHEME_CODES],
      go[SCHEME_CODES];
  memcpy(f, terms->f[i], sizeof f);
  memcpy(g, terms->g[i], sizeof g);
  for (int ends = 0; ends < 4; ends++) {
    clip(f, ends & 1, fi, fo);
    clip(g, ends & 2, gi, go);
    for (int c = 0; c < SCHEME_CODES; c++) {
      terms->f[i][c] = fi[c];
      terms->g[i][c] = gi[c];
      terms->f[n][c] = fo[c];
      terms->g[n][c] = gi[c] + go[c] / 2;
      terms->f[n + 1][c] = fi[c] + fo[c] / 2;
      terms->g[n + 1][c] = go[c];
    }
    if (fits(terms->f[i]) && fits(terms->g[i]) && fits(terms->f[n]) && fits(terms->g[n]) &&
        fits(terms->f[n + 1]) && fits(terms->g[n + 1])) {
      terms->terms = n + 2;
      return true;
    }
  }
  return false;
}

bool vmac_factors_split(vmac_factors *factors, int i, int most) {
  if (factors->terms >= most) return false;
  if (split_side(factors, factors->f, factors->g, i)) return true;
  if (split_side(factors, factors->g, factors->f, i)) return true;
  return factors->terms + 1 < most && split_both(factors, i);
}
