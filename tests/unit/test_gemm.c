/* Matrix products with a cell: the fast twin equals the reference for every shape and table.
 *
 * State space: shapes around the twin's block sizes (16 channels, 64 positions) and tables whose
 * products fill int16, fill uint16, or are a registry cell's; operands random, seeded.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "gemm/gemm.h"

#include <stdlib.h>
#include <string.h>

static void compare(vmac_rng *rng, const int32_t *table, int m, int k, int n) {
  const size_t mk = (size_t)m * (size_t)k, nk = (size_t)n * (size_t)k, mn = (size_t)m * (size_t)n;
  uint8_t *a = vmac_alloc(mk, 1), *w = vmac_alloc(nk, 1);
  int32_t *want = vmac_alloc(mn, sizeof *want), *got = vmac_alloc(mn, sizeof *got);
  for (size_t i = 0; i < mk; i++) a[i] = (uint8_t)vmac_rng_next(rng);
  for (size_t i = 0; i < nk; i++) w[i] = (uint8_t)vmac_rng_next(rng);
  vmac_gemm_ref(m, k, n, a, w, table, want);
  vmac_rows *rows = vmac_rows_new(k, n, w, table);
  vmac_gemm_rows(m, a, rows, got);
  assert_memory_equal(want, got, mn * sizeof *want);
  vmac_rows_free(rows);
  free(a);
  free(w);
  free(want);
  free(got);
}

static void all_shapes(vmac_rng *rng, const int32_t *table) {
  static const int size[] = {1, 2, 15, 16, 17, 63, 64, 65, 131};
  enum { SIZES = sizeof size / sizeof *size };
  for (int k = 0; k < SIZES; k++)
    for (int n = 0; n < SIZES; n++) compare(rng, table, 1 + (k + n) % 5, size[k], size[n]);
}

static void test_random_tables(void **state) {
  (void)state;
  static int32_t table[65536];
  vmac_rng rng;
  vmac_rng_seed(&rng, 1);
  for (int i = 0; i < 65536; i++) table[i] = (int16_t)vmac_rng_next(&rng);
  table[0] = INT16_MIN;
  table[1] = INT16_MAX;
  all_shapes(&rng, table);
  for (int i = 0; i < 65536; i++) table[i] = (uint16_t)vmac_rng_next(&rng);
  table[2] = UINT16_MAX;
  all_shapes(&rng, table);
}

static void test_registry_cells(void **state) {
  (void)state;
  static int32_t table[65536];
  vmac_rng rng;
  vmac_rng_seed(&rng, 2);
  for (size_t i = 0; i < vmac_mult_count(); i++) {
    vmac_mult_table(vmac_mult_at(i), table);
    compare(&rng, table, 5, 144, 17);
  }
}

/* The reference itself, against a sum written out with the cell's own function. */
static void test_reference(void **state) {
  (void)state;
  static int32_t table[65536];
  vmac_err err;
  const vmac_mult *mult = vmac_mult_find("rec3s", &err);
  assert_non_null(mult);
  vmac_mult_table(mult, table);
  const uint8_t a[2][3] = {{0x80, 0x7f, 5}, {0xff, 1, 0}}, w[1][3] = {{0x80, 0xfe, 3}};
  int32_t sum[2];
  vmac_gemm_ref(2, 3, 1, a[0], w[0], table, sum);
  for (int i = 0; i < 2; i++) {
    int32_t want = 0;
    for (int k = 0; k < 3; k++) want += vmac_product(mult, (int8_t)a[i][k], (int8_t)w[0][k]);
    assert_int_equal(sum[i], want);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_reference),
                                     cmocka_unit_test(test_random_tables),
                                     cmocka_unit_test(test_registry_cells)};
  return cmocka_run_group_tests_name("gemm", tests, NULL, NULL);
}
