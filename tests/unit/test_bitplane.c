/* Bit planes: one coefficient per low bit of A.
 *
 * State space: the network of corr_common.h with equal weights, where truncation and recursion have
 * an exact correction; a real network; normal equations of 1..8 planes, with planes that never vary
 * or repeat each other; every slope at its limits. The modes in common are in test_correction.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "corr_common.h"

/* The same for cells whose error is linear in the low bits with a slope per bit: the one X that the
 * other modes sum cannot restore what truncation drops. */
static void test_equal_weights_by_plane(void **state) {
  (void)state;
  static const char *const names[] = {"trunc4",  "trunc5",  "trunc6",  "trunc7",  "trunc8",
                                      "trunc4s", "trunc5s", "trunc6s", "trunc7s", "rec2",
                                      "rec4",    "rec2s",   "rec4s"};
  vmac_net *net = network(1, true);
  vmac_dataset data = images(2);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const bool truncated = names[i][0] == 't';
    assert_true(!truncated || worst_of(net, cell(names[i]), VMAC_CORR_CV, &data) > 0);
    assert_int_equal(worst_of(net, cell(names[i]), VMAC_CORR_BITPLANE, &data), 0);
  }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* The residual of every channel of a real network, on the images it was calibrated on: (channel
 * sums of squares), all layers one after the other. */
static size_t channel_squares(const vmac_net *net, const vmac_mult *mult, vmac_mode mode,
                              const vmac_dataset *data, size_t images, double *square) {
  vmac_err err;
  vmac_plan *plan = vmac_plan_make(net, mult, NULL, mode, data, images, &err);
  if (!plan) fail_msg("%s", err.text);
  vmac_state *state = vmac_state_new(net);
  size_t channels = 0;
  for (size_t image = 0; image < images; image++) {
    vmac_state_set_image(net, state, data, image);
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
    channels = 0;
    for (int i = 0; i < net->ops; i++) {
      const vmac_op *op = &net->op[i];
      if (!vmac_op_is_mac(op)) continue;
      const size_t n = (size_t)op->n, size = n * (size_t)op->m;
      int32_t *exact = vmac_alloc(size, sizeof *exact), *got = vmac_alloc(size, sizeof *got);
      vmac_layer_acc(net, op, NULL, state->i8[op->in[0]], exact, state);
      vmac_layer_acc(net, op, &plan->mac[i], state->i8[op->in[0]], got, state);
      for (size_t j = 0; j < size; j++) {
        const double e = (double)got[j] - exact[j], share = 1.0 / ((double)op->m * (double)images);
        square[channels + j % n] += e * e * share;
      }
      channels += n;
      free(got);
      free(exact);
    }
  }
  vmac_state_free(net, state);
  vmac_plan_free(plan);
  return channels;
}

/* One X = sum of A mod 2^m is a sum of its planes, so bitplane can do what cv does, channel by
 * channel, up to the rounding of V (1/12 of a unit squared) and of the coefficients. */
static void test_planes_on_resnet(void **state) {
  (void)state;
  enum { CHANNELS = 1024 };
  static double square[2][CHANNELS];
  static const char *const names[] = {"perf2", "perf3s", "rec4", "trunc6", "trunc7s"};
  vmac_err err;
  vmac_net *net = vmac_net_load("weights/resnet8.tflite", &err);
  if (!net) fail_msg("%s", err.text);
  vmac_dataset data;
  if (!vmac_dataset_load(&data, "subset:calib", &err)) fail_msg("%s", err.text);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    memset(square, 0, sizeof square);
    double total[2] = {0};
    size_t channels = 0;
    for (int mode = 0; mode < 2; mode++)
      channels = channel_squares(net, cell(names[i]), mode ? VMAC_CORR_BITPLANE : VMAC_CORR_CV,
                                 &data, 4, square[mode]);
    assert_true(channels == 346);
    for (size_t c = 0; c < channels; c++) {
      if (square[1][c] > square[0][c] * 1.001 + 1)
        fail_msg("%s, channel %zu: bitplane leaves %g, cv %g", names[i], c, square[1][c],
                 square[0][c]);
      for (int mode = 0; mode < 2; mode++) total[mode] += square[mode][c];
    }
    printf("%s: mean square left by cv %g, by bitplane %g\n", names[i], total[0] / (double)channels,
           total[1] / (double)channels);
    assert_true(total[1] < total[0]);
  }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* A slope outside its 18 bits, 6 of them fraction, is refused, whichever plane it belongs to. */
static void test_slopes_that_do_not_fit(void **state) {
  (void)state;
  int32_t c0, c[VMAC_CORR_PLANES];
  for (int plane = 0; plane < VMAC_CORR_PLANES; plane++) {
    vmac_line line = {0, {0}};
    line.c[plane] = 2048 - 1.0 / 64;
    assert_true(vmac_coefficients_round(line.c0, line.c, VMAC_CORR_PLANES, &c0, c) &&
                c[plane] == 131071);
    line.c[plane] = -2048;
    assert_true(vmac_coefficients_round(line.c0, line.c, VMAC_CORR_PLANES, &c0, c) &&
                c[plane] == -131072);
    line.c[plane] = 2048;
    assert_false(vmac_coefficients_round(line.c0, line.c, VMAC_CORR_PLANES, &c0, c));
    assert_true(
        vmac_coefficients_round(line.c0, line.c, plane, &c0, c)); /* nobody asks for that one */
    line.c[plane] = -2048 - 1.0 / 64;
    assert_false(vmac_coefficients_round(line.c0, line.c, VMAC_CORR_PLANES, &c0, c));
  }
}

/* The sums of `count` points (x, y). */
static vmac_moments moments_of(int planes, int count, int32_t (*x)[VMAC_CORR_PLANES],
                               const int64_t *y) {
  vmac_moments m = {.planes = planes, .count = count};
  for (int p = 0; p < count; p++) {
    m.y += y[p];
    for (int i = 0; i < planes; i++) {
      m.x[i] += x[p][i];
      m.xy[i] += y[p] * x[p][i];
      for (int j = 0; j <= i; j++) m.xx[i][j] += (int64_t)x[p][i] * x[p][j];
    }
  }
  return m;
}

/* y = 100 + sum of slope[i] x[i]: least squares finds the slopes, whatever their number, sizes and
 * the sizes of x. Plane `still` never varies and gets 0; plane `again` is the sum of the two before
 * it, so that elimination leaves rounding errors of it: one of the three gets 0, the other two do
 * the work of all. */
static void solve_planes(int planes, int still, int again, vmac_rng *rng) {
  enum { POINTS = 300 };
  static const double slope[] = {3, -0.5, 1000, 0.25, -900, 7.75, 64, -1};
  int32_t x[POINTS][VMAC_CORR_PLANES];
  int64_t y[POINTS];
  for (int p = 0; p < POINTS; p++) {
    double sum = 100;
    for (int i = 0; i < planes; i++) {
      x[p][i] = i == still   ? 400
                : i == again ? x[p][i - 1] + x[p][i - 2]
                             : 4 * (int32_t)vmac_rng_below(rng, i % 3 ? 8000 : 3);
      sum += slope[i] * x[p][i];
    }
    y[p] = (int64_t)sum;
  }
  const vmac_moments m = moments_of(planes, POINTS, x, y);
  const vmac_line line = vmac_fit(&m);
  int zeros = 0;
  for (int i = 0; i < planes; i++) {
    zeros += line.c[i] == 0;
    if (again == planes) assert_true(line.c[i] == (i == still ? 0 : slope[i]));
  }
  assert_true(zeros == (still < planes) + (again < planes));
  for (int p = 0; p < POINTS; p++) {
    double v = line.c0;
    for (int i = 0; i < planes; i++) v += line.c[i] * x[p][i];
    assert_true(fabs(v - (double)y[p]) < 1e-3);
  }
}

static void test_planes_solved(void **state) {
  (void)state;
  vmac_rng rng;
  vmac_rng_seed(&rng, 9);
  for (int planes = 1; planes <= VMAC_CORR_PLANES; planes++)
    for (int still = 0; still <= planes; still++) { /* planes: none */
      solve_planes(planes, still, planes, &rng);
      for (int again = 2; again < planes; again++)
        if (still > again || still < again - 2) solve_planes(planes, still, again, &rng);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_equal_weights_by_plane), cmocka_unit_test(test_planes_on_resnet),
      cmocka_unit_test(test_slopes_that_do_not_fit), cmocka_unit_test(test_planes_solved)};
  return cmocka_run_group_tests_name("bitplane", tests, NULL, NULL);
}
