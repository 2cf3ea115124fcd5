/* Product rows: the reference's products, laid out so that 16 of them are added at a time.
 *
 * Weights of an inference are constant, so for each weight position the products with every
 * activation are known beforehand: rows[block][k][a][0..15] holds f(a, w) of 16 neighbouring
 * channels, and one activation selects one 32-byte row. Products are kept as 16 bits less an offset
 * that brings u8 products (0 .. 65535) into int16; the offset is added back once per output.
 * Rows come from beyond the caches, so those of A = 0, half of them behind a ReLU, are left out
 * where the cell makes nothing of them.
 * Costs 512 bytes per weight. Bit-exact with vmac_gemm_ref for every table with 16-bit products.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/clones.h"
#include "gemm/gemm.h"

enum { LANES = 16, KBLOCK = 64 }; /* 64 positions x 256 rows x 32 bytes = 512 KiB: stays in L2 */

struct vmac_rows {
  int k, n, blocks;
  bool skips; /* f(0, w) = 0 for every w */
  int32_t offset;
  int16_t *row;
};

vmac_rows *vmac_rows_new(int k, int n, const uint8_t *w, const int32_t *table) {
  vmac_rows *r = vmac_alloc(1, sizeof *r);
  r->k = k;
  r->n = n;
  r->blocks = (n + LANES - 1) / LANES;
  for (int i = 0; i < 65536; i++)
    if (table[i] > INT16_MAX) r->offset = 32768;
  r->skips = true;
  for (int i = 0; i < 256; i++)
    if (table[i]) r->skips = false;
  r->row = vmac_alloc((size_t)r->blocks * (size_t)k * 256 * LANES, sizeof *r->row);
  int16_t *row = r->row;
  for (int block = 0; block < r->blocks; block++)
    for (int kk = 0; kk < k; kk++)
      for (int a = 0; a < 256; a++, row += LANES)
        for (int lane = 0; lane < LANES && block * LANES + lane < n; lane++)
          row[lane] = (int16_t)(table[a << 8 | w[(block * LANES + lane) * k + kk]] - r->offset);
  return r;
}

void vmac_rows_free(vmac_rows *rows) {
  if (!rows) return;
  free(rows->row);
  free(rows);
}

/* at[0 .. the result): the rows that the activations a[0..count) select, without those skipped. */
static int select_rows(int count, const uint8_t *a, bool skips, uint16_t *at) {
  int n = 0;
  for (int kk = 0; kk < count; kk++) {
    at[n] = (uint16_t)(kk * 256 + a[kk]);
    n += !skips || a[kk];
  }
  return n;
}

/* sum[0..15] += rows at[0..count), + left_out for those that are none. */
VMAC_CLONES static void add_rows(int count, const uint16_t *at, const int16_t *row,
                                 int32_t left_out, int32_t *sum) {
  int32_t s[LANES];
  for (int lane = 0; lane < LANES; lane++) s[lane] = sum[lane] + left_out;
  for (int i = 0; i < count; i++) {
    const int16_t *r = row + at[i] * LANES;
    for (int lane = 0; lane < LANES; lane++) s[lane] += r[lane];
  }
  for (int lane = 0; lane < LANES; lane++) sum[lane] = s[lane];
}

void vmac_gemm_rows(int m, const uint8_t *a, const vmac_rows *rows, int32_t *sum) {
  const int k = rows->k, n = rows->n;
  int32_t *s = vmac_alloc((size_t)m * LANES, sizeof *s);
  for (int block = 0; block < rows->blocks; block++) {
    const int16_t *row = rows->row + (size_t)block * (size_t)k * 256 * LANES;
    for (int i = 0; i < m * LANES; i++) s[i] = k * rows->offset;
    for (int k0 = 0; k0 < k; k0 += KBLOCK) {
      const int count = k - k0 < KBLOCK ? k - k0 : KBLOCK;
      for (int i = 0; i < m; i++) {
        uint16_t at[KBLOCK];
        const int taken = select_rows(count, a + i * k + k0, rows->skips, at);
        add_rows(taken, at, row + k0 * 256 * LANES, -rows->offset * (count - taken), s + i * LANES);
      }
    }
    for (int i = 0; i < m; i++)
      for (int lane = 0; lane < LANES && block * LANES + lane < n; lane++)
        sum[i * n + block * LANES + lane] = s[i * LANES + lane];
  }
  free(s);
}
