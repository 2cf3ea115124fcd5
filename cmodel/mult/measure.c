/* Error metrics of a cell over all 65,536 operand pairs, uniformly weighted.
 * Error is approximate - exact. Sums are whole numbers; only the last division rounds.
 * SPDX-License-Identifier: Apache-2.0 */
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

void vmac_mult_measure(const vmac_mult *mult, vmac_mult_errors *errors) {
  int32_t *table = vmac_alloc(PAIRS, sizeof *table);
  vmac_mult_table(mult, table);
  *errors = (vmac_mult_errors){.f00 = table[0], .rank = rank_of(table)};
  int64_t sum = 0, sum_abs = 0;
  uint64_t sum_square = 0; /* below 2^48 while products have 16 bits */
  int wrong = 0, nonzero = 0, max_exact = 0;
  double sum_relative = 0;
  for (int i = 0; i < PAIRS; i++) {
    const int32_t a = vmac_operand(mult->cls, (uint8_t)(i >> 8));
    const int32_t w = vmac_operand(mult->cls, (uint8_t)i);
    const int32_t exact = abs(a * w), error = table[i] - a * w, size = abs(error);
    sum += error;
    sum_abs += size;
    sum_square += (uint64_t)((int64_t)size * size);
    wrong += error != 0;
    if (exact) {
      sum_relative += (double)size / exact;
      nonzero++;
    }
    if (exact > max_exact) max_exact = exact;
    if (size > errors->wce) errors->wce = size;
    if (a == 0 && abs(table[i]) > errors->max_f0w) errors->max_f0w = abs(table[i]);
    if (w == 0 && abs(table[i]) > errors->max_fa0) errors->max_fa0 = abs(table[i]);
  }
  free(table);
  errors->mean = (double)sum / PAIRS;
  errors->med = (double)sum_abs / PAIRS;
  errors->mre = sum_relative / nonzero;
  errors->nmed = errors->med / max_exact;
  const uint64_t square_of_sum = (uint64_t)llabs(sum) * (uint64_t)llabs(sum);
  errors->variance = (double)(sum_square * PAIRS - square_of_sum) / ((double)PAIRS * PAIRS);
  errors->rate = (double)wrong / PAIRS;
}
