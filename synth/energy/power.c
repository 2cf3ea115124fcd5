/* Energy of gates and designs. SPDX-License-Identifier: Apache-2.0 */
#include "power.h"

#include <stdlib.h>
#include <string.h>

#include "power_state.h"

/* Transitions of pin `p`'s net; a clock's are two a period, whatever was simulated. */
static double toggles(const power_source *src, const net_gate *gate, int p) {
  if (p == gate->cell->clock) return 2.0 * (double)src->periods;
  const net_activity *activity = &src->activity[gate->net[p]];
  return (double)(activity->rises + activity->falls);
}

/* What the related pins of a group bring: their transitions, and their mean slew. */
typedef struct {
  double toggles, slew;
} arc_input;

static arc_input input_of(const power_source *src, const net_gate *gate, const cell_arc *arc) {
  if (arc->related >= 0 && gate->net[arc->related] >= 0)
    return (arc_input){toggles(src, gate, arc->related), src->ann->slew[gate->net[arc->related]]};
  arc_input sum = {0, 0};
  size_t inputs = 0;
  for (size_t p = 0; p < gate->cell->pins; p++)
    if (gate->cell->pin[p].dir == PIN_INPUT) {
      sum.toggles += toggles(src, gate, (int)p);
      sum.slew += src->ann->slew[gate->net[p]];
      inputs++;
    }
  if (inputs) sum.slew /= (double)inputs;
  return sum;
}

/* Means over groups: plain, and weighed by what carried transitions. */
typedef struct {
  double plain, weighed, plain_weight, weight;
} group_mean;

/* A group that has no table for this edge is not for it. */
static void add_group(group_mean *mean, const nldm_table *table, double load, double slew,
                      double weight) {
  if (!table->value) return;
  const double pj = nldm_lookup(table, load, slew);
  mean->plain += pj;
  mean->plain_weight++;
  mean->weighed += weight * pj;
  mean->weight += weight;
}

/* The plain mean stands in where no group was seen to carry a transition. */
static double mean_of(const group_mean *mean) {
  if (mean->weight > 0) return mean->weighed / mean->weight;
  return mean->plain_weight > 0 ? mean->plain / mean->plain_weight : 0;
}

/* pJ of an output pin's transitions. */
static double at_output(const power_source *src, size_t g, size_t p) {
  const net_gate *gate = &src->nl->gate[g];
  const cell_pin *pin = &gate->cell->pin[p];
  const net_activity *activity = &src->activity[gate->net[p]];
  const double load = src->ann->load[gate->net[p]];
  group_mean rise = {0}, fall = {0};
  for (size_t i = 0; i < pin->powers; i++) {
    const arc_input in = input_of(src, gate, &pin->power[i]);
    const double weight = src->watch ? in.toggles * power_output_share(src, g, p, i) : 0;
    add_group(&rise, &pin->power[i].rise, load, in.slew, weight);
    add_group(&fall, &pin->power[i].fall, load, in.slew, weight);
  }
  return mean_of(&rise) * (double)activity->rises + mean_of(&fall) * (double)activity->falls;
}

/* pJ inside a cell for the transitions of one input pin, whatever its outputs do. */
static double at_input(const power_source *src, size_t g, size_t p, double rises, double falls) {
  const net_gate *gate = &src->nl->gate[g];
  const cell_pin *pin = &gate->cell->pin[p];
  const double slew = src->ann->slew[gate->net[p]];
  double sum = 0;
  for (size_t i = 0; i < pin->powers; i++)
    sum += power_input_share(src, g, p, i) * (nldm_lookup(&pin->power[i].rise, 0, slew) * rises +
                                              nldm_lookup(&pin->power[i].fall, 0, slew) * falls);
  return sum;
}

static void add_net(const power_source *src, int net, double transitions, power_sum *sum) {
  const double volt = src->lib->voltage;
  sum->switching += 0.5 * src->ann->load[net] * volt * volt * transitions;
  sum->transitions += (uint64_t)transitions;
}

void power_add_gate(const power_source *src, size_t g, power_sum *own, power_sum *clock) {
  const net_gate *gate = &src->nl->gate[g];
  const double periods = (double)src->periods;
  own->leakage += power_leakage(src, g);
  for (size_t p = 0; p < gate->cell->pins; p++) {
    const int net = gate->net[p];
    if (net < 0) continue;
    if (gate->cell->pin[p].dir == PIN_OUTPUT) {
      add_net(src, net, toggles(src, gate, (int)p), own);
      own->internal += at_output(src, g, p);
    } else if ((int)p == gate->cell->clock) {
      clock->internal += at_input(src, g, p, periods, periods);
    } else if (gate->cell->pin[p].dir == PIN_INPUT) {
      const net_activity *activity = &src->activity[net];
      own->internal += at_input(src, g, p, (double)activity->rises, (double)activity->falls);
    }
  }
}

/* Is `word` one of the names of an instance path? */
static bool in_path(const char *path, const char *word) {
  const size_t length = strlen(word);
  for (const char *at = strstr(path, word); at; at = strstr(at + 1, word))
    if ((at == path || strchr("./\\", at[-1])) && at[length] && strchr("./", at[length]))
      return true;
  return false;
}

power_part power_part_of(const net_list *nl, size_t g) {
  const net_gate *gate = &nl->gate[g];
  if (gate->cell->sequential) return PART_REGISTER;
  return in_path(gate->name, "u_mult")  ? PART_MULT
         : in_path(gate->name, "u_add") ? PART_ADD
                                        : PART_OTHER;
}

void power_from(const power_source *src, power_sum part[PARTS]) {
  const net_list *nl = src->nl;
  for (size_t i = 0; i < PARTS; i++) part[i] = (power_sum){0};
  for (size_t g = 0; g < nl->gates; g++)
    power_add_gate(src, g, &part[power_part_of(nl, g)], &part[PART_CLOCK]);
  for (size_t i = 0; i < nl->ports; i++)
    for (size_t b = 0; nl->port[i].dir == PIN_INPUT && b < nl->port[i].width; b++) {
      const int net = nl->port[i].net[b];
      const net_activity *activity = &src->activity[net];
      if (net == nl->clock)
        add_net(src, net, 2.0 * (double)src->periods, &part[PART_CLOCK]);
      else if (src->ann->own_inputs && src->ann->load[net] > 0)
        add_net(src, net, (double)(activity->rises + activity->falls), &part[PART_OTHER]);
    }
}

void power_of(const net_list *nl, const cell_lib *lib, const net_annotation *ann,
              const gatesim *sim, const power_watch *watch, power_sum part[PARTS]) {
  const power_source src = {nl, lib, ann, gatesim_activity(sim), gatesim_counted(sim), watch};
  power_from(&src, part);
}
