/* The reference matrix product with a cell: one table look-up per product, sums modulo 2^32.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm/gemm.h"

void vmac_gemm_ref(int m, int k, int n, const uint8_t *a, const uint8_t *w, const int32_t *table,
                   int32_t *sum) {
  for (int i = 0; i < m; i++, a += k)
    for (int j = 0; j < n; j++) {
      const uint8_t *weight = w + (size_t)j * (size_t)k;
      uint32_t s = 0;
      for (int kk = 0; kk < k; kk++) s += (uint32_t)table[a[kk] << 8 | weight[kk]];
      *sum++ = (int32_t)s;
    }
}
