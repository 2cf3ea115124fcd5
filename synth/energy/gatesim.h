/* gatesim.h: simulation of a mapped netlist, many independent streams (lanes) side by side, one bit
 * of a machine word each; counts the transitions of every net.
 *
 * A step is one clock period: flip-flops take what stands at their inputs, the inputs set since the
 * last step change, and all gates settle before the next one begins. How they settle is the mode:
 *   SIM_ZERO      all gates at once, each after its drivers: a net changes at most once per step
 *   SIM_UNIT      every gate takes one unit: glitches of unequal depth show
 *   SIM_INERTIAL  every net has its driver's delay, and a pulse shorter than that is lost, as with
 *                 Verilog's `assign #d`: the count that stands for glitch power
 * At the head of a step, inputs change after the delay of their nets, flip-flop outputs after
 * theirs; in SIM_UNIT both at time 0. The clock net itself counts one rise and one fall per clocked
 * step.
 * Not: setup and hold (a step is as long as it takes), X, latches, asynchronous set and reset
 * (netlist_load() refuses what it cannot tie off), more than one clock.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_GATESIM_H
#define VMAC_GATESIM_H

#include "netlist.h"

typedef enum { SIM_ZERO, SIM_UNIT, SIM_INERTIAL } sim_mode;

enum {
  SIM_STEP_PS = 5,        /* resolution of the delays */
  SIM_MAX_DELAY = 1 << 16 /* longest delay, in steps */
};

/* Summed over lanes and counted steps. high: how often the settled value was 1. */
typedef struct {
  uint64_t rises, falls, high;
} net_activity;

typedef struct gatesim gatesim;

/* Up to `lanes` streams. delay[net]: its driver's, in steps of SIM_STEP_PS, at least 1 where a cell
 * drives it, at least 0 at inputs (annotate.h makes them); NULL in the
 * other modes. All nets start at 0, then settle. */
gatesim *gatesim_new(const net_list *nl, size_t lanes, sim_mode mode, const int *delay);
void gatesim_free(gatesim *sim);

/* The next step's value of an input port of at most 32 bits (the clock takes none): lane i gets
 * the bits of value[i * stride]; stride 0: all the same. Lanes beyond `lanes` keep theirs. */
void gatesim_set(gatesim *sim, const net_port *port, const uint32_t *value, size_t lanes,
                 size_t stride);

/* One step. clocked: flip-flops load (else they keep their state). counted: its transitions, and
 * the settled values, count in the first `lanes` lanes given to gatesim_new(). */
void gatesim_step(gatesim *sim, bool clocked, bool counted);

/* A port's settled bits in one lane, bit 0 first; at most 32 of them. */
uint32_t gatesim_get(const gatesim *sim, const net_port *port, size_t lane);

/* (nets), and how many steps times lanes were counted. */
const net_activity *gatesim_activity(const gatesim *sim);
uint64_t gatesim_counted(const gatesim *sim);
void gatesim_clear(gatesim *sim); /* the counts, not the state */

/* For tables that depend on the values of several pins at once (`when`): the number of counted
 * lanes and steps whose settled pin values made `prog` (over the gate's pins, as celllib.h numbers
 * them: pins, then state and complement) true. The clock pin counts as half a step high, half low.
 * Costs a pass over all lanes per step, so only the gates asked for before the first
 * counted step are watched. Returns a handle for gatesim_watched(). */
size_t gatesim_watch(gatesim *sim, size_t gate, const bool_prog *prog);
uint64_t gatesim_watched(const gatesim *sim, size_t handle);

/* Calls back for each change of lane 0, `time` in steps of SIM_STEP_PS after the step's head (0 in
 * SIM_ZERO), and before them once with net -1 and whether the step is clocked. NULL: no more. */
typedef void sim_trace(void *user, uint64_t time, int net, bool value);
void gatesim_trace(gatesim *sim, sim_trace *trace, void *user);

#endif
