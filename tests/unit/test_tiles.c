/* Slopes of each K tile.
 *
 * State space: the tiles of square, wide, tall and ragged arrays over channels that fill words, do
 * not, or are replicated, against lists by hand; random networks with random stretches as tiles and
 * random terms, by kernels and by the definition, against loops of their own; the fit against that
 * of the whole K, and more slopes than it takes; plans as files, and what is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "corr_common.h"
#include "gemm/scheme.h"
#include "net/net.h"
#include "plan_folder.h"
#include "random_run.h"

/* ---- the array's tiles ----------------------------------------------------------------------- */

/* input (1, 6, 6, c) -> convolution kh x kw -> fully connected. */
static vmac_net *chain(int c, int n, int kh, int kw) {
  vmac_rng rng;
  vmac_rng_seed(&rng, 1);
  vmac_net *net = net_new();
  net->input = net_tensor(net, 1, 6, 6, c, 0.05f, 0);
  const int map = net_tensor(net, 1, 7 - kh, 7 - kw, n, 2, 0);
  vmac_op *op = net_op(net, VMAC_CONV, net->input, map);
  window(op, 0, 0, 1, 0, VMAC_ACT_NONE);
  op->weight = net_weights(net, n, kh, kw, c, 1, &rng);
  net->output = net_tensor(net, 1, 1, 1, 3, 2, 0);
  op = net_op(net, VMAC_FC, map, net->output);
  op->weight = net_weights(net, 3, 1, 1, (7 - kh) * (7 - kw) * n, 1, &rng);
  vmac_tensor *w = &net->tensor[op->weight], *out = &net->tensor[net->output];
  w->rank = out->rank = 2;
  w->dim[1] = w->dim[3];
  out->dim[1] = 3;
  vmac_err err;
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
  return net;
}

static void expect_ends(int rows, int cols, int c, int n, int kh, int kw, int op, const int *want) {
  vmac_err err;
  vmac_net *net = chain(c, n, kh, kw);
  vmac_ktiles *tiles = vmac_ktiles_new(net, rows, cols, &err);
  if (!tiles) fail_msg("%s", err.text);
  int count = 0;
  while (want[count]) count++;
  assert_int_equal(tiles->tiles[op], count);
  for (int t = 0; t < count; t++) assert_int_equal(tiles->end[op][t], want[t]);
  vmac_ktiles_free(tiles);
  vmac_net_free(net);
}

static void test_tiles_of_arrays(void **state) {
  (void)state;
  /* A tap's channels fill the rows; half of them; one and a half times. */
  expect_ends(16, 16, 16, 4, 1, 3, 0, (int[]){16, 32, 48, 0});
  expect_ends(4, 4, 6, 4, 1, 2, 0, (int[]){4, 6, 10, 12, 0});
  /* The input's few channels are repeated as they are: five taps in 16 rows, two in 7. */
  expect_ends(16, 16, 3, 4, 3, 3, 0, (int[]){15, 27, 0});
  expect_ends(7, 4, 3, 4, 1, 3, 0, (int[]){6, 9, 0});
  /* A map's at powers of two: 3 channels take 4 rows of 16, 4 taps; 9 of 16 take 16. */
  expect_ends(16, 16, 16, 3, 6, 2, 1, (int[]){12, 15, 0});
  expect_ends(16, 16, 16, 9, 6, 5, 1, (int[]){9, 18, 0});
  /* Words of 7 lanes by 5 rows: 5 and 2 of each word, then what is left of 16 channels. */
  expect_ends(5, 7, 16, 4, 1, 1, 0, (int[]){5, 7, 12, 14, 16, 0});
}

/* ---- sums and corrections -------------------------------------------------------------------- */

/* By loops of its own: the sums of products and of terms, V, what the contract adds. */
static void plain(const vmac_net *net, const vmac_op *op, const vmac_mac *mac, const int8_t *input,
                  int32_t *acc) {
  const vmac_class cls = mac->mult->cls;
  int8_t *codes = vmac_alloc((size_t)op->k, 1);
  for (int p = 0; p < op->m; p++)
    for (int j = 0; j < op->n; j++) {
      int64_t sum = vmac_folded_bias(net, op, cls, j), v = mac->c0[j];
      vmac_patch(net, op, input, p, j, codes);
      for (int t = 0; t < mac->tiles; t++)
        for (int k = t ? mac->end[t - 1] : 0; k < mac->end[t]; k++) {
          const uint8_t a = vmac_operand_bits(cls, codes[k]);
          const uint8_t w = vmac_operand_bits(cls, vmac_weight(net, op, j, k));
          sum += mac->table[a << 8 | w] - (cls == VMAC_U8 ? 128 * a : 0);
          for (int i = 0; i < mac->planes; i++)
            v += (int64_t)mac->c[(j * mac->tiles + t) * mac->planes + i] * mac->terms[256 * i + a];
        }
      *acc++ = (int32_t)(uint32_t)(uint64_t)(sum + (int64_t)floor((double)v / 64 + 0.5));
    }
  free(codes);
}

/* Random stretches of k operands, one of them at least. */
static int random_ends(int k, int *end, vmac_rng *rng) {
  int tiles = 0;
  for (int at = 0; at < k;) {
    at += 1 + (int)vmac_rng_below(rng, 1 + (uint32_t)k / 3);
    end[tiles++] = at < k ? at : k;
  }
  return tiles;
}

static void compare_layer(const vmac_net *net, const vmac_op *op, const vmac_mult *mult,
                          vmac_state *state, bool large, vmac_rng *rng) {
  static int32_t table[65536];
  uint8_t terms[256 * VMAC_CORR_PLANES];
  const size_t size = (size_t)op->m * (size_t)op->n;
  const int8_t *input = state->i8[op->in[0]];
  int32_t *want = vmac_alloc(size, sizeof *want), *got = vmac_alloc(size, sizeof *got);
  int *end = vmac_alloc((size_t)op->k, sizeof *end);
  vmac_mult_table(mult, table);
  vmac_mac mac = {.mult = mult, .table = table, .n = op->n, .terms = terms, .end = end};
  mac.planes = 1 + (int)vmac_rng_below(rng, VMAC_CORR_PLANES);
  mac.tiles = random_ends(op->k, end, rng);
  for (size_t i = 0; i < sizeof terms; i++) terms[i] = (uint8_t)vmac_rng_next(rng);
  const size_t slopes = (size_t)op->n * (size_t)vmac_mac_sums(&mac);
  mac.c0 = vmac_alloc((size_t)op->n, sizeof *mac.c0);
  mac.c = vmac_alloc(slopes, sizeof *mac.c);
  for (int j = 0; j < op->n; j++) mac.c0[j] = (int32_t)vmac_rng_next(rng) >> 8;
  for (size_t i = 0; i < slopes; i++)
    mac.c[i] = (int32_t)vmac_rng_next(rng) >> (large ? 32 - VMAC_CORR_C_BITS : 24);
  plain(net, op, &mac, input, want);
  vmac_scheme *scheme = vmac_alloc(1, sizeof *scheme);
  vmac_scheme_find(table, state->isa, scheme);
  mac.kernel = vmac_kernel_new(net, op, &mac, 1, scheme);
  for (int fast = 1; fast >= 0; fast--) {
    vmac_kernel *kernel = mac.kernel;
    if (!fast) mac.kernel = NULL;
    vmac_layer_acc(net, op, &mac, input, got, state);
    assert_memory_equal(want, got, size * sizeof *got);
    mac.kernel = kernel;
  }
  vmac_kernel_free(mac.kernel);
  free(scheme);
  free(mac.c0);
  free(mac.c);
  free(end);
  free(want);
  free(got);
}

static void test_random_tiles(void **state) {
  (void)state;
  static const char *const names[] = {"perf2", "trunc6s", "exact", "rec4s"};
  vmac_rng rng;
  vmac_rng_seed(&rng, 21);
  int seen[2] = {0}; /* convolutions, fully connected */
  for (uint64_t seed = 1; seed <= 150; seed++) {
    random_run run = random_run_of(seed);
    for (int i = 0; i < run.net->ops; i++) {
      const vmac_op *op = &run.net->op[i];
      if (op->kind != VMAC_CONV && op->kind != VMAC_FC) continue;
      compare_layer(run.net, op, cell(names[seed % 4]), run.state, seed % 3 == 0, &rng);
      seen[op->kind == VMAC_FC]++;
    }
    random_run_free(&run);
  }
  assert_true(seen[0] > 50 && seen[1] > 20);
}

/* ---- the fit --------------------------------------------------------------------------------- */

static residual tiled(const vmac_net *net, const vmac_mult *mult, vmac_mode mode, int rows,
                      const vmac_dataset *data) {
  vmac_err err;
  vmac_ktiles *tiles = rows ? vmac_ktiles_new(net, rows, rows, &err) : NULL;
  vmac_plan *plan = vmac_plan_make_tiled(net, mult, NULL, mode, tiles, data, data->n, &err);
  if (!plan) fail_msg("%s", err.text);
  const residual r = measure(net, plan, data);
  vmac_plan_free(plan);
  return r;
}

/* On the images it is fitted to, slopes of each tile leave less than those of all, and no mean;
 * a layer of one tile, and depthwise layers, are as they were. */
static void test_tiles_leave_less(void **state) {
  (void)state;
  static const char *const names[] = {"perf3", "trunc6s", "drum6", "edge3s"};
  vmac_net *net = network(15, false);
  vmac_dataset data = images(16);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    for (int mode = VMAC_CORR_CV; mode < VMAC_CORR_MODES; mode++) {
      const residual whole = tiled(net, cell(names[i]), (vmac_mode)mode, 0, &data);
      const residual each = tiled(net, cell(names[i]), (vmac_mode)mode, 4, &data);
      for (int op = 0; op < OPS; op++) assert_true(each.square[op] <= whole.square[op] * 1.001 + 1);
      assert_true(mode != VMAC_CORR_PHI || each.square[0] < whole.square[0] * 0.999);
      assert_true(each.square[1] == whole.square[1]);
      assert_true(each.bias < 0.6);
    }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* The analytic slopes are means over a tile's weights: weights that are the same within each tile,
 * but not among them, are corrected to the bit. */
static void test_paper_tiles(void **state) {
  (void)state;
  vmac_net *net = network(17, false);
  vmac_dataset data = images(18);
  vmac_tensor *w = &net->tensor[net->op[0].weight];
  for (size_t i = 0; i < w->size; i++) /* 4 rows, 4 channels: a tile is a tap */
    if (i % 4) w->i8[i] = w->i8[i - 1];
  vmac_err err;
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
  assert_true(tiled(net, cell("perf3"), VMAC_CORR_PAPER, 0, &data).square[0] > 1);
  assert_true(tiled(net, cell("perf3"), VMAC_CORR_PAPER, 4, &data).square[0] == 0);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* A plan that changes its tiles and modes has what a plan of its own has. */
static void test_changing_tiles(void **state) {
  (void)state;
  vmac_net *net = network(19, false);
  vmac_dataset data = images(20);
  vmac_err err;
  vmac_calib *calib = vmac_calib_new(net, &data, data.n, 1 << 24);
  vmac_plan *plan = vmac_plan_new(net);
  vmac_plan_set(net, plan, cell("trunc6"), NULL);
  static const struct {
    int rows;
    vmac_mode mode;
  } steps[] = {{0, VMAC_CORR_CV},   {4, VMAC_CORR_PHI},      {4, VMAC_CORR_CV},
               {4, VMAC_CORR_BIAS}, {8, VMAC_CORR_CV},       {8, VMAC_CORR_PHI},
               {0, VMAC_CORR_PHI4}, {4, VMAC_CORR_BITPLANE}, {4, VMAC_CORR_NONE},
               {12, VMAC_CORR_CV},  {16, VMAC_CORR_CV}, /* 9 taps: three tiles, of 3 taps or of 4 */
               {0, VMAC_CORR_CV}};
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    const int rows = steps[i].rows;
    if (!i || rows != steps[i - 1].rows) /* tiles that stay keep what was calibrated for them */
      vmac_plan_tile(plan, rows ? vmac_ktiles_new(net, rows, rows, &err) : NULL);
    assert_true(vmac_plan_correct(net, plan, steps[i].mode, calib, &err));
    vmac_plan *own = vmac_plan_make_tiled(net, cell("trunc6"), NULL, steps[i].mode,
                                          rows ? vmac_ktiles_new(net, rows, rows, &err) : NULL,
                                          &data, data.n, &err);
    for (int op = 0; op < net->ops; op++) {
      const vmac_mac *a = &plan->mac[op], *w = &own->mac[op];
      assert_int_equal(a->c0 != NULL, w->c0 != NULL);
      if (!a->c0) continue;
      assert_int_equal(vmac_mac_sums(a), vmac_mac_sums(w));
      assert_memory_equal(a->c0, w->c0, (size_t)a->n * sizeof *a->c0);
      assert_memory_equal(a->c, w->c, (size_t)(a->n * vmac_mac_sums(a)) * sizeof *a->c);
    }
    vmac_plan_free(own);
  }
  vmac_plan_free(plan);
  vmac_calib_free(calib);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* A fully connected layer of k inputs. */
static vmac_net *wide(int k) {
  vmac_rng rng;
  vmac_rng_seed(&rng, 2);
  vmac_net *net = net_new();
  net->input = net_tensor(net, 1, 1, 1, k, 0.05f, 0);
  net->output = net_tensor(net, 1, 1, 1, 2, 2, 0);
  vmac_op *op = net_op(net, VMAC_FC, net->input, net->output);
  op->weight = net_weights(net, 2, 1, 1, k, 1, &rng);
  vmac_tensor *w = &net->tensor[op->weight], *out = &net->tensor[net->output];
  w->rank = out->rank = 2;
  w->dim[1] = k;
  out->dim[1] = 2;
  vmac_err err;
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
  return net;
}

/* As many slopes as are fitted together, and no more: by tiles, and by tiles and planes. */
static void test_too_many_slopes(void **state) {
  (void)state;
  enum { K = 4 * VMAC_TILE_SLOPES + 4 };
  vmac_net *net = wide(K);
  uint8_t *pixels = vmac_alloc(K, 1), label = 0;
  const vmac_dataset data = {
      .n = 1, .h = 1, .w = 1, .c = K, .classes = 2, .pixels = pixels, .labels = &label};
  static const struct {
    int rows;
    vmac_mode mode;
    const char *why;
  } cases[] = {
      {4, VMAC_CORR_CV, "op 0: 2049 K tiles with 1 sums X each: expected at most 2048 slopes"},
      {4, VMAC_CORR_BIAS, NULL},
      {4, VMAC_CORR_PAPER, NULL},
      {32, VMAC_CORR_CV, NULL},
      {16, VMAC_CORR_BITPLANE, "found 3078"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    vmac_err err = {0};
    vmac_ktiles *tiles = vmac_ktiles_new(net, cases[i].rows, 4, &err);
    if (!tiles) fail_msg("%s", err.text);
    vmac_plan *plan =
        vmac_plan_make_tiled(net, cell("trunc6"), NULL, cases[i].mode, tiles, &data, 1, &err);
    if (cases[i].why ? plan || !strstr(err.text, cases[i].why) : !plan)
      fail_msg("%s, %d rows: %s", vmac_mode_name(cases[i].mode), cases[i].rows, err.text);
    vmac_plan_free(plan);
  }
  free(pixels);
  vmac_net_free(net);
}

/* ---- files ----------------------------------------------------------------------------------- */

static void expect_refusal(const vmac_net *net, const char *net_path, const char *path,
                           const char *text, const char *from, const char *to, const char *why) {
  vmac_err err;
  char *copy = strcpy(vmac_alloc(strlen(text) + strlen(to) + 1, 1), text), *at = strstr(copy, from);
  assert_non_null(at);
  memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
  memcpy(at, to, strlen(to));
  assert_true(vmac_write_file(path, copy, strlen(copy), &err));
  assert_null(vmac_plan_load(net, net_path, path, &err));
  if (!strstr(err.text, why)) fail_msg("%s: %s", why, err.text);
  free(copy);
}

static void test_files(void **state) {
  (void)state;
  const plan_folder folder = plan_folder_new();
  const char *net_path = folder.net, *path = folder.plan;
  vmac_err err;
  vmac_net *net = network(7, false);
  vmac_dataset data = images(8);
  vmac_plan *plan = vmac_plan_make_tiled(net, cell("trunc6"), NULL, VMAC_CORR_PHI2,
                                         vmac_ktiles_new(net, 5, 7, &err), &data, data.n, &err);
  assert_true(vmac_plan_save(plan, net_path, path, &err));
  vmac_plan *back = vmac_plan_load(net, net_path, path, &err);
  if (!back) fail_msg("%s", err.text);
  assert_true(back->ktiles->rows == 5 && back->ktiles->cols == 7);
  for (int i = 0; i < net->ops; i++) {
    const vmac_mac *a = &plan->mac[i], *b = &back->mac[i];
    if (!a->c0) continue;
    assert_int_equal(vmac_mac_sums(a), vmac_mac_sums(b));
    assert_memory_equal(a->c, b->c, (size_t)(a->n * vmac_mac_sums(a)) * sizeof *a->c);
  }
  vmac_plan_free(back);
  size_t size;
  char *text = (char *)vmac_read_file(path, &size, &err);
  expect_refusal(net, net_path, path, text, "[5, 7]", "[5, 7, 7]", "expected rows and columns");
  expect_refusal(net, net_path, path, text, "[5, 7]", "[5]", "expected rows and columns");
  expect_refusal(net, net_path, path, text, "[5, 7]", "[5, 77]", "\"ktile\"");
  expect_refusal(net, net_path, path, text, "[5, 7]", "[8, 8]", "\"c\": expected");
  expect_refusal(net, net_path, path, text, "varimac-plan-4", "varimac-plan-3", "\"c\": expected");
  free(text);
  plan_folder_remove(&folder);
  vmac_plan_free(plan);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_tiles_of_arrays),
                                     cmocka_unit_test(test_random_tiles),
                                     cmocka_unit_test(test_tiles_leave_less),
                                     cmocka_unit_test(test_paper_tiles),
                                     cmocka_unit_test(test_changing_tiles),
                                     cmocka_unit_test(test_too_many_slopes),
                                     cmocka_unit_test(test_files)};
  return cmocka_run_group_tests_name("tiles", tests, NULL, NULL);
}
