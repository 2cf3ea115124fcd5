/* prep.h: one library for yosys and OpenSTA out of a vendor's files: merged, without the cells that
 * no mapping here uses, and with what the two tools stumble over put right.
 *
 * Dropped: cells by name (globs), dont_use cells, all that holds state but flip-flops of one clock,
 * scan cells, cells with an output that has no function (three-state, pads) and cells without an
 * output (fill, taps). Wire loads go: figures are those of cells placed side by side.
 * default_operating_conditions is added: without it OpenSTA 2.0.17 reports no internal power of
 * flip-flops.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_PREP_H
#define VMAC_PREP_H

#include "celllib.h"
#include "liberty_edit.h"

/* Why a cell went; KEPT counts those left. */
typedef enum {
  PREP_KEPT,
  PREP_GLOB,
  PREP_DONT_USE,
  PREP_STATE,
  PREP_FUNCTION,
  PREP_NO_OUTPUT,
  PREP_KINDS
} prep_kind;

typedef struct {
  lib_group *root;
  lib_group **file; /* (files) the trees that its groups come from; file[0] is root */
  size_t files;
  lib_loader units; /* of the whole */
  cell_lib cells;   /* the cells left, in the root's order */
  size_t count[PREP_KINDS];
} prep_lib;

/* A glob that no cell matches is named on stderr: it is likely a slip. */
prep_lib *prep_load(const char *const *paths, size_t files, const char *const *globs, size_t count,
                    vmac_err *err);
void prep_free(prep_lib *prep);

/* model.c: a Verilog module per cell, its function only: no delays, no power. */
void model_write(FILE *f, const prep_lib *prep);

/* view.c: rewrites every internal_power so that OpenSTA 2.0.17, asked for each instance by itself
 * with that instance's activity and a duty of 1/2, counts what the tables of the original say.
 * Outputs: one group for all arcs and edges, over load only, at input transition `slew` (ns); 0: the
 * transition that the library's gates have at a load of three input pins. */
void view_apply(prep_lib *prep, double slew);

#endif
