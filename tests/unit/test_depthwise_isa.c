/* Fast depthwise layers against the plain one, at every level of instructions that this processor
 * has.
 *
 * State space
 *   layers  1 to 33 channels, 1 to 3 out per channel in, kernels 1 to 5, strides 1 to 3; exact, and
 *           cells with random, largest and smallest products, corrections at the ends of their
 *           registers; padding beyond the scratch's limit
 *   planes  one activation's share of X: every kind, number of bits, plane and byte; more taps
 *           than 16 bits hold the sum of
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "isa_common.h"
#include "net/depthwise.h"
#include "net/net.h"
#include "net_build.h"

static void same_sums(const char *what, vmac_isa isa, size_t n, const int32_t *want,
                      const int32_t *got) {
  for (size_t i = 0; i < n; i++)
    if (want[i] != got[i])
      fail_msg("%s, %s: sum %zu of %zu: expected %d, found %d", what, vmac_isa_name(isa), i, n,
               want[i], got[i]);
}

static vmac_net *depthwise_net(int h, int w, int c, int multiplier, int kh, int kw, int stride,
                               int same, vmac_rng *rng) {
  vmac_err err;
  vmac_net *net = net_new();
  const int n = c * multiplier;
  net->input = net_tensor(net, 1, h, w, c, 0.02f, below(rng, 256) - 128);
  net->output =
      net_tensor(net, 1, out_size(h, kh, stride, same), out_size(w, kw, stride, same), n, 0.03f, 0);
  vmac_op *op = net_op(net, VMAC_DEPTHWISE, net->input, net->output);
  window(op, 0, 0, stride, same, VMAC_ACT_NONE);
  op->weight = net_weights(net, 1, kh, kw, n, 1, rng);
  if (n <= 256 && below(rng, 4)) op->bias = net_bias(net, n, rng);
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
  return net;
}

static void check_depthwise(const vmac_net *net, vmac_state *state, const vmac_mac *mac,
                            const char *what) {
  const vmac_op *op = &net->op[0];
  const size_t size = net->tensor[net->output].size;
  int32_t *want = vmac_alloc(size, sizeof *want), *got = vmac_alloc(size, sizeof *got);
  vmac_depthwise_plain(net, op, mac, state->i8[net->input], want);
  for (int isa = 0; isa <= (int)vmac_isa_best(); isa++) {
    state->isa = (vmac_isa)isa;
    vmac_layer_acc(net, op, mac, state->i8[net->input], got, state);
    same_sums(what, (vmac_isa)isa, size, want, got);
  }
  free(want);
  free(got);
}

static int32_t end_or_random(int bits, vmac_rng *rng) {
  const int32_t most = (int32_t)((1u << (bits - 1)) - 1);
  const int kind = below(rng, 4);
  return kind == 0 ? most : kind == 1 ? -most - 1 : (int32_t)vmac_rng_next(rng) >> (32 - bits);
}

static void check_cells(const vmac_net *net, vmac_state *state, vmac_rng *rng) {
  static int32_t table[65536];
  int32_t c0[99], c[99 * VMAC_CORR_PLANES];
  const int kind = below(rng, 4); /* random twice, largest, smallest products */
  vmac_mult mult = {.cls = below(rng, 2) ? VMAC_S8 : VMAC_U8,
                    .xkind = (vmac_xkind)below(rng, 3),
                    .xbits = 1 + below(rng, 8)};
  const bool u8 = mult.cls == VMAC_U8;
  for (int i = 0; i < 65536; i++) {
    const uint16_t bits = kind < 2    ? (uint16_t)vmac_rng_next(rng)
                          : kind == 2 ? (u8 ? 65535 : INT16_MAX)
                                      : (u8 ? 0 : 0x8000);
    table[i] = u8 ? bits : (int16_t)bits;
  }
  for (int j = 0; j < 99; j++) c0[j] = end_or_random(32, rng);
  for (int j = 0; j < 99 * VMAC_CORR_PLANES; j++) c[j] = end_or_random(VMAC_CORR_C_BITS, rng);
  uint8_t terms[256 * VMAC_CORR_PLANES];
  vmac_mac mac = {.mult = &mult, .table = table, .n = net->op[0].n, .terms = terms};
  mac.planes = vmac_x_terms(&mult, VMAC_CORR_CV, terms);
  check_depthwise(net, state, &mac, u8 ? "depthwise, u8" : "depthwise, s8");
  mac.c0 = c0;
  mac.c = c;
  check_depthwise(net, state, &mac, "depthwise, corrected");
  mac.planes = vmac_x_terms(&mult, VMAC_CORR_BITPLANE, terms);
  check_depthwise(net, state, &mac, "depthwise, bit planes");
  /* Tables that are looked up, among others that are not. */
  mac.planes = 1 + below(rng, VMAC_CORR_PLANES);
  for (int i = below(rng, 2) * 256; i < 256 * mac.planes; i += 1 + 256 * (i % 256 == 255))
    terms[i] = (uint8_t)vmac_rng_next(rng);
  check_depthwise(net, state, &mac, "depthwise, any terms");
}

static void test_depthwise(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_rng_seed(&rng, 25);
  for (int c = 0; channels[c] <= 33; c++)
    for (int trial = 0; trial < 60; trial++) {
      const int same = trial % 2, multiplier = trial % 4 ? 1 : 1 + below(&rng, 3);
      const int h = 1 + below(&rng, 9), w = 1 + below(&rng, 9);
      const int kh = 1 + below(&rng, same || h > 5 ? 5 : h);
      const int kw = 1 + below(&rng, same || w > 5 ? 5 : w);
      vmac_net *net =
          depthwise_net(h, w, channels[c], multiplier, kh, kw, 1 + below(&rng, 3), same, &rng);
      vmac_state *state = vmac_state_new(net);
      net_random_input(net, state, &rng);
      check_depthwise(net, state, NULL, "depthwise");
      check_cells(net, state, &rng);
      if (trial % 5 == 0) { /* the largest sums */
        memset(state->i8[net->input], below(&rng, 2) ? INT8_MIN : INT8_MAX,
               net->tensor[net->input].size);
        memset(net->tensor[net->op[0].weight].i8, INT8_MIN, net->tensor[net->op[0].weight].size);
        check_depthwise(net, state, NULL, "depthwise, largest");
        check_cells(net, state, &rng);
      }
      vmac_state_free(net, state);
      vmac_net_free(net);
    }
}

/* A window of 181 x 181 on one pixel is nearly all padding: just under the limit of the scratch,
 * and above it. */
static void test_depthwise_padding(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_rng_seed(&rng, 26);
  for (int c = 512; c <= 528; c += 16) {
    vmac_net *net = depthwise_net(1, 1, c, 1, 181, 181, 1, 1, &rng);
    vmac_state *state = vmac_state_new(net);
    const vmac_op *op = &net->op[0];
    int32_t *got = vmac_alloc((size_t)c, sizeof *got);
    net_random_input(net, state, &rng);
    vmac_depthwise_acc(net, op, NULL, state->i8[net->input], got, state);
    for (int j = 0; j < c; j++) {
      const int a = state->i8[net->input][j] - net->tensor[net->input].zero;
      assert_int_equal(got[j], a * vmac_weight(net, op, j, 90 * 181 + 90));
    }
    free(got);
    vmac_state_free(net, state);
    vmac_net_free(net);
  }
}

/* A view is the table: the sums of every activation, many times over. */
static void check_view(const uint8_t *terms, int taps) {
  enum { PIXELS = 256 / VMAC_DW_LANES };
  size_t tap[600] = {0}; /* every tap is the same activation */
  uint8_t a[256];
  int32_t want[256], x[256];
  const vmac_dw d = {
      .k = taps, .n = VMAC_DW_LANES, .lanes = VMAC_DW_LANES, .step = VMAC_DW_LANES, .tap = tap};
  const vmac_dw_view view = vmac_dw_view_of(terms);
  for (int i = 0; i < 256; i++) {
    a[i] = view.looked_up ? terms[i] : (uint8_t)i;
    want[i] = taps * terms[i];
  }
  for (int isa = 0; isa <= (int)vmac_isa_best(); isa++) {
    memset(x, -1, sizeof x);
    vmac_dw_plane(&d, (vmac_isa)isa, view, PIXELS, a, x);
    same_sums("plane", (vmac_isa)isa, 256, want, x);
  }
}

static void test_planes(void **unused) {
  (void)unused;
  static const vmac_xkind kinds[] = {VMAC_X_NONE, VMAC_X_LOW, VMAC_X_OR};
  uint8_t terms[256 * VMAC_CORR_PLANES];
  for (int k = 0; k < 3; k++)
    for (int bits = 0; bits <= 8; bits++) {
      const vmac_mult mult = {.xkind = kinds[k], .xbits = bits};
      vmac_x_terms(&mult, VMAC_CORR_CV, terms);
      for (int a = 0; a < 256; a++)
        assert_int_equal(terms[a], vmac_variate(kinds[k], bits, (uint8_t)a));
      assert_false(vmac_dw_view_of(terms).looked_up);
      check_view(terms, 1);
      check_view(terms, 599);
      const int planes = vmac_x_terms(&mult, VMAC_CORR_BITPLANE, terms);
      for (int p = 0; p < planes; p++) {
        assert_false(vmac_dw_view_of(terms + 256 * p).looked_up);
        check_view(terms + 256 * p, 1);
      }
      terms[255] ^= 4; /* one entry that is not */
      assert_true(vmac_dw_view_of(terms).looked_up);
      check_view(terms, 599);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_depthwise),
      cmocka_unit_test(test_depthwise_padding),
      cmocka_unit_test(test_planes),
  };
  return cmocka_run_group_tests_name("depthwise_isa", tests, NULL, NULL);
}
