/* celllib_parts.h: the steps of reading one cell, in files of their own.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CELLLIB_PARTS_H
#define VMAC_CELLLIB_PARTS_H

#include "celllib.h"

typedef struct {
  const lib_loader *ld;
  const lib_group *group; /* the cell's */
  lib_cell *cell;
  const lib_group **from; /* (pins) */
  const char **name;      /* (values): the pins, then the flip-flop's state and complement */
  size_t values;
  /* States of the cell, 64 a word, each combination of input pins and flip-flop state alike: */
  uint64_t *state; /* (words, values) */
  size_t words;
  uint64_t used; /* the lanes of every word that hold a state */
} cell_reader;

/* celllib_flipflop.c: of a cell with an ff group. Where it is none that the header describes, the
 * clock stays -1. */
bool cell_flipflop(cell_reader *rd);

/* celllib_states.c: needs all functions. The part of the states in which `when` holds. */
void cell_states(cell_reader *rd);
double cell_share(const cell_reader *rd, const bool_prog *when);

/* celllib_arcs.c: timing groups of an output pin; internal_power of any. */
bool cell_timing(cell_reader *rd, size_t pin);
bool cell_power(cell_reader *rd, size_t pin);

/* celllib_leakage.c: `usable`: by state too. */
bool cell_leakage(cell_reader *rd, bool usable);

/* celllib_supply.c: a power or leakage group of a ground pin, of which the supply's say the same. */
bool cell_mirrored(const cell_reader *rd, const lib_group *parent, const lib_group *group);

/* "path:line: CELL", for errors of functions. */
typedef struct {
  char text[200];
} cell_place;
cell_place cell_where(const cell_reader *rd, int line);

/* The pin of that name, or -1. */
int cell_find_pin(const lib_cell *cell, const char *name, size_t size);

/* Parses attribute `name` of the group, where it has one. */
bool cell_prog(const cell_reader *rd, const lib_group *group, const char *name, bool_prog *prog);

#endif
