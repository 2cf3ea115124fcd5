/* TEST RATIONALE: what stands for the derivative of a cell's product in training.
 *   State space: derivatives of tables at every pair of operands, the terms that they are made of
 *   and what these say that they leave out, slopes, each against its definition.
 *   Parameters: cells of both operand classes, windows from none to one wider than most operands
 *   have neighbours; counts of operands at random and of one operand alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train_bits.h"

/* S(x) by its definition. */
static double smooth(const double *f, int x, int h) {
  double sum = 0;
  for (int i = x - h; i <= x + h; i++) sum += f[i];
  return sum / (2 * h + 1);
}

static void check_derivative(const char *name, int h) {
  const vmac_mult *mult = mult_of(name);
  const int lo = mult->cls == VMAC_U8 ? 0 : -128;
  int32_t *table = vmac_alloc(65536, sizeof *table);
  double *d = vmac_alloc(65536, sizeof *d);
  vmac_mult_table(mult, table);
  for (int to_w = 0; to_w < 2; to_w++) {
    train_derivative(table, mult->cls, to_w, h, d);
    for (int other = 0; other < 256; other++) {
      double f[256], least = 1e9, most = -1e9;
      for (int i = 0; i < 256; i++) {
        f[i] =
            to_w ? vmac_product(mult, other + lo, i + lo) : vmac_product(mult, i + lo, other + lo);
        least = fmin(least, f[i]);
        most = fmax(most, f[i]);
      }
      for (int x = 0; x < 256; x++) {
        const uint8_t bits = (uint8_t)(x + lo), rest = (uint8_t)(other + lo);
        const double found = d[to_w ? rest << 8 | bits : bits << 8 | rest];
        double want = (most - least) / 256 * (f[255] < f[0] ? -1 : 1);
        if (x - 1 - h >= 0 && x + 1 + h < 256)
          want = (smooth(f, x + 1, h) - smooth(f, x - 1, h)) / 2;
        if (fabs(found - want) > 1e-9)
          fail_msg("%s h=%d to %c: operands %d, %d: %g, expected %g", name, h, to_w ? 'W' : 'A',
                   x + lo, other + lo, found, want);
      }
    }
  }
  free(table);
  free(d);
}

static void test_derivative(void **state) {
  (void)state;
  check_derivative("exact", 0);
  check_derivative("trunc8", 4);
  check_derivative("drum4s", 16);
  check_derivative("mitchell", 64);
}

/* The terms' sum of squared distances from the derivative is what they say; all of it where the
 * rank is low. */
static void check_terms(const char *name, int h, int most) {
  const vmac_mult *mult = mult_of(name);
  int32_t *table = vmac_alloc(65536, sizeof *table);
  double *d = vmac_alloc(65536, sizeof *d);
  train_terms *t = vmac_alloc(1, sizeof *t);
  vmac_mult_table(mult, table);
  for (int to_w = 0; to_w < 2; to_w++) {
    train_derivative(table, mult->cls, to_w, h, d);
    train_terms_find(table, mult->cls, to_w, h, TRAIN_TERMS, 1e-4, t);
    double whole = 0, left = 0;
    for (int a = 0; a < 256; a++)
      for (int w = 0; w < 256; w++) {
        const uint8_t ab = vmac_operand_bits(mult->cls, (int8_t)(uint8_t)a);
        const uint8_t wb = vmac_operand_bits(mult->cls, (int8_t)(uint8_t)w);
        double sum = vmac_operand(mult->cls, to_w ? ab : wb);
        for (int i = 0; i < t->terms; i++) sum += (double)t->a[i][a] * (double)t->w[i][w];
        whole += pow(d[ab << 8 | wb] - (mult->cls == VMAC_U8 ? 128 : 0), 2);
        left += (sum - d[ab << 8 | wb]) * (sum - d[ab << 8 | wb]);
      }
    if (t->terms > most || fabs(sqrt(left / whole) - t->left_out) > 1e-5)
      fail_msg("%s h=%d: %d terms leave out %g, they say %g", name, h, t->terms, sqrt(left / whole),
               t->left_out);
  }
  free(table);
  free(d);
  free(t);
}

static void test_terms(void **state) {
  (void)state;
  check_terms("perf3", 0, 2); /* and at the ends of the range another */
  check_terms("trunc6", 2, TRAIN_TERMS);
  check_terms("mitchells", 8, TRAIN_TERMS);
}

static void test_slopes(void **state) {
  (void)state;
  const char *const names[] = {"exact", "trunc7", "drum3s"};
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  for (size_t i = 0; i < 3; i++) {
    const vmac_mult *mult = mult_of(names[i]);
    int32_t *table = vmac_alloc(65536, sizeof *table);
    vmac_mult_table(mult, table);
    uint64_t count[256];
    double a[256], w[256];
    for (int k = 0; k < 256; k++) count[k] = vmac_rng_below(&rng, 100);
    train_slopes_to_a(table, mult->cls, count, a);
    train_slopes_to_w(table, mult->cls, count, w);
    for (int k = 0; k < 256; k++) {
      assert_true(fabs(a[k] - line(mult, count, false, (uint8_t)k)) < 1e-6);
      assert_true(fabs(w[k] - line(mult, count, true, (uint8_t)k)) < 1e-6);
    }
    memset(count, 0, sizeof count);
    count[77] = 5; /* no line through one point: the exact product's slope */
    train_slopes_to_a(table, mult->cls, count, a);
    for (int k = 0; k < 256; k++)
      assert_true(a[k] ==
                  vmac_operand(mult->cls, vmac_operand_bits(mult->cls, (int8_t)(uint8_t)k)));
    free(table);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_derivative),
      cmocka_unit_test(test_terms),
      cmocka_unit_test(test_slopes),
  };
  return cmocka_run_group_tests_name("train_slopes", tests, NULL, NULL);
}
