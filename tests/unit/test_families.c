/* Multiplier families that are neither a set of kept partial products (test_mult.c) nor defined on
 * magnitudes (test_magnitudes.c): Booth rows, ORed columns, rounding, run-time modes, compressors.
 *
 * TEST RATIONALE. State space: the widths, classes and parameters of family_sweep.h, and every
 * registry line. Each family has a second formulation here that shares no step with its C file, a
 * closed form of its mean error, statistics worked out elsewhere, or an identity with another
 * family.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "family_sweep.h"

static const vmac_form u8 = {false, 8}, s8 = {true, 8};

/* x rounded half up to a multiple of 2^t, in floating point (exact: few bits). */
static int64_t rounded(int64_t x, int t) {
  return (int64_t)ldexp(floor(ldexp((double)x, -t) + 0.5), t);
}

/* ---- Booth rows ---- */

/* Radix-4 Booth digit j of w, by table over the bits 2j+1, 2j, 2j-1. */
static int booth_digit(int64_t w, int j) {
  static const int digit[8] = {0, 1, 1, 2, -2, -1, -1, 0};
  return digit[2 * w >> 2 * j & 7];
}

/* The Booth-digit sum: digits k and up, times A rounded. */
static int64_t by_digits(vmac_form form, const int *p, int64_t a, int64_t w) {
  int64_t kept = 0;
  for (int j = p[0]; j < (form.width + 1) / 2; j++) kept += booth_digit(w, j) * (1 << 2 * j);
  return kept * rounded(a, p[1]);
}

/* No digits: the first j of them sum to W - rnd(W, 2j), so digit j weighs the step between two
 * roundings of W. */
static int64_t by_steps(vmac_form form, const int *p, int64_t a, int64_t w) {
  int64_t sum = 0;
  for (int j = p[0]; j < (form.width + 1) / 2; j++) {
    const int cut = p[1] > 2 * j ? p[1] - 2 * j : 0;
    sum += (rounded(w, 2 * j) - rounded(w, 2 * j + 2)) * rounded(a, cut);
  }
  return sum;
}

/* The statistics of ten members over all pairs of signed 8-bit operands, as computed for the survey
 * of the papers, to the digits it prints; relative error over nonzero products. */
static void roup_statistics(void **state) {
  (void)state;
  static const struct {
    int p[2];
    double rms, mred_percent;
    int wce;
  } table[] = {{{0, 2}, 1.5, 0.21, 4},      {{0, 4}, 8.4, 1.07, 28},   {{0, 5}, 21.5, 2.44, 82},
               {{0, 6}, 41.0, 4.21, 164},   {{0, 7}, 98.1, 8.27, 430}, {{1, 0}, 90.5, 4.53, 256},
               {{1, 4}, 90.7, 4.83, 268},   {{1, 6}, 96.7, 6.51, 356}, {{1, 7}, 125.5, 9.38, 558},
               {{2, 0}, 342.7, 14.78, 1024}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    const vmac_mult mult = {.name = "roup",
                            .cls = VMAC_S8,
                            .product = vmac_roup,
                            .param = {table[i].p[0], table[i].p[1]}};
    vmac_mult_errors e;
    vmac_mult_measure(&mult, NULL, &e);
    const double rms = sqrt(e.variance + e.mean * e.mean);
    if (e.mean != -0.25 || fabs(rms - table[i].rms) > 0.05 || e.wce != table[i].wce ||
        fabs(100 * e.mre - table[i].mred_percent) > 0.005)
      fail_msg("roup %d,%d: expected mean -0.25, RMS %.1f, MRED %.2f %%, WCE %d, found %g, %.3f, "
               "%.4f %%, %d",
               table[i].p[0], table[i].p[1], table[i].rms, table[i].mred_percent, table[i].wce,
               e.mean, rms, 100 * e.mre, e.wce);
  }
}

/* ---- columns ---- */

static int64_t by_columns(vmac_form form, const int *p, int64_t a, int64_t w) {
  const int plain = form.width - form.is_signed;
  int64_t f = a * w;
  for (int c = 0; c < p[0]; c++) {
    int ones = 0;
    for (int i = 0; i <= c; i++)
      if (i < plain && c - i < plain) ones += (a >> i & 1) && (w >> (c - i) & 1);
    if (ones > 1) f -= (int64_t)(ones - 1) << c;
  }
  return f;
}

/* Of n independent pairs, each 1 in a quarter of the cases, the OR keeps 1 - (3/4)^n of n / 4. */
static void or_columns_mean(void **state) {
  (void)state;
  for (vmac_class cls = VMAC_U8; cls <= VMAC_S8; cls++)
    for (int t = 0; t < 16; t++) {
      const vmac_mult mult = {.cls = cls, .product = vmac_or_columns, .param = {t}};
      vmac_mult_errors e;
      vmac_mult_measure(&mult, NULL, &e);
      const int plain = cls == VMAC_S8 ? 7 : 8;
      double mean = 0;
      for (int c = 0; c < t && c <= 2 * (plain - 1); c++) {
        const int pairs = c < plain ? c + 1 : 2 * plain - 1 - c;
        mean += ldexp(1 - pow(0.75, pairs) - pairs / 4.0, c);
      }
      near("or_columns", "mean", e.mean, mean);
    }
}

/* ---- identities between families of dropped bits ---- */

static void cleared_operands(void **state) {
  (void)state;
  for (int pa = 0; pa < 8; pa++)
    for (int pb = 0; pb < 8; pb++)
      for (int i = 0; i < 65536; i++) {
        const int by_a[3] = {pa, 0, 0}, by_b[3] = {0, pb, 0}, both[3] = {pa, pb, 0};
        const int64_t a = vmac_operand(VMAC_S8, (uint8_t)(i >> 8)), ua = i >> 8;
        const int64_t w = vmac_operand(VMAC_S8, (uint8_t)i), uw = i & 255;
        const int64_t high_a = a - ((a + 256) % (1 << pa)), high_w = w - ((w + 256) % (1 << pb));
        assert_int_equal(vmac_ppab(s8, both, a, w), high_a * high_w);
        assert_int_equal(vmac_ppab(u8, both, ua, uw), (ua >> pa << pa) * (uw >> pb << pb));
        assert_int_equal(vmac_ppab(s8, by_a, a, w), vmac_perforated(s8, &pa, a, w));
        assert_int_equal(vmac_ppab(u8, by_b, ua, uw), vmac_perforated(u8, &pb, uw, ua));
      }
}

static void broken_arrays(void **state) {
  (void)state;
  for (int h = 0; h < 8; h++)
    for (int v = 0; v < 16; v++)
      for (int64_t i = 0; i < 65536; i += h ? 7 : 1) {
        const int64_t a = i >> 8, w = i & 255, low = w % (1 << h);
        const int bam[3] = {h, v, 0}, ppab[3] = {0, h, v}, all[3] = {0, 0, v};
        assert_int_equal(vmac_bam(u8, bam, a, w), vmac_ppab(u8, ppab, a, w));
        assert_int_equal(vmac_bam(u8, bam, a, w), vmac_truncated(u8, &v, a, w - low));
        const int64_t sa = a - 128, sw = w - 128;
        assert_int_equal(vmac_ppab(s8, all, sa, sw), vmac_truncated(s8, &v, sa, sw));
        if (v > 0 && v <= 8) { /* the constant is all that f(0, 0) leaves */
          const int64_t k = vmac_truncated_const(u8, &v, 0, 0);
          assert_int_equal(vmac_truncated_const(u8, &v, a, w) - k, vmac_truncated(u8, &v, a, w));
        }
      }
}

/* ---- rounding at the edge, and modes ---- */

static int64_t edge(vmac_form form, int64_t a, int m) {
  const int64_t unit = (int64_t)1 << m, top = family_high(form) / unit * unit;
  return rounded(a, m) > top ? top : rounded(a, m);
}

static int64_t by_edge(vmac_form form, const int *p, int64_t a, int64_t w) {
  return edge(form, a, p[0]) * w;
}

static int64_t by_mode(vmac_form form, const int *p, int64_t a, int64_t w) {
  static const int bits[8] = {0, 1, 2, 3, 4, 4, 4, 4};
  const int m = bits[p[0] & 7];
  return (p[0] & 8 ? vmac_edge_rounded : vmac_perforated)(form, &m, a, w);
}

/* Half a step at most, but where the top half step has nowhere to go; over a whole range rounding
 * half up adds 1/2 on average, and the 2^(m-1) operands on top lose a step of 2^m each. */
static void edge_errors(void **state) {
  (void)state;
  for (vmac_class cls = VMAC_U8; cls <= VMAC_S8; cls++)
    for (int m = 1; m <= 4; m++) {
      const vmac_form form = {cls == VMAC_S8, 8};
      const int64_t half = (int64_t)1 << (m - 1), high = family_high(form);
      for (int64_t a = family_low(form); a <= high; a++)
        for (int64_t w = family_low(form); w <= high; w++) {
          const int64_t error = llabs(vmac_edge_rounded(form, &m, a, w) - a * w);
          const int64_t saturated = high + 1 - 2 * half; /* what the top operands get */
          assert_true(error <= half * llabs(w) || a > saturated);
          if (a > saturated) assert_int_equal(error, (a - saturated) * llabs(w));
        }
      const vmac_mult mult = {.cls = cls, .product = vmac_edge_rounded, .param = {m}};
      vmac_mult_errors e;
      vmac_mult_measure(&mult, NULL, &e);
      const double mean_w = cls == VMAC_U8 ? 127.5 : -0.5;
      near("edge_rounded", "mean", e.mean, (0.5 - ldexp(1, 2 * m - 9)) * mean_w);
    }
}

/* ---- compressors ---- */

/* What four bits x1..x4 (x1 the highest bit of the index) come to. Momeni, design 2: 0000 counts as
 * 1; 0011, 1100 and 1111 lose one. */
static const int momeni_says[16] = {1, 1, 1, 1, 1, 2, 2, 3, 1, 2, 2, 3, 1, 3, 3, 3};
/* Venkatachalam and Ko: one bit of each half, or all four, lose one. */
static const int venkatachalam_says[16] = {0, 1, 1, 2, 1, 1, 1, 3, 1, 1, 1, 3, 2, 3, 3, 3};

/* One row of wires: 0, 1, or NONE where there is no wire. */
enum { NONE = -1, COLUMNS = 17 };
typedef int wires[COLUMNS];

/* Sum and carry row of four rows, wire by wire. From column t up compressors are exact, so what the
 * wires there are worth goes to *rest, whatever they become. */
static void reduce(const int *says, int t, wires in[4], wires sum, wires carry, int64_t *rest) {
  for (int c = 0; c < COLUMNS; c++) sum[c] = carry[c] = NONE;
  for (int c = 0; c < COLUMNS; c++) {
    int list[4] = {0}, n = 0, index = 0, total = 0;
    for (int r = 0; r < 4; r++)
      if (in[r][c] != NONE) list[n++] = in[r][c];
    for (int i = 0; i < n; i++) {
      index = 2 * index + list[i];
      total += list[i];
    }
    if (c >= t) {
      *rest += (int64_t)total << c;
      continue;
    }
    if (n == 4) total = says[index];
    if (n > 0) sum[c] = total % 2;
    if (n > 1) carry[c + 1] = total / 2;
  }
}

static int64_t by_wires(const int *says, int t, int64_t a, int64_t w) {
  wires row[8], half[4], last[2];
  int64_t value = 0;
  for (int j = 0; j < 8; j++)
    for (int c = 0; c < COLUMNS; c++)
      row[j][c] = c < j || c > j + 7 ? NONE : (a >> (c - j) & 1) && (w >> j & 1);
  reduce(says, t, row, half[0], half[1], &value);
  reduce(says, t, row + 4, half[2], half[3], &value);
  reduce(says, t, half, last[0], last[1], &value);
  for (int c = 0; c < COLUMNS; c++)
    value += ((int64_t)(last[0][c] == 1) << c) + ((int64_t)(last[1][c] == 1) << c);
  return value;
}

static int64_t by_momeni(vmac_form form, const int *p, int64_t a, int64_t w) {
  (void)form;
  return by_wires(momeni_says, p[0], a, w);
}
static int64_t by_venkatachalam(vmac_form form, const int *p, int64_t a, int64_t w) {
  (void)form;
  return by_wires(venkatachalam_says, p[0], a, w);
}

/* Below t = 4 no column has four wires; at t = 4 column 3 of the first group is the only one, so
 * its error is the compressor's, for all 16 inputs. */
static void truth_tables(void **state) {
  (void)state;
  static const int t3 = 3, t4 = 4;
  const struct {
    family_product product;
    const int *says;
    int wrong;
  } list[] = {{vmac_momeni, momeni_says, 4}, {vmac_venkatachalam, venkatachalam_says, 5}};
  for (size_t k = 0; k < 2; k++) {
    int seen[16] = {0}, wrong = 0;
    for (int64_t i = 0; i < 65536; i++) {
      const int64_t a = i >> 8, w = i & 255;
      int index = 0, ones = 0;
      for (int r = 0; r < 4; r++) {
        const int x = (a >> (3 - r) & 1) && (w >> r & 1);
        index = 2 * index + x;
        ones += x;
      }
      const int error = list[k].says[index] - ones;
      assert_int_equal(list[k].product(u8, &t3, a, w), a * w);
      assert_int_equal(list[k].product(u8, &t4, a, w), a * w + 8 * error);
      if (!seen[index]++) wrong += error != 0;
    }
    for (int x = 0; x < 16; x++) assert_true(seen[x]);
    assert_int_equal(wrong, list[k].wrong);
  }
}

/* ---- all of them ---- */

#define BOTH .classes = 3, .lowest = 4, .widest = 16
/* clang-format off */
#define TO(halves, plus) {.highest = {halves, plus}}
/* clang-format on */
static const family_case families[] = {
    {"pr", vmac_pr, by_digits, .classes = 2, .lowest = 4, .widest = 16,
     .range = {TO(1, 0), TO(2, -1)}},
    {"roup", vmac_roup, by_steps, .classes = 2, .lowest = 4, .widest = 16,
     .range = {TO(1, 0), TO(2, -1)}},
    {"or_columns", vmac_or_columns, by_columns, BOTH, .range = {TO(4, -1)}},
    {"edge_rounded", vmac_edge_rounded, by_edge, BOTH, .range = {TO(1, 0)}},
    {"dyn", vmac_dyn, by_mode, .classes = 3, .lowest = 8, .widest = 8, .range = {TO(0, 15)}},
    {"momeni", vmac_momeni, by_momeni, .classes = 1, .lowest = 8, .widest = 8, .range = {TO(0, 12)},
     .zero_gives_more = true},
    {"venkatachalam", vmac_venkatachalam, by_venkatachalam, .classes = 1, .lowest = 8, .widest = 8,
     .range = {TO(0, 12)}}};
enum { FAMILIES = sizeof families / sizeof *families };

static void every_parameter(void **state) {
  (void)state;
  print_message("# seed %d\n", FAMILY_SEED);
  for (int f = 0; f < FAMILIES; f++) family_sweep(&families[f]);
}

static void every_registry_line(void **state) {
  (void)state;
  for (size_t c = 0; c < vmac_mult_count(); c++) {
    const vmac_mult *mult = vmac_mult_at(c);
    const family_case *f = family_find(families, FAMILIES, mult->family);
    if (f) family_table(f, mult);
    bool known = f || mult->truth;
    for (size_t i = 0; i < FAMILY_NAMES(partial_product_families); i++)
      known |= !strcmp(mult->family, partial_product_families[i]);
    for (size_t i = 0; i < FAMILY_NAMES(magnitude_families); i++)
      known |= !strcmp(mult->family, magnitude_families[i]);
    /* Somebody's new family has two files and a line; the cell bench then compares the two alone. */
    if (!known) print_message("# %s: no third formulation of %s here\n", mult->name, mult->family);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_parameter),  cmocka_unit_test(every_registry_line),
      cmocka_unit_test(roup_statistics),  cmocka_unit_test(or_columns_mean),
      cmocka_unit_test(cleared_operands), cmocka_unit_test(broken_arrays),
      cmocka_unit_test(edge_errors),      cmocka_unit_test(truth_tables)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
