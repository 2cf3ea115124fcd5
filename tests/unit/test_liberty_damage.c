/* TEST RATIONALE: damaged and hostile cell libraries (synth/liberty).
 *   State space: the library of liberty_case.lib cut at every byte; FLIPS files with up to four bits
 *   changed; words of it swapped for other words of it; groups nested without end, a name, a list
 *   and a number without end; a table of absurd axes. Any answer but a crash, a sanitizer's report
 *   or success without cells will do, and what is accepted must be written and read again.
 *   Parameters: SEED.
 * SPDX-License-Identifier: Apache-2.0 */
#include "liberty_case.h"
#include "prep.h"

enum { FLIPS = 2500, SWAPS = 1500, SEED = 11 };

/* Loads, and prepares, writes and reads again what loads. */
static void try_text(const char *text, size_t size) {
  vmac_err err = {""};
  const char *path = case_put("damaged.lib", text, size);
  cell_lib *lib = celllib_load(&path, 1, &err);
  assert_true(lib || err.text[0]);
  if (!lib) return;
  assert_true(lib->cells > 0);
  celllib_free(lib);
  prep_lib *prep = prep_load(&path, 1, NULL, 0, &err);
  if (!prep) return;
  char *out = NULL;
  FILE *f = open_memstream(&out, &size);
  assert_non_null(f);
  view_apply(prep, 0);
  lib_write(f, prep->root);
  const long end = ftell(f);
  model_write(f, prep);
  assert_int_equal(fclose(f), 0);
  lib_group *again = lib_parse("again", out, (size_t)end, &err);
  if (!again) fail_msg("written, but not read again: %s", err.text);
  lib_free(again);
  prep_free(prep);
  free(out);
}

static void test_cut(void **state) {
  (void)state;
  char *text = case_text();
  vmac_err err;
  for (size_t cut = 0; cut + 2 < strlen(text); cut++) {
    lib_group *root = lib_parse("cut", text, cut, &err);
    if (root) fail_msg("cut at %zu of %zu bytes and read", cut, strlen(text));
  }
  for (size_t cut = 0; cut < strlen(text); cut += 61) try_text(text, cut);
  free(text);
}

static void test_flips(void **state) {
  (void)state;
  char *good = case_text(), *text = case_text();
  const size_t size = strlen(good);
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  for (int i = 0; i < FLIPS; i++) {
    memcpy(text, good, size);
    for (int k = (int)vmac_rng_below(&rng, 4); k >= 0; k--)
      text[vmac_rng_below(&rng, (uint32_t)size)] ^= (char)(1 << vmac_rng_below(&rng, 8));
    try_text(text, size);
  }
  free(good);
  free(text);
}

/* Another run of bytes of the file in place of one: nearer to sense than bit flips. */
static void test_swaps(void **state) {
  (void)state;
  char *good = case_text(), *text = case_text();
  const size_t size = strlen(good);
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED + 1);
  for (int i = 0; i < SWAPS; i++) {
    const size_t run = 1 + vmac_rng_below(&rng, 60);
    const size_t from = vmac_rng_below(&rng, (uint32_t)(size - run)),
                 to = vmac_rng_below(&rng, (uint32_t)(size - run));
    memcpy(text, good, size);
    memmove(text + to, good + from, run);
    try_text(text, size);
  }
  free(good);
  free(text);
}

/* `head`, `count` times `unit`, `tail`. */
static void bomb(const char *head, const char *unit, size_t count, const char *tail,
                 const char *word) {
  vmac_err err = {""};
  const size_t step = strlen(unit), size = strlen(head) + count * step + strlen(tail);
  char *text = vmac_alloc(size + 1, 1), *at = text + strlen(head);
  memcpy(text, head, strlen(head));
  for (size_t i = 0; i < count; i++, at += step) memcpy(at, unit, step);
  memcpy(at, tail, strlen(tail));
  cell_lib *lib = case_load(text, &err);
  if (word && lib) fail_msg("loaded, expected '%s'", word);
  if (word && !strstr(err.text, word)) fail_msg("expected '%s' in: %s", word, err.text);
  celllib_free(lib);
  free(text);
}

static void test_bombs(void **state) {
  (void)state;
  enum { MANY = 1 << 18 };
  static const char one[] =
      "library (l) { nom_voltage : 1; capacitive_load_unit (1, pf); cell (A) { "
      "pin (A) { direction : input; } pin (Y) { direction : output; function : \"";
  bomb("library (l) { ", "g () { ", MANY, "", "at most 32 nested groups");
  bomb("library (", "n", MANY, ") { }", "nom_voltage above 0");
  bomb("library (l) { a (", "n,", MANY, "); }", "nom_voltage above 0");
  bomb("library (l) { ", "a : 1; ", MANY, "}", "nom_voltage above 0");
  bomb("library (l) { nom_voltage : 1", "0", MANY, "; }", "a number for nom_voltage");
  bomb("library (l) { a : \"", "\\\n", MANY, "\"; }", "nom_voltage above 0");
  bomb("library (l) { ", "/* ", MANY, "", "found the end of the file");
  bomb(one, "(", MANY, "\"; } } }", "nests too deep");
  bomb(one, "!", MANY, "A\"; } } }", "nests too deep");
  bomb(one, "A^", MANY, "A\"; } } }", "is too large");
  bomb(one, "A'", 1, "\"; } } }", NULL);
  bomb(one, "A", 1, "'\"; } ff (a, b) { clocked_on : \"A''''\"; next_state : A; } } }", NULL);
  bomb("library (l) { nom_voltage : 1; capacitive_load_unit (1, pf);\n"
       "lu_table_template (t) { variable_1 : input_net_transition; index_1 (\"",
       "1, ", 1 << 10, "2\"); }", "found the end of the file");
}

/* Cells of more inputs than states can be counted for: a share is estimated, not refused. */
static void test_wide(void **state) {
  (void)state;
  vmac_err err;
  char text[4096];
  int used = snprintf(text, sizeof text,
                      "library (l) { nom_voltage : 1; capacitive_load_unit (1, pf);"
                      " cell (W) { area : 1; pin (A0");
  for (int i = 1; i < 40; i++)
    used += snprintf(text + used, sizeof text - (size_t)used, ", A%d", i);
  used += snprintf(text + used, sizeof text - (size_t)used,
                   ") { direction : input; capacitance : 1;"
                   " internal_power () { when : \"A0*A39\"; power (scalar) { "
                   "values (\"1\"); } } } pin (Y) { direction : output; function : \"A7\"; } } }");
  assert_true((size_t)used < sizeof text);
  cell_lib *lib = case_load(text, &err);
  if (!lib) fail_msg("%s", err.text);
  assert_int_equal(lib->cell[0].pins, 41);
  const double share = lib->cell[0].pin[3].power[0].share;
  assert_true(share > 0.24 && share < 0.26);
  celllib_free(lib);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_cut), cmocka_unit_test(test_flips),
                                     cmocka_unit_test(test_swaps), cmocka_unit_test(test_bombs),
                                     cmocka_unit_test(test_wide)};
  return cmocka_run_group_tests(tests, case_make_folder, case_remove_folder);
}
