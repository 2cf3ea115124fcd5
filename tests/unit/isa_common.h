/* What the tests of fast layers share. SPDX-License-Identifier: Apache-2.0 */
#ifndef ISA_COMMON_H
#define ISA_COMMON_H

#include "vmac.h"

static const int channels[] = {1, 2, 3, 8, 15, 16, 17, 24, 33, 64, 65, 130};
enum { CHANNELS = sizeof channels / sizeof *channels };

static inline int below(vmac_rng *rng, int n) {
  return (int)vmac_rng_below(rng, (uint32_t)n);
}

static inline int out_size(int in, int window, int stride, int same) {
  return same ? (in - 1) / stride + 1 : (in - window) / stride + 1;
}

#endif
