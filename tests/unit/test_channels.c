/* Channels in another order.
 *
 * State space: random networks (random_net.h: convolutions, depthwise layers with and without
 * multipliers, pools, padding, residual additions, fully connected layers behind maps of several
 * pixels), the small one of corr_common.h and the real one; random orders of every space that is not
 * fixed. Every tensor computed is the old one with its channels in that order, byte by byte; spaces
 * are those of the definition on the small network; twice the same order and its inverse is nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "corr_common.h"
#include "net/channels.h"
#include "random_net.h"

static int *random_order(vmac_rng *rng, int n) {
  int *order = vmac_alloc((size_t)n, sizeof *order);
  for (int i = 0; i < n; i++) {
    const int j = (int)vmac_rng_below(rng, (uint32_t)i + 1);
    order[i] = order[j];
    order[j] = i;
  }
  return order;
}

/* Reorders all that may be, and compares what both make of the state's input. */
static int compare(vmac_net *net, const vmac_net *given, vmac_state *want, vmac_rng *rng) {
  vmac_channels *c = vmac_channels_new(net);
  int **order = vmac_alloc((size_t)c->spaces, sizeof(int *)), moved = 0;
  for (int s = 0; s < c->spaces; s++) {
    if (c->fixed[s]) continue;
    order[s] = random_order(rng, c->channels[s]);
    vmac_channels_reorder(net, c, s, order[s]);
    moved += c->channels[s] > 1;
  }
  vmac_err err;
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
  vmac_state *got = vmac_state_new(net);
  memcpy(got->i8[net->input], want->i8[net->input], net->tensor[net->input].size);
  vmac_net_run(given, NULL, VMAC_ROUND_DOUBLE, want);
  vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, got);
  for (int t = 0; t < net->tensors; t++) {
    const int space = c->of[t];
    if (space < 0 || !got->i8[t]) continue;
    const int n = c->channels[space];
    for (int i = 0; i < (int)net->tensor[t].size; i++) {
      const int from = order[space] ? i / n * n + order[space][i % n] : i;
      if (got->i8[t][i] != want->i8[t][from])
        fail_msg("tensor %d, element %d: %d, expected %d", t, i, got->i8[t][i], want->i8[t][from]);
    }
  }
  vmac_state_free(net, got);
  for (int s = 0; s < c->spaces; s++) free(order[s]);
  free(order);
  vmac_channels_free(c);
  return moved;
}

static void random_networks(void **unused) {
  (void)unused;
  int moved = 0;
  for (uint64_t seed = 1; seed <= 500; seed++) {
    builder a = random_net(seed, 0), b = random_net(seed, 0);
    vmac_err err;
    if (!vmac_net_prepare(a.net, &err) || !vmac_net_prepare(b.net, &err)) fail_msg("%s", err.text);
    vmac_state *state = vmac_state_new(a.net);
    random_input(&a, state);
    vmac_rng rng;
    vmac_rng_seed(&rng, seed);
    moved += compare(b.net, a.net, state, &rng);
    vmac_state_free(a.net, state);
    vmac_net_free(a.net);
    vmac_net_free(b.net);
  }
  assert_true(moved > 60);
}

static void real_network(void **unused) {
  (void)unused;
  vmac_err err;
  vmac_net *a = vmac_net_load("weights/resnet8.tflite", &err);
  vmac_net *b = vmac_net_load("weights/resnet8.tflite", &err);
  assert_true(a && b);
  vmac_dataset data;
  if (!vmac_dataset_load(&data, "subset:calib", &err)) fail_msg("%s", err.text);
  vmac_state *state = vmac_state_new(a);
  vmac_rng rng;
  vmac_rng_seed(&rng, 1);
  vmac_state_set_image(a, state, &data, 7);
  /* Three stages' sums, with stem and shortcuts, and the first layers of the three blocks. */
  assert_int_equal(compare(b, a, state, &rng), 6);
  vmac_state_free(a, state);
  vmac_dataset_free(&data);
  vmac_net_free(a);
  vmac_net_free(b);
}

/* A convolution whose channels get more before the next one reads them; one whose flat output is
 * added to a fully connected layer's. */
static void mixed(void **unused) {
  (void)unused;
  vmac_net *net = network(1, false);
  static int32_t pads[8] = {0, 0, 0, 0, 0, 0, 2, 3}, none[8] = {0};
  vmac_op *op = &net->op[1]; /* instead of the depthwise layer */
  op->kind = VMAC_PAD;
  op->weight = 4;
  int8_t *codes = net->tensor[4].i8;
  net->tensor[4].i8 = NULL;
  net->tensor[4].i32 = pads;
  vmac_channels *c = vmac_channels_new(net);
  assert_true(c->of[3] != c->of[6] && c->fixed[c->of[3]]);
  vmac_channels_free(c);
  net->tensor[4].i32 = none;
  c = vmac_channels_new(net);
  assert_true(c->of[3] == c->of[6] && !c->fixed[c->of[3]]);
  vmac_channels_free(c);
  net->op[3].n =
      3; /* the fully connected layer writes what the convolution does: 3 of 5 channels */
  net->op[3].out = 3;
  c = vmac_channels_new(net);
  assert_true(c->fixed[c->of[3]]);
  vmac_channels_free(c);
  net->op[3].out = 10;
  op->kind = VMAC_DEPTHWISE;
  net->tensor[4].i8 = codes;
  net->tensor[4].i32 = NULL;
  vmac_net_free(net);
}

static void spaces(void **unused) {
  (void)unused;
  vmac_net *net = network(1, false);
  vmac_channels *c = vmac_channels_new(net);
  /* in; conv, depthwise, flattened; out */
  assert_int_equal(c->spaces, 3);
  assert_true(c->of[3] == c->of[6] && c->of[6] == c->of[7] && c->of[0] != c->of[3]);
  assert_true(c->of[1] < 0 && c->of[2] < 0);
  assert_true(c->fixed[c->of[0]] && c->fixed[c->of[10]] && !c->fixed[c->of[3]]);
  assert_int_equal(c->channels[c->of[3]], 5);
  vmac_net *other = network(1, false);
  const int there[5] = {3, 0, 4, 1, 2}, back[5] = {1, 3, 4, 0, 2};
  vmac_channels_reorder(other, c, c->of[3], there);
  assert_memory_not_equal(other->tensor[1].i8, net->tensor[1].i8, net->tensor[1].size);
  assert_memory_equal(other->tensor[1].i8, net->tensor[1].i8 + 3 * 36, 36);
  assert_int_equal(other->tensor[2].i32[1], net->tensor[2].i32[0]);
  assert_int_equal(other->tensor[4].i8[5 + 2], net->tensor[4].i8[5 + 4]);
  assert_int_equal(other->tensor[8].i8[150 + 5], net->tensor[8].i8[150 + 5 + 3]);
  vmac_channels_reorder(other, c, c->of[3], back);
  for (int t = 0; t < net->tensors; t++) {
    if (net->tensor[t].i8)
      assert_memory_equal(other->tensor[t].i8, net->tensor[t].i8, net->tensor[t].size);
    if (net->tensor[t].i32)
      assert_memory_equal(other->tensor[t].i32, net->tensor[t].i32, 4 * net->tensor[t].size);
  }
  vmac_channels_free(c);
  vmac_net_free(net);
  vmac_net_free(other);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(random_networks),
                                     cmocka_unit_test(real_network), cmocka_unit_test(spaces),
                                     cmocka_unit_test(mixed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
