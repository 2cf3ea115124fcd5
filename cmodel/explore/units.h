/* units.h: what a search gives cells to: parts of a network's layers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_UNITS_H
#define VMAC_UNITS_H

#include "vmac.h"

/* S4's levels (Leon et al., LASCAS 2022), as a weight-stationary array has them: a layer is a run,
 * a filter a column, a place inside the filters a row. */
typedef enum {
  VMAC_LEVEL_LAYER,
  VMAC_LEVEL_FILTER, /* groups of output channels */
  VMAC_LEVEL_INPUT,  /* kernel level: groups of input channels; depthwise layers as a whole */
  VMAC_LEVEL_TAP     /* kernel level: places of the window; fully connected layers as a whole */
} vmac_level;
enum { VMAC_LEVELS = 4 };
const char *vmac_level_name(vmac_level level);
bool vmac_level_find(const char *name, vmac_level *level, vmac_err *err);

typedef struct {
  int count;
  int *op;      /* (count) whose part it is */
  double *macs; /* (count) multiplications per image */
  int ops;
  uint16_t **of; /* (ops): (n, k) the unit of each weight; NULL: no MAC layer */
} vmac_units;

/* groups: of each layer's channels, as even as can be, at most one per channel. Channels are sorted
 * before: those with the largest weights (sum of |w|, each times its filter's scale) come first. */
vmac_units *vmac_units_new(const vmac_net *net, vmac_level level, int groups);
void vmac_units_free(vmac_units *units);

/* Gives the map's layers the cells (numbers in the map) that a choice (count) has for its units.
 * exact: cell 0 is, and a layer that has it alone multiplies directly. */
void vmac_units_map(const vmac_units *units, const vmac_net *net, const uint8_t *choice, bool exact,
                    vmac_map *map);

#endif
