/* energy.h: from transitions per net to energy.
 *
 * Not: glitches (gatesim.h); rise_capacitance and fall_capacitance, a pin has its one
 * `capacitance`; the dependence of energy on the other pins' values: of an output pin's groups the
 * mean is taken, an input pin's `when` groups weigh by how many input states they cover;
 * related_pg_pin: groups of several supply pins count like any others; slews of their own for rise,
 * fall and each arc: a net has one mean slew; wires. The streams hold each lane's weight, so that
 * the transitions of its change between two tiles are not there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_ENERGY_H
#define VMAC_ENERGY_H

#include "gatesim.h"

typedef struct {
  double output_load; /* pF on each output bit */
  double input_slew;  /* ns, transition of every input */
} energy_setup;

/* pJ, summed over everything counted. */
typedef struct {
  double switching; /* 1/2 C V^2 per transition, C = the input pins (and output load) on the net */
  double internal;  /* NLDM internal_power of the driving cell and of the input pins on the net */
  uint64_t transitions;
} energy_sum;

/* The input nets' own load is included: a cell with fewer input pins is cheaper to drive. Internal
 * energy of a rise is the mean over the output pin's internal_power groups at the net's load and
 * the mean slew of the driving cell's inputs; likewise a fall. An input pin's own groups add to
 * each of its transitions. `activity` has one entry per net, so that any simulator can supply it.
 */
void energy_of(const net_list *nl, const cell_lib *lib, const energy_setup *setup,
               const net_activity *activity, energy_sum *sum);

/* slew[net] in ns: the mean over a driver's timing arcs and both edges of the transition tables. */
double *energy_slews(const net_list *nl, const double *load, double input_slew);

#endif
