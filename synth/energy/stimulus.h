/* stimulus.h: operand streams (operands/operands.h) as what a mapped design sees, step by step.
 *
 * Every lane of a simulation is one place of the array: a PE, or a whole column for the designs that
 * see all rows. Weights are loaded first, uncounted; then the design's pipeline fills, uncounted;
 * from then on every step is a busy cycle, counted, and what leaves the design is compared with the
 * C model. A netlist that differs has no figures.
 *
 * Not: the cycles in which weights are loaded; the change of weights between two tiles.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_STIMULUS_H
#define VMAC_STIMULUS_H

#include "gatesim.h"
#include "operands/operands.h"

typedef struct {
  const net_list *nl;
  const vmac_mult *mult;
  const vmac_operands *ops; /* of the cell's class */
  const int32_t *table;     /* vmac_mult_table(mult) */
  int opt_correction;       /* what side column and correction unit were built with: 0 .. 3 */
  int phi_rank;             /* planes of phi, where that is 3; else 0 */
  size_t from_row, to_row;  /* of PEs only: those of rows from_row .. to_row - 1; 0, 0: of all */
} stim_source;

/* What the lanes do:
 *   BUSY    multiply the stream's operands
 *   UNUSED  the same with weight bits 0: a column that no output channel uses
 *   GATED   weight bits 0, enable 0: a row that no operand uses
 *   IDLE    nothing changes but the clock */
typedef enum { STIM_BUSY, STIM_UNUSED, STIM_GATED, STIM_IDLE, STIM_KINDS } stim_kind;

typedef struct {
  const char *name;
  bool kinds[STIM_KINDS]; /* that it can do */
  bool own_inputs;        /* its input nets are charged to it (net_setup) */
  bool accumulators;      /* its busy cycle is an accumulator's, not a multiplication's */
  /* Whether netlist and stream fit the design, and what can be proved without the stream. */
  bool (*check)(const stim_source *src, vmac_err *err);
  size_t (*lanes)(const stim_source *src, size_t layer);
  size_t (*fill)(
      const stim_source *src); /* steps of the stream that pass before the counted ones */
  /* Loads, fills, and counts; `sim` is new and of lanes() lanes. */
  bool (*play)(gatesim *sim, const stim_source *src, size_t layer, stim_kind kind, vmac_err *err);
} stim_design;

extern const stim_design stim_cell;    /* vmac_cell_NAME: a_i, w_i, mode_i, p_o */
extern const stim_design stim_pe;      /* vmac_pe */
extern const stim_design stim_side;    /* vmac_side */
extern const stim_design stim_correct; /* vmac_correct */
extern const stim_design stim_tile;    /* vmac_correct_tile */
extern const stim_design stim_array;   /* vmac_array, flat */

/* ---- what their files share --------------------------------------------------------------------
 */

/* The port of that name and direction, of any width up to `most`; else NULL and an error. */
const net_port *stim_port(const stim_source *src, const char *name, pin_dir dir, size_t most,
                          vmac_err *err);
/* Bits at .. at + width - 1 of a port, which owns the nets. */
net_port stim_slice(const net_port *port, size_t at, size_t width);
/* The low bits of a value, as a port of `width` bits carries it. */
static inline uint32_t stim_bits(int64_t value, size_t width) {
  return (uint32_t)((uint64_t)value & (((uint64_t)1 << width) - 1));
}
/* The same in all lanes. */
void stim_constant(gatesim *sim, const net_port *port, uint32_t value, size_t lanes);

/* Columns of a layer: the first, and how many. */
size_t stim_first(const stim_source *src, size_t layer);
size_t stim_columns(const stim_source *src);
/* The row behind the last whose PEs are looked at. */
static inline size_t stim_to_row(const stim_source *src) {
  return src->to_row ? src->to_row : src->ops->rows;
}

/* Enabled (column, row) pairs of a layer, in order, and what the PE there sees. With kind UNUSED or
 * GATED the weights of the whole column are so; a gated PE passes what arrives from above. */
typedef struct {
  size_t lanes, steps;
  size_t *column, *row; /* (lanes) */
  uint32_t *word;       /* (lanes) {enable, weight} */
  uint32_t *a;          /* (lanes, steps) as it leaves the array's edge */
  int32_t *above;       /* (lanes, steps) partial sum from above, of the same pixel */
  int32_t *out;         /* (lanes, steps) partial sum below */
} stim_pes;
size_t stim_pes_count(const stim_source *src, size_t layer);
void stim_pes_make(stim_pes *pes, const stim_source *src, size_t layer, stim_kind kind);
void stim_pes_free(stim_pes *pes);

/* Sum of the products of one column at its foot, and what the side column adds beside them. */
int32_t stim_foot(const stim_source *src, size_t column, size_t step);
int32_t stim_sum_a(const stim_source *src, size_t column, size_t step);
/* terms (256): what an activation's bits add to that sum of X. */
int32_t stim_sum_x(const stim_source *src, const uint8_t *terms, size_t column, size_t step);
int stim_planes(const stim_source *src); /* sums of X, 0: the hardware has none */
/* terms (VMAC_CORR_PLANES, 256): those of the planes. */
void stim_terms(const stim_source *src, uint8_t *terms);

/* Whether a correction unit's coefficients and sums, as ports, are as many as the model's. */
bool stim_check_sums(const stim_source *src, const net_port *c, const net_port *sum_x,
                     vmac_err *err);

/* Of both correction units: the column's exact foot; c that best foretells `lack` (steps) from x,
 * in units of 2^-F, which it takes away from `lack`. */
int32_t stim_exact_foot(const stim_source *src, size_t column, size_t step);
int32_t stim_fit(double *lack, const uint32_t *x, size_t steps);

/* The stream that an array of `cols` columns makes of one of single columns: for each column as many
 * as the array has, with its activations and enables, and the weights of the columns beside it in
 * its layer. What stim_array plays. */
void stim_array_stream(vmac_operands *out, const vmac_operands *ops, size_t cols);

#endif
