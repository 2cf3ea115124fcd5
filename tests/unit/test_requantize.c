/* Requantization against 128-bit rational arithmetic.
 *
 * State space: x in -5000..5000 (every tie, both signs) x every right shift x five multipliers, and
 * random 32-bit x, multipliers and shifts; both roundings. Ties also as literal values.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <math.h>

#include "rational.h"

static void test_requantize(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_rng_seed(&rng, 1);
  static const int32_t mults[] = {1 << 30, INT32_MAX, 0x60000000, 1552512742, (1 << 30) + 1};
  for (int shift = -31; shift <= 0; shift++)
    for (int i = 0; i < 5; i++)
      for (int32_t x = -5000; x <= 5000; x++)
        for (int r = 0; r < 2; r++) {
          const vmac_scale s = {mults[i], shift};
          assert_int_equal(vmac_requantize(x, s, (vmac_rounding)r), rational(x, s, r));
        }
  for (int i = 0; i < 400000; i++) {
    const vmac_scale s = {(1 << 30) + (int32_t)vmac_rng_below(&rng, 1u << 30),
                          (int)vmac_rng_below(&rng, 36) - 31};
    /* A left shift must leave room: prepare refuses layers where it might not. */
    const int32_t x = (int32_t)vmac_rng_next(&rng) >> (s.shift > 0 ? 4 + s.shift : i % 24);
    for (int r = 0; r < 2; r++)
      assert_int_equal(vmac_requantize(x, s, (vmac_rounding)r), rational(x, s, r));
  }
}

/* The ties, as numbers: 2^30 is one half. */
static void test_ties(void **unused) {
  (void)unused;
  const vmac_scale half = {1 << 30, 0}, quarter = {1 << 30, -1};
  static const int32_t x[] = {-6, -5, -3, -2, -1, 1, 2, 3, 5, 6};
  static const int32_t halves[] = {-3, -2, -1, -1, 0, 1, 1, 2, 3, 3};          /* ties up */
  static const int32_t quarters_double[] = {-2, -1, -1, -1, 0, 1, 1, 1, 2, 2}; /* up, then away */
  static const int32_t quarters_single[] = {-1, -1, -1, 0, 0, 0, 1, 1, 1, 2};  /* ties up, once */
  for (int i = 0; i < 10; i++) {
    assert_int_equal(vmac_requantize(x[i], half, VMAC_ROUND_DOUBLE), halves[i]);
    assert_int_equal(vmac_requantize(x[i], half, VMAC_ROUND_SINGLE), halves[i]);
    assert_int_equal(vmac_requantize(x[i], quarter, VMAC_ROUND_DOUBLE), quarters_double[i]);
    assert_int_equal(vmac_requantize(x[i], quarter, VMAC_ROUND_SINGLE), quarters_single[i]);
  }
}

static void test_scale(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_rng_seed(&rng, 2);
  for (int i = 0; i < 100000; i++) {
    const double value = ldexp(0.5 + vmac_rng_uniform(&rng), (int)vmac_rng_below(&rng, 50) - 30);
    const vmac_scale s = vmac_scale_from_double(value);
    assert_in_range(s.mult, 1 << 30, INT32_MAX);
    const double back = ldexp(s.mult, s.shift - 31);
    assert_true(fabs(back - value) <= ldexp(0.5, s.shift - 31));
  }
  vmac_scale s = vmac_scale_from_double(1.0);
  assert_true(s.mult == 1 << 30 && s.shift == 1);
  s = vmac_scale_from_double(1.0 - 0x1p-40); /* rounds up to the next power of two */
  assert_true(s.mult == 1 << 30 && s.shift == 1);
  s = vmac_scale_from_double(0x1p-40);
  assert_true(s.mult == 0 && s.shift == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_requantize),
      cmocka_unit_test(test_ties),
      cmocka_unit_test(test_scale),
  };
  return cmocka_run_group_tests_name("requantize", tests, NULL, NULL);
}
