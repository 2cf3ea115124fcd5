/* Probabilistic matching of cells to layers. SPDX-License-Identifier: Apache-2.0 */
#include "explore/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double vmac_signal_sd(const vmac_net *net, const vmac_op *op, const vmac_patches *p) {
  const int zero = net->tensor[op->in[0]].zero, share = op->n / p->groups;
  double count = 0, sum = 0, square = 0;
  for (int i = 0; i < p->count; i++)
    for (int j = 0; j < op->n; j++) {
      const int8_t *code =
          p->codes + ((size_t)i * (size_t)p->groups + (size_t)(j / share)) * (size_t)p->k;
      int64_t y = 0;
      for (int k = 0; k < p->k; k++) y += (code[k] - zero) * vmac_weight(net, op, j, k);
      count++;
      sum += (double)y;
      square += (double)y * (double)y;
    }
  const double mean = sum / count, variance = square / count - mean * mean;
  return variance > 0 ? sqrt(variance) : 0;
}

/* What a problem is, and the best that is known. */
typedef struct {
  int layers, cells, distinct;
  const double *macs, *price;
  const bool *bears; /* (layers, cells) */
  bool *in;          /* (cells) the set that is looked at */
  double best;
  int *cell; /* (layers) of the best set */
} problem;

/* The cheapest of the set that each layer bears; sums their cost, infinite where one bears none. */
static double cost_of(const problem *p, int *cell) {
  double sum = 0;
  for (int l = 0; l < p->layers; l++) {
    cell[l] = -1;
    for (int c = 0; c < p->cells; c++)
      if (p->in[c] && p->bears[l * p->cells + c] &&
          (cell[l] < 0 || p->price[c] < p->price[cell[l]]))
        cell[l] = c;
    sum += cell[l] < 0 ? INFINITY : p->macs[l] * p->price[cell[l]];
  }
  return sum;
}

/* Sets that have `left` more cells, from `first` on. */
static void try_sets(problem *p, int first, int left) {
  if (!left) {
    int *cell = vmac_alloc((size_t)p->layers, sizeof *cell);
    const double cost = cost_of(p, cell);
    if (cost < p->best) {
      p->best = cost;
      memcpy(p->cell, cell, (size_t)p->layers * sizeof *cell);
    }
    free(cell);
    return;
  }
  for (int c = first; c + left <= p->cells; c++) {
    p->in[c] = true;
    try_sets(p, c + 1, left - 1);
    p->in[c] = false;
  }
}

double vmac_match_sets(int cells, int distinct) {
  double sets = 1;
  for (int i = 0; i < distinct; i++) sets *= (double)(cells - i) / (i + 1);
  return sets;
}

bool vmac_match(int layers, int cells, const double *sd, const double *limit, const double *macs,
                const double *price, int distinct, int *cell, int *which) {
  bool *bears = vmac_alloc((size_t)layers * (size_t)cells, sizeof *bears);
  problem p = {layers, cells, distinct, macs, price, bears, NULL, INFINITY, cell};
  p.in = vmac_alloc((size_t)cells, sizeof *p.in);
  for (int i = 0; i < layers * cells; i++) bears[i] = sd[i] <= limit[i / cells];
  if (!distinct || distinct >= cells) {
    memset(p.in, true, (size_t)cells * sizeof *p.in);
    p.best = cost_of(&p, cell);
  } else {
    try_sets(&p, 0, distinct); /* a smaller set is part of one as large */
  }
  *which = -1;
  for (int l = 0; l < layers && isinf(p.best); l++) {
    bool some = false;
    for (int c = 0; c < cells; c++) some = some || bears[l * cells + c];
    if (!some && *which < 0) *which = l;
  }
  free(p.in);
  free(bears);
  return !isinf(p.best);
}
