/* Loads, slews and delays of nets. SPDX-License-Identifier: Apache-2.0 */
#include "annotate.h"

#include <math.h>
#include <stdlib.h>

#include "gatesim.h"

/* The slew at the pin that an arc relates to; the mean over the inputs where it names none. */
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

typedef struct {
  double sum;
  size_t count;
} mean;

/* A table that the library does not have (one edge only, say) is no zero. */
static void add(mean *of, const nldm_table *table, double load, double slew) {
  if (!table->value) return;
  of->sum += nldm_lookup(table, load, slew);
  of->count++;
}

static double value(const mean *of) {
  return of->count ? of->sum / (double)of->count : 0;
}

/* Slew and delay of one output; *from: the latest arrival at the pins that its arcs name. */
static void annotate_pin(net_annotation *ann, const net_gate *gate, size_t p, const double *arrival,
                         double *from) {
  const cell_pin *pin = &gate->cell->pin[p];
  const int net = gate->net[p], clock = gate->cell->clock;
  mean delay = {0}, slew = {0};
  for (size_t i = 0; i < pin->timings; i++) {
    const cell_arc *arc = &pin->timing[i];
    if (gate->cell->sequential && arc->related != clock) continue; /* set and reset are tied off */
    const double in = slew_at(gate, arc, ann->slew);
    add(&delay, &arc->rise, ann->load[net], in);
    add(&delay, &arc->fall, ann->load[net], in);
    add(&slew, &arc->rise_slew, ann->load[net], in);
    add(&slew, &arc->fall_slew, ann->load[net], in);
  }
  if (slew.count) ann->slew[net] = value(&slew);
  ann->delay[net] = fmax(0, value(&delay));
  *from = 0;
  for (size_t i = 0; !gate->cell->sequential && i < gate->cell->pins; i++)
    if (gate->cell->pin[i].dir == PIN_INPUT) *from = fmax(*from, arrival[gate->net[i]]);
}

void annotate(net_annotation *ann, const net_list *nl, const net_setup *setup) {
  *ann = (net_annotation){.load = netlist_loads(nl, setup->output_load),
                          .slew = vmac_alloc(nl->nets, sizeof(double)),
                          .delay = vmac_alloc(nl->nets, sizeof(double)),
                          .steps = vmac_alloc(nl->nets, sizeof(int)),
                          .own_inputs = setup->own_inputs};
  double *arrival = vmac_alloc(nl->nets, sizeof *arrival);
  for (size_t n = 0; n < nl->nets; n++) ann->slew[n] = setup->input_slew;
  if (nl->clock >= 0) ann->slew[nl->clock] = setup->clock_slew;
  for (size_t i = 0; i < nl->ports; i++)
    for (size_t b = 0; nl->port[i].dir == PIN_INPUT && b < nl->port[i].width; b++) {
      const int net = nl->port[i].net[b];
      if (net == nl->clock) continue;
      ann->delay[net] = arrival[net] = setup->input_arrival;
      ann->steps[net] = (int)lround(setup->input_arrival * 1e3 / SIM_STEP_PS);
    }
  for (size_t i = 0; i < nl->gates; i++) {
    /* Flip-flops first: gates read the slews of their outputs. */
    const size_t ffs = nl->gates - nl->combs, g = i < ffs ? nl->combs + i : i - ffs;
    const net_gate *gate = &nl->gate[g];
    for (size_t p = 0; p < gate->cell->pins; p++) {
      const int net = gate->net[p];
      double from;
      if (gate->cell->pin[p].dir != PIN_OUTPUT || net < 0) continue;
      annotate_pin(ann, gate, p, arrival, &from);
      arrival[net] = from + ann->delay[net];
      const long steps = lround(ann->delay[net] * 1e3 / SIM_STEP_PS);
      ann->steps[net] = steps < 1 ? 1 : steps > SIM_MAX_DELAY ? SIM_MAX_DELAY : (int)steps;
    }
  }
  for (size_t n = 0; n < nl->nets; n++) ann->arrival_ns = fmax(ann->arrival_ns, arrival[n]);
  free(arrival);
}

void annotate_free(net_annotation *ann) {
  free(ann->load);
  free(ann->slew);
  free(ann->delay);
  free(ann->steps);
  *ann = (net_annotation){0};
}
