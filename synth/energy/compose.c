/* Arrays against the sum of their parts. SPDX-License-Identifier: Apache-2.0 */
#include "compose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double compose_pe_load(const net_list *pe) {
  double *load = netlist_loads(pe, 0), sum = 0;
  size_t bits = 0;
  for (size_t i = 0; i < pe->ports; i++) {
    const net_port *port = &pe->port[i];
    if (strcmp(port->name, "a_i") && strcmp(port->name, "ps_i")) continue;
    for (size_t b = 0; b < port->width; b++) sum += load[port->net[b]];
    bits += port->width;
  }
  free(load);
  return bits ? sum / (double)bits : 0;
}

/* Rows of a layer's columns that are enabled, their mean. */
static double enabled_rows(const vmac_operands *ops, size_t layer) {
  const size_t columns = ops->columns / ops->layers, cells = columns * ops->rows;
  size_t sum = 0;
  for (size_t i = 0; i < cells; i++) sum += ops->en[layer * cells + i];
  return (double)sum / (double)columns;
}

static bool run_part(const stim_design *design, const compose_source *src, const net_list *nl,
                     const vmac_operands *ops, double output_load, const cell_lib *lib,
                     const run_setup *setup, run_result *result, vmac_err *err) {
  const stim_source part = {
      .nl = nl, .mult = src->mult, .ops = ops, .table = src->table, .opt_correction = 1};
  run_setup own = *setup;
  if (output_load > 0) own.output_load = output_load;
  return run_design(design, &part, lib, &own, result, err);
}

static void add_layer(const compose_source *src, const run_result *array, const run_result *pe,
                      const run_result *side, size_t layer, double weight, int mode,
                      compose_figure *figure, double *worst) {
  const double on = enabled_rows(src->ops, layer), off = (double)src->ops->rows - on;
  const double pes = (double)src->cols * (on * pe->layer[layer][mode][STIM_BUSY].energy +
                                          off * pe->layer[layer][mode][STIM_GATED].energy);
  const double flat = array->layer[layer][mode][STIM_BUSY].energy;
  const double column = side->layer[layer][mode][STIM_BUSY].energy;
  figure->flat += weight * flat;
  figure->pes += weight * pes;
  figure->side += weight * column;
  const double off_by = 100 * ((pes + column) / flat - 1);
  if (fabs(off_by) > fabs(*worst)) *worst = off_by;
}

bool compose_run(const compose_source *src, const cell_lib *lib, const run_setup *setup,
                 compose_figure figure[RUN_MODES], double worst[RUN_MODES], vmac_err *err) {
  run_result array = {0}, pe = {0}, side = {0};
  vmac_operands inside;
  stim_array_stream(&inside, src->ops, src->cols);
  const double load = compose_pe_load(src->pe);
  const bool good = run_part(&stim_array, src, src->array, src->ops, 0, lib, setup, &array, err) &&
                    run_part(&stim_pe, src, src->pe, &inside, load, lib, setup, &pe, err) &&
                    run_part(&stim_side, src, src->side, src->ops, 0, lib, setup, &side, err);
  double macs = 0;
  for (size_t l = 0; l < src->ops->layers; l++) macs += (double)src->ops->layer[l].macs;
  for (int m = 0; good && m < RUN_MODES; m++) {
    figure[m] = (compose_figure){0, 0, 0};
    worst[m] = 0;
    for (size_t l = 0; setup->modes[m] && l < src->ops->layers; l++)
      add_layer(src, &array, &pe, &side, l, (double)src->ops->layer[l].macs / macs, m, &figure[m],
                &worst[m]);
  }
  run_free(&array);
  run_free(&pe);
  run_free(&side);
  vmac_operands_free(&inside);
  return good;
}
