/* Layers with weights, against seven nested loops.
 *
 * State space
 *   layers   convolution, and depthwise with 1 and 3 channels out per channel in; kernels 1x1, 3x3,
 *            5x5, 2x3; strides 1 and 2; SAME and VALID; sizes 1 to 10; with and without bias; one
 *            weight scale or one per channel; both roundings
 *   cells    random 16-bit tables and random corrections, both operand classes, both control
 *            variates, prepared rows and plain table; and the exact product as a table
 *   images   one, and several at once
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "gemm/scheme.h"
#include "net/net.h"

#include <math.h>
#include <string.h>

#include "net_build.h"
#include "rational.h"

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

/* The seven loops. With a cell: f(A, W) on operands, the contract's terms, the correction, X as the
 * cell's kind says or of any terms. */
static void naive_of(layer *l, const vmac_mac *mac, bool any_terms) {
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
        int64_t acc = 0, f = 0, sum_a = 0, sum_w = 0, x_sum[8] = {0}, k = 0;
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
              const int low = A % (1 << mac->mult->xbits);
              for (int i = 0; any_terms && i < mac->planes; i++)
                x_sum[i] += mac->terms[256 * i + A];
              for (int i = 0; !any_terms && mac->planes > 1 && i < mac->planes; i++)
                x_sum[i] += low % (2 << i) >= 1 << i;
              if (any_terms || mac->planes > 1) continue;
              if (mac->mult->xkind == VMAC_X_LOW) x_sum[0] += low;
              if (mac->mult->xkind == VMAC_X_OR) x_sum[0] += low != 0;
            }
        const int64_t z = in->zero, za = z + 128;
        if (mac) acc = u8 ? f - 128 * sum_a - za * sum_w + k * 128 * za : f - z * sum_w;
        if (mac && mac->c0) {
          double v = mac->c0[j];
          for (int i = 0; i < mac->planes; i++)
            v += (double)mac->c[j * mac->planes + i] * (double)x_sum[i];
          acc += (int64_t)floor(v / 64 + 0.5);
        }
        if (op->bias >= 0) acc += l->net->tensor[op->bias].i32[j];
        *want++ = (int32_t)acc;
      }
}

static void naive(layer *l, const vmac_mac *mac) {
  naive_of(l, mac, false);
}

/* vmac_layer_acc() is what was wanted, and so for each of several images at once. */
static void as_wanted(layer *l, const vmac_mac *mac, vmac_rng *rng) {
  enum { IMAGES = 3 };
  const vmac_op *op = &l->net->op[0];
  const size_t in = l->net->tensor[l->net->input].size, sums = sums_of(l);
  int8_t *input = l->state->i8[l->net->input];
  vmac_layer_acc(l->net, op, mac, input, l->got, l->state);
  assert_memory_equal(l->want, l->got, sums * sizeof *l->want);
  int8_t *images = vmac_alloc(IMAGES * in, 1);
  int32_t *want = vmac_alloc(IMAGES * sums, sizeof *want);
  int32_t *got = vmac_alloc(IMAGES * sums, sizeof *got);
  for (size_t i = 0; i < IMAGES * in; i++) images[i] = (int8_t)vmac_rng_next(rng);
  memcpy(images + in, input, in);
  for (size_t i = 0; i < IMAGES; i++)
    vmac_layer_acc(l->net, op, mac, images + i * in, want + i * sums, l->state);
  vmac_layer_accs(l->net, op, mac, IMAGES, images, got, l->state);
  assert_memory_equal(want, got, IMAGES * sums * sizeof *want);
  assert_memory_equal(l->want, got + sums, sums * sizeof *want);
  free(images);
  free(want);
  free(got);
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
  const vmac_op *op = &l->net->op[0];
  const vmac_tensor *out = &l->net->tensor[op->out];
  naive(l, NULL);
  as_wanted(l, NULL, rng);
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

/* The same cell and coefficients with terms of X that no cell has, with its kernel and without. */
static void any_terms(layer *l, const vmac_mac *of, vmac_rng *rng) {
  uint8_t terms[256 * VMAC_CORR_PLANES];
  vmac_mac mac = *of;
  mac.terms = terms;
  mac.planes = 1 + (int)vmac_rng_below(rng, VMAC_CORR_PLANES);
  for (int i = 0; i < 256 * mac.planes; i++) terms[i] = (uint8_t)vmac_rng_next(rng);
  naive_of(l, &mac, true);
  for (int fast = 1; fast >= 0; fast--) {
    if (!fast) mac.kernel = NULL;
    as_wanted(l, &mac, rng);
  }
}

static void cell_layer(layer *l, vmac_rng *rng) {
  static int32_t table[65536], exact[65536];
  const vmac_op *op = &l->net->op[0];
  int32_t c0[64], c[64 * 8];
  for (int j = 0; j < op->n; j++) c0[j] = (int32_t)vmac_rng_below(rng, 200001) - 100000;
  for (int j = 0; j < op->n * 8; j++) c[j] = (int32_t)vmac_rng_below(rng, 2001) - 1000;
  for (int pass = 0; pass < 10; pass++) { /* the last four with bit planes: 3 and 8 of them */
    vmac_mult mult = {.cls = pass % 2 ? VMAC_S8 : VMAC_U8, .xbits = pass < 8 ? 3 : 8};
    mult.xkind = pass < 2 ? VMAC_X_NONE : pass < 4 || pass > 7 ? VMAC_X_LOW : VMAC_X_OR;
    for (int i = 0; i < 65536; i++) {
      const uint64_t bits = vmac_rng_next(rng);
      table[i] = mult.cls == VMAC_U8 ? (int32_t)(uint16_t)bits : (int32_t)(int16_t)bits;
      exact[i] = vmac_operand(mult.cls, (uint8_t)(i >> 8)) * vmac_operand(mult.cls, (uint8_t)i);
    }
    uint8_t terms[256 * VMAC_CORR_PLANES];
    vmac_mac mac = {.mult = &mult, .table = table, .n = op->n, .terms = terms};
    mac.planes = vmac_x_terms(&mult, pass < 6 ? VMAC_CORR_CV : VMAC_CORR_BITPLANE, terms);
    if (pass > 1) {
      mac.c0 = c0;
      mac.c = c;
    }
    naive(l, &mac);
    as_wanted(l, &mac, rng);
    if (op->kind == VMAC_CONV) {
      static vmac_scheme rows = {.rest = VMAC_REST_ROWS}, found;
      mac.kernel = vmac_kernel_new(l->net, op, &mac, 1, &rows);
      as_wanted(l, &mac, rng);
      any_terms(l, &mac, rng);
      vmac_kernel_free(mac.kernel);
      vmac_scheme_find(exact, l->state->isa, &found);
      mac.table = exact;
      mac.kernel = vmac_kernel_new(l->net, op, &mac, 1, &found);
      naive(l, &mac);
      as_wanted(l, &mac, rng);
      vmac_kernel_free(mac.kernel);
    }
    /* The exact product as a table is the exact layer. */
    const vmac_mac product = {.mult = &mult, .table = exact, .n = op->n};
    naive(l, NULL);
    as_wanted(l, &product, rng);
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
  /* One scale: the product of input and weight scale is taken in float, then divided in double;
   * with these scales that is another multiplier than double all the way. */
  const float in = net->tensor[net->input].scale[0], w = net->tensor[op->weight].scale[0];
  const float product = in * w, out = net->tensor[net->output].scale[0];
  const vmac_scale s = vmac_scale_from_double((double)product / (double)out);
  const vmac_scale all_double = vmac_scale_from_double((double)in * (double)w / (double)out);
  assert_int_not_equal(s.mult, all_double.mult);
  assert_int_equal(op->requant[0].mult, s.mult);
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_exact_layers),
      cmocka_unit_test(test_cell_layers),
      cmocka_unit_test(test_patches),
      cmocka_unit_test(test_fully_connected),
  };
  return cmocka_run_group_tests_name("layers", tests, NULL, NULL);
}
