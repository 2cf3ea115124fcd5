/* Arrays against the sum of their parts. SPDX-License-Identifier: Apache-2.0 */
#include "compose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The load of a port's bits is added to `sum`, and how many of them have one is returned. */
static size_t add_loads(const net_list *pe, const char *name, double *sum) {
  double *load = netlist_loads(pe, 0);
  size_t bits = 0;
  for (size_t i = 0; i < pe->ports; i++)
    for (size_t b = 0; !strcmp(pe->port[i].name, name) && b < pe->port[i].width; b++) {
      *sum += load[pe->port[i].net[b]];
      bits += load[pe->port[i].net[b]] > 0;
    }
  free(load);
  return bits;
}

double compose_pe_load(const net_list *pe, const net_list *below) {
  double sum = 0;
  const size_t right = add_loads(pe, "a_i", &sum), bits = right + add_loads(below, "ps_i", &sum);
  return bits ? sum / (double)bits : 0;
}

bool compose_add(compose_source *src, const net_list *pe, size_t rows, vmac_err *err) {
  const size_t above = src->classes, from = above ? src->pe[above - 1].to : 0;
  size_t width = 0, to = above ? 2 * from : 1;
  if (to > rows) to = rows;
  for (size_t i = 0; i < pe->ports; i++)
    if (!strcmp(pe->port[i].name, "ps_o")) width = pe->port[i].width;
  if (above == COMPOSE_CLASSES || from >= rows || width != 16 + above)
    return vmac_fail(err,
                     "netlist %s: expected a PE for rows %zu on of %zu, with sums of %zu bits, "
                     "found one of %zu",
                     pe->module, from, rows, 16 + above, width);
  src->pe[src->classes++] = (compose_rows){pe, from, to};
  return true;
}

double compose_area(const compose_source *src) {
  double area = netlist_area(src->side);
  for (size_t i = 0; i < src->classes; i++)
    area += (double)(src->cols * (src->pe[i].to - src->pe[i].from)) * netlist_area(src->pe[i].nl);
  return area;
}

/* The widest PE, as one of all rows. */
static compose_rows widest(const compose_source *src) {
  return (compose_rows){src->pe[src->classes - 1].nl, 0, src->ops->rows};
}

double compose_uniform_area(const compose_source *src) {
  return netlist_area(src->side) +
         (double)(src->cols * src->ops->rows) * netlist_area(widest(src).nl);
}

/* How many of a class's rows are enabled in a layer's columns, their mean. */
static double enabled_rows(const vmac_operands *ops, const compose_rows *pe, size_t layer) {
  const size_t columns = ops->columns / ops->layers, first = layer * columns;
  size_t sum = 0;
  for (size_t c = first; c < first + columns; c++)
    for (size_t r = pe->from; r < pe->to; r++) sum += ops->en[c * ops->rows + r];
  return (double)sum / (double)columns;
}

static bool run_part(const stim_design *design, const compose_source *src, const compose_rows *part,
                     const vmac_operands *ops, double output_load, const cell_lib *lib,
                     const run_setup *setup, run_result *result, vmac_err *err) {
  const stim_source source = {.nl = part->nl,
                              .mult = src->mult,
                              .ops = ops,
                              .table = src->table,
                              .opt_correction = 1,
                              .from_row = part->from,
                              .to_row = part->to};
  run_setup own = *setup;
  if (output_load > 0) own.output_load = output_load;
  return run_design(design, &source, lib, &own, result, err);
}

/* What the runs found. */
typedef struct {
  run_result array, side, uniform, pe[COMPOSE_CLASSES];
} compose_runs;

static bool run_all(const compose_source *src, const cell_lib *lib, const run_setup *setup,
                    compose_runs *runs, vmac_err *err) {
  const compose_rows array = {.nl = src->array}, side = {.nl = src->side}, all = widest(src);
  vmac_operands inside;
  bool good = run_part(&stim_array, src, &array, src->ops, 0, lib, setup, &runs->array, err) &&
              run_part(&stim_side, src, &side, src->ops, 0, lib, setup, &runs->side, err);
  stim_array_stream(&inside, src->ops, src->cols);
  for (size_t i = 0; good && i < src->classes; i++) {
    const compose_rows *pe = &src->pe[i];
    /* The row below a class's rows is of the next class once, else of its own. */
    const bool last = pe->to - pe->from == 1 && i + 1 < src->classes;
    const double load = compose_pe_load(pe->nl, src->pe[last ? i + 1 : i].nl);
    good = run_part(&stim_pe, src, pe, &inside, load, lib, setup, &runs->pe[i], err);
  }
  good = good && run_part(&stim_pe, src, &all, &inside, compose_pe_load(all.nl, all.nl), lib, setup,
                          &runs->uniform, err);
  vmac_operands_free(&inside);
  return good;
}

/* pJ of a class's PEs in a busy cycle of a layer. */
static double pes_energy(const compose_source *src, const compose_rows *pe, const run_result *run,
                         size_t layer, int mode) {
  const double on = enabled_rows(src->ops, pe, layer);
  const double off = (double)(pe->to - pe->from) - on;
  const run_figure *busy = &run->layer[layer][mode][STIM_BUSY];
  const run_figure *gated = &run->layer[layer][mode][STIM_GATED];
  return (double)src->cols * (on * busy->energy + off * gated->energy);
}

static void add_layer(const compose_source *src, const compose_runs *runs, size_t layer,
                      double weight, int mode, compose_figure *figure, double *worst) {
  double pes = 0;
  for (size_t i = 0; i < src->classes; i++)
    pes += pes_energy(src, &src->pe[i], &runs->pe[i], layer, mode);
  const compose_rows all = widest(src);
  const double flat = runs->array.layer[layer][mode][STIM_BUSY].energy;
  const double column = runs->side.layer[layer][mode][STIM_BUSY].energy;
  figure->flat += weight * flat;
  figure->pes += weight * pes;
  figure->side += weight * column;
  figure->uniform += weight * pes_energy(src, &all, &runs->uniform, layer, mode);
  const double off_by = 100 * ((pes + column) / flat - 1);
  if (fabs(off_by) > fabs(*worst)) *worst = off_by;
}

bool compose_run(const compose_source *src, const cell_lib *lib, const run_setup *setup,
                 compose_figure figure[RUN_MODES], double worst[RUN_MODES], vmac_err *err) {
  compose_runs runs = {0};
  const bool good = run_all(src, lib, setup, &runs, err);
  double macs = 0;
  for (size_t l = 0; l < src->ops->layers; l++) macs += (double)src->ops->layer[l].macs;
  for (int m = 0; good && m < RUN_MODES; m++) {
    figure[m] = (compose_figure){0, 0, 0, 0};
    worst[m] = 0;
    for (size_t l = 0; setup->modes[m] && l < src->ops->layers; l++)
      add_layer(src, &runs, l, (double)src->ops->layer[l].macs / macs, m, &figure[m], &worst[m]);
  }
  run_free(&runs.array);
  run_free(&runs.side);
  run_free(&runs.uniform);
  for (size_t i = 0; i < src->classes; i++) run_free(&runs.pe[i]);
  return good;
}
