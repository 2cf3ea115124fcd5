/* What the golden model's kernels are measured against. Each gets its operands ready as a matrix
 * (im2col), which favours it: the golden model starts from the activation map.
 *   loop     exact products, a plain dot product per output
 *   table    a plain table look-up per product
 *   gather   the vectorized form of that, as emulators of approximate multipliers have it (AdaPT):
 *            a table of int32, weights as indices (k, n), eight channels a vector, one gather per
 *            eight products
 *   gather2  the same with two vectors at once, the most that the method gives
 *   peak     8-bit dot products of registers only: what the processor could do at best
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#if VMAC_X86
#include <immintrin.h>
#endif

void bench_loop(const bench_task *task) {
  const bench_layer *layer = task->layer;
  const int k = layer->k, n = layer->n;
  for (int i = 0; i < layer->m; i++)
    for (int j = 0; j < n; j++) {
      const int8_t *a = layer->codes + i * k, *w = layer->w + j * k;
      int32_t sum = 0;
      for (int kk = 0; kk < k; kk++) sum += a[kk] * w[kk];
      task->acc[i * n + j] = sum;
    }
}

void bench_table(const bench_task *task) {
  const bench_layer *layer = task->layer;
  const int k = layer->k, n = layer->n;
  const int32_t *table = task->cell_of->table;
  for (int i = 0; i < layer->m; i++)
    for (int j = 0; j < n; j++) {
      const uint8_t *a = layer->bits + i * k, *w = layer->w_bits + j * k;
      int32_t sum = 0;
      for (int kk = 0; kk < k; kk++) sum += table[a[kk] << 8 | w[kk]];
      task->acc[i * n + j] = sum;
    }
}

#if VMAC_X86
VMAC_TARGET_AVX2
static inline __m256i look_up(__m256i sum, const int32_t *table, uint8_t a, const int32_t *w) {
  const __m256i at = _mm256_add_epi32(_mm256_set1_epi32(a << 8),
                                      _mm256_loadu_si256((const __m256i *)(const void *)w));
  return _mm256_add_epi32(sum, _mm256_i32gather_epi32((const int *)table, at, 4));
}

VMAC_TARGET_AVX2
void bench_gather(const bench_task *task) {
  const bench_layer *layer = task->layer;
  const int k = layer->k, n = layer->n; /* n: a multiple of 16 in every shape */
  const int32_t *table = task->cell_of->table;
  for (int i = 0; i < layer->m; i++)
    for (int j = 0; j < n; j += 8) {
      const uint8_t *a = layer->bits + i * k;
      const int32_t *w = layer->w_index + j;
      __m256i sum = _mm256_setzero_si256();
      for (int kk = 0; kk < k; kk++, w += n) sum = look_up(sum, table, a[kk], w);
      _mm256_storeu_si256((__m256i *)(void *)(task->acc + i * n + j), sum);
    }
}

VMAC_TARGET_AVX2
void bench_gather2(const bench_task *task) {
  const bench_layer *layer = task->layer;
  const int k = layer->k, n = layer->n;
  const int32_t *table = task->cell_of->table;
  for (int i = 0; i < layer->m; i++)
    for (int j = 0; j < n; j += 16) {
      const uint8_t *a = layer->bits + i * k;
      const int32_t *w = layer->w_index + j;
      __m256i sum = _mm256_setzero_si256(), next = sum;
      for (int kk = 0; kk < k; kk++, w += n) {
        sum = look_up(sum, table, a[kk], w);
        next = look_up(next, table, a[kk], w + 8);
      }
      _mm256_storeu_si256((__m256i *)(void *)(task->acc + i * n + j), sum);
      _mm256_storeu_si256((__m256i *)(void *)(task->acc + i * n + j + 8), next);
    }
}

enum { PEAK_TURNS = 4096, PEAK_SUMS = 12 }; /* more sums than an instruction takes cycles */

/* Twelve chains, each a name of its own so that all stay in registers. */
#define EACH_SUM(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define PEAK_NEW(i) __m512i s##i = _mm512_set1_epi32(i);
#define PEAK_ADD(i) s##i = _mm512_dpbusd_epi32(s##i, a, w);
#define PEAK_SUM(i) sum = _mm512_add_epi32(sum, s##i);

VMAC_TARGET_AVX512
void bench_peak(const bench_task *task) {
  const __m512i a = _mm512_loadu_si512(task->own), w = _mm512_loadu_si512(task->own);
  __m512i sum = _mm512_setzero_si512();
  EACH_SUM(PEAK_NEW)
  for (int i = 0; i < PEAK_TURNS; i++) {
    EACH_SUM(PEAK_ADD)
  }
  EACH_SUM(PEAK_SUM)
  _mm512_storeu_si512(task->acc, sum);
}
#else
enum { PEAK_TURNS = 0, PEAK_SUMS = 0 };
void bench_gather(const bench_task *task) {
  bench_table(task);
}
void bench_gather2(const bench_task *task) {
  bench_table(task);
}
void bench_peak(const bench_task *task) {
  (void)task;
}
#endif

int64_t bench_peak_macs(void) {
  return (int64_t)PEAK_TURNS * PEAK_SUMS * 64;
}
