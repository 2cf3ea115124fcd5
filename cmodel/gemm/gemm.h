/* gemm.h: matrix products with a multiplier cell: the reference and its fast twins.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_GEMM_H
#define VMAC_GEMM_H

#include "vmac.h"

/* sum[i * n + j] = sum over k of table[a[i * k + kk] << 8 | w[j * k + kk]].
 * a (m, k) and w (n, k) are operand BITS; the reference all fast twins are compared with. */
void vmac_gemm_ref(int m, int k, int n, const uint8_t *a, const uint8_t *w, const int32_t *table,
                   int32_t *sum);

/* The same sums from products prepared for constant weights w (n, k): see gemm/rows.c. */
vmac_rows *vmac_rows_new(int k, int n, const uint8_t *w, const int32_t *table);
void vmac_rows_free(vmac_rows *rows);
void vmac_gemm_rows(int m, const uint8_t *a, const vmac_rows *rows, int32_t *sum);

#endif
