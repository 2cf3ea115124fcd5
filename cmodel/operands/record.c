/* Operand streams out of exact inference. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "operands/operands.h"
#include "program/tiles.h"

/* One sampled column: its layer's op, output channel, first pixel, counted over all sampled images,
 * and what its rows take of a patch: k (rows), -1 where idle. */
typedef struct {
  int op, n;
  int64_t start;
  int *k;
} place;

static bool is_layer(const vmac_graph *g, const vmac_layer *y) {
  return y->kind == VMAC_JOB_MAC && y->op >= 0 && vmac_op_is_mac(&g->net->op[y->op]);
}

/* The set that channel `n` is computed in. */
static const vmac_part *set_of(const vmac_part *sets, int count, int n) {
  int i = 0;
  while (i < count - 1 && n >= sets[i + 1].who.channel) i++;
  return &sets[i];
}

/* (count) numbers below `range`, each uniform; together they cover it evenly, one in each `count`-th
 * part of it, in random order: few columns say as much of a layer as many that were drawn alone. */
static int64_t *draw_evenly(vmac_rng *rng, size_t count, int64_t range) {
  int64_t *x = vmac_alloc(count, sizeof *x);
  for (size_t i = 0; i < count; i++) {
    x[i] = (int64_t)(((double)i + vmac_rng_uniform(rng)) / (double)count * (double)range);
    if (x[i] >= range) x[i] = range - 1;
  }
  for (size_t i = count; i > 1; i--) {
    const size_t j = vmac_rng_below(rng, (uint32_t)i);
    const int64_t kept = x[i - 1];
    x[i - 1] = x[j];
    x[j] = kept;
  }
  return x;
}

/* The columns of one layer, at place[0..columns). */
static void draw_layer(const vmac_graph *g, const vmac_layer *y, const vmac_sampling *sampling,
                       vmac_rng *rng, place *at) {
  const vmac_op *op = &g->net->op[y->op];
  int count;
  vmac_part *sets = vmac_layer_sets(g, y, &count);
  int64_t *channel = draw_evenly(rng, sampling->columns, op->n);
  int64_t *tile = draw_evenly(rng, sampling->columns, vmac_layer_tiles(g, y));
  int64_t *start = draw_evenly(rng, sampling->columns, (int64_t)sampling->images * op->m);
  for (size_t i = 0; i < sampling->columns; i++) {
    vmac_row row[VMAC_ROWS_MAX];
    at[i] = (place){.op = y->op,
                    .n = (int)channel[i],
                    .start = start[i],
                    .k = vmac_alloc(sampling->rows, sizeof *at[i].k)};
    vmac_layer_tile(g, y, set_of(sets, count, at[i].n), (int)tile[i], row);
    for (size_t r = 0; r < sampling->rows; r++) at[i].k[r] = row[r].on ? row[r].k : -1;
  }
  free(channel);
  free(tile);
  free(start);
  free(sets);
}

/* Layers, weights and enables; the places of all columns. */
static place *draw(vmac_operands *ops, const vmac_graph *g, vmac_class cls,
                   const vmac_sampling *sampling) {
  size_t layers = 0;
  for (int i = 0; i < g->layers; i++) layers += is_layer(g, &g->layer[i]);
  if (!layers) return NULL;
  vmac_operands_new(ops, cls, layers, layers * sampling->columns, sampling->rows, sampling->steps);
  place *places = vmac_alloc(ops->columns, sizeof *places);
  vmac_rng rng;
  vmac_rng_seed(&rng, sampling->seed);
  size_t l = 0;
  for (int i = 0; i < g->layers; i++) {
    const vmac_layer *y = &g->layer[i];
    if (!is_layer(g, y)) continue;
    const vmac_op *op = &g->net->op[y->op];
    vmac_operand_layer *layer = &ops->layer[l];
    *layer = (vmac_operand_layer){
        .op = y->op, .tiles = vmac_layer_tiles(g, y), .macs = (uint64_t)vmac_op_macs(op)};
    snprintf(layer->name, sizeof layer->name, "%s", vmac_op_name(op->kind));
    draw_layer(g, y, sampling, &rng, places + l * sampling->columns);
    for (size_t c = l * sampling->columns; c < (l + 1) * sampling->columns; c++) {
      ops->layer_of[c] = (uint16_t)l;
      for (size_t r = 0; r < ops->rows; r++) {
        const int k = places[c].k[r];
        ops->en[c * ops->rows + r] = k >= 0;
        if (k >= 0)
          ops->w[c * ops->rows + r] =
              vmac_operand_bits(cls, vmac_weight(g->net, op, places[c].n, k));
      }
    }
    l++;
  }
  return places;
}

/* The steps of one column that fall into image `image`. */
static void fill_column(vmac_operands *ops, size_t column, const vmac_net *net, const place *at,
                        size_t image, size_t images, const vmac_state *state, int8_t *codes) {
  const vmac_op *op = &net->op[at->op];
  const int8_t *input = state->i8[op->in[0]];
  const int64_t pixels = (int64_t)images * op->m;
  for (size_t s = 0; s < ops->steps; s++) {
    const int64_t pixel = (at->start + (int64_t)s) % pixels;
    if (pixel / op->m != (int64_t)image) continue;
    vmac_patch(net, op, input, (int)(pixel % op->m), at->n, codes);
    for (size_t r = 0; r < ops->rows; r++) {
      const int k = at->k[r] >= 0 ? at->k[r] : (int)r % op->k;
      vmac_operands_row(ops, column, r)[s] = vmac_operand_bits(ops->cls, codes[k]);
    }
  }
}

static void fill(vmac_operands *ops, const vmac_net *net, const vmac_dataset *data,
                 const place *places, size_t images, void (*progress)(size_t, size_t)) {
  int widest = 0;
  for (size_t i = 0; i < ops->layers; i++)
    if (net->op[ops->layer[i].op].k > widest) widest = net->op[ops->layer[i].op].k;
  int8_t *codes = vmac_alloc((size_t)widest, 1);
  vmac_state *state = vmac_state_new(net);
  for (size_t image = 0; image < images; image++) {
    if (progress) progress(image, images);
    vmac_state_set_image(net, state, data, image);
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
    for (size_t i = 0; i < ops->columns; i++)
      fill_column(ops, i, net, &places[i], image, images, state, codes);
  }
  if (progress) progress(images, images);
  vmac_state_free(net, state);
  free(codes);
}

bool vmac_operands_record(vmac_operands *ops, const vmac_net *net, const vmac_dataset *data,
                          vmac_class cls, const vmac_sampling *sampling,
                          void (*progress)(size_t done, size_t total), vmac_err *err) {
  *ops = (vmac_operands){0};
  if (!vmac_net_takes(net, data, err)) return false;
  if (!sampling->images || sampling->images > data->n)
    return vmac_fail(err, "images: expected 1..%zu, as the data set has, found %zu", data->n,
                     sampling->images);
  if (sampling->rows < VMAC_ROWS_MIN || sampling->rows > VMAC_ROWS_MAX)
    return vmac_fail(err, "rows: expected %d..%d, found %zu", VMAC_ROWS_MIN, VMAC_ROWS_MAX,
                     sampling->rows);
  /* Tiles are the array's alone: how deep its memories are, and which cell it has, is no matter. */
  vmac_hw hw = vmac_hw_default();
  hw.rows = hw.cols = (int)sampling->rows;
  vmac_graph g = {.net = net, .hw = &hw, .rounding = VMAC_ROUND_DOUBLE};
  place *places = NULL;
  bool good = vmac_lower(&g, err);
  if (good) {
    places = draw(ops, &g, cls, sampling);
    if (!places) good = vmac_fail(err, "the network has no layer that multiplies");
  }
  if (good) fill(ops, net, data, places, sampling->images, progress);
  for (size_t i = 0; i < ops->columns; i++) free(places[i].k);
  free(places);
  free(g.place);
  free(g.layer);
  return good;
}
