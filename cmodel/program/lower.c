/* A network's operators become layers: what the hardware has no job for is folded into its
 * neighbours, left to the host, or refused with a reason.
 *
 *   RESHAPE   another view of the same words (channels stay last and whole, or it is flattened)
 *   PAD       padding of the window that reads it; a copy where somebody else does
 *   SOFTMAX   as the last operator the host's: the results are its input
 *   FULLY_CONNECTED  a convolution whose window is the map
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "net/net.h"
#include "program/layer.h"

/* How operators see a tensor: the words of a place as h x w pixels, with a border that is only
 * thought of. */
typedef struct {
  int place, h, w, c;
  int top, left, bottom, right;
  bool flat; /* channels no longer end where the tensor's last dimension does */
} view;

typedef struct {
  vmac_graph *graph;
  const vmac_net *net;
  view *view;   /* one per tensor of the network */
  bool *needed; /* likewise */
  vmac_err *err;
} lowering;

static bool padded(const view *v) {
  return v->top || v->left || v->bottom || v->right;
}

/* (H, W, C) of a tensor of any rank: what stands before the last two dimensions is height. */
static void dims(const vmac_tensor *t, int *h, int *w, int *c) {
  *c = t->dim[t->rank - 1];
  *w = t->rank > 2 ? t->dim[t->rank - 2] : 1;
  *h = (int)(t->size / (size_t)*c / (size_t)*w);
}

static int new_place(lowering *l, int tensor, int h, int w, int c, int first) {
  vmac_graph *g = l->graph;
  vmac_place *p = &g->place[g->places];
  *p = (vmac_place){.tensor = tensor, .h = h, .w = w, .c = c, .first = first, .last = first};
  l->view[tensor] = (view){.place = g->places, .h = h, .w = w, .c = c};
  return g->places++;
}

/* A layer with what all kinds share; reads view v, writes a new place of the operator's output. */
static vmac_layer *new_layer(lowering *l, const vmac_op *op, vmac_jobkind kind, const view *v) {
  vmac_graph *g = l->graph;
  vmac_layer *y = &g->layer[g->layers];
  *y = (vmac_layer){.op = (int)(op - l->net->op), .kind = kind, .tensor = op->out};
  y->in[0] = v->place;
  y->in[1] = -1;
  y->in_h = v->h;
  y->in_w = v->w;
  y->kh = y->kw = y->stride_h = y->stride_w = 1;
  y->pad_top = v->top;
  y->pad_left = v->left;
  y->out_h = v->h + v->top + v->bottom;
  y->out_w = v->w + v->left + v->right;
  y->pad = l->net->tensor[op->in[0]].zero;
  y->zero = l->net->tensor[op->out].zero;
  y->lo = op->act_min;
  y->hi = op->act_max;
  y->single = l->graph->rounding == VMAC_ROUND_SINGLE;
  g->place[v->place].last = g->layers;
  int h, w, c;
  dims(&l->net->tensor[op->out], &h, &w, &c);
  y->out = new_place(l, op->out, h, w, c, g->layers++);
  vmac_layout_tensor(&g->place[y->out], g->hw);
  return y;
}

static bool fail(const lowering *l, const vmac_op *op, const char *why, const char *hint) {
  return vmac_op_fail(l->net, op, l->err, "the hardware has no %s; %s", why, hint);
}

/* The tensor's own dimensions must be the view's pixels and channels. */
static bool check_view(const lowering *l, const vmac_op *op, const view *v, int t) {
  int h, w, c;
  dims(&l->net->tensor[t], &h, &w, &c);
  if (v->flat || c != v->c ||
      (size_t)h * (size_t)w !=
          (size_t)(v->h + v->top + v->bottom) * (size_t)(v->w + v->left + v->right))
    return fail(l, op, "reordering of channels and pixels",
                "after a RESHAPE that mixes them only FULLY_CONNECTED may follow");
  return true;
}

/* Border pixels behind a map of `size`, as far as windows reach. */
static int behind(int out, int stride, int kernel, int before, int size) {
  return (out - 1) * stride + kernel - before - size;
}

static bool check_limits(const lowering *l, const vmac_op *op, const vmac_layer *y) {
  vmac_err *err = l->err;
  if (y->in_h > VMAC_MAP_MAX || y->in_w > VMAC_MAP_MAX || y->out_h > 32767 || y->out_w > 32767)
    return vmac_op_fail(l->net, op, err,
                        "map of %d x %d: the hardware counts to %d; tile the image", y->in_h,
                        y->in_w, VMAC_MAP_MAX);
  if (y->kh > VMAC_WINDOW_MAX || y->kw > VMAC_WINDOW_MAX)
    return vmac_op_fail(l->net, op, err,
                        "window of %d x %d: the hardware counts to %d; use a smaller window or two "
                        "operators",
                        y->kh, y->kw, VMAC_WINDOW_MAX);
  if (y->stride_h > VMAC_STRIDE_MAX || y->stride_w > VMAC_STRIDE_MAX)
    return vmac_op_fail(l->net, op, err, "stride of %d x %d: the hardware counts to %d",
                        y->stride_h, y->stride_w, VMAC_STRIDE_MAX);
  const int bottom = behind(y->out_h, y->stride_h, y->kh, y->pad_top, y->in_h);
  const int right = behind(y->out_w, y->stride_w, y->kw, y->pad_left, y->in_w);
  if (y->pad_top > VMAC_MAP_MAX || y->pad_left > VMAC_MAP_MAX || bottom > VMAC_MAP_MAX ||
      right > VMAC_MAP_MAX)
    return vmac_op_fail(
        l->net, op, err, "padding of %d and %d rows, %d and %d columns: the hardware counts to %d",
        y->pad_top, bottom > 0 ? bottom : 0, y->pad_left, right > 0 ? right : 0, VMAC_MAP_MAX);
  return true;
}

/* Window, stride and the operator's own padding, around that of the view. */
static void set_window(const lowering *l, vmac_layer *y, const vmac_op *op) {
  const vmac_tensor *out = &l->net->tensor[op->out];
  y->kh = op->kh;
  y->kw = op->kw;
  y->stride_h = op->stride_h;
  y->stride_w = op->stride_w;
  y->pad_top += op->pad_top;
  y->pad_left += op->pad_left;
  y->out_h = out->dim[1];
  y->out_w = out->dim[2];
}

static bool own_padding(const vmac_op *op) {
  return op->pad_top || op->pad_left || op->pad_bottom || op->pad_right;
}

static bool lower_conv(lowering *l, const vmac_op *op) {
  const view v = l->view[op->in[0]];
  if (!check_view(l, op, &v, op->in[0])) return false;
  vmac_layer *y = new_layer(l, op, VMAC_JOB_MAC, &v);
  set_window(l, y, op);
  return check_limits(l, op, y);
}

/* The k inputs of a row of m: the whole map, some of its rows, or some pixels of a row. */
static bool lower_fc(lowering *l, const vmac_op *op) {
  const view v = l->view[op->in[0]];
  const int row = v.w * v.c;
  vmac_layer *y = new_layer(l, op, VMAC_JOB_MAC, &v);
  if (op->k % row == 0) {
    y->kh = y->stride_h = op->k / row;
    y->kw = v.w;
    y->out_w = 1;
  } else if (row % op->k == 0 && op->k % v.c == 0) {
    y->kw = y->stride_w = op->k / v.c;
    y->out_w = row / op->k;
  } else {
    return fail(l, op, "product over parts of pixels",
                "its inputs must be whole pixels of the tensor that was flattened");
  }
  y->out_h = op->m / y->out_w;
  if (y->out_h == 1) y->stride_h = 1; /* a window as large as the map is one step: any stride */
  if (y->out_w == 1) y->stride_w = 1;
  return check_limits(l, op, y);
}

static bool lower_pool(lowering *l, const vmac_op *op) {
  const view v = l->view[op->in[0]];
  const bool average = op->kind == VMAC_AVGPOOL;
  if (!check_view(l, op, &v, op->in[0])) return false;
  if (average && own_padding(op))
    return fail(l, op, "average over windows of changing size",
                "use VALID padding, or a PAD operator before it, which counts as pixels");
  vmac_layer *y = new_layer(l, op, average ? VMAC_JOB_SUM : VMAC_JOB_MAX, &v);
  if (!padded(&v)) y->pad = INT8_MIN;
  set_window(l, y, op);
  y->zero = 0; /* codes in, codes out */
  y->scale = (vmac_scale){1 << 30, 1};
  if (!check_limits(l, op, y)) return false;
  if (!average) return true;
  y->single = true;
  if (vmac_average_scale(op->kh * op->kw, &y->scale)) return true;
  return vmac_op_fail(l->net, op, l->err,
                      "no 31-bit multiplier divides all sums of %d codes as TFLite does; use "
                      "another window",
                      op->kh * op->kw);
}

static bool lower_relu(lowering *l, const vmac_op *op) {
  const view v = l->view[op->in[0]];
  if (!check_view(l, op, &v, op->in[0])) return false;
  vmac_layer *y = new_layer(l, op, VMAC_JOB_SUM, &v);
  y->vbias = -l->net->tensor[op->in[0]].zero;
  y->scale = op->requant[0];
  return check_limits(l, op, y);
}

/* A PAD that no window takes in: every pixel is the largest of itself. */
static bool lower_pad_copy(lowering *l, const vmac_op *op) {
  view v = l->view[op->in[0]];
  v.top += op->pad_top;
  v.bottom += op->pad_bottom;
  v.left += op->pad_left;
  v.right += op->pad_right;
  vmac_layer *y = new_layer(l, op, VMAC_JOB_MAX, &v);
  y->zero = 0;
  y->lo = INT8_MIN;
  y->hi = INT8_MAX;
  y->scale = (vmac_scale){1 << 30, 1};
  return check_limits(l, op, y);
}

/* A takes the larger input scale: twice it is the unit of the sum, so A's part is exactly half. */
static bool lower_add(lowering *l, const vmac_op *op) {
  const vmac_tensor *t = l->net->tensor;
  const int a = t[op->in[1]].scale[0] > t[op->in[0]].scale[0], b = !a;
  const view va = l->view[op->in[a]], vb = l->view[op->in[b]];
  if (!check_view(l, op, &va, op->in[a]) || !check_view(l, op, &vb, op->in[b])) return false;
  if (va.place == vb.place)
    return fail(l, op, "addition of a tensor to itself",
                "its operands are read from different buffer sets; scale the tensor instead");
  vmac_layer *y = new_layer(l, op, VMAC_JOB_ADD, &va);
  y->in[1] = vb.place;
  l->graph->place[vb.place].last = l->graph->layers - 1;
  y->za = t[op->in[a]].zero;
  y->zb = t[op->in[b]].zero;
  y->scale_b = op->requant[b];
  y->scale = op->requant[2];
  if (op->left_shift != 20 || op->requant[a].mult != 1 << 30 || op->requant[a].shift)
    return fail(l, op, "addition with such scales", "the larger one must count as one half");
  return check_limits(l, op, y);
}

static bool lower_reshape(lowering *l, const vmac_op *op) {
  view v = l->view[op->in[0]];
  int h, w, c;
  dims(&l->net->tensor[op->out], &h, &w, &c);
  if (c == v.c && (size_t)h * (size_t)w == (size_t)v.h * (size_t)v.w) {
    v.h = h;
    v.w = w;
    v.flat = false;
  } else {
    v.flat = true;
  }
  l->view[op->out] = v;
  return true;
}

/* Whether the operator can think a border around its input: its window has one pad code. */
static bool takes_border(const vmac_net *net, const vmac_op *op) {
  switch (op->kind) {
  case VMAC_CONV:
  case VMAC_DEPTHWISE:
  case VMAC_RELU:
    return true;
  case VMAC_MAXPOOL:
    return !own_padding(op) || net->tensor[op->in[0]].zero == INT8_MIN;
  case VMAC_AVGPOOL:
    return !own_padding(op);
  case VMAC_FC:
  case VMAC_ADD:
  case VMAC_RESHAPE:
  case VMAC_SOFTMAX:
  case VMAC_PAD:
    break;
  }
  return false;
}

static bool lower_pad(lowering *l, const vmac_op *op) {
  const vmac_net *net = l->net;
  const int32_t *pads = net->tensor[op->weight].i32;
  view v = l->view[op->in[0]];
  if (!check_view(l, op, &v, op->in[0])) return false;
  if (pads[0] || pads[1] || pads[6] || pads[7])
    return fail(l, op, "padding of batch or channels", "pad height and width only");
  bool fold = op->out != l->graph->out_tensor;
  for (int i = 0; i < net->ops; i++)
    for (int j = 0; j < 2; j++)
      if (l->needed[net->op[i].out] && net->op[i].in[j] == op->out)
        fold = fold && takes_border(net, &net->op[i]);
  if (!fold) return lower_pad_copy(l, op);
  v.top += op->pad_top;
  v.left += op->pad_left;
  v.bottom += op->pad_bottom;
  v.right += op->pad_right;
  l->view[op->out] = v;
  return true;
}

static bool lower_op(lowering *l, const vmac_op *op) {
  switch (op->kind) {
  case VMAC_CONV:
  case VMAC_DEPTHWISE:
    return lower_conv(l, op);
  case VMAC_FC:
    return lower_fc(l, op);
  case VMAC_ADD:
    return lower_add(l, op);
  case VMAC_AVGPOOL:
  case VMAC_MAXPOOL:
    return lower_pool(l, op);
  case VMAC_RELU:
    return lower_relu(l, op);
  case VMAC_RESHAPE:
    return lower_reshape(l, op);
  case VMAC_PAD:
    return lower_pad(l, op);
  case VMAC_SOFTMAX:
    break;
  }
  return fail(l, op, "SOFTMAX between operators", "only as the last one is it left to the host");
}

/* What leaves the hardware: the output, or the input of the SOFTMAX that makes it. */
static void find_output(lowering *l) {
  vmac_graph *g = l->graph;
  g->out_tensor = l->net->output;
  g->softmax = -1;
  for (int i = l->net->ops - 1; i >= 0; i--) {
    const vmac_op *op = &l->net->op[i];
    if (op->out != g->out_tensor) continue;
    if (op->kind == VMAC_SOFTMAX && g->softmax < 0)
      g->softmax = i;
    else if (op->kind != VMAC_RESHAPE)
      return;
    g->out_tensor = op->in[0];
  }
}

/* The last layer's results leave on the stream; nobody else reads them, since what the output does
 * not need was never lowered. Where the output is the input, a copy of it leaves. */
static void to_stream(lowering *l) {
  vmac_graph *g = l->graph;
  const view v = l->view[g->out_tensor];
  vmac_place *p = &g->place[v.place];
  if (p->first < 0) {
    vmac_layer *y = &g->layer[g->layers];
    *y = (vmac_layer){.op = -1, .kind = VMAC_JOB_MAX, .tensor = g->out_tensor};
    y->in[0] = v.place;
    y->in[1] = -1;
    y->in_h = y->out_h = p->h;
    y->in_w = y->out_w = p->w;
    y->kh = y->kw = y->stride_h = y->stride_w = 1;
    y->pad = y->lo = INT8_MIN;
    y->hi = INT8_MAX;
    y->scale = (vmac_scale){1 << 30, 1};
    p->last = g->layers;
    y->out = new_place(l, g->out_tensor, p->h, p->w, p->c, g->layers++);
    vmac_layout_tensor(&g->place[y->out], g->hw);
  }
  g->layer[g->layers - 1].to_stream = true;
}

bool vmac_lower(vmac_graph *g, vmac_err *err) {
  const vmac_net *net = g->net;
  const size_t tensors = (size_t)net->tensors;
  g->place = vmac_alloc((size_t)net->ops + 2, sizeof *g->place);
  g->layer = vmac_alloc((size_t)net->ops + 1, sizeof *g->layer);
  lowering l = {.graph = g,
                .net = net,
                .view = vmac_alloc(tensors, sizeof(view)),
                .needed = vmac_alloc(tensors, sizeof(bool)),
                .err = err};
  find_output(&l);
  l.needed[g->out_tensor] = true;
  for (int i = net->ops - 1; i >= 0; i--) {
    const vmac_op *op = &net->op[i];
    for (int j = 0; l.needed[op->out] && j < (op->kind == VMAC_ADD ? 2 : 1); j++)
      l.needed[op->in[j]] = true;
  }
  int h, w, c;
  dims(&net->tensor[net->input], &h, &w, &c);
  g->input = new_place(&l, net->input, h, w, c, -1);
  vmac_layout_input(&g->place[g->input], g->hw);
  bool good = true;
  for (int i = 0; good && i < net->ops; i++)
    if (l.needed[net->op[i].out]) good = lower_op(&l, &net->op[i]);
  if (good) to_stream(&l);
  free(l.view);
  free(l.needed);
  return good;
}
