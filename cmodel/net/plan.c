/* A plan says what every MAC layer of a network multiplies with: its cells and what is prepared for
 * them. What it corrects with is in plan_correct.c. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "gemm/scheme.h"
#include "net/control.h"
#include "net/correction.h"
#include "net/net.h"

vmac_plan *vmac_plan_new(const vmac_net *net) {
  vmac_plan *plan = vmac_alloc(1, sizeof *plan);
  plan->net = net;
  plan->ops = net->ops;
  plan->mac = vmac_alloc((size_t)net->ops, sizeof *plan->mac);
  plan->sums = vmac_alloc((size_t)net->ops, sizeof *plan->sums);
  return plan;
}

void vmac_ktiles_free(vmac_ktiles *tiles) {
  if (!tiles) return;
  for (int i = 0; i < tiles->ops; i++) free(tiles->end[i]);
  free(tiles->end);
  free(tiles->tiles);
  free(tiles);
}

void vmac_plan_free(vmac_plan *plan) {
  if (!plan) return;
  for (int i = 0; i < plan->ops; i++) {
    vmac_kernel_free(plan->mac[i].kernel);
    free(plan->mac[i].cell);
    free(plan->mac[i].c0);
    free(plan->mac[i].c);
    vmac_sums_free(plan->sums[i]);
  }
  for (int i = 0; i < plan->cells; i++) {
    free(plan->cell[i].scheme);
    free(plan->cell[i].terms);
  }
  if (plan->cells) free(plan->cell[0].table);
  free(plan->cell);
  free(plan->sums);
  free(plan->mac);
  vmac_ktiles_free(plan->ktiles);
  vmac_control_free(plan->control);
  free(plan);
}

void vmac_plan_drop(vmac_plan *plan) {
  for (int i = 0; i < plan->ops; i++) {
    free(plan->mac[i].c0);
    free(plan->mac[i].c);
    plan->mac[i].c0 = plan->mac[i].c = NULL;
  }
}

static const vmac_plan_cell *cell_of(const vmac_plan *plan, const vmac_mult *mult) {
  for (int i = 0; i < plan->cells; i++)
    if (plan->cell[i].mult == mult) return &plan->cell[i];
  return NULL;
}

void vmac_plan_mode(vmac_plan *plan, vmac_mode mode) {
  plan->mode = mode;
  for (int i = 0; i < plan->cells; i++) vmac_x_terms(plan->cell[i].mult, mode, plan->cell[i].terms);
  for (int i = 0; i < plan->ops; i++)
    if (vmac_plan_has(plan, i)) {
      vmac_mac *mac = &plan->mac[i];
      mac->planes = vmac_planes(mac->mult, mode);
      mac->terms = cell_of(plan, mac->mult)->terms;
      mac->end = plan->ktiles ? plan->ktiles->end[i] : NULL;
      mac->tiles = mac->end ? plan->ktiles->tiles[i] : 1;
    }
}

void vmac_plan_tile(vmac_plan *plan, vmac_ktiles *ktiles) {
  vmac_plan_drop(plan);
  for (int i = 0; i < plan->ops; i++)
    if (plan->sums[i] && plan->sums[i]->tiles) { /* other tiles may be as many */
      vmac_sums_free(plan->sums[i]);
      plan->sums[i] = NULL;
    }
  vmac_ktiles_free(plan->ktiles);
  plan->ktiles = ktiles;
  vmac_plan_mode(plan, plan->mode);
}

/* Room for so many cells' tables, one behind the other. */
static void new_cells(vmac_plan *plan, int cells, const vmac_mult *const *mult) {
  int32_t *tables = vmac_alloc(65536 * (size_t)cells, sizeof *tables);
  plan->mult = mult[0];
  plan->cells = cells;
  plan->cell = vmac_alloc((size_t)cells, sizeof *plan->cell);
  for (int i = 0; i < cells; i++)
    plan->cell[i] = (vmac_plan_cell){.mult = mult[i],
                                     .table = tables + 65536 * (size_t)i,
                                     .terms = vmac_alloc(VMAC_CORR_PLANES, 256)};
}

static const vmac_scheme *scheme_of(vmac_plan_cell *cell) {
  if (!cell->scheme) {
    cell->scheme = vmac_alloc(1, sizeof *cell->scheme);
    vmac_scheme_find(cell->table, vmac_isa_now(), cell->scheme);
  }
  return cell->scheme;
}

void vmac_plan_know(vmac_plan *plan, const vmac_mult *mult, const int32_t *table,
                    const vmac_scheme *scheme) {
  new_cells(plan, 1, &mult);
  memcpy(plan->cell->table, table, 65536 * sizeof *table);
  plan->cell->scheme = vmac_alloc(1, sizeof *scheme);
  *plan->cell->scheme = *scheme;
}

void vmac_plan_set(const vmac_net *net, vmac_plan *plan, const vmac_mult *mult,
                   const bool *layers) {
  vmac_plan_drop(plan);
  if (!plan->cells) {
    new_cells(plan, 1, &mult);
    vmac_mult_table(mult, plan->cell->table);
  }
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    vmac_mac *mac = &plan->mac[i];
    mac->table = vmac_op_is_mac(op) && (!layers || layers[i]) ? plan->cell->table : NULL;
    if (!mac->table) continue;
    const bool prepared = mac->mult; /* for an earlier choice of layers */
    mac->mult = mult;
    mac->n = op->n;
    if (prepared) continue;
    if (op->kind == VMAC_DEPTHWISE) continue; /* too few products per channel to prepare */
    mac->kernel = vmac_kernel_new(net, op, mac, 1, scheme_of(plan->cell));
  }
  vmac_plan_mode(plan, plan->mode);
}

/* The layer without a cell. */
static void clear_layer(vmac_plan *plan, int op) {
  vmac_kernel_free(plan->mac[op].kernel);
  free(plan->mac[op].cell);
  vmac_sums_free(plan->sums[op]);
  plan->sums[op] = NULL;
  plan->mac[op] = (vmac_mac){0};
}

/* The layer as the map has it; one: vmac_map_one(). */
static void map_layer(const vmac_net *net, vmac_plan *plan, const vmac_map *map, int index,
                      int one) {
  const vmac_op *op = &net->op[index];
  vmac_mac *mac = &plan->mac[index];
  vmac_plan_cell *cell = &plan->cell[one < 0 ? 0 : one];
  const vmac_mult *mult = map->shared ? plan->mult : cell->mult;
  const size_t size = (size_t)op->n * (size_t)op->k;
  if (mac->table == cell->table && mac->mult == mult && !mac->cell == (one >= 0) &&
      (one >= 0 || !memcmp(mac->cell, map->cell[index], size)))
    return;
  clear_layer(plan, index);
  mac->mult = mult;
  mac->table = cell->table;
  mac->n = op->n;
  if (one < 0) mac->cell = memcpy(vmac_alloc(size, 1), map->cell[index], size);
  if (op->kind != VMAC_DEPTHWISE)
    mac->kernel = vmac_kernel_new(net, op, mac, plan->cells, one < 0 ? NULL : scheme_of(cell));
}

void vmac_plan_map(const vmac_net *net, vmac_plan *plan, const vmac_map *map) {
  vmac_plan_drop(plan);
  if (!plan->cells) {
    new_cells(plan, map->cells, map->mult);
    for (int i = 0; i < map->cells; i++) vmac_mult_table(map->mult[i], plan->cell[i].table);
  }
  for (int i = 0; i < net->ops; i++) {
    const int one = vmac_map_one(map, net, i);
    if (one < -1)
      clear_layer(plan, i);
    else
      map_layer(net, plan, map, i, one);
  }
  vmac_plan_mode(plan, plan->mode);
}

void vmac_plan_strip(vmac_plan *plan) {
  for (int i = 0; i < plan->ops; i++) {
    vmac_kernel_free(plan->mac[i].kernel);
    plan->mac[i].kernel = NULL;
  }
}

bool vmac_plan_carry(vmac_plan *plan, const vmac_plan *from) {
  for (int i = 0; i < plan->ops; i++) /* a layer that came to the cell since */
    if (vmac_plan_has(plan, i) && !from->mac[i].c0) return false;
  vmac_plan_drop(plan);
  vmac_plan_mode(plan, from->mode);
  for (int i = 0; i < plan->ops; i++) {
    vmac_mac *mac = &plan->mac[i];
    if (!vmac_plan_has(plan, i)) continue;
    const size_t n = (size_t)mac->n, sums = (size_t)vmac_mac_sums(mac);
    mac->c0 = vmac_alloc(n, sizeof *mac->c0);
    mac->c = vmac_alloc(n * sums, sizeof *mac->c);
    memcpy(mac->c0, from->mac[i].c0, n * sizeof *mac->c0);
    memcpy(mac->c, from->mac[i].c, n * sums * sizeof *mac->c);
  }
  return true;
}

vmac_plan *vmac_plan_make(const vmac_net *net, const vmac_mult *mult, const bool *layers,
                          vmac_mode mode, const vmac_dataset *data, size_t images, vmac_err *err) {
  return vmac_plan_make_tiled(net, mult, layers, mode, NULL, data, images, err);
}

/* The rest of making a plan that has its cells; it takes ktiles over, and is freed on an error. */
static vmac_plan *finish(vmac_plan *plan, vmac_mode mode, vmac_ktiles *ktiles,
                         const vmac_dataset *data, size_t images, vmac_err *err) {
  const vmac_net *net = plan->net;
  vmac_plan_tile(plan, ktiles);
  const bool calibrates = vmac_mode_calibrates(mode);
  if (calibrates && (!data || images < 1 || images > data->n)) {
    vmac_fail(err, "calibration for mode %s wants %zu images, the data set has %zu",
              vmac_mode_name(mode), images, data ? data->n : 0);
    vmac_plan_free(plan);
    return NULL;
  }
  vmac_calib *calib = calibrates ? vmac_calib_new(net, data, images, 0) : NULL;
  const bool fits = vmac_plan_correct(net, plan, mode, calib, err);
  vmac_calib_free(calib);
  if (fits) return plan;
  vmac_plan_free(plan);
  return NULL;
}

vmac_plan *vmac_plan_make_tiled(const vmac_net *net, const vmac_mult *mult, const bool *layers,
                                vmac_mode mode, vmac_ktiles *ktiles, const vmac_dataset *data,
                                size_t images, vmac_err *err) {
  vmac_plan *plan = vmac_plan_new(net);
  vmac_plan_set(net, plan, mult, layers);
  return finish(plan, mode, ktiles, data, images, err);
}

vmac_plan *vmac_plan_make_map(const vmac_net *net, const vmac_map *map, vmac_mode mode,
                              vmac_ktiles *ktiles, const vmac_dataset *data, size_t images,
                              vmac_err *err) {
  vmac_plan *plan = vmac_plan_new(net);
  vmac_plan_map(net, plan, map);
  return finish(plan, mode, ktiles, data, images, err);
}
