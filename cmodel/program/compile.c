/* The compiler: checks, lowering, places, and then the beats of each layer's jobs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/net.h"

/* Whether a PE's own cell is that cell, or a mode makes it so. */
static bool same_cell(const vmac_hw *hw, const vmac_mult *own, const vmac_mult *mult) {
  return mult == own || (hw->opt_mode && mult->mode >= 0 && mult->cls == own->cls &&
                         !strcmp(mult->family, own->family));
}

/* Sums of X in words. */
static void name_sums(char text[64], const vmac_mult *mult, int planes, bool phi) {
  const char *many = planes > 1 ? "s" : "";
  if (phi)
    snprintf(text, 64, "%d sum%s of phi", planes, many);
  else if (mult->xkind == VMAC_X_NONE)
    snprintf(text, 64, "no sum of X");
  else if (planes > 1 || mult->xbits == 1)
    snprintf(text, 64, "%d sum%s of a low bit", planes, many);
  else
    snprintf(text, 64, "1 sum of %s%d low bits", mult->xkind == VMAC_X_OR ? "an OR of " : "",
             mult->xbits);
}

static bool other_sums(const vmac_graph *g, const vmac_op *op, const vmac_mac *mac, vmac_err *err) {
  const vmac_hw *hw = g->hw;
  const vmac_mult *mult = mac->mult, *own = vmac_mult_at((size_t)hw->cell);
  const int rank = vmac_mode_rank(g->plan->mode);
  char wants[64], makes[64], use[64];
  name_sums(wants, mult, mac->planes, rank);
  name_sums(makes, own, g->planes, hw->opt_correction == 3);
  if (rank && hw->opt_correction != 3)
    snprintf(use, sizeof use, "OPT_CORRECTION 3 and --phi-rank %d", rank);
  else if (rank && !memcmp(mac->terms, g->terms, 256 * (size_t)g->planes))
    snprintf(use, sizeof use, "--phi-rank %d", rank);
  else if (rank)
    snprintf(use, sizeof use, "the phi of %s", mult->name);
  else if (mult == own)
    snprintf(use, sizeof use, "OPT_CORRECTION %d", mac->planes > 1 ? 2 : 1);
  else
    snprintf(use, sizeof use, "OPT_CORRECTION 2 and the cell of the highest mode");
  return vmac_op_fail(g->net, op, err,
                      "correction %s of %s wants %s, the hardware's side column, of %s, makes %s "
                      "(OPT_CORRECTION %d); use %s",
                      vmac_mode_name(g->plan->mode), mult->name, wants, own->name, makes,
                      hw->opt_correction, use);
}

/* Whether the side column sums what the slopes multiply: a table for each sum, the same as the
 * plan's; or (opt_correction 2) the planes of the one sum that the plan wants. */
static bool check_variate(const vmac_graph *g, const vmac_op *op, const vmac_mac *mac,
                          vmac_err *err) {
  const vmac_mult *mult = mac->mult, *own = vmac_mult_at((size_t)g->hw->cell);
  bool slope = false;
  for (int i = 0; i < mac->n * vmac_mac_sums(mac); i++) slope = slope || mac->c[i];
  const bool split =
      g->hw->opt_correction == 2 && mac->planes == 1 && !vmac_mode_rank(g->plan->mode);
  const bool same =
      split ? own->xbits >= mult->xbits
            : mac->planes <= g->planes && !memcmp(mac->terms, g->terms, 256 * (size_t)mac->planes);
  return !slope || same || other_sums(g, op, mac, err);
}

/* Whether some channel has other slopes in one K tile than in another; not every mode of a plan
 * that knows the tiles does. */
static bool slopes_differ(const vmac_mac *mac) {
  const size_t planes = (size_t)mac->planes;
  for (int n = 0; mac->end && n < mac->n; n++) {
    const int32_t *first = mac->c + (size_t)n * (size_t)mac->tiles * planes;
    for (int t = 1; t < mac->tiles; t++)
      if (memcmp(first + (size_t)t * planes, first, planes * sizeof *first)) return true;
  }
  return false;
}

/* Slopes of each K tile: the hardware has them, and cuts K as the plan does. */
static bool check_tiles(const vmac_graph *g, const vmac_op *op, const vmac_mac *mac,
                        vmac_err *err) {
  const vmac_ktiles *tiles = g->plan->ktiles;
  if (!slopes_differ(mac)) return true;
  if (!g->hw->opt_ktile)
    return vmac_op_fail(g->net, op, err,
                        "the plan has slopes of each K tile, the hardware one set for all "
                        "(OPT_KTILE 0)");
  return (tiles->rows == g->hw->rows && tiles->cols == g->hw->cols) ||
         vmac_op_fail(g->net, op, err,
                      "the plan has slopes of the K tiles of %d x %d, the hardware is %d x %d",
                      tiles->rows, tiles->cols, g->hw->rows, g->hw->cols);
}

/* Every weight's cell is that of the PE which holds it. pes: NULL where all PEs have one. */
static bool check_cells(const vmac_graph *g, int index, const vmac_map *pes, vmac_err *err) {
  const vmac_op *op = &g->net->op[index];
  for (int n = 0; n < op->n; n++)
    for (int i = 0; i < op->k; i++) {
      const vmac_mult *mult = vmac_plan_cell_at(g->plan, index, op->k, n, i);
      const vmac_mult *own = pes ? pes->mult[pes->cell[index][n * op->k + i]]
                                 : vmac_mult_at((size_t)g->hw->cell);
      if (!same_cell(g->hw, own, mult))
        return vmac_op_fail(g->net, op, err,
                            "channel %d, weight %d: the plan has the cell %s, the hardware %s", n,
                            i, mult->name, own->name);
    }
  return true;
}

/* A plan that the hardware can carry out: its cells, and the correction that it was built with. */
static bool check_layers(const vmac_graph *g, const vmac_map *pes, vmac_err *err) {
  const vmac_mult *mult = vmac_mult_at((size_t)g->hw->cell);
  for (int i = 0; i < g->net->ops; i++) {
    const vmac_op *op = &g->net->op[i];
    const vmac_mac *mac = &g->plan->mac[i];
    if (!vmac_op_is_mac(op)) continue;
    if (!mac->table)
      return vmac_op_fail(g->net, op, err,
                          "the plan multiplies it exactly; the hardware has a cell, %s, for all "
                          "layers",
                          mult->name);
    if (!check_cells(g, i, pes, err)) return false;
    if (mac->c0 && !g->hw->opt_correction)
      return vmac_op_fail(g->net, op, err,
                          "the plan corrects it (%s), the hardware has OPT_CORRECTION 0",
                          vmac_mode_name(g->plan->mode));
    if (mac->c0 && !check_tiles(g, op, mac, err)) return false;
    if (mac->c0 && !check_variate(g, op, mac, err)) return false;
  }
  return true;
}

static bool check_plan(const vmac_graph *g, vmac_err *err) {
  if (!g->plan) return true;
  vmac_map *pes = g->hw->map ? vmac_map_of_pes(g->net, g->hw, err) : NULL;
  const bool good = (pes || !g->hw->map) && check_layers(g, pes, err);
  vmac_map_free(pes);
  return good;
}

static bool check_jobs(const vmac_graph *g, vmac_err *err) {
  const vmac_place *in = &g->place[g->input];
  if (g->place[g->input].words > UINT16_MAX)
    return vmac_fail(err, "input of %d words: a buffer set holds at most 32768", in->words);
  for (int i = 0; i < g->layers; i++) {
    const vmac_layer *y = &g->layer[i];
    const vmac_op *op = y->op < 0 ? NULL : &g->net->op[y->op];
    if (op && !vmac_layer_block(g, y))
      return vmac_op_fail(g->net, op, err,
                          "a row of %d output pixels does not fit %d accumulators, which its %d K "
                          "tiles share; ACC_DEPTH %d would be enough",
                          y->out_w, g->hw->acc_depth, vmac_layer_tiles(g, y), y->out_w);
  }
  return true;
}

static void describe(vmac_program *p, const vmac_graph *g) {
  const vmac_place *in = &g->place[g->input], *out = &g->place[g->layer[g->layers - 1].out];
  const vmac_tensor *t = &g->net->tensor[g->out_tensor];
  p->hw = *g->hw;
  if (g->hw->map) {
    const size_t size = (size_t)g->hw->rows * (size_t)g->hw->cols;
    p->hw.map = p->map = vmac_alloc(size, 1);
    memcpy(p->map, g->hw->map, size);
  }
  if (g->hw->phi_rank) {
    const size_t size = 256 * (size_t)g->hw->phi_rank;
    p->hw.phi = p->phi = vmac_alloc(size, 1);
    memcpy(p->phi, g->hw->phi, size);
  }
  p->input = (vmac_layout){
      .h = in->h, .w = in->w, .c = in->c, .period = in->period, .used = in->period * in->copies};
  p->out_h = out->h;
  p->out_w = out->w;
  p->out_c = out->c;
  p->out_scale = t->scale[0];
  p->out_zero = t->zero;
  p->out_tensor = g->out_tensor;
  p->softmax = g->softmax >= 0;
  p->beta = p->softmax ? g->net->op[g->softmax].beta : 0;
}

vmac_program *vmac_program_compile(const vmac_net *net, const vmac_plan *plan, const vmac_hw *hw,
                                   vmac_rounding rounding, vmac_err *err) {
  if (!vmac_hw_check(hw, err)) return NULL;
  vmac_graph g = {.net = net, .plan = plan, .hw = hw, .rounding = rounding};
  g.planes = vmac_hw_terms(hw, g.terms);
  vmac_program *p = NULL;
  if (check_plan(&g, err) && vmac_lower(&g, err) && vmac_allocate(&g, err) && check_jobs(&g, err)) {
    p = vmac_alloc(1, sizeof *p);
    p->cell_hash = vmac_hw_tables(hw);
    describe(p, &g);
    if (!vmac_emit(p, &g, err)) {
      vmac_program_free(p);
      p = NULL;
    }
  }
  free(g.place);
  free(g.layer);
  return p;
}

void vmac_program_free(vmac_program *p) {
  if (!p) return;
  for (int i = 0; i < p->jobs; i++) {
    free(p->job[i].set);
    free(p->job[i].k);
  }
  free(p->job);
  free(p->result);
  free(p->map);
  free(p->phi);
  free(p->beats);
  free(p);
}
