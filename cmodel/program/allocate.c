/* Places for the tensors in the two buffer sets.
 *
 * A tensor lives from the layer that writes it to the last one that reads it, both included: a
 * layer never writes over what it reads. The two operands of an ADD are read at once and so lie in
 * different sets; that ties tensors into components whose sets are fixed but for a swap. Within a
 * set, first fit in the order of the layers. Swaps are tried as long as one helps; networks are a
 * few dozen layers, and a ResNet's components mostly single ADDs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "net/net.h"
#include "program/layer.h"

typedef struct {
  vmac_graph *graph;
  int *component, *side; /* of each place; its set is side ^ swap[component] */
  int *swap;             /* of each component */
  int components;
} colouring;

/* The name of the operator that makes a place, for a message. */
static const vmac_op *maker(const vmac_graph *g, const vmac_place *p) {
  const int op = p->first < 0 ? -1 : g->layer[p->first].op;
  return op < 0 ? NULL : &g->net->op[op];
}

/* Walks the ADDs until nothing changes; false at one whose operands are bound to one set. */
static bool colour(colouring *c, vmac_err *err) {
  const vmac_graph *g = c->graph;
  for (int i = 0; i < g->places; i++) c->component[i] = i;
  for (int i = 0; i < g->layers; i++) {
    const vmac_layer *y = &g->layer[i];
    if (y->kind != VMAC_JOB_ADD) continue;
    const int a = y->in[0], b = y->in[1], from = c->component[b];
    if (c->component[a] == from) {
      if (c->side[a] != c->side[b]) continue;
      return vmac_op_fail(g->net, &g->net->op[y->op], err,
                          "its operands are bound to one buffer set by the ADDs before it, and the "
                          "hardware reads an ADD's operands from both; put an operator between");
    }
    const int flip = c->side[a] == c->side[b];
    for (int p = 0; p < g->places; p++)
      if (c->component[p] == from) {
        c->component[p] = c->component[a];
        c->side[p] ^= flip;
      }
  }
  return true;
}

/* The lowest base where `words` fit among the set's tensors that live at the same time. */
static int first_fit(const vmac_graph *g, int index) {
  const vmac_place *p = &g->place[index];
  int base = 0;
  for (bool moved = true; moved && base < 1 << 28;) {
    moved = false;
    for (int i = 0; i < index; i++) {
      const vmac_place *q = &g->place[i];
      if (q->set != p->set || q->last < p->first || p->last < q->first || !q->words) continue;
      if (base < q->base + q->words && q->base < base + p->words) {
        base = q->base + q->words;
        moved = true;
      }
    }
  }
  return base;
}

/* What an arrangement needs: words of the fuller set, and tensors that leave the buffers. */
typedef struct {
  int words, outside;
} need;

/* Places everything. Places stand in the order of layers. */
static need arrange(colouring *c) {
  vmac_graph *g = c->graph;
  need n = {0, 0};
  for (int i = 0; i < g->places; i++) {
    vmac_place *p = &g->place[i];
    p->set = c->side[i] ^ c->swap[c->component[i]];
    p->base = first_fit(g, i);
    const int end = p->words ? p->base + p->words : 0;
    if (end > n.words) n.words = end;
    n.outside += end > g->hw->buf_depth;
  }
  return n;
}

static bool less(need a, need b) {
  return a.words != b.words ? a.words < b.words : a.outside < b.outside;
}

/* Starts with sets that alternate, then swaps single components while that lowers the need; not in
 * networks so long that trying costs more than the buffers would. */
static need best(colouring *c) {
  enum { LONG = 300 };
  const int n = c->graph->places;
  for (int i = 0; i < n; i++) c->swap[i] = i & 1;
  need least = arrange(c);
  for (bool better = n <= LONG; better;) {
    better = false;
    for (int i = 0; i < n; i++) {
      if (c->component[i] != i) continue;
      c->swap[i] ^= 1;
      const need now = arrange(c);
      if (less(now, least)) {
        least = now;
        better = true;
      } else {
        c->swap[i] ^= 1;
      }
    }
  }
  return arrange(c);
}

static bool too_large(const vmac_graph *g, int words, vmac_err *err) {
  const int depth = g->hw->buf_depth;
  int enough = 16;
  while (enough < words && enough < 1 << 30) enough *= 2;
  for (int i = 0; i < g->places; i++) {
    const vmac_place *p = &g->place[i];
    const int over = p->base + p->words - depth;
    if (!p->words || over <= 0) continue;
    const vmac_op *op = maker(g, p);
    const char *name = g->net->tensor[p->tensor].name;
    char advice[96];
    if (enough <= 32768)
      snprintf(advice, sizeof advice, "BUF_DEPTH %d would be enough", enough);
    else
      snprintf(advice, sizeof advice, "it needs %d, more than the hardware can have", words);
    if (!op)
      return vmac_fail(err,
                       "the input (tensor %d '%s', %d x %d x %d) takes %d words, %d more than "
                       "a buffer set has; %s",
                       p->tensor, name ? name : "", p->h, p->w, p->c, p->words, over, advice);
    return vmac_op_fail(g->net, op, err,
                        "its output (tensor %d '%s', %d x %d x %d, %d words) ends %d words behind "
                        "the %d of buffer set %c, beside what else is needed then; %s",
                        p->tensor, name ? name : "", p->h, p->w, p->c, p->words, over, depth,
                        p->set ? 'Y' : 'X', advice);
  }
  return true;
}

bool vmac_allocate(vmac_graph *g, vmac_err *err) {
  const size_t n = (size_t)g->places;
  colouring c = {.graph = g,
                 .component = vmac_alloc(n, sizeof *c.component),
                 .side = vmac_alloc(n, sizeof *c.side),
                 .swap = vmac_alloc(n, sizeof *c.swap)};
  for (int i = 0; i < g->places; i++) {
    vmac_place *p = &g->place[i];
    /* Map sides are at most 1023, channels fit a tensor: 2^20 pixels times groups stay in an int
     * once clamped, far above any buffer. */
    const int64_t words = (int64_t)p->h * p->w * p->groups;
    p->words = words > 1 << 24 ? 1 << 24 : (int)words;
  }
  g->place[g->layer[g->layers - 1].out].words = 0; /* it leaves on the stream */
  const bool good = colour(&c, err) && too_large(g, best(&c).words, err);
  free(c.component);
  free(c.side);
  free(c.swap);
  return good;
}
