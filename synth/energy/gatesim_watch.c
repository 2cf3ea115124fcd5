/* How often a function of a gate's settled values is true. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "gatesim_core.h"

static bool reads(const bool_prog *prog, int pin) {
  for (size_t i = 0; i < prog->ops; i++)
    if (prog->op[i].kind == BOOL_PIN && prog->op[i].pin == pin) return true;
  return false;
}

size_t gatesim_watch(gatesim *sim, size_t gate, const bool_prog *prog) {
  if (!(sim->watches & (sim->watches - 1))) { /* full at each power of two */
    sim_watch *grown =
        realloc(sim->watch, (sim->watches ? 2 * sim->watches : 1) * sizeof *sim->watch);
    if (!grown) abort();
    sim->watch = grown;
  }
  const int clock = sim->nl->gate[gate].cell->clock;
  sim_watch *watch = &sim->watch[sim->watches];
  *watch = (sim_watch){.nodes = clock >= 0 && reads(prog, clock) ? 2 : 1};
  for (size_t k = 0; k < watch->nodes; k++)
    watch->node[k] = sim_compile(sim, gate, prog, 0, k ? NET_ONE : NET_ZERO);
  return sim->watches++;
}

uint64_t gatesim_watched(const gatesim *sim, size_t handle) {
  return sim->watch[handle].count / sim->watch[handle].nodes;
}

static inline VMAC_BODY void watch_block_body(gatesim *sim, size_t block) {
  const sim_word *slot = sim->value + block * sim->slots;
  for (size_t i = 0; i < sim->watches; i++)
    for (size_t k = 0; k < sim->watch[i].nodes; k++) {
      sim_word now;
      sim_eval(&sim->watch[i].node[k], slot, &now);
      now &= sim->valid[block];
      sim->watch[i].count += sim_ones(&now);
    }
}

SIM_PER_ISA(watch_block, (gatesim * sim, size_t block), (sim, block))

void sim_watch_step(gatesim *sim) {
  for (size_t b = 0; b < sim->blocks; b++) watch_block_of(sim)(sim, b);
}
