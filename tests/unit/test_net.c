/* Integer inference, layer by layer, against definitions written out anew.
 *
 * State space
 *   requantization   all small x (every tie, both signs) x every shift, and random 32-bit x,
 * against 128-bit rational arithmetic; ties also as literal values convolution      kernels 1x1,
 * 3x3, 5x5, 2x3; strides 1 and 2; SAME and VALID; sizes 1 to 9; against seven nested loops over a
 * zero-extended input depthwise        the same, with 1 and 3 channels out per channel in cells
 * random 16-bit tables and random corrections, both operand classes, both control variates,
 * prepared rows and plain table; and the exact product as a table pools, add, pad, relu, softmax:
 * definitions in rational or real arithmetic; ties are counted, so that a run without ties cannot
 * pass refusals         one wrong property at a time; the error names the operator
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <math.h>

#include "net/net.h"
#include "net_build.h"

__extension__ typedef __int128 wide;

static wide floor_div(wide a, wide b) { /* b > 0 */
  const wide q = a / b;
  return q * b > a ? q - 1 : q;
}
static wide half_up(wide a, wide b) {
  return floor_div(2 * a + b, 2 * b);
}
static wide half_away(wide a, wide b) {
  return a < 0 ? -half_up(-a, b) : half_up(a, b);
}

/* x * mult / 2^31 * 2^shift, as TFLite rounds it. */
static int32_t rational(int32_t x, vmac_scale s, vmac_rounding rounding) {
  const wide one = 1, left = s.shift > 0 ? one << s.shift : 1, right = s.shift < 0 ? -s.shift : 0;
  const wide product = (wide)x * s.mult * left, unit = one << 31;
  if (rounding == VMAC_ROUND_SINGLE) return (int32_t)half_up(product, unit << right);
  return (int32_t)half_away(half_up(product, unit), one << right);
}

static void test_requantize(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_rng_seed(&rng, 1);
  static const int32_t mults[] = {1 << 30, INT32_MAX, 0x60000000, 1552512742, (1 << 30) + 1};
  for (int shift = -31; shift <= 0; shift++)
    for (int i = 0; i < 5; i++)
      for (int32_t x = -5000; x <= 5000; x++)
        for (int r = 0; r < 2; r++) {
          const vmac_scale s = {mults[i], shift};
          assert_int_equal(vmac_requantize(x, s, (vmac_rounding)r), rational(x, s, r));
        }
  for (int i = 0; i < 400000; i++) {
    const vmac_scale s = {(1 << 30) + (int32_t)vmac_rng_below(&rng, 1u << 30),
                          (int)vmac_rng_below(&rng, 36) - 31};
    /* A left shift must leave room: prepare refuses layers where it might not. */
    const int32_t x = (int32_t)vmac_rng_next(&rng) >> (s.shift > 0 ? 4 + s.shift : i % 24);
    for (int r = 0; r < 2; r++)
      assert_int_equal(vmac_requantize(x, s, (vmac_rounding)r), rational(x, s, r));
  }
}

/* The ties, as numbers: 2^30 is one half. */
static void test_ties(void **unused) {
  (void)unused;
  const vmac_scale half = {1 << 30, 0}, quarter = {1 << 30, -1};
  static const int32_t x[] = {-6, -5, -3, -2, -1, 1, 2, 3, 5, 6};
  static const int32_t halves[] = {-3, -2, -1, -1, 0, 1, 1, 2, 3, 3};          /* ties up */
  static const int32_t quarters_double[] = {-2, -1, -1, -1, 0, 1, 1, 1, 2, 2}; /* up, then away */
  static const int32_t quarters_single[] = {-1, -1, -1, 0, 0, 0, 1, 1, 1, 2};  /* ties up, once */
  for (int i = 0; i < 10; i++) {
    assert_int_equal(vmac_requantize(x[i], half, VMAC_ROUND_DOUBLE), halves[i]);
    assert_int_equal(vmac_requantize(x[i], half, VMAC_ROUND_SINGLE), halves[i]);
    assert_int_equal(vmac_requantize(x[i], quarter, VMAC_ROUND_DOUBLE), quarters_double[i]);
    assert_int_equal(vmac_requantize(x[i], quarter, VMAC_ROUND_SINGLE), quarters_single[i]);
  }
}

static void test_scale(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_rng_seed(&rng, 2);
  for (int i = 0; i < 100000; i++) {
    const double value = ldexp(0.5 + vmac_rng_uniform(&rng), (int)vmac_rng_below(&rng, 50) - 30);
    const vmac_scale s = vmac_scale_from_double(value);
    assert_in_range(s.mult, 1 << 30, INT32_MAX);
    const double back = ldexp(s.mult, s.shift - 31);
    assert_true(fabs(back - value) <= ldexp(0.5, s.shift - 31));
  }
  vmac_scale s = vmac_scale_from_double(1.0);
  assert_true(s.mult == 1 << 30 && s.shift == 1);
  s = vmac_scale_from_double(1.0 - 0x1p-40); /* rounds up to the next power of two */
  assert_true(s.mult == 1 << 30 && s.shift == 1);
  s = vmac_scale_from_double(0x1p-40);
  assert_true(s.mult == 0 && s.shift == 0);
}

/* ---- one layer with weights ------------------------------------------------------------------ */

typedef struct {
  vmac_net *net;
  vmac_state *state;
  int32_t *want, *got;
} layer;

static int ceil_div(int a, int b) {
  return (a + b - 1) / b;
}

static layer layer_new(vmac_opkind kind, int h, int w, int c, int kh, int kw, int stride, int same,
                       int n, vmac_rng *rng) {
  layer l;
  vmac_net *net = l.net = net_new();
  net->input = net_tensor(net, 1, h, w, c, 0.02f, (int)vmac_rng_below(rng, 256) - 128);
  const int oh = ceil_div(same ? h : h - kh + 1, stride),
            ow = ceil_div(same ? w : w - kw + 1, stride);
  net->output = net_tensor(net, 1, oh, ow, n, 0.03f, (int)vmac_rng_below(rng, 256) - 128);
  const int scales = vmac_rng_below(rng, 2) ? n : 1;
  vmac_op *op = net_op(net, kind, net->input, net->output);
  window(op, 0, 0, stride, same, VMAC_ACT_NONE);
  op->weight = kind == VMAC_CONV ? net_weights(net, n, kh, kw, c, scales, rng)
                                 : net_weights(net, 1, kh, kw, n, scales, rng);
  if (vmac_rng_below(rng, 4)) op->bias = net_bias(net, n, rng);
  vmac_err err;
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
  l.state = vmac_state_new(net);
  net_random_input(net, l.state, rng);
  const size_t sums = (size_t)oh * (size_t)ow * (size_t)n;
  l.want = vmac_alloc(sums, sizeof *l.want);
  l.got = vmac_alloc(sums, sizeof *l.got);
  return l;
}

static void layer_free(layer *l) {
  vmac_state_free(l->net, l->state);
  vmac_net_free(l->net);
  free(l->want);
  free(l->got);
}

static size_t sums_of(const layer *l) {
  return (size_t)l->net->op[0].m * (size_t)l->net->op[0].n;
}

/* Code at (y, x, channel), the zero point outside the image. */
static int code_at(const layer *l, int y, int x, int c) {
  const vmac_tensor *in = &l->net->tensor[l->net->input];
  if (y < 0 || y >= in->dim[1] || x < 0 || x >= in->dim[2]) return in->zero;
  return l->state->i8[l->net->input][(y * in->dim[2] + x) * in->dim[3] + c];
}

/* The seven loops. With a cell: f(A, W) on operands, the contract's terms, the correction. */
static void naive(layer *l, const vmac_mac *mac) {
  const vmac_op *op = &l->net->op[0];
  const vmac_tensor *in = &l->net->tensor[op->in[0]], *out = &l->net->tensor[op->out];
  const vmac_tensor *weight = &l->net->tensor[op->weight];
  const int kh = weight->dim[1], kw = weight->dim[2], channels = in->dim[3], stride = op->stride_h;
  const int oh = out->dim[1], ow = out->dim[2], n = out->dim[3];
  const bool depthwise = op->kind == VMAC_DEPTHWISE, u8 = mac && mac->mult->cls == VMAC_U8;
  const int over_y = (oh - 1) * stride + kh - in->dim[1],
            over_x = (ow - 1) * stride + kw - in->dim[2];
  const int top = op->same && over_y > 0 ? over_y / 2 : 0;
  const int left = op->same && over_x > 0 ? over_x / 2 : 0;
  int32_t *want = l->want;
  for (int y = 0; y < oh; y++)
    for (int x = 0; x < ow; x++)
      for (int j = 0; j < n; j++) {
        int64_t acc = 0, f = 0, sum_a = 0, sum_w = 0, variate = 0, k = 0;
        for (int ky = 0; ky < kh; ky++)
          for (int kx = 0; kx < kw; kx++)
            for (int c = 0; c < channels; c++) {
              if (depthwise && c != j / (n / channels)) continue;
              const int a = code_at(l, y * stride + ky - top, x * stride + kx - left, c);
              const int w = depthwise ? weight->i8[(ky * kw + kx) * n + j]
                                      : weight->i8[((j * kh + ky) * kw + kx) * channels + c];
              acc += (int64_t)(a - in->zero) * w;
              k++;
              if (!mac) continue;
              const int A = u8 ? a + 128 : a & 255, W = u8 ? w + 128 : w & 255;
              f += mac->table[A * 256 + W];
              sum_a += u8 ? A : a;
              sum_w += u8 ? W : w;
              if (mac->mult->xkind == VMAC_X_LOW) variate += A % (1 << mac->mult->xbits);
              if (mac->mult->xkind == VMAC_X_OR) variate += A % (1 << mac->mult->xbits) != 0;
            }
        const int64_t z = in->zero, za = z + 128;
        if (mac) acc = u8 ? f - 128 * sum_a - za * sum_w + k * 128 * za : f - z * sum_w;
        if (mac && mac->c0)
          acc += (int64_t)floor(((double)mac->c0[j] + (double)mac->c1[j] * (double)variate) / 64 +
                                0.5);
        if (op->bias >= 0) acc += l->net->tensor[op->bias].i32[j];
        *want++ = (int32_t)acc;
      }
}

typedef void layer_test(layer *l, vmac_rng *rng);

static void each_layer(layer_test *test, uint64_t seed) {
  static const int kernel[][2] = {{1, 1}, {3, 3}, {5, 5}, {2, 3}};
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  for (int kind = 0; kind < 3; kind++) /* conv, depthwise, depthwise with 3 channels per channel */
    for (int kn = 0; kn < 4; kn++)
      for (int stride = 1; stride <= 2; stride++)
        for (int same = 0; same < 2; same++)
          for (int size = 1; size <= 9; size += 2) {
            const int kh = kernel[kn][0], kw = kernel[kn][1], c = 1 + (int)vmac_rng_below(&rng, 5);
            const int h = size + (int)vmac_rng_below(&rng, 2), w = size;
            if (!same && (h < kh || w < kw)) continue;
            const int n = kind == 0 ? 1 + (int)vmac_rng_below(&rng, 20) : kind == 1 ? c : 3 * c;
            layer l = layer_new(kind ? VMAC_DEPTHWISE : VMAC_CONV, h, w, c, kh, kw, stride, same, n,
                                &rng);
            test(&l, &rng);
            layer_free(&l);
          }
}

static void exact_layer(layer *l, vmac_rng *rng) {
  (void)rng;
  const vmac_op *op = &l->net->op[0];
  const vmac_tensor *out = &l->net->tensor[op->out];
  naive(l, NULL);
  vmac_layer_acc(l->net, op, NULL, l->state->i8[op->in[0]], l->got, l->state);
  assert_memory_equal(l->want, l->got, sums_of(l) * sizeof *l->want);
  for (int r = 0; r < 2; r++) {
    vmac_net_run(l->net, NULL, (vmac_rounding)r, l->state);
    for (size_t i = 0; i < sums_of(l); i++) {
      const int64_t q =
          (int64_t)rational(l->want[i], op->requant[i % (size_t)op->n], r) + out->zero;
      assert_int_equal(l->state->i8[op->out][i], q < -128 ? -128 : q > 127 ? 127 : q);
    }
  }
}

static void test_exact_layers(void **unused) {
  (void)unused;
  each_layer(exact_layer, 3);
}

static void cell_layer(layer *l, vmac_rng *rng) {
  static int32_t table[65536], exact[65536];
  const vmac_op *op = &l->net->op[0];
  const int8_t *input = l->state->i8[op->in[0]];
  int32_t c0[64], c1[64];
  for (int j = 0; j < op->n; j++) {
    c0[j] = (int32_t)vmac_rng_below(rng, 200001) - 100000;
    c1[j] = (int32_t)vmac_rng_below(rng, 2001) - 1000;
  }
  for (int pass = 0; pass < 6; pass++) {
    vmac_mult mult = {.cls = pass % 2 ? VMAC_S8 : VMAC_U8, .xbits = 3};
    mult.xkind = pass < 2 ? VMAC_X_NONE : pass < 4 ? VMAC_X_LOW : VMAC_X_OR;
    for (int i = 0; i < 65536; i++) {
      const uint64_t bits = vmac_rng_next(rng);
      table[i] = mult.cls == VMAC_U8 ? (int32_t)(uint16_t)bits : (int32_t)(int16_t)bits;
      exact[i] = vmac_operand(mult.cls, (uint8_t)(i >> 8)) * vmac_operand(mult.cls, (uint8_t)i);
    }
    vmac_mac mac = {.mult = &mult, .table = table, .n = op->n};
    if (pass > 1) {
      mac.c0 = c0;
      mac.c1 = c1;
    }
    naive(l, &mac);
    vmac_layer_acc(l->net, op, &mac, input, l->got, l->state);
    assert_memory_equal(l->want, l->got, sums_of(l) * sizeof *l->want);
    if (op->kind == VMAC_CONV) {
      uint8_t *w = vmac_alloc((size_t)op->n * (size_t)op->k, 1);
      for (int i = 0; i < op->n * op->k; i++)
        w[i] = (uint8_t)(l->net->tensor[op->weight].i8[i] + (mult.cls == VMAC_U8 ? 128 : 0));
      mac.rows = vmac_rows_new(op->k, op->n, w, table);
      vmac_layer_acc(l->net, op, &mac, input, l->got, l->state);
      assert_memory_equal(l->want, l->got, sums_of(l) * sizeof *l->want);
      vmac_rows_free(mac.rows);
      free(w);
    }
    /* The exact product as a table is the exact layer. */
    const vmac_mac product = {.mult = &mult, .table = exact, .n = op->n};
    naive(l, NULL);
    vmac_layer_acc(l->net, op, &product, input, l->got, l->state);
    assert_memory_equal(l->want, l->got, sums_of(l) * sizeof *l->want);
  }
}

static void test_cell_layers(void **unused) {
  (void)unused;
  each_layer(cell_layer, 4);
}

/* The patches hold what the sums are made of, padding included, in the order (ky, kx, c). */
static void patch_layer(layer *l, vmac_rng *rng) {
  (void)rng;
  const vmac_op *op = &l->net->op[0];
  const int8_t *w = l->net->tensor[op->weight].i8;
  int8_t *codes = vmac_alloc((size_t)op->k, 1);
  naive(l, NULL);
  for (int pixel = 0; pixel < op->m; pixel++)
    for (int j = 0; j < op->n; j++) {
      int64_t sum = vmac_folded_bias(l->net, op, VMAC_S8, j);
      vmac_patch(l->net, op, l->state->i8[op->in[0]], pixel, j, codes);
      for (int i = 0; i < op->k; i++)
        sum += codes[i] * (op->kind == VMAC_CONV ? w[j * op->k + i] : w[i * op->n + j]);
      assert_int_equal(sum, l->want[pixel * op->n + j]);
    }
  free(codes);
}

static void test_patches(void **unused) {
  (void)unused;
  each_layer(patch_layer, 5);
}

static void test_fully_connected(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_err err;
  vmac_rng_seed(&rng, 6);
  vmac_net *net = net_new();
  net->input = net_tensor(net, 1, 70, 0, 0, 0.3f, 11);
  net->output = net_tensor(net, 1, 9, 0, 0, 0.7f, -3);
  vmac_op *op = net_op(net, VMAC_FC, net->input, net->output);
  op->weight = net_weights(net, 9, 70, 0, 0, 1, &rng);
  op->bias = net_bias(net, 9, &rng);
  assert_true(vmac_net_prepare(net, &err));
  /* One scale: the product of input and weight scale is taken in float, then divided in double. */
  const float product = 0.3f * net->tensor[op->weight].scale[0];
  const vmac_scale s = vmac_scale_from_double((double)product / (double)0.7f);
  vmac_state *state = vmac_state_new(net);
  net_random_input(net, state, &rng);
  vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
  for (int j = 0; j < 9; j++) {
    int32_t acc = net->tensor[op->bias].i32[j];
    for (int i = 0; i < 70; i++)
      acc += (state->i8[net->input][i] - 11) * net->tensor[op->weight].i8[j * 70 + i];
    const int q = rational(acc, s, VMAC_ROUND_DOUBLE) - 3;
    assert_int_equal(state->i8[net->output][j], q < -128 ? -128 : q > 127 ? 127 : q);
  }
  vmac_state_free(net, state);
  vmac_net_free(net);
}

/* ---- layers without weights -------------------------------------------------------------------
 */

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
    window(net_op(net, VMAC_AVGPOOL, net->input, net->output), win, win, stride, same, trial % 3);
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
  net->input = net_tensor(net, 1, 256, 0, 0, 0.05f, 20);
  net->output = net_tensor(net, 1, 256, 0, 0, 0.03f, -100);
  net_op(net, VMAC_RELU, net->input, net->output)->act = VMAC_ACT_RELU6;
  assert_true(vmac_net_prepare(net, &err));
  vmac_state *state = vmac_state_new(net);
  for (int i = 0; i < 256; i++) state->i8[net->input][i] = (int8_t)(i - 128);
  vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
  for (int i = 0; i < 256; i++) { /* 6 / 0.03 is 200: code 100 */
    const double real = fmin(fmax((i - 128 - 20) * 0.05 / 0.03, 0), 200) - 100;
    assert_true(fabs(state->i8[net->output][i] - real) < 0.501);
  }
  assert_int_equal(state->i8[net->output][255], 78);
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
    assert_in_range(codes, 255 - depth / 2, 257 + depth / 2);
    vmac_state_free(net, state);
    vmac_net_free(net);
  }
  assert_true(off * 1000 < bytes);
}

/* ---- refusals ----------------------------------------------------------------------------------
 */

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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_requantize),
      cmocka_unit_test(test_ties),
      cmocka_unit_test(test_scale),
      cmocka_unit_test(test_exact_layers),
      cmocka_unit_test(test_cell_layers),
      cmocka_unit_test(test_patches),
      cmocka_unit_test(test_fully_connected),
      cmocka_unit_test(test_pools),
      cmocka_unit_test(test_add),
      cmocka_unit_test(test_relu),
      cmocka_unit_test(test_pad),
      cmocka_unit_test(test_softmax),
      cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_longest_sum),
  };
  return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
