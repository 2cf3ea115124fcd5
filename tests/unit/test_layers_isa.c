/* Fast layers against the plain ones, at every level of instructions that this processor has; the
 * depthwise ones: test_depthwise_isa.c.
 *
 * State space
 *   requantization  every shift -31..30 and mixtures of them, multipliers at both ends, no scale;
 *                   x at the ends of 32 bits, beside every tie, random of all sizes; 1 to 130
 *                   channels, counts that end anywhere in a block; zero points and clamps; both
 *                   roundings
 *   addition        every pair of codes, scale ratios 1 to 2^40, either operand the larger; output
 *                   scales of the operands' size and as fine as the sum
 *   ReLU            every code, sizes 1 to 200
 *   pools           1 to 130 channels, maps 1x1 to 9x9, windows and strides 1 to 4, SAME and VALID,
 *                   windows of more than 128 pixels, all codes equal
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "isa_common.h"
#include "net/net.h"
#include "net_build.h"

static void same_codes(const char *what, vmac_isa isa, size_t n, const int8_t *want,
                       const int8_t *got) {
  for (size_t i = 0; i < n; i++)
    if (want[i] != got[i])
      fail_msg("%s, %s: code %zu of %zu: expected %d, found %d", what, vmac_isa_name(isa), i, n,
               want[i], got[i]);
}

/* ---- requantization -------------------------------------------------------------------------- */

/* For right shifts: beside a tie whose result is a code, or of any size. */
static int32_t some_sum(vmac_scale s, vmac_rng *rng) {
  static const int32_t ends[] = {INT32_MIN, INT32_MIN + 1, -2, -1, 0, 1, INT32_MAX - 1, INT32_MAX};
  if (below(rng, 16) == 0) return ends[below(rng, 8)];
  if (s.shift <= 0 && below(rng, 2)) {
    const int64_t odd = 2 * below(rng, 300) - 299;
    return (int32_t)(uint32_t)(((uint64_t)odd << -s.shift) + (uint64_t)below(rng, 5) - 2);
  }
  return (int32_t)vmac_rng_next(rng) >> below(rng, 32);
}

static vmac_scale some_scale(int lowest, int highest, vmac_rng *rng) {
  const int32_t most = INT32_MAX, least = 1 << 30;
  const int32_t mult[] = {least, least + 1, most, least + (int32_t)vmac_rng_below(rng, 1u << 30)};
  return (vmac_scale){mult[below(rng, 4)], lowest + below(rng, highest - lowest + 1)};
}

static void check_lanes(int n, const vmac_scale *scale, int count, vmac_rng *rng) {
  static int32_t x[1000];
  static int8_t want[1000], got[1001];
  vmac_codes codes = {below(rng, 256) - 128, INT8_MIN, INT8_MAX};
  if (below(rng, 2)) codes.lo = codes.zero;
  if (below(rng, 2)) codes.hi = vmac_clamp(codes.zero + below(rng, 256), INT8_MIN, INT8_MAX);
  for (int r = 0; r < 2; r++) {
    for (int i = 0; i < count; i++) {
      x[i] = some_sum(scale[i % n], rng);
      const int64_t q = (int64_t)vmac_requantize(x[i], scale[i % n], (vmac_rounding)r) + codes.zero;
      want[i] = (int8_t)vmac_clamp(q, codes.lo, codes.hi);
    }
    vmac_lanes *lanes = vmac_lanes_new(n, scale, (vmac_rounding)r);
    for (int isa = 0; isa <= (int)vmac_isa_best(); isa++) {
      got[count] = 99; /* the code behind the last is not touched */
      vmac_requantize_codes(lanes, (vmac_isa)isa, (size_t)count, x, codes, got);
      same_codes(r ? "requantize, single" : "requantize, double", (vmac_isa)isa, (size_t)count,
                 want, got);
      assert_int_equal(got[count], 99);
    }
    vmac_lanes_free(lanes);
  }
}

static void test_requantize_shifts(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_rng_seed(&rng, 20);
  for (int shift = -31; shift <= 30; shift++)
    for (int trial = 0; trial < 20; trial++) {
      const vmac_scale s = some_scale(shift, shift, &rng);
      check_lanes(1, &s, 1000, &rng);
    }
}

static void test_requantize_channels(void **unused) {
  (void)unused;
  static const int range[][2] = {{-31, -1}, {-12, -1}, {-9, 0}, {-4, 4}, {0, 30}, {-31, 30}};
  vmac_rng rng;
  vmac_rng_seed(&rng, 21);
  for (int c = 0; c < CHANNELS; c++)
    for (int trial = 0; trial < 60; trial++) {
      vmac_scale scale[130];
      for (int j = 0; j < channels[c]; j++) {
        scale[j] = some_scale(range[trial % 6][0], range[trial % 6][1], &rng);
        if (below(&rng, 8) == 0) scale[j] = (vmac_scale){0, 0};
      }
      check_lanes(channels[c], scale, 1 + below(&rng, 1000), &rng);
    }
}

/* ---- layers without weights ------------------------------------------------------------------ */

/* The operand of scale `small` goes through a RELU, to make a second tensor. `fine`: an output
 * scale that shows the last bit of the sum, where that is small. */
static void check_add(float small, float large, bool fine, bool swap, bool fallback,
                      vmac_rng *rng) {
  static int8_t in[2][65536], want[65536], got[65536]; /* every pair of codes */
  vmac_err err;
  vmac_net *net = net_new();
  net->input = net_tensor(net, 1, 65536, 0, 0, small, below(rng, 256) - 128);
  const int other = net_tensor(net, 1, 65536, 0, 0, large, below(rng, 256) - 128);
  net->output = net_tensor(net, 1, 65536, 0, 0, fine ? large * 2.2f / (1 << 20) : large * 0.7f,
                           below(rng, 256) - 128);
  net_op(net, VMAC_RELU, net->input, other)->act = VMAC_ACT_RELU;
  vmac_op *op = net_op(net, VMAC_ADD, swap ? other : net->input, net->output);
  op->in[1] = swap ? net->input : other;
  op->act = (vmac_act)below(rng, 3);
  if (!vmac_net_prepare(net, &err)) fail_msg("%g + %g: %s", (double)small, (double)large, err.text);
  for (int i = 0; fallback && i < 2; i++) op->requant[i] = some_scale(-3, -1, rng);
  for (int i = 0; i < 65536; i++) {
    in[0][i] = (int8_t)(i >> 8);
    in[1][i] = (int8_t)i;
  }
  vmac_state *state = vmac_state_new(net);
  for (int r = 0; r < 2; r++) {
    vmac_run_add(net, op, (vmac_rounding)r, in[0], in[1], want);
    for (int isa = 0; isa <= (int)vmac_isa_best(); isa++) {
      vmac_add_codes(net, op, (vmac_rounding)r, &state->ready[1], (vmac_isa)isa, in[0], in[1], got);
      same_codes(r ? "add, single" : "add, double", (vmac_isa)isa, 65536, want, got);
    }
  }
  vmac_state_free(net, state);
  vmac_net_free(net);
}

static void test_add(void **unused) {
  (void)unused;
  static const float ratio[] = {1, 1.0001f, 1.5f, 1.99f, 2, 3, 10, 4.1e3f, 1e6f, 1e9f, 1e12f};
  vmac_rng rng;
  vmac_rng_seed(&rng, 22);
  for (size_t i = 0; i < sizeof ratio / sizeof *ratio; i++)
    for (int swap = 0; swap < 2; swap++)
      for (int fine = 0; fine < 2; fine++)
        check_add(0.05f, 0.05f * ratio[i], fine, swap, false, &rng);
  for (int trial = 0; trial < 6; trial++) check_add(0.05f, 0.08f, false, false, true, &rng);
}

static void test_relu(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_err err;
  vmac_rng_seed(&rng, 23);
  for (int n = 1; n <= 200; n++) {
    vmac_net *net = net_new();
    net->input = net_tensor(net, 1, n, 0, 0, 0.08f, below(&rng, 256) - 128);
    net->output = net_tensor(net, 1, n, 0, 0, 0.03f, below(&rng, 256) - 128);
    vmac_op *op = net_op(net, VMAC_RELU, net->input, net->output);
    op->act = (vmac_act)(n % 3);
    assert_true(vmac_net_prepare(net, &err));
    vmac_state *state = vmac_state_new(net);
    int8_t want[200];
    for (int r = 0; r < 2; r++)
      for (int isa = 0; isa <= (int)vmac_isa_best(); isa++) {
        state->isa = (vmac_isa)isa;
        for (int i = 0; i < n; i++) {
          state->i8[net->input][i] = (int8_t)(n > 100 ? i * 5 : below(&rng, 256));
          want[i] = vmac_relu_code(net, op, (vmac_rounding)r, state->i8[net->input][i]);
        }
        vmac_net_run(net, NULL, (vmac_rounding)r, state);
        same_codes("relu", (vmac_isa)isa, (size_t)n, want, state->i8[net->output]);
      }
    vmac_state_free(net, state);
    vmac_net_free(net);
  }
}

static void check_pool(int h, int w, int c, int kh, int kw, int stride, int same, vmac_rng *rng) {
  vmac_err err;
  for (int kind = 0; kind < 2; kind++) {
    vmac_net *net = net_new();
    net->input = net_tensor(net, 1, h, w, c, 0.5f, below(rng, 100) - 100);
    net->output = net_tensor(net, 1, out_size(h, kh, stride, same), out_size(w, kw, stride, same),
                             c, 0.5f, net->tensor[net->input].zero);
    vmac_op *op = net_op(net, kind ? VMAC_MAXPOOL : VMAC_AVGPOOL, net->input, net->output);
    window(op, kh, kw, stride, same, (vmac_act)below(rng, 3));
    if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
    vmac_state *state = vmac_state_new(net);
    net_random_input(net, state, rng);
    const int8_t *in = state->i8[net->input];
    const int codes = below(rng, 4); /* twice random, once all high, once all equal */
    for (size_t i = 0; codes == 2 && i < net->tensor[net->input].size; i++)
      state->i8[net->input][i] = (int8_t)(112 + below(rng, 16));
    if (codes == 3)
      memset(state->i8[net->input], below(rng, 2) ? INT8_MIN : INT8_MAX,
             net->tensor[net->input].size);
    const size_t size = net->tensor[net->output].size;
    int8_t *want = vmac_alloc(size, 1);
    vmac_run_pool(net, op, in, want);
    for (int isa = 0; isa <= (int)vmac_isa_best(); isa++) {
      state->isa = (vmac_isa)isa;
      vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
      same_codes(kind ? "maximum" : "mean", (vmac_isa)isa, size, want, state->i8[net->output]);
    }
    free(want);
    vmac_state_free(net, state);
    vmac_net_free(net);
  }
}

static void test_pools(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_rng_seed(&rng, 24);
  for (int c = 0; c < CHANNELS; c++)
    for (int size = 1; size <= 9; size++)
      for (int trial = 0; trial < 6; trial++) {
        const int w = 1 + below(&rng, 9), same = trial % 2;
        const int kh = 1 + below(&rng, same || size > 4 ? 4 : size);
        const int kw = 1 + below(&rng, same || w > 4 ? 4 : w);
        check_pool(size, w, channels[c], kh, kw, 1 + below(&rng, 4), same, &rng);
      }
  static const int edges[] = {11, 12, 60, 61}; /* 121 pixels and more */
  for (int i = 0; i < 4; i++)
    for (int c = 0; c < CHANNELS; c++)
      check_pool(edges[i], edges[i], channels[c], edges[i], edges[i], 1, 0, &rng);
}

/* ---- whole networks -------------------------------------------------------------------------- */

static void test_every_operator(void **unused) {
  (void)unused;
  vmac_err err;
  vmac_rng rng;
  vmac_rng_seed(&rng, 27);
  for (uint64_t seed = 1; seed <= 20; seed++) {
    vmac_net *net = net_every_operator(seed);
    if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
    vmac_state *plain = vmac_state_new(net), *fast = vmac_state_new(net);
    plain->isa = VMAC_PORTABLE;
    net_random_input(net, plain, &rng);
    memcpy(fast->i8[net->input], plain->i8[net->input], net->tensor[net->input].size);
    for (int r = 0; r < 2; r++) {
      vmac_net_run(net, NULL, (vmac_rounding)r, plain);
      for (int isa = 0; isa <= (int)vmac_isa_best(); isa++) {
        fast->isa = (vmac_isa)isa;
        vmac_net_run(net, NULL, (vmac_rounding)r, fast);
        for (int i = 0; i < net->ops; i++)
          same_codes(vmac_op_name(net->op[i].kind), (vmac_isa)isa, net->tensor[net->op[i].out].size,
                     plain->i8[net->op[i].out], fast->i8[net->op[i].out]);
      }
    }
    vmac_state_free(net, plain);
    vmac_state_free(net, fast);
    vmac_net_free(net);
  }
}

static void test_level(void **unused) {
  (void)unused;
  vmac_err err;
  vmac_net *net = net_every_operator(1);
  assert_true(vmac_net_prepare(net, &err));
  for (int isa = 0; isa <= (int)vmac_isa_best(); isa++) {
    setenv("VARIMAC_ISA", vmac_isa_name((vmac_isa)isa), 1);
    vmac_state *state = vmac_state_new(net);
    assert_int_equal(state->isa, isa);
    vmac_state_free(net, state);
  }
  unsetenv("VARIMAC_ISA");
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_requantize_shifts),
      cmocka_unit_test(test_requantize_channels),
      cmocka_unit_test(test_add),
      cmocka_unit_test(test_relu),
      cmocka_unit_test(test_pools),
      cmocka_unit_test(test_every_operator),
      cmocka_unit_test(test_level),
  };
  return cmocka_run_group_tests_name("layers_isa", tests, NULL, NULL);
}
