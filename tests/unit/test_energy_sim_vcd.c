/* TEST RATIONALE: VCD files, read and written.
 *   State space: a file by hand with every form a simulator writes: scopes around and below the
 *   design, escaped names, vectors with both directions of range, a bit of its own, short numbers,
 *   x and z, changes undone at the same time, $dumpoff, $comment, reals; each kind of bad file;
 *   our own file of a simulation read back, whose counts must be the simulation's; every cut and
 *   FLIPS random byte changes of a good file, where any answer but a crash will do.
 *   Parameters: the three modes; a netlist with and one without a clock.
 * SPDX-License-Identifier: Apache-2.0 */
#include "energy_sim_common.h"
#include "vcd.h"

enum { FLIPS = 3000, SEED = 11 };

/* a 3 4, q 6, x = a[0] ^ q: net 7, and net 5 = d of the flip-flop, a[1] ^ x. */
static net_list *small(const cell_lib *lib) {
  net_list *nl = sim_net(lib, "in clk 2; in a 3 4; out q 6; XOR2 g A=4 B=7 Y=5; XOR2 h A=3 B=6 Y=7;"
                              "DFF f D=5 K=2 Q=6");
  static const char *const names[] = {"clk", "a[0]", "a[1]", "u_x.d", "q", "_01_"};
  for (size_t i = 0; i < 6; i++) {
    free(nl->name[2 + i]);
    nl->name[2 + i] = strdup(names[i]);
  }
  return nl;
}

static const char good_vcd[] =
    "$date today $end $timescale 1 ns $end\n"
    "$comment a comment with $var in it $end\n"
    "$scope module tb $end\n$var reg 1 % clk $end\n$var wire 2 A a [1:0] $end\n"
    "$var real 64 R r $end\n"
    "$scope module dut $end\n$var wire 1 % clk $end\n$var wire 2 A a [1:0] $end\n"
    "$var wire 1 q q $end\n$var wire 1 ab \\_01_ $end\n"
    "$scope module u_x $end\n$var wire 1 d d $end\n$upscope $end\n$upscope $end\n"
    "$upscope $end\n$enddefinitions $end\n"
    "$dumpvars\n0%\nbx A\nxq\nxab\nzd\nr1.5 R\n$end\n"
    "#5\nb10 A\n0q\n0ab\n1d\n#7\n1q\n#8\n0q\n" /* before the first period: nothing counts */
    "#10\n1%\n1q\n1ab\n0d\n"                   /* period 1: q up, _01_ up, d down */
    "#15\n0%\n#17\n1d\n0d\n"                   /* undone: nothing */
    "#20\n1%\n0q\nb1 A\n#21\n0ab\n1ab\n1d\n"   /* period 2: q down, a = 01, d up */
    "#25\n0%\n$dumpoff\nx%\nbx A\nxq\nxab\nxd\n$end\n"
    "#90\n$dumpon\n0%\nb11 A\n1q\n0ab\n0d\n$end\n"
    "#95\n$comment 1q $end\n1%\n"        /* period 3 */
    "#96\n1d\n#97\nxd\n#98\n0d\n#100\n"; /* to x and on: one rise */

static bool read_text(const net_list *nl, const char *text, size_t size, net_activity *out,
                      uint64_t *periods, vmac_err *err) {
  return vcd_activity(put("vcd", text, size), nl, NULL, out, periods, err);
}

static void test_by_hand(void **state) {
  (void)state;
  cell_lib *lib = sim_lib();
  net_list *nl = small(lib);
  net_activity out[8];
  uint64_t periods;
  vmac_err err;
  if (!read_text(nl, good_vcd, sizeof good_vcd - 1, out, &periods, &err)) fail_msg("%s", err.text);
  assert_int_equal(periods, 3);
  /* rises, falls, high at the ends of periods 1, 2 and 3; what changes at the
   * time of $dumpoff is hidden */
  static const uint64_t expected[][3] = {{3, 1, 1}, {1, 0, 2}, {0, 1, 3},
                                         {2, 1, 0}, {1, 1, 3}, {1, 0, 1}};
  for (size_t i = 0; i < 6; i++)
    if (out[2 + i].rises != expected[i][0] || out[2 + i].falls != expected[i][1] ||
        out[2 + i].high != expected[i][2])
      fail_msg("%s: found %d %d %d", nl->name[2 + i], (int)out[2 + i].rises, (int)out[2 + i].falls,
               (int)out[2 + i].high);
  netlist_free(nl);
  celllib_free(lib);
}

static void refused(const net_list *nl, const char *from, const char *to, const char *word) {
  char text[4096];
  const char *at = strstr(good_vcd, from);
  net_activity out[8];
  uint64_t periods;
  vmac_err err = {""};
  assert_non_null(at);
  snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good_vcd), good_vcd, to, at + strlen(from));
  if (read_text(nl, text, strlen(text), out, &periods, &err))
    fail_msg("read with '%s', expected '%s'", to, word);
  if (!strstr(err.text, word)) fail_msg("expected '%s' in: %s", word, err.text);
}

static void test_bad_files(void **state) {
  (void)state;
  cell_lib *lib = sim_lib();
  net_list *nl = small(lib);
  refused(nl, "\\_01_", "_02_", "net _01_");
  refused(nl, "module dut $end\n$var wire 1 % clk $end", "module dut $end", "net clk");
  refused(nl, "\n1%\n1q\n", "\n1%\n1Q\n", ":38: expected the code of a variable, found 'Q'");
  refused(nl, "#17", "#7", "a time not before");
  refused(nl, "#17", "#1x", "a time");
  refused(nl, "b1 A", "b101 A", "no more digits");
  refused(nl, "b1 A", "b2 A", "digits 0, 1, x or z");
  refused(nl, "0%\nbx", "?%\nbx", "a time or a value");
  refused(nl, "$var wire 1 q q", "$var wire 0 q q", "a variable's width");
  refused(nl, "$var wire 1 q q", "$var wire 2 q q [2:0]", "as wide as");
  refused(nl, "$var wire 1 q q", "$var wire 1 A q", "the width that the code had");
  refused(nl, "$enddefinitions", "$definitions", "a declaration such as");
  refused(nl, "$scope module u_x $end", "$upscope $end $upscope $end $upscope $end", "a $scope");
  char *clockless = strdup(good_vcd);
  for (char *at = clockless; (at = strstr(at, "\n1%")); at++) at[1] = '0';
  net_activity out[8];
  uint64_t periods;
  vmac_err err;
  assert_false(read_text(nl, clockless, strlen(clockless), out, &periods, &err));
  assert_non_null(strstr(err.text, "never does"));
  free(clockless);
  /* _01_ has a value before the clock's first rise, and none behind it. */
  char *silent = strdup(good_vcd);
  for (char *at = silent; (at = strstr(at, "ab\n")); at++)
    if (at > strstr(silent, "#10")) at[-1] = 'x';
  assert_false(read_text(nl, silent, strlen(silent), out, &periods, &err));
  assert_non_null(strstr(err.text, "net _01_: expected a value after the clock's first rise"));
  free(silent);
  netlist_free(nl);
  celllib_free(lib);
}

/* Lane 0 alone is counted: one lane. */
static void round_trip(const net_list *nl, sim_mode mode, const char *clock) {
  const int delay[] = {0, 0, 0, 3, 40, 30, 7, 11};
  gatesim *sim = gatesim_new(nl, 1, mode, mode == SIM_INERTIAL ? delay : NULL);
  net_activity out[8] = {{0, 0, 0}};
  uint64_t periods = 0;
  vmac_err err;
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  vcd_writer *writer = NULL;
  for (int s = 0; s < 60; s++) {
    const uint32_t value = vmac_rng_below(&rng, 4);
    if (s == 10) writer = vcd_record(sim, nl, 200);
    gatesim_set(sim, sim_port(nl, "a"), &value, 1, 0);
    gatesim_step(sim, true, s >= 10 && s < 50);
    if (s == 49 && !vcd_save(writer, in_folder("vcd"), &err)) fail_msg("%s", err.text);
  }
  if (!vcd_activity(in_folder("vcd"), nl, clock, out, &periods, &err)) fail_msg("%s", err.text);
  assert_int_equal(periods, 40);
  for (size_t n = 3; n < nl->nets; n++) {
    const net_activity *ours = &gatesim_activity(sim)[n];
    assert_int_equal(out[n].rises, ours->rises);
    assert_int_equal(out[n].falls, ours->falls);
    assert_int_equal(out[n].high, ours->high);
  }
  if (!clock) assert_int_equal(out[2].rises, 40);
  gatesim_free(sim);
}

static void test_round_trip(void **state) {
  (void)state;
  cell_lib *lib = sim_lib();
  net_list *nl = small(lib);
  net_list *plain = sim_net(lib, "in a 3 4; XOR2 g A=4 B=5 Y=6; BUF h A=3 Y=5");
  for (int mode = 0; mode < 3; mode++) {
    round_trip(nl, (sim_mode)mode, NULL);
    round_trip(plain, (sim_mode)mode, "vmac_clk");
  }
  net_activity out[8];
  uint64_t periods;
  vmac_err err;
  assert_false(vcd_activity(in_folder("vcd"), plain, NULL, out, &periods, &err));
  assert_non_null(strstr(err.text, "has no clock"));
  assert_false(vcd_activity(in_folder("vcd"), plain, "tick", out, &periods, &err));
  assert_non_null(strstr(err.text, "no variable tick"));
  netlist_free(nl);
  netlist_free(plain);
  celllib_free(lib);
}

static void test_damaged(void **state) {
  (void)state;
  cell_lib *lib = sim_lib();
  net_list *nl = small(lib);
  net_activity out[8];
  uint64_t periods;
  vmac_err err;
  char text[sizeof good_vcd];
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  for (size_t cut = 0; cut < sizeof good_vcd; cut++) {
    err.text[0] = 0;
    assert_true(read_text(nl, good_vcd, cut, out, &periods, &err) || err.text[0]);
  }
  for (int i = 0; i < FLIPS; i++) {
    memcpy(text, good_vcd, sizeof text);
    for (int k = (int)vmac_rng_below(&rng, 4); k >= 0; k--)
      text[vmac_rng_below(&rng, sizeof text - 1)] ^= (char)(1 << vmac_rng_below(&rng, 8));
    err.text[0] = 0;
    assert_true(read_text(nl, text, sizeof text - 1, out, &periods, &err) || err.text[0]);
  }
  netlist_free(nl);
  celllib_free(lib);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_by_hand), cmocka_unit_test(test_bad_files),
      cmocka_unit_test(test_round_trip), cmocka_unit_test(test_damaged)};
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
