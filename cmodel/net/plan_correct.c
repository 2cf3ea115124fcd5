/* What a plan corrects with: each layer's coefficients, found by the mode's rule.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "net/correction.h"
#include "net/net.h"

/* Modes without slopes, and those whose slopes come from the weights, need no more than they do for
 * the whole K. */
int vmac_plan_tiles(const vmac_plan *plan, int op, vmac_mode mode) {
  const bool fits_slopes = vmac_mode_calibrates(mode) && mode != VMAC_CORR_BIAS;
  return fits_slopes && plan->ktiles && plan->ktiles->end[op] ? plan->ktiles->tiles[op] : 0;
}

/* The analytic coefficients of one channel: slopes averaged over a tile's weights, constants summed
 * over all. */
static void paper_line(const vmac_net *net, const vmac_op *op, const vmac_mac *mac,
                       const vmac_line *of_weight, int channel, double *c0, double *c) {
  *c0 = 0;
  for (int k = 0, tile = 0, first = 0; k < op->k; k++) {
    const int last = mac->end ? mac->end[tile] : op->k;
    const int8_t w = vmac_weight(net, op, channel, k);
    const int cell = mac->cell ? mac->cell[(size_t)channel * (size_t)op->k + (size_t)k] : 0;
    const vmac_line *one = &of_weight[256 * cell + vmac_operand_bits(mac->mult->cls, w)];
    *c0 += one->c0;
    c[tile] += one->c[0];
    if (k + 1 < last) continue;
    c[tile++] /= last - first;
    first = last;
  }
}

/* What the coefficients of one layer are made of. */
typedef struct {
  vmac_line *of_weight; /* mode paper: (cells, 256) of the layer's cells */
  vmac_tile_fit *tiles; /* NULL: the whole K */
} source;

/* c0 and c (vmac_mac_sums()) of one channel; modes that calibrate find its sums in the plan. */
static void line_of(const vmac_net *net, const vmac_plan *plan, int op, vmac_mode mode,
                    const source *from, int channel, double *c0, double *c) {
  const vmac_mac *mac = &plan->mac[op];
  memset(c, 0, (size_t)vmac_mac_sums(mac) * sizeof *c);
  if (mode == VMAC_CORR_PAPER) {
    paper_line(net, &net->op[op], mac, from->of_weight, channel, c0, c);
  } else if (from->tiles) {
    vmac_tile_fit_line(from->tiles, channel, c0, c);
  } else {
    const vmac_moments moments =
        vmac_sums_moments(plan->sums[op], vmac_take_of(mac->mult, mode), channel);
    const vmac_line line = mode == VMAC_CORR_BIAS ? vmac_fit_bias(&moments) : vmac_fit(&moments);
    *c0 = line.c0;
    if (mode != VMAC_CORR_BIAS) memcpy(c, line.c, (size_t)mac->planes * sizeof *c);
  }
}

static bool set_layer(const vmac_net *net, vmac_plan *plan, int op, vmac_mode mode,
                      const source *from, vmac_err *err) {
  vmac_mac *mac = &plan->mac[op];
  const int sums = vmac_mac_sums(mac);
  double *c = vmac_alloc((size_t)sums, sizeof *c);
  bool good = true;
  mac->c0 = vmac_alloc((size_t)mac->n, sizeof *mac->c0);
  mac->c = vmac_alloc((size_t)mac->n * (size_t)sums, sizeof *mac->c);
  for (int j = 0; good && j < mac->n; j++) {
    double c0 = 0;
    line_of(net, plan, op, mode, from, j, &c0, c);
    good = vmac_coefficients_round(c0, c, sums, &mac->c0[j], mac->c + (size_t)j * (size_t)sums) ||
           vmac_fail(err,
                     "op %d, channel %d: correction %g + %g X%s does not fit its registers "
                     "(c0: 32 bits, slopes: %d, %d of them fraction)",
                     op, j, c0, c[0], sums > 1 ? "[0] + ..." : "", VMAC_CORR_C_BITS, VMAC_CORR_F);
  }
  free(c);
  return good;
}

/* What a weight contributes, with each of the layer's cells. */
static vmac_line *paper_weights(const vmac_plan *plan, const vmac_mac *mac) {
  const int cells = mac->cell ? plan->cells : 1;
  vmac_line *of = vmac_alloc(256 * (size_t)cells, sizeof *of);
  for (int i = 0; i < 256 * cells; i++)
    of[i] = vmac_paper_weight(mac->mult, mac->table + (ptrdiff_t)(i >> 8) * 65536, (uint8_t)i);
  return of;
}

static bool set_coefficients(const vmac_net *net, vmac_plan *plan, vmac_mode mode, vmac_err *err) {
  bool good = true;
  for (int i = 0; good && i < net->ops; i++) {
    if (!vmac_plan_has(plan, i)) continue;
    const int tiles = vmac_plan_tiles(plan, i, mode);
    source from = {NULL, NULL};
    if (mode == VMAC_CORR_PAPER) from.of_weight = paper_weights(plan, &plan->mac[i]);
    if (tiles) from.tiles = vmac_tile_fit_new(plan->sums[i], tiles, plan->mac[i].planes);
    good = set_layer(net, plan, i, mode, &from, err);
    vmac_tile_fit_free(from.tiles);
    free(from.of_weight);
  }
  return good;
}

/* Before anything is measured: a layer of long sums on few rows has tiles by the thousand. */
static bool check_slopes(const vmac_plan *plan, vmac_mode mode, vmac_err *err) {
  for (int i = 0; i < plan->ops; i++) {
    if (!vmac_plan_has(plan, i)) continue;
    const int tiles = vmac_plan_tiles(plan, i, mode), planes = plan->mac[i].planes;
    if (tiles * planes > VMAC_TILE_SLOPES)
      return vmac_fail(err,
                       "op %d: %d K tiles with %d sums X each: expected at most %d slopes of a "
                       "channel, which are fitted together, found %d; an array of more rows has "
                       "fewer tiles, another mode may have fewer sums",
                       i, tiles, planes, VMAC_TILE_SLOPES, tiles * planes);
  }
  return true;
}

bool vmac_plan_correct(const vmac_net *net, vmac_plan *plan, vmac_mode mode, vmac_calib *calib,
                       vmac_err *err) {
  vmac_plan_drop(plan);
  vmac_plan_mode(plan, mode);
  if (mode == VMAC_CORR_NONE) return true;
  const bool good = (calib || !vmac_mode_calibrates(mode) ||
                     vmac_fail(err, "mode %s wants calibration images", vmac_mode_name(mode))) &&
                    check_slopes(plan, mode, err);
  if (good && calib && vmac_mode_calibrates(mode)) vmac_calibrate(calib, plan, mode);
  if (good && set_coefficients(net, plan, mode, err)) return true;
  vmac_plan_drop(plan);
  vmac_plan_mode(plan, VMAC_CORR_NONE);
  return false;
}
