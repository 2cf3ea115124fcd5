/* From a cell's function to a node of the simulation. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "gatesim_core.h"

enum { CASES = 64, VALUES = NET_PINS + 2 };

/* Where each of the gate's values stands: pins, then state and complement. An output pin that is
 * not connected has no slot: its function is worked out with that of the reader. */
static void find_slots(const gatesim *sim, size_t g, uint32_t clock, uint32_t *slot) {
  const net_gate *gate = &sim->nl->gate[g];
  const size_t pins = gate->cell->pins;
  for (size_t p = 0; p < pins; p++)
    slot[p] = (int)p == gate->cell->clock ? clock
              : gate->net[p] < 0          ? NO_SLOT
                                          : (uint32_t)gate->net[p];
  const size_t state = sim->nl->nets + 2 * (g - sim->nl->combs);
  slot[pins] = g >= sim->nl->combs ? (uint32_t)state : NO_SLOT;
  slot[pins + 1] = g >= sim->nl->combs ? (uint32_t)state + 1 : NO_SLOT;
}

/* Adds what `prog` reads to in[]; false where that is more than SIM_INPUTS. */
static bool collect(const net_gate *gate, const bool_prog *prog, const uint32_t *slot,
                    sim_node *node, int depth) {
  for (size_t i = 0; i < prog->ops; i++) {
    if (prog->op[i].kind != BOOL_PIN) continue;
    const size_t pin = (size_t)prog->op[i].pin;
    uint32_t k = 0;
    if (slot[pin] == NO_SLOT) {
      if (pin < gate->cell->pins && gate->cell->pin[pin].dir == PIN_OUTPUT && !depth &&
          !collect(gate, &gate->cell->pin[pin].function, slot, node, 1))
        return false;
      continue;
    }
    while (k < node->inputs && node->in[k] != slot[pin]) k++;
    if (k == SIM_INPUTS) return false;
    if (k == node->inputs) node->in[node->inputs++] = slot[pin];
  }
  return true;
}

/* value[p] of the gate's values, those without a slot included. */
static void add_hidden(const net_gate *gate, const uint32_t *slot, uint64_t *value) {
  for (size_t p = 0; p < gate->cell->pins; p++)
    if (slot[p] == NO_SLOT && gate->cell->pin[p].dir == PIN_OUTPUT)
      value[p] = bool_eval(&gate->cell->pin[p].function, value);
}

static uint64_t truth_table(const net_gate *gate, const bool_prog *prog, const uint32_t *slot,
                            const sim_node *node) {
  static const uint64_t variable[SIM_INPUTS] = {0xaaaaaaaaaaaaaaaa, 0xcccccccccccccccc,
                                                0xf0f0f0f0f0f0f0f0, 0xff00ff00ff00ff00,
                                                0xffff0000ffff0000, 0xffffffff00000000};
  uint64_t value[VALUES] = {0};
  for (size_t p = 0; p < gate->cell->pins + 2; p++)
    for (uint32_t k = 0; k < node->inputs; k++)
      if (slot[p] == node->in[k]) value[p] = variable[k];
  add_hidden(gate, slot, value);
  return bool_eval(prog, value);
}

/* Coefficient i is the exclusive or of the table over all subsets of i's inputs. */
static const uint64_t *normal_form(gatesim *sim, uint64_t table, uint32_t inputs) {
  const uint64_t used = inputs == SIM_INPUTS ? ~(uint64_t)0 : ((uint64_t)1 << (1u << inputs)) - 1;
  table &= used;
  for (size_t i = 0; i < sim->forms; i++)
    if (sim->form[i].table == table && sim->form[i].inputs == inputs) return sim->form[i].form;
  sim_form *grown = realloc(sim->form, (sim->forms + 1) * sizeof *grown);
  if (!grown) abort();
  sim->form = grown;
  const size_t size = (size_t)1 << inputs;
  uint64_t *form = vmac_alloc(size, sizeof *form);
  for (size_t i = 0; i < size; i++) form[i] = table >> i & 1 ? ~(uint64_t)0 : 0;
  for (size_t bit = 1; bit < size; bit *= 2)
    for (size_t i = 0; i < size; i++)
      if (i & bit) form[i] ^= form[i ^ bit];
  sim->form[sim->forms++] = (sim_form){table, inputs, form};
  return form;
}

sim_node sim_compile(gatesim *sim, size_t g, const bool_prog *prog, uint32_t out, uint32_t clock) {
  const net_gate *gate = &sim->nl->gate[g];
  sim_node node = {.out = out};
  uint32_t slot[VALUES];
  find_slots(sim, g, clock, slot);
  if (collect(gate, prog, slot, &node, 0)) {
    node.form = normal_form(sim, truth_table(gate, prog, slot, &node), node.inputs);
  } else {
    node.inputs = SIM_WIDE;
    node.gate = gate;
    node.prog = prog;
    node.slot = vmac_alloc(gate->cell->pins + 2, sizeof *slot);
    memcpy(node.slot, slot, (gate->cell->pins + 2) * sizeof *slot);
  }
  return node;
}

void sim_node_free(sim_node *node) {
  free(node->slot);
}

void sim_wide(const sim_node *node, const sim_word *slot, sim_word *out) {
  uint64_t value[VALUES];
  for (int w = 0; w < SIM_WORDS; w++) {
    for (size_t p = 0; p < node->gate->cell->pins + 2; p++)
      value[p] = node->slot[p] == NO_SLOT ? 0 : slot[node->slot[p]][w];
    add_hidden(node->gate, node->slot, value);
    (*out)[w] = bool_eval(node->prog, value);
  }
}
