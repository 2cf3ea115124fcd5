/* TEST RATIONALE: the gate simulation of the energy tool.
 *   State space: pulses one step shorter than, as long as and one longer than a gate's delay;
 *   flip-flops in a chain, with enable, with both outputs, held and clocked; random netlists of
 *   every kind of cell with random delays against a simulation of one lane at one time, written
 *   here as plainly as can be; the clock's own counts. tests/glitch.t has the real netlists,
 *   against Icarus; test_energy_sim_netlist.c what surrounds the simulation.
 *   Parameters: 1, 70, 512 and 1,100 lanes; the three modes; each level of instructions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "energy_sim_common.h"

/* ---- pulses ----------------------------------------------------------------------------------- */

/* z = a ^ buffered a: each change of a is a pulse as long as the buffer's delay. */
static const char pulse[] = "in a 2; out z 4; BUF b A=2 Y=3; XOR2 x A=2 B=3 Y=4";

static void pulses(const net_list *nl, sim_mode mode, int width, uint64_t expected) {
  enum { LANES = 600, STEPS = 3 };
  const int delay[] = {0, 0, 2, width, 7};
  gatesim *sim = gatesim_new(nl, LANES, mode, mode == SIM_INERTIAL ? delay : NULL);
  uint32_t value[LANES] = {0};
  for (int s = 0; s < STEPS; s++) {
    for (size_t i = 0; i < LANES; i += 3) value[i] ^= 1; /* every third lane */
    gatesim_set(sim, sim_port(nl, "a"), value, LANES, 1);
    gatesim_step(sim, true, true);
  }
  const net_activity *activity = gatesim_activity(sim);
  assert_int_equal(activity[2].rises, 400); /* up, down, up in 200 lanes */
  assert_int_equal(activity[2].falls, 200);
  assert_int_equal(activity[2].high, 400);
  assert_int_equal(activity[4].rises, 600 * expected);
  assert_int_equal(activity[4].falls, 600 * expected);
  assert_int_equal(activity[4].high, 0);
  assert_int_equal(gatesim_counted(sim), LANES * STEPS);
  gatesim_clear(sim);
  assert_int_equal(gatesim_activity(sim)[2].rises + gatesim_counted(sim), 0);
  gatesim_free(sim);
}

static void test_pulses(void **state) {
  (void)state;
  cell_lib *lib = sim_lib();
  net_list *nl = sim_net(lib, pulse);
  pulses(nl, SIM_ZERO, 0, 0);
  pulses(nl, SIM_UNIT, 0, 1);
  pulses(nl, SIM_INERTIAL, 6, 0);
  pulses(nl, SIM_INERTIAL, 7, 1);
  pulses(nl, SIM_INERTIAL, 8, 1);
  netlist_free(nl);
  celllib_free(lib);
}

/* ---- flip-flops ------------------------------------------------------------------------------- */

/* d -> q -> r, and e loads d where en; the output qn is the first one's complement. */
static const char chain[] =
    "in clk 2; in d 3; in en 4; out q 5; out qn 6; out r 7; out e 8; DFFR f2 D=5 K=2 R=1 S=0 Q=7;"
    "DFF f1 D=3 K=2 Q=5 P=6; DFFE f3 D=3 E=4 K=2 Q=8";

static void test_flip_flops(void **state) {
  (void)state;
  static const uint32_t d[] = {1, 1, 0, 1, 0, 1, 1, 0}, en[] = {1, 0, 0, 1, 0, 1, 0, 1},
                        hold[] = {0, 0, 0, 0, 0, 1, 1, 0};
  enum { STEPS = 8, LANES = 70 };
  cell_lib *lib = sim_lib();
  net_list *nl = sim_net(lib, chain);
  assert_int_equal(nl->combs, 0);
  assert_int_equal(nl->gates, 3);
  assert_int_equal(nl->clock, 2);
  const int delay[] = {0, 0, 0, 1, 1, 3, 2, 5, 1};
  for (int mode = 0; mode < 3; mode++) {
    gatesim *sim = gatesim_new(nl, LANES, (sim_mode)mode, mode == SIM_INERTIAL ? delay : NULL);
    uint32_t q = 0, r = 0, e = 0, before_d = 0, before_en = 0;
    uint64_t qs = 0;
    assert_int_equal(gatesim_get(sim, sim_port(nl, "qn"), 0), 1);
    for (size_t s = 0; s < STEPS; s++) {
      gatesim_set(sim, sim_port(nl, "d"), &d[s], LANES, 0);
      gatesim_set(sim, sim_port(nl, "en"), &en[s], LANES, 0);
      gatesim_set(sim, sim_port(nl, "clk"), &d[s], LANES, 0);
      gatesim_step(sim, !hold[s], true);
      if (!hold[s]) { /* what stood there before this step's inputs */
        r = q;
        e = before_en ? before_d : e;
        q = before_d;
      }
      before_d = d[s];
      before_en = en[s];
      qs += q;
      assert_int_equal(gatesim_get(sim, sim_port(nl, "q"), LANES - 1), q);
      assert_int_equal(gatesim_get(sim, sim_port(nl, "qn"), 3), !q);
      assert_int_equal(gatesim_get(sim, sim_port(nl, "r"), 0), r);
      assert_int_equal(gatesim_get(sim, sim_port(nl, "e"), 0), e);
    }
    const net_activity *activity = gatesim_activity(sim);
    assert_int_equal(activity[2].rises, 6 * LANES); /* two of the eight steps were held */
    assert_int_equal(activity[2].falls, 6 * LANES);
    assert_int_equal(activity[2].high, 3 * LANES);
    assert_int_equal(activity[5].high, qs * LANES);
    assert_int_equal(activity[6].high, (STEPS - qs) * LANES);
    assert_int_equal(activity[5].rises, activity[6].falls);
    gatesim_free(sim);
  }
  netlist_free(nl);
  celllib_free(lib);
}

/* Lanes that nobody asked for toggle along, and do not count. */
static void test_toggling(void **state) {
  (void)state;
  enum { LANES = 70, STEPS = 8 };
  cell_lib *lib = sim_lib();
  net_list *nl = sim_net(lib, "in clk 2; out q 3; DFF f D=4 K=2 Q=3 P=4; INV i A=3 Y=5");
  static const int delay[] = {0, 0, 0, 2, 1, 3};
  for (int mode = 0; mode < 3; mode++) {
    gatesim *sim = gatesim_new(nl, LANES, (sim_mode)mode, mode == SIM_INERTIAL ? delay : NULL);
    for (int s = 0; s < STEPS; s++) gatesim_step(sim, true, true);
    for (size_t n = 3; n < 6; n++) {
      const net_activity *activity = &gatesim_activity(sim)[n];
      assert_int_equal(activity->rises, STEPS / 2 * LANES);
      assert_int_equal(activity->falls, STEPS / 2 * LANES);
      assert_int_equal(activity->high, STEPS / 2 * LANES);
    }
    gatesim_free(sim);
  }
  netlist_free(nl);
  celllib_free(lib);
}

/* ---- random netlists against one lane at a time ------------------------------------------------ */

enum { IN = 6, GATES = 60, FFS = 5, STEPS = 40, NETS = NET_FIRST + 1 + IN + GATES * 2 + FFS };

/* A netlist of random cells; nets 2 = clock, then inputs, flip-flops, gates. */
static net_list *random_net(const cell_lib *lib, vmac_rng *rng) {
  static const char *const types[] = {"BUF",  "INV",   "AND2", "XOR2", "MUX2", "HA",
                                      "TIE1", "AOI22", "MAJ5", "MUX4", "ODD8"};
  char *cells = NULL;
  size_t size;
  vmac_err err;
  FILE *f = open_memstream(&cells, &size);
  fputs("in clk 2; in a 3 4 5 6 7 8;", f);
  uint32_t nets = 3 + IN + FFS;
  for (int g = 0; g < GATES; g++) {
    const lib_cell *cell =
        celllib_cell(lib, types[vmac_rng_below(rng, sizeof types / sizeof *types)], &err);
    const uint32_t known = nets;
    fprintf(f, "%s g%d", cell->name, g);
    for (size_t p = 0; p < cell->pins; p++) {
      uint32_t net = nets;
      if (cell->pin[p].dir == PIN_OUTPUT)
        nets++;
      else
        do
          net = vmac_rng_below(rng, 4) ? known - 1 - vmac_rng_below(rng, 10)
                                       : vmac_rng_below(rng, known);
        while (net == 2);
      fprintf(f, " %s=%u", cell->pin[p].name, net);
    }
    fputs(";", f);
  }
  for (uint32_t i = 0; i < FFS; i++)
    fprintf(f, "DFFE f%u K=2 E=%u D=%u Q=%u;", i, 3 + vmac_rng_below(rng, IN),
            nets - 1 - vmac_rng_below(rng, 8), 3 + IN + i);
  assert_int_equal(fclose(f), 0);
  net_list *nl = sim_net(lib, cells);
  free(cells);
  return nl;
}

typedef struct {
  bool value[NETS], ff[FFS];
  uint64_t rises[NETS], falls[NETS], high[NETS];
} lane_state;

static bool output_of(const net_list *nl, size_t g, const bool_prog *prog, const lane_state *ls) {
  const net_gate *gate = &nl->gate[g];
  uint64_t value[NET_PINS + 2] = {0};
  for (size_t p = 0; p < gate->cell->pins; p++) value[p] = ls->value[gate->net[p]];
  if (g >= nl->combs) {
    value[gate->cell->pins] = ls->ff[g - nl->combs];
    value[gate->cell->pins + 1] = !ls->ff[g - nl->combs];
  }
  return bool_eval(prog, value) & 1;
}

/* Calls f(gate, pin) for each output pin; as a loop over the netlist. */
#define EACH_OUTPUT(nl, g, p)                                                                      \
  for (size_t g = 0; g < (nl)->gates; g++)                                                         \
    for (size_t p = 0; p < (nl)->gate[g].cell->pins; p++)                                          \
      if ((nl)->gate[g].cell->pin[p].dir == PIN_OUTPUT)

/* One step of one lane, time by time: a net whose function differs from its value changes `delay`
 * later unless the two agree again before. */
static void plain_step(const net_list *nl, const int *delay, lane_state *ls, uint32_t a,
                       bool clocked, bool counted) {
  int due[NETS];
  bool next[FFS];
  for (int n = 0; n < NETS; n++) due[n] = -1;
  for (size_t f = 0; f < FFS; f++)
    next[f] = output_of(nl, nl->combs + f, &nl->gate[nl->combs + f].cell->next, ls);
  if (clocked) memcpy(ls->ff, next, sizeof next);
  for (int i = 0; i < IN; i++)
    if (ls->value[3 + i] != (a >> i & 1)) due[3 + i] = delay[3 + i];
  EACH_OUTPUT(nl, g, p) {
    const int net = nl->gate[g].net[p];
    if (g >= nl->combs &&
        output_of(nl, g, &nl->gate[g].cell->pin[p].function, ls) != ls->value[net])
      due[net] = delay[net];
  }
  bool quiet = false;
  for (int time = 0; !quiet; time++) {
    for (int n = 0; n < NETS; n++)
      if (due[n] == time) {
        ls->value[n] = !ls->value[n];
        (ls->value[n] ? ls->rises : ls->falls)[n] += counted;
        due[n] = -1;
      }
    EACH_OUTPUT(nl, g, p) {
      const int net = nl->gate[g].net[p];
      if (g >= nl->combs) continue;
      const bool wanted = output_of(nl, g, &nl->gate[g].cell->pin[p].function, ls);
      if (wanted == ls->value[net])
        due[net] = -1;
      else if (due[net] < 0)
        due[net] = time + delay[net];
    }
    quiet = true;
    for (int n = 0; n < NETS; n++) quiet = quiet && due[n] < 0;
  }
  for (int n = 0; n < NETS; n++) ls->high[n] += counted && ls->value[n];
}

static void plain_start(const net_list *nl, lane_state *ls) {
  *ls = (lane_state){.value[NET_ONE] = true};
  EACH_OUTPUT(nl, g, p)
  if (g < nl->combs)
    ls->value[nl->gate[g].net[p]] = output_of(nl, g, &nl->gate[g].cell->pin[p].function, ls);
}

static void compare_random(const net_list *nl, vmac_rng *rng, sim_mode mode, size_t lanes) {
  int delay[NETS], one[NETS], unit[NETS];
  uint32_t *value = vmac_alloc(lanes * STEPS, sizeof *value);
  lane_state *sum = vmac_alloc(1, sizeof *sum), *ls = vmac_alloc(1, sizeof *ls);
  for (int n = 0; n < NETS; n++) {
    delay[n] = (n >= 3 && n < 3 + IN ? 0 : 1) + (int)vmac_rng_below(rng, 9);
    unit[n] = n >= 3 + IN + FFS;
    one[n] = mode == SIM_INERTIAL ? delay[n] : unit[n];
  }
  for (size_t i = 0; i < lanes * STEPS; i++) value[i] = vmac_rng_below(rng, 1 << IN);
  gatesim *sim = gatesim_new(nl, lanes, mode, mode == SIM_INERTIAL ? delay : NULL);
  for (size_t s = 0; s < STEPS; s++) {
    gatesim_set(sim, sim_port(nl, "a"), value + s, lanes, STEPS);
    gatesim_step(sim, s % 5 != 3, s > 2 && s != 9);
  }
  for (size_t i = 0; i < lanes; i++) {
    plain_start(nl, ls);
    for (size_t s = 0; s < STEPS; s++)
      plain_step(nl, one, ls, value[i * STEPS + s], s % 5 != 3, s > 2 && s != 9);
    for (int n = 0; n < NETS; n++) {
      sum->rises[n] += ls->rises[n];
      sum->falls[n] += ls->falls[n];
      sum->high[n] += ls->high[n];
    }
  }
  for (size_t n = 3; n < nl->nets; n++) {
    const net_activity *activity = &gatesim_activity(sim)[n];
    if (activity->rises != sum->rises[n] || activity->falls != sum->falls[n] ||
        activity->high != sum->high[n])
      fail_msg("mode %d, %zu lanes, net %zu: expected %llu %llu %llu, found %llu %llu %llu",
               (int)mode, lanes, n, (unsigned long long)sum->rises[n],
               (unsigned long long)sum->falls[n], (unsigned long long)sum->high[n],
               (unsigned long long)activity->rises, (unsigned long long)activity->falls,
               (unsigned long long)activity->high);
  }
  gatesim_free(sim);
  free(value);
  free(sum);
  free(ls);
}

static void test_random(void **state) {
  (void)state;
  cell_lib *lib = sim_lib();
  vmac_rng rng;
  for (uint64_t seed = 1; seed <= 25; seed++) {
    vmac_rng_seed(&rng, seed);
    net_list *nl = random_net(lib, &rng);
    compare_random(nl, &rng, SIM_UNIT, 1);
    compare_random(nl, &rng, SIM_INERTIAL, 2);
    netlist_free(nl);
  }
  celllib_free(lib);
}

/* ---- lanes and instructions -------------------------------------------------------------------- */

/* Many lanes at once count what lanes alone do; in SIM_ZERO the counts are those of settled values. */
static void compare_lanes(const net_list *nl, sim_mode mode, size_t lanes, uint64_t seed) {
  int delay[NETS];
  uint32_t *value = vmac_alloc(lanes * STEPS, sizeof *value);
  net_activity sum[NETS] = {{0, 0, 0}};
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  for (int n = 0; n < NETS; n++) delay[n] = 1 + (int)vmac_rng_below(&rng, 9);
  for (size_t i = 0; i < lanes * STEPS; i++) value[i] = vmac_rng_below(&rng, 1 << IN);
  gatesim *all = gatesim_new(nl, lanes, mode, mode == SIM_INERTIAL ? delay : NULL);
  for (size_t s = 0; s < STEPS; s++) {
    gatesim_set(all, sim_port(nl, "a"), value + s, lanes, STEPS);
    gatesim_step(all, true, s > 2);
  }
  for (size_t i = 0; i<lanes; i += lanes> 100 ? 37 : 1) {
    gatesim *one = gatesim_new(nl, 1, mode, mode == SIM_INERTIAL ? delay : NULL);
    for (size_t s = 0; s < STEPS; s++) {
      gatesim_set(one, sim_port(nl, "a"), value + i * STEPS + s, 1, 0);
      gatesim_step(one, true, s > 2);
    }
    for (size_t n = NET_FIRST; n < nl->nets; n++) {
      const net_activity *a = &gatesim_activity(one)[n];
      sum[n] =
          (net_activity){sum[n].rises + a->rises, sum[n].falls + a->falls, sum[n].high + a->high};
      const net_port port = {NULL, PIN_OUTPUT, &(int){(int)n}, 1};
      assert_int_equal(gatesim_get(one, &port, 0), gatesim_get(all, &port, i));
    }
    gatesim_free(one);
  }
  for (size_t n = 3; lanes <= 100 && n < nl->nets; n++)
    assert_memory_equal(&sum[n], &gatesim_activity(all)[n], sizeof sum[n]);
  gatesim_free(all);
  free(value);
}

static void test_lanes(void **state) {
  (void)state;
  cell_lib *lib = sim_lib();
  vmac_rng rng;
  vmac_rng_seed(&rng, 77);
  net_list *nl = random_net(lib, &rng);
  static const size_t lanes[] = {1, 70, 512, 1100};
  for (int mode = 0; mode < 3; mode++)
    for (size_t i = 0; i < 4; i++) compare_lanes(nl, (sim_mode)mode, lanes[i], 5 + i);
  netlist_free(nl);
  celllib_free(lib);
}

/* 700 lanes counted with each level of instructions: the same. */
static void test_instructions(void **state) {
  (void)state;
  enum { LANES = 700 };
  cell_lib *lib = sim_lib();
  vmac_rng rng;
  vmac_rng_seed(&rng, 78);
  net_list *nl = random_net(lib, &rng);
  int delay[NETS];
  uint32_t value[LANES];
  for (int n = 0; n < NETS; n++) delay[n] = 1 + n % 7;
  for (int mode = 0; mode < 3; mode++) {
    net_activity first[NETS];
    for (int isa = 0; isa <= (int)vmac_isa_best(); isa++) {
      setenv("VARIMAC_ISA", vmac_isa_name((vmac_isa)isa), 1);
      gatesim *sim = gatesim_new(nl, LANES, (sim_mode)mode, mode == SIM_INERTIAL ? delay : NULL);
      vmac_rng_seed(&rng, 3);
      for (int s = 0; s < 20; s++) {
        for (size_t i = 0; i < LANES; i++) value[i] = vmac_rng_below(&rng, 1 << IN);
        gatesim_set(sim, sim_port(nl, "a"), value, LANES, 1);
        gatesim_step(sim, true, s > 0);
      }
      if (!isa) memcpy(first, gatesim_activity(sim), nl->nets * sizeof *first);
      assert_memory_equal(first, gatesim_activity(sim), nl->nets * sizeof *first);
      gatesim_free(sim);
    }
  }
  unsetenv("VARIMAC_ISA");
  netlist_free(nl);
  celllib_free(lib);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pulses),   cmocka_unit_test(test_flip_flops),
      cmocka_unit_test(test_toggling), cmocka_unit_test(test_random),
      cmocka_unit_test(test_lanes),    cmocka_unit_test(test_instructions)};
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
