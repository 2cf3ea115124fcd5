/* What follows a job's descriptor: sets, coefficients, entries and weights.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "net/net.h"
#include "program/compile.h"

enum { PLANES = 8 };

static uint32_t bits(int64_t value, int n, int at) {
  return (uint32_t)((uint64_t)value & (((uint64_t)1 << n) - 1)) << at;
}

static void emit_set(vmac_beats *b, const vmac_graph *g, const vmac_layer *y, const vmac_part *s,
                     int row) {
  const vmac_place *out = &g->place[y->out];
  const bool mac = y->kind == VMAC_JOB_MAC;
  const int at = out->base + row * y->out_w * out->groups + s->group;
  uint32_t word[4];
  word[0] = mac ? 0 : bits(s->group, 16, 0) | bits(s->sub, 4, 16);
  word[1] = bits(at, 16, 0) | bits(s->lo, 8, 16) | bits(s->who.count, 8, 24);
  word[2] = mac ? 0 : (uint32_t)y->scale.mult;
  word[3] = (mac ? 0 : bits(y->scale.shift, 6, 0)) | bits(s->base, 8, 8);
  vmac_beats_words(b, word, 4);
}

/* One channel's coefficients (planes) in a K tile. Where the hardware has other tiles than the plan,
 * those of all are alike (check_tiles()). */
static const int32_t *slopes_of(const vmac_mac *mac, int channel, int tile) {
  const int at = mac->end ? channel * mac->tiles + tile % mac->tiles : channel;
  return mac->c + (size_t)at * (size_t)mac->planes;
}

/* Those of the bit planes: the mode's own, or, since a sum of A mod 2^m is a sum of planes with
 * powers of two, those of its one X; an OR of bits is no such sum. */
static bool plane_coefficients(const vmac_graph *g, const vmac_layer *y, int channel,
                               const int32_t *own, int32_t *c, vmac_err *err) {
  const vmac_mac *mac = &g->plan->mac[y->op];
  const vmac_mult *mult = mac->mult;
  const vmac_op *op = &g->net->op[y->op];
  if (mac->planes > 1) memcpy(c, own, (size_t)mac->planes * sizeof *c);
  if (mac->planes > 1 || !*own || mult->xkind == VMAC_X_NONE) return true;
  if (mult->xkind == VMAC_X_OR && mult->xbits > 1)
    return vmac_op_fail(
        g->net, op, err,
        "correction %s of %s wants an OR of low bits, the hardware sums bit planes; "
        "use OPT_CORRECTION 1",
        vmac_mode_name(g->plan->mode), mult->name);
  for (int i = 0; i < mult->xbits; i++) {
    const int64_t scaled = (int64_t)*own * ((int64_t)1 << i);
    if (scaled != (int32_t)scaled || scaled < -(1 << (VMAC_CORR_C_BITS - 1)) ||
        scaled >= 1 << (VMAC_CORR_C_BITS - 1))
      return vmac_op_fail(g->net, op, err,
                          "channel %d: coefficient %lld of bit plane %d does not fit %d bits; use "
                          "OPT_CORRECTION 1",
                          channel, (long long)scaled, i, VMAC_CORR_C_BITS);
    c[i] = (int32_t)scaled;
  }
  return true;
}

/* channel < 0: a column that no channel has; everything 0. last: of all tiles, this one brings what
 * they have together. */
static bool emit_record(vmac_beats *b, const vmac_graph *g, const vmac_layer *y, int channel,
                        int tile, bool last, vmac_err *err) {
  const vmac_op *op = &g->net->op[y->op];
  const vmac_mult *mult = vmac_mult_at((size_t)g->hw->cell);
  const vmac_mac *mac = g->plan ? &g->plan->mac[y->op] : NULL;
  int32_t c[PLANES] = {0}; /* of the planes; without planes only the first */
  uint32_t word[4] = {0}, planes[4] = {0};
  if (channel >= 0) {
    const bool corrected = mac && mac->c0;
    if (corrected && g->hw->opt_correction == 2) {
      if (!plane_coefficients(g, y, channel, slopes_of(mac, channel, tile), c, err)) return false;
    } else if (corrected) {
      memcpy(c, slopes_of(mac, channel, tile), (size_t)mac->planes * sizeof *c);
    }
    word[0] = corrected && last ? (uint32_t)mac->c0[channel] : 0;
    word[1] = last ? (uint32_t)vmac_folded_bias(g->net, op, mult->cls, channel) : 0;
    word[2] = last ? (uint32_t)op->requant[channel].mult : 0;
    word[3] = bits(c[0], VMAC_CORR_C_BITS, 0) | bits(last ? op->requant[channel].shift : 0, 6, 24);
  }
  vmac_beats_words(b, word, 4);
  if (vmac_hw_record(g->hw) == 1) return true;
  for (int i = 1; i < PLANES; i++)
    for (int j = 0; j < VMAC_CORR_C_BITS; j++) {
      const int at = VMAC_CORR_C_BITS * (i - 1) + j;
      planes[at / 32] |= ((uint32_t)c[i] >> j & 1) << at % 32;
    }
  vmac_beats_words(b, planes, 4);
  return true;
}

static void emit_entries(vmac_beats *b, const vmac_graph *g, const vmac_layer *y,
                         const vmac_row *row) {
  const vmac_place *in = &g->place[y->in[0]];
  uint32_t word[VMAC_ROWS_MAX] = {0};
  for (int r = 0; r < g->hw->rows; r++) {
    const vmac_row *e = &row[r];
    if (!e->on) continue;
    word[r] = bits((int64_t)(e->ky * y->in_w + e->kx) * in->groups + e->group, 15, 0) |
              bits(e->ky, 6, 15) | bits(e->kx, 6, 21) | bits(e->sub, 4, 27) | bits(1, 1, 31);
  }
  vmac_beats_words(b, word, g->hw->rows);
}

/* The modes of a row's weights, those of their cells; where no weight is, that of channel 0's first. */
static void emit_modes(vmac_beats *b, const vmac_graph *g, const vmac_layer *y,
                       const vmac_set *set, const vmac_row *row) {
  const vmac_plan *plan = g->plan;
  const int k = g->net->op[y->op].k;
  uint8_t bytes[VMAC_ROWS_MAX / 2] = {0};
  for (int c = 0; c < g->hw->cols; c++) {
    const vmac_mult *mult = vmac_mult_at((size_t)g->hw->cell);
    const bool used = row->on && c >= set->column && c < set->column + set->count;
    if (plan)
      mult = vmac_plan_cell_at(plan, y->op, k, used ? set->channel + c - set->column : 0,
                               used ? row->k : 0);
    bytes[c / 2] |= (uint8_t)(mult->mode << 4 * (c % 2));
  }
  vmac_beats_bytes(b, bytes, (g->hw->cols + 1) / 2);
}

static void emit_weights(vmac_beats *b, const vmac_graph *g, const vmac_layer *y,
                         const vmac_set *set, const vmac_row *row) {
  const vmac_op *op = &g->net->op[y->op];
  const vmac_class cls = vmac_mult_at((size_t)g->hw->cell)->cls;
  for (int r = g->hw->rows - 1; r >= 0; r--) {
    uint8_t bytes[VMAC_ROWS_MAX] = {0};
    if (g->hw->opt_mode) emit_modes(b, g, y, set, &row[r]);
    for (int c = 0; row[r].on && c < set->count; c++)
      bytes[set->column + c] =
          vmac_operand_bits(cls, vmac_weight(g->net, op, set->channel + c, row[r].k));
    vmac_beats_bytes(b, bytes, g->hw->cols);
  }
}

static bool emit_records(vmac_beats *b, const vmac_graph *g, const vmac_layer *y,
                         const vmac_set *set, int tile, bool last, vmac_err *err) {
  for (int c = g->hw->cols - 1; c >= 0; c--) {
    const bool used = c >= set->column && c < set->column + set->count;
    if (!emit_record(b, g, y, used ? set->channel + c - set->column : -1, tile, last, err))
      return false;
  }
  return true;
}

bool vmac_emit_payload(vmac_beats *b, const vmac_graph *g, const vmac_layer *y,
                       const vmac_part *sets, int count, int row, vmac_job *job, vmac_err *err) {
  if (y->kind != VMAC_JOB_MAC) {
    for (int s = 0; s < count; s++) emit_set(b, g, y, &sets[s], row);
    return true;
  }
  const int rows = g->hw->rows, tiles = job->k_tiles;
  job->k_sets = sets[0].in_channel >= 0 ? count : 1;
  job->k = vmac_alloc((size_t)job->k_sets * (size_t)tiles * (size_t)rows, sizeof *job->k);
  for (int s = 0; s < count; s++)
    for (int t = 0; t < tiles; t++) {
      vmac_row row_use[VMAC_ROWS_MAX];
      vmac_layer_tile(g, y, &sets[s], t, row_use);
      if (s < job->k_sets)
        for (int r = 0; r < rows; r++)
          job->k[((size_t)s * (size_t)tiles + (size_t)t) * (size_t)rows + (size_t)r] = row_use[r].k;
      const bool last = t == tiles - 1;
      if (last) emit_set(b, g, y, &sets[s], row);
      if ((last || g->hw->opt_ktile) && !emit_records(b, g, y, &sets[s].who, t, last, err))
        return false;
      emit_entries(b, g, y, row_use);
      emit_weights(b, g, y, &sets[s].who, row_use);
    }
  return true;
}
