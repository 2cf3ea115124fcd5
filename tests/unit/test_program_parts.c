/* The compiler's promises one by one.
 *
 * State space
 *   format     a two-tap convolution on 4 x 4, every word of its packet written out by hand
 *   average    all sums of every window up to 64 codes and of the largest, against division
 *   refusals   what the hardware lacks, one property at a time; the error names the operator
 *   buffers    the depth that an error recommends is enough and half of it is not
 *   windows    63 taps high or wide, a map of 1023 columns, stride 253
 *   copies     operators that nobody needs, and outputs that are padding or the input itself
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "program/layer.h"
#include "program_nets.h"
#include "program_run.h"

/* ---- format -------------------------------------------------------------------------------------
 */

static void format(void **unused) {
  (void)unused;
  vmac_net *net = one_conv(2, 2, 2, 2, 1, 1, 3);
  prepare(net);
  const vmac_hw hw = hardware(4, 4);
  vmac_err err;
  vmac_program *p = vmac_program_compile(net, NULL, &hw, VMAC_ROUND_DOUBLE, &err);
  if (!p) fail_msg("%s", err.text);
  const int8_t codes[8] = {1, 2, 3, 4, 5, 6, -1, -2};
  vmac_program_set_image(p, codes);
  const int8_t *w = net->tensor[net->op[0].weight].i8; /* (3, 4) */
  uint32_t record[4][4] = {{0}};
  for (int c = 0; c < 3; c++) {
    record[c][1] = (uint32_t)vmac_folded_bias(net, &net->op[0], VMAC_U8, c);
    record[c][2] = (uint32_t)net->op[0].requant[c].mult;
    record[c][3] = ((uint32_t)net->op[0].requant[c].shift & 63) << 24;
  }
  const uint32_t want[][4] = {
      {0x31504d56, 0x02010404, (uint32_t)hw.cell, 0xd004c00c}, /* 16 times cell 0, 2^12 words */
      /* INPUT: 4 beats for set X from word 0 on; two copies of two channels */
      {0, 0, 0, 0},
      {0, 0, 0, 0},
      {0, 0, 0, 0},
      {0, 0, 4, 0},
      {0x02010201, 0, 0, 0},
      {0x04030403, 0, 0, 0},
      {0x06050605, 0, 0, 0},
      {0xfefffeff, 0, 0, 0},
      /* MAC: results leave, TLAST, code 15, pad and zero point -3; 1 set, 1 tile; out 1 x 2 */
      {0xfdfdf261, 0x00417f80, 0x00010001, 0x00010002},
      {0x00020002, 0, 0x00000101, 0},
      {0x00020001, 0x00010001, 0, 1},
      {0, 0, 0, 0},
      /* SET: lanes 0..2; records of columns 3, 2, 1, 0 */
      {0, 0x03000000, 0, 0},
      {0, 0, 0, 0},
      {record[2][0], record[2][1], record[2][2], record[2][3]},
      {record[1][0], record[1][1], record[1][2], record[1][3]},
      {record[0][0], record[0][1], record[0][2], record[0][3]},
      /* entries: two lanes of tap (0, 0), two of tap (1, 0), a map's row (2 words) further */
      {0x80000000, 0x80000000, 0x80008002, 0x80008002}};
  enum { WORDS = sizeof want / sizeof *want };
  assert_int_equal(p->beat_count, WORDS + 4 + 1);
  for (size_t i = 0; i < WORDS; i++)
    for (size_t j = 0; j < 4; j++) {
      const uint8_t *b = p->beats + 16 * i + 4 * j;
      const uint32_t got = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
      /* The set that a result does not go to is free. */
      const uint32_t care = i == 9 && j == 0 ? ~0x20u : ~0u;
      if ((got ^ want[i][j]) & care)
        fail_msg("beat %zu, word %zu: %08x, expected %08x", i, j, got, want[i][j]);
    }
  for (size_t r = 0; r < 4; r++)
    for (size_t c = 0; c < 4; c++)
      assert_int_equal(p->beats[16 * (WORDS + 3 - r) + c],
                       c < 3 ? (uint8_t)(w[4 * c + r] ^ 0x80) : 0);
  uint32_t sum = 0;
  for (size_t i = 0; i < p->beat_count - 1; i++) {
    if (i >= 5 && i < 9) continue;
    sum = sum << 1 | sum >> 31;
    for (size_t j = 0; j < 4; j++) {
      const uint8_t *b = p->beats + 16 * i + 4 * j;
      const uint32_t x = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
      sum ^= x << j | (uint32_t)((uint64_t)x >> (32 - j));
    }
  }
  const uint8_t *end = p->beats + 16 * (p->beat_count - 1);
  assert_int_equal(end[0], 15);
  assert_int_equal(end[4] | (uint32_t)end[5] << 8 | (uint32_t)end[6] << 16 | (uint32_t)end[7] << 24,
                   sum);
  vmac_program_free(p);
  vmac_net_free(net);
}

/* ---- average ------------------------------------------------------------------------------------
 */

static void averages(void **unused) {
  (void)unused;
  for (int count = 1; count <= 65; count++) {
    const int n = count == 65 ? 63 * 63 : count;
    vmac_scale s;
    if (!vmac_average_scale(n, &s)) fail_msg("no scale for %d", n);
    for (int sum = -128 * n; sum <= 127 * n; sum++) {
      const int size = sum < 0 ? -sum : sum, mean = (2 * size + n) / (2 * n); /* half away from 0 */
      const int got = vmac_requantize(sum, s, VMAC_ROUND_SINGLE);
      if (got != (sum < 0 ? -mean : mean)) fail_msg("%d / %d gives %d", sum, n, got);
    }
  }
}

/* ---- refusals -----------------------------------------------------------------------------------
 */

static void refuse(vmac_net *net, const vmac_plan *plan, const vmac_hw *hw, const char *text) {
  vmac_err err;
  vmac_program *p = vmac_program_compile(net, plan, hw, VMAC_ROUND_DOUBLE, &err);
  if (p) fail_msg("compiled, expected: %s", text);
  if (!strstr(err.text, text)) fail_msg("'%s' does not say '%s'", err.text, text);
}

static void refuse_net(vmac_net *net, const char *text) {
  const vmac_hw hw = hardware(8, 8);
  prepare(net);
  refuse(net, NULL, &hw, text);
  vmac_net_free(net);
}

static void refusals(void **unused) {
  (void)unused;
  vmac_net *net = one_op(VMAC_AVGPOOL, 5, 5, 3, 5, 5, 3);
  window(&net->op[0], 3, 3, 1, 1, VMAC_ACT_NONE);
  refuse_net(net,
             "operator 0 (AVERAGE_POOL_2D): the hardware has no average over windows of chang");
  net = one_op(VMAC_MAXPOOL, 70, 4, 3, 7, 4, 3);
  window(&net->op[0], 64, 1, 1, 0, VMAC_ACT_NONE);
  refuse_net(net, "window of 64 x 1: the hardware counts to 63");
  net = one_op(VMAC_MAXPOOL, 4, 1024, 1, 4, 1024, 1);
  window(&net->op[0], 1, 1, 1, 0, VMAC_ACT_NONE);
  refuse_net(net, "map of 4 x 1024: the hardware counts to 1023");
  refuse_net(one_conv(1, 513, 1, 1, 1, 256, 2), "stride of 256 x 256");
  net = one_op(VMAC_ADD, 3, 3, 3, 3, 3, 3);
  net->op[0].in[1] = net->input;
  refuse_net(net, "operator 0 (ADD): the hardware has no addition of a tensor to itself");

  /* softmax in the middle */
  net = one_op(VMAC_SOFTMAX, 2, 2, 3, 2, 2, 3);
  net->tensor[net->output].scale[0] = 1.0f / 256;
  net->tensor[net->output].zero = -128;
  const int after = net_tensor(net, 1, 2, 2, 3, 0.01f, 0);
  net_op(net, VMAC_RELU, net->output, after);
  net->output = after;
  refuse_net(net, "operator 0 (SOFTMAX): the hardware has no SOFTMAX between operators");

  /* padded channels */
  const int32_t pads[8] = {0, 0, 0, 0, 0, 0, 0, 1};
  net = one_op(VMAC_PAD, 2, 2, 3, 2, 2, 4);
  const int paddings = net_ints(net, 4, 2, pads);
  net->op[0].weight = paddings;
  refuse_net(net, "operator 0 (PAD): the hardware has no padding of batch or channels");

  /* borders that are too wide, on either side */
  for (int side = 2; side < 6; side++) {
    int32_t wide[8] = {0};
    wide[side] = 1024;
    net = one_op(VMAC_PAD, 2, 2, 3, side < 4 ? 1026 : 2, side < 4 ? 2 : 1026, 3);
    const int widths = net_ints(net, 4, 2, wide);
    net->op[0].weight = widths;
    static const char *const text[] = {"1024 and 0 rows, 0 and 0", "0 and 1024 rows, 0 and 0",
                                       "0 and 0 rows, 1024 and 0", "0 and 0 rows, 0 and 1024"};
    refuse_net(net, text[side - 2]);
  }

  /* channels mixed by a reshape, then a convolution */
  net = one_op(VMAC_RESHAPE, 2, 2, 3, 2, 3, 2);
  const int pooled = net_tensor(net, 1, 2, 3, 2, 0.5f, -3);
  window(net_op(net, VMAC_MAXPOOL, net->output, pooled), 1, 1, 1, 0, VMAC_ACT_NONE);
  net->output = pooled;
  refuse_net(net, "operator 1 (MAX_POOL_2D): the hardware has no reordering");

  /* three tensors, each added to each other: no two sets for them */
  net = net_new();
  net->input = net_tensor(net, 1, 2, 2, 3, 0.5f, -3);
  int t[3] = {net->input, 0, 0}, sum[3];
  for (int i = 1; i < 3; i++) {
    t[i] = net_tensor(net, 1, 2, 2, 3, 0.5f, -3);
    net_op(net, VMAC_RELU, net->input, t[i]);
  }
  for (int i = 0; i < 3; i++) {
    sum[i] = net_tensor(net, 1, 2, 2, 3, 0.5f, -3);
    net_op(net, VMAC_ADD, t[i], sum[i])->in[1] = t[(i + 1) % 3];
  }
  const int last = net_tensor(net, 1, 2, 2, 3, 0.5f, -3),
            all = net_tensor(net, 1, 2, 2, 3, 0.5f, 0);
  net_op(net, VMAC_ADD, sum[0], last)->in[1] = sum[1];
  net_op(net, VMAC_ADD, last, all)->in[1] = sum[2];
  net->output = all;
  refuse_net(net, "operator 4 (ADD): its operands are bound to one buffer set");
}

static void refused_hardware(void **unused) {
  (void)unused;
  vmac_net *net = one_conv(4, 40, 20, 3, 3, 1, 5);
  prepare(net);
  vmac_hw hw = hardware(8, 8);
  hw.acc_depth = 37;
  refuse(net, NULL, &hw, "row of 38 output pixels does not fit 37 accumulators");
  hw.acc_depth = 38;
  vmac_err err;
  vmac_program *p = vmac_program_compile(net, NULL, &hw, VMAC_ROUND_DOUBLE, &err);
  assert_non_null(p);
  vmac_program_free(p);
  vmac_hw bad = hw;
  bad.rows = 3;
  refuse(net, NULL, &bad, "expected 4 to 64 rows, found 3");
  bad = hw;
  bad.cols = 65;
  refuse(net, NULL, &bad, "expected 4 to 64 columns, found 65");
  bad = hw;
  bad.buf_depth = 3000;
  refuse(net, NULL, &bad, "power of two from 16 to 32768");
  bad = hw;
  bad.cell = 10000;
  refuse(net, NULL, &bad, "expected a cell in 0..");

  const vmac_mult *perf2 = vmac_mult_find("perf2", &err);
  vmac_plan *plan = vmac_plan_make(net, perf2, NULL, VMAC_CORR_PAPER, NULL, 0, &err);
  refuse(net, plan, &hw, "the plan has the cell perf2, the hardware exact");
  hw.cell = vmac_hw_cell(perf2);
  hw.opt_correction = 0;
  refuse(net, plan, &hw, "the plan corrects it (paper), the hardware has OPT_CORRECTION 0");
  vmac_plan_free(plan);
  hw.opt_correction = 2;
  const vmac_mult *trunc = vmac_mult_find("trunc6", &err);
  plan = vmac_plan_make(net, trunc, NULL, VMAC_CORR_PAPER, NULL, 0, &err);
  hw.cell = vmac_hw_cell(trunc);
  refuse(net, plan, &hw, "wants an OR of low bits, the hardware sums bit planes");
  const int32_t *table = plan->mac[0].table;
  plan->mac[0].table = NULL;
  refuse(net, plan, &hw, "the plan multiplies it exactly");
  plan->mac[0].table = table;
  vmac_plan_free(plan);
  vmac_net_free(net);
}

/* ---- buffers ------------------------------------------------------------------------------------
 */

static void buffers(void **unused) {
  (void)unused;
  vmac_err err;
  vmac_net *net = vmac_net_load("weights/resnet8.tflite", &err);
  if (!net) fail_msg("%s", err.text);
  for (int size = 4; size <= 64; size *= 2) {
    vmac_hw hw = hardware(size, size);
    hw.buf_depth = 16;
    refuse(net, NULL, &hw, "words, ");
    vmac_program *p = NULL;
    while (!p) {
      p = vmac_program_compile(net, NULL, &hw, VMAC_ROUND_DOUBLE, &err);
      if (p) break;
      const char *advice = strstr(err.text, "BUF_DEPTH ");
      if (!advice) fail_msg("%d: %s", size, err.text);
      const int enough = atoi(advice + strlen("BUF_DEPTH "));
      if (enough <= hw.buf_depth) fail_msg("%d: advises %d at %d", size, enough, hw.buf_depth);
      hw.buf_depth = enough / 2; /* not enough, or the advice was too careful */
      assert_null(vmac_program_compile(net, NULL, &hw, VMAC_ROUND_DOUBLE, &err));
      hw.buf_depth = enough;
      p = vmac_program_compile(net, NULL, &hw, VMAC_ROUND_DOUBLE, &err);
      if (!p) fail_msg("%d: %d is not enough: %s", size, enough, err.text);
    }
    vmac_program_free(p);
  }
  vmac_net_free(net);
}

/* ---- copies -------------------------------------------------------------------------------------
 */

static void compare(const char *what, vmac_net *net, int size) {
  vmac_hw hw = hardware(size, size);
  hw.buf_depth = 32768;
  vmac_rng rng;
  vmac_rng_seed(&rng, 9);
  prepare(net);
  vmac_state *state = vmac_state_new(net);
  net_random_input(net, state, &rng);
  program_compare(what, net, NULL, &hw, VMAC_ROUND_DOUBLE, state);
  vmac_state_free(net, state);
  vmac_net_free(net);
}

static void copies(void **unused) {
  (void)unused;
  const int32_t pads[8] = {0, 0, 1, 0, 0, 2, 0, 0};
  for (int size = 4; size <= 16; size *= 2) {
    /* the output is the input of another operator, which nobody needs: that one is dropped */
    vmac_net *net = one_conv(5, 6, 7, 3, 3, 1, 9);
    const int extra = net_tensor(net, 1, 3, 4, 9, 0.4f, 1);
    net_op(net, VMAC_RELU, net->output, extra);
    compare("dead operator", net, size);
    /* the input, through a softmax: a copy of it leaves */
    net = one_op(VMAC_SOFTMAX, 3, 4, 5, 3, 4, 5);
    net->tensor[net->output].scale[0] = 1.0f / 256;
    net->tensor[net->output].zero = -128;
    compare("softmax of the input", net, size);
    /* padding alone, and padding that one reader cannot think of */
    net = one_op(VMAC_PAD, 3, 4, 5, 4, 6, 5);
    const int paddings = net_ints(net, 4, 2, pads);
    net->op[0].weight = paddings;
    compare("padding", net, size);
  }
}

/* Taps that need all bits of an entry, and a window as large as the hardware counts. */
static void wide_windows(void **unused) {
  (void)unused;
  for (int size = 4; size <= 16; size *= 4) {
    compare("63 x 2", one_conv(64, 3, 3, 63, 2, 1, 5), size);
    compare("2 x 63", one_conv(3, 64, 9, 2, 63, 1, 5), size);
    vmac_net *net = one_conv(40, 40, 3, 1, 1, 1, 5); /* most taps outside: bounds by ky, kx */
    free(net->tensor[net->op[0].weight].name);
    free(net->tensor[net->op[0].weight].scale);
    free(net->tensor[net->op[0].weight].i8);
    vmac_rng rng;
    vmac_rng_seed(&rng, 6);
    const int weight = net_weights(net, 5, 45, 63, 3, 1, &rng);
    net->tensor[net->op[0].weight] = net->tensor[weight];
    net->tensors--;
    net->op[0].same = 1;
    compare("45 x 63, SAME", net, size);
    net = one_op(VMAC_AVGPOOL, 63, 63, 2, 1, 1, 2);
    window(&net->op[0], 63, 63, 1, 0, VMAC_ACT_NONE);
    compare("average of 63 x 63", net, size);
    net = one_op(VMAC_MAXPOOL, 5, 1023, 3, 2, 5, 3);
    window(&net->op[0], 3, 11, 253, 1, VMAC_ACT_NONE);
    net->op[0].stride_h = 3;
    compare("stride 253 on a map of 1023", net, size);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(format),       cmocka_unit_test(averages),
      cmocka_unit_test(refusals),     cmocka_unit_test(refused_hardware),
      cmocka_unit_test(wide_windows), cmocka_unit_test(buffers),
      cmocka_unit_test(copies)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
