/* The training loop: batches, augmentation, data parallelism, SGD with Nesterov momentum.
 * SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <omp.h>

#include "train/product.h"

/* Share of a new batch in the running statistics of batch norm. */
static const float STAT_RATE = 0.05f;

/* Ranges of activations follow every so many steps, a share of the way each time: in all as fast as
 * the statistics. */
enum { RANGE_STEPS = 4 };
static const float RANGE_RATE = 0.2f;

/* Corrections are fitted anew every so many steps of an epoch, from its first on. */
enum { CALIBRATION_STEPS = 64, CALIBRATION_IMAGES = 64 };

train_trainer *train_trainer_new(train_model *model, const train_config *config, int threads) {
  vmac_keep_memory(); /* product rows of all weights, step by step */
  train_trainer *t = vmac_alloc(1, sizeof *t);
  t->config = *config;
  t->threads = threads < config->shards ? threads : config->shards;
  t->model = model;
  t->shard = vmac_alloc((size_t)config->shards, sizeof *t->shard);
  /* oneDNN picks its kernels for the number of threads it sees: each shard shall see one. */
  omp_set_num_threads(1);
  t->products = train_products_new(model, config->seed);
  t->calibration = CALIBRATION_IMAGES;
  for (int i = 0; i < config->shards; i++)
    t->shard[i] = train_shard_new(t->model, config->batch / config->shards);
  return t;
}

void train_trainer_free(train_trainer *t) {
  if (!t) return;
  for (int i = 0; i < t->config.shards; i++) train_shard_free(t->shard[i]);
  free(t->shard);
  train_products_free(t->products);
  train_model_free(t->model);
  free(t);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A generator of its own for every (seed, epoch, item): nothing depends on who draws first, and a
 * resumed run needs no saved state. */
static void seed_item(vmac_rng *rng, uint64_t seed, int epoch, size_t item) {
  vmac_rng_seed(rng, seed * 0x9e3779b97f4a7c15u + ((uint64_t)(epoch + 1) << 32) + item);
}

/* order[0..n) = the images of the epoch in random order (Fisher-Yates). */
static uint32_t *shuffle(size_t n, uint64_t seed, int epoch) {
  uint32_t *order = vmac_alloc(n, sizeof *order);
  vmac_rng rng;
  seed_item(&rng, seed, epoch, UINT32_MAX);
  for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
  for (size_t i = n; i > 1; i--) {
    const uint32_t j = vmac_rng_below(&rng, (uint32_t)i), keep = order[j];
    order[j] = order[i - 1];
    order[i - 1] = keep;
  }
  return order;
}

/* out (h, w, c) = the image moved by (dy, dx), mirrored where flip; outside it is
 * the border pixel. */
static void load_image(const vmac_dataset *data, uint8_t border, size_t index, int dy, int dx,
                       bool flip, float *out) {
  const int h = data->h, w = data->w, c = data->c;
  const uint8_t *pixels = data->pixels + index * (size_t)h * (size_t)w * (size_t)c;
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++) {
      const int sy = y + dy, sx = (flip ? w - 1 - x : x) + dx;
      const bool inside = sy >= 0 && sy < h && sx >= 0 && sx < w;
      for (int k = 0; k < c; k++)
        *out++ = train_input(
            inside ? pixels[((size_t)sy * (size_t)w + (size_t)sx) * (size_t)c + (size_t)k]
                   : border);
    }
}

static size_t image_size(const train_net *net) {
  return (size_t)net->h * (size_t)net->w * (size_t)net->c;
}

/* Images order[0..batch) of a shard, moved and mirrored at random. */
static void load_shard(const train_trainer *t, train_shard *s, const vmac_dataset *data, int epoch,
                       const uint32_t *order) {
  const train_config *cfg = &t->config;
  const size_t size = image_size(t->model->net);
  const int span = 2 * cfg->crop + 1;
  for (int n = 0; n < s->batch; n++) {
    vmac_rng rng;
    seed_item(&rng, cfg->seed, epoch, order[n]);
    const int dy = (int)vmac_rng_below(&rng, (uint32_t)span) - cfg->crop;
    const int dx = (int)vmac_rng_below(&rng, (uint32_t)span) - cfg->crop;
    const bool flip = cfg->flip && vmac_rng_below(&rng, 2);
    load_image(data, t->model->net->border, order[n], dy, dx, flip, s->image + (size_t)n * size);
    s->label[n] = data->labels[order[n]];
  }
}

/* One shard's step on images order[0..batch): forward, loss, backward. Returns the loss sum. */
static double shard_step(const train_trainer *t, int number, const vmac_dataset *data, int epoch,
                         const uint32_t *order, int *correct) {
  train_shard *s = t->shard[number];
  const train_config *cfg = &t->config;
  const int last = t->model->layers - 1;
  load_shard(t, s, data, epoch, order);
  s->work->products = t->products;
  s->work->part = (uint32_t)number;
  s->work->frozen = cfg->freeze;
  train_shard_forward(s, true);
  const double loss =
      train_loss(s->batch, t->model->net->classes, s->out[last], s->label, (float)cfg->smoothing,
                 1.0f / (float)cfg->batch, s->grad[last], correct);
  train_shard_backward(s);
  return loss;
}

double train_rate(const train_config *cfg, size_t step, size_t steps) {
  const double at = (double)step / (double)steps, pi = acos(-1.0);
  const double rise = cfg->schedule == TRAIN_ONECYCLE ? cfg->warmup : 0;
  if (at < rise) return cfg->rate * (0.04 + 0.96 * at / rise);
  return cfg->rate * 0.5 * (1 + cos(pi * (at - rise) / (1 - rise)));
}

/* Sums the shards' gradients in shard order; SGD with Nesterov momentum as PyTorch defines it:
 * g += decay * p;  v = momentum * v + g;  p -= rate * (g + momentum * v). */
static void update(train_trainer *t, double rate_now) {
  train_model *m = t->model;
  const float rate = (float)rate_now, momentum = (float)t->config.momentum;
  for (int i = 0; i < m->slots; i++) {
    const train_slot *slot = &m->slot[i];
    const float decay = slot->decay ? (float)t->config.decay : 0;
    for (size_t k = slot->offset; k < slot->offset + slot->size; k++) {
      float g = 0;
      for (int s = 0; s < t->config.shards; s++) g += t->shard[s]->dparam[k];
      g += decay * m->param[k];
      m->momentum[k] = momentum * m->momentum[k] + g;
      m->param[k] -= rate * (g + momentum * m->momentum[k]);
    }
  }
  if (m->has_sigma)
    train_agn_update(m, t->products, t->shard, t->config.shards, rate_now, t->config.momentum);
  for (size_t k = 0; k < m->stats && !t->config.freeze; k++) {
    float sum = 0;
    for (int s = 0; s < t->config.shards; s++) sum += t->shard[s]->stat[k];
    m->stat[k] += STAT_RATE * (sum / (float)t->config.shards - m->stat[k]);
  }
}

/* Extremes of the layers' outputs in the last forward pass, the mean over `shards` shards. A range
 * holds 0, and more than that. */
static train_range extremes(const train_trainer *t, int layer, int shards) {
  const train_layer *l = &t->model->layer[layer];
  float lo = 0, hi = 0;
  for (int s = 0; s < shards; s++) {
    const size_t n = (size_t)t->shard[s]->batch * (size_t)l->h * (size_t)l->w * (size_t)l->c;
    const float *out = t->shard[s]->out[layer];
    float least = 0, most = 0;
#pragma omp simd reduction(min : least) reduction(max : most)
    for (size_t k = 0; k < n; k++) {
      least = out[k] < least ? out[k] : least;
      most = out[k] > most ? out[k] : most;
    }
    lo += least / (float)shards;
    hi += most / (float)shards;
  }
  return (train_range){lo, lo < hi ? hi : lo + 1};
}

/* Ranges follow the extremes as the statistics of batch norm follow the batches; `fresh`: they
 * begin there, with the first shard's. */
static void follow_ranges(train_trainer *t, bool fresh) {
  const float rate = fresh ? 1 : RANGE_RATE;
#pragma omp parallel for num_threads(t->threads) schedule(dynamic, 1)
  for (int i = 0; i < t->model->layers; i++) {
    const train_range now = extremes(t, i, fresh ? 1 : t->config.shards);
    train_range *range = &t->model->range[i];
    range->lo += rate * (now.lo - range->lo);
    range->hi += rate * (now.hi - range->hi);
  }
  t->model->has_range = true;
}

/* What all shards share in a step. Bit by bit, activations need ranges: at first those of the
 * images to come, multiplied exactly. */
static bool begin_step(train_trainer *t, const vmac_dataset *data, const uint32_t *order, int epoch,
                       size_t step) {
  const uint64_t id = (uint64_t)epoch << 32 | step;
  if (train_products_quantize(t->products) && !t->model->has_range) {
    train_shard *s = t->shard[0];
    load_shard(t, s, data, epoch, order);
    s->work->products = NULL;
    train_shard_forward(s, true);
    follow_ranges(t, true);
  }
  const size_t images = data->n < t->calibration ? data->n : t->calibration;
  train_products_calibration(t->products, data, images);
  return train_products_begin(t->products, id, step % CALIBRATION_STEPS == 0, &t->error);
}

train_result train_epoch(train_trainer *t, const vmac_dataset *data, int epoch) {
  const int shards = t->config.shards, per_shard = t->config.batch / shards;
  const size_t steps = data->n / (size_t)t->config.batch;
  const double start = seconds();
  uint32_t *order = shuffle(data->n, t->config.seed, epoch);
  double *loss = vmac_alloc((size_t)shards, sizeof *loss), loss_sum = 0;
  int *correct = vmac_alloc((size_t)shards, sizeof *correct);
  size_t right = 0;
  train_agn_begin(t->model, t->products);
  if (t->progress) t->progress("train", 0, steps);
  for (size_t step = 0; step < steps; step++) {
    const uint32_t *first = order + step * (size_t)t->config.batch;
    if (!begin_step(t, data, order, epoch, step)) {
      loss_sum = NAN;
      break;
    }
#pragma omp parallel for num_threads(t->threads) schedule(static, 1)
    for (int s = 0; s < shards; s++)
      loss[s] = shard_step(t, s, data, epoch, first + s * per_shard, &correct[s]);
    for (int s = 0; s < shards; s++) {
      loss_sum += loss[s];
      right += (size_t)correct[s];
    }
    update(t,
           train_rate(&t->config, (size_t)epoch * steps + step, (size_t)t->config.epochs * steps));
    /* Multiplied exactly too, once there are ranges: they are what is exported. */
    const bool follow = t->model->has_range && !t->config.freeze;
    if (follow && step % RANGE_STEPS == 0) follow_ranges(t, false);
    if (t->progress) t->progress("train", step + 1, steps);
  }
  free(order);
  free(loss);
  free(correct);
  const double seen = (double)(steps * (size_t)t->config.batch);
  return (train_result){loss_sum / seen, 100 * (double)right / seen, seconds() - start};
}

/* The first layer with an output over the first `images` images that is not finite, or -1; *at is
 * that output's place. ReLUs turn NaN into 0, so that the last layer alone does not tell. */
static int overflown_layer(const train_shard *s, size_t images, size_t *at) {
  for (int i = 0; i < s->model->layers; i++) {
    const train_layer *l = &s->model->layer[i];
    const size_t n = images * (size_t)l->h * (size_t)l->w * (size_t)l->c;
    const float *out = s->out[i];
    int bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t k = 0; k < n; k++) bad |= !(fabsf(out[k]) <= FLT_MAX);
    if (!bad) continue;
    for (*at = 0; isfinite(out[*at]);) ++*at;
    return i;
  }
  return -1;
}

bool train_infer(train_trainer *t, const vmac_dataset *data, size_t images,
                 void (*visit)(void *context, int number, train_shard *shard, size_t first,
                               size_t count),
                 void *context, vmac_err *err) {
  const int shards = t->config.shards;
  const train_layer *layer = t->model->layer, *bad = NULL;
  size_t bad_image = 0;
  const size_t part = (size_t)(t->config.batch / shards), size = image_size(t->model->net);
#pragma omp parallel for num_threads(t->threads) schedule(static, 1)
  for (int s = 0; s < shards; s++)
    for (size_t first = (size_t)s * part; first < images; first += (size_t)shards * part) {
      const size_t count = images - first < part ? images - first : part;
      for (size_t i = 0; i < part; i++) /* the last part's again: errors are like those of all of it */
        load_image(data, 0, first + i % count, 0, 0, false, t->shard[s]->image + i * size);
      t->shard[s]->work->products = t->simulate ? t->products : NULL;
      t->shard[s]->work->part = (uint32_t)(first / part);
      train_shard_forward(t->shard[s], false);
      size_t at;
      const int i = overflown_layer(t->shard[s], count, &at);
      if (i < 0) {
        visit(context, s, t->shard[s], first, count);
        continue;
      }
      const size_t image =
          first + at / ((size_t)layer[i].h * (size_t)layer[i].w * (size_t)layer[i].c);
#pragma omp critical
      if (!bad || image < bad_image) { /* the same for any number of threads */
        bad = &layer[i];
        bad_image = image;
      }
      break;
    }
  if (!bad) return true;
  return vmac_fail(err, "layer '%s': an output for image %zu is not finite: weights out of bounds",
                   bad->row->name, bad_image);
}

typedef struct {
  const vmac_dataset *data;
  double *loss; /* one per shard */
  size_t *correct;
} score;

static void add_score(void *context, int number, train_shard *s, size_t first, size_t count) {
  score *sc = context;
  const int last = s->model->layers - 1;
  int correct;
  sc->loss[number] += train_loss((int)count, s->model->net->classes, s->out[last],
                                 sc->data->labels + first, 0, 1, s->grad[last], &correct);
  sc->correct[number] += (size_t)correct;
}

bool train_evaluate(train_trainer *t, const vmac_dataset *data, train_result *result,
                    vmac_err *err) {
  const size_t shards = (size_t)t->config.shards;
  const double start = seconds(), n = (double)data->n;
  score sc = {data, vmac_alloc(shards, sizeof *sc.loss), vmac_alloc(shards, sizeof *sc.correct)};
  const bool ok = train_infer(t, data, data->n, add_score, &sc, err);
  double loss = 0;
  size_t correct = 0;
  for (size_t s = 0; s < shards; s++) {
    loss += sc.loss[s];
    correct += sc.correct[s];
  }
  free(sc.loss);
  free(sc.correct);
  *result = (train_result){loss / n, 100 * (double)correct / n, seconds() - start};
  return ok;
}
