/* Rests of bytes and words: the steps of the search by themselves, whatever kernels cost.
 *
 * TEST RATIONALE. State space: a given product and a rest of every number of columns, of bytes and
 * of words, at the limit and one beyond; sums of A that only levelling finds; products of operands
 * signed and unsigned, some bits cleared, and two products, to be found under a rest of 16 columns,
 * the fewest there are; weights are signed, as unsigned ones ask for a sum of A. Nothing stands
 * against the search (a cost of infinity to beat) and each table leaves it one answer, so that no
 * price decides: terms, rest and columns are exact, entries are those that made the table.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "gemm/scheme_parts.h"

enum { CODES = 256, PAIRS = 65536 };

static int32_t table[PAIRS], centred[PAIRS];
static int32_t f[CODES], g[CODES], of_a[CODES]; /* what the table is made of */
static int32_t h[CODES][CODES];                 /* (kind of activation, weight's bits) */
static vmac_scheme scheme;

/* f g + of_a + h, the kind of an activation its code mod `kinds`. */
static void make_table(int kinds) {
  for (int i = 0; i < PAIRS; i++) {
    const int a = i >> 8, w = i & 255;
    table[i] = f[a] * g[w] + of_a[a] + h[a % kinds][w];
  }
}

/* Numbers 0 .. most; 0 at w = 0, where of_a is read off; two differences of `most`, which no shift
 * makes less. */
static void random_rest(int kinds, int32_t most, vmac_rng *rng) {
  for (int k = 0; k < kinds; k++)
    for (int w = 0; w < CODES; w++)
      h[k][w] = w ? (int32_t)vmac_rng_below(rng, (uint32_t)most + 1) : 0;
  h[0][1] = h[1][2] = most;
  h[0][2] = h[1][1] = 0;
}

/* u8 by s8 as kernels have them, so that terms need no shift. */
static void set_operands(int terms) {
  for (int c = 0; c < CODES; c++) {
    f[c] = terms ? c ^ 128 : 0;
    g[c] = terms ? (int8_t)c : 0;
    of_a[c] = 0;
  }
}

static bool settle(int terms) {
  memset(&scheme, 0xa5, sizeof scheme); /* what stood there does not matter */
  scheme.terms = terms;
  for (int c = 0; c < CODES; c++) {
    scheme.f[0][c] = (uint8_t)f[c];
    scheme.g[0][c] = (int8_t)g[c];
  }
  return vmac_scheme_settle(table, VMAC_AVX512, INFINITY, &scheme);
}

/* The rest is h, less what of_w takes of each weight. */
static void expect_rest(vmac_rest rest, int terms, int kinds, int columns) {
  assert_int_equal(scheme.terms, terms);
  assert_int_equal(scheme.rest, rest);
  assert_int_equal(scheme.columns, columns);
  assert_memory_equal(scheme.of_a, of_a, sizeof of_a);
  for (int w = 0; w < CODES; w++) {
    int32_t least = h[0][w];
    for (int k = 1; k < kinds; k++) least = h[k][w] < least ? h[k][w] : least;
    assert_int_equal(scheme.of_w[w], least);
    for (int a = 0; a < CODES; a++) {
      assert_true(scheme.column[a] < columns);
      assert_int_equal(scheme.entry[w][scheme.column[a]], h[a % kinds][w] - least);
    }
  }
}

static const struct {
  int kinds, columns;
} width[] = {{2, 16}, {16, 16}, {17, 64}, {64, 64}, {65, 128}, {128, 128}, {129, 256}, {256, 256}};

static void limits(void **state) {
  (void)state;
  vmac_rng rng;
  vmac_rng_seed(&rng, 5);
  for (size_t i = 0; i < sizeof width / sizeof *width; i++)
    for (int terms = 1; terms >= 0; terms--) { /* words stand alone: no kernel adds terms to them */
      const vmac_rest rest = terms ? VMAC_REST_BYTE : VMAC_REST_WORD;
      const int32_t most = terms ? UINT8_MAX : UINT16_MAX;
      set_operands(terms);
      random_rest(width[i].kinds, most, &rng);
      make_table(width[i].kinds);
      assert_true(settle(terms));
      expect_rest(rest, terms, width[i].kinds, width[i].columns);
      random_rest(width[i].kinds, most + 1, &rng);
      make_table(width[i].kinds);
      assert_false(settle(terms));
    }
}

/* Kind 0 stands against each other kind at both limits: one sum of A alone leaves bytes, and what
 * is read off at w = 0 is wrong by 255. */
static void levelled(void **state) {
  (void)state;
  vmac_rng rng;
  vmac_rng_seed(&rng, 6);
  for (size_t i = 0; i < sizeof width / sizeof *width; i++) {
    const int kinds = width[i].kinds;
    set_operands(1);
    for (int a = 0; a < CODES; a++) of_a[a] = a * 77 % 1021; /* 0 for a = 0 */
    random_rest(kinds, UINT8_MAX / 2, &rng);
    for (int k = 0; k < kinds; k++) {
      for (int w = 2; w < CODES; w++) h[k][w] += UINT8_MAX / 4; /* far from both limits */
      h[k][0] = k ? UINT8_MAX : 0;
      h[k][1] = k ? 0 : UINT8_MAX;
    }
    make_table(kinds);
    assert_true(settle(1));
    expect_rest(VMAC_REST_BYTE, 1, kinds, width[i].columns);
    h[1][0]++; /* a difference of 511 */
    make_table(kinds);
    assert_false(settle(1));
  }
}

static void below(void **state) {
  (void)state;
  vmac_rng rng;
  vmac_rng_seed(&rng, 7);
  set_operands(1);
  random_rest(16, UINT8_MAX, &rng);
  make_table(16);
  assert_true(settle(1));
  assert_true(scheme.cost == vmac_scheme_price(VMAC_AVX512, 1, false, VMAC_REST_BYTE, 16));
  assert_false(vmac_scheme_settle(table, VMAC_AVX512, scheme.cost, &scheme)); /* not cheaper */
}

/* ---- the search for terms ---- */

/* `terms` and a rest of bytes, 16 columns, no sum of A: the least that the search can come to. */
static void approach(int terms) {
  for (int i = 0; i < PAIRS; i++)
    centred[i] = table[i] - table[i & ~255] - table[i & 255] + table[0];
  memset(&scheme, 0xa5, sizeof scheme);
  scheme.cost = INFINITY;
  vmac_scheme_approach(table, centred, VMAC_AVX512, &scheme);
  assert_true(scheme.cost < (double)INFINITY);
  assert_int_equal(scheme.terms, terms);
  assert_int_equal(scheme.rest, VMAC_REST_BYTE);
  assert_int_equal(scheme.columns, 16);
  assert_true(scheme.cost == vmac_scheme_price(VMAC_AVX512, terms, false, VMAC_REST_BYTE, 16));
  for (int i = 0; i < PAIRS; i++) {
    const int a = i >> 8, w = i & 255;
    int32_t sum = scheme.of_a[a] + scheme.of_w[w];
    for (int k = 0; k < terms; k++) sum += scheme.f[k][a] * scheme.g[k][w];
    assert_true(scheme.column[a] < 16);
    assert_true(scheme.entry[w][scheme.column[a]] <= UINT8_MAX);
    assert_int_equal(scheme.entry[w][scheme.column[a]], table[i] - sum);
  }
}

static void one_product(void **state) {
  (void)state;
  vmac_rng rng;
  vmac_rng_seed(&rng, 8);
  for (int is_signed = 0; is_signed < 2; is_signed++)
    for (int cleared = 0; cleared < 5; cleared++) {
      const int32_t mask = ~((1 << cleared) - 1);
      for (int c = 0; c < CODES; c++) {
        f[c] = (is_signed ? (int8_t)c : c) & mask;
        g[c] = (int8_t)c & mask;
        of_a[c] = 0;
      }
      random_rest(16, UINT8_MAX, &rng);
      make_table(16);
      approach(1);
    }
}

/* exact - (A - A')(W - W'), A' rounded to a power of two, differs from any one product by more than
 * bytes hold. */
static void two_products(void **state) {
  (void)state;
  vmac_err err;
  vmac_mult_table(vmac_mult_find("robas", &err), table);
  for (int i = 0; i < PAIRS; i++) table[i] += (i >> 8 & 15) * 7 * (i & 15) & 31;
  approach(2);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(limits), cmocka_unit_test(levelled),
                                     cmocka_unit_test(below), cmocka_unit_test(one_product),
                                     cmocka_unit_test(two_products)};
  return cmocka_run_group_tests_name("scheme_rest", tests, NULL, NULL);
}
