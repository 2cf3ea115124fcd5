/* TEST RATIONALE: foreign tables of products (mult/import.h).
 *   State space: each file format with values that only the documented order decodes rightly; each
 *   kind of bad file with the part of the message that names the fault; DAMAGE random byte flips
 *   and cuts of a file of each format, where any answer but a crash (or a sanitizer's report) will
 *   do, and an error must name the file. Class and order of every native cell, twins of some, the
 *   variates of errors made for it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "mult/import.h"

enum { DAMAGE = 400, SEED = 21, PAIRS = IMPORT_PAIRS };

static char folder[] = "/tmp/test_import.XXXXXX";
static char path[64];
static int32_t value[PAIRS];

static int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) ? snprintf(path, sizeof path, "%s/table", folder) <= 0 : -1;
}

static int remove_folder(void **state) {
  (void)state;
  unlink(path);
  return rmdir(folder);
}

static bool reads(const void *bytes, size_t size, vmac_err *err) {
  err->text[0] = 0;
  assert_true(vmac_write_file(path, bytes, size, err));
  return import_read(path, value, err);
}

static void refused(const void *bytes, size_t size, const char *word) {
  vmac_err err;
  if (reads(bytes, size, &err)) fail_msg("accepted, expected '%s'", word);
  if (!strstr(err.text, word) || !strstr(err.text, path))
    fail_msg("expected '%s' and the file in: %s", word, err.text);
}

/* Product i of the test's table: differs from its transpose, covers the signed range. */
static int32_t product(size_t i) {
  return (int32_t)(i * 40503 % 65536) - 32768;
}

/* The first `count` products as text: `head`, the numbers with `between` behind each, `tail`. */
static char *as_text(const char *head, const char *between, const char *tail, size_t count) {
  const size_t room = count * (8 + strlen(between)) + strlen(head) + strlen(tail) + 1;
  char *text = vmac_alloc(room, 1);
  size_t at = (size_t)snprintf(text, room, "%s", head);
  for (size_t i = 0; i < count; i++)
    at += (size_t)snprintf(text + at, room - at, "%d%s", product(i), between);
  snprintf(text + at, room - at, "%s", tail);
  return text;
}

/* The table as little-endian words of `each` bytes. */
static uint8_t *as_words(size_t each) {
  uint8_t *bytes = vmac_alloc(PAIRS, each);
  for (size_t i = 0; i < PAIRS; i++)
    for (size_t b = 0; b < each; b++)
      bytes[each * i + b] = (uint8_t)((uint32_t)product(i) >> 8 * b);
  return bytes;
}

/* ---- formats ---- */

static void binary(void **state) {
  (void)state;
  vmac_err err;
  for (size_t each = 2; each <= 4; each += 2) {
    uint8_t *bytes = as_words(each);
    assert_true(reads(bytes, each * PAIRS, &err));
    for (size_t i = 0; i < PAIRS; i++)
      assert_int_equal(value[i], each == 4 ? product(i) : (uint16_t)product(i));
    refused(bytes, each * PAIRS - 1, each == 4 ? "found 262143 bytes" : "found 131071 bytes");
    refused(bytes, each * PAIRS - each, "expected a table of 65,536 products: 131072 bytes");
    if (each == 4) {
      bytes[4 * 77 + 2] ^= 1; /* product 77 is no 16-bit number now */
      refused(bytes, each * PAIRS, "byte 308: expected a 16-bit product (-32768..65535)");
    }
    free(bytes);
  }
}

static void text(void **state) {
  (void)state;
  static const struct {
    const char *head, *between, *tail;
  } good[] = {{"", "\n", ""},
              {"\xef\xbb\xbf", " ", ""},
              {"", ",", ""},
              {"# numpy 1.2\n", ".0, ", "\n# 7 8 9\n"},
              {"[[", ", ", "]]"},
              {"/* 1, {2 */\n// 3 {\n#define X {4\nint8_t nbits = 8;\nint16_t lut[256][256] = {",
               "L, /*5*/ // 6\n", "};\n#endif\n"},
              {"lut\n", "\t", ""}};
  vmac_err err;
  for (size_t k = 0; k < sizeof good / sizeof *good; k++) {
    char *file = as_text(good[k].head, good[k].between, good[k].tail, PAIRS);
    if (!reads(file, strlen(file), &err)) fail_msg("case %zu: %s", k, err.text);
    for (size_t i = 0; i < PAIRS; i++) assert_int_equal(value[i], product(i));
    free(file);
  }
}

static void bad_text(void **state) {
  (void)state;
  static const struct {
    const char *head, *between, *tail, *error;
    size_t count;
  } bad[] = {{"", "\n", "", "expected 65,536 products, found 65535", PAIRS - 1},
             {"", "\n", "5", "expected 65,536 products, found 65537", PAIRS},
             {"", "\n", "x", "table:65537: expected a whole number", PAIRS},
             {"", "\n", "0.5", "found '0.5'", PAIRS - 1},
             {"", "\n", "65536", "table:65536: expected a 16-bit product (-32768..", PAIRS - 1},
             {"", "\n", "-32769", "found -32769", PAIRS - 1},
             {"", "\n", "1e99", "found '1e99'", PAIRS - 1},
             {"", "\n", "99999999999999999999999999999999999999", "expected a whole number", 2},
             {"", "\n", "40000", "found -32768 and 40000", PAIRS - 1},
             {"", "\n", "", "found 0", 0},
             {"int lut[65536];", "\n", "", "found 65536", 0},
             {"/* ", " ", "", "found 0", 100},
             {"{", "{", "", "found 100", 100}};
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
    char *file = as_text(bad[k].head, bad[k].between, bad[k].tail, bad[k].count);
    refused(file, strlen(file), bad[k].error);
    free(file);
  }
}

/* Flips up to 4 bytes of a file or cuts it. */
static void damage(const void *good, size_t size, vmac_rng *rng) {
  for (int i = 0; i < DAMAGE; i++) {
    uint8_t *bad = vmac_alloc(size, 1);
    memcpy(bad, good, size);
    size_t keep = size;
    if (vmac_rng_below(rng, 4) == 0) keep = vmac_rng_below(rng, (uint32_t)size);
    for (uint32_t flips = vmac_rng_below(rng, 4) + 1; flips; flips--) {
      const uint32_t range = vmac_rng_below(rng, 2) ? 64 : (uint32_t)size;
      bad[vmac_rng_below(rng, range)] ^= (uint8_t)(1 + vmac_rng_below(rng, 255));
    }
    vmac_err err;
    if (!reads(bad, keep, &err) && !strstr(err.text, path))
      fail_msg("case %d: the error does not name the file: %s", i, err.text);
    free(bad);
  }
}

static void survives_damage(void **state) {
  (void)state;
  print_message("# %d damaged copies of each file, seed %d\n", DAMAGE, SEED);
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  char *plain = as_text("", "\n", "", PAIRS);
  char *header = as_text("/* c */ int lut[] = {\n", ", /*\\*/\n", "};\n", PAIRS);
  char *shorter = as_text("/* c */ int lut[] = {\n", ", // /*\n", "0x7, +.5 };\n/*", 20);
  uint8_t *words = as_words(2), *wide = as_words(4);
  damage(plain, strlen(plain), &rng);
  damage(header, strlen(header), &rng);
  damage(shorter, strlen(shorter), &rng);
  damage(words, 2 * PAIRS, &rng);
  damage(wide, 4 * PAIRS, &rng);
  free(wide);
  free(words);
  free(shorter);
  free(header);
  free(plain);
}

/* ---- what a table is ---- */

/* The native cell as a foreign file: its form, transposed or not. */
static void foreign(const vmac_mult *mult, import_form form, bool swap) {
  static int32_t table[PAIRS];
  vmac_mult_table(mult, table);
  const int flip = form == IMPORT_S8_OFFSET ? 0x80 : 0;
  for (int a = 0; a < 256; a++)
    for (int w = 0; w < 256; w++) {
      const int first = (swap ? w : a) ^ flip, second = (swap ? a : w) ^ flip;
      value[first << 8 | second] = table[a << 8 | w];
    }
}

static void forms(void **state) {
  (void)state;
  const bool any[] = {true, true, true};
  static uint16_t truth[PAIRS], raw[PAIRS];
  for (size_t c = 0; c < vmac_mult_count(); c++) {
    const vmac_mult *mult = vmac_mult_at(c);
    const bool no_product = !strcmp(mult->family, "zero");
    for (int form = 0; form < IMPORT_FORMS; form++) {
      if (import_class((import_form)form) != mult->cls || mult->truth) continue;
      for (int swap = 0; swap < 2; swap++) {
        double distance[IMPORT_FORMS];
        import_form found;
        foreign(mult, (import_form)form, swap);
        import_distances(value, distance);
        assert_int_equal(import_detect(distance, any, &found), !no_product);
        if (!no_product) assert_int_equal(found, form);
        import_truth(value, (import_form)form, swap, truth);
        const vmac_mult back = import_mult(truth, mult->cls);
        for (int i = 0; i < PAIRS; i++) {
          const int32_t a = vmac_operand(mult->cls, (uint8_t)(i >> 8));
          const int32_t w = vmac_operand(mult->cls, (uint8_t)i);
          assert_int_equal(vmac_product(&back, a, w), vmac_product(mult, a, w));
        }
        /* as raw 16-bit words, signed products look unsigned */
        for (int i = 0; i < PAIRS; i++) value[i] = (uint16_t)value[i];
        import_distances(value, distance);
        assert_int_equal(import_detect(distance, any, &found), !no_product);
        if (!no_product) assert_int_equal(found, form);
        import_truth(value, (import_form)form, swap, raw);
        assert_memory_equal(raw, truth, sizeof raw);
      }
    }
  }
}

static void detection(void **state) {
  (void)state;
  static const struct {
    double distance[IMPORT_FORMS];
    bool allowed[IMPORT_FORMS], clear;
    import_form form;
  } cases[] = {{{0.1, 0.2, 1}, {true, true, true}, true, IMPORT_U8},
               {{0.1, 0.19, 1}, {true, true, true}, false, IMPORT_U8},
               {{0.1, 0.19, 1}, {false, true, true}, true, IMPORT_S8},
               {{1, 1, 0.5}, {true, true, true}, true, IMPORT_S8_OFFSET},
               {{0, 0, 1}, {true, true, true}, false, IMPORT_U8},
               {{0, 0.5, 1}, {true, true, true}, true, IMPORT_U8},
               {{1, 1, 1}, {true, false, false}, true, IMPORT_U8},
               {{INFINITY, 1, 1}, {true, false, false}, false, IMPORT_U8},
               {{1, 1, 1}, {false, false, false}, false, IMPORT_U8}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    import_form form = IMPORT_U8;
    const bool clear = import_detect(cases[k].distance, cases[k].allowed, &form);
    if (clear != cases[k].clear || (clear && form != cases[k].form)) fail_msg("case %zu", k);
  }
}

static void twins(void **state) {
  (void)state;
  static uint16_t truth[PAIRS], mirror[PAIRS];
  for (size_t c = 0; c < vmac_mult_count(); c += 5) { /* each asks all the others */
    const vmac_mult *mult = vmac_mult_at(c);
    const import_form form = mult->cls == VMAC_U8 ? IMPORT_U8 : IMPORT_S8;
    foreign(mult, form, false);
    import_truth(value, form, false, truth);
    import_truth(value, form, true, mirror);
    int differ = 0;
    for (int i = 0; i < PAIRS; i++) differ += truth[i] != mirror[i];
    assert_int_equal(import_asymmetry(truth), differ);
    const vmac_mult *twin = import_twin(truth, mult->cls, "", false);
    assert_non_null(twin); /* itself, or an earlier cell of the same products */
    assert_ptr_equal(import_twin(mirror, mult->cls, "", true), twin);
    const vmac_mult *other = import_twin(truth, mult->cls, twin->name, false);
    assert_true(!other || other != twin);
    const bool is_mirror = import_twin(mirror, mult->cls, "", false) == twin;
    assert_int_equal(is_mirror, !differ);
    truth[4711]++;
    assert_ptr_not_equal(import_twin(truth, mult->cls, "", false), twin);
  }
}

/* E_W[error | A] is -127.5 x for an unsigned cell whose error is -x(A) W. */
static void variates(void **state) {
  (void)state;
  static uint16_t truth[PAIRS];
  for (int kind = VMAC_X_LOW; kind <= VMAC_X_OR; kind++)
    for (int n = 1; n <= 7; n++) {
      for (int i = 0; i < PAIRS; i++) {
        const int a = i >> 8, w = i & 255;
        truth[i] = (uint16_t)(a * w - vmac_variate((vmac_xkind)kind, n, (uint8_t)a) * w);
        if (a == 0) truth[i] = 0;
      }
      vmac_xkind found;
      int bits;
      double share;
      import_variate(truth, VMAC_U8, &found, &bits, &share);
      assert_int_equal(bits, n);
      assert_int_equal(found, n == 1 ? VMAC_X_LOW : (vmac_xkind)kind); /* the same of one bit */
      assert_true(fabs(share - 1) < 1e-12);
    }
  for (int i = 0; i < PAIRS; i++) truth[i] = (uint16_t)((i >> 8) * (i & 255) + 9);
  vmac_xkind found;
  int bits;
  double share;
  import_variate(truth, VMAC_U8, &found, &bits, &share); /* a constant error has no variate */
  assert_int_equal(found, VMAC_X_NONE);
  assert_int_equal(bits, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(binary),          cmocka_unit_test(text),     cmocka_unit_test(bad_text),
      cmocka_unit_test(survives_damage), cmocka_unit_test(forms),    cmocka_unit_test(detection),
      cmocka_unit_test(twins),           cmocka_unit_test(variates),
  };
  return cmocka_run_group_tests_name("import", tests, make_folder, remove_folder);
}
