/* A simulation's life: compile, set, step, read. SPDX-License-Identifier: Apache-2.0 */
#include "gatesim.h"

#include <stdlib.h>
#include <string.h>

#include "gatesim_core.h"

static void compile_inputs(gatesim *sim) {
  const net_list *nl = sim->nl;
  sim->input_net = vmac_alloc(nl->nets, sizeof *sim->input_net);
  sim->input_of = vmac_alloc(nl->nets, sizeof *sim->input_of);
  for (size_t n = 0; n < nl->nets; n++) sim->input_of[n] = -1;
  for (size_t i = 0; i < nl->ports; i++)
    for (size_t b = 0; nl->port[i].dir == PIN_INPUT && b < nl->port[i].width; b++) {
      const int net = nl->port[i].net[b];
      if (net == nl->clock) continue;
      sim->input_of[net] = (int)sim->inputs;
      sim->input_net[sim->inputs++] = net;
    }
}

/* One node for each output net of the gates from..to. */
static sim_node *compile_outputs(gatesim *sim, size_t from, size_t to, size_t *count) {
  const net_list *nl = sim->nl;
  size_t most = 0;
  for (size_t g = from; g < to; g++) most += nl->gate[g].cell->pins;
  sim_node *node = vmac_alloc(most, sizeof *node);
  for (size_t g = from; g < to; g++)
    for (size_t p = 0; p < nl->gate[g].cell->pins; p++) {
      const cell_pin *pin = &nl->gate[g].cell->pin[p];
      if (pin->dir == PIN_OUTPUT && nl->gate[g].net[p] >= 0)
        node[(*count)++] =
            sim_compile(sim, g, &pin->function, (uint32_t)nl->gate[g].net[p], NET_ZERO);
    }
  return node;
}

static sim_word *words(size_t count) {
  return vmac_alloc_aligned((count ? count : 1) * sizeof(sim_word));
}

static void first_values(gatesim *sim) {
  const net_list *nl = sim->nl;
  for (size_t b = 0; b < sim->blocks; b++) {
    sim_word *slot = sim->value + b * sim->slots;
    memset(&slot[NET_ONE], 0xff, sizeof *slot);
    for (size_t f = 0; f < sim->ffs; f++) memset(&slot[nl->nets + 2 * f + 1], 0xff, sizeof *slot);
    for (size_t i = 0; i < SIM_LANES; i++)
      if (b * SIM_LANES + i < sim->lanes) sim->valid[b][i / 64] |= (uint64_t)1 << i % 64;
  }
  sim_zero_step(sim, false, false); /* whatever the mode: where it ends is the same */
}

gatesim *gatesim_new(const net_list *nl, size_t lanes, sim_mode mode, const int *delay) {
  gatesim *sim = vmac_alloc(1, sizeof *sim);
  sim->nl = nl;
  sim->mode = mode;
  sim->isa = vmac_isa_now();
  sim->counts = SIM_COUNTS(sim->isa);
  sim->lanes = lanes;
  sim->blocks = (lanes + SIM_LANES - 1) / SIM_LANES;
  sim->ffs = nl->gates - nl->combs;
  sim->slots = nl->nets + 2 * sim->ffs;
  compile_inputs(sim);
  sim->node = compile_outputs(sim, 0, nl->combs, &sim->nodes);
  sim->ff_out = compile_outputs(sim, nl->combs, nl->gates, &sim->ff_outs);
  sim->next = vmac_alloc(sim->ffs, sizeof *sim->next);
  for (size_t f = 0; f < sim->ffs; f++)
    sim->next[f] = sim_compile(sim, nl->combs + f, &nl->gate[nl->combs + f].cell->next,
                               (uint32_t)(nl->nets + 2 * f), NET_ZERO);
  sim->value = words(sim->blocks * sim->slots);
  sim->coming = words(sim->blocks * sim->inputs);
  sim->state = words(sim->ffs);
  sim->valid = words(sim->blocks);
  sim->activity = vmac_alloc(nl->nets, sizeof *sim->activity);
  if (mode != SIM_ZERO) sim->queue = sim_queue_new(sim, mode == SIM_UNIT ? NULL : delay);
  first_values(sim);
  return sim;
}

static void free_nodes(sim_node *node, size_t count) {
  for (size_t i = 0; i < count; i++) sim_node_free(&node[i]);
  free(node);
}

void gatesim_free(gatesim *sim) {
  if (!sim) return;
  free_nodes(sim->node, sim->nodes);
  free_nodes(sim->ff_out, sim->ff_outs);
  free_nodes(sim->next, sim->ffs);
  for (size_t i = 0; i < sim->forms; i++) free(sim->form[i].form);
  for (size_t i = 0; i < sim->watches; i++)
    for (size_t k = 0; k < sim->watch[i].nodes; k++) sim_node_free(&sim->watch[i].node[k]);
  sim_queue_free(sim->queue);
  free(sim->form);
  free(sim->watch);
  free(sim->input_net);
  free(sim->input_of);
  free(sim->value);
  free(sim->coming);
  free(sim->state);
  free(sim->valid);
  free(sim->activity);
  free(sim->traced);
  free(sim);
}

/* ---- inputs and outputs ---------------------------------------------------------------------- */

/* Bit i of row[b] becomes bit b of row[i]. */
static void transpose(uint32_t row[32]) {
  uint32_t mask = 0xffff;
  for (int j = 16; j; j >>= 1, mask ^= mask << j)
    for (int k = 0; k < 32; k = (k + j + 1) & ~j) {
      const uint32_t swap = (row[k] >> j ^ row[k + j]) & mask;
      row[k] ^= swap << j;
      row[k + j] ^= swap;
    }
}

void gatesim_set(gatesim *sim, const net_port *port, const uint32_t *value, size_t lanes,
                 size_t stride) {
  uint32_t row[64];
  for (size_t i = 0; i < lanes; i += 64) {
    const size_t some = lanes - i < 64 ? lanes - i : 64;
    const uint64_t mask = some == 64 ? ~(uint64_t)0 : ((uint64_t)1 << some) - 1;
    memset(row, 0, sizeof row);
    for (size_t k = 0; stride && k < some; k++) row[k] = value[(i + k) * stride];
    if (stride) transpose(row), transpose(row + 32);
    for (size_t b = 0; b < port->width; b++) {
      const int input = sim->input_of[port->net[b]];
      if (input < 0) continue; /* the clock */
      const uint64_t bits = stride            ? row[b] | (uint64_t)row[b + 32] << 32
                            : *value >> b & 1 ? ~(uint64_t)0
                                              : 0;
      sim_word *at = &sim->coming[i / SIM_LANES * sim->inputs + (size_t)input];
      (*at)[i / 64 % SIM_WORDS] = ((*at)[i / 64 % SIM_WORDS] & ~mask) | (bits & mask);
    }
  }
}

uint32_t gatesim_get(const gatesim *sim, const net_port *port, size_t lane) {
  const sim_word *slot = sim->value + lane / SIM_LANES * sim->slots;
  uint32_t bits = 0;
  for (size_t b = 0; b < port->width; b++)
    bits |= (uint32_t)(slot[port->net[b]][lane / 64 % SIM_WORDS] >> lane % 64 & 1) << b;
  return bits;
}

/* ---- steps and counts ------------------------------------------------------------------------ */

/* SIM_ZERO has no place where changes are seen one by one. */
static void trace_settled(gatesim *sim, bool report) {
  for (size_t n = NET_FIRST; n < sim->nl->nets; n++) {
    const bool value = sim->value[n][0] & 1;
    if (report && value != sim->traced[n]) sim->trace(sim->trace_user, 0, (int)n, value);
    sim->traced[n] = value;
  }
}

void gatesim_trace(gatesim *sim, sim_trace *trace, void *user) {
  sim->trace = trace;
  sim->trace_user = user;
  if (!sim->traced) sim->traced = vmac_alloc(sim->nl->nets, sizeof *sim->traced);
  trace_settled(sim, false);
}

void gatesim_step(gatesim *sim, bool clocked, bool counted) {
  if (sim->trace) sim->trace(sim->trace_user, 0, -1, clocked);
  if (sim->mode == SIM_ZERO) sim_zero_step(sim, clocked, counted);
  if (sim->mode == SIM_ZERO && sim->trace) trace_settled(sim, true);
  if (sim->mode != SIM_ZERO) sim_event_step(sim, clocked, counted);
  if (!counted) return;
  sim->counted += sim->lanes;
  sim_watch_step(sim);
  if (!clocked || sim->nl->clock < 0) return;
  /* The clock is no signal of the simulation: a rise, a fall, and high for half of the step. */
  net_activity *clock = &sim->activity[sim->nl->clock];
  sim->clocked += sim->lanes;
  clock->rises += sim->lanes;
  clock->falls += sim->lanes;
  clock->high = sim->clocked / 2;
}

const net_activity *gatesim_activity(const gatesim *sim) {
  return sim->activity;
}

uint64_t gatesim_counted(const gatesim *sim) {
  return sim->counted;
}

void gatesim_clear(gatesim *sim) {
  memset(sim->activity, 0, sim->nl->nets * sizeof *sim->activity);
  for (size_t i = 0; i < sim->watches; i++) sim->watch[i].count = 0;
  sim->counted = sim->clocked = 0;
}
