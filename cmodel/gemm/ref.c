/* The reference matrix product with a cell: one table look-up per product.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm/gemm.h"

void vmac_gemm_ref(int m, int k, int n, const uint8_t *a, const uint8_t *w, const int32_t *table,
                   int32_t *sum) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      int32_t s = 0;
      for (int kk = 0; kk < k; kk++) s += table[a[i * k + kk] << 8 | w[j * k + kk]];
      sum[i * n + j] = s;
    }
}
