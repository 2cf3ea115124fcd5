/* Estimators of the information plane (plane/).
 *
 * TEST RATIONALE. State space: labels and states whose information is known (identical, independent,
 * a binary symmetric channel, exclusive or, a Gaussian channel and one with two inputs), for each
 * estimator that can see it; the bias of counting at few images, what Miller and Madow, shuffles and
 * intervals make of it; terms against what leaving an image out changes; hashes against comparison
 * byte by byte, of codes that differ in a few signs. The layers of a network are test_plane_net's.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "plane/plane.h"

enum { N = 1000, MANY = 4000 };

static void near(const char *what, double got, double want, double within) {
  if (!(fabs(got - want) <= within))
    fail_msg("%s: expected %.6f within %.6f, found %.6f", what, want, within, got);
}

/* Bits of a coin that falls on one side with probability p. */
static double coin(double p) {
  return -p * log2(p) - (1 - p) * log2(1 - p);
}

static double mean(const double *term, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += term[i];
  return sum / (double)n;
}

/* ---- counting ---------------------------------------------------------------------------------- */

static vmac_counted information(const uint8_t *a, const uint8_t *b, size_t n) {
  static double term[MANY];
  vmac_states s = vmac_states_labels(a, n), t = vmac_states_labels(b, n);
  const vmac_counted of = vmac_information(&s, &t, term);
  near("mean of the terms", mean(term, n), of.bits, 1e-12);
  vmac_states_free(&s);
  vmac_states_free(&t);
  return of;
}

/* y: a fair bit; t: the same with 110 of 1,000 flipped, as many of either. */
static void flipped(uint8_t *y, uint8_t *t, size_t n) {
  for (size_t i = 0; i < n; i++) {
    y[i] = i % 2;
    t[i] = y[i] ^ (i / 2 % 500 < 55);
  }
}

static void test_known_counts(void **state) {
  (void)state;
  uint8_t y[N], t[N];
  for (size_t i = 0; i < N; i++) y[i] = i % 8;
  near("identical", information(y, y, N).bits, 3, 1e-12);
  for (size_t i = 0; i < N; i++) t[i] = (uint8_t)(i / 8 % 5);
  near("independent", information(t, y, N).bits, 0, 1e-12);
  for (size_t i = 0; i < N; i++) t[i] = 17;
  near("constant", information(t, y, N).bits, 0, 1e-12);
  flipped(y, t, N);
  near("binary symmetric channel", information(t, y, N).bits, 1 - coin(0.11), 1e-12);

  double term[N];
  for (size_t i = 0; i < N; i++) t[i] = i < 10 ? (uint8_t)i : 20 + i % 2;
  vmac_states s = vmac_states_labels(t, N);
  const vmac_counted h = vmac_entropy(&s, term);
  near("entropy", h.bits, coin(0.01) + 0.01 * log2(10) + 0.99, 1e-12);
  near("its terms", mean(term, N), h.bits, 1e-12);
  near("Miller and Madow", h.miller_madow - h.bits, 11 / (2.0 * N * log(2)), 1e-12);
  assert_true(s.count == 12 && vmac_states_single(&s) == 10);
  vmac_states_free(&s);
}

/* Independent states of 500 images: plug-in information is not 0, but about (16 - 1)(4 - 1) / 2n
 * nats, and entropy is too small; the correction takes most of both away, and so does a null. */
static void test_small_sample_bias(void **state) {
  (void)state;
  enum { IMAGES = 500, RUNS = 300 };
  vmac_counted sum = {0};
  double h = 0, h_corrected = 0, projected = 0, null = 0, above = 0;
  vmac_rng rng;
  vmac_rng_seed(&rng, 7);
  for (int run = 0; run < RUNS; run++) {
    uint8_t y[IMAGES], t[IMAGES];
    int32_t sums[IMAGES];
    for (size_t i = 0; i < IMAGES; i++) {
      y[i] = (uint8_t)vmac_rng_below(&rng, 4);
      t[i] = (uint8_t)vmac_rng_below(&rng, 16);
      sums[i] = (int32_t)vmac_rng_below(&rng, 1 << 30);
    }
    const vmac_counted of = information(t, y, IMAGES);
    sum.bits += of.bits / RUNS;
    sum.miller_madow += of.miller_madow / RUNS;
    vmac_states s = vmac_states_labels(t, IMAGES);
    h += vmac_entropy(&s, NULL).bits / RUNS;
    h_corrected += vmac_entropy(&s, NULL).miller_madow / RUNS;
    vmac_states_free(&s);
    if (run >= 40) continue;
    const vmac_projected p = vmac_projected_information((vmac_projection){1, 1, 4}, sums, IMAGES, y,
                                                        60, (uint64_t)run, NULL);
    projected += p.bits / 40;
    null += p.null / 40;
    above += p.bits > p.null_top;
  }
  const double bias = 15 * 3 / (2.0 * IMAGES * log(2));
  near("plug-in information of independent states", sum.bits, bias, 0.1 * bias);
  near("corrected", sum.miller_madow, 0, 0.1 * bias);
  near("plug-in entropy", h, 4 - 15 / (2.0 * IMAGES * log(2)), 0.01);
  near("corrected entropy", h_corrected, 4, 0.005);
  near("projected", projected, bias, 0.2 * bias);
  near("what shuffled labels give", null, bias, 0.15 * bias);
  assert_true(above <= 6); /* of 40: 2 expected */
}

/* ---- states ------------------------------------------------------------------------------------ */

static bool alike(const int8_t *a, const int8_t *b, size_t size, int bits) {
  for (size_t i = 0; i < size; i++)
    if (((uint8_t)a[i] ^ (uint8_t)b[i]) >> (8 - bits)) return false;
  return true;
}

/* Numbers as comparison of all pairs gives them. */
static void check_states(const int8_t *codes, size_t n, size_t size) {
  vmac_digest *digest = vmac_alloc(n * VMAC_PLANE_BITS, sizeof *digest);
  uint32_t *want = vmac_alloc(n, sizeof *want);
  for (size_t i = 0; i < n; i++)
    vmac_digest_codes(codes + i * size, size, digest + i * VMAC_PLANE_BITS);
  for (int bits = 1; bits <= VMAC_PLANE_BITS; bits++) {
    uint32_t count = 0;
    for (size_t i = 0; i < n; i++) {
      size_t j = 0;
      while (j < i && !alike(codes + i * size, codes + j * size, size, bits)) j++;
      want[i] = j < i ? want[j] : count++;
    }
    vmac_states s = vmac_states_of(digest + bits - 1, VMAC_PLANE_BITS, n);
    assert_int_equal(s.count, count);
    assert_memory_equal(s.id, want, n * sizeof *want);
    vmac_states_free(&s);
  }
  free(want);
  free(digest);
}

static void test_states(void **state) {
  (void)state;
  enum { MOST = 40, SIGNS = 20 };
  static int8_t codes[1400 * MOST];
  vmac_rng rng;
  vmac_rng_seed(&rng, 3);
  for (size_t size = 1; size <= MOST; size += size < 10 ? 1 : 7) {
    for (size_t i = 0; i < 200 * size; i++) /* few values: states repeat */
      codes[i] = (int8_t)(vmac_rng_below(&rng, 3) * (size < 4 ? 60 : 1));
    check_states(codes, 200, size);
  }
  size_t n = 0; /* all states with up to three negative codes of SIGNS */
  for (int a = 0; a <= SIGNS; a++)
    for (int b = a; b <= SIGNS; b += 1 + (b < SIGNS && a == SIGNS))
      for (int c = b; c <= SIGNS; c++) {
        if ((a == b && a < SIGNS) || (b == c && b < SIGNS)) continue;
        int8_t *to = codes + n++ * SIGNS;
        memset(to, 0, SIGNS);
        if (a < SIGNS) to[a] = -128;
        if (b < SIGNS) to[b] = -128;
        if (c < SIGNS) to[c] = -128;
      }
  assert_true(n == 1 + SIGNS + 190 + 1140);
  check_states(codes, n, SIGNS);
}

/* ---- intervals --------------------------------------------------------------------------------- */

static void test_intervals(void **state) {
  (void)state;
  enum { IMAGES = 200, RUNS = 300 };
  double term[IMAGES];
  int covers = 0;
  vmac_rng rng;
  vmac_rng_seed(&rng, 11);
  for (int run = 0; run < RUNS; run++) {
    for (size_t i = 0; i < IMAGES; i++) term[i] = 2 + vmac_rng_normal(&rng);
    const vmac_interval in = vmac_bootstrap(term, IMAGES, 400, (uint64_t)run);
    covers += in.lo < 2 && 2 < in.hi;
  }
  near("share of intervals that hold the mean", (double)covers / RUNS, 0.945, 0.04);
  for (size_t i = 0; i < IMAGES; i++) term[i] = 0.1;
  const vmac_interval none = vmac_bootstrap(term, IMAGES, 400, 1);
  assert_true(none.lo == 0.1 && none.hi == 0.1);

  /* Of few images, entropy counted again in resamples lies below the estimate in every one. */
  uint8_t t[IMAGES], again[IMAGES];
  for (size_t i = 0; i < IMAGES; i++) t[i] = (uint8_t)vmac_rng_below(&rng, 250);
  vmac_states s = vmac_states_labels(t, IMAGES);
  const double bits = vmac_entropy(&s, term).bits;
  vmac_states_free(&s);
  const vmac_interval in = vmac_bootstrap(term, IMAGES, 400, 1);
  assert_true(in.lo < bits - 0.03 && bits + 0.03 < in.hi);
  for (int r = 0; r < 100; r++) {
    for (size_t i = 0; i < IMAGES; i++) again[i] = t[vmac_rng_below(&rng, IMAGES)];
    s = vmac_states_labels(again, IMAGES);
    assert_true(vmac_entropy(&s, NULL).bits < bits - 0.2);
    vmac_states_free(&s);
  }
}

/* ---- projections ------------------------------------------------------------------------------- */

static void test_projected(void **state) {
  (void)state;
  enum { SIZE = 37, ROWS = 5 };
  int8_t codes[SIZE];
  int32_t sum[ROWS], sums[2 * N];
  uint8_t y[N], t[N];
  double term[N];
  vmac_rng rng;
  vmac_rng_seed(&rng, 5);
  int8_t *signs = vmac_project_signs(ROWS, SIZE, 9);
  for (size_t i = 0; i < SIZE; i++) codes[i] = (int8_t)vmac_rng_next(&rng);
  vmac_project(signs, ROWS, codes, SIZE, sum);
  int plus = 0;
  for (size_t r = 0; r < ROWS; r++) {
    int32_t want = 0;
    for (size_t i = 0; i < SIZE; i++) want += signs[r * SIZE + i] * codes[i];
    assert_int_equal(sum[r], want);
    for (size_t i = 0; i < SIZE; i++) plus += signs[r * SIZE + i] == 1;
  }
  near("half the signs", plus, ROWS * SIZE / 2.0, 25);
  free(signs);

  flipped(y, t, N);
  for (size_t i = 0; i < N; i++) sums[i] = t[i] * 700 - 350;
  vmac_projected p =
      vmac_projected_information((vmac_projection){1, 1, 3}, sums, N, y, 20, 1, term);
  near("binary symmetric channel", p.bits, 1 - coin(0.11), 1e-12);
  near("mean of the terms", mean(term, N), p.bits, 1e-12);

  /* Two projections of one sum: the bit, and all sums different, of which quarters are cut. */
  for (size_t i = 0; i < N; i++) {
    sums[2 * i] = y[i];
    sums[2 * i + 1] = (int32_t)(i * 7 % N) - 300;
    y[i] = sums[2 * i + 1] >= -300 + N / 4; /* the upper three quarters */
  }
  p = vmac_projected_information((vmac_projection){2, 1, 2}, sums, N, y, 20, 1, term);
  near("mean over projections", p.bits, coin(0.25) / 2, 2e-3);
  near("mean of its terms", mean(term, N), p.bits, 1e-12);

  /* Exclusive or: no one sum tells of it, both do. */
  for (size_t i = 0; i < N; i++) {
    sums[2 * i] = i % 2;
    sums[2 * i + 1] = i / 2 % 2;
    y[i] = (i ^ i / 2) % 2;
  }
  p = vmac_projected_information((vmac_projection){1, 2, 1}, sums, N, y, 20, 1, term);
  near("exclusive or of two sums", p.bits, 1, 1e-12);
  p = vmac_projected_information((vmac_projection){2, 1, 1}, sums, N, y, 20, 1, term);
  near("exclusive or of one", p.bits, 0, 1e-12);
}

/* ---- kernel bounds ----------------------------------------------------------------------------- */

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

/* ---- probe ------------------------------------------------------------------------------------- */

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
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_known_counts),
                                     cmocka_unit_test(test_small_sample_bias),
                                     cmocka_unit_test(test_states),
                                     cmocka_unit_test(test_intervals),
                                     cmocka_unit_test(test_projected),
                                     cmocka_unit_test(test_kernel_bounds),
                                     cmocka_unit_test(test_kernel_influence),
                                     cmocka_unit_test(test_probe),
                                     cmocka_unit_test(test_probe_small_sample),
                                     cmocka_unit_test(test_threads)};
  return cmocka_run_group_tests_name("plane", tests, NULL, NULL);
}
