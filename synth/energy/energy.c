/* Switching and internal energy per net. SPDX-License-Identifier: Apache-2.0 */
#include "energy.h"

#include <stdlib.h>

/* Mean slew over the input pins that `arc` relates to: one pin, or all where it names none. */
static double slew_at(const net_gate *gate, const cell_arc *arc, const double *slew) {
  if (arc->related >= 0 && gate->net[arc->related] >= 0) return slew[gate->net[arc->related]];
  double sum = 0;
  size_t inputs = 0;
  for (size_t p = 0; p < gate->cell->pins; p++)
    if (gate->cell->pin[p].dir == PIN_INPUT) {
      sum += slew[gate->net[p]];
      inputs++;
    }
  return inputs ? sum / (double)inputs : 0;
}

double *energy_slews(const net_list *nl, const double *load, double input_slew) {
  double *slew = vmac_alloc(nl->nets, sizeof *slew);
  for (size_t n = 0; n < nl->nets; n++) slew[n] = input_slew;
  for (size_t g = 0; g < nl->gates; g++) {
    const net_gate *gate = &nl->gate[g];
    for (size_t p = 0; p < gate->cell->pins; p++) {
      const cell_pin *pin = &gate->cell->pin[p];
      if (pin->dir != PIN_OUTPUT || gate->net[p] < 0 || !pin->timings) continue;
      double sum = 0;
      for (size_t i = 0; i < pin->timings; i++) {
        const double in = slew_at(gate, &pin->timing[i], slew), out = load[gate->net[p]];
        sum += nldm_lookup(&pin->timing[i].rise_slew, out, in) +
               nldm_lookup(&pin->timing[i].fall_slew, out, in);
      }
      slew[gate->net[p]] = sum / (2.0 * (double)pin->timings);
    }
  }
  return slew;
}

/* pJ inside a cell for the transitions of one input pin, whatever its output does. */
static double at_input(const cell_pin *pin, double slew, const net_activity *activity) {
  double sum = 0;
  for (size_t i = 0; i < pin->powers; i++)
    sum +=
        pin->power[i].share * (nldm_lookup(&pin->power[i].rise, 0, slew) * (double)activity->rises +
                               nldm_lookup(&pin->power[i].fall, 0, slew) * (double)activity->falls);
  return sum;
}

void energy_of(const net_list *nl, const cell_lib *lib, const energy_setup *setup,
               const net_activity *activity, energy_sum *sum) {
  double *load = netlist_loads(nl, setup->output_load);
  double *slew = energy_slews(nl, load, setup->input_slew);
  *sum = (energy_sum){0};
  for (size_t n = NET_FIRST; n < nl->nets; n++) {
    if (!(load[n] > 0)) continue; /* an operand bit that feeds nothing is not the cell's */
    const uint64_t transitions = activity[n].rises + activity[n].falls;
    sum->transitions += transitions;
    sum->switching += 0.5 * load[n] * lib->voltage * lib->voltage * (double)transitions;
  }
  for (size_t g = 0; g < nl->gates; g++) {
    const net_gate *gate = &nl->gate[g];
    for (size_t p = 0; p < gate->cell->pins; p++) {
      const cell_pin *pin = &gate->cell->pin[p];
      const int net = gate->net[p];
      if (pin->dir == PIN_INPUT) sum->internal += at_input(pin, slew[net], &activity[net]);
      if (pin->dir != PIN_OUTPUT || net < 0 || !pin->powers) continue;
      double rise = 0, fall = 0;
      for (size_t i = 0; i < pin->powers; i++) {
        const double in = slew_at(gate, &pin->power[i], slew);
        rise += nldm_lookup(&pin->power[i].rise, load[net], in);
        fall += nldm_lookup(&pin->power[i].fall, load[net], in);
      }
      sum->internal += (rise * (double)activity[net].rises + fall * (double)activity[net].falls) /
                       (double)pin->powers;
    }
  }
  free(load);
  free(slew);
}
