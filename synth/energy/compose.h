/* compose.h: is an array's energy the sum of its parts? The flat netlist of an array, and the
 * netlists of one PE and of the side column, on the same operands.
 *
 * The sum is made as energy per inference makes it: per layer, busy PEs where a row is enabled,
 * gated PEs where not, and one side column. One thing differs: here a PE drives what the next PE's
 * inputs are (compose_pe_load); `make ppa`, which does not know the neighbour, has the platform's
 * output load: of perf2 on osu018 18.5 pJ with its 25 fF, 18.7 pJ with the 40 fF of a neighbour.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_COMPOSE_H
#define VMAC_COMPOSE_H

#include "stimulus_run.h"

typedef struct {
  const net_list *array, *pe, *side;
  const vmac_mult *mult;
  const int32_t *table;
  const vmac_operands *ops; /* of as many rows as the array has */
  size_t cols;
} compose_source;

/* pJ of a busy array cycle, mean over the layers by their MACs. */
typedef struct {
  double flat, pes, side;
} compose_figure;

/* pF on each output bit of a PE whose like stand around it: the mean load of the activation's and
 * the partial sum's input bits, which are what moves. */
double compose_pe_load(const net_list *pe);

/* `worst`: the largest difference of a layer's sum from its flat figure, in percent. */
bool compose_run(const compose_source *src, const cell_lib *lib, const run_setup *setup,
                 compose_figure figure[RUN_MODES], double worst[RUN_MODES], vmac_err *err);

#endif
