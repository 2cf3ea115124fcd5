/* TEST RATIONALE: operand streams as stimuli, and their energy by layer.
 *   State space: a stream of two layers made by hand: what each PE sees (activation, partial sum from
 *   above and below) worked out below, with an idle row between; busy, unused, gated. Netlists of
 *   plain gates play it: a multiplier, a PE of 18 bits, a side column of 3 rows; transitions of their
 *   outputs and of the registered activations against the model's own; energies in a library where a
 *   transition costs 1 pJ; every one of WRONG planted gates refused, by name of the place.
 *   Rows of a PE for themselves, one that a layer does not use, one that none does.
 *   Parameters: three modes; one, two and many lanes; the mean over layers of unequal MACs, and
 *   of unequal accumulators.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "energy_stim_netlist.h"
#include "stimulus_run.h"

enum { ROWS = 3, STEPS = 9, COLUMNS = 2, WRONG = 24, WIDTH = 18 };

static int32_t table[65536];

/* Layer 0: columns of weights {2, idle, 3} and {255, 1, 0}; layer 1: all idle but row 1. */
static void make_stream(vmac_operands *ops) {
  static const uint8_t w[12] = {2, 0, 3, 255, 1, 0, 0, 7, 0, 0, 128, 0};
  static const uint8_t en[12] = {1, 0, 1, 1, 1, 1, 0, 1, 0, 0, 1, 0};
  vmac_operands_new(ops, VMAC_U8, 2, 2 * COLUMNS, ROWS, STEPS);
  ops->layer[0] = (vmac_operand_layer){.op = 1, .tiles = 2, .macs = 300, .name = "CONV_2D"};
  ops->layer[1] = (vmac_operand_layer){.op = 4, .tiles = 1, .macs = 100, .name = "FC"};
  for (size_t i = 0; i < 4; i++) ops->layer_of[i] = (uint16_t)(i / 2);
  memcpy(ops->w, w, sizeof w);
  memcpy(ops->en, en, sizeof en);
  for (size_t i = 0; i < 12; i++)
    for (size_t s = 0; s < STEPS; s++)
      ops->a[i * STEPS + s] = (uint8_t)(17 * i + 37 * s * s + (s == 3 ? 250 : 0));
}

static stim_source source(const net_list *nl, const vmac_operands *ops) {
  vmac_err err;
  const vmac_mult *mult = vmac_mult_find("exact", &err);
  vmac_mult_table(mult, table);
  return (stim_source){.nl = nl, .mult = mult, .ops = ops, .table = table, .opt_correction = 1};
}

static void test_lanes(void **state) {
  (void)state;
  vmac_operands ops;
  stim_pes pes;
  make_stream(&ops);
  const stim_source src = source(NULL, &ops);
  assert_int_equal(stim_pes_count(&src, 0), 5);
  assert_int_equal(stim_pes_count(&src, 1), 2);
  static const size_t column[] = {0, 0, 1, 1, 1}, row[] = {0, 2, 0, 1, 2};
  for (int kind = STIM_BUSY; kind <= STIM_GATED; kind++) {
    stim_pes_make(&pes, &src, 0, (stim_kind)kind);
    assert_int_equal(pes.lanes, 5);
    for (size_t i = 0; i < 5; i++) {
      assert_int_equal(pes.column[i], column[i]);
      assert_int_equal(pes.row[i], row[i]);
      const uint32_t w = ops.w[column[i] * ROWS + row[i]];
      assert_int_equal(pes.word[i], kind == STIM_GATED    ? 0
                                    : kind == STIM_UNUSED ? 0x100
                                                          : 0x100 | w);
    }
    for (size_t s = 0; s < STEPS; s++) {
      const int32_t a0 = vmac_operands_row(&ops, 0, 0)[s], a2 = vmac_operands_row(&ops, 0, 2)[s];
      const int32_t b0 = vmac_operands_row(&ops, 1, 0)[s], b1 = vmac_operands_row(&ops, 1, 1)[s];
      const bool off = kind == STIM_UNUSED;
      const int32_t above[] = {0, off ? 0 : 2 * a0, 0, off ? 0 : 255 * b0, off ? 0 : 255 * b0 + b1};
      const int32_t own[] = {2 * a0, 3 * a2, 255 * b0, b1, 0};
      assert_int_equal(pes.a[1 * STEPS + s], a2);
      for (size_t i = 0; i < 5; i++) {
        assert_int_equal(pes.above[i * STEPS + s], above[i]);
        assert_int_equal(pes.out[i * STEPS + s], above[i] + (kind == STIM_BUSY ? own[i] : 0));
      }
      assert_int_equal(stim_foot(&src, 1, s), 255 * b0 + b1);
      assert_int_equal(stim_sum_a(&src, 0, s), a0 + a2);
    }
    stim_pes_free(&pes);
  }
  vmac_operands_free(&ops);
}

/* With phi every cell has its planes, which are what the C model sums; else as many as its X. */
static void test_phi(void **state) {
  (void)state;
  vmac_operands ops;
  make_stream(&ops);
  vmac_err err;
  stim_source src = source(NULL, &ops);
  uint8_t phi[256 * VMAC_PHI_MAX], terms[256 * VMAC_CORR_PLANES];
  assert_int_equal(stim_planes(&src), 0);
  src.mult = vmac_mult_find("drum6", &err);
  src.opt_correction = 3;
  for (src.phi_rank = 1; src.phi_rank <= VMAC_PHI_MAX; src.phi_rank++) {
    const size_t bytes = 256 * (size_t)src.phi_rank;
    assert_int_equal(stim_planes(&src), src.phi_rank);
    vmac_phi(src.mult, src.phi_rank, phi);
    stim_terms(&src, terms);
    assert_memory_equal(terms, phi, bytes);
  }
  const uint8_t *top = vmac_operands_row(&ops, 0, 0), *bottom = vmac_operands_row(&ops, 0, 2);
  for (size_t s = 0; s < STEPS; s++)
    assert_int_equal(stim_sum_x(&src, phi, 0, s), phi[top[s]] + phi[bottom[s]]);
  vmac_operands_free(&ops);
}

/* Each column becomes as many as the array has: its own activations, its neighbours' weights, and
 * none where it is idle itself. */
static void test_array_stream(void **state) {
  (void)state;
  vmac_operands ops, out;
  make_stream(&ops);
  stim_array_stream(&out, &ops, 3);
  assert_int_equal(out.columns, 12);
  static const uint8_t w[9] = {2, 0, 3, 255, 0, 0, 2, 0, 3};
  static const uint8_t en[3] = {1, 0, 1};
  assert_memory_equal(out.w, w, 9);
  for (size_t c = 0; c < 3; c++) {
    assert_memory_equal(out.en + c * ROWS, en, 3);
    assert_memory_equal(vmac_operands_row(&out, c, 0), vmac_operands_row(&ops, 0, 0), 3 * STEPS);
  }
  assert_int_equal(out.w[9], 255); /* lane 1, column 0 */
  assert_int_equal(out.w[12], 2);
  assert_int_equal(out.layer_of[6], 1);
  vmac_operands_free(&out);
  vmac_operands_free(&ops);
}

static run_result run(const stim_design *design, const stim_source *src, const cell_lib *lib) {
  const run_setup setup = {
      .modes = {true, true, true}, .period = 10, .output_load = 0.01, .slew = 0.1};
  vmac_err err = {""};
  run_result result;
  if (!run_design(design, src, lib, &setup, &result, &err)) fail_msg("%s", err.text);
  return result;
}

static uint64_t port_transitions(const net_list *nl, const run_result *result, const char *name) {
  uint64_t sum = 0;
  for (size_t i = 0; i < nl->ports; i++)
    for (size_t b = 0; !strcmp(nl->port[i].name, name) && b < nl->port[i].width; b++) {
      const net_activity *activity = &result->activity[nl->port[i].net[b]];
      sum += activity->rises + activity->falls;
    }
  return sum;
}

/* Transitions of the model's outputs between steps first .. last. */
static uint64_t model_transitions(const stim_source *src, size_t first, size_t last, bool product) {
  uint64_t sum = 0;
  for (size_t l = 0; l < 2; l++) {
    stim_pes pes;
    stim_pes_make(&pes, src, l, STIM_BUSY);
    for (size_t i = 0; i < pes.lanes; i++)
      for (size_t s = first + 1; s <= last; s++) {
        const size_t at = i * STEPS + s;
        const int32_t now = pes.out[at] - (product ? pes.above[at] : 0);
        const int32_t before = pes.out[at - 1] - (product ? pes.above[at - 1] : 0);
        sum += (uint64_t)__builtin_popcount((uint32_t)(now ^ before));
      }
    stim_pes_free(&pes);
  }
  return sum;
}

static void near(double found, double expected) {
  if (fabs(found - expected) > 1e-9 * (1 + fabs(expected)))
    fail_msg("expected %.12g, found %.12g", expected, found);
}

/* The mean weighs layers by MACs, 3 : 1; leakage is what the gates have for a period. */
static void check_means(const run_result *r, const net_list *nl) {
  for (int m = 0; m < RUN_MODES; m++) {
    const run_figure *mean = &r->mean[m][STIM_BUSY];
    near(mean->energy,
         0.75 * r->layer[0][m][STIM_BUSY].energy + 0.25 * r->layer[1][m][STIM_BUSY].energy);
    near(mean->leakage, (double)nl->gates * 1000 * 10 * 1e-6);
    near(mean->energy, mean->switching + mean->internal + mean->leakage);
    double parts = 0;
    for (int i = 0; i < PARTS; i++) parts += mean->part[i];
    near(parts, mean->energy);
  }
  assert_true(r->mean[SIM_UNIT][STIM_BUSY].energy > r->mean[SIM_ZERO][STIM_BUSY].energy);
}

/* 5 of 6 places enabled, 2 tiles: K = 5, 300 MACs are 60 accumulators. 2 of 6, 1 tile: K = 1, 100. */
static void test_weights(void **state) {
  (void)state;
  vmac_operands ops;
  make_stream(&ops);
  near(run_weight(&stim_pe, &ops, 0), 300);
  near(run_weight(&stim_side, &ops, 1), 100);
  near(run_weight(&stim_correct, &ops, 0), 60);
  near(run_weight(&stim_correct, &ops, 1), 100);
  vmac_operands_free(&ops);
}

static void test_cell(void **state) {
  (void)state;
  vmac_operands ops;
  make_stream(&ops);
  cell_lib *lib = stim_lib();
  net_list *nl = cell_netlist(lib, -1);
  const stim_source src = source(nl, &ops);
  run_result r = run(&stim_cell, &src, lib);
  assert_int_equal(r.counted, 7 * (STEPS - 1));
  assert_int_equal(port_transitions(nl, &r, "p_o"), model_transitions(&src, 0, STEPS - 1, true));
  check_means(&r, nl);
  run_free(&r);
  netlist_free(nl);
  celllib_free(lib);
  vmac_operands_free(&ops);
}

/* Counted: results 1 .. STEPS - 3, each against the one before it. Idle: two clock edges of 1 pJ per
 * flip-flop, its clock pin's charge, leakage. A gated PE's multiplier rests but for w = 0. */
static void test_pe(void **state) {
  (void)state;
  vmac_operands ops;
  make_stream(&ops);
  cell_lib *lib = stim_lib();
  net_list *nl = pe_netlist(lib, WIDTH, -1);
  const stim_source src = source(nl, &ops);
  run_result r = run(&stim_pe, &src, lib);
  assert_int_equal(r.counted, 7 * (STEPS - 3));
  assert_int_equal(port_transitions(nl, &r, "ps_o"), model_transitions(&src, 0, STEPS - 3, false));
  check_means(&r, nl);
  const double flops = 8 + 18 + WIDTH, leakage = (double)nl->gates * 1000 * 10 * 1e-6;
  near(r.mean[SIM_ZERO][STIM_IDLE].energy, flops * (2 + 0.001) + leakage);
  assert_true(r.mean[SIM_ZERO][STIM_GATED].energy < r.mean[SIM_ZERO][STIM_BUSY].energy);
  assert_true(r.mean[SIM_ZERO][STIM_GATED].energy > r.mean[SIM_ZERO][STIM_IDLE].energy);
  assert_true(r.mean[SIM_ZERO][STIM_UNUSED].energy > r.mean[SIM_ZERO][STIM_IDLE].energy);
  assert_true(r.done[SIM_INERTIAL][STIM_GATED] && !r.done[SIM_INERTIAL][STIM_IDLE]);
  /* Alone in its layer, row 1 has nothing above it: gated, it passes 0. */
  const run_figure *gated = &r.layer[1][SIM_ZERO][STIM_GATED];
  assert_true(gated->toggles > 0 && gated->toggles < 30 + 2);
  run_free(&r);
  netlist_free(nl);
  celllib_free(lib);
  vmac_operands_free(&ops);
}

/* Of layer 0's five PEs two are in row 0, of layer 1's two none: of 400 MACs 300 * 2 / 5. What rows
 * take, by their shares, is what all take. */
static void test_rows(void **state) {
  (void)state;
  vmac_operands ops;
  make_stream(&ops);
  cell_lib *lib = stim_lib();
  net_list *nl = pe_netlist(lib, WIDTH, -1);
  stim_source src = source(nl, &ops);
  run_result all = run(&stim_pe, &src, lib);
  const run_setup setup = {
      .modes = {true}, .period = 10, .output_load = 0.01, .slew = 0.1, .rows_alone = true};
  static const size_t from[] = {0, 1}, to[] = {1, ROWS};
  static const double share[] = {0.3, 0.7};
  double sum = 0;
  vmac_err err = {""};
  for (int i = 0; i < 2; i++) {
    run_result r;
    src.from_row = from[i];
    src.to_row = to[i];
    if (!run_design(&stim_pe, &src, lib, &setup, &r, &err)) fail_msg("%s", err.text);
    near(r.share, share[i]);
    sum += r.share * r.mean[SIM_ZERO][STIM_BUSY].energy;
    run_free(&r);
  }
  near(sum, all.mean[SIM_ZERO][STIM_BUSY].energy);
  run_free(&all);
  memset(ops.en, 0, 12);
  ops.en[0] = ops.en[6] = 1;
  run_result r;
  assert_false(run_design(&stim_pe, &src, lib, &setup, &r, &err));
  assert_non_null(strstr(err.text, "rows 1 to 2: none is enabled in any layer"));
  run_free(&r);
  netlist_free(nl);
  celllib_free(lib);
  vmac_operands_free(&ops);
}

static void test_side(void **state) {
  (void)state;
  vmac_operands ops;
  make_stream(&ops);
  cell_lib *lib = stim_lib();
  net_list *nl = side_netlist(lib, ROWS, -1);
  const stim_source src = source(nl, &ops);
  run_result r = run(&stim_side, &src, lib);
  assert_int_equal(r.counted, 4 * (STEPS - ROWS - 1));
  near(r.mean[SIM_ZERO][STIM_IDLE].energy, 30 * (2 + 0.001) + (double)nl->gates * 1000 * 10 * 1e-6);
  run_free(&r);
  netlist_free(nl);
  celllib_free(lib);
  vmac_operands_free(&ops);
}

/* An XOR that is an OR: the cell's exhaustive check always sees it; in PE and side column the stream
 * is what shows it, on the places that it reaches. */
static void test_wrong_netlists(void **state) {
  (void)state;
  vmac_operands ops;
  make_stream(&ops);
  vmac_rng rng;
  vmac_rng_seed(&rng, 3);
  for (size_t i = 0; i < 12; i++) {
    /* both rows that the first adder adds */
    if (ops.en[i]) ops.w[i] = (uint8_t)(vmac_rng_below(&rng, 256) | 3);
    for (size_t s = 0; s < STEPS; s++) ops.a[i * STEPS + s] = (uint8_t)vmac_rng_below(&rng, 256);
  }
  cell_lib *lib = stim_lib();
  const run_setup setup = {.modes = {true}, .period = 10, .output_load = 0.01, .slew = 0.1};
  for (int i = 0; i < WRONG; i++) {
    vmac_err err = {""};
    run_result r;
    /* XORs of the second row of adders: x and sum of bits 2 .. */
    const int bit = 2 + i % 6, adder = 8 + 8;
    const int which = adder + 5 * bit + (i % 2 ? 3 : 0);
    net_list *nl = cell_netlist(lib, which);
    stim_source src = source(nl, &ops);
    assert_false(run_design(&stim_cell, &src, lib, &setup, &r, &err));
    assert_non_null(strstr(err.text, "netlist of exact: A = "));
    run_free(&r);
    netlist_free(nl);
    nl = pe_netlist(lib, WIDTH, 8 + 36 + which);
    src.nl = nl;
    assert_false(run_design(&stim_pe, &src, lib, &setup, &r, &err));
    assert_non_null(strstr(err.text, "expected ps_o 0x"));
    run_free(&r);
    netlist_free(nl);
    /* Rows below the first add to something: there an XOR is no OR. */
    nl = side_netlist(lib, ROWS, 70 + 5 * (i % 6) + (i % 2 ? 3 : 0));
    src.nl = nl;
    assert_false(run_design(&stim_side, &src, lib, &setup, &r, &err));
    assert_non_null(strstr(err.text, "sum of A: expected"));
    run_free(&r);
    netlist_free(nl);
  }
  celllib_free(lib);
  vmac_operands_free(&ops);
}

/* What does not fit is refused before anything is simulated. */
static void test_refused(void **state) {
  (void)state;
  vmac_operands ops;
  make_stream(&ops);
  cell_lib *lib = stim_lib();
  const run_setup setup = {.modes = {true}, .period = 10, .output_load = 0.01, .slew = 0.1};
  vmac_err err = {""};
  run_result r;
  net_list *nl = pe_netlist(lib, 17, -1);
  stim_source src = source(nl, &ops);
  assert_false(run_design(&stim_pe, &src, lib, &setup, &r, &err));
  assert_non_null(strstr(err.text, "ps_o: expected 18 or more bits for 3 rows, found 17"));
  assert_false(run_design(&stim_side, &src, lib, &setup, &r, &err));
  assert_non_null(strstr(err.text, "port a_i of 24 bits")); /* of another width */
  netlist_free(nl);
  src.nl = nl = side_netlist(lib, ROWS, -1);
  assert_false(run_design(&stim_pe, &src, lib, &setup, &r, &err));
  assert_non_null(strstr(err.text, "no input port 'w_i'"));
  ops.steps = 5; /* the arrays are larger */
  assert_false(run_design(&stim_side, &src, lib, &setup, &r, &err));
  assert_non_null(strstr(err.text, "expected 6 or more steps (design side of 3 rows), found 5"));
  ops.steps = STEPS;
  memset(ops.en, 0, 12);
  memset(ops.w, 0, 12);
  netlist_free(nl);
  src.nl = nl = pe_netlist(lib, WIDTH, -1);
  assert_false(run_design(&stim_pe, &src, lib, &setup, &r, &err));
  assert_non_null(strstr(err.text, "layer 0 (CONV_2D): no row of any column is enabled"));
  netlist_free(nl);
  celllib_free(lib);
  vmac_operands_free(&ops);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lanes),          cmocka_unit_test(test_phi),
      cmocka_unit_test(test_array_stream),   cmocka_unit_test(test_weights),
      cmocka_unit_test(test_cell),           cmocka_unit_test(test_pe),
      cmocka_unit_test(test_rows),           cmocka_unit_test(test_side),
      cmocka_unit_test(test_wrong_netlists), cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
