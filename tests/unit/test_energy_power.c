/* TEST RATIONALE: energy from counted transitions (power.h).
 *   State space: four gates and a flip-flop, whose tables are constants or lines, driven by two
 *   lanes of four vectors, so that each rule has a number worked out by hand beside it: weights of groups
 *   by state and by toggles, groups for one edge, input pins' own groups, clock pins by state,
 *   leakage by state, nets of input ports, parts by instance path, plain means without states, an
 *   idle clock.
 *   Parameters: own_inputs on and off, with and without watched states, both classes of pins that a
 *   `when` can read (inputs, outputs and the clock).
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "power_gates.h"

static char folder[64];

static const char *put(const char *name, const char *text) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
  assert_int_equal(fclose(f), 0);
  return path;
}

/* clang-format off */
#define POWER(title, rise, fall) \
  "internal_power () { " title " rise_power (scalar) { values (\"" rise "\"); }" \
  " fall_power (scalar) { values (\"" fall "\"); } }\n"
#define INPUT(title, cap) "pin (" title ") { direction : input; capacitance : " cap "; }\n"

/* At 2 V, in ns, pF, pJ and nW. */
static const char library_text[] =
    "library (tiny) { time_unit : \"1ns\"; nom_voltage : 2.0; leakage_power_unit : \"1nW\";\n"
    "capacitive_load_unit (1, pf);\n"
    "power_lut_template (slew) { variable_1 : input_transition_time; }\n"
    "power_lut_template (both) { variable_1 : input_transition_time;\n"
    "  variable_2 : total_output_net_capacitance; }\n"
    "cell (AND2) { area : 1; cell_leakage_power : 1;\n"
    INPUT("A", "0.01")
    INPUT("B", "0.02")
    "pin (Y) { direction : output; function : \"A B\";\n"
    POWER("related_pin : \"A\";", "1", "2")
    POWER("related_pin : \"B\";", "3", "4")
    "} }\n"
    "cell (XOR2) { area : 1;\n"
    INPUT("A", "0.03")
    INPUT("B", "0.04")
    "pin (Y) { direction : output; function : \"A ^ B\";\n"
    POWER("related_pin : \"A\"; when : \"B\";", "10", "20")
    POWER("related_pin : \"A\"; when : \"!B\";", "30", "40")
    POWER("related_pin : \"B\";", "50", "60")
    "} }\n"
    "cell (OR2) { area : 1; cell_leakage_power : 11;\n"
    "leakage_power () { when : \"A\"; value : 5; }\n"
    "leakage_power () { when : \"!A B\"; value : 3; }\n"
    "pin (A) { direction : input; capacitance : 0.05;\n"
    POWER("when : \"B\";", "100", "200")
    POWER("", "7", "9")
    "}\n"
    INPUT("B", "0.07")
    "pin (Y) { direction : output; function : \"A + B\"; } }\n"
    "cell (BUF) { area : 1;\n"
    INPUT("A", "0.06")
    "pin (Y) { direction : output; function : \"A\";\n"
    "internal_power () { related_pin : \"A\"; rise_power (both) { index_1 (\"0, 1\");\n"
    "  index_2 (\"0, 1\"); values (\"0, 80\", \"10, 90\"); } }\n"
    "internal_power () { related_pin : \"A\"; fall_power (scalar) { values (\"6\"); } } } }\n"
    "cell (DF) { area : 1; cell_leakage_power : 2;\n"
    "ff (IQ, IQN) { clocked_on : \"CK\"; next_state : \"D\"; }\n"
    "pin (CK) { direction : input; capacitance : 0.5; clock : true;\n"
    POWER("when : \"D Q\";", "1", "2")
    POWER("when : \"D !Q\";", "3", "4")
    "internal_power () { when : \"!D\"; rise_power (slew) { index_1 (\"0, 1\");\n"
    "  values (\"4, 6\"); } fall_power (scalar) { values (\"6\"); } } }\n"
    "pin (D) { direction : input; capacitance : 0.01;\n"
    POWER("when : \"CK\";", "0.4", "0.2")
    POWER("when : \"!CK\";", "0.6", "0.3")
    "}\n"
    "pin (Q) { direction : output; function : \"IQ\";\n"
    POWER("related_pin : \"CK\";", "7", "9")
    "} }\n}\n";

#define GATE(title, cell, pins) \
  "\"" title "\": {\"type\": \"" cell "\", \"connections\": {" pins "}}"

static const char gates_text[] =
    "{\"modules\": {\"gates\": {\"ports\": {"
    "\"a\": {\"direction\": \"input\", \"bits\": [2]},"
    "\"b\": {\"direction\": \"input\", \"bits\": [3]},"
    "\"z\": {\"direction\": \"output\", \"bits\": [4, 5, 6, 7]}}, \"cells\": {"
    GATE("u_mult.g1", "AND2", "\"A\": [2], \"B\": [3], \"Y\": [4]") ","
    GATE("x.u_add.g2", "XOR2", "\"A\": [2], \"B\": [3], \"Y\": [5]") ","
    GATE("u_multiple.g3", "OR2", "\"A\": [2], \"B\": [3], \"Y\": [6]") ","
    GATE("my_u_mult.g4", "BUF", "\"A\": [2], \"Y\": [7]") "},"
    "\"netnames\": {\"a\": {\"bits\": [2]}, \"b\": {\"bits\": [3]}}}}}";

static const char flipflop_text[] =
    "{\"modules\": {\"one\": {\"ports\": {"
    "\"clk\": {\"direction\": \"input\", \"bits\": [2]},"
    "\"d\": {\"direction\": \"input\", \"bits\": [3]},"
    "\"q\": {\"direction\": \"output\", \"bits\": [4]}}, \"cells\": {"
    GATE("ff", "DF", "\"CK\": [2], \"D\": [3], \"Q\": [4]") "},"
    "\"netnames\": {\"clk\": {\"bits\": [2]}, \"d\": {\"bits\": [3]}, \"q\": {\"bits\": [4]}}}}}";
/* clang-format on */

typedef struct {
  cell_lib *lib;
  net_list *nl;
  net_annotation ann;
  gatesim *sim;
  power_watch *watch;
} bench;

static void set_up(bench *b, const char *netlist, bool own_inputs, size_t lanes) {
  vmac_err err = {""};
  b->lib = celllib_load(&(const char *){put("lib", library_text)}, 1, &err);
  if (!b->lib) fail_msg("%s", err.text);
  b->nl = netlist_load(put("net", netlist), b->lib, &err);
  if (!b->nl) fail_msg("%s", err.text);
  annotate(&b->ann, b->nl,
           &(net_setup){
               .output_load = 0.1, .input_slew = 0.1, .clock_slew = 0.5, .own_inputs = own_inputs});
  b->sim = gatesim_new(b->nl, lanes, SIM_ZERO, NULL);
  b->watch = power_prepare(b->sim, b->nl, b->lib);
}

static void tear_down(bench *b) {
  power_free(b->watch);
  gatesim_free(b->sim);
  annotate_free(&b->ann);
  netlist_free(b->nl);
  celllib_free(b->lib);
}

static void set(const bench *b, const char *port, const uint32_t *value, size_t lanes) {
  vmac_err err = {""};
  gatesim_set(b->sim, netlist_port(b->nl, port, PIN_INPUT, 1, &err), value, lanes, 1);
}

static void expect(double found, double expected) {
  if (!(fabs(found - expected) < 1e-9 * (1 + fabs(expected))))
    fail_msg("expected %.12g, found %.12g", expected, found);
}

/* Two lanes from (0, 0) and (1, 0):
 *   a: lane 0 rises, falls; lane 1 falls, rises, falls   5 transitions, 2 of them rises
 *   b: lane 0 rises, falls, rises; lane 1 rises          4 transitions, 3 of them rises
 * 8 states: (1, 1) three times, (1, 0) once, (0, 1) three times, (0, 0) once. */
static void play_gates(const bench *b) {
  static const uint32_t a[5][2] = {{0, 1}, {1, 1}, {1, 0}, {0, 1}, {0, 0}};
  static const uint32_t w[5][2] = {{0, 0}, {1, 1}, {0, 1}, {0, 1}, {1, 1}};
  for (size_t step = 0; step < 5; step++) {
    set(b, "a", a[step], 2);
    set(b, "b", w[step], 2);
    gatesim_step(b->sim, true, step > 0);
  }
}

static void test_gates(void **state) {
  (void)state;
  bench b;
  power_sum part[PARTS];
  set_up(&b, gates_text, false, 2);
  play_gates(&b);
  power_of(b.nl, b.lib, &b.ann, b.sim, b.watch, part);
  /* AND2: 3 rises, 3 falls. A lets through where b = 1 (6 of 8), B where a = 1 (4 of 8): weights
   * 5 x 6/8 and 4 x 4/8; a rise costs (3.75 x 1 + 2 x 3) / 5.75, a fall (3.75 x 2 + 2 x 4) / 5.75. */
  expect(part[PART_MULT].internal, 3 * (9.75 + 15.5) / 5.75);
  /* XOR2: 4 rises, 3 falls; weights 5 x 6/8 and 5 x 2/8 by `when`, 4 for B. */
  expect(part[PART_ADD].internal, (4 * (37.5 + 37.5 + 200) + 3 * (75 + 50 + 240)) / 9);
  /* OR2: a's own groups, 6/8 and what they leave. BUF: a rise costs 80 load + 10 slew = 9, no group
   * but the second is for falls. */
  expect(part[PART_OTHER].internal,
         0.75 * (2 * 100 + 3 * 200) + 0.25 * (2 * 7 + 3 * 9) + 2 * 9 + 3 * 6);
  /* 1/2 0.1 pF (2 V)^2 = 0.2 pJ for each transition of an output. */
  expect(part[PART_MULT].switching, 6 * 0.2);
  expect(part[PART_ADD].switching, 7 * 0.2);
  expect(part[PART_OTHER].switching, (3 + 5) * 0.2);
  assert_int_equal(part[PART_OTHER].transitions, 8);
  expect(part[PART_MULT].leakage, 1);
  /* OR2: four states of 5, three of 3, one of the cell's 11. */
  expect(part[PART_OTHER].leakage, 4.0 / 8 * 5 + 3.0 / 8 * 3 + 1.0 / 8 * 11);
  expect(part[PART_CLOCK].internal + part[PART_CLOCK].switching + part[PART_REGISTER].internal, 0);
  tear_down(&b);
}

static void test_own_inputs(void **state) {
  (void)state;
  bench b;
  power_sum part[PARTS];
  set_up(&b, gates_text, true, 2);
  play_gates(&b);
  power_of(b.nl, b.lib, &b.ann, b.sim, b.watch, part);
  /* 0.15 pF on a, 0.13 pF on b. */
  expect(part[PART_OTHER].switching, (3 + 5) * 0.2 + 2 * (0.15 * 5 + 0.13 * 4));
  assert_int_equal(part[PART_OTHER].transitions, 8 + 5 + 4);
  tear_down(&b);
}

/* Without states: plain means over groups, and every state of an input pin's groups alike. */
static void test_plain(void **state) {
  (void)state;
  bench b;
  power_sum part[PARTS];
  set_up(&b, gates_text, false, 2);
  play_gates(&b);
  power_of(b.nl, b.lib, &b.ann, b.sim, NULL, part);
  expect(part[PART_MULT].internal, 3 * 2 + 3 * 3);
  expect(part[PART_ADD].internal, 4 * 30 + 3 * 40);
  expect(part[PART_OTHER].internal,
         0.5 * (2 * 100 + 3 * 200) + 0.5 * (2 * 7 + 3 * 9) + 2 * 9 + 3 * 6);
  expect(part[PART_OTHER].leakage, 11);
  tear_down(&b);
}

static void play_flipflop(const bench *b, const uint32_t *d, size_t steps) {
  for (size_t step = 0; step < steps; step++) {
    set(b, "d", d + step, 1);
    gatesim_step(b->sim, true, step > 0);
  }
}

static void test_flipflop(void **state) {
  (void)state;
  bench b;
  power_sum part[PARTS];
  set_up(&b, flipflop_text, true, 1);
  /* (D, Q) after each step: (1, 0), (1, 1), (0, 1), then (0, 0). */
  play_flipflop(&b, (const uint32_t[]){0, 1, 1, 0, 0, 0, 0, 0, 0}, 9);
  power_of(b.nl, b.lib, &b.ann, b.sim, b.watch, part);
  /* Both edges of eight periods; at a slew of 0.5 ns, 5 pJ a rise where D is 0. */
  expect(part[PART_CLOCK].internal, (3 + 4) + (1 + 2) + 6 * (5 + 6));
  expect(part[PART_CLOCK].switching, 0.5 * 0.5 * 4 * 16);
  assert_int_equal(part[PART_CLOCK].transitions, 16);
  /* D rises and falls once, half of the time with the clock high; Q rises and falls once. */
  expect(part[PART_REGISTER].internal, 0.5 + 0.25 + 7 + 9);
  expect(part[PART_REGISTER].switching, 2 * 0.2);
  expect(part[PART_REGISTER].leakage, 2);
  expect(part[PART_OTHER].switching, 0.5 * 0.01 * 4 * 2);
  expect(part[PART_OTHER].internal, 0);

  vmac_err err = {""};
  char path[128], line[128];
  snprintf(path, sizeof path, "%s/gates", folder);
  power_source src = {b.nl,   b.lib, &b.ann, gatesim_activity(b.sim), gatesim_counted(b.sim),
                      b.watch};
  assert_true(power_write_gates(&src, path, &err));
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  assert_non_null(fgets(line, sizeof line, f));
  assert_string_equal(line,
                      "#gate\tpart\ttransitions\tswitching_pj\tinternal_pj\tleakage_nw\tslew_ns\t"
                      "clock_pj\talike_pj\n");
  assert_non_null(fgets(line, sizeof line, f));
  assert_string_equal(line, "ff\tregister\t0.25\t0.05\t11.59375\t2\t0.1\t8\t10.09375\n");
  assert_null(fgets(line, sizeof line, f));
  fclose(f);
  src.periods = 0;
  assert_false(power_write_gates(&src, path, &err));
  assert_non_null(strstr(err.text, "nothing was counted"));
  tear_down(&b);
}

/* Nothing moves but the clock: no energy outside PART_CLOCK. */
static void test_idle(void **state) {
  (void)state;
  bench b;
  power_sum part[PARTS];
  set_up(&b, flipflop_text, true, 1);
  play_flipflop(&b, (const uint32_t[]){0, 0, 0, 0}, 4);
  power_of(b.nl, b.lib, &b.ann, b.sim, b.watch, part);
  expect(part[PART_CLOCK].internal, 3 * (5 + 6));
  for (int i = 0; i < PARTS; i++)
    if (i != PART_CLOCK) expect(part[i].switching + part[i].internal, 0);
  tear_down(&b);
}

/* No transition was let through by a watched state: the plain mean stands in. */
static void test_unseen(void **state) {
  (void)state;
  bench b;
  power_sum part[PARTS];
  set_up(&b, gates_text, false, 2);
  play_gates(&b);
  net_activity *activity = vmac_alloc(b.nl->nets, sizeof *activity);
  for (size_t g = 0; g < b.nl->gates; g++)
    for (size_t p = 0; p < b.nl->gate[g].cell->pins; p++)
      if (b.nl->gate[g].cell->pin[p].dir == PIN_OUTPUT)
        activity[b.nl->gate[g].net[p]] = (net_activity){1, 1, 0};
  const power_source src = {b.nl, b.lib, &b.ann, activity, 8, b.watch};
  power_from(&src, part);
  expect(part[PART_MULT].internal, 2 + 3);
  expect(part[PART_ADD].internal, 30 + 40);
  free(activity);
  tear_down(&b);
}

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/test_power.XXXXXX");
  return mkdtemp(folder) ? 0 : 1;
}

static int remove_folder(void **state) {
  (void)state;
  static const char *const names[] = {"lib", "net", "gates"};
  char path[128];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    unlink(path);
  }
  return rmdir(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_gates), cmocka_unit_test(test_own_inputs),
      cmocka_unit_test(test_plain), cmocka_unit_test(test_flipflop),
      cmocka_unit_test(test_idle),  cmocka_unit_test(test_unseen)};
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
