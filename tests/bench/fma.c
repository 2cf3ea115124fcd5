/* What a processor does at best in single precision: multiply-adds of registers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#if VMAC_X86
#include <immintrin.h>
#endif

enum { TURNS = 100000, CHAINS = BENCH_FMA_CHAINS, LANES = 16 };

/* An operand too small to change a sum, then where each chain begins. The compiler knows of
 * neither: chains that begin alike are one to it. */
static volatile float kept[1 + CHAINS];

#if VMAC_X86
/* Twelve chains, each a name of its own so that all stay in registers. */
#define EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)

#define NEW_256(i) __m256 s##i = _mm256_set1_ps(kept[1 + i]);
#define ADD_256(i) s##i = _mm256_fmadd_ps(x, x, s##i);
#define SUM_256(i) sum = _mm256_add_ps(sum, s##i);
__attribute__((target("avx2,fma"))) static float fma_avx2(void) {
  const __m256 x = _mm256_set1_ps(kept[0]);
  __m256 sum = _mm256_setzero_ps();
  EACH(NEW_256)
  for (int i = 0; i < TURNS * (LANES / 8); i++) {
    EACH(ADD_256)
  }
  EACH(SUM_256)
  return _mm256_cvtss_f32(sum);
}

#define NEW_512(i) __m512 s##i = _mm512_set1_ps(kept[1 + i]);
#define ADD_512(i) s##i = _mm512_fmadd_ps(x, x, s##i);
#define SUM_512(i) sum = _mm512_add_ps(sum, s##i);
VMAC_TARGET_AVX512 static float fma_avx512(void) {
  const __m512 x = _mm512_set1_ps(kept[0]);
  __m512 sum = _mm512_setzero_ps();
  EACH(NEW_512)
  for (int i = 0; i < TURNS; i++) {
    EACH(ADD_512)
  }
  EACH(SUM_512)
  return _mm512_cvtss_f32(sum);
}
#endif

/* Elsewhere what the compiler makes of it. */
static float fma_portable(void) {
  float chain[CHAINS * LANES], sum = 0;
  const float x = kept[0];
  for (int c = 0; c < CHAINS * LANES; c++) chain[c] = kept[1 + c / LANES];
  for (int r = 0; r < TURNS; r++)
#pragma omp simd
    for (int c = 0; c < CHAINS * LANES; c++) chain[c] += x * x;
  for (int c = 0; c < CHAINS * LANES; c += LANES) sum += chain[c];
  return sum;
}

int64_t bench_fma_macs(void) {
  return (int64_t)CHAINS * TURNS * LANES;
}

float bench_fma(void) {
  kept[0] = 0x1p-30f;
  for (int i = 0; i < CHAINS; i++) kept[1 + i] = (float)(1 + i);
#if VMAC_X86
  if (vmac_isa_best() == VMAC_AVX512) return fma_avx512();
  if (vmac_isa_best() == VMAC_AVX2 && __builtin_cpu_supports("fma")) return fma_avx2();
#endif
  return fma_portable();
}
