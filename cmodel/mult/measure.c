/* Error metrics of a cell, over all operand pairs or as often as a network multiplies them.
 * Error is approximate - exact. Sums are whole numbers; only the last divisions round.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "vmac.h"

enum { PAIRS = 65536, PRIME = 1073741789 /* 2^30 - 35, the largest prime below 2^30 */ };

static uint64_t inverse(uint64_t x) { /* Fermat: x^(p-2) */
  uint64_t result = 1;
  for (uint32_t e = PRIME - 2; e; e >>= 1) {
    if (e & 1) result = result * x % PRIME;
    x = x * x % PRIME;
  }
  return result;
}

/* Rank of the (256, 256) table by elimination modulo PRIME. It never exceeds the rank over the
 * rationals, and falls short only where PRIME divides every minor of that size. */
static int rank_of(const int32_t *table) {
  uint64_t *m = vmac_alloc(PAIRS, sizeof *m);
  for (int i = 0; i < PAIRS; i++) m[i] = (uint64_t)(((int64_t)table[i] % PRIME + PRIME) % PRIME);
  int rank = 0;
  for (int column = 0; column < 256; column++) {
    int pivot = rank;
    while (pivot < 256 && !m[pivot << 8 | column]) pivot++;
    if (pivot == 256) continue;
    for (int j = column; j < 256; j++) {
      const uint64_t value = m[pivot << 8 | j];
      m[pivot << 8 | j] = m[rank << 8 | j];
      m[rank << 8 | j] = value;
    }
    const uint64_t scale = inverse(m[rank << 8 | column]);
    for (int i = rank + 1; i < 256; i++) {
      const uint64_t factor = PRIME - m[i << 8 | column] * scale % PRIME;
      for (int j = column; j < 256; j++)
        m[i << 8 | j] = (m[i << 8 | j] + factor * m[rank << 8 | j]) % PRIME;
    }
    rank++;
  }
  free(m);
  return rank;
}

/* 16-bit products err by less than 2^17, their squares are below 2^34, and there are at most
 * VMAC_PAIRS_MAX = 2^46 multiplications: sums fit 64 bits, squares times multiplications 128. */
__extension__ typedef unsigned __int128 uint128;

typedef struct {
  uint64_t pairs, wrong, nonzero; /* multiplications: all, with an error, with exact != 0 */
  uint64_t positive, negative;    /* sums of |error|, by the error's sign */
  uint128 square;                 /* sum of error^2 */
  uint64_t *by_exact;             /* (65,536) sum of |error| of the products with |exact| = index */
} error_sums;

static double ratio(double sum, uint64_t count) {
  return count ? sum / (double)count : 0;
}

static void divide(const error_sums *s, int max_exact, vmac_mult_errors *errors) {
  const bool minus = s->negative > s->positive;
  const uint64_t size = minus ? s->negative - s->positive : s->positive - s->negative;
  errors->mean = ratio(minus ? -(double)size : (double)size, s->pairs);
  errors->med = ratio((double)(s->positive + s->negative), s->pairs);
  errors->nmed = errors->med / max_exact;
  errors->rms = sqrt(ratio((double)s->square, s->pairs));
  const uint128 spread = s->square * s->pairs - (uint128)size * size;
  errors->variance = ratio(ratio((double)spread, s->pairs), s->pairs);
  errors->rate = ratio((double)s->wrong, s->pairs);
  double relative = 0;
  for (int exact = 1; exact < PAIRS; exact++) relative += (double)s->by_exact[exact] / exact;
  errors->mre = ratio(relative, s->nonzero);
  errors->mre_zero1 = ratio(relative + (double)s->by_exact[0], s->pairs);
}

void vmac_table_errors(const int32_t *table, vmac_class cls, const uint64_t *pairs,
                       vmac_mult_errors *errors) {
  *errors = (vmac_mult_errors){.f00 = table[0], .rank = -1, .symmetric = true};
  error_sums s = {.by_exact = vmac_alloc(PAIRS, sizeof *s.by_exact)};
  int max_exact = 0;
  for (int i = 0; i < PAIRS; i++) {
    const int32_t a = vmac_operand(cls, (uint8_t)(i >> 8)), w = vmac_operand(cls, (uint8_t)i);
    const int32_t exact = abs(a * w), error = table[i] - a * w, size = abs(error);
    if (exact > max_exact) max_exact = exact;
    if (a == 0 && abs(table[i]) > errors->max_f0w) errors->max_f0w = abs(table[i]);
    if (w == 0 && abs(table[i]) > errors->max_fa0) errors->max_fa0 = abs(table[i]);
    if (table[i] != table[(i & 255) << 8 | i >> 8]) errors->symmetric = false;
    const uint64_t count = pairs ? pairs[i] : 1, weighted = count * (uint64_t)size;
    if (!count) continue;
    s.pairs += count;
    s.by_exact[exact] += weighted;
    if (exact) s.nonzero += count;
    if (!error) continue;
    s.wrong += count;
    *(error > 0 ? &s.positive : &s.negative) += weighted;
    s.square += (uint128)weighted * (uint128)size;
    if (size > errors->wce) errors->wce = size;
    if (exact && (double)size / exact > errors->wcre) errors->wcre = (double)size / exact;
  }
  divide(&s, max_exact, errors);
  free(s.by_exact);
}

void vmac_mult_measure(const vmac_mult *mult, const uint64_t *pairs, vmac_mult_errors *errors) {
  int32_t *table = vmac_alloc(PAIRS, sizeof *table);
  vmac_mult_table(mult, table);
  vmac_table_errors(table, mult->cls, pairs, errors);
  errors->rank = rank_of(table);
  free(table);
}
