/* The models that multiply: monte draws operands, pairs takes those of the patches.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "explore/error_model.h"

/* One of `count` things by 32 random bits. */
static size_t below(uint32_t bits, size_t count) {
  return (size_t)((uint64_t)bits * count >> 32);
}

/* An activation is any of those in all patches, a weight any of the layer's, or of a channel
 * drawn before. */
vmac_error vmac_error_monte(const vmac_error_layer *l, const vmac_mac *mac, int draws,
                            uint64_t seed) {
  const size_t n = (size_t)l->n, k = (size_t)l->k;
  const size_t codes = (size_t)l->patches->count * (size_t)l->groups * k;
  const size_t weights = mac->c0 ? k : k * n, step = mac->c0 ? n : 1;
  vmac_error_sums to = {0};
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  for (int draw = 0; draw < draws; draw++) {
    const size_t j = mac->c0 ? below((uint32_t)(vmac_rng_next(&rng) >> 32), n) : 0;
    int32_t x[VMAC_CORR_PLANES] = {0};
    int64_t error = 0;
    for (size_t i = 0; i < k; i++) {
      const uint64_t bits = vmac_rng_next(&rng);
      const int8_t code = l->patches->codes[below((uint32_t)(bits >> 32), codes)];
      const uint8_t a = vmac_operand_bits(l->cls, code);
      error += l->e[a << 8 | l->w[below((uint32_t)bits, weights) * step + j]];
      if (mac->c0)
        for (int b = 0; b < mac->planes; b++) x[b] += mac->terms[256 * b + a];
    }
    if (mac->c0)
      error += vmac_correction(mac->c0[j], mac->planes, mac->c + j * (size_t)mac->planes, x);
    vmac_error_add(&to, (double)error);
  }
  return vmac_error_of(&to);
}

/* What each patch's errors with each channel's weights sum to. */
static void multiply(vmac_error_layer *l) {
  const size_t n = (size_t)l->n, count = n / (size_t)l->groups;
  const int8_t *codes = l->patches->codes;
  l->pairs = vmac_alloc((size_t)l->patches->count * n, sizeof *l->pairs);
  int64_t *sum = l->pairs;
  for (int p = 0; p < l->patches->count; p++)
    for (int g = 0; g < l->groups; g++, sum += count)
      for (int i = 0; i < l->k; i++) {
        const int32_t *e = l->e + (vmac_operand_bits(l->cls, *codes++) << 8);
        const uint8_t *w = l->w + (size_t)i * n + (size_t)g * count;
        for (size_t j = 0; j < count; j++) sum[j] += e[w[j]];
      }
}

vmac_error vmac_error_pairs(vmac_error_layer *l, const vmac_mac *mac) {
  if (!l->pairs) multiply(l);
  const int count = l->n / l->groups;
  const int8_t *codes = l->patches->codes;
  const int64_t *pairs = l->pairs;
  vmac_error_sums to = {0};
  for (int p = 0; p < l->patches->count; p++)
    for (int g = 0; g < l->groups; g++, codes += l->k) {
      int32_t x[VMAC_CORR_PLANES] = {0};
      if (mac->c0)
        for (int i = 0; i < l->k; i++)
          for (int b = 0; b < mac->planes; b++)
            x[b] += mac->terms[256 * b + vmac_operand_bits(l->cls, codes[i])];
      for (int j = g * count; j < (g + 1) * count; j++) {
        const int32_t v =
            mac->c0 ? vmac_correction(mac->c0[j], mac->planes, mac->c + j * mac->planes, x) : 0;
        vmac_error_add(&to, (double)(*pairs++ + v));
      }
    }
  return vmac_error_of(&to);
}
