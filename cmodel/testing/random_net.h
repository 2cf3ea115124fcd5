/* random_net.h: random small networks for program tests, in C and through the RTL: the same seed is
 * the same network in both. With corner = 0 nothing is at an end on purpose.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RANDOM_NET_H
#define RANDOM_NET_H

#include <math.h>

#include "net_build.h"

/* What a network has at its ends. */
enum {
  CORNER_WEIGHTS = 1, /* -128, or 127 */
  CORNER_INPUT = 2,   /* activations at -128 and 127, often all the same */
  CORNER_ZERO = 4,    /* zero points -128 and 127 */
  CORNER_SCALE = 8,   /* results far beyond the clamp, or near 0 */
  CORNER_MAP = 16     /* one operator on a large map: the result is far more than can wait */
};

typedef struct {
  vmac_net *net;
  vmac_rng rng;
  int corner;
  int now; /* the tensor at the end of what is built */
  char ops[256];
} builder;

static inline int below(builder *b, int n) {
  return (int)vmac_rng_below(&b->rng, (uint32_t)n);
}

static inline int zero_point(builder *b) {
  if (b->corner & CORNER_ZERO) return below(b, 2) ? INT8_MIN : INT8_MAX;
  return below(b, 3) ? below(b, 256) - 128 : INT8_MIN;
}

static inline const int *shape(const builder *b) {
  return b->net->tensor[b->now].dim;
}

static inline vmac_act activation(builder *b) {
  return (vmac_act)below(b, 3);
}

static inline int out_size(int in, int window, int stride, int same) {
  return same ? (in - 1) / stride + 1 : (in - window) / stride + 1;
}

/* A window that fits the map; its output's height and width. */
static inline void pick_window(builder *b, int largest, int *kh, int *kw, int *stride, int *same,
                               int *h, int *w) {
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
static inline float spread(builder *b, int k) {
  const float even = b->net->tensor[b->now].scale[0] * 0.44f * sqrtf((float)k);
  return b->corner & CORNER_SCALE ? even * (below(b, 3) ? 0.004f : 60) : even;
}

static inline void note(builder *b, const char *name) {
  const size_t n = strlen(b->ops);
  snprintf(b->ops + n, sizeof b->ops - n, " %s", name);
}

static inline void add_conv(builder *b, bool depthwise, int channels) {
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

static inline void add_pool(builder *b, bool average) {
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

static inline void add_relu(builder *b) {
  const vmac_tensor in = b->net->tensor[b->now];
  const int out = net_tensor(b->net, 1, in.dim[1], in.dim[2], in.dim[3],
                             in.scale[0] * (float)(0.3 + vmac_rng_uniform(&b->rng)), zero_point(b));
  net_op(b->net, VMAC_RELU, b->now, out)->act = activation(b);
  b->now = out;
  note(b, "relu");
}

static inline void add_pad(builder *b) {
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
static inline void add_residual(builder *b) {
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
static inline void add_fc(builder *b) {
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

static inline void add_softmax(builder *b) {
  const vmac_tensor in = b->net->tensor[b->now];
  const int out =
      net_tensor(b->net, in.dim[0], in.dim[1], in.dim[2], in.dim[3], 1.0f / 256, INT8_MIN);
  net_op(b->net, VMAC_SOFTMAX, b->now, out);
  b->now = out;
  note(b, "softmax");
}

/* All of a tensor at one end, each at some end, or mostly at one. */
static inline void push_codes(builder *b, int8_t *codes, size_t n) {
  const int kind = below(b, 4), end = below(b, 2) ? INT8_MIN : INT8_MAX;
  for (size_t i = 0; i < n; i++)
    codes[i] = (int8_t)(kind < 2 || (kind == 2 && below(b, 16)) ? end
                        : below(b, 2)                           ? INT8_MIN
                                                                : INT8_MAX);
}

static inline builder random_net(uint64_t seed, int corner) {
  builder b = {.net = net_new(), .corner = corner};
  vmac_rng_seed(&b.rng, seed);
  const int few = below(&b, 3);
  const int edge = corner & CORNER_MAP ? 20 : 1;
  b.net->input = b.now = net_tensor(b.net, 1, edge + below(&b, 14), edge + below(&b, 14),
                                    1 + below(&b, few == 0   ? 4
                                                  : few == 1 ? 20
                                                             : 70),
                                    0.05f, 0);
  b.net->tensor[b.now].zero = zero_point(&b);
  for (int n = corner & CORNER_MAP ? 1 : 1 + below(&b, 4); n > 0; n--) switch (below(&b, 10)) {
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
  if (!(corner & CORNER_MAP) && below(&b, 3) == 0) add_fc(&b);
  if (below(&b, 4) == 0) add_softmax(&b);
  b.net->output = b.now;
  for (int i = 0; i < b.net->ops && corner & CORNER_WEIGHTS; i++) {
    vmac_tensor *t = vmac_op_is_mac(&b.net->op[i]) ? &b.net->tensor[b.net->op[i].weight] : NULL;
    if (t) push_codes(&b, t->i8, t->size);
  }
  return b;
}

static inline void random_input(builder *b, vmac_state *state) {
  net_random_input(b->net, state, &b->rng);
  if (b->corner & CORNER_INPUT)
    push_codes(b, state->i8[b->net->input], b->net->tensor[b->net->input].size);
}

/* A cell that some mode makes of this one. */
static inline const vmac_mult *random_mode(builder *b, const vmac_mult *own) {
  for (;;) {
    const vmac_mult *mult = vmac_mult_at((size_t)below(b, (int)vmac_mult_count()));
    if (mult->mode >= 0 && mult->cls == own->cls && !strcmp(mult->family, own->family)) return mult;
  }
}

/* Modes of a cell, some layers' all alike, others' by filter, by place or by weight. */
static inline vmac_map *random_map(builder *b, const vmac_mult *own) {
  enum { CELLS = 5 };
  vmac_map *map = vmac_map_new(b->net, own);
  map->shared = true;
  for (int i = 0; i < CELLS; i++) vmac_map_cell(map, random_mode(b, own));
  for (int i = 0; i < b->net->ops; i++) {
    const vmac_op *op = &b->net->op[i];
    if (!vmac_op_is_mac(op)) continue;
    const int level = below(b, 4);
    vmac_map_fill(map, b->net, i, below(b, map->cells));
    for (int n = 0; n < op->n; n++) {
      const int of_filter = below(b, map->cells);
      for (int k = 0; k < op->k; k++) {
        uint8_t *cell = &map->cell[i][n * op->k + k];
        if (level == 1) *cell = (uint8_t)of_filter;
        if (level == 2 && n) *cell = map->cell[i][k];
        if (level == 3 || (level == 2 && !n)) *cell = (uint8_t)below(b, map->cells);
      }
    }
  }
  return map;
}

/* Coefficients of any size that the hardware's registers hold, and that it can carry out: of one X,
 * or of its bit planes where the hardware sums those, or of some of its planes of phi. */
static inline void random_correction(builder *b, vmac_plan *plan, int opt, int phi_rank) {
  const vmac_mult *mult = plan->mult;
  plan->mode = phi_rank                  ? (vmac_mode)(VMAC_CORR_PHI + below(b, phi_rank))
               : opt == 2 && below(b, 2) ? VMAC_CORR_BITPLANE
                                         : VMAC_CORR_CV;
  const int planes = vmac_x_terms(mult, plan->mode, plan->cell->terms);
  const int bits = opt == 2 && planes == 1 && mult->xkind == VMAC_X_LOW ? 18 - mult->xbits : 17;
  const bool none = opt == 2 && planes == 1 && mult->xkind == VMAC_X_OR;
  for (int i = 0; i < plan->ops; i++) {
    vmac_mac *mac = &plan->mac[i];
    if (!vmac_op_is_mac(&b->net->op[i])) continue;
    mac->planes = planes;
    mac->terms = plan->cell->terms;
    mac->c0 = vmac_alloc((size_t)mac->n, sizeof *mac->c0);
    const int slopes = mac->n * vmac_mac_sums(mac);
    mac->c = vmac_alloc((size_t)slopes, sizeof *mac->c);
    for (int c = 0; c < mac->n; c++) mac->c0[c] = below(b, 1 << 24) - (1 << 23);
    for (int c = 0; c < slopes; c++) mac->c[c] = none ? 0 : below(b, 2 << bits) - (1 << bits);
  }
}

#endif
