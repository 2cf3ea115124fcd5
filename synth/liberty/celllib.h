/* celllib.h: a cell library as numbers: pins, functions, NLDM delay and energy tables.
 *
 * Units after loading, whatever the file's: ns, pF, pJ, nW, um2 (area is taken as written), volt.
 * Not: latches, scan cells and statetables (they load without functions, unusable), buses, CCS;
 * the state that clear and preset leave when both are active.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CELLLIB_H
#define VMAC_CELLLIB_H

#include "boolexpr.h"
#include "nldm.h"

/* One timing group of an output pin, or one internal_power group of any pin. Power groups that
 * differ in the supply pin only (related_pg_pin) are added into one; those of ground pins are left
 * out where a supply pin has some: they are the same energy seen from the other end. */
typedef struct {
  int related;    /* input pin (index into pin[]), or -1 where the group names none */
  bool_prog when; /* of the cell's values; op == NULL: always */
  double share; /* power: the part of the cell's states, each counted alike, that the group is for;
                     groups without `when` share what the others of the same `related` leave */
  nldm_table rise, fall;           /* delay in ns, or energy in pJ */
  nldm_table rise_slew, fall_slew; /* timing only: output transition in ns */
} cell_arc;

typedef enum { PIN_INPUT, PIN_OUTPUT, PIN_OTHER } pin_dir;

typedef struct {
  char *name;
  pin_dir dir;
  double cap;               /* pF */
  bool_prog function;       /* outputs: of the cell's values */
  cell_arc *timing, *power; /* timing: of outputs, delays only; of flip-flops clock to output */
  size_t timings, powers;
} cell_pin;

typedef struct {
  bool_prog when; /* of the cell's values; op == NULL: the rest */
  double nw;      /* states that no entry is for leak the cell's `leakage` */
} cell_leak;

/* The values that functions and `when` are of: one per pin, then the flip-flop's state and its
 * complement (IQ, IQN), by whatever names the file gives them. */
typedef struct {
  char *name;
  double area, leakage; /* um2; nW, the mean over states where the file gives no figure */
  cell_leak *leak;      /* by state, where the file has it */
  size_t leaks;
  bool sequential; /* holds state; usable only where `clock` >= 0 */
  /* Flip-flops of one rising- or falling-edge clock pin: */
  int clock;               /* the clock pin, else -1 */
  bool falling;            /* it triggers on the falling edge */
  bool_prog next;          /* next state */
  bool_prog clear, preset; /* asynchronous, active when true; op == NULL: none */
  cell_pin *pin;
  size_t pins;
} lib_cell;

typedef struct {
  char *name;
  double voltage;
  lib_cell *cell;
  size_t cells;
} cell_lib;

/* One library of `count` files of the same voltage; packed ones (.gz) are unpacked. */
cell_lib *celllib_load(const char *const *paths, size_t count, vmac_err *err);
void celllib_free(cell_lib *lib);

/* NULL and an error that suggests the nearest name where there is no such cell or pin. */
const lib_cell *celllib_cell(const cell_lib *lib, const char *name, vmac_err *err);
int celllib_pin(const lib_cell *cell, const char *name, vmac_err *err); /* -1 on error */

#endif
