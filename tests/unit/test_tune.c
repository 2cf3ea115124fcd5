/* Tuned weights: what a change of weight does to the accumulators, and that no other value of a
 * weight leaves less.
 *
 * TEST RATIONALE. State space: a convolution, a depthwise one and a fully connected layer of random
 * codes, of more samples than weights and of fewer; both operand classes; errors that are linear in
 * the activation's low bits, that follow the weight, that follow neither; every kind of correction:
 * none, a constant, one X, several, phi; images that judge, others than those that were fitted and
 * the same. J is computed anew, from the products and by normal
 * equations, for all 255 values of a channel's last weight, which is chosen when all others are.
 * SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>

#include "corr_common.h"
#include "net/tune.h"

enum { MOST = H * W * IMAGES, WIDEST = H * W * 5 };

/* All output pixels of a layer: the codes of one group's windows. */
typedef struct {
  size_t samples;
  int k;
  int8_t code[MOST][WIDEST];
} windows;

static void windows_of(const vmac_net *net, int index, int ch, const vmac_dataset *data,
                       windows *w) {
  const vmac_op *op = &net->op[index];
  vmac_state *state = vmac_state_new(net);
  w->samples = 0;
  w->k = op->k;
  for (size_t image = 0; image < data->n; image++) {
    vmac_state_set_image(net, state, data, image);
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
    for (int p = 0; p < op->m; p++)
      vmac_patch(net, op, state->i8[op->in[0]], p, ch, w->code[w->samples++]);
  }
  vmac_state_free(net, state);
}

/* What weight `to` in the place of `given` adds to a zero-point-corrected sum, as the arithmetic
 * contract has it: f and the terms that the array adds, against the exact product. */
static double added(const vmac_mult *mult, int zero, int8_t code, int8_t given, int8_t to) {
  const int a = code, exact = (a - zero) * given;
  if (mult->cls == VMAC_S8) return vmac_product(mult, a, to) - zero * to - exact;
  const int big_a = a + 128, big_w = to + 128, big_z = zero + 128;
  return vmac_product(mult, big_a, big_w) - 128 * big_a - big_z * big_w + 128 * big_z - exact;
}

/* |v|^2 without what a combination of the columns x (vectors, samples) takes out of it. */
static double left_of(size_t samples, int vectors, double x[][MOST], const double *v) {
  long double a[1 + VMAC_CORR_PLANES][2 + VMAC_CORR_PLANES], sum = 0;
  for (int i = 0; i < vectors; i++) {
    for (int j = 0; j <= vectors; j++) {
      a[i][j] = 0;
      for (size_t s = 0; s < samples; s++)
        a[i][j] += (long double)x[i][s] * (j < vectors ? x[j][s] : v[s]);
    }
  }
  for (size_t s = 0; s < samples; s++) sum += (long double)v[s] * v[s];
  for (int i = 0; i < vectors; i++) { /* elimination takes the projection out of sum on its way */
    if (a[i][i] < 1e-6L) continue;
    sum -= a[i][vectors] * a[i][vectors] / a[i][i];
    for (int r = i + 1; r < vectors; r++) {
      const long double factor = a[r][i] / a[i][i];
      for (int j = i; j <= vectors; j++) a[r][j] -= factor * a[i][j];
    }
  }
  return (double)sum;
}

/* 1 and the X of a mode. */
static int columns(const vmac_mult *mult, vmac_mode mode, const windows *w, double x[][MOST]) {
  uint8_t terms[VMAC_CORR_PLANES * 256];
  const bool slopes = mode != VMAC_CORR_NONE && mode != VMAC_CORR_BIAS;
  const int planes = slopes ? vmac_x_terms(mult, mode, terms) : 0;
  for (size_t s = 0; s < w->samples; s++) {
    x[0][s] = 1;
    for (int i = 0; i < planes; i++) {
      x[1 + i][s] = 0;
      for (int k = 0; k < w->k; k++)
        x[1 + i][s] += terms[256 * i + vmac_operand_bits(mult->cls, w->code[s][k])];
    }
  }
  return 1 + planes;
}

/* What weights first .. end - 1 of a channel add to J's parts: r (samples), own. */
static void add_weights(const vmac_mult *mult, int zero, const windows *w, int vectors,
                        double x[][MOST], const int8_t *given, const int8_t *to, int first, int end,
                        double *r, double *own) {
  static double d[MOST];
  for (int k = first; k < end; k++) {
    for (size_t s = 0; s < w->samples; s++)
      r[s] += d[s] = added(mult, zero, w->code[s][k], given[k], to[k]);
    *own += left_of(w->samples, vectors, x, d);
  }
}

/* J as tune.h has it. */
static double j_of(vmac_mode mode, const windows *w, int vectors, double x[][MOST], const double *r,
                   double own) {
  const double apart = w->k / (w->k + (double)w->samples);
  double mean = 0;
  for (size_t s = 0; s < w->samples; s++) mean += r[s] / (double)w->samples;
  return (1 - apart) * left_of(w->samples, vectors, x, r) + apart * own +
         (mode == VMAC_CORR_NONE ? (double)w->samples * mean * mean : 0);
}

static void weights_of(const vmac_net *net, const vmac_op *op, int ch, int8_t *to) {
  for (int k = 0; k < op->k; k++) to[k] = vmac_weight(net, op, ch, k);
}

static vmac_net *tuned_of(const vmac_net *net, uint64_t seed, const vmac_dataset *data,
                          const vmac_mult *mult, vmac_mode mode) {
  vmac_net *tuned = network(seed, false);
  vmac_tuner *tuner = vmac_tuner_new(net, data, data->n);
  vmac_err err;
  for (int i = 0; i < net->ops; i++)
    if (vmac_op_is_mac(&net->op[i])) vmac_tune_layer(tuner, mult, mode, i, tuned);
  if (!vmac_net_prepare(tuned, &err)) fail_msg("%s", err.text);
  vmac_tuner_free(tuner);
  return tuned;
}

static const char *const cells[] = {"perf3", "trunc7s", "roup1_4s", "mitchell", "drum4s"};
static const vmac_mode modes[] = {VMAC_CORR_NONE, VMAC_CORR_BIAS, VMAC_CORR_CV, VMAC_CORR_BITPLANE,
                                  VMAC_CORR_PHI};

static void check_channel(const vmac_net *net, const vmac_net *tuned, int index, int ch,
                          const vmac_mult *mult, vmac_mode mode, const windows *w) {
  static double x[1 + VMAC_CORR_PLANES][MOST], others[MOST], all[MOST];
  const vmac_op *op = &net->op[index];
  const int zero = net->tensor[op->in[0]].zero, vectors = columns(mult, mode, w, x);
  int8_t given[WIDEST], to[WIDEST];
  weights_of(net, op, ch, given);
  weights_of(tuned, op, ch, to);
  double own = 0, both, before = 0, now = 0;
  memset(all, 0, sizeof all);
  add_weights(mult, zero, w, vectors, x, given, given, 0, w->k, all, &own);
  before = j_of(mode, w, vectors, x, all, own);
  memset(others, 0, sizeof others);
  own = 0;
  add_weights(mult, zero, w, vectors, x, given, to, 0, w->k - 1, others, &own);
  const int chosen = to[w->k - 1];
  for (int i = 0; i < 255; i++) { /* the chosen one first */
    const int v = i ? (chosen + 127 + i) % 255 - 127 : chosen;
    to[w->k - 1] = (int8_t)v;
    memcpy(all, others, sizeof all);
    both = own;
    add_weights(mult, zero, w, vectors, x, given, to, w->k - 1, w->k, all, &both);
    const double other = j_of(mode, w, vectors, x, all, both);
    if (!i) now = other;
    assert_true(now <= before * (1 + 1e-9));
    if (now > other + 1e-6 * (before + 1))
      fail_msg("%s %s, op %d, channel %d: last weight %d leaves %g, %d would leave %g", mult->name,
               vmac_mode_name(mode), index, ch, chosen, now, v, other);
  }
}

static void test_last_weight_is_best(void **state) {
  (void)state;
  static windows w;
  vmac_net *net = network(21, false);
  vmac_dataset data = images(22);
  for (size_t c = 0; c < sizeof cells / sizeof *cells; c++)
    for (size_t m = 0; m < sizeof modes / sizeof *modes; m++) {
      vmac_net *tuned = tuned_of(net, 21, &data, cell(cells[c]), modes[m]);
      for (int i = 0; i < net->ops; i++)
        for (int ch = 0; vmac_op_is_mac(&net->op[i]) && ch < net->op[i].n; ch += 4) {
          windows_of(net, i, ch, &data, &w);
          check_channel(net, tuned, i, ch, cell(cells[c]), modes[m], &w);
        }
      vmac_net_free(tuned);
    }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* What J adds up is what the array's accumulators are off by. */
static void test_added_is_what_accumulators_show(void **state) {
  (void)state;
  static windows w;
  static int32_t exact[WIDEST * 5], got[WIDEST * 5];
  vmac_net *net = network(23, false);
  vmac_dataset data = images(24);
  for (size_t c = 0; c < sizeof cells / sizeof *cells; c++) {
    const vmac_mult *mult = cell(cells[c]);
    vmac_net *tuned = tuned_of(net, 23, &data, mult, VMAC_CORR_BIAS);
    vmac_err err;
    vmac_plan *plan = vmac_plan_make(tuned, mult, NULL, VMAC_CORR_NONE, NULL, 0, &err);
    vmac_state *run = vmac_state_new(net);
    vmac_state_set_image(net, run, &data, 0);
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, run);
    for (int i = 0; i < net->ops; i++) {
      const vmac_op *op = &net->op[i];
      if (!vmac_op_is_mac(op)) continue;
      vmac_layer_acc(net, op, NULL, run->i8[op->in[0]], exact, run);
      vmac_layer_acc(tuned, &tuned->op[i], &plan->mac[i], run->i8[op->in[0]], got, run);
      for (int ch = 0; ch < op->n; ch++) {
        int8_t given[WIDEST], to[WIDEST];
        weights_of(net, op, ch, given);
        weights_of(tuned, op, ch, to);
        windows_of(net, i, ch, &data, &w);
        for (int p = 0; p < op->m; p++) {
          double sum = 0;
          for (int k = 0; k < op->k; k++)
            sum += added(mult, net->tensor[op->in[0]].zero, w.code[p][k], given[k], to[k]);
          assert_int_equal(got[p * op->n + ch] - exact[p * op->n + ch], (int)sum);
        }
      }
    }
    vmac_state_free(net, run);
    vmac_plan_free(plan);
    vmac_net_free(tuned);
  }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

static bool same_weights(const vmac_net *a, const vmac_net *b) {
  for (int t = 0; t < a->tensors; t++)
    if (a->tensor[t].i8 && memcmp(a->tensor[t].i8, b->tensor[t].i8, a->tensor[t].size))
      return false;
  return true;
}

static void test_exact_cells_change_nothing(void **state) {
  (void)state;
  vmac_net *net = network(25, false);
  vmac_dataset data = images(26);
  memset(data.pixels, 7, (size_t)H * W * C); /* one image says little: ties */
  for (data.n = 1; data.n <= IMAGES; data.n += IMAGES - 1)
    for (int s8 = 0; s8 < 2; s8++)
      for (size_t m = 0; m < sizeof modes / sizeof *modes; m++) {
        vmac_net *tuned = tuned_of(net, 25, &data, cell(s8 ? "exacts" : "dadda"), modes[m]);
        assert_true(same_weights(net, tuned));
        vmac_net_free(tuned);
      }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* Every number of threads and level of instructions chooses the same. */
static void test_same_bytes(void **state) {
  (void)state;
  vmac_net *net = network(27, false);
  vmac_dataset data = images(28);
  static const char *const levels[] = {"portable", "avx2", "avx512"};
  vmac_net *first = tuned_of(net, 27, &data, cell("mitchell"), VMAC_CORR_BIAS);
  const vmac_isa best = vmac_isa_best();
  for (int level = 0; level <= (int)best; level++)
    for (int threads = 1; threads <= 3; threads += 2) {
      setenv("VARIMAC_ISA", levels[level], 1);
      omp_set_num_threads(threads);
      vmac_net *again = tuned_of(net, 27, &data, cell("mitchell"), VMAC_CORR_BIAS);
      assert_true(same_weights(first, again));
      vmac_net_free(again);
    }
  assert_false(same_weights(net, first));
  unsetenv("VARIMAC_ISA");
  vmac_net_free(first);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* The plan of a tuned network corrects towards the given one's sums: their mean error vanishes. */
static void test_plan_corrects_towards_the_given(void **state) {
  (void)state;
  static int32_t exact[WIDEST * 5], got[WIDEST * 5];
  vmac_net *net = network(29, false);
  vmac_dataset data = images(30);
  const vmac_mult *mult = cell("mitchell");
  vmac_net *tuned = tuned_of(net, 29, &data, mult, VMAC_CORR_BIAS);
  vmac_err err;
  vmac_calib *calib = vmac_calib_new(net, &data, data.n, 0);
  vmac_plan *plan = vmac_plan_new(tuned);
  vmac_plan_set(tuned, plan, mult, NULL);
  assert_true(vmac_plan_correct(tuned, plan, VMAC_CORR_BIAS, calib, &err));
  double sum[OPS][5] = {{0}};
  vmac_state *run = vmac_state_new(net);
  for (size_t image = 0; image < data.n; image++) {
    vmac_state_set_image(net, run, &data, image);
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, run);
    for (int i = 0; i < net->ops; i++) {
      const vmac_op *op = &net->op[i];
      if (!vmac_op_is_mac(op)) continue;
      vmac_layer_acc(net, op, NULL, run->i8[op->in[0]], exact, run);
      vmac_layer_acc(tuned, &tuned->op[i], &plan->mac[i], run->i8[op->in[0]], got, run);
      for (int j = 0; j < op->m * op->n; j++)
        sum[i][j % op->n] += (double)(got[j] - exact[j]) / (op->m * (double)data.n);
    }
  }
  for (int i = 0; i < OPS; i++)
    for (int ch = 0; ch < 5; ch++) assert_true(fabs(sum[i][ch]) < 0.6);
  vmac_state_free(net, run);
  vmac_plan_free(plan);
  vmac_calib_free(calib);
  vmac_net_free(tuned);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* A scorer of the given network runs the tuned one's layers, depthwise ones among them. */
static void test_scorer_runs_the_tuned(void **state) {
  (void)state;
  vmac_net *net = network(31, false);
  vmac_dataset data = images(32);
  const vmac_mult *mult = cell("mitchell");
  vmac_net *tuned = tuned_of(net, 31, &data, mult, VMAC_CORR_BIAS);
  vmac_err err;
  vmac_plan *plan = vmac_plan_make(tuned, mult, NULL, VMAC_CORR_BIAS, &data, data.n, &err);
  vmac_scorer *scorer = vmac_scorer_new(net, VMAC_ROUND_DOUBLE, &data, data.n, 0);
  uint8_t answer[IMAGES], want[IMAGES];
  int8_t outputs[IMAGES * 3], expected[IMAGES * 3];
  vmac_scorer_answers(scorer, plan, 0, data.n, answer, outputs);
  vmac_answers(tuned, plan, VMAC_ROUND_DOUBLE, &data, 0, data.n, want, expected);
  assert_memory_equal(outputs, expected, sizeof outputs);
  assert_memory_equal(answer, want, sizeof answer);
  vmac_answers(net, NULL, VMAC_ROUND_DOUBLE, &data, 0, data.n, want, NULL);
  assert_memory_equal(vmac_scorer_exact(scorer), want, sizeof want);
  vmac_scorer_free(scorer);
  vmac_plan_free(plan);
  vmac_net_free(tuned);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

static size_t agreeing(const vmac_net *exact, const vmac_plan *plan, const vmac_dataset *data,
                       size_t first) {
  uint8_t answer[IMAGES], want[IMAGES];
  const size_t n = data->n - first;
  size_t agree = 0;
  vmac_answers(plan->net, plan, VMAC_ROUND_DOUBLE, data, first, n, answer, NULL);
  vmac_answers(exact, NULL, VMAC_ROUND_DOUBLE, data, first, n, want, NULL);
  for (size_t i = 0; i < n; i++) agree += answer[i] == want[i];
  return agree;
}

/* Of two plans the judges' counts; they are the images behind the fitted ones. */
static void test_judges(void **state) {
  (void)state;
  vmac_net *net = network(37, false), *tuned = network(38, false); /* as good as any other */
  vmac_dataset data = images(39);
  vmac_err err;
  for (size_t c = 0; c < sizeof cells / sizeof *cells; c++)
    for (size_t fitted = 5; fitted <= data.n; fitted += data.n - 5) {
      const bool seen = fitted == data.n;
      vmac_plan *a = vmac_plan_make(net, cell(cells[c]), NULL, VMAC_CORR_NONE, NULL, 0, &err);
      vmac_plan *b = vmac_plan_make(tuned, cell(cells[c]), NULL, VMAC_CORR_NONE, NULL, 0, &err);
      vmac_tuner *tuner = vmac_tuner_new(net, &data, fitted);
      bool said;
      const size_t n = vmac_tune_judges(tuner, &said), first = seen ? 0 : fitted;
      assert_int_equal(n, data.n - first);
      assert_int_equal(said, seen);
      assert_int_equal(vmac_tune_agree(tuner, a, 0, n), agreeing(net, a, &data, first));
      assert_int_equal(vmac_tune_agree(tuner, b, 0, 3) + vmac_tune_agree(tuner, b, 3, n - 3),
                       agreeing(net, b, &data, first));
      vmac_tuner_free(tuner);
      vmac_plan_free(a);
      vmac_plan_free(b);
    }
  vmac_dataset_free(&data);
  vmac_net_free(tuned);
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_last_weight_is_best),
      cmocka_unit_test(test_added_is_what_accumulators_show),
      cmocka_unit_test(test_exact_cells_change_nothing),
      cmocka_unit_test(test_same_bytes),
      cmocka_unit_test(test_plan_corrects_towards_the_given),
      cmocka_unit_test(test_scorer_runs_the_tuned),
      cmocka_unit_test(test_judges),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
