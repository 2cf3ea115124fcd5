/* The exact network up to some op, kept over a data set.
 *
 * Kept are all tensors that are alive there, not the next op's input alone: a shortcut carries
 * others past it. SPDX-License-Identifier: Apache-2.0 */
#include "net/prefix.h"

#include <stdlib.h>
#include <string.h>

/* One image: the tensors alive before op `at`, one after the other; NULL: none kept. */
typedef struct {
  int at;
  int8_t *codes;
} slot;

struct vmac_prefix {
  const vmac_net *net;
  vmac_rounding rounding;
  const vmac_dataset *data;
  size_t images, bytes;
  int first;
  size_t keeps; /* images 0..keeps-1 are kept at `first` */
  bool *alive;  /* (ops + 1, tensors): made before an op, read by it or later */
  slot *slot;   /* (images) */
};

static const bool *alive_at(const vmac_prefix *p, int op) {
  return p->alive + (size_t)op * (size_t)p->net->tensors;
}

static size_t alive_bytes(const vmac_prefix *p, int op) {
  size_t bytes = 0;
  for (int t = 0; t < p->net->tensors; t++)
    if (alive_at(p, op)[t]) bytes += p->net->tensor[t].size;
  return bytes;
}

/* Backwards from the end: an op's output is not alive before it, its inputs are. */
static void find_alive(vmac_prefix *p) {
  const vmac_net *net = p->net;
  const size_t tensors = (size_t)net->tensors;
  p->alive[(size_t)net->ops * tensors + (size_t)net->output] = true;
  for (int i = net->ops - 1; i >= 0; i--) {
    const vmac_op *op = &net->op[i];
    bool *alive = p->alive + (size_t)i * tensors;
    memcpy(alive, alive + tensors, tensors * sizeof *alive);
    alive[op->out] = false;
    alive[op->in[0]] = true;
    if (op->kind == VMAC_ADD) alive[op->in[1]] = true;
  }
}

vmac_prefix *vmac_prefix_new(const vmac_net *net, vmac_rounding rounding, const vmac_dataset *data,
                             size_t images, size_t bytes) {
  vmac_prefix *p = vmac_alloc(1, sizeof *p);
  p->net = net;
  p->rounding = rounding;
  p->data = data;
  p->images = images;
  p->bytes = bytes;
  p->alive = vmac_alloc((size_t)(net->ops + 1) * (size_t)net->tensors, sizeof *p->alive);
  p->slot = vmac_alloc(images, sizeof *p->slot);
  find_alive(p);
  return p;
}

static void forget(slot *s) {
  free(s->codes);
  *s = (slot){0};
}

void vmac_prefix_free(vmac_prefix *prefix) {
  if (!prefix) return;
  for (size_t i = 0; i < prefix->images; i++) forget(&prefix->slot[i]);
  free(prefix->slot);
  free(prefix->alive);
  free(prefix);
}

/* Nothing is kept before op 0: the data set has the images. What later ops made is of no use. */
void vmac_prefix_set(vmac_prefix *prefix, int first) {
  prefix->first = first;
  prefix->keeps = first ? prefix->bytes / alive_bytes(prefix, first) : 0;
  if (prefix->keeps > prefix->images) prefix->keeps = prefix->images;
  for (size_t i = 0; i < prefix->images; i++)
    if (i >= prefix->keeps || prefix->slot[i].at > first) forget(&prefix->slot[i]);
}

/* Between the state and a slot's codes. */
static void restore(const vmac_prefix *p, const slot *s, vmac_state *state) {
  const int8_t *from = s->codes;
  for (int t = 0; t < p->net->tensors; t++) {
    if (!alive_at(p, s->at)[t]) continue;
    memcpy(state->i8[t], from, p->net->tensor[t].size);
    from += p->net->tensor[t].size;
  }
}

static void keep(const vmac_prefix *p, slot *s, const vmac_state *state) {
  forget(s);
  int8_t *to = s->codes = vmac_alloc(alive_bytes(p, p->first), 1);
  s->at = p->first;
  for (int t = 0; t < p->net->tensors; t++) {
    if (!alive_at(p, p->first)[t]) continue;
    memcpy(to, state->i8[t], p->net->tensor[t].size);
    to += p->net->tensor[t].size;
  }
}

void vmac_prefix_load(vmac_prefix *prefix, size_t image, vmac_state *state) {
  slot *s = &prefix->slot[image];
  int from = 0;
  if (s->codes) {
    restore(prefix, s, state);
    state->image = image;
    from = s->at;
  } else {
    vmac_state_set_image(prefix->net, state, prefix->data, image);
  }
  for (int i = from; i < prefix->first; i++)
    vmac_net_run_op(prefix->net, NULL, prefix->rounding, i, state);
  if (from < prefix->first && image < prefix->keeps) keep(prefix, s, state);
}
