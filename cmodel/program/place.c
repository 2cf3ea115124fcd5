/* Which PE holds which weight, asked of the compiler, which decides it: a map of PEs' cells becomes
 * that of a network's weights. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "net/net.h"
#include "program/tiles.h"

/* Every weight of a layer is in one place, in every pixel's products. */
static bool place_layer(const vmac_graph *g, const vmac_layer *y, vmac_map *map) {
  const vmac_op *op = &g->net->op[y->op];
  int sets;
  vmac_part *set = vmac_layer_sets(g, y, &sets);
  vmac_map_fill(map, g->net, y->op, 0);
  bool good = true;
  for (int s = 0; s < sets; s++)
    for (int t = 0; t < vmac_layer_tiles(g, y); t++) {
      vmac_row row[VMAC_ROWS_MAX];
      const vmac_set *who = &set[s].who;
      vmac_layer_tile(g, y, &set[s], t, row);
      for (int r = 0; r < g->hw->rows; r++)
        for (int c = 0; row[r].on && c < who->count; c++) {
          const int pe = vmac_hw_pe(g->hw, r, who->column + c);
          const int cell = vmac_map_cell(map, vmac_mult_at((size_t)pe));
          good = good && cell >= 0;
          map->cell[y->op][(who->channel + c) * op->k + row[r].k] = (uint8_t)cell;
        }
    }
  free(set);
  return good;
}

vmac_map *vmac_map_of_pes(const vmac_net *net, const vmac_hw *hw, vmac_err *err) {
  if (!vmac_hw_check(hw, err)) return NULL;
  vmac_graph g = {.net = net, .hw = hw};
  vmac_map *map = vmac_map_new(net, vmac_mult_at((size_t)hw->cell));
  map->shared = true;
  bool good = vmac_lower(&g, err);
  for (int i = 0; good && i < g.layers; i++)
    if (g.layer[i].kind == VMAC_JOB_MAC && !place_layer(&g, &g.layer[i], map))
      good = vmac_fail(err, "the PEs have more than 256 cells");
  free(g.place);
  free(g.layer);
  if (good) return map;
  vmac_map_free(map);
  return NULL;
}
