/* Controls beside a cell (net/control.c) and the errors that they are measured from (net/errors.c).
 *
 * TEST RATIONALE. State space: a network of every MAC layer, a cell of each class with a correction
 * and without, in all layers and in some. Means, deviations and chances against plain loops; what is
 * drawn against these, over many seeds; a dropped output is the mean error, a kept one what keeps
 * the mean. What is drawn: by seed, image and op, by nothing else; whole runs from one thread and
 * several, all images and some, through the scorer where it begins anew and where it goes on. Ends
 * of range, a channel that is all 0.
 * SPDX-License-Identifier: Apache-2.0 */
#include "corr_common.h"

#include <omp.h>

#include "net/control.h"

enum { SEEDS = 300 };

static vmac_plan *plan_of(const vmac_net *net, const char *name, const bool *layers, vmac_mode mode,
                          const vmac_dataset *data) {
  vmac_err err;
  vmac_plan *plan = vmac_plan_make(net, cell(name), layers, mode, data, data->n, &err);
  if (!plan) fail_msg("%s", err.text);
  return plan;
}

/* The state with image `image` and exact layers before `op`, op's exact accumulators in acc. */
static void run_to(const vmac_net *net, int op, const vmac_dataset *data, size_t image,
                   vmac_state *state) {
  vmac_state_set_image(net, state, data, image);
  for (int i = 0; i <= op; i++) vmac_net_run_op(net, NULL, VMAC_ROUND_DOUBLE, i, state);
}

static void check_channels(const vmac_net *net, const vmac_plan *plan, const vmac_control *control,
                           int op, const vmac_dataset *data) {
  const int m = net->op[op].m, n = net->op[op].n;
  double sum[8] = {0}, square[8] = {0}, signal[8] = {0};
  static int32_t got[H * W * 5];
  vmac_state *state = vmac_state_new(net);
  for (size_t image = 0; image < data->n; image++) {
    run_to(net, op, data, image, state);
    vmac_layer_acc(net, &net->op[op], &plan->mac[op], state->i8[net->op[op].in[0]], got, state);
    for (int i = 0; i < m * n; i++) {
      const double e = (double)got[i] - state->acc[i];
      sum[i % n] += e;
      square[i % n] += e * e;
      signal[i % n] += (double)state->acc[i] * state->acc[i];
    }
  }
  const double all = (double)m * (double)data->n;
  for (int j = 0; j < n; j++) {
    const vmac_control_channel *c = &control->channel[op][j];
    const double mean = sum[j] / all, variance = square[j] / all - mean * mean;
    assert_true(fabs(c->mean - mean) < 1e-9 * (1 + fabs(mean)));
    assert_true(fabs(c->sd * c->sd - variance) < 1e-6 * (1 + variance));
    const double keep = signal[j] / (signal[j] + all * variance);
    assert_true(fabs(c->keep - (control->kind == VMAC_CONTROL_DROPOUT ? keep : 1)) < 1e-9);
  }
  vmac_state_free(net, state);
}

/* What is added over many seeds has the channel's mean and variance; of dropout, each sum is one of
 * two. */
static void check_drawn(const vmac_net *net, vmac_control *control, int op,
                        const vmac_dataset *data) {
  const int m = net->op[op].m, n = net->op[op].n;
  const bool drops = control->kind == VMAC_CONTROL_DROPOUT;
  double sum[8] = {0}, square[8] = {0}, want[8] = {0}, spread[8] = {0};
  vmac_state *state = vmac_state_new(net);
  int32_t *exact = vmac_alloc((size_t)(m * n), sizeof *exact);
  const uint64_t was = control->seed;
  for (size_t image = 0; image < data->n; image++) {
    run_to(net, op, data, image, state);
    memcpy(exact, state->acc, (size_t)(m * n) * sizeof *exact);
    for (int s = 0; s < SEEDS; s++) {
      memcpy(state->acc, exact, (size_t)(m * n) * sizeof *exact);
      control->seed = (uint64_t)s;
      vmac_control_add(control, net, op, state);
      for (int i = 0; i < m * n; i++) {
        const vmac_control_channel *c = &control->channel[op][i % n];
        const double e = (double)state->acc[i] - exact[i] - c->mean;
        sum[i % n] += e;
        square[i % n] += e * e;
        const double y = exact[i], q = c->keep, s2 = c->sd * c->sd, v = y * y * (1 - q) / q;
        const double r = (1 - q) / q; /* e is r y with chance q, else -y */
        want[i % n] += drops ? v : s2;
        spread[i % n] += drops ? y * y * y * y * (q * r * r * r * r + 1 - q) - v * v : 2 * s2 * s2;
        if (drops && fabs(state->acc[i] - c->mean) > 0.5 + 1e-6)
          assert_true(fabs(state->acc[i] - c->mean - exact[i] / c->keep) <= 0.5 + 1e-6);
      }
    }
  }
  control->seed = was;
  const double all = (double)m * (double)data->n * SEEDS;
  for (int j = 0; j < n; j++) {
    const double variance = control->channel[op][j].sd * control->channel[op][j].sd;
    const double off = square[j] / all - want[j] / all;
    assert_true(variance > 1 && fabs(want[j] / all - variance) < 1e-6 * variance);
    if (fabs(sum[j] / all) > 5 * sqrt(variance / all) + 1e-3)
      fail_msg("op %d channel %d: mean off by %g", op, j, sum[j] / all);
    if (fabs(off) > 5 * sqrt(spread[j]) / all + 0.1)
      fail_msg("op %d channel %d: variance %g, drawn is off by %g", op, j, variance, off);
  }
  free(exact);
  vmac_state_free(net, state);
}

static void test_moments(void **state) {
  (void)state;
  vmac_net *net = network(41, false);
  vmac_dataset data = images(42);
  static const struct {
    const char *cell;
    vmac_mode mode;
  } cases[] = {{"perf3", VMAC_CORR_NONE}, {"trunc6s", VMAC_CORR_NONE}, {"perf3", VMAC_CORR_CV}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (vmac_control_kind kind = VMAC_CONTROL_NOISE; kind <= VMAC_CONTROL_DROPOUT; kind++) {
      vmac_plan *plan = plan_of(net, cases[i].cell, NULL, cases[i].mode, &data);
      vmac_plan *with = vmac_control_plan(net, plan, kind, 1, &data, data.n);
      for (int op = 0; op < net->ops; op++) {
        assert_true(!vmac_plan_has(with, op));
        assert_int_equal(vmac_plan_alters(with, op), vmac_op_is_mac(&net->op[op]));
        if (!vmac_op_is_mac(&net->op[op])) continue;
        check_channels(net, plan, with->control, op, &data);
        check_drawn(net, with->control, op, &data);
      }
      vmac_plan_free(with);
      vmac_plan_free(plan);
    }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* outputs (images, 3), one image after the other. */
static void outputs_of(const vmac_net *net, const vmac_plan *plan, const vmac_dataset *data,
                       int8_t *outputs) {
  vmac_state *state = vmac_state_new(net);
  for (size_t i = 0; i < data->n; i++) {
    vmac_state_set_image(net, state, data, i);
    vmac_net_run(net, plan, VMAC_ROUND_DOUBLE, state);
    memcpy(outputs + 3 * i, state->i8[net->output], 3);
  }
  vmac_state_free(net, state);
}

static void test_runs(void **state) {
  (void)state;
  vmac_net *net = network(43, false);
  vmac_dataset data = images(44);
  const size_t size = H * W * C;
  memcpy(data.pixels + size, data.pixels, size); /* an image twice */
  const bool layers[OPS] = {false, true, false, true};
  vmac_plan *plan = plan_of(net, "perf3", layers, VMAC_CORR_NONE, &data);
  vmac_plan *one = vmac_control_plan(net, plan, VMAC_CONTROL_NOISE, 1, &data, data.n);
  vmac_plan *two = vmac_control_plan(net, plan, VMAC_CONTROL_NOISE, 2, &data, data.n);
  assert_true(!vmac_plan_alters(one, 0) && vmac_plan_alters(one, 1) && !vmac_plan_alters(NULL, 1));
  int8_t want[3 * IMAGES], got[3 * IMAGES], other[3 * IMAGES];
  uint8_t answer[IMAGES];
  outputs_of(net, one, &data, want);
  outputs_of(net, two, &data, other);
  assert_memory_not_equal(want, other, sizeof want);
  assert_memory_not_equal(want, want + 3, 3); /* of equal images */
  for (int threads = 1; threads <= 3; threads += 2) {
    omp_set_num_threads(threads);
    vmac_answers(net, one, VMAC_ROUND_DOUBLE, &data, 0, IMAGES, answer, got);
    assert_memory_equal(got, want, sizeof want);
    vmac_plan *again = vmac_control_plan(net, plan, VMAC_CONTROL_NOISE, 1, &data, data.n);
    assert_memory_equal(again->control->channel[3], one->control->channel[3],
                        3 * sizeof **one->control->channel);
    vmac_plan_free(again);
    vmac_answers(net, one, VMAC_ROUND_DOUBLE, &data, 5, 4, answer, got);
    assert_memory_equal(got, want + 15, 12);
    vmac_scorer *scorer = vmac_scorer_new(net, VMAC_ROUND_DOUBLE, &data, IMAGES, 1 << 20);
    for (int turn = 0; turn < 2; turn++) { /* the second from what the first has kept */
      vmac_scorer_answers(scorer, one, 0, IMAGES, answer, got);
      assert_memory_equal(got, want, sizeof want);
    }
    vmac_scorer_free(scorer);
  }
  vmac_plan_free(one);
  vmac_plan_free(two);
  vmac_plan_free(plan);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* Ops draw for themselves; sums stay within what requantization takes; nothing is dropped of 0. */
static void test_edges(void **state) {
  (void)state;
  vmac_net *net = network(45, false);
  vmac_dataset data = images(46);
  vmac_plan *plan = plan_of(net, "perf3", NULL, VMAC_CORR_NONE, &data);
  vmac_plan *with = vmac_control_plan(net, plan, VMAC_CONTROL_NOISE, 1, &data, data.n);
  vmac_control *control = with->control;
  vmac_state *s = vmac_state_new(net);
  int32_t first[H * W * 5];
  for (int j = 0; j < 5; j++)
    control->channel[0][j] = control->channel[1][j] = (vmac_control_channel){0, 1000, 1};
  vmac_state_set_image(net, s, &data, 0);
  memset(s->acc, 0, sizeof first);
  vmac_control_add(control, net, 0, s);
  memcpy(first, s->acc, sizeof first);
  memset(s->acc, 0, sizeof first);
  vmac_control_add(control, net, 1, s);
  assert_memory_not_equal(first, s->acc, sizeof first);
  for (int sign = -1; sign <= 1; sign += 2)
    for (int shift = -3; shift <= 3; shift += 3) {
      for (int j = 0; j < 5; j++) {
        control->channel[0][j] = (vmac_control_channel){sign * 1e12, 1, 1};
        net->op[0].requant[j].shift = shift;
      }
      memset(s->acc, 0, sizeof first);
      vmac_control_add(control, net, 0, s);
      assert_int_equal(s->acc[7], sign * (INT32_MAX >> (shift > 0 ? shift : 0)));
    }
  vmac_plan_free(with);
  memset(net->tensor[net->op[3].weight].i8, 0, net->tensor[net->op[3].weight].size);
  memset(net->tensor[net->op[3].bias].i32, 0, 3 * sizeof(int32_t));
  vmac_plan_free(plan);
  vmac_err err;
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
  plan = plan_of(net, "perf3", NULL, VMAC_CORR_NONE, &data);
  with = vmac_control_plan(net, plan, VMAC_CONTROL_DROPOUT, 1, &data, data.n);
  assert_true(with->control->channel[3][2].keep == 1 && with->control->channel[3][2].sd > 0);
  vmac_plan_free(with);
  vmac_plan_free(plan);
  vmac_state_free(net, s);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

static void test_names(void **state) {
  (void)state;
  vmac_err err;
  vmac_control_kind kind = VMAC_CONTROL_NONE;
  assert_true(vmac_control_find("dropout", &kind, &err) && kind == VMAC_CONTROL_DROPOUT);
  assert_string_equal(vmac_control_name(VMAC_CONTROL_NOISE), "noise");
  assert_true(!vmac_control_find("none", &kind, &err));
  assert_true(!vmac_control_find("noisy", &kind, &err) && strstr(err.text, "did you mean 'noise'"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_moments), cmocka_unit_test(test_runs),
                                     cmocka_unit_test(test_edges), cmocka_unit_test(test_names)};
  return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
