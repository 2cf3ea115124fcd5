/* Multiplier cells: every product of the partial-product families, and metrics that can be derived
 * by hand.
 *
 * TEST RATIONALE. State space: every registry line's table is looked at for the range of its class,
 * and every partial-product family at the widths, classes and parameters of family_sweep.h. Their
 * reference is a third formulation, the sum of the partial products that a cell keeps, bit by bit;
 * neither the C nor the Verilog cell is built so. The other families are test_families.c's and
 * test_magnitudes.c's. Metrics are compared with closed forms.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family_sweep.h"

/* Does the family keep the partial product of bit i of A and bit j of W? */
typedef bool (*keep_rule)(vmac_form form, const int *p, int i, int j);

/* Sum of the kept partial products; the top bit weighs negative in a signed form. */
static int64_t by_bits(keep_rule keep, vmac_form form, const int *p, int64_t a, int64_t w) {
  const int top = form.is_signed ? form.width - 1 : -1;
  int64_t sum = 0;
  for (int i = 0; i < form.width; i++)
    for (int j = 0; j < form.width; j++) {
      if (!(a >> i & 1) || !(w >> j & 1) || !keep(form, p, i, j)) continue;
      sum += (i == top) != (j == top) ? -((int64_t)1 << (i + j)) : (int64_t)1 << (i + j);
    }
  return sum;
}

static bool has_sign(vmac_form form, int i, int j) {
  return form.is_signed && (i == form.width - 1 || j == form.width - 1);
}

/* RULE(name, kept): the rule `kept` and the reference by_name() made of it. */
#define RULE(name, kept)                                                                           \
  static bool keep_##name(vmac_form form, const int *p, int i, int j) {                            \
    (void)form, (void)p, (void)i, (void)j;                                                         \
    return kept;                                                                                   \
  }                                                                                                \
  static int64_t by_##name(vmac_form form, const int *p, int64_t a, int64_t w) {                   \
    return by_bits(keep_##name, form, p, a, w);                                                    \
  }
RULE(all, true)
RULE(none, false)
RULE(perforated, i >= p[0])
RULE(recursive, i >= p[0] || j >= p[0])
RULE(truncated, i + j >= p[0] || has_sign(form, i, j))
RULE(ppab, i >= p[0] && j >= p[1] && (i + j >= p[2] || has_sign(form, i, j)))
RULE(bam, j >= p[0] && i + j >= p[1])

/* Weight of the pairs that truncation by t <= width drops: column c has c + 1 of weight 2^c, but in
 * a signed form column width-1 keeps its two pairs with a sign bit. */
static int64_t dropped_by(vmac_form form, int t) {
  const int64_t columns = (t - 1) * ((int64_t)1 << t) + 1;
  return columns - (form.is_signed && t == form.width ? (int64_t)1 << t : 0);
}

/* Schulte and Swartzlander's K: a quarter of that, rounded half up to a multiple of 2^t. */
static int64_t constant_of(vmac_form form, int t) {
  return (int64_t)ldexp(floor(ldexp((double)dropped_by(form, t), -t - 2) + 0.5), t);
}

static int64_t by_truncated_const(vmac_form form, const int *p, int64_t a, int64_t w) {
  return by_truncated(form, p, a, w) + constant_of(form, p[0]);
}

#define BOTH .classes = 3, .lowest = 4, .widest = 16
/* clang-format off */
#define TO(halves, plus) {.highest = {halves, plus}}
/* clang-format on */
static const family_case families[] = {
    {"exact", vmac_exact, by_all, BOTH},
    {"array", vmac_exact, by_all, BOTH},
    {"dadda", vmac_exact, by_all, BOTH},
    {"booth", vmac_exact, by_all, BOTH},
    {"zero", vmac_zero, by_none, BOTH},
    {"perforated", vmac_perforated, by_perforated, BOTH, .range = {TO(2, -1)}},
    {"truncated", vmac_truncated, by_truncated, BOTH, .range = {TO(4, -1)}},
    {"recursive", vmac_recursive, by_recursive, BOTH, .range = {TO(2, -1)}},
    {"truncated_const", vmac_truncated_const, by_truncated_const, BOTH, .range = {{{0, 1}, {2, 0}}},
     .zero_gives_more = true},
    {"ppab", vmac_ppab, by_ppab, BOTH, .range = {TO(2, -1), TO(2, -1), TO(4, -1)}, .stride = 37},
    {"bam", vmac_bam, by_bam, .classes = 1, .lowest = 4, .widest = 16,
     .range = {TO(2, -1), TO(4, -1)}, .stride = 3}};
enum { FAMILIES = sizeof families / sizeof *families };

static void every_parameter(void **state) {
  (void)state;
  print_message("# seed %d\n", FAMILY_SEED);
  for (int f = 0; f < FAMILIES; f++) family_sweep(&families[f]);
}

static void every_registry_line(void **state) {
  (void)state;
  for (size_t i = 0; i < FAMILY_NAMES(partial_product_families); i++)
    if (!family_find(families, FAMILIES, partial_product_families[i]))
      fail_msg("family %s has no reference in test_mult.c", partial_product_families[i]);
  static int32_t table[65536];
  for (size_t c = 0; c < vmac_mult_count(); c++) {
    const vmac_mult *mult = vmac_mult_at(c);
    const family_case *f = family_find(families, FAMILIES, mult->family);
    if (f) family_table(f, mult);
    const vmac_form product = {mult->cls == VMAC_S8, 16};
    vmac_mult_table(mult, table);
    for (int i = 0; i < 65536; i++)
      if (table[i] < family_low(product) || table[i] > family_high(product))
        fail_msg("%s: table[%d]: expected 16 bits, found %d", mult->name, i, table[i]);
  }
}

/* Where nothing is left out, nothing is lost. */
static void exact_members(void **state) {
  (void)state;
  static const int zeros[3] = {0};
  for (int f = 0; f < FAMILIES; f++) {
    if (families[f].product == vmac_zero || families[f].product == vmac_truncated_const) continue;
    for (int is_signed = 0; is_signed <= 1; is_signed++) {
      const vmac_form form = {is_signed, 8};
      if (!(families[f].classes >> is_signed & 1)) continue;
      for (int64_t a = family_low(form); a <= family_high(form); a++)
        for (int64_t w = family_low(form); w <= family_high(form); w++)
          assert_int_equal(families[f].product(form, zeros, a, w), a * w);
    }
  }
}

/* error = -(what the analytic correction assumes), with x taken from the registry's variate. */
static void variates(void **state) {
  (void)state;
  for (size_t c = 0; c < vmac_mult_count(); c++) {
    const vmac_mult *mult = vmac_mult_at(c);
    const int p = mult->param[0];
    if (!strcmp(mult->family, "truncated") || !strcmp(mult->family, "truncated_const") ||
        !strcmp(mult->family, "or_columns")) {
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
      if (!strcmp(mult->family, "or_columns") && !x) assert_int_equal(lost, 0);
      if (mult->product == vmac_exact) assert_int_equal(lost, 0);
    }
  }
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
  const int dropped = (int)dropped_by((vmac_form){mult->cls == VMAC_S8, 8}, t);
  near(mult->name, "mean", e->mean, -dropped / 4.0);
  near(mult->name, "med", e->med, dropped / 4.0);
  assert_int_equal(e->wce, dropped);
  /* W and W mod 2^c, c = 1..t, are t + 1 independent functions of W. At t = 8, u8: W mod 2^8 is W
   * and bit 0 of A is never used, so seven rows remain; s8: rows 0 and 1 lose the same W mod 2^7,
   * and W mod 2^1 never occurs (row 7 is whole), which leaves seven functions. */
  assert_int_equal(e->rank, t == 8 ? 7 : t + 1);
}

static void check_truncated_const(const vmac_mult *mult, const vmac_mult_errors *e) {
  const vmac_form form = {mult->cls == VMAC_S8, 8};
  const int dropped = (int)dropped_by(form, mult->param[0]);
  const int k = (int)constant_of(form, mult->param[0]);
  near(mult->name, "mean", e->mean, k - dropped / 4.0);
  assert_int_equal(e->f00, k);
  assert_int_equal(e->wce, k > dropped - k ? k : dropped - k);
}

static void metrics(void **state) {
  (void)state;
  for (size_t c = 0; c < vmac_mult_count(); c++) {
    const vmac_mult *mult = vmac_mult_at(c);
    vmac_mult_errors e;
    vmac_mult_measure(mult, NULL, &e);
    if (!strcmp(mult->family, "truncated_const")) {
      check_truncated_const(mult, &e);
    } else if (strcmp(mult->family, "momeni") != 0 && !mult->truth) {
      assert_int_equal(e.f00, 0);
      assert_int_equal(e.max_f0w, 0);
      assert_int_equal(e.max_fa0, 0);
    }
    if (!strcmp(mult->family, "perforated")) check_perforated(mult, &e);
    if (!strcmp(mult->family, "recursive")) check_recursive(mult, &e);
    if (!strcmp(mult->family, "truncated")) check_truncated(mult, &e);
    if (mult->product == vmac_exact) {
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
                                     cmocka_unit_test(exact_members),
                                     cmocka_unit_test(variates),
                                     cmocka_unit_test(metrics),
                                     cmocka_unit_test(operand_order_and_zeros),
                                     cmocka_unit_test(names),
                                     cmocka_unit_test(hash)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
