/* Correction: identities of the control variate, calibration, and plans as files.
 *
 * State space: a convolution, a depthwise convolution and a fully connected layer of random codes,
 * in both operand classes; every identity is exact, in integers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/correction.h"

enum { H = 6, W = 5, C = 4, IMAGES = 12, OPS = 4 };

static void tensor(vmac_tensor *t, const char *name, int rank, const int *dim, float scale,
                   int32_t zero, int scales) {
  t->name = strcpy(vmac_alloc(32, 1), name);
  t->rank = rank;
  t->size = 1;
  for (int i = 0; i < rank; i++) t->size *= (size_t)(t->dim[i] = dim[i]);
  t->scales = scales;
  t->scale = vmac_alloc((size_t)scales, sizeof *t->scale);
  for (int i = 0; i < scales; i++) t->scale[i] = scale;
  t->zero = zero;
}

static void constants(vmac_tensor *weight, vmac_tensor *bias, vmac_rng *rng, int k, bool same) {
  weight->i8 = vmac_alloc(weight->size, 1);
  bias->i32 = vmac_alloc(bias->size, sizeof *bias->i32);
  for (size_t i = 0; i < weight->size; i++) {
    const bool copy = same && i % (size_t)k; /* all weights of a filter equal its first */
    weight->i8[i] = copy ? weight->i8[i - 1] : (int8_t)((int)vmac_rng_below(rng, 255) - 127);
  }
  for (size_t i = 0; i < bias->size; i++) bias->i32[i] = (int32_t)vmac_rng_below(rng, 4001) - 2000;
}

/* input (1, H, W, C) -> conv 3x3 SAME, 5 channels -> depthwise 3x3 -> reshape -> FC, 3 outputs. */
static vmac_net *network(uint64_t seed, bool same_weights) {
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  vmac_net *net = vmac_alloc(1, sizeof *net);
  net->tensors = 11;
  net->ops = 4;
  net->tensor = vmac_alloc(11, sizeof *net->tensor);
  net->op = vmac_alloc(4, sizeof *net->op);
  vmac_tensor *t = net->tensor;
  tensor(&t[0], "in", 4, (int[]){1, H, W, C}, 1.0f / 64, 3, 1);
  tensor(&t[1], "conv.w", 4, (int[]){5, 3, 3, C}, 0.01f, 0, 5);
  tensor(&t[2], "conv.b", 1, (int[]){5}, 0.01f / 64, 0, 5);
  tensor(&t[3], "conv", 4, (int[]){1, H, W, 5}, 0.05f, -128, 1);
  tensor(&t[4], "dw.w", 4, (int[]){1, 3, 3, 5}, 0.01f, 0, 5);
  tensor(&t[5], "dw.b", 1, (int[]){5}, 0.05f * 0.01f, 0, 5);
  tensor(&t[6], "dw", 4, (int[]){1, H, W, 5}, 0.05f, -20, 1);
  tensor(&t[7], "flat", 2, (int[]){1, H * W * 5}, 0.05f, -20, 1);
  tensor(&t[8], "fc.w", 2, (int[]){3, H * W * 5}, 0.01f, 0, 1);
  tensor(&t[9], "fc.b", 1, (int[]){3}, 0.05f * 0.01f, 0, 1);
  tensor(&t[10], "out", 2, (int[]){1, 3}, 0.1f, 0, 1);
  constants(&t[1], &t[2], &rng, 9 * C, same_weights);
  constants(&t[4], &t[5], &rng, 1, false);
  constants(&t[8], &t[9], &rng, H * W * 5, same_weights);
  if (same_weights) /* depthwise weights are (kh, kw, n): a filter's lie n apart */
    for (size_t i = 5; i < t[4].size; i++) t[4].i8[i] = t[4].i8[i % 5];
  net->op[0] = (vmac_op){.kind = VMAC_CONV,
                         .in = {0, -1},
                         .weight = 1,
                         .bias = 2,
                         .out = 3,
                         .kh = 3,
                         .kw = 3,
                         .stride_h = 1,
                         .stride_w = 1,
                         .same = 1,
                         .act = VMAC_ACT_RELU};
  net->op[1] = net->op[0];
  net->op[1].kind = VMAC_DEPTHWISE;
  net->op[1].in[0] = 3, net->op[1].weight = 4, net->op[1].bias = 5, net->op[1].out = 6;
  net->op[1].act = VMAC_ACT_NONE;
  net->op[1].multiplier = 1;
  net->op[2] = (vmac_op){.kind = VMAC_RESHAPE, .in = {6, -1}, .weight = -1, .bias = -1, .out = 7};
  net->op[3] = (vmac_op){.kind = VMAC_FC, .in = {7, -1}, .weight = 8, .bias = 9, .out = 10};
  net->input = 0;
  net->output = 10;
  vmac_err err;
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
  return net;
}

static vmac_dataset images(uint64_t seed) {
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  vmac_dataset data = {.n = IMAGES, .h = H, .w = W, .c = C, .classes = 3};
  data.pixels = vmac_alloc(IMAGES, H * W * C);
  data.labels = vmac_alloc(IMAGES, 1);
  for (size_t i = 0; i < IMAGES * H * W * C; i++) data.pixels[i] = (uint8_t)vmac_rng_next(&rng);
  return data;
}

/* What is left of the error after correction, over all MAC layers, channels and images, on exact
 * activations. */
typedef struct {
  int32_t worst;      /* largest |accumulator - exact accumulator| */
  double bias;        /* largest |mean of a channel| */
  double square[OPS]; /* mean square, summed over channels */
} residual;

static residual measure(const vmac_net *net, const vmac_plan *plan, const vmac_dataset *data) {
  static int32_t exact[H * W * 5], got[H * W * 5];
  static double sum[OPS][5];
  residual r = {0};
  memset(sum, 0, sizeof sum);
  vmac_state *state = vmac_state_new(net);
  for (size_t image = 0; image < data->n; image++) {
    vmac_state_set_image(net, state, data, image);
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
    for (int i = 0; i < net->ops; i++) {
      const vmac_op *op = &net->op[i];
      if (!vmac_op_is_mac(op)) continue;
      vmac_layer_acc(net, op, NULL, state->i8[op->in[0]], exact, state);
      vmac_layer_acc(net, op, &plan->mac[i], state->i8[op->in[0]], got, state);
      for (int j = 0; j < op->m * op->n; j++) {
        const int32_t e = got[j] - exact[j];
        const double share = 1.0 / ((double)op->m * (double)data->n);
        r.worst = abs(e) > r.worst ? abs(e) : r.worst;
        r.square[i] += (double)e * e * share;
        sum[i][j % op->n] += e * share;
      }
    }
  }
  vmac_state_free(net, state);
  for (int i = 0; i < OPS; i++)
    for (int c = 0; c < 5; c++) r.bias = fmax(r.bias, fabs(sum[i][c]));
  return r;
}

static residual measure_of(const vmac_net *net, const vmac_mult *mult, vmac_mode mode,
                           const vmac_dataset *data) {
  vmac_err err;
  vmac_plan *plan = vmac_plan_make(net, mult, mode, data, data->n, &err);
  if (!plan) fail_msg("%s", err.text);
  const residual r = measure(net, plan, data);
  vmac_plan_free(plan);
  return r;
}

static int32_t worst_of(const vmac_net *net, const vmac_mult *mult, vmac_mode mode,
                        const vmac_dataset *data) {
  return measure_of(net, mult, mode, data).worst;
}

static const vmac_mult *cell(const char *name) {
  vmac_err err;
  const vmac_mult *mult = vmac_mult_find(name, &err);
  if (!mult) fail_msg("%s", err.text);
  return mult;
}

/* All weights of a filter equal: eps = W X, so the correction restores the exact sum to the bit. */
static void test_equal_weights_are_exact(void **state) {
  (void)state;
  static const char *const names[] = {"perf1",  "perf2",  "perf3",  "perf4",
                                      "perf1s", "perf2s", "perf3s", "perf4s"};
  vmac_net *net = network(1, true);
  vmac_dataset data = images(2);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    assert_true(worst_of(net, cell(names[i]), VMAC_CORR_NONE, &data) > 0);
    assert_int_equal(worst_of(net, cell(names[i]), VMAC_CORR_PAPER, &data), 0);
    assert_int_equal(worst_of(net, cell(names[i]), VMAC_CORR_CV, &data), 0);
    assert_int_equal(worst_of(net, cell(names[i]), VMAC_CORR_BITPLANE, &data), 0);
  }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

static void test_no_error_no_correction(void **state) {
  (void)state;
  vmac_net *net = network(3, false);
  vmac_dataset data = images(4);
  for (int s8 = 0; s8 < 2; s8++) {
    vmac_mult perf0 = *cell(s8 ? "perf1s" : "perf1");
    perf0.param[0] = perf0.xbits = 0;
    for (int mode = 0; mode < VMAC_CORR_MODES; mode++) {
      assert_int_equal(worst_of(net, &perf0, (vmac_mode)mode, &data), 0);
      assert_int_equal(worst_of(net, cell(s8 ? "exacts" : "exact"), (vmac_mode)mode, &data), 0);
    }
  }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

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

/* Least squares on the calibration images: the mean residual vanishes up to c0's and V's rounding,
 * and the slope never makes the residual larger than the constant alone leaves it. */
static void test_least_squares(void **state) {
  (void)state;
  vmac_net *net = network(5, false);
  vmac_dataset data = images(6);
  static const char *const names[] = {"perf3", "perf3s", "trunc7", "trunc7s", "rec4", "rec4s"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    residual r[VMAC_CORR_MODES];
    for (int mode = 0; mode < VMAC_CORR_MODES; mode++)
      r[mode] = measure_of(net, cell(names[i]), (vmac_mode)mode, &data);
    assert_true(r[VMAC_CORR_NONE].bias > 1);
    for (int mode = 0; mode < VMAC_CORR_MODES; mode++)
      assert_true(!vmac_mode_calibrates((vmac_mode)mode) || r[mode].bias < 0.6);
    for (int op = 0; op < net->ops; op++)
      if (vmac_op_is_mac(&net->op[op])) {
        assert_true(r[VMAC_CORR_BIAS].square[op] <= r[VMAC_CORR_NONE].square[op]);
        assert_true(r[VMAC_CORR_CV].square[op] <= r[VMAC_CORR_BIAS].square[op] * 1.001 + 1);
        assert_true(r[VMAC_CORR_BITPLANE].square[op] <= r[VMAC_CORR_CV].square[op] * 1.001 + 1);
      }
  }
  vmac_dataset_free(&data);
  vmac_net_free(net);
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

/* A control variate that never varies carries nothing: the slope must be 0 to the bit. */
static void test_constant_variate(void **state) {
  (void)state;
  for (int64_t n = 1; n < 200000; n += 997)
    for (int64_t x = 1; x < 4000; x += 333) {
      const vmac_moments m = {.planes = 1,
                              .count = n,
                              .y = 17 * n + 5,
                              .x = {n * x},
                              .xx = {{n * x * x}},
                              .xy = {(17 * n + 5) * x}};
      assert_true(vmac_fit(&m).c[0] == 0);
    }
}

/* y = 100 + sum of slope[i] x[i]: least squares finds the slopes, whatever their number, sizes and
 * the sizes of x. A plane that never varies gets 0; where one repeats another, one of the two does
 * the work of both. */
static void solve_planes(int planes, int still, int again, vmac_rng *rng) {
  enum { POINTS = 300 };
  static const double slope[] = {3, -0.5, 1000, 0.25, -900, 7.75, 64, -1};
  int32_t x[POINTS][VMAC_CORR_PLANES];
  int64_t y[POINTS];
  for (int p = 0; p < POINTS; p++) {
    double sum = 100;
    for (int i = 0; i < planes; i++) {
      x[p][i] = i == still   ? 400
                : i == again ? x[p][i - 1]
                             : 4 * (int32_t)vmac_rng_below(rng, i % 3 ? 8000 : 3);
      sum += slope[i] * x[p][i];
    }
    y[p] = (int64_t)sum;
  }
  const vmac_moments m = moments_of(planes, POINTS, x, y);
  const vmac_line line = vmac_fit(&m);
  double left = 100;
  for (int i = 0; i < planes; i++) {
    const bool pair = i + 1 == again && again < planes;
    if (i == still) {
      assert_true(line.c[i] == 0);
      left += slope[i] * 400;
    } else if (pair) {
      assert_true(line.c[i] + line.c[i + 1] == slope[i] + slope[i + 1]);
      assert_true(line.c[i] == 0 || line.c[i + 1] == 0);
    } else if (i != again)
      assert_true(line.c[i] == slope[i]);
  }
  assert_true(fabs(line.c0 - left) < 1e-6);
}

static void test_planes_solved(void **state) {
  (void)state;
  vmac_rng rng;
  vmac_rng_seed(&rng, 9);
  for (int planes = 1; planes <= VMAC_CORR_PLANES; planes++)
    for (int still = -1; still < planes; still++)
      for (int again = 0; again < planes; again++) /* 0: none */
        if (!again || (again != still && again - 1 != still))
          solve_planes(planes, still, again ? again : -1, &rng);
}

/* The analytic coefficients of the paper, from formulas that do not look at the table. */
static void test_paper_formulas(void **state) {
  (void)state;
  static int32_t table[65536];
  for (int m = 2; m <= 4; m++)
    for (int s8 = 0; s8 < 2; s8++) {
      char perf[8], rec[8];
      snprintf(perf, sizeof perf, "perf%d%s", m, s8 ? "s" : "");
      snprintf(rec, sizeof rec, "rec%d%s", m, s8 ? "s" : "");
      for (int w = 0; w < 256; w++) {
        vmac_mult_table(cell(perf), table);
        vmac_line line = vmac_paper_weight(cell(perf), table, (uint8_t)w);
        assert_true(line.c[0] == (s8 ? (int8_t)w : w) && line.c0 == 0);
        vmac_mult_table(cell(rec), table);
        line = vmac_paper_weight(cell(rec), table, (uint8_t)w);
        assert_true(line.c[0] == w % (1 << m) && line.c0 == 0);
      }
    }
  for (int w = 0; w < 256; w++) { /* What = 1/2 sum_{i<m} 2^i (W mod 2^(m-i)); C0 part 2^-m What */
    double what = 0;
    for (int i = 0; i < 6; i++) what += 0.5 * (1 << i) * (w % (1 << (6 - i)));
    vmac_mult_table(cell("trunc6"), table);
    const vmac_line line = vmac_paper_weight(cell("trunc6"), table, (uint8_t)w);
    assert_true(line.c[0] == what && line.c0 == what / 64);
  }
}

/* V against floor division written out. */
static void test_correction_rounds_half_up(void **state) {
  (void)state;
  const int64_t unit = 1 << VMAC_CORR_F;
  for (int32_t c0 = -200; c0 <= 200; c0++)
    for (int32_t c1 = -70; c1 <= 70; c1 += 7)
      for (int32_t x = 0; x < 300; x += 13) {
        const int64_t v = 2 * ((int64_t)c0 + (int64_t)c1 * x) + unit, d = 2 * unit;
        const int64_t want = v >= 0 ? v / d : -((-v + d - 1) / d);
        assert_int_equal(vmac_correction(c0, 1, &c1, &x), want);
        /* The same V in parts: only the whole is rounded. */
        const int32_t c[3] = {c1, c1, -5}, part[3] = {x / 3, x - x / 3, 0};
        assert_int_equal(vmac_correction(c0, 3, c, part), want);
      }
}

static void round_trip(const vmac_net *net, const vmac_plan *plan, const char *net_path,
                       const char *path) {
  vmac_err err;
  assert_non_null(plan);
  assert_true(vmac_plan_save(plan, net_path, path, &err));
  vmac_plan *back = vmac_plan_load(net, net_path, path, &err);
  if (!back) fail_msg("%s", err.text);
  assert_ptr_equal(back->mult, plan->mult);
  assert_int_equal(back->mode, plan->mode);
  for (int i = 0; i < net->ops; i++)
    if (vmac_op_is_mac(&net->op[i])) {
      const size_t bytes = (size_t)net->op[i].n * sizeof(int32_t);
      assert_int_equal(plan->mac[i].planes, back->mac[i].planes);
      assert_memory_equal(plan->mac[i].c0, back->mac[i].c0, bytes);
      assert_memory_equal(plan->mac[i].c, back->mac[i].c, bytes * (size_t)plan->mac[i].planes);
    }
  vmac_plan_free(back);
}

/* In the file at path, the first `from` by `to`, which is as long. */
static void replace(const char *path, const char *from, const char *to) {
  size_t size;
  vmac_err err;
  uint8_t *text = vmac_read_file(path, &size, &err);
  char *at = strstr((char *)text, from);
  assert_non_null(at);
  memcpy(at, to, strlen(from));
  assert_true(vmac_write_file(path, text, size, &err));
  free(text);
}

static void test_plan_files(void **state) {
  (void)state;
  char dir[] = "/tmp/vmac-plan-XXXXXX", net_path[64], path[64];
  vmac_err err;
  assert_non_null(mkdtemp(dir));
  snprintf(net_path, sizeof net_path, "%s/net", dir);
  snprintf(path, sizeof path, "%s/plan.json", dir);
  assert_true(vmac_write_file(net_path, "a network", 9, &err));
  vmac_net *net = network(7, false);
  vmac_dataset data = images(8);
  /* Six slopes per channel; they are not those of another mode. */
  vmac_plan *plan = vmac_plan_make(net, cell("trunc6"), VMAC_CORR_BITPLANE, &data, data.n, &err);
  round_trip(net, plan, net_path, path);
  replace(path, "\"bitplane\"", "\"cv\"      ");
  assert_null(vmac_plan_load(net, net_path, path, &err));
  assert_non_null(strstr(err.text, "\"c\": expected 5 numbers, found 30"));
  vmac_plan_free(plan);
  plan = vmac_plan_make(net, cell("trunc6"), VMAC_CORR_CV, &data, data.n, &err);
  round_trip(net, plan, net_path, path);

  /* Every truncation, and a flipped bit at every byte: an error or a plan, never a crash. */
  size_t size;
  uint8_t *text = vmac_read_file(path, &size, &err);
  size_t end = size;
  while (text[end - 1] != '}') end--; /* only white space may be lost without harm */
  for (size_t cut = 0; cut < end; cut += 1 + cut / 40) {
    assert_true(vmac_write_file(path, text, cut, &err));
    assert_null(vmac_plan_load(net, net_path, path, &err));
  }
  for (size_t at = 0; at < size; at += 1 + at / 60) {
    text[at] ^= (uint8_t)(1 << at % 8);
    assert_true(vmac_write_file(path, text, size, &err));
    vmac_plan_free(vmac_plan_load(net, net_path, path, &err));
    text[at] ^= (uint8_t)(1 << at % 8);
  }
  /* Coefficients that the mode does not have. */
  char *mode = strstr((char *)text, "\"cv\"");
  assert_non_null(mode);
  memcpy(mode - 1, "\"bias\"", 6);
  mode[5] = ',';
  assert_true(vmac_write_file(path, text, size, &err));
  assert_null(vmac_plan_load(net, net_path, path, &err));
  assert_non_null(strstr(err.text, "mode bias"));
  memcpy(mode - 1, "\"none\"", 6);
  assert_true(vmac_write_file(path, text, size, &err));
  assert_null(vmac_plan_load(net, net_path, path, &err));
  assert_non_null(strstr(err.text, "mode none"));
  assert_true(vmac_plan_save(plan, net_path, path, &err));
  assert_true(vmac_write_file(net_path, "another network", 15, &err));
  assert_null(vmac_plan_load(net, net_path, path, &err));
  assert_non_null(strstr(err.text, "another network file"));
  assert_null(vmac_plan_make(net, cell("perf2"), VMAC_CORR_CV, &data, data.n + 1, &err));
  free(text);
  unlink(path);
  unlink(net_path);
  rmdir(dir);
  vmac_plan_free(plan);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

static void test_modes_by_name(void **state) {
  (void)state;
  vmac_mode mode;
  vmac_err err;
  for (int i = 0; i < VMAC_CORR_MODES; i++) {
    assert_true(vmac_mode_find(vmac_mode_name((vmac_mode)i), &mode, &err));
    assert_int_equal(mode, i);
  }
  assert_false(vmac_mode_find("papr", &mode, &err));
  assert_non_null(strstr(err.text, "did you mean 'paper'"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_equal_weights_are_exact),
                                     cmocka_unit_test(test_equal_weights_by_plane),
                                     cmocka_unit_test(test_no_error_no_correction),
                                     cmocka_unit_test(test_least_squares),
                                     cmocka_unit_test(test_constant_variate),
                                     cmocka_unit_test(test_planes_solved),
                                     cmocka_unit_test(test_paper_formulas),
                                     cmocka_unit_test(test_correction_rounds_half_up),
                                     cmocka_unit_test(test_plan_files),
                                     cmocka_unit_test(test_modes_by_name)};
  return cmocka_run_group_tests_name("correction", tests, NULL, NULL);
}
