/* Multiplier cells: every product, and metrics that can be derived by hand.
 *
 * TEST RATIONALE. State space: all 65,536 operand pairs of every registry line, and of every family
 * at every legal parameter in both classes. The reference is a third formulation, the sum of the
 * partial products that a cell keeps, bit by bit; neither the C nor the Verilog cell is built so.
 * Metrics are compared with closed forms.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vmac_mult_list.h"

/* Does the family keep the partial product of bit i of A and bit j of W? */
typedef bool (*keep_rule)(vmac_class cls, int p, int i, int j);

static bool keep_all(vmac_class cls, int p, int i, int j) {
  (void)cls, (void)p, (void)i, (void)j;
  return true;
}
static bool keep_none(vmac_class cls, int p, int i, int j) {
  (void)cls, (void)p, (void)i, (void)j;
  return false;
}
static bool keep_perforated(vmac_class cls, int m, int i, int j) {
  (void)cls, (void)j;
  return i >= m;
}
static bool keep_recursive(vmac_class cls, int m, int i, int j) {
  (void)cls;
  return i >= m || j >= m;
}
static bool keep_truncated(vmac_class cls, int t, int i, int j) {
  return i + j >= t || (cls == VMAC_S8 && (i == 7 || j == 7));
}

static const struct {
  const char *family;
  int64_t (*product)(vmac_form form, const int *param, int64_t a, int64_t w);
  keep_rule keep;
  int highest; /* parameter; the lowest is 0 */
} families[] = {{"exact", vmac_exact, keep_all, 0},
                {"zero", vmac_zero, keep_none, 0},
                {"perforated", vmac_perforated, keep_perforated, 7},
                {"truncated", vmac_truncated, keep_truncated, 15},
                {"recursive", vmac_recursive, keep_recursive, 7}};
enum { FAMILIES = sizeof families / sizeof *families };

/* Sum of the kept partial products; bit 7 weighs -128 in s8. */
static int32_t by_bits(keep_rule keep, vmac_class cls, int p, int a_bits, int w_bits) {
  int32_t sum = 0;
  for (int i = 0; i < 8; i++)
    for (int j = 0; j < 8; j++) {
      const bool negative = cls == VMAC_S8 && (i == 7) != (j == 7);
      if ((a_bits >> i & 1) && (w_bits >> j & 1) && keep(cls, p, i, j))
        sum += negative ? -(1 << (i + j)) : 1 << (i + j);
    }
  return sum;
}

static int family_of(const vmac_mult *mult) {
  for (int f = 0; f < FAMILIES; f++)
    if (!strcmp(mult->family, families[f].family)) return f;
  fail_msg("%s: family %s has no reference in test_mult.c", mult->name, mult->family);
  return 0;
}

static void every_registry_line(void **state) {
  (void)state;
  static int32_t table[65536];
  for (size_t c = 0; c < vmac_mult_count(); c++) {
    const vmac_mult *mult = vmac_mult_at(c);
    const keep_rule keep = families[family_of(mult)].keep;
    vmac_mult_table(mult, table);
    for (int a = 0; a < 256; a++)
      for (int w = 0; w < 256; w++) {
        const int32_t want = by_bits(keep, mult->cls, mult->param[0], a, w);
        if (table[a << 8 | w] != want)
          fail_msg("%s: f(A bits %d, W bits %d): expected %d, found %d", mult->name, a, w, want,
                   table[a << 8 | w]);
      }
  }
}

static void every_parameter(void **state) {
  (void)state;
  for (int f = 0; f < FAMILIES; f++)
    for (int p = 0; p <= families[f].highest; p++)
      for (vmac_class cls = VMAC_U8; cls <= VMAC_S8; cls++)
        for (int i = 0; i < 65536; i++) {
          const int32_t a = vmac_operand(cls, (uint8_t)(i >> 8)), w = vmac_operand(cls, (uint8_t)i);
          const vmac_form form = {cls == VMAC_S8, 8};
          const int32_t got = (int32_t)families[f].product(form, &p, a, w);
          const int32_t want = by_bits(families[f].keep, cls, p, i >> 8, i & 255);
          if (got != want)
            fail_msg("%s %d class %d: f(%d, %d): expected %d, found %d", families[f].family, p, cls,
                     a, w, want, got);
          if (p == 0 && families[f].product != vmac_zero) assert_int_equal(got, a * w);
        }
}

/* error = -(what the analytic correction assumes), with x taken from the registry's variate. */
static void variates(void **state) {
  (void)state;
  for (size_t c = 0; c < vmac_mult_count(); c++) {
    const vmac_mult *mult = vmac_mult_at(c);
    const int p = mult->param[0];
    if (!strcmp(mult->family, "truncated")) {
      assert_int_equal(mult->xkind, VMAC_X_OR);
      assert_int_equal(mult->xbits, mult->cls == VMAC_S8 && p > 7 ? 7 : p);
    }
    for (int i = 0; i < 65536; i++) {
      const int32_t a = vmac_operand(mult->cls, (uint8_t)(i >> 8));
      const int32_t w = vmac_operand(mult->cls, (uint8_t)i);
      const int32_t lost = a * w - vmac_product(mult, a, w);
      const int32_t x = vmac_variate(mult->xkind, mult->xbits, (uint8_t)(i >> 8));
      if (!strcmp(mult->family, "perforated")) assert_int_equal(lost, w * x);
      if (!strcmp(mult->family, "recursive")) assert_int_equal(lost, (i & ((1 << p) - 1)) * x);
      if (!strcmp(mult->family, "truncated") && !x) assert_int_equal(lost, 0);
      if (!strcmp(mult->family, "exact")) assert_int_equal(lost, 0);
    }
  }
}

static void near(const char *name, const char *metric, double got, double want) {
  if (fabs(got - want) > 1e-9 * (1 + fabs(want)))
    fail_msg("%s: %s: expected %.12g, found %.12g", name, metric, want, got);
}

static void check_perforated(const vmac_mult *mult, const vmac_mult_errors *e) {
  const int m = mult->param[0], n = 1 << m;
  const bool u8 = mult->cls == VMAC_U8;
  /* x = A mod n is uniform on 0..n-1 and independent of W. */
  const double mean_x = (n - 1) / 2.0, mean_xx = (n - 1) * (2 * n - 1) / 6.0;
  const double mean_w = u8 ? 127.5 : -0.5, mean_abs_w = u8 ? 127.5 : 64;
  const double mean_ww = u8 ? 255 * 511 / 6.0 : (256 * 256 - 1) / 12.0 + 0.25;
  near(mult->name, "mean", e->mean, -mean_x * mean_w);
  near(mult->name, "med", e->med, mean_x * mean_abs_w);
  near(mult->name, "nmed", e->nmed, mean_x * mean_abs_w / (u8 ? 65025 : 16384));
  near(mult->name, "variance", e->variance, mean_xx * mean_ww - mean_x * mean_x * mean_w * mean_w);
  near(mult->name, "rate", e->rate, (1 - 1.0 / n) * 255 / 256);
  double mre = 0; /* |W| cancels: the mean of x / |A| over A != 0 */
  for (int a = u8 ? 0 : -128; a < (u8 ? 256 : 128); a++)
    if (a) mre += (double)((a + 256) % n) / abs(a) / 255;
  near(mult->name, "mre", e->mre, mre);
  assert_int_equal(e->wce, (n - 1) * (u8 ? 255 : 128));
  assert_int_equal(e->rank, 1);
}

static void check_recursive(const vmac_mult *mult, const vmac_mult_errors *e) {
  const int n = 1 << mult->param[0];
  const double mean_x = (n - 1) / 2.0, mean_xx = (n - 1) * (2 * n - 1) / 6.0;
  near(mult->name, "mean", e->mean, -mean_x * mean_x);
  near(mult->name, "med", e->med, mean_x * mean_x);
  near(mult->name, "variance", e->variance, mean_xx * mean_xx - pow(mean_x, 4));
  near(mult->name, "rate", e->rate, pow(1 - 1.0 / n, 2));
  assert_int_equal(e->wce, (n - 1) * (n - 1));
  assert_int_equal(e->rank, 2);
}

static void check_truncated(const vmac_mult *mult, const vmac_mult_errors *e) {
  const int t = mult->param[0];
  /* Column c < t has c + 1 dropped bits of weight 2^c. In s8 column 7 keeps its two signed ones. */
  const int dropped = (t - 1) * (1 << t) + 1 - (mult->cls == VMAC_S8 && t == 8 ? 2 * 128 : 0);
  near(mult->name, "mean", e->mean, -dropped / 4.0);
  near(mult->name, "med", e->med, dropped / 4.0);
  assert_int_equal(e->wce, dropped);
  /* W and W mod 2^c, c = 1..t, are t + 1 independent functions of W. At t = 8, u8: W mod 2^8 is W
   * and bit 0 of A is never used, so seven rows remain; s8: rows 0 and 1 lose the same W mod 2^7,
   * and W mod 2^1 never occurs (row 7 is whole), which leaves seven functions. */
  assert_int_equal(e->rank, t == 8 ? 7 : t + 1);
}

static void metrics(void **state) {
  (void)state;
  for (size_t c = 0; c < vmac_mult_count(); c++) {
    const vmac_mult *mult = vmac_mult_at(c);
    vmac_mult_errors e;
    vmac_mult_measure(mult, NULL, &e);
    assert_int_equal(e.f00, 0);
    assert_int_equal(e.max_f0w, 0);
    assert_int_equal(e.max_fa0, 0);
    if (!strcmp(mult->family, "perforated")) check_perforated(mult, &e);
    if (!strcmp(mult->family, "recursive")) check_recursive(mult, &e);
    if (!strcmp(mult->family, "truncated")) check_truncated(mult, &e);
    if (!strcmp(mult->family, "exact")) {
      assert_int_equal(e.rank, 1);
      assert_int_equal(e.wce, 0);
      near(mult->name, "mre", e.mre, 0);
      near(mult->name, "rate", e.rate, 0);
    }
    if (!strcmp(mult->family, "zero")) {
      assert_int_equal(e.rank, 0);
      near(mult->name, "mre", e.mre, 1);
      near(mult->name, "nmed", e.nmed, 0.25);
      near(mult->name, "rate", e.rate, 255.0 * 255 / 65536);
      near(mult->name, "mean", e.mean, mult->cls == VMAC_U8 ? -127.5 * 127.5 : -0.25);
    }
  }
}

/* (A - 2)(W + 1) + 5 = AW + A - 2W + 3: rank 2, and nothing symmetric about it. */
static int64_t skewed(vmac_form form, const int *param, int64_t a, int64_t w) {
  (void)form, (void)param;
  return a * w + a - 2 * w + 3;
}

static void operand_order_and_zeros(void **state) {
  (void)state;
  const vmac_mult mult = {.name = "skewed", .cls = VMAC_U8, .product = skewed};
  vmac_mult_errors e;
  vmac_mult_measure(&mult, NULL, &e);
  assert_int_equal(e.f00, 3);
  assert_int_equal(e.max_f0w, 2 * 255 - 3);
  assert_int_equal(e.max_fa0, 255 + 3);
  assert_int_equal(e.wce, 2 * 255 - 3);
  assert_int_equal(e.rank, 2);
  near("skewed", "mean", e.mean, 127.5 - 255 + 3);
  static int32_t table[65536];
  vmac_mult_table(&mult, table);
  assert_int_equal(table[10 << 8 | 1], 10 + 10 - 2 + 3);
}

static void names(void **state) {
  (void)state;
  vmac_err err;
  for (size_t c = 0; c < vmac_mult_count(); c++)
    assert_ptr_equal(vmac_mult_find(vmac_mult_at(c)->name, &err), vmac_mult_at(c));
  assert_null(vmac_mult_at(vmac_mult_count()));
  assert_null(vmac_mult_find("trunk6", &err));
  assert_non_null(strstr(err.text, "'trunk6'"));
  assert_non_null(strstr(err.text, "did you mean 'trunc6'"));
  assert_null(vmac_mult_find("", &err));
  assert_null(strstr(err.text, "did you mean"));
}

/* FNV-1a over bytes that are zero but for the last entry's four, 4 3 2 1 in little-endian. */
static void hash(void **state) {
  (void)state;
  static int32_t table[65536];
  table[65535] = 0x01020304;
  uint64_t want = 0xcbf29ce484222325u;
  for (int i = 0; i < 65535 * 4; i++) want *= 0x100000001b3u;
  for (uint64_t byte = 4; byte; byte--) want = (want ^ byte) * 0x100000001b3u;
  assert_true(vmac_table_hash(table) == want);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_registry_line),
                                     cmocka_unit_test(every_parameter),
                                     cmocka_unit_test(variates),
                                     cmocka_unit_test(metrics),
                                     cmocka_unit_test(operand_order_and_zeros),
                                     cmocka_unit_test(names),
                                     cmocka_unit_test(hash)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
