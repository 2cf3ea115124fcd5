/* A plan says what every MAC layer of a network multiplies and corrects with.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "gemm/scheme.h"
#include "net/correction.h"
#include "net/net.h"

vmac_plan *vmac_plan_new(const vmac_net *net) {
  vmac_plan *plan = vmac_alloc(1, sizeof *plan);
  plan->net = net;
  plan->ops = net->ops;
  plan->mac = vmac_alloc((size_t)net->ops, sizeof *plan->mac);
  plan->sums = vmac_alloc((size_t)net->ops, sizeof *plan->sums);
  plan->terms = vmac_alloc(VMAC_CORR_PLANES, 256);
  return plan;
}

void vmac_plan_free(vmac_plan *plan) {
  if (!plan) return;
  for (int i = 0; i < plan->ops; i++) {
    vmac_kernel_free(plan->mac[i].kernel);
    free(plan->mac[i].c0);
    free(plan->mac[i].c);
    vmac_sums_free(plan->sums[i]);
  }
  free(plan->sums);
  free(plan->mac);
  free(plan->table);
  free(plan->terms);
  vmac_ktiles_free(plan->ktiles);
  free(plan->scheme);
  free(plan);
}

static void drop_coefficients(vmac_plan *plan) {
  for (int i = 0; i < plan->ops; i++) {
    free(plan->mac[i].c0);
    free(plan->mac[i].c);
    plan->mac[i].c0 = plan->mac[i].c = NULL;
  }
}

/* The layers that have the cell sum what the mode sums. */
static void set_mode(vmac_plan *plan, vmac_mode mode) {
  plan->mode = mode;
  const int planes = plan->mult ? vmac_x_terms(plan->mult, mode, plan->terms) : 0;
  for (int i = 0; i < plan->ops; i++)
    if (vmac_plan_has(plan, i)) {
      plan->mac[i].planes = planes;
      plan->mac[i].terms = plan->terms;
      plan->mac[i].end = plan->ktiles ? plan->ktiles->end[i] : NULL;
      plan->mac[i].tiles = plan->mac[i].end ? plan->ktiles->tiles[i] : 1;
    }
}

void vmac_plan_tile(vmac_plan *plan, vmac_ktiles *ktiles) {
  drop_coefficients(plan);
  for (int i = 0; i < plan->ops; i++)
    if (plan->sums[i] && plan->sums[i]->tiles) { /* other tiles may be as many */
      vmac_sums_free(plan->sums[i]);
      plan->sums[i] = NULL;
    }
  vmac_ktiles_free(plan->ktiles);
  plan->ktiles = ktiles;
  set_mode(plan, plan->mode);
}

/* Modes without slopes, and those whose slopes come from the weights, need no more than they do for
 * the whole K. */
int vmac_plan_tiles(const vmac_plan *plan, int op, vmac_mode mode) {
  const bool fits_slopes = vmac_mode_calibrates(mode) && mode != VMAC_CORR_BIAS;
  return fits_slopes && plan->ktiles && plan->ktiles->end[op] ? plan->ktiles->tiles[op] : 0;
}

void vmac_plan_set(const vmac_net *net, vmac_plan *plan, const vmac_mult *mult,
                   const bool *layers) {
  drop_coefficients(plan);
  plan->mult = mult;
  if (!plan->table) {
    plan->table = vmac_alloc(65536, sizeof *plan->table);
    vmac_mult_table(mult, plan->table);
    plan->scheme = vmac_alloc(1, sizeof *plan->scheme);
    vmac_scheme_find(plan->table, vmac_isa_now(), plan->scheme);
  }
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    plan->mac[i].table = vmac_op_is_mac(op) && (!layers || layers[i]) ? plan->table : NULL;
    if (!plan->mac[i].table) continue;
    const bool prepared = plan->mac[i].mult; /* for an earlier choice of layers */
    plan->mac[i].mult = mult;
    plan->mac[i].n = op->n;
    if (prepared) continue;
    if (op->kind == VMAC_DEPTHWISE) continue; /* too few products per channel to prepare */
    plan->mac[i].kernel = vmac_kernel_new(net, op, mult, plan->scheme, plan->table);
  }
  set_mode(plan, plan->mode);
}

bool vmac_plan_carry(vmac_plan *plan, const vmac_plan *from) {
  for (int i = 0; i < plan->ops; i++) /* a layer that came to the cell since */
    if (vmac_plan_has(plan, i) && !from->mac[i].c0) return false;
  drop_coefficients(plan);
  set_mode(plan, from->mode);
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

/* The analytic coefficients of one channel: slopes averaged over a tile's weights, constants summed
 * over all. */
static void paper_line(const vmac_net *net, const vmac_op *op, const vmac_mac *mac,
                       const vmac_line *of_weight, int channel, double *c0, double *c) {
  *c0 = 0;
  for (int k = 0, tile = 0, first = 0; k < op->k; k++) {
    const int last = mac->end ? mac->end[tile] : op->k;
    const int8_t w = vmac_weight(net, op, channel, k);
    const vmac_line *one = &of_weight[vmac_operand_bits(mac->mult->cls, w)];
    *c0 += one->c0;
    c[tile] += one->c[0];
    if (k + 1 < last) continue;
    c[tile++] /= last - first;
    first = last;
  }
}

/* What the coefficients of one layer are made of. */
typedef struct {
  const vmac_line *of_weight;
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
        vmac_sums_moments(plan->sums[op], vmac_take_of(plan->mult, mode), channel);
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

static bool set_coefficients(const vmac_net *net, vmac_plan *plan, vmac_mode mode, vmac_err *err) {
  vmac_line of_weight[256];
  bool good = true;
  for (int w = 0; w < 256; w++)
    of_weight[w] = vmac_paper_weight(plan->mult, plan->table, (uint8_t)w);
  for (int i = 0; good && i < net->ops; i++) {
    if (!vmac_plan_has(plan, i)) continue;
    const int tiles = vmac_plan_tiles(plan, i, mode);
    source from = {of_weight, NULL};
    if (tiles) from.tiles = vmac_tile_fit_new(plan->sums[i], tiles, plan->mac[i].planes);
    good = set_layer(net, plan, i, mode, &from, err);
    vmac_tile_fit_free(from.tiles);
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
  drop_coefficients(plan);
  set_mode(plan, mode);
  if (mode == VMAC_CORR_NONE) return true;
  const bool good = (calib || !vmac_mode_calibrates(mode) ||
                     vmac_fail(err, "mode %s wants calibration images", vmac_mode_name(mode))) &&
                    check_slopes(plan, mode, err);
  if (good && calib && vmac_mode_calibrates(mode)) vmac_calibrate(calib, plan, mode);
  if (good && set_coefficients(net, plan, mode, err)) return true;
  drop_coefficients(plan);
  set_mode(plan, VMAC_CORR_NONE);
  return false;
}

vmac_plan *vmac_plan_make(const vmac_net *net, const vmac_mult *mult, const bool *layers,
                          vmac_mode mode, const vmac_dataset *data, size_t images, vmac_err *err) {
  return vmac_plan_make_tiled(net, mult, layers, mode, NULL, data, images, err);
}

vmac_plan *vmac_plan_make_tiled(const vmac_net *net, const vmac_mult *mult, const bool *layers,
                                vmac_mode mode, vmac_ktiles *ktiles, const vmac_dataset *data,
                                size_t images, vmac_err *err) {
  const bool calibrates = vmac_mode_calibrates(mode);
  if (calibrates && (!data || images < 1 || images > data->n)) {
    vmac_fail(err, "calibration for mode %s wants %zu images, the data set has %zu",
              vmac_mode_name(mode), images, data ? data->n : 0);
    vmac_ktiles_free(ktiles);
    return NULL;
  }
  vmac_plan *plan = vmac_plan_new(net);
  vmac_plan_set(net, plan, mult, layers);
  vmac_plan_tile(plan, ktiles);
  vmac_calib *calib = calibrates ? vmac_calib_new(net, data, images, 0) : NULL;
  const bool fits = vmac_plan_correct(net, plan, mode, calib, err);
  vmac_calib_free(calib);
  if (fits) return plan;
  vmac_plan_free(plan);
  return NULL;
}
