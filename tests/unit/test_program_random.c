/* Programs of random small networks on random hardware against the golden model.
 *
 * State space
 *   operators  convolution 1x1 to 7x7, depthwise with 1 to 3 channels out per channel in, maximum
 *              (SAME, VALID) and average, addition of equal and of unequal scales, stand-alone
 * RELU, PAD before all of them, RESHAPE, fully connected over a map, over its rows and over pixels,
 * SOFTMAX last; strides 1 to 3; 1 to 70 channels; odd and even maps hardware   4 to 64 rows and
 * columns, square or not, few accumulators (blocks of pixels), all three corrections with random
 * coefficients, cells of both classes and all variates Every accumulator, every layer's bytes and
 * the output must be equal. The seed of a failing network is in its message; PROGRAM_SEED=N runs
 * that one alone. SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <math.h>

#include "program_run.h"

typedef struct {
  vmac_net *net;
  vmac_rng rng;
  int now; /* the tensor at the end of what is built */
  char ops[256];
} builder;

static int below(builder *b, int n) {
  return (int)vmac_rng_below(&b->rng, (uint32_t)n);
}

static int zero_point(builder *b) {
  return below(b, 3) ? below(b, 256) - 128 : INT8_MIN;
}

static const int *shape(const builder *b) {
  return b->net->tensor[b->now].dim;
}

static vmac_act activation(builder *b) {
  return (vmac_act)below(b, 3);
}

static int out_size(int in, int window, int stride, int same) {
  return same ? (in - 1) / stride + 1 : (in - window) / stride + 1;
}

/* A window that fits the map; its output's height and width. */
static void pick_window(builder *b, int largest, int *kh, int *kw, int *stride, int *same, int *h,
                        int *w) {
  const int ih = shape(b)[1], iw = shape(b)[2];
  *stride = 1 + (below(b, 3) == 0) + (below(b, 9) == 0);
  *same = below(b, 2);
  *kh = 1 + below(b, largest);
  *kw = below(b, 3) ? *kh : 1 + below(b, largest);
  if (!*same && *kh > ih) *kh = ih;
  if (!*same && *kw > iw) *kw = iw;
  *h = out_size(ih, *kh, *stride, *same);
  *w = out_size(iw, *kw, *stride, *same);
}

/* Output scale for sums of k products of random operands: codes well spread, some clamped. */
static float spread(const builder *b, int k) {
  return b->net->tensor[b->now].scale[0] * 0.44f * sqrtf((float)k);
}

static void note(builder *b, const char *name) {
  const size_t n = strlen(b->ops);
  snprintf(b->ops + n, sizeof b->ops - n, " %s", name);
}

static void add_conv(builder *b, bool depthwise, int channels) {
  vmac_net *net = b->net;
  int kh, kw, stride, same, h, w;
  pick_window(b, 7, &kh, &kw, &stride, &same, &h, &w);
  const int c = shape(b)[3], multiplier = 1 + below(b, c < 30 ? 3 : 1);
  const int n = depthwise ? c * multiplier : channels;
  const int out = net_tensor(net, 1, h, w, n, spread(b, kh * kw * (depthwise ? 1 : c)), 0);
  net->tensor[out].zero = zero_point(b);
  vmac_op *op = net_op(net, depthwise ? VMAC_DEPTHWISE : VMAC_CONV, b->now, out);
  window(op, 0, 0, stride, same, activation(b));
  const int scales = below(b, 2) ? n : 1, at = net->ops - 1;
  const int weight = depthwise ? net_weights(net, 1, kh, kw, n, scales, &b->rng)
                               : net_weights(net, n, kh, kw, c, scales, &b->rng);
  net->op[at].weight = weight;
  if (below(b, 3)) net->op[at].bias = net_bias(net, n, &b->rng);
  b->now = out;
  note(b, depthwise ? "depthwise" : "conv");
}

static void add_pool(builder *b, bool average) {
  vmac_net *net = b->net;
  int kh, kw, stride, same, h, w;
  pick_window(b, 5, &kh, &kw, &stride, &same, &h, &w);
  if (average) { /* the hardware averages whole windows only */
    same = 0;
    kh = kh > shape(b)[1] ? shape(b)[1] : kh;
    kw = kw > shape(b)[2] ? shape(b)[2] : kw;
    h = out_size(shape(b)[1], kh, stride, 0);
    w = out_size(shape(b)[2], kw, stride, 0);
  }
  const vmac_tensor in = net->tensor[b->now];
  const int out = net_tensor(net, 1, h, w, in.dim[3], in.scale[0], in.zero);
  window(net_op(net, average ? VMAC_AVGPOOL : VMAC_MAXPOOL, b->now, out), kh, kw, stride, same,
         activation(b));
  b->now = out;
  note(b, average ? "average" : "maximum");
}

static void add_relu(builder *b) {
  const vmac_tensor in = b->net->tensor[b->now];
  const int out = net_tensor(b->net, 1, in.dim[1], in.dim[2], in.dim[3],
                             in.scale[0] * (float)(0.3 + vmac_rng_uniform(&b->rng)), zero_point(b));
  net_op(b->net, VMAC_RELU, b->now, out)->act = activation(b);
  b->now = out;
  note(b, "relu");
}

static void add_pad(builder *b) {
  const vmac_tensor in = b->net->tensor[b->now];
  const int32_t pads[8] = {0, 0, below(b, 3), below(b, 3), below(b, 3), below(b, 3), 0, 0};
  const int out = net_tensor(b->net, 1, in.dim[1] + pads[2] + pads[3],
                             in.dim[2] + pads[4] + pads[5], in.dim[3], in.scale[0], in.zero);
  net_op(b->net, VMAC_PAD, b->now, out);
  const int at = b->net->ops - 1, weight = net_ints(b->net, 4, 2, pads);
  b->net->op[at].weight = weight;
  b->now = out;
  note(b, "pad");
}

/* Some operator of the same shape beside what there is, and their sum. */
static void add_residual(builder *b) {
  const int left = b->now;
  const vmac_tensor in = b->net->tensor[left];
  add_relu(b);
  const int right = b->now, swap = below(b, 2);
  if (below(b, 3) == 0) b->net->tensor[right].scale[0] = in.scale[0];
  const float scale = (in.scale[0] + b->net->tensor[right].scale[0]) *
                      (float)(0.3 + 0.7 * vmac_rng_uniform(&b->rng));
  const int out = net_tensor(b->net, 1, in.dim[1], in.dim[2], in.dim[3], scale, zero_point(b));
  vmac_op *op = net_op(b->net, VMAC_ADD, swap ? right : left, out);
  op->in[1] = swap ? left : right;
  op->act = activation(b);
  b->now = out;
  note(b, "add");
}

/* Over the whole map, over each of its rows or over each pixel. */
static void add_fc(builder *b) {
  vmac_net *net = b->net;
  const vmac_tensor in = net->tensor[b->now];
  const int over = below(b, 3), n = 1 + below(b, 40);
  const int k = over == 0   ? in.dim[1] * in.dim[2] * in.dim[3]
                : over == 1 ? in.dim[2] * in.dim[3]
                            : in.dim[3];
  if (below(b, 2)) {
    const int flat = net_tensor(net, (int)in.size / k, k, 0, 0, in.scale[0], in.zero);
    net_op(net, VMAC_RESHAPE, b->now, flat);
    b->now = flat;
    note(b, "reshape");
  }
  const int out = net_tensor(net, (int)in.size / k, n, 0, 0, spread(b, k), zero_point(b));
  net_op(net, VMAC_FC, b->now, out)->act = activation(b);
  const int at = net->ops - 1, weight = net_weights(net, n, k, 0, 0, below(b, 2) ? n : 1, &b->rng);
  net->op[at].weight = weight;
  if (below(b, 2)) net->op[at].bias = net_bias(net, n, &b->rng);
  b->now = out;
  note(b, over == 0 ? "fc-map" : over == 1 ? "fc-row" : "fc-pixel");
}

static void add_softmax(builder *b) {
  const vmac_tensor in = b->net->tensor[b->now];
  const int out =
      net_tensor(b->net, in.dim[0], in.dim[1], in.dim[2], in.dim[3], 1.0f / 256, INT8_MIN);
  net_op(b->net, VMAC_SOFTMAX, b->now, out);
  b->now = out;
  note(b, "softmax");
}

static builder random_net(uint64_t seed) {
  builder b = {.net = net_new()};
  vmac_rng_seed(&b.rng, seed);
  const int few = below(&b, 3);
  b.net->input = b.now = net_tensor(b.net, 1, 1 + below(&b, 14), 1 + below(&b, 14),
                                    1 + below(&b, few == 0   ? 4
                                                  : few == 1 ? 20
                                                             : 70),
                                    0.05f, 0);
  b.net->tensor[b.now].zero = zero_point(&b);
  for (int n = 1 + below(&b, 4); n > 0; n--) switch (below(&b, 10)) {
    case 0:
    case 1:
    case 2:
      add_conv(&b, false, 1 + below(&b, below(&b, 2) ? 70 : 12));
      break;
    case 3:
    case 4:
      add_conv(&b, true, 0);
      break;
    case 5:
      add_pool(&b, false);
      break;
    case 6:
      add_pool(&b, true);
      break;
    case 7:
      add_pad(&b);
      break;
    case 8:
      add_residual(&b);
      break;
    case 9:
      add_relu(&b);
    }
  if (below(&b, 3) == 0) add_fc(&b);
  if (below(&b, 4) == 0) add_softmax(&b);
  b.net->output = b.now;
  return b;
}

/* Coefficients of any size that the hardware's registers hold, and that it can carry out. */
static void random_correction(builder *b, vmac_plan *plan, int opt) {
  const vmac_mult *mult = plan->mult;
  plan->mode = VMAC_CORR_CV;
  for (int i = 0; i < plan->ops; i++) {
    vmac_mac *mac = &plan->mac[i];
    if (!vmac_op_is_mac(&b->net->op[i])) continue;
    mac->c0 = vmac_alloc((size_t)mac->n, sizeof *mac->c0);
    mac->c1 = vmac_alloc((size_t)mac->n, sizeof *mac->c1);
    const int bits = opt == 2 ? 17 - mult->xbits : 17;
    for (int c = 0; c < mac->n; c++) {
      mac->c0[c] = below(b, 1 << 24) - (1 << 23);
      mac->c1[c] = below(b, 2 << bits) - (1 << bits);
      if (opt == 2 && mult->xkind == VMAC_X_OR) mac->c1[c] = 0;
    }
  }
}

static vmac_hw random_hw(builder *b) {
  vmac_hw hw = vmac_hw_default();
  static const int sizes[] = {4, 5, 7, 8, 12, 16, 17, 20, 31, 32, 33, 64};
  enum { SIZES = sizeof sizes / sizeof *sizes };
  hw.rows = sizes[below(b, SIZES)];
  hw.cols = below(b, 2) ? hw.rows : sizes[below(b, SIZES)];
  static const int depths[] = {24, 40, 100, 1024};
  hw.acc_depth = depths[below(b, 4)];
  hw.buf_depth = 32768;
  hw.opt_correction = below(b, 3);
  return hw;
}

static void run_seed(uint64_t seed, char *ops, size_t size) {
  static const char *const cell[] = {"exact",  "exacts", "perf2", "perf3s",  "trunc6s",
                                     "trunc7", "rec4",   "rec4s", "roup1_4s"};
  builder b = random_net(seed);
  vmac_err err;
  if (!vmac_net_prepare(b.net, &err)) fail_msg("seed %d:%s: %s", (int)seed, b.ops, err.text);
  vmac_hw hw = random_hw(&b);
  const vmac_mult *mult = vmac_mult_find(cell[below(&b, sizeof cell / sizeof *cell)], &err);
  if (!mult) fail_msg("%s", err.text);
  hw.cell = vmac_hw_cell(mult);
  vmac_plan *plan = vmac_plan_make(b.net, mult, VMAC_CORR_NONE, NULL, 0, &err);
  if (hw.opt_correction) random_correction(&b, plan, hw.opt_correction);
  vmac_state *state = vmac_state_new(b.net);
  net_random_input(b.net, state, &b.rng);
  char what[512];
  snprintf(what, sizeof what, "seed %d, %dx%d acc %d %s correction %d:%s", (int)seed, hw.rows,
           hw.cols, hw.acc_depth, mult->name, hw.opt_correction, b.ops);
  program_compare(what, b.net, plan, &hw, below(&b, 2) ? VMAC_ROUND_SINGLE : VMAC_ROUND_DOUBLE,
                  state);
  snprintf(ops, size, "%s", b.ops);
  vmac_state_free(b.net, state);
  vmac_plan_free(plan);
  vmac_net_free(b.net);
}

static void random_networks(void **unused) {
  (void)unused;
  enum { NETWORKS = 1000 };
  const char *one = getenv("PROGRAM_SEED");
  const uint64_t first = one ? strtoull(one, NULL, 10) : 1, count = one ? 1 : NETWORKS;
  static const char *const kinds[] = {"conv",   "depthwise", "maximum", "average",
                                      "relu",   "pad",       "add",     "fc-map",
                                      "fc-row", "fc-pixel",  "reshape", "softmax"};
  enum { KINDS = sizeof kinds / sizeof *kinds };
  size_t seen[KINDS] = {0};
  for (uint64_t seed = first; seed < first + count; seed++) {
    char ops[256], word[32];
    run_seed(seed, ops, sizeof ops);
    for (size_t i = 0; i < KINDS; i++) {
      snprintf(word, sizeof word, " %s", kinds[i]);
      seen[i] += strstr(ops, word) != NULL;
    }
  }
  printf("# seeds %d..%d:", (int)first, (int)(first + count - 1));
  for (size_t i = 0; i < KINDS; i++) {
    printf(" %zu with %s%s", seen[i], kinds[i], i + 1 < KINDS ? "," : "\n");
    if (!one && seen[i] < NETWORKS / 50) fail_msg("only %zu networks with %s", seen[i], kinds[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(random_networks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
