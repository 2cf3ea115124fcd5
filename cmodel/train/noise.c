/* Normal random numbers by their index: number i of a stream is the same whoever asks for it, in
 * whatever order, so nothing depends on threads and a resumed run needs no saved state.
 *
 * Box-Muller on hashed counters, in plain float loops that become vectors: a step of training wants
 * millions of them. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/clones.h"
#include "train/product.h"

enum { PAIRS = 64 }; /* of a block: the cosines of all pairs, then the sines */

train_key train_key_of(uint64_t seed, uint64_t step, uint32_t layer, uint32_t part) {
  const uint64_t words[] = {seed, step, (uint64_t)layer << 32 | part};
  uint64_t z = 0;
  train_key key = {{0}};
  for (int i = 0; i < 3 + 3; i++) { /* splitmix64 over the words, then for the three keys */
    z += 0x9e3779b97f4a7c15u + (i < 3 ? words[i] : 0);
    uint64_t x = z;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    x ^= x >> 31;
    if (i < 3) z = x;
    if (i >= 3) key.k[i - 3] = (uint32_t)(x >> 32);
  }
  return key;
}

/* A permutation of 32 bits whose every output bit depends on every input bit (Ellis, 2018). */
static inline __attribute__((always_inline)) uint32_t mix(uint32_t x) {
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

/* Bits of a number and back: choices go by masks, since branches keep a loop from vectors. */
static inline __attribute__((always_inline)) uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline __attribute__((always_inline)) float of_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* -2 ln of u / 2^24, u 1..2^24: the mantissa within sqrt(1/2)..sqrt(2), Cephes' polynomial. */
static inline __attribute__((always_inline)) float minus_two_log(uint32_t u) {
  const uint32_t half = 0x3f3504f3u; /* sqrt(1/2) */
  const uint32_t at = bits_of((float)(int32_t)u) - half;
  const float e = (float)((int32_t)at >> 23) - 24;
  const float x = of_bits((at & 0x7fffffu) + half) - 1, z = x * x;
  float y = 7.0376836292e-2f;
  y = y * x - 1.1514610310e-1f;
  y = y * x + 1.1676998740e-1f;
  y = y * x - 1.2420140846e-1f;
  y = y * x + 1.4249322787e-1f;
  y = y * x - 1.6668057665e-1f;
  y = y * x + 2.0000714765e-1f;
  y = y * x - 2.4999993993e-1f;
  y = y * x + 3.3333331174e-1f;
  return -2 * (x + (y * x * z - 0.5f * z) + e * 0.693147181f);
}

/* By Newton's steps: sqrtf() is a call where it may have to set errno. */
static inline __attribute__((always_inline)) float root(float x) {
  float r = of_bits(0x5f3759dfu - (bits_of(x) >> 1));
  r *= 1.5f - 0.5f * x * r * r;
  r *= 1.5f - 0.5f * x * r * r;
  r *= 1.5f - 0.5f * x * r * r;
  return x * r;
}

/* Block `block` of the stream. */
static inline __attribute__((always_inline)) void normals(train_key key, uint32_t block,
                                                          float z[2 * PAIRS]) {
#pragma omp simd
  for (uint32_t i = 0; i < PAIRS; i++) {
    const uint32_t x = mix((block * PAIRS + i) * 0x9e3779b9u + key.k[0]);
    const uint32_t h = mix(x ^ key.k[1]), g = mix(x ^ key.k[2]);
    const float r = root(minus_two_log((h >> 8) + 1));
    /* An angle within an eighth of a turn about 0, then one of four directions. */
    const float a = ((float)(int32_t)(g & 0x3fffffu) * 0x1p-22f - 0.5f) * 1.57079633f, s = a * a;
    const float sine =
        a + a * s * (-1.6666654611e-1f + s * (8.3321608736e-3f - s * 1.9515295891e-4f));
    const float cosine =
        1 - 0.5f * s +
        s * s * (4.166664568298827e-2f + s * (2.443315711809948e-5f * s - 1.388731625493765e-3f));
    const uint32_t turn = g >> 30, b = bits_of(sine), c = bits_of(cosine);
    const uint32_t swap = (b ^ c) & (0u - (turn & 1));
    z[i] = r * of_bits(c ^ swap ^ (turn & 2) << 30);
    z[PAIRS + i] = r * of_bits(b ^ swap ^ (turn & 2) << 30);
  }
}

VMAC_CLONES void train_normals(train_key key, size_t n, float *out) {
  float z[2 * PAIRS];
  for (size_t first = 0; first < n; first += 2 * PAIRS, out += 2 * PAIRS) {
    normals(key, (uint32_t)(first / (2 * PAIRS)), z);
    const size_t count = n - first < 2 * PAIRS ? n - first : 2 * PAIRS;
    for (size_t i = 0; i < count; i++) out[i] = z[i];
  }
}

/* One of another stream, 24 bits of it. */
static inline __attribute__((always_inline)) uint32_t uniform(train_key key, uint32_t i) {
  return mix(mix(i * 0x9e3779b9u + key.k[0]) ^ key.k[1] ^ key.k[2]) >> 8;
}

VMAC_CLONES void train_drop(train_key key, size_t n, float keep, const float *y, float *out) {
  const uint32_t below = (uint32_t)(keep * 0x1p24f);
  const float times = 1 / keep;
#pragma omp simd
  for (size_t i = 0; i < n; i++) out[i] = uniform(key, (uint32_t)i) < below ? y[i] * times : 0;
}

VMAC_CLONES void train_uniforms(train_key key, size_t n, float *out) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) out[i] = (float)(int32_t)uniform(key, (uint32_t)i) * 0x1p-24f;
}

VMAC_CLONES void train_add_noise(train_key key, size_t n, float sd, const float *variance,
                                 float *y) {
  float z[2 * PAIRS];
  for (size_t first = 0; first < n; first += 2 * PAIRS, variance += 2 * PAIRS, y += 2 * PAIRS) {
    normals(key, (uint32_t)(first / (2 * PAIRS)), z);
    const size_t count = n - first < 2 * PAIRS ? n - first : 2 * PAIRS;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
      y[i] += sd * z[i] * root(fabsf(variance[i])); /* rounding may leave a little less than 0 */
    }
  }
}
