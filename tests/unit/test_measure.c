/* Metrics that a network's operands weigh, and the counting of those operands.
 *
 * TEST RATIONALE. State space: a cell without symmetry whose exact zeros are wrong, under uniform
 * counts given as NULL and as ones, a distribution of three pairs worked out by hand, one pair as
 * often as is allowed, and none; counts of a random network with convolution (padded),
 * depthwise (two channels out per channel in) and fully connected layers in both classes,
 * against one vmac_patch() and vmac_weight() per multiplication.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "net_build.h"

static uint64_t pairs[65536];

/* AW + A - 2W + 3: f(0,w) = 3 - 2w, f(a,0) = a + 3. */
static int64_t skewed(vmac_form form, const int *param, int64_t a, int64_t w) {
  (void)form, (void)param;
  return a * w + a - 2 * w + 3;
}
static const vmac_mult cell = {.name = "skewed", .cls = VMAC_S8, .product = skewed};

static void near(const char *metric, double got, double want) {
  if (fabs(got - want) > 1e-12 * (1 + fabs(want)))
    fail_msg("%s: expected %.17g, found %.17g", metric, want, got);
}

static void uniform_either_way(void **state) {
  (void)state;
  vmac_mult_errors null, ones;
  for (int i = 0; i < 65536; i++) pairs[i] = 1;
  vmac_mult_measure(&cell, NULL, &null);
  vmac_mult_measure(&cell, pairs, &ones);
  assert_memory_equal(&null, &ones, sizeof null);
  assert_false(null.symmetric);
  assert_int_equal(null.rank, 2);
  /* error = A - 2W + 3; A and W are independent, of mean -1/2 and variance (256^2 - 1) / 12 */
  near("mean", null.mean, -0.5 + 1 + 3);
  near("variance", null.variance, 5 * 65535.0 / 12);
  near("rms", null.rms, sqrt(5 * 65535.0 / 12 + 3.5 * 3.5));
  double sum = 0, zero1 = 0, worst = 0;
  for (int a = -128; a < 128; a++)
    for (int w = -128; w < 128; w++) {
      const double exact = abs(a * w), size = abs(a - 2 * w + 3);
      zero1 += size / (exact > 0 ? exact : 1);
      if (exact > 0) sum += size / exact;
      if (exact > 0 && size / exact > worst) worst = size / exact;
    }
  near("mre", null.mre, sum / 65025);
  near("mre_zero1", null.mre_zero1, zero1 / 65536);
  near("wcre", null.wcre, worst);
}

static void by_hand(void **state) {
  (void)state;
  memset(pairs, 0, sizeof pairs);
  pairs[(uint8_t)-3 << 8 | 5] = 6; /* error -10 of -15 */
  pairs[4 << 8 | (uint8_t)-2] = 3; /* error 11 of -8 */
  pairs[7] = 1;                    /* error -11 of 0 */
  vmac_mult_errors e;
  vmac_mult_measure(&cell, pairs, &e);
  near("mean", e.mean, (-60 + 33 - 11) / 10.0);
  near("med", e.med, (60 + 33 + 11) / 10.0);
  near("nmed", e.nmed, 10.4 / 16384);
  near("rms", e.rms, sqrt((600 + 363 + 121) / 10.0));
  near("variance", e.variance, 108.4 - 3.8 * 3.8);
  near("rate", e.rate, 1);
  near("mre", e.mre, (6 * 10 / 15.0 + 3 * 11 / 8.0) / 9);
  near("mre_zero1", e.mre_zero1, (6 * 10 / 15.0 + 3 * 11 / 8.0 + 11) / 10);
  near("wcre", e.wcre, 11 / 8.0);
  assert_int_equal(e.wce, 11);
  /* of the function, not of its pairs */
  assert_int_equal(e.rank, 2);
  assert_int_equal(e.f00, 3);
  assert_int_equal(e.max_f0w, 2 * 128 + 3);
  assert_int_equal(e.max_fa0, 127 + 3);
  static int32_t table[65536];
  vmac_mult_errors unranked;
  vmac_mult_table(&cell, table);
  vmac_table_errors(table, VMAC_S8, pairs, &unranked);
  assert_int_equal(unranked.rank, -1);
  unranked.rank = e.rank;
  assert_memory_equal(&e, &unranked, sizeof e);
}

static void most_and_none(void **state) {
  (void)state;
  vmac_err err;
  vmac_mult_errors e;
  const vmac_mult *zero = vmac_mult_find("zero", &err);
  memset(pairs, 0, sizeof pairs);
  pairs[65535] = VMAC_PAIRS_MAX - 1; /* the largest error, as often as may be */
  pairs[1 << 8 | 1] = 1;
  vmac_mult_measure(zero, pairs, &e);
  assert_true(e.symmetric);
  near("mean", e.mean, -65025);
  near("rms", e.rms, 65025);
  near("mre", e.mre, 1);
  near("variance", e.variance, 65024.0 * 65024 / (double)VMAC_PAIRS_MAX);
  pairs[65535] = pairs[1 << 8 | 1] = 0;
  vmac_mult_measure(zero, pairs, &e);
  near("med of nothing", e.med, 0);
  near("mre of nothing", e.mre, 0);
}

/* ---- counting ---- */

static vmac_dataset random_images(size_t n, int h, int w, int c, vmac_rng *rng) {
  vmac_dataset data = {.n = n, .h = h, .w = w, .c = c, .classes = 1};
  const size_t size = n * (size_t)h * (size_t)w * (size_t)c;
  data.pixels = vmac_alloc(size, 1);
  data.labels = vmac_alloc(n, 1);
  for (size_t i = 0; i < size; i++) data.pixels[i] = (uint8_t)vmac_rng_next(rng);
  return data;
}

static void count_one_by_one(const vmac_net *net, const vmac_dataset *data, vmac_class cls,
                             uint64_t *want) {
  vmac_state *state = vmac_state_new(net);
  for (size_t image = 0; image < data->n; image++) {
    vmac_state_set_image(net, state, data, image);
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
    for (int o = 0; o < net->ops; o++) {
      const vmac_op *op = &net->op[o];
      if (!vmac_op_is_mac(op)) continue;
      int8_t *codes = vmac_alloc((size_t)op->k, 1);
      for (int pixel = 0; pixel < op->m; pixel++)
        for (int j = 0; j < op->n; j++) {
          vmac_patch(net, op, state->i8[op->in[0]], pixel, j, codes);
          for (int i = 0; i < op->k; i++)
            want[vmac_operand_bits(cls, codes[i]) << 8 |
                 vmac_operand_bits(cls, vmac_weight(net, op, j, i))]++;
        }
      free(codes);
    }
  }
  vmac_state_free(net, state);
}

/* Padded layers, one after the other: depthwise with two channels out per channel in and stride 2,
 * convolution, fully connected. */
static vmac_net *mixed_network(vmac_rng *rng) {
  vmac_net *net = net_new();
  net->input = net_tensor(net, 1, 7, 6, 3, 1.0f, -128);
  const int dw = net_tensor(net, 1, 4, 3, 6, 0.7f, -20);
  vmac_op *op = net_op(net, VMAC_DEPTHWISE, net->input, dw);
  window(op, 3, 3, 2, 1, VMAC_ACT_NONE);
  op->weight = net_weights(net, 1, 3, 3, 6, 6, rng);
  const int conv = net_tensor(net, 1, 4, 3, 5, 0.9f, 4);
  op = net_op(net, VMAC_CONV, dw, conv);
  window(op, 3, 3, 1, 1, VMAC_ACT_NONE);
  op->weight = net_weights(net, 5, 3, 3, 6, 5, rng);
  op->bias = net_bias(net, 5, rng);
  const int32_t shape[2] = {1, 60};
  const int flat = net_tensor(net, 1, 60, 0, 0, 0.9f, 4);
  net_op(net, VMAC_RESHAPE, conv, flat)->weight = net_ints(net, 2, 0, shape);
  net->output = net_tensor(net, 1, 4, 0, 0, 0.6f, 3);
  net_op(net, VMAC_FC, flat, net->output)->weight = net_weights(net, 4, 60, 0, 0, 4, rng);
  vmac_err err;
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
  return net;
}

static void counts(void **state) {
  (void)state;
  vmac_err err;
  vmac_rng rng;
  vmac_rng_seed(&rng, 7);
  vmac_net *net = mixed_network(&rng);
  vmac_dataset data = random_images(3, 7, 6, 3, &rng);
  for (vmac_class cls = VMAC_U8; cls <= VMAC_S8; cls++) {
    static uint64_t want[65536];
    memset(want, 0, sizeof want);
    count_one_by_one(net, &data, cls, want);
    memset(pairs, 1, sizeof pairs); /* what stood there does not matter */
    if (!vmac_net_pairs(net, &data, data.n, cls, pairs, &err)) fail_msg("%s", err.text);
    assert_memory_equal(pairs, want, sizeof want);
    uint64_t sum = 0, macs = 0;
    for (int i = 0; i < 65536; i++) sum += pairs[i];
    for (int i = 0; i < net->ops; i++)
      if (vmac_op_is_mac(&net->op[i])) macs += (uint64_t)vmac_op_macs(&net->op[i]);
    assert_int_equal(sum, macs * data.n);
  }
  assert_false(vmac_net_pairs(net, &data, 4, VMAC_U8, pairs, &err));
  assert_non_null(strstr(err.text, "expected 1..3"));
  assert_false(vmac_net_pairs(net, &data, 0, VMAC_U8, pairs, &err));
  data.n = SIZE_MAX; /* that many are refused before any is looked at */
  data.h++;
  assert_false(vmac_net_pairs(net, &data, 1, VMAC_U8, pairs, &err));
  assert_non_null(strstr(err.text, "images of 8 x 6 x 3"));
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(uniform_either_way),
                                     cmocka_unit_test(by_hand), cmocka_unit_test(most_and_none),
                                     cmocka_unit_test(counts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
