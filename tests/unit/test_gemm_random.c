/* Sums of a cell's products on random layers: every kernel at every level equals the reference.
 *
 * State space: forms of schemes, maps to 40 x 40, windows to 6 x 6, strides to 7, padding on each
 * side from none to the whole window, channels in and out to 90, operands; all drawn. The seed of a
 * failing layer is in its message; GEMM_SEED=N runs that one alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm_case.h"

static vmac_window random_window(vmac_rng *rng) {
  const int c = gemm_draw(rng, 1, gemm_draw(rng, 0, 2) ? 20 : 90);
  if (!gemm_draw(rng, 0, 5)) return gemm_matrix(gemm_draw(rng, 1, 70), c);
  const int kh = gemm_draw(rng, 1, 6), kw = gemm_draw(rng, 1, 6);
  const int side = gemm_draw(rng, 0, 9) ? 11 : 40;
  return gemm_window(gemm_draw(rng, 1, side), gemm_draw(rng, 1, side), c, kh, kw,
                     gemm_draw(rng, 1, 3) + 4 * !gemm_draw(rng, 0, 9), gemm_draw(rng, 1, 3),
                     gemm_draw(rng, 0, kh), gemm_draw(rng, 0, kw), gemm_draw(rng, 0, kh),
                     gemm_draw(rng, 0, kw));
}

static const gemm_form *random_form(vmac_rng *rng) {
  switch (gemm_draw(rng, 0, 2)) {
  case 0:
    return &gemm_rows_forms[gemm_draw(rng, 0, COUNT(gemm_rows_forms) - 1)];
  case 1:
    return &gemm_terms_forms[gemm_draw(rng, 0, COUNT(gemm_terms_forms) - 1)];
  default:
    return &gemm_rest_forms[gemm_draw(rng, 0, COUNT(gemm_rest_forms) - 1)];
  }
}

static void test_random_layers(void **state) {
  (void)state;
  enum { LAYERS = 600 };
  const char *one = getenv("GEMM_SEED");
  const uint64_t first = one ? strtoull(one, NULL, 10) : 1, count = one ? 1 : LAYERS;
  gemm_cell *cell = malloc(sizeof *cell);
  for (uint64_t seed = first; seed < first + count; seed++) {
    char text[32];
    vmac_rng rng;
    vmac_rng_seed(&rng, seed);
    snprintf(text, sizeof text, "GEMM_SEED=%d", (int)seed);
    gemm_draw_cell(&rng, random_form(&rng), cell);
    const vmac_window window = random_window(&rng);
    gemm_compare_drawn(&rng, cell, window, gemm_draw(&rng, 1, gemm_draw(&rng, 0, 1) ? 20 : 90),
                       text);
  }
  printf("# seeds %d..%d\n", (int)first, (int)(first + count - 1));
  free(cell);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_layers)};
  return cmocka_run_group_tests_name("gemm-random", tests, NULL, NULL);
}
