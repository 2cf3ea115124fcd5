/* Parts of layers that a search gives cells to. SPDX-License-Identifier: Apache-2.0 */
#include "explore/units.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[VMAC_LEVELS] = {"layer", "filter", "input", "tap"};

const char *vmac_level_name(vmac_level level) {
  return names[level];
}

bool vmac_level_find(const char *name, vmac_level *level, vmac_err *err) {
  for (int i = 0; i < VMAC_LEVELS; i++)
    if (!strcmp(name, names[i])) {
      *level = (vmac_level)i;
      return true;
    }
  return vmac_fail(err, "level '%s': expected layer, filter, input or tap", name);
}

/* The channel, or place, that weight i of filter n counts for; *count of them in the layer. */
static int part_of(const vmac_op *op, vmac_level level, int n, int i, int *count) {
  const int window = op->kind == VMAC_FC ? 1 : op->kh * op->kw, channels = op->k / window;
  switch (level) {
  case VMAC_LEVEL_FILTER:
    *count = op->n;
    return n;
  case VMAC_LEVEL_INPUT:
    *count = channels;
    return i % channels;
  case VMAC_LEVEL_TAP:
    *count = window;
    return i / channels;
  case VMAC_LEVEL_LAYER:
    break;
  }
  *count = 1;
  return 0;
}

typedef struct {
  double size;
  int part;
} ranked;

static int larger_first(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->size != y->size) return x->size < y->size ? 1 : -1;
  return x->part - y->part;
}

/* group (parts): which of `groups` even groups each part is in, the largest weights first. */
static void group_parts(const vmac_net *net, const vmac_op *op, vmac_level level, int parts,
                        int groups, uint16_t *group) {
  const vmac_tensor *weight = &net->tensor[op->weight];
  ranked *rank = vmac_alloc((size_t)parts, sizeof *rank);
  int ignored;
  for (int p = 0; p < parts; p++) rank[p].part = p;
  for (int n = 0; n < op->n; n++)
    for (int i = 0; i < op->k; i++)
      rank[part_of(op, level, n, i, &ignored)].size +=
          abs(vmac_weight(net, op, n, i)) * (double)weight->scale[weight->scales > 1 ? n : 0];
  qsort(rank, (size_t)parts, sizeof *rank, larger_first);
  for (int p = 0; p < parts; p++) group[rank[p].part] = (uint16_t)((int64_t)p * groups / parts);
  free(rank);
}

static void add_layer(const vmac_net *net, int index, vmac_level level, int groups,
                      vmac_units *units) {
  const vmac_op *op = &net->op[index];
  int parts;
  part_of(op, level, 0, 0, &parts);
  if (groups > parts || level == VMAC_LEVEL_TAP) groups = parts;
  uint16_t *group = vmac_alloc((size_t)parts, sizeof *group);
  uint16_t *of = units->of[index] = vmac_alloc((size_t)op->n * (size_t)op->k, sizeof *of);
  group_parts(net, op, level, parts, groups, group);
  const size_t count = (size_t)(units->count + groups);
  units->op = realloc(units->op, count * sizeof *units->op);
  units->macs = realloc(units->macs, count * sizeof *units->macs);
  if (!units->op || !units->macs) abort();
  for (int g = 0; g < groups; g++) {
    units->op[units->count + g] = index;
    units->macs[units->count + g] = 0;
  }
  for (int n = 0; n < op->n; n++)
    for (int i = 0; i < op->k; i++) {
      const int unit = units->count + group[part_of(op, level, n, i, &parts)];
      *of++ = (uint16_t)unit;
      units->macs[unit] += op->m;
    }
  units->count += groups;
  free(group);
}

vmac_units *vmac_units_new(const vmac_net *net, vmac_level level, int groups) {
  vmac_units *units = vmac_alloc(1, sizeof *units);
  units->ops = net->ops;
  units->of = vmac_alloc((size_t)net->ops, sizeof *units->of);
  for (int i = 0; i < net->ops; i++)
    if (vmac_op_is_mac(&net->op[i])) add_layer(net, i, level, groups, units);
  return units;
}

void vmac_units_free(vmac_units *units) {
  if (!units) return;
  for (int i = 0; i < units->ops; i++) free(units->of[i]);
  free(units->of);
  free(units->op);
  free(units->macs);
  free(units);
}

void vmac_units_map(const vmac_units *units, const vmac_net *net, const uint8_t *choice, bool exact,
                    vmac_map *map) {
  for (int op = 0; op < units->ops; op++) {
    if (!units->of[op]) continue;
    vmac_map_fill(map, net, op, 0);
    for (int i = 0; i < net->op[op].n * net->op[op].k; i++)
      map->cell[op][i] = choice[units->of[op][i]];
    if (!exact || vmac_map_one(map, net, op)) continue;
    free(map->cell[op]);
    map->cell[op] = NULL;
  }
}
