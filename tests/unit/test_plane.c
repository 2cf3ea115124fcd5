/* Counting, its bias, its intervals and projections (plane/).
 *
 * TEST RATIONALE. State space: labels and states whose information is known: identical,
 * independent, a binary symmetric channel, exclusive or; the bias of counting at few images, what
 * Miller and Madow, shuffles and intervals make of it; hashes against comparison byte by byte, of
 * codes that differ in a few signs. Kernels and probe are test_plane_bounds's, the layers of a
 * network test_plane_net's. SPDX-License-Identifier: Apache-2.0 */
#include "plane_case.h"

enum { N = 1000 };

/* ---- counting -------------------------------------------------------------------------------- */

static vmac_counted information(const uint8_t *a, const uint8_t *b, size_t n) {
  static double term[N];
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

/* ---- states ---------------------------------------------------------------------------------- */

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

/* ---- intervals ------------------------------------------------------------------------------- */

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

/* ---- projections ----------------------------------------------------------------------------- */

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
  near("shuffled labels", p.null, 1 / (2.0 * N * log(2)), 1e-3);
  assert_true(p.null_top > p.null && p.null_top < 0.01);

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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_counts), cmocka_unit_test(test_small_sample_bias),
      cmocka_unit_test(test_states), cmocka_unit_test(test_intervals),
      cmocka_unit_test(test_projected)};
  return cmocka_run_group_tests_name("plane", tests, NULL, NULL);
}
