/* celllib.h: a cell library as numbers: pins, functions, NLDM delay and energy tables.
 *
 * Units after loading, whatever the file's: ns, pF, pJ, nW, um2 (area is taken as written), volt.
 * Not: sequential behaviour (cells with ff or latch groups load, but without functions), buses.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CELLLIB_H
#define VMAC_CELLLIB_H

#include "boolexpr.h"
#include "nldm.h"

/* One timing or internal_power group of an output pin, or one internal_power group of an input. */
typedef struct {
  int related;           /* input pin (index into pin[]), or -1 where the group names none */
  double share;          /* input pins only: the part of the input states that the group is for */
  nldm_table rise, fall; /* delay in ns, or energy in pJ */
  nldm_table rise_slew, fall_slew; /* timing only: output transition in ns */
} cell_arc;

typedef enum { PIN_INPUT, PIN_OUTPUT, PIN_OTHER } pin_dir;

typedef struct {
  char *name;
  pin_dir dir;
  double cap;               /* pF */
  bool_prog function;       /* of the pins' values, in the order of pin[] */
  cell_arc *timing, *power; /* of an input pin of a combinational cell: power alone */
  size_t timings, powers;
} cell_pin;

typedef struct {
  char *name;
  double area, leakage; /* um2, nW */
  bool sequential;
  cell_pin *pin;
  size_t pins;
} lib_cell;

typedef struct {
  char *name;
  double voltage;
  lib_cell *cell;
  size_t cells;
} cell_lib;

cell_lib *celllib_load(const char *path, vmac_err *err);
void celllib_free(cell_lib *lib);

/* NULL and an error that suggests the nearest name where there is no such cell or pin. */
const lib_cell *celllib_cell(const cell_lib *lib, const char *name, vmac_err *err);
int celllib_pin(const lib_cell *cell, const char *name, vmac_err *err); /* -1 on error */

#endif
