/* The sums that calibration makes: X by windows of pixels' sums, moments in blocks, work kept.
 *
 * State space: random networks of convolutions, depthwise convolutions with multipliers and fully
 * connected layers under every window, stride and padding that random_net.h has; any terms of X, in
 * both operand classes; every level of vector instructions; accumulators at the ends
 * of 32 bits. All against the definitions, in integers. SPDX-License-Identifier: Apache-2.0 */
#include "corr_common.h"
#include "base/isa.h"
#include "random_run.h"

/* The definition: patch by patch, code by code. x (m, groups, xs). */
static void plain_variates(const vmac_net *net, const vmac_op *op, vmac_class cls, int xs,
                           const uint8_t *terms, const int8_t *input, int32_t *x) {
  const int groups = vmac_variate_groups(net, op);
  const int each = op->kind == VMAC_DEPTHWISE ? op->n / groups : 1;
  int8_t *codes = vmac_alloc((size_t)op->k, 1);
  for (int pixel = 0; pixel < op->m; pixel++)
    for (int g = 0; g < groups; g++, x += xs) {
      vmac_patch(net, op, input, pixel, g * each, codes);
      memset(x, 0, (size_t)xs * sizeof *x);
      for (int k = 0; k < op->k; k++)
        for (int i = 0; i < xs; i++) x[i] += terms[256 * i + vmac_operand_bits(cls, codes[k])];
    }
  free(codes);
}

/* Random terms, or the largest everywhere. */
static void compare_variates(const vmac_net *net, const vmac_op *op, vmac_class cls, int xs,
                             uint64_t seed, const int8_t *input) {
  const size_t count = (size_t)(op->m * vmac_variate_groups(net, op) * xs);
  int32_t *want = vmac_alloc(count, sizeof *want), *got = vmac_alloc(count, sizeof *got);
  int32_t *scratch = vmac_alloc(vmac_variate_scratch(net, op, xs), sizeof *scratch);
  uint8_t terms[VMAC_XS_MAX * 256];
  vmac_variates variates;
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  for (size_t i = 0; i < sizeof terms; i++)
    terms[i] = seed % 5 ? (uint8_t)vmac_rng_next(&rng) : 255;
  vmac_variates_set(&variates, cls, xs, terms);
  memset(got, 0x55, count * sizeof *got);
  plain_variates(net, op, cls, xs, terms, input, want);
  vmac_layer_variates(net, op, &variates, input, scratch, got);
  assert_memory_equal(want, got, count * sizeof *got);
  free(scratch);
  free(want);
  free(got);
}

static void test_variates(void **state) {
  (void)state;
  static const char *const isas[] = {"portable", "avx2", "avx512"};
  int seen[3] = {0}; /* conv, depthwise, FC */
  for (uint64_t seed = 1; seed <= 400; seed++) {
    random_run run = random_run_of(seed);
    if ((int)(seed % 3) <= (int)vmac_isa_best()) setenv("VARIMAC_ISA", isas[seed % 3], 1);
    for (int i = 0; i < run.net->ops; i++) {
      const vmac_op *op = &run.net->op[i];
      if (!vmac_op_is_mac(op)) continue;
      compare_variates(run.net, op, seed % 2 ? VMAC_S8 : VMAC_U8, 1 + (int)(seed % VMAC_XS_MAX),
                       seed, run.state->i8[op->in[0]]);
      seen[op->kind == VMAC_CONV ? 0 : op->kind == VMAC_DEPTHWISE ? 1 : 2]++;
    }
    random_run_free(&run);
  }
  unsetenv("VARIMAC_ISA");
  for (int i = 0; i < 3; i++) assert_true(seen[i] > 30);
}

/* Windows, strides and paddings that differ in height and width; a map that windows do not reach the
 * end of. */
static void test_uneven_windows(void **state) {
  (void)state;
  vmac_rng rng;
  vmac_rng_seed(&rng, 3);
  for (int depthwise = 0; depthwise < 2; depthwise++)
    for (int turn = 0; turn < 32; turn++) {
      const int sh = 1 + turn % 2, sw = 1 + turn / 2 % 2, kh = 1 + turn / 4 % 3, kw = 4 - kh;
      const int same = turn / 16, h = 10, w = 7, c = 5;
      vmac_net *net = net_new();
      net->input = net_tensor(net, 1, h, w, c, 0.05f, 17);
      const int out =
          net_tensor(net, 1, out_size(h, kh, sh, same), out_size(w, kw, sw, same), c, 2, 0);
      net->output = out;
      vmac_op *op = net_op(net, depthwise ? VMAC_DEPTHWISE : VMAC_CONV, net->input, out);
      window(op, 0, 0, sh, same, VMAC_ACT_NONE);
      op->stride_w = sw;
      op->weight = depthwise ? net_weights(net, 1, kh, kw, c, 1, &rng)
                             : net_weights(net, c, kh, kw, c, 1, &rng);
      vmac_err err;
      if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
      vmac_state *s = vmac_state_new(net);
      net_random_input(net, s, &rng);
      compare_variates(net, op, VMAC_U8, 1 + turn % 8, (uint64_t)turn, s->i8[net->input]);
      vmac_state_free(net, s);
      vmac_net_free(net);
    }
}

/* Moments of one channel, pixel after pixel. */
static void plain_add(vmac_moments *m, int64_t y, const int32_t *x) {
  m->count++;
  m->y += y;
  m->yy += (vmac_wide)y * y;
  for (int i = 0; i < m->planes; i++) {
    m->x[i] += x[i];
    m->xy[i] += (vmac_wide)x[i] * y;
    for (int j = 0; j <= i; j++) m->xx[i][j] += (vmac_wide)x[i] * x[j];
  }
}

static void assert_moments(const vmac_moments *a, const vmac_moments *b) {
  assert_int_equal(a->planes, b->planes);
  assert_true(a->count == b->count && a->y == b->y && a->yy == b->yy);
  for (int i = 0; i < a->planes; i++) {
    assert_true(a->x[i] == b->x[i] && a->xy[i] == b->xy[i]);
    for (int j = 0; j <= i; j++) assert_true(a->xx[i][j] == b->xx[i][j]);
  }
}

/* A layer of random sizes, in two images and two threads' shares: random accumulators, or those
 * whose difference is as large as 32 bits allow, and X up to 255 k. */
static void compare_sums(vmac_rng *rng, int m, int k, int n, int groups, int xs, bool ends) {
  vmac_net net = {0};
  vmac_tensor in = {.dim = {1, 1, 1, groups}};
  vmac_op op = {.kind = groups > 1 ? VMAC_DEPTHWISE : VMAC_FC, .m = m, .k = k, .n = n};
  net.tensor = &in;
  vmac_sums *sums = vmac_sums_new(&net, &op, xs), *share = vmac_sums_new(&net, &op, xs);
  const int planes = xs > 1 ? xs - 1 : 1;
  vmac_moments *want[2] = {vmac_alloc((size_t)n, sizeof **want),
                           vmac_alloc((size_t)n, sizeof **want)};
  int32_t *e = vmac_alloc((size_t)(m * n), sizeof *e), *a = vmac_alloc((size_t)(m * n), sizeof *a);
  int32_t *x = vmac_alloc((size_t)(m * groups * xs), sizeof *x);
  for (int c = 0; c < n; c++) want[0][c].planes = 1, want[1][c].planes = planes;
  for (int image = 0; image < 3; image++) {
    for (int i = 0; i < m * n; i++) {
      e[i] = ends ? INT32_MIN : (int32_t)vmac_rng_next(rng) >> 8;
      a[i] = ends ? INT32_MAX : (int32_t)vmac_rng_next(rng) >> 9;
    }
    for (int i = 0; i < m * groups * xs; i++)
      x[i] = ends ? 255 * k : (int32_t)vmac_rng_below(rng, 255 * (uint32_t)k + 1);
    vmac_sums_add(image == 1 ? share : sums, m, k, e, a, x);
    for (int p = 0; p < m; p++)
      for (int c = 0; c < n; c++) {
        const int32_t *own = x + (p * groups + c / (n / groups)) * xs;
        const int64_t y = (int64_t)e[p * n + c] - a[p * n + c];
        plain_add(&want[0][c], y, own);
        if (xs > 1) plain_add(&want[1][c], y, own + 1);
      }
  }
  vmac_sums_join(sums, share);
  for (int c = 0; c < n; c++) {
    vmac_moments got = vmac_sums_moments(sums, (vmac_take){0, 1, 1}, c);
    assert_moments(&got, &want[0][c]);
    if (xs < 2) continue;
    got = vmac_sums_moments(sums, (vmac_take){1, planes, xs}, c);
    assert_moments(&got, &want[1][c]);
  }
  vmac_sums_free(sums);
  vmac_sums_free(share);
  free(want[0]);
  free(want[1]);
  free(e);
  free(a);
  free(x);
}

static void test_sums(void **state) {
  (void)state;
  static const char *const isas[] = {"portable", "avx2", "avx512"};
  vmac_rng rng;
  vmac_rng_seed(&rng, 5);
  for (int isa = 0; isa <= (int)vmac_isa_best(); isa++) {
    setenv("VARIMAC_ISA", isas[isa], 1);
    for (int ends = 0; ends < 2; ends++) {
      for (int xs = 1; xs <= 1 + VMAC_CORR_PLANES; xs++) {
        compare_sums(&rng, 1 + (int)vmac_rng_below(&rng, 700), 9, 1 + (int)vmac_rng_below(&rng, 40),
                     1, xs, ends);
        compare_sums(&rng, 1 + (int)vmac_rng_below(&rng, 300), 9, 12, 4, xs, ends);
        compare_sums(&rng, 1 + (int)vmac_rng_below(&rng, 300), 25, 5, 5, xs, ends);
      }
      /* 2^15 products a sum: a block is 257 pixels; one more would not fit 63 bits at the ends */
      compare_sums(&rng, 600, 32768, 3, 1, 2, ends);
      compare_sums(&rng, 600, 32768, 2, 2, 9, ends);
    }
  }
  unsetenv("VARIMAC_ISA");
}

/* Coefficients do not depend on what a calibration keeps, nor on the cells that went before. */
static void test_kept_calibration(void **state) {
  (void)state;
  static const char *const names[] = {"perf2", "trunc6s", "perf2", "rec4", "mitchell"};
  static const size_t bytes[] = {0, 30000, 1 << 24};
  vmac_net *net = network(11, false);
  vmac_dataset data = images(12);
  vmac_err err;
  for (size_t b = 0; b < sizeof bytes / sizeof *bytes; b++) {
    vmac_calib *calib = vmac_calib_new(net, &data, data.n, bytes[b]);
    assert_true(vmac_calib_bytes(calib) <= bytes[b]);
    assert_true((vmac_calib_bytes(calib) > 0) == (b > 0));
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
      vmac_plan *plan = vmac_plan_new(net);
      vmac_plan_set(net, plan, cell(names[n]), NULL);
      for (int i = 0; i < 2 * VMAC_CORR_MODES; i++) { /* up, and down again */
        const vmac_mode mode = (vmac_mode)(i < VMAC_CORR_MODES ? i : 2 * VMAC_CORR_MODES - 1 - i);
        vmac_plan *own = vmac_plan_make(net, cell(names[n]), NULL, mode, &data, data.n, &err);
        assert_true(own && vmac_plan_correct(net, plan, mode, calib, &err));
        for (int op = 0; op < net->ops; op++) {
          const vmac_mac *a = &plan->mac[op], *w = &own->mac[op];
          assert_int_equal(a->c0 != NULL, w->c0 != NULL);
          if (!a->c0) continue;
          assert_int_equal(a->planes, w->planes);
          assert_memory_equal(a->c0, w->c0, (size_t)a->n * sizeof *a->c0);
          assert_memory_equal(a->c, w->c, (size_t)(a->n * a->planes) * sizeof *a->c);
        }
        vmac_plan_free(own);
      }
      vmac_plan_free(plan);
    }
    vmac_calib_free(calib);
  }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* Kept images are read, not run again: the data set may change. */
static void test_kept_images_are_read(void **state) {
  (void)state;
  vmac_net *net = network(13, false);
  vmac_dataset data = images(14);
  vmac_err err;
  vmac_calib *calib = vmac_calib_new(net, &data, data.n, 1 << 24);
  vmac_plan *plan[2] = {vmac_plan_new(net), vmac_plan_new(net)};
  for (int i = 0; i < 2; i++) {
    vmac_plan_set(net, plan[i], cell("trunc6"), NULL);
    assert_true(vmac_plan_correct(net, plan[i], VMAC_CORR_CV, calib, &err));
    memset(data.pixels, 99, data.n * H * W * C);
  }
  for (int op = 0; op < net->ops; op++)
    if (plan[0]->mac[op].c0)
      assert_memory_equal(plan[0]->mac[op].c, plan[1]->mac[op].c,
                          (size_t)plan[0]->mac[op].n * sizeof(int32_t));
  vmac_plan_free(plan[0]);
  vmac_plan_free(plan[1]);
  vmac_calib_free(calib);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_variates), cmocka_unit_test(test_uneven_windows),
      cmocka_unit_test(test_sums), cmocka_unit_test(test_kept_calibration),
      cmocka_unit_test(test_kept_images_are_read)};
  return cmocka_run_group_tests_name("moments", tests, NULL, NULL);
}
