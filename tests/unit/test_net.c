/* What vmac_net_prepare() refuses: one wrong property at a time, and the error names the operator;
 * sums as long as an accumulator takes; windows and strides far larger than their map.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "net/net.h"

#include <math.h>

#include "net_build.h"

static void refused(const char *what, vmac_net *net, const char *text) {
  vmac_err err = {""};
  if (vmac_net_prepare(net, &err)) fail_msg("%s: accepted", what);
  if (!strstr(err.text, text)) fail_msg("%s: expected '%s' in '%s'", what, text, err.text);
  vmac_net_free(net);
}

#define REFUSED(change, text)                                                                      \
  do {                                                                                             \
    vmac_net *n = net_every_operator(1);                                                           \
    change;                                                                                        \
    refused(#change, n, text);                                                                     \
  } while (0)

static void test_refusals(void **unused) {
  (void)unused;
  vmac_err err;
  vmac_net *good = net_every_operator(1);
  assert_true(vmac_net_prepare(good, &err));
  assert_true(vmac_net_prepare(good, &err)); /* twice does no harm */
  vmac_net_free(good);
  REFUSED(n->op[0].stride_h = 3, "operator 0 (CONV_2D): expected an output of 3 x 4");
  REFUSED(n->op[0].stride_w = 0, "operator 0 (CONV_2D): stride");
  REFUSED(n->op[0].weight = 99, "operator 0 (CONV_2D): expected constant int8 weights");
  REFUSED(n->op[0].bias = n->op[0].weight, "operator 0 (CONV_2D): expected a bias");
  REFUSED(n->op[0].in[0] = n->output, "operator 0 (CONV_2D): input 0");
  REFUSED(n->op[1].out = n->input, "operator 1 (DEPTHWISE_CONV_2D): output");
  REFUSED(n->op[1].out = -1, "operator 1 (DEPTHWISE_CONV_2D): output");
  REFUSED(n->tensor[n->op[0].weight].dim[3] = 4, "grouped convolution");
  REFUSED(n->tensor[n->op[0].weight].scales = 3, "3 weight scales for 6 channels");
  REFUSED(n->tensor[n->op[0].weight].zero = 1, "zero point 1");
  REFUSED(n->tensor[n->op[0].weight].scale[2] = -1, "scale is not a positive number");
  REFUSED(n->tensor[n->op[0].weight].scale[2] = NAN, "scale is not a positive number");
  REFUSED(n->tensor[n->op[0].weight].scale[2] = 1e9f, "channel 2: accumulator may leave 32 bits");
  REFUSED(n->tensor[n->op[0].bias].i32[1] = INT32_MAX, "channel 1: accumulator may leave 32 bits");
  REFUSED(n->tensor[n->op[1].out].scale[0] = 0, "scale is not a positive number");
  REFUSED(n->tensor[n->op[2].out].scale[0] = 1e-7f, "operator 2 (ADD): output scale");
  REFUSED(n->op[2].in[1] = n->input, "operator 2 (ADD): operands of different shapes");
  REFUSED(n->tensor[n->op[3].weight].i32[2] = 2, "operator 3 (PAD): dimension 1");
  REFUSED(n->tensor[n->op[4].out].zero = 0, "operator 4 (MAX_POOL_2D): expected one quantization");
  REFUSED(n->op[4].kh = 7, "operator 4 (MAX_POOL_2D): VALID window");
  REFUSED(n->tensor[n->op[7].weight].i32[1] = 60, "operator 7 (RESHAPE): the shape operand");
  REFUSED(n->tensor[n->op[8].weight].dim[1] = 62, "operator 8 (FULLY_CONNECTED): 63 inputs");
  REFUSED(n->tensor[n->output].zero = 0, "operator 10 (SOFTMAX): expected output scale 1/256");
  REFUSED(n->op[10].beta = 0, "operator 10 (SOFTMAX): beta 0");
  REFUSED(n->tensor[n->input].dim[0] = 2, "input: expected batch 1, found 2");
  REFUSED(n->tensor[n->input].dim[1] = 0, "dimension 1 is 0");
  REFUSED(n->tensor[n->input].dim[1] = INT32_MAX, "dimension 1 is 2147483647");
  REFUSED(n->tensor[n->input].zero = 300, "zero point 300");
  REFUSED(n->tensor[n->input].rank = 5, "expected 1 to 4 dimensions, found 5");
  REFUSED(n->output = n->op[0].weight, "output is tensor");
  REFUSED(n->input = -1, "input is tensor -1");
}

/* More products than a 32-bit accumulator holds of 16-bit ones. */
static void test_longest_sum(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_err err;
  vmac_rng_seed(&rng, 10);
  for (int k = 32768; k <= 32769; k++) {
    vmac_net *net = net_new();
    net->input = net_tensor(net, 1, k, 0, 0, 0.01f, -128);
    net->output = net_tensor(net, 1, 1, 0, 0, 0.9f, 0);
    net_op(net, VMAC_FC, net->input, net->output)->weight = net_weights(net, 1, k, 0, 0, 1, &rng);
    assert_int_equal(vmac_net_prepare(net, &err), k == 32768);
    vmac_net_free(net);
  }
}

/* A window far larger than its map, and a stride far larger than both: no memory beyond reason, and
 * the sums of the one line there is, exact and with a cell and its variates. */
static void test_window_beyond_map(void **unused) {
  (void)unused;
  enum { W = 600, KH = 32768, TOP = (KH - 1) / 2 };
  vmac_rng rng;
  vmac_err err;
  vmac_rng_seed(&rng, 11);
  vmac_net *net = net_new();
  net->input = net_tensor(net, 1, 1, W, 1, 0.0001f, 5);
  net->output = net_tensor(net, 1, 1, W, 1, 0.9f, 0);
  vmac_op *op = net_op(net, VMAC_CONV, net->input, net->output);
  window(op, KH, 1, 1, 1, VMAC_ACT_NONE);
  op->weight = net_weights(net, 1, KH, 1, 1, 1, &rng);
  assert_true(vmac_net_prepare(net, &err));
  op = &net->op[0];
  assert_null(op->exact);
  vmac_state *state = vmac_state_new(net);
  net_random_input(net, state, &rng);
  const int8_t *input = state->i8[net->input];
  vmac_layer_acc(net, op, NULL, input, state->acc, state);
  for (int x = 0; x < W; x++)
    assert_int_equal(state->acc[x], (input[x] - 5) * vmac_weight(net, op, 0, TOP));
  vmac_plan *plan =
      vmac_plan_make(net, vmac_mult_find("exact", &err), NULL, VMAC_CORR_PAPER, NULL, 0, &err);
  assert_non_null(plan);
  vmac_layer_acc(net, op, &plan->mac[0], input, state->acc, state);
  for (int x = 0; x < W; x++)
    assert_int_equal(state->acc[x], (input[x] - 5) * vmac_weight(net, op, 0, TOP));
  vmac_plan_free(plan);
  vmac_state_free(net, state);
  vmac_net_free(net);

  net = net_new();
  net->input = net_tensor(net, 1, 1, 1, 1, 0.01f, 5);
  net->output = net_tensor(net, 1, 1, 1, 1, 0.9f, 0);
  op = net_op(net, VMAC_CONV, net->input, net->output);
  window(op, 1, 1, 32768, 1, VMAC_ACT_NONE);
  op->weight = net_weights(net, 1, 1, 1, 1, 1, &rng);
  assert_true(vmac_net_prepare(net, &err));
  plan = vmac_plan_make(net, vmac_mult_find("mitchell", &err), NULL, VMAC_CORR_NONE, NULL, 0, &err);
  assert_non_null(plan);
  vmac_plan_free(plan);
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_longest_sum),
      cmocka_unit_test(test_window_beyond_map),
  };
  return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
