/* The error model (explore/).
 *
 * TEST RATIONALE. State space: error maps whose moments are known (none, constant, of the weight
 * alone), in all models, on convolution, depthwise and fully connected layers of both classes; every
 * mode with cells of every kind of X, where all positions are taken: pairs must be what is measured,
 * multi and single what their definition says, product by product, filter what all orders of a small
 * layer's weights give; what a mode corrects wholly; layers whose patches are all alike; monte
 * within its own chance of single; which positions are taken.
 * SPDX-License-Identifier: Apache-2.0 */
#include "corr_common.h"

#include "explore/error_model.h"
#include "net_build.h"

enum { ALL = 1 << 20, DRAWS = 20000, MOST = 4096, SEEN = 2 };
static const vmac_mac raw = {0};

static bool close_to(double a, double b) {
  return fabs(a - b) <= 1e-7 * fmax(fabs(a), fabs(b)) + 1e-6;
}

static void check(vmac_error got, double mean, double sd, const char *what, int op) {
  if (!close_to(got.mean, mean) || !close_to(got.sd, sd))
    fail_msg("%s, op %d: expected %.9g +- %.9g, found %.9g +- %.9g", what, op, mean, sd, got.mean,
             got.sd);
}

static vmac_error_layer *layer_of(const vmac_net *net, int op, const vmac_patches *patches,
                                  vmac_class cls, const int32_t *table) {
  return vmac_error_layer_new(net, &net->op[op], &patches[op], cls, table);
}

/* A map with error e(a, w) as written, and all models of all layers with it. */
typedef int32_t error_map(uint8_t a, uint8_t w);
typedef void error_test(const vmac_net *net, int op, vmac_error_model model, vmac_error got);

static void for_all(error_map *error, error_test *test) {
  static int32_t table[65536];
  vmac_net *net = network(41, false);
  vmac_dataset data = images(42);
  vmac_patches *patches = vmac_patches_sample(net, &data, data.n, 64, 1, NULL);
  for (int cls = VMAC_U8; cls <= VMAC_S8; cls++) {
    const vmac_class c = (vmac_class)cls;
    for (int i = 0; i < 65536; i++) {
      const uint8_t a = (uint8_t)(i >> 8), w = (uint8_t)i;
      table[i] = vmac_operand(c, a) * vmac_operand(c, w) +
                 error(a, (uint8_t)(w ^ (c == VMAC_U8 ? 0x80 : 0)));
    }
    for (int op = 0; op < net->ops; op++) {
      if (!vmac_op_is_mac(&net->op[op])) continue;
      vmac_error_layer *l = layer_of(net, op, patches, c, table);
      for (int m = 0; m < VMAC_ERROR_MODELS; m++)
        test(net, op, (vmac_error_model)m,
             vmac_error_predict(l, &raw, (vmac_error_model)m, DRAWS, 5));
      vmac_error_layer_free(l);
    }
  }
  vmac_patches_free(net, patches);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

static int32_t no_error(uint8_t a, uint8_t w) {
  return 0 * a * w;
}
static void expect_none(const vmac_net *net, int op, vmac_error_model model, vmac_error got) {
  (void)net;
  check(got, 0, 0, vmac_error_model_name(model), op);
}
static int32_t constant_error(uint8_t a, uint8_t w) {
  return -7 + 0 * a * w;
}
static void expect_constant(const vmac_net *net, int op, vmac_error_model model, vmac_error got) {
  check(got, -7.0 * net->op[op].k, 0, vmac_error_model_name(model), op);
}

static void test_maps(void **state) {
  (void)state;
  for_all(no_error, expect_none);
  for_all(constant_error, expect_constant);
}

/* Of the weight alone, w its code's bits: filter and pairs know each channel's sum. */
static int32_t weight_error(uint8_t a, uint8_t w) {
  return (int8_t)w * 3 + (w & 5) + 0 * a;
}
static void expect_weights(const vmac_net *net, int op, vmac_error_model model, vmac_error got) {
  const vmac_op *o = &net->op[op];
  double sum = 0, square = 0, of_sums = 0;
  for (int j = 0; j < o->n; j++) {
    double channel = 0;
    for (int i = 0; i < o->k; i++) {
      const double e = weight_error(0, (uint8_t)vmac_weight(net, o, j, i));
      channel += e;
      square += e * e;
    }
    sum += channel;
    of_sums += channel * channel;
  }
  const double mean = sum / o->n, each = sum / (o->n * o->k);
  const double products = sqrt(o->k * (square / (o->n * o->k) - each * each));
  const double channels = sqrt(of_sums / o->n - mean * mean);
  const bool knows = model == VMAC_ERROR_FILTER || model == VMAC_ERROR_PAIRS;
  if (model == VMAC_ERROR_MONTE) {
    assert_true(fabs(got.mean - mean) < 4 * products / sqrt(DRAWS));
    assert_true(fabs(got.sd - products) < 4 * products / sqrt(2.0 * DRAWS));
  } else {
    check(got, mean, knows ? channels : products, vmac_error_model_name(model), op);
  }
}

static void test_weights_alone(void **state) {
  (void)state;
  for_all(weight_error, expect_weights);
}

/* ---- modes ------------------------------------------------------------------------------------- */

/* r(a, w) of channel j, V as it is but for its rounding. */
static double residual_of(const vmac_mac *mac, const vmac_op *op, int j, uint8_t a, uint8_t w) {
  const vmac_class cls = mac->mult->cls;
  double r = mac->table[a << 8 | w] - vmac_operand(cls, a) * vmac_operand(cls, w);
  if (!mac->c0) return r;
  bool fraction = false;
  for (int i = 0; i < mac->planes; i++) {
    fraction = fraction || mac->c[j * mac->planes + i] % 64;
    r += mac->c[j * mac->planes + i] / 64.0 * mac->terms[256 * i + a];
  }
  const double c0 = mac->c0[j] / 64.0;
  return r + (fraction ? c0 : floor(c0 + 0.5)) / op->k;
}

/* One channel and one list of activations: mean and variance of k independent r. */
typedef struct {
  double mean, variance;
} moments;
static moments products(const vmac_net *net, const vmac_op *op, const vmac_mac *mac, int channel,
                        int channels, const int8_t *codes, int count) {
  double sum = 0, square = 0;
  for (int j = channel; j < channel + channels; j++)
    for (int i = 0; i < op->k; i++) {
      const uint8_t w = vmac_operand_bits(mac->mult->cls, vmac_weight(net, op, j, i));
      for (int a = 0; a < count; a++) {
        const double r = residual_of(mac, op, j, vmac_operand_bits(mac->mult->cls, codes[a]), w);
        sum += r;
        square += r * r;
      }
    }
  const double pairs = (double)channels * op->k * count, mean = sum / pairs;
  return (moments){op->k * mean, op->k * (square / pairs - mean * mean)};
}

/* single (one list of all patches) and multi (each patch) by their definition. */
static vmac_error independent(const vmac_net *net, const vmac_op *op, const vmac_mac *mac,
                              const vmac_patches *patches, bool each) {
  const int lists = each ? patches->count * patches->groups : 1;
  const int size = each ? op->k : patches->count * patches->groups * op->k;
  double sum = 0, square = 0, variance = 0, count = 0;
  for (int list = 0; list < lists; list++) {
    const int own = each ? op->n / patches->groups : op->n;
    const int first = each ? list % patches->groups * own : 0;
    const int8_t *codes = patches->codes + (size_t)list * (size_t)size;
    for (int j = first; j < first + own; j++) {
      const moments m = mac->c0 ? products(net, op, mac, j, 1, codes, size)
                                : products(net, op, mac, 0, op->n, codes, size);
      count++;
      sum += m.mean;
      square += m.mean * m.mean;
      variance += m.variance;
    }
  }
  const double mean = sum / count;
  return (vmac_error){mean, sqrt(fmax(variance / count + square / count - mean * mean, 0))};
}

/* A V of slopes is rounded, which a definition without it does not know: by up to 1/2, and by 1/12
 * in variance. */
static void check_rounded(vmac_error got, vmac_error want, bool rounds, const char *what, int op) {
  const double slack = rounds ? 0.5 : 1e-6;
  if (fabs(got.mean - want.mean) > slack + 1e-9 * fabs(want.mean) ||
      fabs(got.sd * got.sd - want.sd * want.sd) >
          (rounds ? 0.3 + want.sd : 1e-6) + 1e-7 * want.sd * want.sd)
    fail_msg("%s, op %d: expected %.9g +- %.9g, found %.9g +- %.9g", what, op, want.mean, want.sd,
             got.mean, got.sd);
}

static void check_modes(const vmac_net *net, const vmac_dataset *data, const char *name,
                        vmac_mode mode) {
  vmac_err err;
  vmac_residual of[OPS];
  vmac_plan *plan = vmac_plan_make(net, cell(name), NULL, mode, data, data->n, &err);
  if (!plan) fail_msg("%s: %s", name, err.text);
  vmac_calib *calib = vmac_calib_new(net, data, data->n, 0);
  vmac_residuals(net, plan, calib, data, SEEN, of);
  vmac_patches *patches = vmac_patches_sample(net, data, SEEN, ALL, 1, NULL);
  for (int op = 0; op < net->ops; op++) {
    if (!vmac_plan_has(plan, op)) continue;
    const vmac_mac *mac = &plan->mac[op];
    vmac_error_layer *l = layer_of(net, op, patches, plan->mult->cls, plan->cell->table);
    const vmac_residual *r = &of[op];
    char what[64];
    snprintf(what, sizeof what, "%s %s", name, vmac_mode_name(mode));
    check(vmac_error_predict(l, mac, VMAC_ERROR_PAIRS, 0, 0), r->mean,
          sqrt(r->measured + r->mean_square - r->mean * r->mean), what, op);
    for (int each = 0; each < 2; each++)
      check_rounded(vmac_error_predict(l, mac, each ? VMAC_ERROR_MULTI : VMAC_ERROR_SINGLE, 0, 0),
                    independent(net, &net->op[op], mac, &patches[op], each), mode > VMAC_CORR_BIAS,
                    what, op);
    vmac_error_layer_free(l);
  }
  vmac_patches_free(net, patches);
  vmac_calib_free(calib);
  vmac_plan_free(plan);
}

static void test_modes(void **state) {
  (void)state;
  static const char *const names[] = {"edge3", "trunc6s", "mitchells"};
  vmac_net *net = network(43, false);
  vmac_dataset data = images(44);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    for (int mode = 0; mode < VMAC_CORR_MODES; mode++)
      check_modes(net, &data, names[i], (vmac_mode)mode);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* A filter of equal weights is what perforation's correction is exact for. */
static void test_exactly_corrected(void **state) {
  (void)state;
  vmac_err err;
  vmac_net *net = network(45, true);
  vmac_dataset data = images(46);
  vmac_patches *patches = vmac_patches_sample(net, &data, data.n, 64, 1, NULL);
  for (int mode = VMAC_CORR_CV; mode <= VMAC_CORR_BITPLANE; mode++) {
    vmac_plan *plan =
        vmac_plan_make(net, cell("perf2"), NULL, (vmac_mode)mode, &data, data.n, &err);
    if (!plan) fail_msg("%s", err.text);
    for (int op = 0; op < net->ops; op++) {
      if (!vmac_plan_has(plan, op)) continue;
      vmac_error_layer *l = layer_of(net, op, patches, VMAC_U8, plan->cell->table);
      for (int m = 0; m < VMAC_ERROR_MODELS; m++)
        check(vmac_error_predict(l, &plan->mac[op], (vmac_error_model)m, 1000, 1), 0, 0,
              vmac_error_model_name((vmac_error_model)m), op);
      vmac_error_layer_free(l);
    }
    vmac_plan_free(plan);
  }
  vmac_patches_free(net, patches);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* ---- a small layer: 2 x 2 window, no padding, three channels ------------------------------------ */

static vmac_net *small(void) {
  vmac_rng rng;
  vmac_err err;
  vmac_rng_seed(&rng, 47);
  vmac_net *net = net_new();
  net->input = net_tensor(net, 1, H, W, C, 1.0f / 64, -128);
  net->output = net_tensor(net, 1, H - 1, W - 1, 3, 1.0f, 0);
  vmac_op *op = net_op(net, VMAC_CONV, net->input, net->output);
  window(op, 2, 2, 1, 0, VMAC_ACT_NONE);
  op->weight = net_weights(net, 3, 2, 2, C, 3, &rng);
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
  return net;
}

/* Sums of errors over all orders of k[at..] behind those already placed. */
static void orders(const int32_t *e, int k, int at, const uint8_t *a, uint8_t *w, int32_t so_far,
                   double *sum) {
  if (at == k) {
    sum[0]++;
    sum[1] += so_far;
    sum[2] += (double)so_far * so_far;
  }
  for (int i = at; i < k; i++) {
    const uint8_t first = w[at], chosen = w[i];
    w[i] = first, w[at] = chosen;
    orders(e, k, at + 1, a, w, so_far + e[a[at] << 8 | chosen], sum);
    w[at] = first, w[i] = chosen;
  }
}

/* The depthwise layer has k = 9, too many orders: its first taps alone are a layer of their own. */
static void test_filter_is_all_orders(void **state) {
  (void)state;
  enum { K = 6, POSITIONS = 3 };
  vmac_net *net = small();
  vmac_op op = net->op[0];
  op.kind = VMAC_FC; /* rows of K weights, of the same numbers */
  op.k = K;
  vmac_rng rng;
  vmac_rng_seed(&rng, 48);
  static const char *const names[] = {"perf3", "mitchells"};
  for (size_t c = 0; c < sizeof names / sizeof *names; c++) {
    const vmac_mult *mult = cell(names[c]);
    static int32_t table[65536], e[65536];
    int8_t codes[POSITIONS * K];
    double sum[3] = {0};
    vmac_mult_table(mult, table);
    for (int i = 0; i < 65536; i++)
      e[i] = table[i] -
             vmac_operand(mult->cls, (uint8_t)(i >> 8)) * vmac_operand(mult->cls, (uint8_t)i);
    for (int i = 0; i < POSITIONS * K; i++) codes[i] = (int8_t)vmac_rng_next(&rng);
    for (int p = 0; p < POSITIONS; p++)
      for (int j = 0; j < op.n; j++) {
        uint8_t a[K], w[K];
        for (int i = 0; i < K; i++) {
          a[i] = vmac_operand_bits(mult->cls, codes[p * K + i]);
          w[i] = vmac_operand_bits(mult->cls, vmac_weight(net, &op, j, i));
        }
        orders(e, K, 0, a, w, 0, sum);
      }
    assert_true(sum[0] == POSITIONS * 3 * 720);
    const vmac_patches patches = {K, 1, POSITIONS, codes};
    vmac_error_layer *l = vmac_error_layer_new(net, &op, &patches, mult->cls, table);
    const double mean = sum[1] / sum[0];
    check(vmac_error_predict(l, &raw, VMAC_ERROR_FILTER, 0, 0), mean,
          sqrt(sum[2] / sum[0] - mean * mean), names[c], 0);
    vmac_error_layer_free(l);
  }
  vmac_net_free(net);
}

/* With a correction filter's mean is that of V, too: of channels alike but for their coefficients
 * V alone tells outputs apart. */
static void test_filter_is_corrected(void **state) {
  (void)state;
  vmac_err err;
  vmac_net *net = network(49, true);
  vmac_dataset data = images(50);
  vmac_patches *patches = vmac_patches_sample(net, &data, data.n, ALL, 1, NULL);
  static const vmac_mode modes[] = {VMAC_CORR_BIAS, VMAC_CORR_PAPER, VMAC_CORR_PHI2};
  for (size_t m = 0; m < sizeof modes / sizeof *modes; m++) {
    vmac_plan *plan = vmac_plan_make(net, cell("trunc7"), NULL, modes[m], &data, data.n, &err);
    if (!plan) fail_msg("%s", err.text);
    for (int op = 0; op < net->ops; op++) {
      if (!vmac_plan_has(plan, op)) continue;
      vmac_error_layer *l = layer_of(net, op, patches, VMAC_U8, plan->cell->table);
      const vmac_error want = vmac_error_predict(l, &plan->mac[op], VMAC_ERROR_PAIRS, 0, 0);
      check(vmac_error_predict(l, &plan->mac[op], VMAC_ERROR_FILTER, 0, 0), want.mean, want.sd,
            vmac_mode_name(modes[m]), op); /* equal weights: their order is nothing */
      vmac_error_layer_free(l);
    }
    vmac_plan_free(plan);
  }
  vmac_patches_free(net, patches);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* ---- models beside each other ------------------------------------------------------------------- */

/* Patches that are all alike are what a layer's histogram knows. */
static void test_alike(void **state) {
  (void)state;
  vmac_err err;
  vmac_net *net = small();
  vmac_dataset data = images(51);
  for (size_t i = 0; i < data.n * H * W * C; i++) data.pixels[i] = (uint8_t)(37 * (i % C) + 11);
  vmac_patches *patches = vmac_patches_sample(net, &data, data.n, 20, 1, NULL);
  for (int mode = VMAC_CORR_NONE; mode <= VMAC_CORR_PHI; mode++) {
    vmac_plan *plan =
        vmac_plan_make(net, cell("trunc7"), NULL, (vmac_mode)mode, &data, data.n, &err);
    if (!plan) fail_msg("%s", err.text);
    vmac_error_layer *l = layer_of(net, 0, patches, VMAC_U8, plan->cell->table);
    const vmac_error one = vmac_error_predict(l, &plan->mac[0], VMAC_ERROR_SINGLE, 0, 0);
    assert_true(one.sd > 10);
    check_rounded(vmac_error_predict(l, &plan->mac[0], VMAC_ERROR_MULTI, 0, 0), one,
                  mode > VMAC_CORR_BIAS, vmac_mode_name((vmac_mode)mode), 0);
    vmac_error_layer_free(l);
    vmac_plan_free(plan);
  }
  vmac_patches_free(net, patches);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

static void test_monte(void **state) {
  (void)state;
  vmac_err err;
  vmac_net *net = network(52, false);
  vmac_dataset data = images(53);
  vmac_patches *patches = vmac_patches_sample(net, &data, data.n, 64, 1, NULL);
  static const vmac_mode modes[] = {VMAC_CORR_NONE, VMAC_CORR_BIAS, VMAC_CORR_BITPLANE};
  for (size_t m = 0; m < sizeof modes / sizeof *modes; m++) {
    vmac_plan *plan = vmac_plan_make(net, cell("trunc6"), NULL, modes[m], &data, data.n, &err);
    if (!plan) fail_msg("%s", err.text);
    for (int op = 0; op < net->ops; op++) {
      if (!vmac_plan_has(plan, op)) continue;
      const vmac_mac *mac = &plan->mac[op];
      vmac_error_layer *l = layer_of(net, op, patches, VMAC_U8, plan->cell->table);
      const vmac_error one = vmac_error_predict(l, mac, VMAC_ERROR_SINGLE, 0, 0);
      const vmac_error got = vmac_error_predict(l, mac, VMAC_ERROR_MONTE, DRAWS, 7);
      const vmac_error again = vmac_error_predict(l, mac, VMAC_ERROR_MONTE, DRAWS, 7);
      const vmac_error other = vmac_error_predict(l, mac, VMAC_ERROR_MONTE, DRAWS, 8);
      assert_true(fabs(got.mean - one.mean) < 4 * one.sd / sqrt(DRAWS));
      assert_true(fabs(got.sd - one.sd) < 4 * one.sd / sqrt(2.0 * DRAWS));
      assert_true(got.mean == again.mean && got.sd == again.sd);
      assert_true(got.mean != other.mean && got.sd != other.sd);
      vmac_error_layer_free(l);
    }
    vmac_plan_free(plan);
  }
  vmac_patches_free(net, patches);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* ---- positions ---------------------------------------------------------------------------------- */

/* The patch of a position in the order of images and pixels: all its groups. */
static void patch_at(const vmac_net *net, int op, const vmac_dataset *data, size_t at,
                     int8_t *codes) {
  const vmac_op *o = &net->op[op];
  const int groups = o->kind == VMAC_DEPTHWISE ? o->n : 1;
  vmac_state *state = vmac_state_new(net);
  vmac_state_set_image(net, state, data, at / (size_t)o->m);
  for (int i = 0; i <= op; i++) vmac_net_run_op(net, NULL, VMAC_ROUND_DOUBLE, i, state);
  for (int g = 0; g < groups; g++)
    vmac_patch(net, o, state->i8[o->in[0]], (int)(at % (size_t)o->m), g, codes + g * o->k);
  vmac_state_free(net, state);
}

static size_t heard;
static void hear(size_t done, size_t all) {
  assert_true(++heard == done && all == 7);
}

static void test_positions(void **state) {
  (void)state;
  enum { N = 7, COUNT = 20 };
  static int8_t want[MOST];
  vmac_net *net = network(54, false);
  vmac_dataset data = images(55);
  heard = 0;
  vmac_patches *all = vmac_patches_sample(net, &data, N, ALL, 1, hear);
  vmac_patches *some = vmac_patches_sample(net, &data, N, COUNT, 1, NULL);
  vmac_patches *same = vmac_patches_sample(net, &data, N, COUNT, 1, NULL);
  vmac_patches *other = vmac_patches_sample(net, &data, N, COUNT, 2, NULL);
  assert_true(heard == N && !all[2].codes);
  for (int op = 0; op < net->ops; op++) {
    if (!vmac_op_is_mac(&net->op[op])) continue;
    const int positions = net->op[op].m * N;
    const size_t bytes = (size_t)all[op].groups * (size_t)all[op].k;
    assert_true(bytes <= MOST && all[op].count == positions && all[op].k == net->op[op].k);
    for (int p = 0; p < positions; p++) {
      patch_at(net, op, &data, (size_t)p, want);
      assert_memory_equal(all[op].codes + (size_t)p * bytes, want, bytes);
    }
    if (positions < COUNT) continue;
    assert_int_equal(some[op].count, COUNT);
    assert_memory_equal(some[op].codes, same[op].codes, COUNT * bytes);
    assert_memory_not_equal(some[op].codes, other[op].codes, COUNT * bytes);
    for (int i = 0; i < COUNT; i++) { /* one of its own stretch */
      bool there = false;
      for (int p = i * positions / COUNT; p < (i + 1) * positions / COUNT; p++)
        there = there || !memcmp(some[op].codes + (size_t)i * bytes,
                                 all[op].codes + (size_t)p * bytes, bytes);
      assert_true(there);
    }
  }
  vmac_patches_free(net, all);
  vmac_patches_free(net, some);
  vmac_patches_free(net, same);
  vmac_patches_free(net, other);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

static void test_names(void **state) {
  (void)state;
  vmac_err err;
  vmac_error_model model;
  for (int i = 0; i < VMAC_ERROR_MODELS; i++)
    assert_true(vmac_error_model_find(vmac_error_model_name((vmac_error_model)i), &model, &err) &&
                (int)model == i);
  assert_false(vmac_error_model_find("mutli", &model, &err));
  assert_non_null(strstr(err.text, "did you mean 'multi'"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_maps),
                                     cmocka_unit_test(test_weights_alone),
                                     cmocka_unit_test(test_modes),
                                     cmocka_unit_test(test_exactly_corrected),
                                     cmocka_unit_test(test_filter_is_all_orders),
                                     cmocka_unit_test(test_filter_is_corrected),
                                     cmocka_unit_test(test_alike),
                                     cmocka_unit_test(test_monte),
                                     cmocka_unit_test(test_positions),
                                     cmocka_unit_test(test_names)};
  return cmocka_run_group_tests_name("error model", tests, NULL, NULL);
}
