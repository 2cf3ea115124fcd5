/* All gates at once, each after its drivers. SPDX-License-Identifier: Apache-2.0 */
#include "gatesim_core.h"

static inline VMAC_BODY void change(sim_word *at, const sim_word *now, const sim_word *valid,
                                    net_activity *activity, bool counted) {
  if (counted) {
    const sim_word moved = (*at ^ *now) & *valid, rising = moved & *now, high = *now & *valid;
    const uint64_t rises = sim_ones(&rising);
    activity->rises += rises;
    activity->falls += sim_ones(&moved) - rises;
    activity->high += sim_ones(&high);
  }
  *at = *now;
}

static inline VMAC_BODY void step_block_body(gatesim *sim, size_t block, bool clocked,
                                             bool counted) {
  sim_word *slot = sim->value + block * sim->slots, now;
  const sim_word *coming = sim->coming + block * sim->inputs, *valid = &sim->valid[block];
  net_activity *activity = sim->activity;
  if (clocked) sim_load(sim, slot);
  for (size_t i = 0; i < sim->inputs; i++) {
    const int net = sim->input_net[i];
    change(&slot[net], &coming[i], valid, &activity[net], counted);
  }
  for (size_t i = 0; i < sim->ff_outs; i++) {
    sim_eval(&sim->ff_out[i], slot, &now);
    change(&slot[sim->ff_out[i].out], &now, valid, &activity[sim->ff_out[i].out], counted);
  }
  for (size_t i = 0; i < sim->nodes; i++) {
    sim_eval(&sim->node[i], slot, &now);
    change(&slot[sim->node[i].out], &now, valid, &activity[sim->node[i].out], counted);
  }
}

SIM_PER_ISA(step_block, (gatesim * sim, size_t block, bool clocked, bool counted),
            (sim, block, clocked, counted))

void sim_zero_step(gatesim *sim, bool clocked, bool counted) {
  for (size_t b = 0; b < sim->blocks; b++) step_block_of(sim)(sim, b, clocked, counted);
}
