/* Ranges of activations over calibration images. Minima, maxima and counts only, so the result does
 * not depend on the number of threads. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "train/train.h"

enum { BINS = 2048, LEVELS = 255 };

typedef struct {
  int layers, shards;
  train_range *extreme; /* (shards, layers) in the first pass, then row 0 holds all */
  uint64_t *count;      /* (shards, layers, BINS) */
} survey;

static size_t output_size(const train_layer *l, size_t images) {
  return images * (size_t)l->h * (size_t)l->w * (size_t)l->c;
}

static void find_extremes(void *context, int number, train_shard *shard, size_t first,
                          size_t images) {
  survey *s = context;
  (void)first;
  for (int i = 0; i < s->layers; i++) {
    train_range *r = &s->extreme[number * s->layers + i];
    const size_t n = output_size(&shard->model->layer[i], images);
    for (size_t k = 0; k < n; k++) {
      const float v = shard->out[i][k];
      if (v < r->lo) r->lo = v;
      if (v > r->hi) r->hi = v;
    }
  }
}

static void count_values(void *context, int number, train_shard *shard, size_t first,
                         size_t images) {
  survey *s = context;
  (void)first;
  for (int i = 0; i < s->layers; i++) {
    const train_range r = s->extreme[i];
    uint64_t *count = s->count + (size_t)(number * s->layers + i) * BINS;
    const size_t n = output_size(&shard->model->layer[i], images);
    const float scale = (float)BINS / (r.hi - r.lo);
    for (size_t k = 0; k < n; k++) {
      /* Not a number where the width of the range overflows: into bin 0. */
      const float at = (shard->out[i][k] - r.lo) * scale;
      count[at > 0 ? at < BINS ? (int)at : BINS - 1 : 0]++;
    }
  }
}

/* Summed squared error when [lo, hi] is cut in LEVELS steps: step^2 / 12 inside, the distance to
 * the end outside. */
static double range_error(const uint64_t *count, train_range all, double lo, double hi) {
  const double width = (double)(all.hi - all.lo) / BINS, step = (hi - lo) / LEVELS;
  double error = 0;
  for (int b = 0; b < BINS; b++) {
    const double v = (double)all.lo + (b + 0.5) * width;
    const double off = v < lo ? lo - v : v > hi ? v - hi : 0;
    error += (double)count[b] * (off > 0 ? off * off : step * step / 12);
  }
  return error;
}

static train_range best_range(const uint64_t *count, train_range all) {
  double best = INFINITY;
  train_range result = all;
  for (int percent = 100; percent >= 20; percent--) {
    const train_range r = {all.lo * (float)percent / 100, all.hi * (float)percent / 100};
    const double error = range_error(count, all, (double)r.lo, (double)r.hi);
    if (error < best) {
      best = error;
      result = r;
    }
  }
  return result;
}

bool train_ranges(train_trainer *t, const vmac_dataset *data, size_t images, train_range *range,
                  vmac_err *err) {
  survey s = {t->model->layers, t->config.shards, NULL, NULL};
  const size_t layers = (size_t)s.layers, all = layers * (size_t)s.shards;
  s.extreme = vmac_alloc(all, sizeof *s.extreme);
  s.count = vmac_alloc(all * BINS, sizeof *s.count);
  bool ok = train_infer(t, data, images, find_extremes, &s, err);
  for (size_t i = layers; i < all; i++) {
    train_range *r = &s.extreme[i % layers];
    if (s.extreme[i].lo < r->lo) r->lo = s.extreme[i].lo;
    if (s.extreme[i].hi > r->hi) r->hi = s.extreme[i].hi;
  }
  for (size_t i = 0; i < layers; i++) /* an output that is always 0 */
    if (!(s.extreme[i].lo < s.extreme[i].hi)) s.extreme[i].hi = 1;
  ok = ok && train_infer(t, data, images, count_values, &s, err);
  for (size_t i = layers * BINS; i < all * BINS; i++) s.count[i % (layers * BINS)] += s.count[i];
  for (size_t i = 0; ok && i < layers; i++)
    range[i] = i + 1 == layers ? s.extreme[i] : best_range(s.count + i * BINS, s.extreme[i]);
  free(s.extreme);
  free(s.count);
  return ok;
}
