/* Channels of a network in another order. SPDX-License-Identifier: Apache-2.0 */
#include "net/channels.h"

#include <stdlib.h>
#include <string.h>

/* ---- spaces ------------------------------------------------------------------------------------
 */

static int root_of(int *parent, int t) {
  while (parent[t] != t) t = parent[t] = parent[parent[t]];
  return t;
}

static int last_dim(const vmac_tensor *t) {
  return t->dim[t->rank - 1];
}

/* Whether the operator's output has the channels of its input, at least as whole stretches. */
static bool keeps_apart(const vmac_net *net, const vmac_op *op) {
  switch (op->kind) {
  case VMAC_CONV:
  case VMAC_FC:
  case VMAC_SOFTMAX:
    return false;
  case VMAC_DEPTHWISE:
    return op->multiplier == 1;
  case VMAC_PAD: {
    const int32_t *pads = net->tensor[op->weight].i32;
    return !pads[6] && !pads[7];
  }
  case VMAC_RESHAPE:
    return last_dim(&net->tensor[op->out]) % last_dim(&net->tensor[op->in[0]]) == 0;
  case VMAC_ADD:
  case VMAC_AVGPOOL:
  case VMAC_MAXPOOL:
  case VMAC_RELU:
    break;
  }
  return true;
}

/* Whether an operator that does not keep channels apart may read them in any order. */
static bool takes_any_order(const vmac_op *op) {
  return op->kind == VMAC_CONV || op->kind == VMAC_FC;
}

vmac_channels *vmac_channels_new(const vmac_net *net) {
  vmac_channels *c = vmac_alloc(1, sizeof *c);
  const size_t tensors = (size_t)net->tensors;
  int *parent = vmac_alloc(tensors, sizeof *parent);
  bool *fixed = vmac_alloc(tensors, sizeof *fixed);
  for (int t = 0; t < net->tensors; t++) parent[t] = t;
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    if (!keeps_apart(net, op)) continue;
    for (int j = 0; j < (op->kind == VMAC_ADD ? 2 : 1); j++)
      parent[root_of(parent, op->in[j])] = root_of(parent, op->out);
  }
  fixed[root_of(parent, net->input)] = fixed[root_of(parent, net->output)] = true;
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    if (keeps_apart(net, op)) continue;
    if (!takes_any_order(op)) fixed[root_of(parent, op->in[0])] = true;
    if (!takes_any_order(op)) fixed[root_of(parent, op->out)] = true;
  }
  c->tensors = net->tensors;
  c->of = vmac_alloc(tensors, sizeof *c->of);
  c->channels = vmac_alloc(tensors, sizeof *c->channels);
  c->fixed = vmac_alloc(tensors, sizeof *c->fixed);
  int *space = vmac_alloc(tensors, sizeof *space);
  memset(space, -1, tensors * sizeof *space);
  for (int t = 0; t < net->tensors; t++) {
    const vmac_tensor *of = &net->tensor[t];
    const int root = root_of(parent, t);
    c->of[t] = -1;
    if (of->i8 || of->i32) continue;
    if (space[root] < 0) {
      space[root] = c->spaces;
      c->fixed[c->spaces] = fixed[root];
      c->channels[c->spaces++] = last_dim(of);
    }
    c->of[t] = space[root];
    if (last_dim(of) < c->channels[space[root]]) /* others of it are flattened */
      c->channels[space[root]] = last_dim(of);
  }
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    const int from = c->of[op->in[0]], to = c->of[op->out];
    /* Products over parts of pixels; filters that are no channels but stretches of flat ones. */
    if (op->kind == VMAC_FC && op->k % c->channels[from]) c->fixed[from] = true;
    if (vmac_op_is_mac(op) && op->n != c->channels[to]) c->fixed[to] = true;
  }
  free(space);
  free(fixed);
  free(parent);
  return c;
}

void vmac_channels_free(vmac_channels *c) {
  if (!c) return;
  free(c->of);
  free(c->channels);
  free(c->fixed);
  free(c);
}

/* ---- another order -----------------------------------------------------------------------------
 */

/* Rows of `size` bytes: row c is from now on what was row order[c]. */
static void reorder_rows(void *bytes, size_t size, const int *order, int rows) {
  uint8_t *now = bytes, *was = vmac_alloc((size_t)rows, size);
  memcpy(was, now, (size_t)rows * size);
  for (int c = 0; c < rows; c++)
    memcpy(now + (size_t)c * size, was + (size_t)order[c] * size, size);
  free(was);
}

static void reorder_scales(vmac_tensor *t, const int *order, int channels) {
  if (t->scales == channels) reorder_rows(t->scale, sizeof *t->scale, order, channels);
}

/* The layer writes the space. */
static void reorder_outputs(vmac_net *net, const vmac_op *op, const int *order) {
  vmac_tensor *weight = &net->tensor[op->weight];
  if (op->kind == VMAC_DEPTHWISE)
    for (int t = 0; t < op->k; t++)
      reorder_rows(weight->i8 + (size_t)t * (size_t)op->n, 1, order, op->n);
  else
    reorder_rows(weight->i8, (size_t)op->k, order, op->n);
  reorder_scales(weight, order, op->n);
  if (op->bias < 0) return;
  reorder_rows(net->tensor[op->bias].i32, sizeof(int32_t), order, op->n);
  reorder_scales(&net->tensor[op->bias], order, op->n);
}

/* The layer reads it: its k inputs are stretches of the space's channels. */
static void reorder_inputs(vmac_net *net, const vmac_op *op, const int *order, int channels) {
  int8_t *w = net->tensor[op->weight].i8;
  for (int i = 0; i < op->n * op->k; i += channels) reorder_rows(w + i, 1, order, channels);
}

void vmac_channels_reorder(vmac_net *net, const vmac_channels *c, int space, const int *order) {
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    if (!vmac_op_is_mac(op)) continue;
    if (c->of[op->out] == space) reorder_outputs(net, op, order);
    if (op->kind != VMAC_DEPTHWISE && c->of[op->in[0]] == space)
      reorder_inputs(net, op, order, c->channels[space]);
  }
}
