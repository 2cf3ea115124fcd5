/* tiles.h: how a layer's work is cut into jobs, sets of output channels and K tiles.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_TILES_H
#define VMAC_TILES_H

#include "program/layer.h"

/* A set with its place in the output's words. */
typedef struct {
  vmac_set who;
  int group;      /* of the output's words */
  int lo;         /* lane of its first channel, in one copy */
  int base;       /* lane that column 0 stands for */
  int sub;        /* vector jobs: which part of the lanes */
  int in_channel; /* depthwise: the channel it reads; else -1 */
} vmac_part;

/* What a row of the array takes in a tile. */
typedef struct {
  bool on;
  int ky, kx, group, sub;
  int k; /* operand of vmac_patch() */
} vmac_row;

/* All sets of a layer, in order; caller frees. */
vmac_part *vmac_layer_sets(const vmac_graph *graph, const vmac_layer *layer, int *count);

int vmac_layer_tiles(const vmac_graph *graph, const vmac_layer *layer);
/* rows (hw->rows) of tile `tile`, for the set. */
void vmac_layer_tile(const vmac_graph *graph, const vmac_layer *layer, const vmac_part *set,
                     int tile, vmac_row *rows);

/* Output rows of one job: as many as the accumulators hold where K tiles share them; evenly. 0: not
 * even one. */
int vmac_layer_block(const vmac_graph *graph, const vmac_layer *layer);

#endif
