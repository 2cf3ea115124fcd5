/* Which operands of a layer go into which K tile: asked of the compiler, which decides it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "net/net.h"
#include "program/tiles.h"

/* A tile has as many operands as its rows have, one behind the other from `first` on. */
static bool tile_end(const vmac_graph *g, const vmac_layer *y, const vmac_part *set, int tile,
                     int first, int *end) {
  vmac_row row[VMAC_ROWS_MAX];
  int count = 0, least = INT32_MAX;
  vmac_layer_tile(g, y, set, tile, row);
  for (int r = 0; r < g->hw->rows; r++)
    if (row[r].on) {
      count++;
      least = row[r].k < least ? row[r].k : least;
    }
  *end = first + count;
  for (int r = 0; r < g->hw->rows; r++)
    if (row[r].on && row[r].k >= *end) return false;
  return count > 0 && least == first;
}

static bool layer_ends(const vmac_graph *g, const vmac_layer *y, vmac_ktiles *tiles,
                       vmac_err *err) {
  const vmac_op *op = &g->net->op[y->op];
  if (op->kind == VMAC_DEPTHWISE) return true; /* an array's tile has few of its taps, or one */
  int sets;
  vmac_part *set = vmac_layer_sets(g, y, &sets);
  const int count = vmac_layer_tiles(g, y);
  int *end = tiles->end[y->op] = vmac_alloc((size_t)count, sizeof *end);
  bool good = true;
  for (int t = 0; good && t < count; t++)
    good = tile_end(g, y, set, t, t ? end[t - 1] : 0, &end[t]);
  tiles->tiles[y->op] = count;
  free(set);
  return (good && end[count - 1] == op->k) ||
         vmac_op_fail(g->net, op, err, "its K tiles are not consecutive operands");
}

vmac_ktiles *vmac_ktiles_new(const vmac_net *net, int rows, int cols, vmac_err *err) {
  vmac_hw hw = vmac_hw_default();
  hw.rows = rows;
  hw.cols = cols;
  if (!vmac_hw_check(&hw, err)) return NULL;
  vmac_graph g = {.net = net, .hw = &hw};
  vmac_ktiles *tiles = vmac_alloc(1, sizeof *tiles);
  tiles->rows = rows;
  tiles->cols = cols;
  tiles->ops = net->ops;
  tiles->tiles = vmac_alloc((size_t)net->ops, sizeof *tiles->tiles);
  tiles->end = vmac_alloc((size_t)net->ops, sizeof *tiles->end);
  bool good = vmac_lower(&g, err);
  for (int i = 0; good && i < g.layers; i++)
    if (g.layer[i].kind == VMAC_JOB_MAC) good = layer_ends(&g, &g.layer[i], tiles, err);
  free(g.place);
  free(g.layer);
  if (good) return tiles;
  vmac_ktiles_free(tiles);
  return NULL;
}
