/* compose.h: is an array's energy the sum of its parts? The flat netlist of an array, and the
 * netlists of its PEs, one for each width of partial sum that its rows have, and of the side column,
 * on the same operands.
 *
 * The sum: per layer, busy PEs where a row is enabled, gated PEs where not, and one side column.
 * Energy per inference (`varimac energy`) makes it likewise but for two things. It has one PE, the
 * widest, in all rows: that sum is made here too, `uniform`. And a PE here drives what the next PE's
 * inputs are (compose_pe_load); `make ppa`, which does not know the neighbour, has the platform's
 * output load: of perf2 on osu018 18.5 pJ with its 25 fF, 18.7 pJ with the 40 fF of a neighbour.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_COMPOSE_H
#define VMAC_COMPOSE_H

#include "stimulus_run.h"

/* A PE and the rows it stands in, from .. to - 1: those of 16 + log2(row + 1) bits rounded up. */
typedef struct {
  const net_list *nl;
  size_t from, to;
} compose_rows;
enum { COMPOSE_CLASSES = 7 }; /* sums of 16 .. 22 bits: 64 rows */

typedef struct {
  const net_list *array, *side;
  compose_rows pe[COMPOSE_CLASSES]; /* from the top row down */
  size_t classes;
  const vmac_mult *mult;
  const int32_t *table;
  const vmac_operands *ops; /* of as many rows as the array has */
  size_t cols;
} compose_source;

/* pJ of a busy array cycle, mean over the layers by their MACs. */
typedef struct {
  double flat, pes, side, uniform; /* uniform: PEs, were all as the widest */
} compose_figure;

/* pF on each output bit of a PE whose like stands to its right, and `below` below it: the mean load
 * of the activation's and the partial sum's input bits that something reads, which are what moves. */
double compose_pe_load(const net_list *pe, const net_list *below);

/* Adds a PE below the others; its rows follow from the width of its sum. False where it is not the
 * one that an array of `rows` rows has there. */
bool compose_add(compose_source *src, const net_list *pe, size_t rows, vmac_err *err);
/* um2 of all PEs and the side column. */
double compose_area(const compose_source *src);
/* The same with the widest PE in all rows. */
double compose_uniform_area(const compose_source *src);

/* `worst`: the largest difference of a layer's sum from its flat figure, in percent. */
bool compose_run(const compose_source *src, const cell_lib *lib, const run_setup *setup,
                 compose_figure figure[RUN_MODES], double worst[RUN_MODES], vmac_err *err);

#endif
