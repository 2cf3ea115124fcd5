/* TEST RATIONALE: cell libraries as numbers (synth/liberty).
 *   State space: a library with each kind of cell, table and condition that the reader tells apart
 *   (liberty_case.lib), its numbers worked out by hand below; each kind of damage that has a message,
 *   with the line it names; one, two and packed files.
 *   Parameters: units (ns, ps, fF, uW, mV).
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <zlib.h>

#include "liberty_case.h"

static void near(double got, double expected) {
  if (!(fabs(got - expected) <= 1e-9 * fmax(1, fabs(expected))))
    fail_msg("expected %.12g, found %.12g", expected, got);
}

static cell_lib *load(void) {
  vmac_err err;
  char *text = case_text();
  cell_lib *lib = case_load(text, &err);
  if (!lib) fail_msg("%s", err.text);
  free(text);
  return lib;
}

static const lib_cell *cell_of(const cell_lib *lib, const char *name) {
  vmac_err err;
  const lib_cell *cell = celllib_cell(lib, name, &err);
  if (!cell) fail_msg("%s", err.text);
  return cell;
}

static const cell_pin *pin_of(const lib_cell *cell, const char *name) {
  vmac_err err;
  const int p = celllib_pin(cell, name, &err);
  if (p < 0) fail_msg("%s", err.text);
  return &cell->pin[p];
}

static void test_gates(void **state) {
  (void)state;
  cell_lib *lib = load();
  assert_string_equal(lib->name, "tiny");
  assert_int_equal(lib->cells, 15);
  near(lib->voltage, 2);
  const lib_cell *nand = cell_of(lib, "NAND");
  const cell_pin *a = pin_of(nand, "A"), *y = pin_of(nand, "Y");
  near(nand->area, 3.5);
  near(a->cap, 0.2); /* the mean of the edges */
  near(pin_of(nand, "B")->cap, 0.2);
  assert_false(nand->sequential);
  assert_int_equal(nand->clock, -1);
  /* "A B": an arc from each; the enabling of a driver is no delay. */
  assert_int_equal(y->timings, 2);
  assert_int_equal(y->timing[0].related, a - nand->pin);
  assert_int_equal(y->timing[1].related, a + 1 - nand->pin);
  near(nldm_lookup(&y->timing[1].fall, 0.5, 7), 3.5);
  assert_int_equal(pin_of(cell_of(lib, "ONE"), "Y")->function.op[0].kind, BOOL_ONE);
  assert_null(pin_of(cell_of(lib, "TRI"), "Y")->function.op);
  celllib_free(lib);
}

/* A's two supplies are one arc, and what the ground says is left out. Rise: VDD at load 1 and slew 0
 * is 2, at slew 1 (2 + 6) / 2 = 4; VDB goes on from (0, 10) and (0.5, 11) with 2 per pF. */
static void test_supplies(void **state) {
  (void)state;
  cell_lib *lib = load();
  const cell_pin *y = pin_of(cell_of(lib, "NAND"), "Y");
  assert_int_equal(y->powers, 2);
  assert_int_equal(y->power[0].related, 0);
  assert_int_equal(y->power[1].related, 1);
  near(nldm_lookup(&y->power[0].rise, 1, 0), 2 + 12);
  near(nldm_lookup(&y->power[0].rise, 1, 1), 4 + 12);
  near(nldm_lookup(&y->power[0].rise, 0.25, 0), 1.25 + 10.5);
  near(nldm_lookup(&y->power[0].rise, 3, 2), 8 + 16);
  near(nldm_lookup(&y->power[0].fall, 0.5, 9), 3 + 7);
  near(nldm_lookup(&y->power[1].rise, 5, 5), 4);
  near(nldm_lookup(&y->power[1].fall, 5, 5), 4);
  near(y->power[0].share, 0.5); /* B is 1 in half the states */
  near(y->power[1].share, 1);
  assert_int_equal(y->power[0].when.ops, 1);
  assert_int_equal(pin_of(cell_of(lib, "HALF"), "S")->powers, 2); /* of other states */
  assert_null(y->power[1].when.op);
  celllib_free(lib);
}

/* AND3: !B*C and B*!C take a quarter of the states each, the rest is half of them. */
static void test_states(void **state) {
  (void)state;
  cell_lib *lib = load();
  const lib_cell *and3 = cell_of(lib, "AND3"), *nand = cell_of(lib, "NAND");
  const cell_pin *a = pin_of(and3, "A"), *y = pin_of(and3, "Y");
  assert_int_equal(a->powers, 3);
  near(a->power[0].share, 0.25);
  near(a->power[1].share, 0.25);
  near(a->power[2].share, 0.5);
  near(nldm_lookup(&a->power[0].fall, 0, 0.5), 3.5);
  /* One arc for each pin named; of the other output's load the first entry. */
  assert_int_equal(y->powers, 3);
  near(y->power[2].share, 1);
  near(nldm_lookup(&y->power[2].rise, 0, 1), 2);
  near(nldm_lookup(&y->power[2].rise, 1, 0), 3);
  near(and3->leakage, 6);
  assert_int_equal(and3->leaks, 0);
  /* NAND: A*B 1 + 0.5, !A*B 3, else 2. */
  assert_int_equal(nand->leaks, 3);
  near(nand->leak[0].nw, 1.5);
  near(nand->leak[1].nw, 3);
  assert_null(nand->leak[2].when.op);
  near(nand->leakage, (1.5 + 3 + 2 + 2) / 4);
  celllib_free(lib);
}

/* `prog` over pins, state and complement, for one case. */
static bool holds(const bool_prog *prog, const uint64_t *value) {
  return bool_eval(prog, value) & 1;
}

static void test_flipflops(void **state) {
  (void)state;
  cell_lib *lib = load();
  const lib_cell *dff = cell_of(lib, "DFF"), *dffn = cell_of(lib, "DFFN"),
                 *dffe = cell_of(lib, "DFFE");
  assert_true(dff->sequential && dffn->sequential && dffe->sequential);
  assert_int_equal(dff->clock, 1);
  assert_int_equal(dffn->clock, 1);
  assert_int_equal(dffe->clock, 2);
  assert_false(dff->falling);
  assert_true(dffn->falling);
  assert_false(dffe->falling); /* !(!CK) */
  assert_null(dff->clear.op);
  /* DFFN: pins D CK RN SN QN, state 5, complement 6. */
  const uint64_t low[7] = {0, 0, 1, 1, 0, 1, 0}, high[7] = {1, 0, 0, 0, 0, 0, 1};
  assert_true(holds(&dffn->next, low));
  assert_false(holds(&dffn->next, high));
  assert_false(holds(&dffn->clear, low));
  assert_true(holds(&dffn->clear, high));
  assert_false(holds(&dffn->preset, low));
  assert_true(holds(&dffn->preset, high));
  assert_false(holds(&dffn->pin[4].function, low));
  assert_true(holds(&dffn->pin[4].function, high));
  /* DFFE: pins D E CK Q, state 4: holds, loads. */
  assert_true(holds(&dffe->next, (uint64_t[]){0, 0, 0, 0, 1, 0}));
  assert_true(holds(&dffe->next, (uint64_t[]){1, 1, 0, 0, 0, 1}));
  assert_false(holds(&dffe->next, (uint64_t[]){0, 1, 0, 0, 1, 0}));
  /* Clock to output only: no setup, no asynchronous pin. */
  assert_int_equal(pin_of(dff, "D")->timings, 0);
  assert_int_equal(pin_of(dff, "Q")->timings, 1);
  assert_int_equal(pin_of(dffn, "QN")->timings, 1);
  assert_int_equal(pin_of(dffn, "QN")->timing[0].related, 1);
  /* The clock's energy: D*!Q in a quarter of the states of D, CK and Q. */
  const cell_pin *ck = pin_of(dff, "CK");
  assert_int_equal(ck->powers, 2);
  near(ck->power[0].share, 0.25);
  near(ck->power[1].share, 0.75);
  /* Leakage: CK Q 8 in a quarter, !CK 4 in half; the mean over the states there are figures for. */
  near(dff->leakage, (0.25 * 8 + 0.5 * 4) / 0.75);
  celllib_free(lib);
}

static void test_unusable(void **state) {
  (void)state;
  static const char *const name[] = {"LATCH", "SCAN", "GATE", "TWICE"};
  cell_lib *lib = load();
  for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
    const lib_cell *cell = cell_of(lib, name[i]);
    assert_true(cell->sequential);
    assert_int_equal(cell->clock, -1);
    near(cell->area, 9);
    for (size_t p = 0; p < cell->pins; p++) assert_null(cell->pin[p].function.op);
  }
  vmac_err err;
  assert_null(celllib_cell(lib, "NANF", &err));
  assert_non_null(strstr(err.text, "nearest is 'NAND'"));
  assert_int_equal(celllib_pin(cell_of(lib, "NAND"), "Z", &err), -1);
  assert_non_null(strstr(err.text, "no pin 'Z'"));
  celllib_free(lib);
}

/* The same numbers of other units: 1 file unit of time, capacitance, leakage and voltage. */
static void test_units(void **state) {
  (void)state;
  vmac_err err;
  char *text = case_text(), *ps = case_replace(text, "\"1ns\"", "\"10ps\""),
       *ff = case_replace(ps, "(1, pf)", "(2.5, \"fF\")"),
       *uw = case_replace(ff, "\"1nW\"", "\"1uW\""), *mv = case_replace(uw, "\"1V\"", "\"1mV\"");
  cell_lib *lib = case_load(uw, &err);
  if (!lib) fail_msg("%s", err.text);
  const lib_cell *and3 = cell_of(lib, "AND3");
  near(pin_of(and3, "A")->cap, 0.2 * 0.0025);
  near(and3->leakage, 6000);
  near(nldm_lookup(&pin_of(and3, "Y")->timing[0].rise, 0.00125, 0), 0.015);
  near(nldm_lookup(&pin_of(and3, "A")->power[0].fall, 0, 0.005), 3.5 * 0.0025);
  celllib_free(lib);
  lib = case_load(mv, &err);
  if (!lib) fail_msg("%s", err.text);
  near(lib->voltage, 0.002);
  near(nldm_lookup(&pin_of(cell_of(lib, "AND3"), "A")->power[1].fall, 0, 0), 5 * 0.0025e-6);
  celllib_free(lib);
  free(text);
  free(ps);
  free(ff);
  free(uw);
  free(mv);
}

/* `from` becomes `to`; the error must hold `word`, which may begin with the line. */
static void refused(const char *from, const char *to, const char *word) {
  vmac_err err = {""};
  char *text = case_text(), *bad = case_replace(text, from, to);
  cell_lib *lib = case_load(bad, &err);
  if (lib) fail_msg("loaded with '%s', expected '%s'", to, word);
  if (!strstr(err.text, word)) fail_msg("expected '%s' in: %s", word, err.text);
  free(text);
  free(bad);
}

static void test_refused(void **state) {
  (void)state;
  refused("\"1ns\"", "\"1 fortnight\"",
          ":7: expected time_unit such as \"1ns\", found '1 fortnight'");
  refused("\"1nW\"", "\"1hp\"", ":8: expected leakage_power_unit");
  refused("\"1V\"", "\"1kV\"", ":7: expected voltage_unit");
  refused("(1, pf)", "(1, uf)", ":9: expected capacitive_load_unit (1, pf) or (1, ff), found 'uf'");
  refused("nom_voltage : 2.0", "nom_voltage : -2", "nom_voltage above 0");
  refused("area : 3.5", "area : big", ":30: expected a number for area, found 'big'");
  refused("area : 3.5", "", ":29: expected an area of cell NAND, found 'nothing'");
  refused("fall_capacitance : 0.3;", "",
          ":38: expected a capacitance of input A of cell NAND, found 'nothing'");
  refused("pin (A, B)", "pin (A, A)", "not used in the cell before, found 'A'");
  refused("clocked_on : \"(CK)\"", "clocked_on : \"(CX)\"", "no input pin 'CX'");
  refused("next_state : D;", "next_state : X;", "DFF: function 'X'");
  refused("clear : !RN", "clear : !RN!", "expected a pin at offset");
  refused("when : \"!B*C\"", "when : \"!B*\"", "expected a pin");
  refused("related_pin : \"A B C\"", "related_pin : \"A B D\"", "a pin of the cell, found 'D'");
  refused("three) { values (\"1, 2, 9, 9, 3, 4, 9, 9\"", "three) { values (\"1, 2, 3, 4\"",
          "expected 4 x 2 values, found 4");
  refused("equal_or_opposite_output_net_capacitance", "temperature", "load or transition axis");
  refused("rise_power (three)", "rise_power (four)", "a known table template, found 'four'");
  refused("index_1 (\"0, 0.5\")", "index_1 (\"0, inf\")", "expected numbers, found 'inf'");
  refused("index_1 (\"0, 0.5\")", "index_1 (\"1, 0.5\")", "rising numbers");
  refused("cell (FILL)", "cell (NAND)", "a second cell 'NAND'");
  refused("cell (FILL) { area : 2; }", "cell (FILL) { area : 2; ", "found the end of the file");
  refused("\"x y\"", "\"x y", "expected");
  refused("own :", "\"own\" :", ":59: expected a name without quotes");
  refused("library (tiny)", "lexicon (tiny)", "expected 'library (NAME) {', found 'lexicon'");
}

static void test_files(void **state) {
  (void)state;
  vmac_err err;
  char *text = case_text(), *slow = case_replace(text, "nom_voltage : 2.0", "nom_voltage : 1.9");
  char *head = case_head();
  const size_t size = strlen(head) + 100;
  char *more = vmac_alloc(size, 1);
  snprintf(more, size,
           "%s  cell (INV) { area : 1; pin (Y) { direction : output; function : \"0\"; } }\n}\n",
           head);
  const char *path[2] = {case_put("a.lib", text, strlen(text)),
                         case_put("b.lib", more, strlen(more))};
  cell_lib *lib = celllib_load(path, 2, &err);
  if (!lib) fail_msg("%s", err.text);
  assert_int_equal(lib->cells, 16);
  assert_string_equal(lib->cell[15].name, "INV");
  celllib_free(lib);
  path[1] = path[0];
  assert_null(celllib_load(path, 2, &err));
  assert_non_null(strstr(err.text, "is a file given twice?"));
  path[1] = case_put("c.lib", slow, strlen(slow));
  assert_null(celllib_load(path, 2, &err));
  assert_non_null(strstr(err.text, "expected a voltage of 2 like the files before it, found 1.9"));
  path[0] = "/nowhere/x.lib";
  assert_null(celllib_load(path, 1, &err));
  assert_non_null(strstr(err.text, "/nowhere/x.lib: cannot read"));
  assert_null(celllib_load(path, 0, &err));
  path[0] = case_put("d.lib", head, strlen(head));
  assert_null(celllib_load(path, 1, &err));
  char *none = case_replace(more, "cell (INV)", "sell (INV)");
  assert_null(case_load(none, &err));
  assert_non_null(strstr(err.text, "no cell in the library"));
  free(none);
  free(head);
  free(more);
  free(slow);
  free(text);
}

/* Packed in two members, cut short, damaged, and one that unpacks to more than any library. */
static void test_packed(void **state) {
  (void)state;
  vmac_err err;
  char *text = case_text(), path[128];
  const char *const paths[1] = {path};
  snprintf(path, sizeof path, "%s/packed.lib.gz", case_folder);
  const size_t half = strlen(text) / 2;
  gzFile f = gzopen(path, "wb");
  gzwrite(f, text, (unsigned)half);
  gzclose(f);
  f = gzopen(path, "ab");
  gzwrite(f, text + half, (unsigned)(strlen(text) - half));
  gzclose(f);
  cell_lib *lib = celllib_load(paths, 1, &err);
  if (!lib) fail_msg("%s", err.text);
  assert_int_equal(lib->cells, 15);
  celllib_free(lib);
  size_t size;
  uint8_t *bytes = vmac_read_file(path, &size, &err);
  for (size_t cut = 2; cut < size; cut += 7) {
    snprintf(path, sizeof path, "%s", case_put("cut.gz", bytes, cut));
    assert_null(celllib_load(paths, 1, &err));
  }
  assert_non_null(strstr(err.text, "damaged or truncated gzip file"));
  bytes[size / 2] ^= 0x55;
  snprintf(path, sizeof path, "%s", case_put("bad.gz", bytes, size));
  assert_null(celllib_load(paths, 1, &err));
  free(bytes);
  free(text);
}

static void test_syntax(void **state) {
  (void)state;
  vmac_err err = {""};
  static const char text[] = "// first\nlibrary(x){a:1 // no semicolon\nb : \"two \\\n   words\";\n"
                             "c : p + 0.5;; d(1,\"q r\",s) e (f g) \\\n { h : i } k : l; };";
  lib_group *root = lib_parse("f", text, sizeof text - 1, &err);
  if (!root) fail_msg("%s", err.text);
  assert_string_equal(lib_name(root), "x");
  assert_string_equal(lib_text(root, "a", ""), "1");
  assert_string_equal(lib_text(root, "b", ""), "two words");
  assert_string_equal(lib_text(root, "c", ""), "p + 0.5");
  assert_string_equal(lib_text(root, "z", "none"), "none");
  const lib_attr *d = lib_attr_of(root, "d");
  assert_int_equal(d->values, 3);
  assert_true(d->list && d->value[1].quoted && !d->value[2].quoted);
  assert_string_equal(d->value[1].text, "q r");
  assert_int_equal(d->line, 5);
  assert_int_equal(d->before, 0);
  assert_int_equal(lib_attr_of(root, "k")->before, 1);
  assert_int_equal(lib_child_of(root, "e")->args, 2);
  assert_string_equal(lib_text(lib_child_of(root, "e"), "h", ""), "i");
  lib_free(root);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_syntax),    cmocka_unit_test(test_gates),
      cmocka_unit_test(test_supplies),  cmocka_unit_test(test_states),
      cmocka_unit_test(test_flipflops), cmocka_unit_test(test_unusable),
      cmocka_unit_test(test_units),     cmocka_unit_test(test_refused),
      cmocka_unit_test(test_files),     cmocka_unit_test(test_packed)};
  return cmocka_run_group_tests(tests, case_make_folder, case_remove_folder);
}
