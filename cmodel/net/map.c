/* Maps: which cell multiplies which weight of a network. A layer may have one cell, one for each
 * filter (a filter is a column of the array), one for each place inside the filters (a place is a
 * row), or any other (S4: layer, filter and kernel level). SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "net/net.h"

enum { CELLS_MAX = 256 }; /* a byte says which */

vmac_map *vmac_map_new(const vmac_net *net, const vmac_mult *first) {
  vmac_map *map = vmac_alloc(1, sizeof *map);
  map->ops = net->ops;
  map->mult = vmac_alloc(CELLS_MAX, sizeof *map->mult);
  map->mult[map->cells++] = first;
  map->cell = vmac_alloc((size_t)net->ops, sizeof *map->cell);
  return map;
}

void vmac_map_free(vmac_map *map) {
  if (!map) return;
  for (int i = 0; i < map->ops; i++) free(map->cell[i]);
  free(map->cell);
  free(map->mult);
  free(map);
}

int vmac_map_cell(vmac_map *map, const vmac_mult *mult) {
  for (int i = 0; i < map->cells; i++)
    if (map->mult[i] == mult) return i;
  if (map->cells == CELLS_MAX) return -1;
  map->mult[map->cells] = mult;
  return map->cells++;
}

static size_t weights(const vmac_net *net, int op) {
  return (size_t)net->op[op].n * (size_t)net->op[op].k;
}

void vmac_map_fill(vmac_map *map, const vmac_net *net, int op, int cell) {
  if (!map->cell[op]) map->cell[op] = vmac_alloc(weights(net, op), 1);
  memset(map->cell[op], cell, weights(net, op));
}

int vmac_map_one(const vmac_map *map, const vmac_net *net, int op) {
  const uint8_t *cell = map->cell[op];
  if (!cell) return -2;
  for (size_t i = 1; i < weights(net, op); i++)
    if (cell[i] != cell[0]) return -1;
  return cell[0];
}

bool vmac_map_check(const vmac_map *map, const vmac_net *net, vmac_err *err) {
  const vmac_mult *first = map->mult[0];
  for (int i = 0; i < map->ops; i++) {
    const int one = vmac_map_one(map, net, i);
    if (one == -2 || (one >= 0 && !map->shared)) continue;
    for (size_t j = 0; j < weights(net, i); j++) {
      const vmac_mult *mult = map->mult[map->cell[i][j]];
      if (mult->cls == first->cls) continue;
      return vmac_op_fail(net, &net->op[i], err,
                          "the cell %s beside %s: expected one operand class, %s",
                          mult->name, first->name, first->cls == VMAC_U8 ? "u8" : "s8");
    }
  }
  return true;
}
