/* Pools, addition, ReLU, padding and softmax against their definitions in rational or real
 * arithmetic.
 *
 * State space: pool windows 1 to 4, strides 1 and 2, SAME and VALID, clamps (ties are counted: a
 * run without ties cannot pass); addition and ReLU of every pair of codes; padding in all
 * dimensions; softmax of 2 to 31 classes, input scales 2^-9 to 2^3.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <math.h>

#include "net/net.h"
#include "net_build.h"
#include "rational.h"

static int ceil_div(int a, int b) {
  return (a + b - 1) / b;
}

static void test_pools(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_err err;
  vmac_rng_seed(&rng, 7);
  int ties = 0, negative_ties = 0;
  for (int trial = 0; trial < 200; trial++) {
    const int same = trial % 2, stride = 1 + (int)vmac_rng_below(&rng, 2), win = 1 + trial % 4;
    const int h = win + (int)vmac_rng_below(&rng, 6), c = 3;
    const int oh = ceil_div(same ? h : h - win + 1, stride);
    vmac_net *net = net_new();
    net->input = net_tensor(net, 1, h, h, c, 0.5f, -7);
    const int max = net_tensor(net, 1, oh, oh, c, 0.5f, -7);
    net->output = net_tensor(net, 1, oh, oh, c, 0.5f, -7);
    window(net_op(net, VMAC_MAXPOOL, net->input, max), win, win, stride, same, VMAC_ACT_NONE);
    window(net_op(net, VMAC_AVGPOOL, net->input, net->output), win, win, stride, same,
           (vmac_act)(trial % 3));
    if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
    vmac_state *state = vmac_state_new(net);
    net_random_input(net, state, &rng);
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
    const int over = (oh - 1) * stride + win - h, before = same && over > 0 ? over / 2 : 0;
    const int lo = trial % 3 ? -7 : -128, hi = trial % 3 == 2 ? -7 + 12 : 127;
    for (int i = 0; i < oh * oh * c; i++) {
      int sum = 0, count = 0, most = -1000;
      for (int y = 0; y < h; y++)
        for (int x = 0; x < h; x++) {
          const int top = i / c / oh * stride - before, left = i / c % oh * stride - before;
          if (y < top || y >= top + win || x < left || x >= left + win) continue;
          const int q = state->i8[net->input][(y * h + x) * c + i % c];
          sum += q;
          count++;
          most = q > most ? q : most;
        }
      const bool tie = 2 * (sum < 0 ? -sum : sum) % (2 * count) == count;
      ties += tie;
      negative_ties += tie && sum < 0;
      const int mean = (int)half_away(sum, count);
      assert_int_equal(state->i8[net->output][i], mean < lo ? lo : mean > hi ? hi : mean);
      assert_int_equal(state->i8[max][i], most);
    }
    vmac_state_free(net, state);
    vmac_net_free(net);
  }
  assert_in_range(ties, 100, 100000);
  assert_in_range(negative_ties, 50, 100000);
}

static void test_add(void **unused) {
  (void)unused;
  static int8_t in[2][65536], out[65536]; /* every pair of codes */
  vmac_err err;
  vmac_net *net = net_new();
  net->input = net_tensor(net, 1, 256, 256, 1, 0.11f, -128);
  const int other = net_tensor(net, 1, 256, 256, 1, 0.045f, 17);
  net->output = net_tensor(net, 1, 256, 256, 1, 0.09f, -40);
  net_op(net, VMAC_RELU, net->input, other)->act = VMAC_ACT_RELU;
  net_op(net, VMAC_ADD, net->input, net->output)->in[1] = other;
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
  const double sa = (double)0.11f, sb = (double)0.045f, so = (double)0.09f;
  const vmac_scale a = vmac_scale_from_double(sa / (2 * sa));
  const vmac_scale b = vmac_scale_from_double(sb / (2 * sa));
  const vmac_scale back = vmac_scale_from_double(2 * sa / (1048576 * so));
  assert_true(a.mult == 1 << 30 && a.shift == 0); /* the larger scale: exactly one half */
  for (int i = 0; i < 65536; i++) {
    in[0][i] = (int8_t)(i >> 8);
    in[1][i] = (int8_t)i;
  }
  for (int r = 0; r < 2; r++) {
    vmac_run_add(net, &net->op[1], (vmac_rounding)r, in[0], in[1], out);
    for (int i = 0; i < 65536; i++) {
      const int qa = in[0][i] + 128, qb = in[1][i] - 17;
      const int32_t sum = rational(qa * 1048576, a, r) + rational(qb * 1048576, b, r);
      const int q = rational(sum, back, r) - 40;
      assert_int_equal(out[i], q < -128 ? -128 : q > 127 ? 127 : q);
      assert_true(fabs((qa * sa + qb * sb) / so - (q + 40)) < 0.501);
    }
  }
  vmac_net_free(net);
}

static void test_relu(void **unused) {
  (void)unused;
  vmac_err err;
  vmac_net *net = net_new();
  net->input = net_tensor(net, 1, 256, 0, 0, 0.08f, 20);
  net->output = net_tensor(net, 1, 256, 0, 0, 0.03f, -100);
  net_op(net, VMAC_RELU, net->input, net->output)->act = VMAC_ACT_RELU6;
  assert_true(vmac_net_prepare(net, &err));
  vmac_state *state = vmac_state_new(net);
  for (int i = 0; i < 256; i++) state->i8[net->input][i] = (int8_t)(i - 128);
  vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
  for (int i = 0; i < 256; i++) { /* 6 / 0.03 is 200: code 100 */
    const double real = fmin(fmax((i - 128 - 20) * 0.08 / 0.03, 0), 200) - 100;
    assert_true(fabs(state->i8[net->output][i] - real) < 0.501);
  }
  assert_int_equal(state->i8[net->output][255], 100);
  assert_int_equal(state->i8[net->output][0], -100);
  vmac_state_free(net, state);
  vmac_net_free(net);
}

static void test_pad(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_err err;
  vmac_rng_seed(&rng, 8);
  static const int32_t pads[8] = {0, 0, 1, 2, 3, 0, 2, 1};
  vmac_net *net = net_new();
  net->input = net_tensor(net, 1, 4, 5, 2, 0.5f, -9);
  net->output = net_tensor(net, 1, 7, 8, 5, 0.5f, -9);
  net_op(net, VMAC_PAD, net->input, net->output)->weight = net_ints(net, 4, 2, pads);
  assert_true(vmac_net_prepare(net, &err));
  vmac_state *state = vmac_state_new(net);
  net_random_input(net, state, &rng);
  vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
  for (int y = 0; y < 7; y++)
    for (int x = 0; x < 8; x++)
      for (int c = 0; c < 5; c++) {
        const bool inside = y >= 1 && y < 5 && x >= 3 && c >= 2 && c < 4;
        const int want = inside ? state->i8[net->input][((y - 1) * 5 + x - 3) * 2 + c - 2] : -9;
        assert_int_equal(state->i8[net->output][(y * 8 + x) * 5 + c], want);
      }
  vmac_state_free(net, state);
  vmac_net_free(net);
}

/* Reference softmax is within one code of the rounded probability, almost always equal to it, and
 * the codes add up to one. */
static void test_softmax(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_err err;
  vmac_rng_seed(&rng, 9);
  int bytes = 0, off = 0;
  uint64_t digest = 0;
  for (int trial = 0; trial < 2000; trial++) {
    const int depth = 2 + (int)vmac_rng_below(&rng, 30);
    const double scale = ldexp(1 + vmac_rng_uniform(&rng), (int)vmac_rng_below(&rng, 12) - 9);
    vmac_net *net = net_new();
    net->input = net_tensor(net, 1, depth, 0, 0, (float)scale, -30);
    net->output = net_tensor(net, 1, depth, 0, 0, 1.0f / 256, -128);
    net_op(net, VMAC_SOFTMAX, net->input, net->output);
    assert_true(vmac_net_prepare(net, &err));
    vmac_state *state = vmac_state_new(net);
    net_random_input(net, state, &rng);
    state->i8[net->input][0] = 127; /* the largest, so that exp() below stays in range */
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
    const int8_t *in = state->i8[net->input], *out = state->i8[net->output];
    double sum = 0;
    int codes = 0;
    for (int i = 0; i < depth; i++) sum += exp((in[i] - 127) * (double)(float)scale);
    for (int i = 0; i < depth; i++) {
      const double p = exp((in[i] - 127) * (double)(float)scale) / sum;
      const int want = (int)fmin(floor(256 * p + 0.5), 255) - 128;
      assert_in_range(out[i] - want + 1, 0, 2);
      off += out[i] != want;
      bytes++;
      codes += out[i] + 128;
    }
    digest ^= vmac_hash(out, (size_t)depth) * (uint64_t)(2 * trial + 1);
    assert_in_range(codes, 255 - depth / 2, 257 + depth / 2);
    vmac_state_free(net, state);
    vmac_net_free(net);
  }
  assert_true(off * 1000 < bytes);
  /* What gemmlowp's own header (Debian's libgemmlowp-dev) computes for these inputs. */
  assert_int_equal(digest, UINT64_C(0x79af3058bd6a51db));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pools), cmocka_unit_test(test_add),     cmocka_unit_test(test_relu),
      cmocka_unit_test(test_pad),   cmocka_unit_test(test_softmax),
  };
  return cmocka_run_group_tests_name("elementwise", tests, NULL, NULL);
}
