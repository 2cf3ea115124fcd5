/* TEST RATIONALE: the energy tool: Liberty reader, netlist reader, gate simulator, energy sums.
 *   State space: one library of two gates and one netlist of two, whose transitions and energies
 *   are worked out by hand below, in two sets of units; each operator of a function with the pairs
 *   that tell precedences apart; each kind of bad netlist; every cut and FLIPS random byte changes
 *   of the library and the netlist, where any answer but a crash (or a sanitizer's report) will
 *   do.
 *   Parameters: 1, 64 and 70 lanes (a word begun, full, and a second one begun).
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "energy_folder.h"
#include "power.h"

enum { FLIPS = 3000, SEED = 7, TEXT = 8192 };

/* Two gates at 2 V. u: how many of the file's time, capacitance and energy units make one ns, pF
 * and pJ. The tables are linear, with the axes in both orders. */
static char *library_text(double u) {
  char *text = vmac_alloc(TEXT, 1);
  const int used =
      snprintf(text, TEXT,
               "/* two gates */\nlibrary (tiny) {\n  time_unit : \"%s\"; nom_voltage : 2.0;\n"
               "  leakage_power_unit : \"1uW\";\n  capacitive_load_unit (1, %s);\n"
               "  power_lut_template (load) { variable_1 : total_output_net_capacitance; }\n"
               "  power_lut_template (slew) { variable_1 : input_transition_time; }\n"
               "  power_lut_template (both) { variable_1 : input_transition_time;\n"
               "    variable_2 : total_output_net_capacitance; }\n"
               "  cell (INV) {\n    area : 3.5\n    cell_leakage_power : 0.002;\n"
               "    pin (A) { direction : input; capacitance : %g; }\n"
               "    pin (Y) { direction : output; function : \"!A\";\n"
               "      internal_power () { related_pin : \"A\";\n"
               "        rise_power (load) { index_1 (\"%g, %g\"); values (\"%g, %g\"); }\n"
               "        fall_power (both) { index_1 (\"%g, %g\"); index_2 (\"0, %g\");\n"
               "          values (\"%g, %g\", \\\n            \"%g, %g\"); } } } }\n",
               u > 1 ? "1ps" : "1ns", u > 1 ? "ff" : "pf", 0.01 * u, 0.01 * u, 0.02 * u, 0.1 * u,
               0.2 * u, 0.1 * u, 0.3 * u, 1 * u, 0.2 * u, 0.2 * u, 0.6 * u, 0.6 * u);
  snprintf(text + used, TEXT - (size_t)used,
           "  cell (NAND2) {\n    area : 4; // um2\n"
           "    leakage_power () { when : \"A\"; value : 0.001; }\n"
           "    leakage_power () { when : \"!A\"; value : 0.003; }\n"
           "    pin (A) { direction : input; capacitance : %g; }\n"
           "    pin (B) { direction : input; capacitance : %g;\n"
           "      internal_power () { when : \"!A * Y\";\n"
           "        rise_power (slew) { index_1 (\"0, %g\"); values (\"%g, %g\"); }\n"
           "        fall_power (scalar) { values (\"%g\"); } }\n"
           "      internal_power () { power (scalar) { values (\"%g\"); } } }\n"
           "    pin (Y) { direction : output; function : \"(A B)'\";\n"
           "      timing () { related_pin : \"A\"; rise_transition (scalar) { values (\"%g\"); }\n"
           "        fall_transition (scalar) { values (\"%g\"); } }\n"
           "      internal_power () { related_pin : \"A\";\n"
           "        rise_power (load) { index_1 (\"0, %g\"); values (\"%g, %g\"); }\n"
           "        fall_power (scalar) { values (\"%g\"); } }\n"
           "      internal_power () { related_pin : \"B\";\n"
           "        rise_power (load) { index_1 (\"0, %g\"); values (\"%g, %g\"); }\n"
           "        fall_power (scalar) { values (\"%g\"); } } } }\n}\n",
           0.02 * u, 0.03 * u, 0.2 * u, 0.3 * u, 0.5 * u, 0.3 * u, 0.2 * u, 0.2 * u, 0.4 * u,
           0.02 * u, 0.1 * u, 0.3 * u, 0.05 * u, 0.02 * u, 0.3 * u, 0.5 * u, 0.15 * u);
  return text;
}

/* z = a AND b, through the internal net y, and n = NOT a. The inverters stand first: the reader
 * must sort. */
static const char netlist_text[] =
    "{\"modules\": {\"and\": {\"ports\": {"
    "\"a\": {\"direction\": \"input\", \"bits\": [2]},"
    "\"b\": {\"direction\": \"input\", \"bits\": [3]},"
    "\"z\": {\"direction\": \"output\", \"bits\": [5]},"
    "\"n\": {\"direction\": \"output\", \"bits\": [6]}},"
    "\"cells\": {"
    "\"g1\": {\"type\": \"INV\", \"connections\": {\"A\": [4], \"Y\": [5]}},"
    "\"g2\": {\"type\": \"INV\", \"connections\": {\"A\": [2], \"Y\": [6]}},"
    "\"g0\": {\"type\": \"NAND2\", \"connections\": {\"A\": [2], \"B\": [3], \"Y\": [4]}}},"
    "\"netnames\": {\"a\": {\"bits\": [2]}, \"b\": {\"bits\": [3]}, \"z\": {\"bits\": [5]},"
    "\"y\": {\"bits\": [4]}}}}}";

static cell_lib *load_library(double unit) {
  vmac_err err = {""};
  char *text = library_text(unit);
  cell_lib *lib = celllib_load(&(const char *){put("lib", text, strlen(text))}, 1, &err);
  if (!lib) fail_msg("%s", err.text);
  free(text);
  return lib;
}

static net_list *load_netlist(const cell_lib *lib) {
  vmac_err err = {""};
  net_list *nl = netlist_load(put("net", netlist_text, strlen(netlist_text)), lib, &err);
  if (!nl) fail_msg("%s", err.text);
  return nl;
}

static void near(double found, double expected) {
  if (fabs(found - expected) > 1e-9) fail_msg("expected %.12g, found %.12g", expected, found);
}

/* ---- figures worked out by hand ---------------------------------------------------------------
 */

static const uint32_t steps_a[] = {0, 1, 1, 1, 1, 0}, steps_b[] = {0, 1, 0, 1, 1, 1};
/* y = 1 0 1 0 0 1, z = 0 1 0 1 1 0: a 1 rise 1 fall, b 2 and 1, y 2 and 2, z 2 and 2, n as a. */

static gatesim *run_steps(const net_list *nl, size_t lanes) {
  vmac_err err;
  gatesim *sim = gatesim_new(nl, lanes, SIM_ZERO, NULL);
  for (size_t s = 0; s < sizeof steps_a / sizeof *steps_a; s++) {
    gatesim_set(sim, netlist_port(nl, "a", PIN_INPUT, 1, &err), &steps_a[s], lanes, 0);
    gatesim_set(sim, netlist_port(nl, "b", PIN_INPUT, 1, &err), &steps_b[s], lanes, 0);
    gatesim_step(sim, false, s > 0);
    assert_int_equal(gatesim_get(sim, netlist_port(nl, "z", PIN_OUTPUT, 1, &err), lanes - 1),
                     steps_a[s] & steps_b[s]);
  }
  return sim;
}

static void test_transitions(void **state) {
  (void)state;
  const size_t lane_counts[] = {1, 64, 70};
  const uint64_t expected[][2] = {{1, 1}, {2, 1}, {2, 2}, {2, 2}, {1, 1}}; /* a, b, y, z, n */
  cell_lib *lib = load_library(1);
  net_list *nl = load_netlist(lib);
  for (size_t i = 0; i < 3; i++) {
    gatesim *sim = run_steps(nl, lane_counts[i]);
    for (size_t n = 0; n < 5; n++) {
      assert_int_equal(gatesim_activity(sim)[NET_FIRST + n].rises, expected[n][0] * lane_counts[i]);
      assert_int_equal(gatesim_activity(sim)[NET_FIRST + n].falls, expected[n][1] * lane_counts[i]);
    }
    gatesim_free(sim);
  }
  netlist_free(nl);
  celllib_free(lib);
}

/* All parts as one, without states. */
static power_sum total(const net_list *nl, const cell_lib *lib, const net_annotation *ann,
                       const gatesim *sim) {
  power_sum part[PARTS], sum = {0};
  power_of(nl, lib, ann, sim, NULL, part);
  for (int i = 0; i < PARTS; i++) {
    sum.switching += part[i].switching;
    sum.internal += part[i].internal;
    sum.leakage += part[i].leakage;
    sum.transitions += part[i].transitions;
  }
  return sum;
}

/* Switching: 1/2 V^2 = 2; a feeds two gates, 0.03 pF x 2; b 0.03 x 3; y 0.01 x 4; output load 0.05
 * on z x 4 and n x 2: 0.98 pJ. NAND at 0.01 pF: rise (0.2 + 0.4) / 2, fall (0.05 + 0.15) / 2, two
 * of each: 0.8 pJ. INV at 0.05 pF: rise 0.5 (beyond the table: its line goes on); fall of z 0.6 at
 * the slew (0.2 + 0.4) / 2 = 0.3 ns of y, fall of n 0.2 at the inputs' 0.1 ns: 2.2 + 0.7 pJ. Pin B
 * itself: half of the states rise 0.4 (at 0.1 ns) and fall 0.3, half 0.2: 0.55 + 0.3 pJ.
 * Leakage: 2 + 2 nW + the mean of 1 and 3 nW. */
static void test_energy_by_hand(void **state) {
  (void)state;
  const net_setup setup = {.output_load = 0.05, .input_slew = 0.1, .own_inputs = true};
  const double units[] = {1, 1000};
  for (size_t i = 0; i < 2; i++) {
    cell_lib *lib = load_library(units[i]);
    net_list *nl = load_netlist(lib);
    gatesim *sim = run_steps(nl, 70);
    net_annotation ann;
    annotate(&ann, nl, &setup);
    const power_sum sum = total(nl, lib, &ann, sim);
    annotate_free(&ann);
    near(sum.switching, 70 * 0.98);
    near(sum.internal, 70 * 4.55);
    assert_int_equal(sum.transitions, 70 * 15);
    near(netlist_area(nl), 11);
    near(netlist_leakage(nl), 6);
    gatesim_free(sim);
    netlist_free(nl);
    celllib_free(lib);
  }
}

/* ---- boolean functions ------------------------------------------------------------------------
 */

static void test_functions(void **state) {
  (void)state;
  static const char *const pins[] = {"A", "B", "C"};
  static const struct {
    const char *text;
    unsigned table; /* bit 4C + 2B + A */
  } good[] = {{"A", 0xaa},       {"!A", 0x55},       {"A'", 0x55},    {"A B", 0x88},
              {"A*B", 0x88},     {"A & B", 0x88},    {"A+B", 0xee},   {"A|B", 0xee},
              {"A^B", 0x66},     {"A+B C", 0xea},    {"A B+C", 0xf8}, {"A^B C", 0x60},
              {"C A^B", 0x60},   {"A+B^C", 0xbe},    {"!A B", 0x44},  {"!(A B)'", 0x88},
              {"A''", 0xaa},     {"(!((S)))", 0},    {"0", 0},        {"1", 0xff},
              {" ( A ) ", 0xaa}, {"!(A^B)'^C", 0x96}};
  uint64_t value[3] = {0xaa, 0xcc, 0xf0};
  vmac_err err;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    bool_prog prog;
    const bool parsed = bool_parse(&prog, good[i].text, pins, 3, "test", &err);
    if (strchr(good[i].text, 'S'))
      assert_false(parsed); /* no such pin */
    else {
      if (!parsed) fail_msg("%s", err.text);
      if ((bool_eval(&prog, value) & 0xff) != good[i].table)
        fail_msg("%s: 0x%02x", good[i].text, (unsigned)(bool_eval(&prog, value) & 0xff));
    }
    bool_free(&prog);
  }
  char deep[200] = "";
  for (int i = 0; i < 99; i++) strcat(deep, "(");
  char wide[1300] = "A";
  for (int i = 0; i < 300; i++) strcat(wide, " + A");
  const char *const bad[] = {"", "A+", "(A", "A)", "A Q", "+A", "A ? B", "!", deep, wide};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bool_prog prog;
    if (bool_parse(&prog, bad[i], pins, 3, "test", &err)) fail_msg("parsed: %s", bad[i]);
    bool_free(&prog);
  }
}

/* ---- bad files --------------------------------------------------------------------------------
 */

/* `from` in the good netlist becomes `to`; the error must hold `word`. */
static void netlist_refused(const cell_lib *lib, const char *from, const char *to,
                            const char *word) {
  char text[2048];
  const char *at = strstr(netlist_text, from);
  vmac_err err = {""};
  assert_non_null(at);
  snprintf(text, sizeof text, "%.*s%s%s", (int)(at - netlist_text), netlist_text, to,
           at + strlen(from));
  net_list *nl = netlist_load(put("net", text, strlen(text)), lib, &err);
  if (nl) fail_msg("loaded with %s, expected '%s'", to, word);
  if (!strstr(err.text, word)) fail_msg("expected '%s' in: %s", word, err.text);
}

static void test_bad_netlists(void **state) {
  (void)state;
  cell_lib *lib = load_library(1);
  netlist_refused(lib, "\"INV\"", "\"INVX\"", "nearest is 'INV'");
  netlist_refused(lib, "\"A\": [4], \"Y\"", "\"Q\": [4], \"Y\"", "no pin 'Q'");
  netlist_refused(lib, "\"B\": [3], ", "", "unconnected");
  netlist_refused(lib, "\"A\": [4], \"Y\": [5]", "\"A\": [5], \"Y\": [5]", "loop");
  netlist_refused(lib, "\"B\": [3], \"Y\"", "\"B\": [9], \"Y\"", "no driver");
  netlist_refused(lib, "\"Y\": [5]", "\"Y\": [2]", "second driver");
  netlist_refused(lib, "\"B\": [3], \"Y\"", "\"B\": [\"x\"], \"Y\"", "found 'x'");
  netlist_refused(lib, "\"B\": [3], \"Y\"", "\"B\": [3.5], \"Y\"", "net number");
  netlist_refused(lib, "\"B\": [3], \"Y\"", "\"B\": [1e30], \"Y\"", "net number");
  netlist_refused(lib, "\"bits\": [5]", "\"bits\": [7]", "no driver");
  netlist_refused(lib, "\"cells\"", "\"wells\"", "'cells'");
  netlist_refused(lib, "\"modules\": {", "\"modules\": {\"two\": {}, ", "one flat module");
  netlist_refused(lib, "}}}}}", "", "JSON");
  celllib_free(lib);
}

/* `from` in the good library becomes `to`; the error must hold `word`. */
static void library_refused(const char *from, const char *to, const char *word) {
  char text[TEXT], *good = library_text(1), *at = strstr(good, from);
  vmac_err err = {""};
  assert_non_null(at);
  snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
  free(good);
  cell_lib *lib = celllib_load(&(const char *){put("lib", text, strlen(text))}, 1, &err);
  if (lib) fail_msg("loaded with '%s', expected '%s'", to, word);
  if (!strstr(err.text, word)) fail_msg("expected '%s' in: %s", word, err.text);
}

static void test_bad_libraries(void **state) {
  (void)state;
  library_refused("area : 3.5", "area : 3.5.5", "a number for area");
  library_refused("\"1ns\"", "\"1 hour\"", "time_unit");
  library_refused("nom_voltage : 2.0", "nom_voltage : 0", "nom_voltage above 0");
  library_refused("(1, pf)", "(1)", "capacitive_load_unit");
  library_refused("(1, pf)", "(1, uf)", "found 'uf'");
  library_refused("!A * Y", "!A * Q", "no input pin 'Q'");
  library_refused("\"!A\"", "\"!Q\"", "no input pin 'Q'");
  library_refused("\"0.1, 0.3\"", "\"0.3, 0.1\"", "rising numbers");
  library_refused("\"0.1, 0.3\"", "\"0.1, 0.2, 0.3\"", "3 values");
  library_refused("(both) { index", "(none) { index", "known table template");
  library_refused("library", "book", "library (NAME)");
  library_refused("cell (INV) {", "cell (INV) { {", "expected a name");
  library_refused("\"1uW\"", "\"1uW", "expected");
}

/* Every cut and FLIPS random byte changes of a good file. */
static void damage(const char *good, size_t size, void (*load)(const char *path)) {
  char *text = vmac_alloc(size, 1);
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  for (size_t cut = 0; cut < size; cut += 3) load(put("net", good, cut));
  for (int i = 0; i < FLIPS; i++) {
    memcpy(text, good, size);
    for (int k = (int)vmac_rng_below(&rng, 4); k >= 0; k--)
      text[vmac_rng_below(&rng, (uint32_t)size)] ^= (char)(1 << vmac_rng_below(&rng, 8));
    load(put("net", text, size));
  }
  free(text);
}

static void try_library(const char *path) {
  vmac_err err = {""};
  cell_lib *lib = celllib_load(&path, 1, &err);
  assert_true(lib || err.text[0]);
  celllib_free(lib);
}

static cell_lib *good_library;
static void try_netlist(const char *path) {
  vmac_err err = {""};
  net_list *nl = netlist_load(path, good_library, &err);
  assert_true(nl || err.text[0]);
  if (nl) {
    gatesim *sim = gatesim_new(nl, 1, SIM_ZERO, NULL);
    net_annotation ann;
    annotate(&ann, nl, &(net_setup){.output_load = 0.05, .input_slew = 0.1});
    gatesim_step(sim, false, true);
    total(nl, good_library, &ann, sim);
    annotate_free(&ann);
    gatesim_free(sim);
  }
  netlist_free(nl);
}

static void test_damaged_files(void **state) {
  (void)state;
  char *text = library_text(1);
  damage(text, strlen(text), try_library);
  free(text);
  good_library = load_library(1);
  damage(netlist_text, strlen(netlist_text), try_netlist);
  celllib_free(good_library);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_transitions),   cmocka_unit_test(test_energy_by_hand),
      cmocka_unit_test(test_functions),     cmocka_unit_test(test_bad_netlists),
      cmocka_unit_test(test_bad_libraries), cmocka_unit_test(test_damaged_files)};
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
