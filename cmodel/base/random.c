/* xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/base.h"

static uint64_t rotl(uint64_t x, int k) {
  return (x << k) | (x >> (64 - k));
}

void vmac_rng_seed(vmac_rng *rng, uint64_t seed) {
  for (int i = 0; i < 4; i++) {
    uint64_t z = (seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    rng->s[i] = z ^ (z >> 31);
  }
}

uint64_t vmac_rng_next(vmac_rng *rng) {
  uint64_t *s = rng->s;
  const uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotl(s[3], 45);
  return result;
}

uint32_t vmac_rng_below(vmac_rng *rng, uint32_t bound) {
  const uint32_t reject = (uint32_t)-bound % bound; /* 2^32 mod bound values would be biased */
  uint32_t x;
  do x = (uint32_t)(vmac_rng_next(rng) >> 32);
  while (x < reject);
  return x % bound;
}

double vmac_rng_uniform(vmac_rng *rng) {
  return (double)(vmac_rng_next(rng) >> 11) * 0x1p-53;
}

double vmac_rng_normal(vmac_rng *rng) { /* Box-Muller, one of the pair */
  const double u = 1.0 - vmac_rng_uniform(rng), v = vmac_rng_uniform(rng);
  return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}
