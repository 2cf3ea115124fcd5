/* power.h: from counted transitions to energy, per part of the design.
 *
 * Per net 1/2 C V^2 a transition (C: pins and output load on it). Nets of input ports are their
 * drivers', unless the annotation says own_inputs; the clock net is always this design's.
 * Per cell NLDM internal_power: an output pin's transition costs the mean over its groups, weighed
 * by how often the group's related pin toggles times how often the other pins let it through (in
 * the states of the group's `when`, where it has one), rises by the rise tables and falls by the
 * fall tables; an input pin's transition costs its own groups, weighed by how often their `when`
 * holds; a clock pin has two edges a period. Leakage by state where the library has it.
 * States are those after each step has settled; the clock counts as high half of the time.
 * Not: wires, rise_capacitance and fall_capacitance, short-circuit current beyond the library's
 * tables, outputs that drive nothing, joint states within a step (which input of a glitching gate
 * moved while another had not yet).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_POWER_H
#define VMAC_POWER_H

#include "annotate.h"
#include "gatesim.h"

/* What a gate belongs to: its flip-flops' own energy is PART_REGISTER, their clock pins' (and the
 * clock net's) PART_CLOCK; combinational gates go by the instance path that the mapping kept. */
typedef enum { PART_MULT, PART_ADD, PART_REGISTER, PART_CLOCK, PART_OTHER, PARTS } power_part;

/* pJ, summed over everything counted, but for leakage: nW. */
typedef struct {
  double switching, internal, leakage;
  uint64_t transitions;
} power_sum;

typedef struct power_watch power_watch; /* handles of what a simulation has to watch */

/* Before the first counted step: asks the simulation for the states that the tables need. The
 * simulation must outlive the handles' use. */
power_watch *power_prepare(gatesim *sim, const net_list *nl, const cell_lib *lib);
void power_free(power_watch *watch);

/* The part of gate `g`: REGISTER for flip-flops; u_mult or u_add anywhere in its instance path;
 * else OTHER. Abc names gates anew, so only netlists whose multiplier was mapped as a module of its
 * own, and flattened afterwards, have parts. */
power_part power_part_of(const net_list *nl, size_t g);

/* What energy is worked out from. watch: may be of another simulation of the same streams (settled
 * states do not depend on the mode); NULL: every state alike, and plain means over groups. */
typedef struct {
  const net_list *nl;
  const cell_lib *lib;
  const net_annotation *ann;
  const net_activity *activity; /* (nets), from a simulation or a VCD file */
  uint64_t periods;             /* steps times lanes that it was counted over */
  const power_watch *watch;
} power_source;

/* Adds one gate: the nets it drives and its tables to `own`, its clock pin's to `clock`. */
void power_add_gate(const power_source *src, size_t g, power_sum *own, power_sum *clock);

/* Sums over the design, set, not added. Input ports' nets are PART_OTHER. */
void power_from(const power_source *src, power_sum part[PARTS]);
void power_of(const net_list *nl, const cell_lib *lib, const net_annotation *ann,
              const gatesim *sim, const power_watch *watch, power_sum part[PARTS]);

#endif
