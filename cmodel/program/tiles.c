/* Sets, K tiles and pixel blocks of a layer. SPDX-License-Identifier: Apache-2.0 */
#include "program/tiles.h"

static const vmac_op *op_of(const vmac_graph *g, const vmac_layer *y) {
  return y->op < 0 ? NULL : &g->net->op[y->op];
}

static bool depthwise(const vmac_graph *g, const vmac_layer *y) {
  return y->kind == VMAC_JOB_MAC && op_of(g, y)->kind == VMAC_DEPTHWISE;
}

/* The set of channels from `channel` on, before `end`: those whose lanes are of one word and of one
 * stretch of columns. Vector jobs compute as many lanes as there are rows and columns. */
static vmac_part part_from(const vmac_graph *g, const vmac_layer *y, int channel, int end) {
  const vmac_hw *hw = g->hw;
  const int lanes = vmac_hw_lanes(hw);
  const bool narrow = y->kind != VMAC_JOB_MAC && hw->rows < hw->cols;
  const int stretch = narrow ? hw->rows : hw->cols;
  const int lane = channel % lanes, sub = lane / stretch, column = lane % stretch;
  int count = stretch - column;
  if (count > lanes - lane) count = lanes - lane;
  if (count > end - channel) count = end - channel;
  return (vmac_part){.who = {.channel = channel, .column = column, .count = count},
                     .group = channel / lanes,
                     .lo = lane,
                     .base = sub * stretch,
                     .sub = sub,
                     .in_channel = -1};
}

vmac_part *vmac_layer_sets(const vmac_graph *g, const vmac_layer *y, int *count) {
  const int c = g->place[y->out].c;
  vmac_part *sets = vmac_alloc((size_t)c, sizeof *sets); /* never more than one per channel */
  const bool dw = depthwise(g, y);
  const int run = dw ? op_of(g, y)->multiplier : c; /* channels that share operands */
  int n = 0;
  for (int channel = 0; channel < c; n++) {
    sets[n] = part_from(g, y, channel, (channel / run + 1) * run);
    if (dw) sets[n].in_channel = channel / run;
    channel += sets[n].who.count;
  }
  *count = n;
  return sets;
}

/* Tiles of one tap where a word holds channels once: per group, as many as cover its lanes. */
static int tap_tiles(const vmac_graph *g, const vmac_place *in) {
  const int lanes = vmac_hw_lanes(g->hw), rows = g->hw->rows;
  const int last = in->c - (in->groups - 1) * lanes; /* lanes of the last group */
  return (in->groups - 1) * vmac_ceil_div(lanes, rows) + vmac_ceil_div(last, rows);
}

int vmac_layer_tiles(const vmac_graph *g, const vmac_layer *y) {
  const vmac_place *in = &g->place[y->in[0]];
  const int taps = y->kh * y->kw;
  if (y->kind != VMAC_JOB_MAC) return 1;
  if (in->period) return vmac_ceil_div(taps, in->copies);
  return depthwise(g, y) ? taps : taps * tap_tiles(g, in);
}

void vmac_layer_tile(const vmac_graph *g, const vmac_layer *y, const vmac_part *set, int tile,
                     vmac_row *rows) {
  const vmac_place *in = &g->place[y->in[0]];
  const int n = g->hw->rows, lanes = vmac_hw_lanes(g->hw), taps = y->kh * y->kw;
  const bool dw = set->in_channel >= 0;
  int tap = 0, group = 0, sub = 0;
  if (!in->period && dw) { /* the one word part that holds the channel */
    tap = tile;
    group = set->in_channel / lanes;
    sub = set->in_channel % lanes / n;
  } else if (!in->period) {
    const int per_tap = tap_tiles(g, in), subs = vmac_ceil_div(lanes, n);
    tap = tile / per_tap;
    group = tile % per_tap / subs;
    sub = tile % per_tap % subs;
  }
  for (int r = 0; r < n; r++) {
    int channel;
    bool on;
    if (in->period) {
      tap = tile * in->copies + r / in->period;
      channel = r % in->period;
      on = r / in->period < in->copies && tap < taps && channel < in->c;
    } else {
      channel = group * lanes + sub * n + r;
      on = sub * n + r < lanes && channel < in->c;
    }
    if (dw) on = on && channel == set->in_channel;
    rows[r] = (vmac_row){.on = on, .k = -1};
    if (!on) continue;
    rows[r] = (vmac_row){.on = true,
                         .ky = tap / y->kw,
                         .kx = tap % y->kw,
                         .group = group,
                         .sub = sub,
                         .k = dw ? tap : tap * in->c + channel};
  }
}

int vmac_layer_block(const vmac_graph *g, const vmac_layer *y) {
  const int depth = g->hw->acc_depth;
  if (vmac_layer_tiles(g, y) == 1) return y->out_h;
  if (y->out_w > depth) return 0;
  const int blocks = vmac_ceil_div(y->out_h, depth / y->out_w);
  return vmac_ceil_div(y->out_h, blocks);
}
