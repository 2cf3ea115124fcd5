/* Correction: identities of the control variate, calibration, and plans as files.
 *
 * State space: a convolution, a depthwise convolution and a fully connected layer of random codes,
 * in both operand classes; every identity is exact, in integers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "corr_common.h"
#include "plan_folder.h"

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
  const plan_folder folder = plan_folder_new();
  const char *net_path = folder.net, *path = folder.plan;
  vmac_err err;
  vmac_net *net = network(7, false);
  vmac_dataset data = images(8);
  /* Six slopes per channel; they are not those of another mode. */
  vmac_plan *plan =
      vmac_plan_make(net, cell("trunc6"), NULL, VMAC_CORR_BITPLANE, &data, data.n, &err);
  round_trip(net, plan, net_path, path);
  replace(path, "\"bitplane\"", "\"cv\"      ");
  assert_null(vmac_plan_load(net, net_path, path, &err));
  assert_non_null(strstr(err.text, "\"c\": expected 5 numbers, found 30"));
  vmac_plan_free(plan);
  plan = vmac_plan_make(net, cell("trunc6"), NULL, VMAC_CORR_CV, &data, data.n, &err);
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
  assert_null(vmac_plan_make(net, cell("perf2"), NULL, VMAC_CORR_CV, &data, data.n + 1, &err));
  free(text);
  plan_folder_remove(&folder);
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
                                     cmocka_unit_test(test_no_error_no_correction),
                                     cmocka_unit_test(test_least_squares),
                                     cmocka_unit_test(test_constant_variate),
                                     cmocka_unit_test(test_paper_formulas),
                                     cmocka_unit_test(test_correction_rounds_half_up),
                                     cmocka_unit_test(test_plan_files),
                                     cmocka_unit_test(test_modes_by_name)};
  return cmocka_run_group_tests_name("correction", tests, NULL, NULL);
}
