/* Kernel bounds and the linear probe (plane/).
 *
 * TEST RATIONALE. State space: channels whose information is known: Gaussian, binary symmetric, of
 * two inputs in Gaussian noise, exclusive or, no noise; features that tell nothing, as many as
 * images; terms against what leaving an image out changes; one thread against three.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plane_case.h"

#include <omp.h>

enum { MANY = 4000 };

/* ---- kernel bounds --------------------------------------------------------------------------- */

/* Bits of a fair +-1 after Gaussian noise of variance 1 / snr, by Simpson's rule. */
static double two_inputs(double snr) {
  const double s = 1 / sqrt(snr), pi = 3.14159265358979323846;
  double lost = 0;
  enum { STEPS = 4000 };
  for (int i = 0; i <= STEPS; i++) {
    const double t = 1 + s * (16.0 * i / STEPS - 8);
    const double density = exp(-pow((t - 1) / s, 2) / 2) / (s * sqrt(2 * pi));
    lost += (i == 0 || i == STEPS ? 1 : 2 + 2 * (i % 2)) * density * log2(1 + exp(-2 * t * snr));
  }
  return 1 - lost * 16 * s / STEPS / 3;
}

static void check_bounds(const vmac_kde *of, const double *want, size_t n, double within) {
  static const char *const name[VMAC_KDE_BOUNDS] = {"X low", "X high", "Y low", "Y high"};
  for (size_t b = 0; b < VMAC_KDE_BOUNDS; b++) {
    near(name[b], of->bits[b], want[b], within);
    near("mean of the terms", mean(of->term + b * n, n), of->bits[b], 1e-9);
  }
}

/* T of variance s^2, noise of variance s^2 / snr: what the mixture's terms are for infinitely many
 * images; the channel has log2(1 + snr) / 2. */
static double gaussian(double snr) {
  return (log(1 + snr) + snr / (1 + snr)) / (2 * log(2));
}

static void test_kernel_bounds(void **state) {
  (void)state;
  enum { IMAGES = 1500 };
  static int8_t codes[IMAGES];
  static uint8_t y[IMAGES];
  vmac_rng rng;
  vmac_rng_seed(&rng, 13);
  for (double snr = 0.5; snr < 20; snr *= 4) {
    for (size_t i = 0; i < IMAGES; i++) {
      codes[i] = (int8_t)lrint(fmin(fmax(20 * vmac_rng_normal(&rng), -128), 127));
      y[i] = (uint8_t)vmac_rng_below(&rng, 2);
    }
    vmac_kde of = vmac_kde_bounds(codes, IMAGES, 1, y, 400 / snr);
    near("Gaussian channel, upper", of.bits[VMAC_KDE_X_HIGH], gaussian(snr), 0.06);
    near("Gaussian channel, lower", of.bits[VMAC_KDE_X_LOW], gaussian(snr / 4), 0.06);
    assert_true(of.bits[VMAC_KDE_X_LOW] < log2(1 + snr) / 2 &&
                log2(1 + snr) / 2 < of.bits[VMAC_KDE_X_HIGH]);
    assert_true(of.bits[VMAC_KDE_Y_LOW] < 0 && of.bits[VMAC_KDE_Y_HIGH] > 0); /* independent */
    vmac_kde_free(&of);
  }
  for (double snr = 0.25; snr < 10; snr *= 2) { /* two inputs, -+30 */
    for (size_t i = 0; i < 100; i++) codes[i] = (y[i] = i % 2) ? 30 : -30;
    vmac_kde of = vmac_kde_bounds(codes, 100, 1, y, 900 / snr);
    const double low = 1 - log2(1 + exp(-snr / 2)), high = 1 - log2(1 + exp(-2 * snr));
    check_bounds(&of, (double[]){low, high, low, high}, 100, 1e-9);
    assert_true(low < two_inputs(snr) && two_inputs(snr) < high);
    vmac_kde_free(&of);
  }
  for (size_t i = 0; i < 120; i++) { /* without noise: what counting gives */
    y[i] = (uint8_t)(i % 3);
    codes[2 * i] = (int8_t)(i % 6);
    codes[2 * i + 1] = (int8_t)(i % 4);
  }
  vmac_kde of = vmac_kde_bounds(codes, 120, 2, y, 0);
  check_bounds(&of, (double[]){log2(12), log2(12), log2(3), log2(3)}, 120, 1e-9);
  vmac_kde_free(&of);
}

/* Two layers so far apart that 32 bits do not hold the square. */
static void test_far(void **state) {
  (void)state;
  enum { SIZE = 40000 };
  static int8_t codes[2 * SIZE];
  const uint8_t y[2] = {0, 1};
  memset(codes, 127, SIZE);
  memset(codes + SIZE, -128, SIZE);
  vmac_kde of = vmac_kde_bounds(codes, 2, SIZE, y, 65025.0 * SIZE / 8);
  const double low = 1 - log2(1 + exp(-1)), high = 1 - log2(1 + exp(-4));
  check_bounds(&of, (double[]){low, high, low, high}, 2, 1e-9);
  vmac_kde_free(&of);
}

/* A term is what leaving its image out takes away, to first order. */
static void test_kernel_influence(void **state) {
  (void)state;
  enum { IMAGES = 300, SIZE = 2 };
  static int8_t codes[IMAGES * SIZE], left[IMAGES * SIZE];
  static uint8_t y[IMAGES], rest[IMAGES];
  vmac_rng rng;
  vmac_rng_seed(&rng, 17);
  for (size_t i = 0; i < IMAGES; i++) {
    y[i] = (uint8_t)vmac_rng_below(&rng, 3);
    for (size_t k = 0; k < SIZE; k++)
      codes[i * SIZE + k] = (int8_t)lrint(20 * vmac_rng_normal(&rng) + 30 * (y[i] == 2));
  }
  vmac_kde all = vmac_kde_bounds(codes, IMAGES, SIZE, y, 900);
  for (size_t out = 0; out < 12; out++) {
    size_t n = 0;
    for (size_t i = 0; i < IMAGES; i++) {
      if (i == out) continue;
      memcpy(left + n * SIZE, codes + i * SIZE, SIZE);
      rest[n++] = y[i];
    }
    vmac_kde of = vmac_kde_bounds(left, n, SIZE, rest, 900);
    for (size_t b = 0; b < VMAC_KDE_BOUNDS; b++)
      near("what an image adds", all.term[b * IMAGES + out] - all.bits[b],
           (double)n * (all.bits[b] - of.bits[b]), 0.03);
    vmac_kde_free(&of);
  }
  vmac_kde_free(&all);
}

/* ---- probe ----------------------------------------------------------------------------------- */

static float features[MANY * 64];
static uint8_t labels[MANY];
static double terms[MANY];

static vmac_probe probe(size_t n, size_t d) {
  const vmac_probe of = vmac_probe_information(features, n, d, labels, 5, 1, terms);
  near("mean of the terms", mean(terms, n), of.bits, 1e-9);
  return of;
}

static void test_probe(void **state) {
  (void)state;
  enum { CLASSES = 20 };
  vmac_rng rng;
  vmac_rng_seed(&rng, 19);
  for (size_t i = 0; i < MANY; i++) {
    labels[i] = (uint8_t)vmac_rng_below(&rng, CLASSES);
    for (size_t k = 0; k < CLASSES; k++) features[i * CLASSES + k] = labels[i] == k ? 50 : -7;
  }
  vmac_probe of = probe(MANY, CLASSES);
  near("identical", of.bits, log2(CLASSES), 0.03);
  near("all right", of.correct, 1, 0);

  for (size_t i = 0; i < MANY; i++) /* a symmetric channel, one feature */
    features[i] = (labels[i] = (uint8_t)vmac_rng_below(&rng, 2)) ^ (vmac_rng_uniform(&rng) < 0.11);
  of = probe(MANY, 1);
  near("binary symmetric channel", of.bits, 1 - coin(0.11), 0.035);
  near("its right answers", of.correct, 0.89, 0.02);

  for (size_t i = 0; i < MANY;
       i++) /* two inputs in Gaussian noise, and a feature that is constant */
    for (size_t k = 0; k < 2; k++)
      features[2 * i + k] =
          k ? 3 : (float)((labels[i] = i % 2) * 2 - 1 + vmac_rng_normal(&rng) / sqrt(2));
  near("two inputs", probe(MANY, 2).bits, two_inputs(2), 0.035);

  for (size_t i = 0; i < MANY; i++) { /* nothing but that one class is rare */
    labels[i] = i % 10 == 7;
    features[i] = (float)vmac_rng_normal(&rng);
  }
  of = probe(MANY, 1);
  near("a rare class", of.bits, 0, 0.005);
  near("its right answers", of.correct, 0.9, 0);

  for (size_t i = 0; i < MANY; i++) { /* exclusive or is not linear */
    features[2 * i] = (float)(i % 2);
    features[2 * i + 1] = (float)(i / 2 % 2);
    labels[i] = (uint8_t)((i ^ i / 2) % 2);
  }
  near("exclusive or", probe(MANY, 2).bits, 0, 0.01);
}

/* As many features as images to fit to, and none tells of the label: no more than 0 is found, and
 * not much less. Neither do features that name their images. */
static void test_probe_small_sample(void **state) {
  (void)state;
  enum { IMAGES = 100, WIDE = 64 };
  double random = 0, names = 0;
  vmac_rng rng;
  vmac_rng_seed(&rng, 23);
  for (int run = 0; run < 10; run++) {
    for (size_t i = 0; i < IMAGES; i++) {
      labels[i] = (uint8_t)vmac_rng_below(&rng, 4);
      for (size_t k = 0; k < WIDE; k++) features[i * WIDE + k] = (float)vmac_rng_normal(&rng);
    }
    random += probe(IMAGES, WIDE).bits / 10;
    for (size_t i = 0; i < IMAGES; i++)
      for (size_t k = 0; k < WIDE; k++) features[i * WIDE + k] = i % WIDE == k;
    names += probe(IMAGES, WIDE).bits / 10;
  }
  assert_true(random < 0.02 && random > -0.25);
  assert_true(names < 0.02 && names > -0.25);
}

static void test_threads(void **state) {
  (void)state;
  enum { IMAGES = 300, D = 9, KEPT = 60 };
  static double one[IMAGES], kernel[VMAC_KDE_BOUNDS * KEPT];
  static int8_t codes[KEPT * 3];
  static int32_t sums[IMAGES];
  vmac_rng rng;
  vmac_rng_seed(&rng, 29);
  for (size_t i = 0; i < IMAGES; i++) {
    labels[i] = (uint8_t)vmac_rng_below(&rng, 3);
    sums[i] = (int32_t)vmac_rng_below(&rng, 99);
    for (size_t k = 0; k < D; k++)
      features[i * D + k] = (float)(vmac_rng_normal(&rng) + (labels[i] == k));
  }
  for (size_t i = 0; i < KEPT * 3; i++) codes[i] = (int8_t)vmac_rng_below(&rng, 40);
  vmac_projected null[2];
  vmac_interval in[2];
  for (int threads = 1; threads <= 3; threads += 2) {
    omp_set_num_threads(threads);
    probe(IMAGES, D);
    const int k = threads > 1;
    in[k] = vmac_bootstrap(terms, IMAGES, 50, 3);
    null[k] =
        vmac_projected_information((vmac_projection){1, 1, 3}, sums, IMAGES, labels, 9, 4, NULL);
    vmac_kde of = vmac_kde_bounds(codes, KEPT, 3, labels, 9);
    if (k) {
      assert_memory_equal(terms, one, sizeof one);
      assert_memory_equal(of.term, kernel, sizeof kernel);
    }
    memcpy(one, terms, sizeof one);
    memcpy(kernel, of.term, sizeof kernel);
    vmac_kde_free(&of);
  }
  assert_memory_equal(&null[0], &null[1], sizeof *null);
  assert_memory_equal(&in[0], &in[1], sizeof *in);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_kernel_bounds),      cmocka_unit_test(test_far),
      cmocka_unit_test(test_kernel_influence),   cmocka_unit_test(test_probe),
      cmocka_unit_test(test_probe_small_sample), cmocka_unit_test(test_threads)};
  return cmocka_run_group_tests_name("plane bounds", tests, NULL, NULL);
}
