/* Sums of a cell's products: every kernel at every level of instructions equals the reference.
 *
 * State space: all forms of a scheme (product rows of tables that skip the zero point and that
 * cannot, 0 to 6 terms, byte and word rests of 16 to 256 columns, the exact scheme) at all levels
 * that this processor has, over
 *   matrices  m, n, k in {1, R - 1, R, R + 1, 2R, 2R + 1, primes}, R = 16 and 64, in pairs; long k
 *   windows   1x1, 3x3, 5x5, unequal sides; strides 1 to 3 and beyond the window; padding none, 1,
 *             unequal; maps smaller than the window; channels that are no multiple of 4, 16, 32
 *   operands  zero points -128, 0, 5, 127, both classes, inputs random, half idle, idle, all 127
 * What is drawn comes from fixed seeds; the reference itself is compared with the cell's function.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm_case.h"
#include "gemm/rows.h"

typedef void for_cell(vmac_rng *rng, const gemm_cell *cell);

static void for_forms(uint64_t seed, const gemm_form *forms, int count, for_cell *run) {
  gemm_cell *cell = malloc(sizeof *cell);
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  for (int i = 0; i < count; i++) {
    gemm_draw_cell(&rng, &forms[i], cell);
    run(&rng, cell);
  }
  free(cell);
}

static void for_all_forms(uint64_t seed, for_cell *run) {
  for_forms(seed, gemm_rows_forms, COUNT(gemm_rows_forms), run);
  for_forms(seed, gemm_terms_forms, COUNT(gemm_terms_forms), run);
  for_forms(seed, gemm_rest_forms, COUNT(gemm_rest_forms), run);
}

/* Each pair of sizes, the third one cycled. */
static void matrices(vmac_rng *rng, const gemm_cell *cell) {
  static const int size[] = {1, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129};
  static const int few[] = {1, 3, 17};
  enum { SIZES = sizeof size / sizeof *size };
  for (int i = 0; i < SIZES; i++)
    for (int j = 0; j < SIZES; j++) {
      const int other = size[(i + 5 * j) % SIZES], less = few[(i + j) % 3];
      gemm_compare_drawn(rng, cell, gemm_matrix(other, size[i]), size[j], "k by n");
      gemm_compare_drawn(rng, cell, gemm_matrix(size[i], less), size[j], "m by n");
      gemm_compare_drawn(rng, cell, gemm_matrix(size[i], size[j]), less, "m by k");
    }
}

static void test_matrices(void **state) {
  (void)state;
  enum { VARIED = 4 }; /* flat tables differ in what windows and operands show */
  for_forms(1, gemm_rows_forms, VARIED, matrices);
  for_forms(1, gemm_terms_forms, COUNT(gemm_terms_forms), matrices);
  for_forms(1, gemm_rest_forms, COUNT(gemm_rest_forms), matrices);
}

/* Blocks of 256 pixels are the shuffles' unit; 3 lines of 171 end inside one. */
static void many_pixels(vmac_rng *rng, const gemm_cell *cell) {
  static const int m[] = {255, 256, 257, 513};
  for (int i = 0; i < COUNT(m); i++)
    for (int n = 1; n <= 17; n += 8)
      gemm_compare_drawn(rng, cell, gemm_matrix(m[i], 5), n, "many pixels");
  gemm_compare_drawn(rng, cell, gemm_window(3, 171, 2, 3, 3, 1, 1, 1, 1, 1, 1), 3, "many pixels");
  gemm_compare_drawn(rng, cell, gemm_window(171, 3, 2, 3, 3, 1, 1, 1, 1, 1, 1), 3, "many pixels");
}

static void test_many_pixels(void **state) {
  (void)state;
  for_all_forms(2, many_pixels);
}

/* Sums of products at the ends of their ranges, beyond 32 bits too. */
static void long_sums(vmac_rng *rng, const gemm_cell *cell) {
  gemm_compare_drawn(rng, cell, gemm_window(2, 2, 512, 3, 3, 1, 1, 1, 1, 1, 1), 3, "k 4608");
  gemm_compare_drawn(rng, cell, gemm_matrix(2, 8192), 2, "k 8192");
  gemm_compare_drawn(rng, cell, gemm_matrix(1, 9001), 1, "k 9001");
  if (cell->form->rest != VMAC_REST_ROWS) /* rows would take 1 GB */
    gemm_compare_drawn(rng, cell, gemm_matrix(1, 70001), 1, "k 70001");
}

static void test_long_sums(void **state) {
  (void)state;
  for_all_forms(3, long_sums);
}

static void windows(vmac_rng *rng, const gemm_cell *cell) {
  static const int window[][2] = {{1, 1}, {3, 3}, {5, 5}, {2, 5}, {7, 1}};
  static const int stride[][2] = {{1, 1}, {2, 2}, {3, 3}, {6, 4}, {1, 3}};
  static const int padding[][4] = {{0, 0, 0, 0}, {1, 1, 1, 1}, {0, 1, 2, 0}, {2, 0, 0, 1}};
  static const int map[][2] = {{1, 1}, {2, 3}, {8, 8}, {9, 5}, {4, 17}};
  static const int channels[] = {1, 3, 4, 5, 16, 17, 31, 32, 33, 64, 65};
  static const int outputs[] = {1, 2, 8, 15, 16, 17, 24, 33, 64, 65, 80, 97};
  int turn = 0;
  for (int i = 0; i < COUNT(window); i++)
    for (int s = 0; s < COUNT(stride); s++)
      for (int p = 0; p < COUNT(padding); p++, turn++) {
        const int *size = map[turn % COUNT(map)], *pad = padding[p];
        const int c = channels[turn * 3 % COUNT(channels)];
        /* At most 20,000 weights: a product row takes 512 bytes of each. */
        const int most = 20000 / (window[i][0] * window[i][1] * c);
        const int n = outputs[turn * 5 % COUNT(outputs)];
        /* A window beyond the map and its padding sees more padding behind. */
        gemm_compare_drawn(rng, cell,
                           gemm_window(size[0], size[1], c, window[i][0], window[i][1],
                                       stride[s][0], stride[s][1], pad[0], pad[1], pad[2], pad[3]),
                           n < most ? n : most, "windows");
      }
}

static void test_windows(void **state) {
  (void)state;
  for_all_forms(4, windows);
}

static void operands(vmac_rng *rng, const gemm_cell *cell) {
  static const int8_t zeros[] = {-128, 0, 5, 127};
  for (int i = 0; i < COUNT(zeros); i++)
    for (int flip = 0; flip <= 128; flip += 128)
      for (int input = 0; input < GEMM_INPUTS; input++) {
        const gemm_shape shape = {gemm_window(6, 5, 7, 3, 3, 1, 1, 1, 1, 1, 1),
                                  18,
                                  zeros[i],
                                  (uint8_t)flip,
                                  (gemm_input)input,
                                  0};
        gemm_compare(rng, cell, &shape, "operands");
      }
}

static void test_operands(void **state) {
  (void)state;
  for_all_forms(5, operands);
}

/* As many of the largest entries as 16 bits hold, and more. */
static void largest(vmac_rng *rng, const gemm_cell *drawn) {
  gemm_cell *cell = malloc(sizeof *cell);
  *cell = *drawn;
  for (int w = 0; w < 256; w++)
    for (int i = 0; i < 256; i++)
      cell->scheme.entry[w][i] = cell->scheme.rest == VMAC_REST_BYTE ? 255 : 65535;
  gemm_expand(cell);
  for (int k = 255; k <= 259; k++)
    gemm_compare_drawn(rng, cell, gemm_matrix(70, k), 3, "largest entries");
  gemm_compare_drawn(rng, cell, gemm_matrix(70, 1040), 3, "largest entries");
  free(cell);
}

static void test_largest_entries(void **state) {
  (void)state;
  for_forms(9, gemm_rest_forms, COUNT(gemm_rest_forms), largest);
}

/* More weights than product rows have memory for: other kernels take the table. */
static void too_large(vmac_rng *rng, const gemm_cell *cell) {
  gemm_compare_drawn(rng, cell, gemm_matrix(2, 8192), 64, "too large");
}

static void test_too_large(void **state) {
  (void)state;
  enum { ANY = 2 };
  for_forms(8, gemm_rows_forms, ANY, too_large);
}

/* More images than product rows have sums for at once, and one beyond. */
static void images(vmac_rng *rng, const gemm_cell *cell) {
  const gemm_shape shape = {
      gemm_window(12, 11, 17, 3, 3, 1, 1, 1, 1, 1, 1), 48, -128, 0, GEMM_RELU, 16};
  const int sums = 14 * 13 * 48, most = VMAC_ROW_SUMS / sums;
  assert_int_equal(most, shape.images - 1);
  gemm_compare(rng, cell, &shape, "images");
}

static void test_images(void **state) {
  (void)state;
  for_forms(7, gemm_rows_forms, COUNT(gemm_rows_forms), images);
}

/* Products that differ from the zero point's by just what 16 bits hold, or by one more, once. */
static void test_skip_limit(void **state) {
  (void)state;
  static const int far[] = {32767, 32768, -32768, -32769};
  static const gemm_form form = ROWS("table at the limit of skipping", 0, 0);
  gemm_cell *cell = malloc(sizeof *cell);
  vmac_rng rng;
  vmac_rng_seed(&rng, 6);
  for (int i = 0; i < COUNT(far); i++)
    for (int flip = 0; flip <= 128; flip += 128) {
      const int zero = 5 ^ flip; /* its products lie where all others are in reach */
      /* Of even weights this far, of odd ones as far as can be the other way: no function of the
       * activation brings both nearer. */
      const int base = far[i] == 32768 ? -1 : far[i] == -32769 ? 1 : 0;
      gemm_draw_cell(&rng, &form, cell);
      for (int j = 0; j < 65536; j++)
        cell->table[j] = j >> 8 == zero ? (j % 2 ? 0 : base) : gemm_draw(&rng, -32768, 32767) / 2;
      for (int w = 0; w < 256; w++)
        cell->table[(zero ^ 77) << 8 | w] = w % 2 ? (far[i] > 0 ? -32768 : 32767) : base + far[i];
      const gemm_shape shape = {
          gemm_window(4, 4, 9, 3, 3, 1, 1, 1, 1, 1, 1), 20, 5, (uint8_t)flip, GEMM_RANDOM, 0};
      gemm_compare(&rng, cell, &shape, "skip limit");
    }
  free(cell);
}

/* The exact scheme's table is the product of operands in two's complement. */
static void test_exact(void **state) {
  (void)state;
  static const gemm_form form = {"exact", VMAC_REST_NONE, 1, 0, 0, 0};
  gemm_cell *cell = malloc(sizeof *cell);
  vmac_rng rng;
  vmac_rng_seed(&rng, 7);
  cell->form = &form;
  vmac_scheme_exact(&cell->scheme);
  gemm_expand(cell);
  for (int i = 0; i < 65536; i++)
    assert_int_equal(cell->table[i], (int8_t)(i >> 8) * (int8_t)(i & 255));
  matrices(&rng, cell);
  windows(&rng, cell);
  operands(&rng, cell);
  free(cell);
}

/* The reference itself, against sums written out with the cell's own function; modulo 2^32. */
static void test_reference(void **state) {
  (void)state;
  static int32_t table[65536];
  vmac_err err;
  const vmac_mult *mult = vmac_mult_find("rec3s", &err);
  assert_non_null(mult);
  vmac_mult_table(mult, table);
  const uint8_t a[2][3] = {{0x80, 0x7f, 5}, {0xff, 1, 0}}, w[2][3] = {{0x80, 0xfe, 3}, {9, 0, 1}};
  int32_t sum[4];
  vmac_gemm_ref(2, 3, 2, a[0], w[0], table, sum);
  for (int i = 0; i < 4; i++) {
    int32_t want = 0;
    for (int k = 0; k < 3; k++)
      want += vmac_product(mult, (int8_t)a[i / 2][k], (int8_t)w[i % 2][k]);
    assert_int_equal(sum[i], want);
  }
  for (int i = 0; i < 65536; i++) table[i] = INT32_MAX;
  vmac_gemm_ref(1, 3, 1, a[0], w[0], table, sum);
  assert_int_equal(sum[0], INT32_MAX - 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reference),       cmocka_unit_test(test_exact),
      cmocka_unit_test(test_operands),        cmocka_unit_test(test_windows),
      cmocka_unit_test(test_matrices),        cmocka_unit_test(test_many_pixels),
      cmocka_unit_test(test_long_sums),       cmocka_unit_test(test_skip_limit),
      cmocka_unit_test(test_largest_entries), cmocka_unit_test(test_too_large),
      cmocka_unit_test(test_images)};
  return cmocka_run_group_tests_name("gemm", tests, NULL, NULL);
}
