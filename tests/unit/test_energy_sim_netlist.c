/* TEST RATIONALE: around the gate simulation: which netlists it takes, and in what order their
 * gates come; loads, slews and delays of nets; functions watched while it runs.
 *   State space: each kind of netlist that is refused, with the words that name the place; a loop
 *   through a flip-flop, which is none; tie cells and their readers; figures worked out by hand;
 *   programs of pins, states, the clock, outputs that are not connected, more than six values.
 *   Parameters: the three modes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "annotate.h"
#include "energy_sim_common.h"

static void refused(const cell_lib *lib, const char *lines, const char *word) {
  vmac_err err = {""};
  if (sim_try(lib, lines, &err)) fail_msg("loaded: %s", lines);
  if (!strstr(err.text, word)) fail_msg("expected '%s' in: %s", word, err.text);
}

static void test_refused(void **state) {
  (void)state;
  cell_lib *lib = sim_lib();
  refused(lib, "in k 2; in d 3; LATCH l D=3 K=2 Q=4", "l: expected gates and plain flip-flops");
  refused(lib, "in a 2; BLACK b A=2 Y=3", "pin Y of cell BLACK has no function");
  refused(lib, "in a 2; NOR9 b A=2 Y=3", "cell b: library small has no cell 'NOR9'");
  refused(lib, "in k 2; in d 3; DFFR f D=3 K=2 R=1 S=3 Q=4", "asynchronous preset tied off");
  refused(lib, "in k 2; in d 3; DFFR f D=3 K=2 R=3 S=0 Q=4", "asynchronous clear tied off");
  refused(lib, "in k 2; in d 3; DFFR f D=3 K=2 R=0 S=0 Q=4", "flip-flop f (DFFR)");
  refused(lib, "in k 2; in d 3; DFFO f D=3 K=2 O=3 Q=4", "found that it reads pin O");
  refused(lib, "in k 2; in d 3; BUF b A=2 Y=5; DFF f D=3 K=5 Q=4", "found net net#5");
  refused(lib, "in k 2; in d 3; DFF f D=3 K=4 Q=4", "found net net#4");
  refused(lib, "in k 2; in d 3; DFF f D=3 K=2 Q=4; DFF g D=3 K=3 Q=5",
          "flip-flop g: expected the clock");
  refused(lib, "in k 2; in d 3; DFF f D=3 K=2 Q=4; DFFN g D=3 K=2 Q=5",
          "f and g take different edges");
  refused(lib, "in k 2; in d 3; DFF f D=3 K=2 Q=4; AND2 a A=2 B=3 Y=5", "a: pin A reads the clock");
  refused(lib, "in k 2; in d 3; DFF f D=2 K=2 Q=4", "f: pin D reads the clock");
  refused(lib, "in a 2; AND2 x A=2 B=4 Y=3; INV y A=3 Y=4", "combinational loop through");
  refused(lib, "in k 2; DFF f D=5 K=2 Q=4", "net net#5 has no driver");
  refused(lib, "in k 2; DFF f D=4 K=2 Q=4; DFF g D=4 K=2 Q=4", "second driver, g");
  celllib_free(lib);
}

static void test_order(void **state) {
  (void)state;
  cell_lib *lib = sim_lib();
  net_list *nl = sim_net(lib, "in k 2; DFFN f D=4 K=2 Q=3; INV i A=3 Y=4; AND2 z A=7 B=4 Y=5;"
                              "BUF b A=6 Y=7; TIE1 t Y=6; DFFN g D=5 K=2 Q=8");
  static const char *const names[] = {"t", "b", "z", "f", "g"}; /* i on any of the first places */
  assert_int_equal(nl->combs, 4);
  assert_int_equal(nl->gates, 6);
  for (size_t i = 0, g = 0; i < 5; i++) {
    g += !strcmp(nl->gate[g].name, "i");
    assert_string_equal(nl->gate[g++].name, names[i]);
  }
  netlist_free(nl);
  nl = sim_net(lib, "in a 2; BUF b A=2 Y=3");
  assert_int_equal(nl->clock, -1);
  netlist_free(nl);
  celllib_free(lib);
}

/* ---- loads, slews, delays ----------------------------------------------------------------------- */

static void near(double found, double expected) {
  if (fabs(found - expected) > 1e-9) fail_msg("expected %.12g, found %.12g", expected, found);
}

/* Tables of BUF: delay 0.2 + load + 0.2 slew (mean of both edges), slew 0.3; of DFF: delay 0.3 +
 * load + 0.2 clock slew, slew 0.2. Pins: 0.1 pF, clock pins 0.2. */
static void test_annotate(void **state) {
  (void)state;
  cell_lib *lib = sim_lib();
  net_list *nl = sim_net(lib, "in clk 2; in a 3; out y 5; out q 4; BUF b A=3 Y=6; BUF c A=6 Y=5;"
                              "DFF f D=5 K=2 Q=4; BUF d A=4 Y=7; INV i A=7 Y=8");
  net_annotation ann;
  annotate(&ann, nl,
           &(net_setup){.output_load = 0.5,
                        .input_slew = 0.4,
                        .clock_slew = 0.6,
                        .input_arrival = 0.25,
                        .own_inputs = true});
  static const double load[] = {0.2, 0.1, 0.6, 0.6, 0.1, 0.1, 0},
                      slew[] = {0.6, 0.4, 0.2, 0.3, 0.3, 0.3, 0.4},
                      delay[] = {0, 0.25, 1.02, 0.86, 0.38, 0.34, 0};
  static const int steps[] = {0, 50, 204, 172, 76, 68, 1};
  for (size_t i = 0; i < 7; i++) {
    near(ann.load[2 + i], load[i]);
    near(ann.slew[2 + i], slew[i]);
    near(ann.delay[2 + i], delay[i]);
    assert_int_equal(ann.steps[2 + i], steps[i]);
  }
  near(ann.arrival_ns, 0.25 + 0.38 + 0.86);
  assert_true(ann.own_inputs);
  annotate_free(&ann);
  netlist_free(nl);
  celllib_free(lib);
}

/* ---- watched programs --------------------------------------------------------------------------- */

static uint64_t watched(const net_list *nl, const char *gate, const char *text, sim_mode mode) {
  const char *names[NET_PINS + 2];
  vmac_err err;
  bool_prog prog;
  size_t g = 0;
  while (strcmp(nl->gate[g].name, gate)) g++;
  const lib_cell *cell = nl->gate[g].cell;
  for (size_t p = 0; p < cell->pins; p++) names[p] = cell->pin[p].name;
  names[cell->pins] = "IQ";
  names[cell->pins + 1] = "IQN";
  if (!bool_parse(&prog, text, names, cell->pins + 2, "watch", &err)) fail_msg("%s", err.text);
  int delay[16];
  for (int n = 0; n < 16; n++) delay[n] = 1;
  gatesim *sim = gatesim_new(nl, 8, mode, delay);
  const size_t other = gatesim_watch(sim, g, &prog), handle = gatesim_watch(sim, g, &prog);
  static const uint32_t a[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  for (int s = 0; s < 4; s++) { /* lane i holds the bits of i: x, y and d */
    gatesim_set(sim, sim_port(nl, "a"), a, 8, 1);
    gatesim_step(sim, s<2, s> 0);
  }
  const uint64_t count = gatesim_watched(sim, handle);
  assert_int_equal(gatesim_watched(sim, other), count);
  gatesim_clear(sim);
  assert_int_equal(gatesim_watched(sim, handle), 0);
  gatesim_free(sim);
  bool_free(&prog);
  return count;
}

static void test_watch(void **state) {
  (void)state;
  cell_lib *lib = sim_lib();
  net_list *nl = sim_net(lib, "in clk 2; in a 3 4 5 9 10; out s 6; out q 7; HA h A=3 B=4 S=6;"
                              "DFF f D=5 K=2 Q=7; ODD8 w A=3 B=4 C=5 D=9 E=10 F=5 G=6 H=7 Y=8;"
                              "ODD8 v A=3 B=4 C=5 D=9 E=10 F=5 G=6 H=7");
  /* 3 counted steps of 8 lanes; the flip-flop has loaded d in the first of them. */
  for (int mode = 0; mode < 3; mode++) {
    assert_int_equal(watched(nl, "h", "A !B", (sim_mode)mode), 6);
    assert_int_equal(watched(nl, "h", "C", (sim_mode)mode), 6); /* not connected: A B */
    assert_int_equal(watched(nl, "h", "S + C", (sim_mode)mode), 18);
    assert_int_equal(watched(nl, "f", "IQ", (sim_mode)mode), 12);
    assert_int_equal(watched(nl, "f", "!P", (sim_mode)mode), 12); /* not connected: IQN */
    assert_int_equal(watched(nl, "f", "K Q", (sim_mode)mode), 6);
    assert_int_equal(watched(nl, "f", "!K", (sim_mode)mode), 12);
    assert_int_equal(watched(nl, "f", "D IQN", (sim_mode)mode), 0);
    /* more than six values; Y is A ^ B */
    assert_int_equal(watched(nl, "w", "(A ^ B) C Y H G D' E'", (sim_mode)mode), 6);
    assert_int_equal(watched(nl, "v", "Y D' E' C", (sim_mode)mode), 6); /* not connected */
    assert_int_equal(watched(nl, "w", "1", (sim_mode)mode), 24);
  }
  netlist_free(nl);
  celllib_free(lib);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_refused), cmocka_unit_test(test_order),
                                     cmocka_unit_test(test_annotate), cmocka_unit_test(test_watch)};
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
