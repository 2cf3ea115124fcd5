/* Unit and inertial delays: time steps, each with the nets that change in it.
 *
 * A net's function differing from its value is a change that comes `delay` steps later; where it
 * agrees again before, the change is off. That is `assign #delay y = f(...)` of Verilog, lane by
 * lane. A change due at the very step in which it would be called off still comes: a pulse as long
 * as the delay passes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "gatesim_core.h"

#define NONE UINT32_MAX

/* Changes due, in lists by time and by net. Those of a net become due in the order in which they
 * were made, because its delay is one number: the first of the list is the next. */
typedef struct {
  uint32_t net, of_time, of_net; /* of_*: the next in the list */
} sim_event;

struct sim_queue {
  uint32_t *delay;         /* (nets) */
  uint32_t *first_reader;  /* (nets + 1) into reader[] */
  uint32_t *reader;        /* nodes that read a net */
  uint32_t *head, *tail;   /* (nets) its events */
  sim_word *pending;       /* (nets): lanes in which a change is due */
  uint32_t *at_time, span; /* (span, a power of two) events due at time t: at_time[t % span] */
  sim_event *event;
  sim_word *mask;                 /* the lanes of each event */
  uint32_t events, unused, alive; /* allocated; first of the free list; in the lists */
  uint32_t *dirty;                /* nodes to evaluate in this time step */
  size_t dirties;
  bool *is_dirty;
};

static void grow(sim_queue *q) {
  const uint32_t more = q->events ? 2 * q->events : 16;
  sim_event *event = realloc(q->event, more * sizeof *event);
  sim_word *mask = vmac_alloc_aligned(more * sizeof *mask);
  if (!event) abort();
  if (q->events) memcpy(mask, q->mask, q->events * sizeof *mask);
  free(q->mask);
  q->event = event;
  q->mask = mask;
  for (uint32_t e = q->events; e < more; e++) event[e].of_time = e + 1 < more ? e + 1 : NONE;
  q->unused = q->events;
  q->events = more;
}

/* Which nodes read each net. */
static void find_readers(const gatesim *sim, sim_queue *q) {
  uint32_t *first = vmac_alloc(sim->nl->nets + 2, sizeof *first);
  for (int pass = 0; pass < 2; pass++) {
    for (uint32_t i = 0; i < sim->nodes; i++) {
      const sim_node *node = &sim->node[i];
      const bool wide = node->inputs == SIM_WIDE;
      const size_t inputs = wide ? node->gate->cell->pins : node->inputs;
      for (size_t k = 0; k < inputs; k++) {
        const uint32_t net = wide ? node->slot[k] : node->in[k];
        if (net == NO_SLOT || (wide && node->gate->cell->pin[k].dir != PIN_INPUT)) continue;
        if (pass == 0)
          first[net + 2]++;
        else
          q->reader[first[net + 1]++] = i;
      }
    }
    if (pass == 1) break;
    for (size_t n = 2; n < sim->nl->nets + 2; n++) first[n] += first[n - 1];
    q->reader = vmac_alloc(first[sim->nl->nets + 1] + 1, sizeof *q->reader);
  }
  q->first_reader = first;
}

sim_queue *sim_queue_new(const gatesim *sim, const int *delay) {
  const size_t nets = sim->nl->nets;
  sim_queue *q = vmac_alloc(1, sizeof *q);
  q->delay = vmac_alloc(nets, sizeof *q->delay);
  q->head = vmac_alloc(nets, sizeof *q->head);
  q->tail = vmac_alloc(nets, sizeof *q->tail);
  uint32_t most = 1;
  for (size_t n = 0; n < nets; n++) {
    q->delay[n] = delay && delay[n] > 0 ? (uint32_t)delay[n] : 0;
    if (q->delay[n] > most) most = q->delay[n];
    q->head[n] = q->tail[n] = NONE;
  }
  for (size_t i = 0; i < sim->nodes; i++)
    if (!q->delay[sim->node[i].out]) q->delay[sim->node[i].out] = 1;
  for (q->span = 2; q->span <= most;) q->span *= 2;
  q->at_time = vmac_alloc(q->span, sizeof *q->at_time);
  for (uint32_t t = 0; t < q->span; t++) q->at_time[t] = NONE;
  q->pending = vmac_alloc_aligned(nets * sizeof *q->pending);
  q->dirty = vmac_alloc(sim->nodes, sizeof *q->dirty);
  q->is_dirty = vmac_alloc(sim->nodes, sizeof *q->is_dirty);
  find_readers(sim, q);
  grow(q);
  return q;
}

void sim_queue_free(sim_queue *q) {
  if (!q) return;
  free(q->delay);
  free(q->first_reader);
  free(q->reader);
  free(q->head);
  free(q->tail);
  free(q->pending);
  free(q->at_time);
  free(q->event);
  free(q->mask);
  free(q->dirty);
  free(q->is_dirty);
  free(q);
}

static inline VMAC_BODY bool any(const sim_word *word) {
  uint64_t bits = 0;
  for (int i = 0; i < SIM_WORDS; i++) bits |= (*word)[i];
  return bits != 0;
}

static inline VMAC_BODY void post(sim_queue *q, uint32_t net, uint32_t time, const sim_word *mask) {
  if (q->unused == NONE) grow(q);
  const uint32_t e = q->unused;
  sim_event *event = &q->event[e];
  q->unused = event->of_time;
  q->alive++;
  q->mask[e] = *mask;
  *event = (sim_event){net, q->at_time[time % q->span], NONE};
  q->at_time[time % q->span] = e;
  if (q->head[net] == NONE)
    q->head[net] = e;
  else
    q->event[q->tail[net]].of_net = e;
  q->tail[net] = e;
}

/* A net that only this step sets: an input or a flip-flop's output. */
static inline VMAC_BODY void post_change(sim_queue *q, const sim_word *slot, uint32_t net,
                                         const sim_word *now) {
  const sim_word moved = slot[net] ^ *now;
  if (any(&moved)) post(q, net, q->delay[net], &moved);
}

/* All changes due at `time`; their readers become dirty. */
static inline VMAC_BODY void change_nets(gatesim *sim, sim_word *slot, uint32_t time,
                                         const sim_word *valid, bool counted, bool traced) {
  sim_queue *q = sim->queue;
  uint32_t e = q->at_time[time % q->span], after;
  q->at_time[time % q->span] = NONE;
  for (; e != NONE; e = after) {
    const uint32_t net = q->event[e].net;
    const sim_word moved = q->mask[e];
    after = q->event[e].of_time;
    q->head[net] = q->event[e].of_net;
    q->event[e].of_time = q->unused;
    q->unused = e;
    q->alive--;
    if (!any(&moved)) continue;
    q->pending[net] &= ~moved;
    slot[net] ^= moved;
    if (traced && moved[0] & 1) sim->trace(sim->trace_user, time, (int)net, slot[net][0] & 1);
    if (counted) {
      const sim_word seen = moved & *valid, rising = seen & slot[net];
      const uint64_t rises = sim_ones(&rising);
      sim->activity[net].rises += rises;
      sim->activity[net].falls += sim_ones(&seen) - rises;
    }
    for (uint32_t r = q->first_reader[net]; r < q->first_reader[net + 1]; r++) {
      const uint32_t node = q->reader[r];
      if (q->is_dirty[node]) continue;
      q->is_dirty[node] = true;
      q->dirty[q->dirties++] = node;
    }
  }
}

static inline VMAC_BODY void settle_nodes(gatesim *sim, const sim_word *slot, uint32_t time) {
  sim_queue *q = sim->queue;
  for (size_t i = 0; i < q->dirties; i++) {
    const sim_node *node = &sim->node[q->dirty[i]];
    const uint32_t net = node->out;
    sim_word wanted;
    q->is_dirty[q->dirty[i]] = false;
    sim_eval(node, slot, &wanted);
    wanted ^= slot[net];
    const sim_word off = q->pending[net] & ~wanted, fresh = wanted & ~q->pending[net];
    q->pending[net] = wanted;
    if (any(&off))
      for (uint32_t e = q->head[net]; e != NONE; e = q->event[e].of_net) q->mask[e] &= ~off;
    if (any(&fresh)) post(q, net, time + q->delay[net], &fresh);
  }
  q->dirties = 0;
}

static inline VMAC_BODY void step_block_body(gatesim *sim, size_t block, bool clocked,
                                             bool counted) {
  sim_queue *q = sim->queue;
  sim_word *slot = sim->value + block * sim->slots, now;
  const sim_word *coming = sim->coming + block * sim->inputs, *valid = &sim->valid[block];
  if (clocked) sim_load(sim, slot);
  for (size_t i = 0; i < sim->inputs; i++)
    post_change(q, slot, (uint32_t)sim->input_net[i], &coming[i]);
  for (size_t i = 0; i < sim->ff_outs; i++) {
    sim_eval(&sim->ff_out[i], slot, &now);
    post_change(q, slot, sim->ff_out[i].out, &now);
  }
  for (uint32_t time = 0; q->alive; time++) {
    if (q->at_time[time % q->span] == NONE) continue;
    change_nets(sim, slot, time, valid, counted, sim->trace && block == 0);
    settle_nodes(sim, slot, time);
  }
  for (size_t n = NET_FIRST; counted && n < sim->nl->nets; n++) {
    const sim_word high = slot[n] & *valid;
    sim->activity[n].high += sim_ones(&high);
  }
}

SIM_PER_ISA(step_block, (gatesim * sim, size_t block, bool clocked, bool counted),
            (sim, block, clocked, counted))

void sim_event_step(gatesim *sim, bool clocked, bool counted) {
  for (size_t b = 0; b < sim->blocks; b++) step_block_of(sim)(sim, b, clocked, counted);
}
