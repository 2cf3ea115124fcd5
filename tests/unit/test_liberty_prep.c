/* TEST RATIONALE: vmac-liberty's library, power view and Verilog (synth/liberty).
 *   State space: the library of liberty_case.lib, which has each kind of cell that is dropped, a
 *   function that must be quoted, supplies, states and axes; a second file with equal, other and new
 *   templates. The view's tables by hand; the Verilog in Icarus beside bool_eval(), all inputs.
 *   Parameters: none.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "liberty_case.h"
#include "prep.h"

static prep_lib *prepare(const char *const *paths, size_t files, const char *const *globs,
                         size_t count) {
  vmac_err err;
  prep_lib *prep = prep_load(paths, files, globs, count, &err);
  if (!prep) fail_msg("%s", err.text);
  return prep;
}

static prep_lib *prepare_case(void) {
  char *text = case_text();
  const char *path = case_put("prep.lib", text, strlen(text));
  static const char *const globs[] = {"HA*", "[X]*"};
  prep_lib *prep = prepare(&path, 1, globs, 2);
  free(text);
  return prep;
}

/* free it */
static char *written(const prep_lib *prep, void (*write)(FILE *f, const prep_lib *prep)) {
  char *text = NULL;
  size_t size;
  FILE *f = open_memstream(&text, &size);
  assert_non_null(f);
  if (write)
    write(f, prep);
  else
    lib_write(f, prep->root);
  assert_int_equal(fclose(f), 0);
  return text;
}

static void test_dropped(void **state) {
  (void)state;
  prep_lib *prep = prepare_case();
  static const char *const left[] = {"NAND", "AND3", "ONE", "DFF", "DFFN"};
  static const size_t count[PREP_KINDS] = {5, 1, 1, 4, 3, 1};
  assert_int_equal(prep->cells.cells, 5);
  for (size_t i = 0; i < 5; i++) assert_string_equal(prep->cells.cell[i].name, left[i]);
  for (size_t i = 0; i < PREP_KINDS; i++) assert_int_equal(prep->count[i], count[i]);
  char *text = written(prep, NULL);
  assert_null(strstr(text, "wire_load"));
  assert_null(strstr(text, "cell (LATCH)"));
  assert_non_null(strstr(text, "  default_operating_conditions : usual;\n"));
  assert_true(strstr(text, "default_operating") > strstr(text, "operating_conditions (usual)"));
  assert_non_null(strstr(text, "      clear : \"!RN\";\n"));
  assert_non_null(strstr(text, "  capacitive_load_unit (1, pf);\n"));
  assert_non_null(strstr(text, "    own : \"x y\";\n"));
  assert_non_null(strstr(text, "          values ( \\\n            \"1, 2, 3\", \\\n"));
  free(text);
  prep_free(prep);
}

/* What is prepared is left as it is; and it reads as the same numbers. */
static void test_again(void **state) {
  (void)state;
  prep_lib *prep = prepare_case();
  char *first = written(prep, NULL);
  const char *path = case_put("again.lib", first, strlen(first));
  prep_lib *again = prepare(&path, 1, NULL, 0);
  char *second = written(again, NULL);
  assert_string_equal(first, second);
  for (size_t c = 0; c < prep->cells.cells; c++) {
    const lib_cell *a = &prep->cells.cell[c], *b = &again->cells.cell[c];
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->pins, b->pins);
    assert_true(fabs(a->leakage - b->leakage) < 1e-12);
    for (size_t p = 0; p < a->pins; p++) {
      assert_int_equal(a->pin[p].powers, b->pin[p].powers);
      assert_int_equal(a->pin[p].timings, b->pin[p].timings);
    }
  }
  free(first);
  free(second);
  prep_free(prep);
  prep_free(again);
}

static double energy(const cell_lib *lib, const char *cell, const char *pin, double load,
                     double slew) {
  vmac_err err;
  const lib_cell *c = celllib_cell(lib, cell, &err);
  assert_non_null(c);
  const cell_pin *p = &c->pin[celllib_pin(c, pin, &err)];
  assert_int_equal(p->powers, 1);
  assert_int_equal(p->power[0].related, -1);
  assert_null(p->power[0].when.op);
  const double rise = nldm_lookup(&p->power[0].rise, load, slew);
  assert_true(fabs(rise - nldm_lookup(&p->power[0].fall, load, slew)) < 1e-12);
  return rise;
}

static void near(double got, double expected) {
  if (!(fabs(got - expected) <= 1e-6)) fail_msg("expected %.9g, found %.9g", expected, got);
}

/* At 1 ns. NAND: the A arc (1 + l + 2 slew + 10 + 2 l for rise, 2 + 2 l + 7 for fall) and the B arc
 * (4), all by four. AND3's input: a quarter of 2 + slew, a quarter of 5, half of 8. A clock pin has
 * half its mean. */
static void test_view(void **state) {
  (void)state;
  vmac_err err;
  prep_lib *prep = prepare_case();
  view_apply(prep, 1);
  char *text = written(prep, NULL);
  cell_lib *lib = case_load(text, &err);
  if (!lib) fail_msg("%s", err.text);
  for (double l = 0; l < 3; l += 0.5)
    near(energy(lib, "NAND", "Y", l, 77), ((13 + 3 * l) + (9 + 2 * l) + 4 + 4) / 4);
  near(energy(lib, "AND3", "A", 0, 0.5), (2.5 + 5) / 4 + 4);
  near(energy(lib, "DFF", "CK", 0, 0), 0.5 * (0.25 * 4 + 0.75 * 2));
  near(energy(lib, "DFF", "Q", 0.5, 0), 4);
  assert_true(strstr(text, "power_lut_template (vmac_view_load)") < strstr(text, "cell (NAND)"));
  assert_non_null(strstr(text, "leakage_power ()")); /* all else stays */
  celllib_free(lib);
  free(text);
  prep_free(prep);
  /* Without a transition given: that of gates with three pins of 0.18 pF to drive (the mean over
   * NAND 0.2 0.2, AND3 0.2 x 3, DFF 0.1 0.1, DFFN 0.1 x 4: 1.6 / 11). Its rises are 1 + load, its
   * falls 3 + load; as many each: the upper of the two middle ones. */
  prep = prepare_case();
  view_apply(prep, 0);
  text = written(prep, NULL);
  lib = case_load(text, &err);
  if (!lib) fail_msg("%s", err.text);
  near(energy(lib, "NAND", "Y", 0, 0), ((11 + 2 * (3 + 3 * 1.6 / 11)) + 9 + 8) / 4);
  celllib_free(lib);
  free(text);
  prep_free(prep);
}

static void test_merge(void **state) {
  (void)state;
  vmac_err err;
  static const char other[] =
      "  cell (INV) { area : 1; pin (A) { direction : input; capacitance : 0.1; }\n"
      "    pin (Y) { direction : output; function : \"!A\"; internal_power () {\n"
      "      rise_power (slew) { values (\"1, 2\"); } fall_power (load) { values (\"1, 2\"); } } } "
      "}\n"
      "}\n";
  char *text = case_text(), *head = case_head();
  char *more = vmac_alloc(strlen(head) + sizeof other, 1);
  snprintf(more, strlen(head) + sizeof other, "%s%s", head, other);
  free(head);
  /* Its template `slew` has another axis; `load` is the same. */
  char *differs = case_replace(more, "input_transition_time; index_1 (\"0, 1\")",
                               "input_transition_time; index_1 (\"0, 2\")");
  const char *path[2] = {case_put("m1.lib", text, strlen(text)),
                         case_put("m2.lib", differs, strlen(differs))};
  prep_lib *prep = prepare(path, 2, NULL, 0);
  char *merged = written(prep, NULL);
  cell_lib *lib = case_load(merged, &err);
  if (!lib) fail_msg("%s", err.text);
  const lib_cell *inv = celllib_cell(lib, "INV", &err), *and3 = celllib_cell(lib, "AND3", &err);
  assert_true(inv && and3);
  near(nldm_lookup(&inv->pin[1].power[0].rise, 0, 1), 1.5);
  near(nldm_lookup(&inv->pin[1].power[0].fall, 1, 0), 2);
  near(nldm_lookup(&and3->pin[0].power[0].rise, 0, 1), 2);
  celllib_free(lib);
  prep_free(prep);
  free(merged);
  free(differs);
  static const char *const bad[][3] = {
      {"\"1ns\"", "\"1ps\"", "expected the units and voltage of"},
      {"nom_voltage : 2.0", "nom_voltage : 1.0", "expected the units and voltage of"},
      {"threshold_pct_rise : 80", "threshold_pct_rise : 70", "slew_upper_threshold_pct_rise as in"},
      {"cell (INV)", "cell (NAND)", "is a file given twice?"},
      {"process : 1; temperature : 25; voltage", "process : 1; temperature : 90; voltage",
       "operating_conditions 'usual' are others"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char *damaged = case_replace(more, bad[i][0], bad[i][1]);
    path[1] = case_put("m3.lib", damaged, strlen(damaged));
    path[0] = case_put("m1.lib", text, strlen(text));
    prep = prep_load(path, 2, NULL, 0, &err);
    if (prep) fail_msg("merged with '%s'", bad[i][1]);
    if (!strstr(err.text, bad[i][2])) fail_msg("expected '%s' in: %s", bad[i][2], err.text);
    free(damaged);
  }
  static const char *const all[] = {"*"};
  assert_null(prep_load(path, 1, all, 1, &err));
  assert_non_null(strstr(err.text, "no cell is left"));
  free(more);
  free(text);
}

/* One instance per cell, all inputs; expected outputs from bool_eval(). */
static void write_bench(FILE *f, const lib_cell *cell) {
  fprintf(f, "module b_%s; reg [7:0] x; wire [7:0] y; %s u (", cell->name, cell->name);
  size_t inputs = 0, outputs = 0;
  for (size_t p = 0; p < cell->pins; p++)
    fprintf(f, "%s.%s(%c[%zu])", p ? ", " : "", cell->pin[p].name,
            cell->pin[p].dir == PIN_INPUT ? 'x' : 'y',
            cell->pin[p].dir == PIN_INPUT ? inputs++ : outputs++);
  fprintf(f, ");\ninitial begin\n");
  for (size_t i = 0; i < (size_t)1 << inputs; i++) {
    uint64_t value[16] = {0};
    size_t in = 0, out = 0, y = 0;
    for (size_t p = 0; p < cell->pins; p++)
      if (cell->pin[p].dir == PIN_INPUT) value[p] = i >> in++ & 1;
    for (size_t p = 0; p < cell->pins; p++)
      if (cell->pin[p].dir == PIN_OUTPUT)
        y |= (bool_eval(&cell->pin[p].function, value) & 1) << out++;
    fprintf(f, "x = %zu; #1 if (y[%zu:0] !== %zu) $display(\"%s %zu: %%b\", y);\n", i, outputs - 1,
            y, cell->name, i);
  }
  fprintf(f, "$display(\"done\"); end\nendmodule\n");
}

static void test_model(void **state) {
  (void)state;
  char *text = case_text(), command[400], line[200];
  const char *path = case_put("model.lib", text, strlen(text));
  prep_lib *prep = prepare(&path, 1, NULL, 0);
  char *model = written(prep, model_write), *bench = NULL;
  size_t size, cells = 0, done = 0;
  FILE *f = open_memstream(&bench, &size);
  assert_non_null(f);
  for (size_t c = 0; c < prep->cells.cells; c++) {
    if (prep->cells.cell[c].sequential) continue;
    write_bench(f, &prep->cells.cell[c]);
    cells++;
  }
  assert_int_equal(fclose(f), 0);
  assert_int_equal(cells, 4);
  case_put("model.v", model, strlen(model));
  case_put("bench.v", bench, size);
  snprintf(command, sizeof command,
           "cd %s && iverilog -g2005 -Wall -o m.vvp model.v bench.v 2>&1 && vvp -n m.vvp 2>&1",
           case_folder);
  FILE *run = popen(command, "r");
  assert_non_null(run);
  while (fgets(line, sizeof line, run)) {
    if (strcmp(line, "done\n")) fail_msg("%s", line);
    done++;
  }
  assert_int_equal(pclose(run), 0);
  assert_int_equal(done, cells);
  assert_non_null(
      strstr(model, "always @(negedge CK or posedge vmac_clear or posedge vmac_preset)"));
  assert_non_null(strstr(model, "else vmac_state <= ~D;"));
  free(model);
  free(bench);
  free(text);
  prep_free(prep);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_dropped), cmocka_unit_test(test_again),
                                     cmocka_unit_test(test_view), cmocka_unit_test(test_merge),
                                     cmocka_unit_test(test_model)};
  return cmocka_run_group_tests(tests, case_make_folder, case_remove_folder);
}
