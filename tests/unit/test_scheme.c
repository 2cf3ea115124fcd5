/* Schemes: how a cell's products are summed fast, found from its table alone and proved.
 *
 * TEST RATIONALE. State space: every registry cell at every level; the fewest terms of each family
 * that has an exact sum of products, from its definition, and not one fewer; tables built from
 * random factors, from factors at the limit of 8 bits and one beyond, from a product and a rest of
 * every number of columns, at the limit of a byte and one beyond; tables without structure.
 * Every result is checked by a plain sum of its own. Prices decide which plan is found: here they
 * bound its cost; test_scheme_rest.c has the rests whatever they cost, test_scheme_proof.c the proof.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "gemm/scheme_parts.h"

enum { CODES = 256, PAIRS = 65536 };

static int32_t table[PAIRS];
static vmac_scheme scheme;

/* The identity, written out; the number of pairs where it fails. */
static int wrong_pairs(const vmac_scheme *s, const int32_t *t) {
  int wrong = 0;
  for (int i = 0; i < PAIRS; i++) {
    const int a = i >> 8, w = i & 255;
    int64_t sum = (int64_t)s->of_a[a] + s->of_w[w];
    for (int k = 0; k < s->terms; k++) sum += s->f[k][a] * s->g[k][w];
    if (s->rest == VMAC_REST_BYTE || s->rest == VMAC_REST_WORD) sum += s->entry[w][s->column[a]];
    if (s->rest == VMAC_REST_ROWS) sum += t[i];
    wrong += (sum - t[i]) % ((int64_t)1 << 32) != 0;
  }
  return wrong;
}

static bool sums_a(const vmac_scheme *s) {
  for (int a = 0; a < CODES; a++)
    if (s->of_a[a]) return true;
  return false;
}

static void check(const char *name, vmac_isa isa) {
  int a, w;
  const vmac_scheme *s = &scheme;
  const bool entries = s->rest == VMAC_REST_BYTE || s->rest == VMAC_REST_WORD;
  if (wrong_pairs(s, table)) fail_msg("%s: %d pairs are wrong", name, wrong_pairs(s, table));
  assert_true(vmac_scheme_prove(s, table, &a, &w));
  assert_in_range(s->terms, 0, VMAC_TERMS_MAX);
  if (s->rest == VMAC_REST_ROWS) assert_int_equal(s->terms, 0);
  if (s->rest == VMAC_REST_ROWS) assert_false(sums_a(s));
  if (isa != VMAC_AVX512) assert_false(entries);
  if (entries) {
    assert_true(s->columns == 16 || s->columns == 64 || s->columns == 128 || s->columns == 256);
    for (int c = 0; c < CODES; c++) assert_true(s->column[c] < s->columns);
    if (s->rest == VMAC_REST_BYTE)
      for (int i = 0; i < PAIRS; i++) assert_true(s->entry[i & 255][i >> 8] <= UINT8_MAX);
  }
  const double price = vmac_scheme_price(isa, s->terms, sums_a(s), s->rest, s->columns);
  assert_true(s->cost == price);
  assert_true(price <= vmac_scheme_price(isa, 0, false, VMAC_REST_ROWS, 0));
}

static void find(const char *name, vmac_isa isa) {
  memset(&scheme, 0xa5, sizeof scheme); /* what stood there does not matter */
  vmac_scheme_find(table, isa, &scheme);
  check(name, isa);
}

static void find_everywhere(const char *name) {
  for (vmac_isa isa = VMAC_PORTABLE; isa < VMAC_ISAS; isa++) find(name, isa);
}

/* n terms and no rest, and not one fewer. */
static void expect_terms(const char *name, int n) {
  if (!vmac_scheme_terms(table, VMAC_AVX512, n, &scheme)) fail_msg("%s: not %d terms", name, n);
  assert_int_equal(scheme.terms, n);
  assert_int_equal(scheme.rest, VMAC_REST_NONE);
  if (wrong_pairs(&scheme, table)) fail_msg("%s: %d terms are wrong", name, n);
  if (n && vmac_scheme_terms(table, VMAC_AVX512, n - 1, &scheme))
    fail_msg("%s: %d terms are said to do", name, n - 1);
}

static void expect_no_terms(const char *name) {
  if (vmac_scheme_terms(table, VMAC_AVX512, VMAC_TERMS_MAX, &scheme))
    fail_msg("%s: %d terms are said to do", name, scheme.terms);
}

static void registry(void **state) {
  (void)state;
  for (size_t i = 0; i < vmac_mult_count(); i++) {
    vmac_mult_table(vmac_mult_at(i), table);
    find_everywhere(vmac_mult_at(i)->name);
  }
}

/* ROUP sums Booth digits of W times A rounded by r - 2 j bits, j >= p: a term for each rounding. */
static int roundings(int p, int r) {
  int n = 0;
  for (int j = p; j < 4 && (j == p || r - 2 * (j - 1) > 0); j++) n++;
  return n;
}

/* From the definitions; VMAC_TERMS_MAX + 1 for more than that, -1 for a family that is no sum of
 * products. */
static int terms_of(const vmac_mult *m) {
  static const char *const one[] = {"exact",      "array", "dadda",        "booth",
                                    "perforated", "ssm",   "edge_rounded", "dyn"};
  const char *family = m->family;
  const int *p = m->param;
  for (size_t i = 0; i < sizeof one / sizeof *one; i++)
    if (!strcmp(family, one[i])) return 1;
  if (!strcmp(family, "zero")) return 0;
  /* A W - (A mod 2^m)(W mod 2^m); exact - (A - A')(W - W'); exact - 2 f(A) f(W) */
  if (!strcmp(family, "recursive") || !strcmp(family, "roba") || !strcmp(family, "kulkarni"))
    return 2;
  /* Each bit j < t of W has an A of its own, without its low t - j bits; the others share one. */
  if (!strcmp(family, "truncated")) return p[0] < 6 ? p[0] + 1 : VMAC_TERMS_MAX + 1;
  if (!strcmp(family, "truncated_const")) return VMAC_TERMS_MAX + 1;
  if (!strcmp(family, "ppab")) return p[2] > p[0] + p[1] ? p[2] - p[0] - p[1] + 1 : 1;
  if (!strcmp(family, "bam")) return p[1] > p[0] ? p[1] - p[0] + 1 : 1;
  /* f(A) f(W), but f(-128) = -(128 + 2^(7-k)) is too far from the largest for 8 bits. */
  if (!strcmp(family, "drum")) return m->cls == VMAC_U8 ? 1 : 3;
  /* A product, but 127 rounds to 128, one value more than 8 bits hold: two terms. */
  if (!strcmp(family, "pr")) return 2;
  if (!strcmp(family, "roup")) {
    const int n = roundings(p[0], p[1]);
    return n == 1 && p[0] ? 2 : n; /* without the lowest digit 127 rounds to 128 */
  }
  return -1;
}

static void families(void **state) {
  (void)state;
  int stated = 0;
  for (size_t i = 0; i < vmac_mult_count(); i++) {
    const vmac_mult *m = vmac_mult_at(i);
    const int n = terms_of(m);
    vmac_mult_table(m, table);
    if (n > VMAC_TERMS_MAX) expect_no_terms(m->name);
    if (n >= 0 && n <= VMAC_TERMS_MAX) expect_terms(m->name, n);
    stated += n >= 0;
  }
  assert_true(stated > 100);
}

/* Operands' low bits cleared, columns dropped: the signed 8 x 8 circuits of EvoApproxLib. */
static void every_ppab(void **state) {
  (void)state;
  vmac_err err;
  vmac_mult m = *vmac_mult_find("ppab1_0_3s", &err);
  for (int pa = 0; pa < 4; pa++)
    for (int pb = 0; pb < 4; pb++)
      for (int t = 0; t < 8; t++) {
        m.param[0] = pa;
        m.param[1] = pb;
        m.param[2] = t;
        vmac_mult_table(&m, table);
        if (terms_of(&m) > VMAC_TERMS_MAX)
          expect_no_terms("ppab");
        else
          expect_terms("ppab", terms_of(&m));
      }
}

/* ---- tables made of known parts ---- */

static int32_t f[VMAC_TERMS_MAX][CODES], g[VMAC_TERMS_MAX][CODES];

static void sum_products(int n) {
  memset(table, 0, sizeof table);
  for (int k = 0; k < n; k++)
    for (int i = 0; i < PAIRS; i++) table[i] += f[k][i >> 8] * g[k][i & 255];
}

static void random_factors(void **state) {
  (void)state;
  vmac_rng rng;
  vmac_rng_seed(&rng, 1);
  for (int n = 1; n <= VMAC_TERMS_MAX; n++)
    for (int repeat = 0; repeat < 8; repeat++) {
      for (int k = 0; k < n; k++)
        for (int c = 0; c < CODES; c++) {
          f[k][c] = (int32_t)vmac_rng_below(&rng, 256);
          g[k][c] = (int32_t)vmac_rng_below(&rng, (uint32_t)(256 / n)) - 128 / n;
        }
      sum_products(n);
      expect_terms("random factors", n);
      find("random factors", VMAC_AVX512);
      assert_true(scheme.cost <= vmac_scheme_price(VMAC_AVX512, n, true, VMAC_REST_NONE, 0));
    }
}

static void ramp(int32_t *x, int32_t from, int32_t to) {
  for (int c = 0; c < CODES; c++) x[c] = c == CODES - 1 ? to : from + c;
}

static void limits(void **state) {
  (void)state;
  static const struct {
    int32_t f_lo, f_hi, g_lo, g_hi;
    int terms;
    bool sum_of_a;
  } row[] = {{0, 255, -128, 127, 1, false},   {-128, 127, -128, 127, 1, false},
             {-255, 0, -128, 127, 1, false},  {0, 255, -127, 128, 1, false}, /* -f times -g */
             {0, 255, 0, 255, 1, true},       {0, 255, -129, 126, 1, true},
             {0, 256, -128, 127, 2, false},   {-128, 128, -128, 127, 2, false},
             {0, 255, -128, 128, 2, false},   {0, 255, 0, 256, 2, false},
             {-128, 128, -128, 128, 3, false}};
  for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
    ramp(f[0], row[i].f_lo, row[i].f_hi);
    ramp(g[0], row[i].g_lo, row[i].g_hi);
    sum_products(1);
    expect_terms("limits", row[i].terms);
    find_everywhere("limits");
    if (row[i].terms > 1) continue;
    assert_true(vmac_scheme_terms(table, VMAC_AVX512, 1, &scheme));
    assert_int_equal(sums_a(&scheme), row[i].sum_of_a);
  }
  for (int c = 0; c < CODES; c++) { /* 764 = 2 * 254 + 256: wants more of the spare width of f */
    f[0][c] = c / 3;
    g[0][c] = c == 255 ? 764 : 3 * c;
  }
  sum_products(1);
  expect_terms("two of unequal weight", 2);
}

/* A product and bytes that the kind of an activation decides, `kinds` of them. */
static void product_and_bytes(int kinds, int32_t most, int32_t a_lo, vmac_rng *rng) {
  static int32_t h[CODES][CODES];
  for (int i = 0; i < PAIRS; i++)
    h[i >> 8][i & 255] = (int32_t)vmac_rng_below(rng, (uint32_t)most + 1);
  h[0][1] = h[1][2] = most; /* two differences of `most`: no shift makes them less */
  h[0][2] = h[1][1] = 0;
  for (int i = 0; i < PAIRS; i++) {
    const int a = i >> 8, w = i & 255;
    table[i] = ((a ^ 128) + a_lo) * (int8_t)w + h[a % kinds][w];
  }
}

static void rests(void **state) {
  (void)state;
  static const struct {
    int kinds, columns;
  } row[] = {{2, 16}, {16, 16}, {17, 64}, {64, 64}, {65, 128}, {128, 128}, {129, 256}, {256, 256}};
  const vmac_isa isa = VMAC_AVX512;
  const double rows = vmac_scheme_price(isa, 0, false, VMAC_REST_ROWS, 0);
  vmac_rng rng;
  vmac_rng_seed(&rng, 2);
  for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
    product_and_bytes(row[i].kinds, UINT8_MAX, -128, &rng);
    find_everywhere("product and bytes");
    const double price = vmac_scheme_price(isa, 1, false, VMAC_REST_BYTE, row[i].columns);
    assert_true(scheme.cost <= (price < rows ? price : rows));
    product_and_bytes(row[i].kinds, UINT8_MAX + 1, -128, &rng);
    find("product and more than bytes", isa);
    if (row[i].kinds > 16) assert_true(scheme.cost > price || scheme.rest == VMAC_REST_ROWS);
  }
  for (int i = 0; i < PAIRS; i++) /* bytes of 16 kinds and a sum of A */
    table[i] = ((i >> 8) * 77 & 255) * 3 + ((i >> 8 & 15) * (i & 255) * 41 & 255);
  find("bytes and a sum of A", isa);
  assert_true(scheme.cost <= vmac_scheme_price(isa, 0, true, VMAC_REST_BYTE, 16));
  for (int i = 0; i < PAIRS; i++) /* words of 16 kinds, both ends of the range in one column */
    table[i] = (int16_t)(((i >> 8 & 15) * 4369 + (i & 255) * 12345) & UINT16_MAX);
  find("words", isa);
  assert_true(scheme.cost <= vmac_scheme_price(isa, 0, false, VMAC_REST_WORD, 16));
  vmac_err err;
  vmac_mult_table(vmac_mult_find("robas", &err), table); /* two products and low bits' bytes */
  for (int i = 0; i < PAIRS; i++) table[i] += (i >> 8 & 15) * 7 * (i & 15) & 31;
  find("two products and bytes", isa);
  assert_true(scheme.cost <= vmac_scheme_price(isa, 2, true, VMAC_REST_BYTE, 16));
  vmac_mult_table(vmac_mult_find("trunc6s", &err), table); /* up to 321 go: sums of A must share */
  find("trunc6s", isa);
  assert_true(scheme.cost <= vmac_scheme_price(isa, 1, true, VMAC_REST_BYTE, 64));
}

static void no_structure(void **state) {
  (void)state;
  const double words = vmac_scheme_price(VMAC_AVX512, 0, false, VMAC_REST_WORD, 256);
  const double rows = vmac_scheme_price(VMAC_AVX512, 0, false, VMAC_REST_ROWS, 0);
  vmac_rng rng;
  vmac_rng_seed(&rng, 3);
  for (int is_signed = 0; is_signed < 2; is_signed++) {
    for (int i = 0; i < PAIRS; i++) {
      const uint16_t bits = (uint16_t)vmac_rng_next(&rng);
      table[i] = is_signed ? (int16_t)bits : bits;
    }
    table[0] = is_signed ? INT16_MIN : 0;
    table[1] = is_signed ? INT16_MAX : UINT16_MAX;
    expect_no_terms("random table");
    find_everywhere("random table");
    assert_int_equal(scheme.rest, words < rows ? VMAC_REST_WORD : VMAC_REST_ROWS);
  }
  static const int32_t same[] = {0, 1, UINT16_MAX, INT16_MIN, INT16_MAX};
  for (size_t k = 0; k < sizeof same / sizeof *same; k++) {
    for (int i = 0; i < PAIRS; i++) table[i] = same[k];
    find_everywhere("one number");
    assert_int_equal(scheme.terms, 0);
    assert_int_equal(scheme.rest, VMAC_REST_NONE);
    assert_false(sums_a(&scheme));
    table[PAIRS - 1] ^= UINT16_MAX; /* -32768 becomes one beyond, as wide as the range */
    table[PAIRS - 1] = (int16_t)table[PAIRS - 1];
    find_everywhere("one number but for the last");
    assert_int_not_equal(scheme.terms + (int)scheme.rest, 0);
  }
}

static void same_again(void **state) {
  (void)state;
  static const char *const name[] = {"trunc6", "roup0_7s", "drum5s", "mitchell", "rec3"};
  static vmac_scheme first;
  vmac_err err;
  for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
    vmac_mult_table(vmac_mult_find(name[i], &err), table);
    find(name[i], VMAC_AVX512);
    first = scheme;
    find(name[i], VMAC_AVX512);
    assert_int_equal(first.terms, scheme.terms);
    assert_int_equal(first.rest, scheme.rest);
    assert_memory_equal(first.f, scheme.f, sizeof first.f);
    assert_memory_equal(first.g, scheme.g, sizeof first.g);
    assert_memory_equal(first.of_a, scheme.of_a, sizeof first.of_a);
    assert_memory_equal(first.of_w, scheme.of_w, sizeof first.of_w);
    assert_memory_equal(first.column, scheme.column, sizeof first.column);
    assert_memory_equal(first.entry, scheme.entry, sizeof first.entry);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(registry),       cmocka_unit_test(families),  cmocka_unit_test(every_ppab),
      cmocka_unit_test(random_factors), cmocka_unit_test(limits),    cmocka_unit_test(rests),
      cmocka_unit_test(no_structure),   cmocka_unit_test(same_again)};
  return cmocka_run_group_tests_name("scheme", tests, NULL, NULL);
}
