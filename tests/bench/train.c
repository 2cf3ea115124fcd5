/* Training: what the convolutions of a step make of the processor, and whole steps of ResNet-8,
 * exact and bit by bit.
 *
 * A step is one batch with its augmentation, both passes and the update, in wall time, with one
 * thread and with two. Convolutions are oneDNN's, forward and both gradients, in one thread's time;
 * `fma` is the most that the processor does, in registers. SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "train/product.h"

enum { KINDS = 3, THREADS = 2, BATCH = 128, SHARD = 32, CHECKED = 2 * BATCH, SEED = 3 };

/* ---- convolutions ---------------------------------------------------------------------------- */

typedef struct {
  train_model *model;
  int convs;
  const train_layer **layer; /* (convs) */
  train_conv **conv;
  float *x, *y, *w; /* as large as the largest */
  int64_t macs;
} convolutions;

static bool is_first(const train_layer *l) {
  return l->in[0] < 0;
}

static float *random_floats(size_t n, vmac_rng *rng) {
  float *of = bench_alloc(n * sizeof *of);
  for (size_t i = 0; i < n; i++) of[i] = (float)(vmac_rng_next(rng) >> 40) * 0x1p-24f - 0.5f;
  return of;
}

static void convolutions_new(convolutions *c, const train_net *net) {
  *c = (convolutions){.model = train_model_new(net, SEED)};
  const int layers = c->model->layers;
  c->layer = vmac_alloc((size_t)layers, sizeof *c->layer);
  c->conv = vmac_alloc((size_t)layers, sizeof *c->conv);
  size_t x = 0, y = 0, w = 0;
  for (int i = 0; i < layers; i++) {
    const train_layer *l = &c->model->layer[i];
    if (l->row->kind != TRAIN_CONV) continue;
    const size_t in = (size_t)(l->ih * l->iw * l->ic), out = (size_t)(l->h * l->w * l->c);
    const size_t weights = train_weights(l);
    c->layer[c->convs] = l;
    c->conv[c->convs++] = train_conv_new(SHARD, l, !is_first(l));
    c->macs += (int64_t)(SHARD * out / (size_t)l->c * weights) * (is_first(l) ? 2 : 3);
    if (in > x) x = in;
    if (out > y) y = out;
    if (weights > w) w = weights;
  }
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  c->x = random_floats(SHARD * x, &rng);
  c->y = random_floats(SHARD * y, &rng);
  c->w = random_floats(w, &rng);
}

static void convolutions_free(convolutions *c) {
  for (int i = 0; i < c->convs; i++) train_conv_free(c->conv[i]);
  free(c->conv);
  free(c->layer);
  free(c->x);
  free(c->y);
  free(c->w);
  train_model_free(c->model);
}

/* Writes over what it reads: the values do not matter, but stay finite. */
static void run_convolutions(convolutions *c, float *scratch) {
  for (int i = 0; i < c->convs; i++) {
    train_conv_forward(c->conv[i], c->x, c->w, scratch);
    train_conv_backward_weights(c->conv[i], c->x, c->y, scratch);
    if (!is_first(c->layer[i])) train_conv_backward_data(c->conv[i], c->y, c->w, scratch);
  }
}

static void time_convolutions(const train_net *net, const bench_options *options,
                              bench_training *of) {
  convolutions c;
  convolutions_new(&c, net);
  size_t most = 0;
  for (int i = 0; i < c.convs; i++) {
    const train_layer *l = c.layer[i];
    const size_t in = (size_t)(l->ih * l->iw * l->ic), out = (size_t)(l->h * l->w * l->c);
    if (in > most) most = in;
    if (out > most) most = out;
    if (train_weights(l) > SHARD * most) most = train_weights(l) / SHARD + 1;
  }
  float *scratch = bench_alloc(SHARD * most * sizeof *scratch);
  const int reps = options->reps_least;
  double *conv = vmac_alloc(2 * (size_t)reps, sizeof *conv), *fma = conv + reps;
  run_convolutions(&c, scratch);
  for (int rep = 0; rep < reps; rep++) {
    const double begin = bench_thread_ns();
    run_convolutions(&c, scratch);
    const double between = bench_thread_ns();
    bench_fma();
    conv[rep] = between - begin;
    fma[rep] = bench_thread_ns() - between;
  }
  of->reps = reps;
  of->conv_macs = c.macs;
  of->fma_macs = bench_fma_macs();
  of->conv_least = bench_least(conv, reps);
  of->fma_least = bench_least(fma, reps);
  of->conv_median = bench_median(conv, reps);
  of->fma_median = bench_median(fma, reps);
  free(conv);
  free(scratch);
  convolutions_free(&c);
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* mult NULL: exact products of floats; else all layers' forward products are bit true. */
static train_trainer *make_trainer(const train_net *net, const vmac_mult *mult) {
  const train_config config = {.seed = SEED,
                               .epochs = TRAIN_EPOCHS,
                               .batch = BATCH,
                               .shards = BATCH / SHARD,
                               .rate = 1e-3,
                               .momentum = 0.9,
                               .decay = 3e-4,
                               .crop = 4,
                               .flip = true};
  train_trainer *t = train_trainer_new(train_model_new(net, SEED), &config, THREADS);
  if (!mult) return t;
  const train_arith arith[TRAIN_PRODUCTS] = {
      [TRAIN_FORWARD] = {.error = TRAIN_BIT_TRUE, .cell = {.mult = mult}}};
  for (int i = 0; i < t->model->layers; i++)
    if (train_weights(&t->model->layer[i])) train_products_set(t->products, i, arith);
  return t;
}

/* One epoch over two batches: two threads leave the parameters that one leaves. */
static bool check(const train_net *net, const vmac_dataset *data, const bench_cell *cell,
                  const bench_options *options, vmac_err *err) {
  vmac_dataset few = *data;
  few.n = few.n < CHECKED ? few.n : CHECKED;
  train_trainer *of[THREADS];
  for (int i = 0; i < THREADS; i++) {
    of[i] = make_trainer(net, cell ? &cell->mult : NULL);
    of[i]->threads = i + 1;
    train_epoch(of[i], &few, 0);
  }
  if (options->plant && !strcmp(options->plant, "train")) of[1]->model->param[0] += 1;
  const size_t bytes = of[0]->model->params * sizeof(float);
  const bool same = !memcmp(of[0]->model->param, of[1]->model->param, bytes);
  for (int i = 0; i < THREADS; i++) train_trainer_free(of[i]);
  return same || vmac_fail(err, "train, %s: %d threads do not leave the weights that one leaves",
                           cell ? cell->mult.name : "exact", THREADS);
}

static void time_steps(const train_net *net, const vmac_dataset *data,
                       const bench_cell *const *cell, const bench_options *options,
                       bench_training *of) {
  const int reps = options->reps_least;
  double *sample = vmac_alloc(2 * (size_t)(KINDS * THREADS * reps), sizeof *sample);
  double *cores = sample + KINDS * THREADS * reps;
  train_trainer *t[KINDS];
  for (int k = 0; k < KINDS; k++) {
    t[k] = make_trainer(net, cell[k] ? &cell[k]->mult : NULL);
    train_epoch(t[k], data, 0);
  }
  const double images = (double)(data->n / BATCH * BATCH);
  for (int rep = 0; rep < reps; rep++)
    for (int i = 0; i < KINDS * THREADS; i++) {
      train_trainer *now = t[i / THREADS];
      now->threads = 1 + i % THREADS;
      const double begin = bench_wall_ns(), busy = bench_process_ns();
      train_epoch(now, data, 1 + rep);
      const double took = bench_wall_ns() - begin;
      sample[i * reps + rep] = took / images;
      cores[i * reps + rep] = (bench_process_ns() - busy) / took;
    }
  for (int i = 0; i < KINDS * THREADS; i++)
    of->step[i] = (bench_step){.cell = cell[i / THREADS] ? cell[i / THREADS]->mult.name : "exact",
                               .form = cell[i / THREADS] ? "bit_true" : "float",
                               .threads = 1 + i % THREADS,
                               .cores = bench_median(cores + i * reps, reps),
                               .least = bench_least(sample + i * reps, reps),
                               .median = bench_median(sample + i * reps, reps)};
  of->steps = KINDS * THREADS;
  for (int k = 0; k < KINDS; k++) train_trainer_free(t[k]);
  free(sample);
}

bool bench_train_time(const bench_cell *cells, const bench_options *options, bench_training *of,
                      vmac_err *err) {
  bench_force(vmac_isa_best());
  const train_net *net = train_net_find("resnet8", err);
  if (!net) return false;
  const bench_cell *const cell[KINDS] = {NULL, &cells[0], &cells[BENCH_CELL_TERM]};
  vmac_dataset data;
  vmac_err without;
  bool ok = vmac_dataset_load(&data, "cifar10:train", &without) ||
            vmac_dataset_load(&data, "subset:test", err);
  if (!ok) return false;
  for (int k = 0; ok && k < KINDS; k++) ok = check(net, &data, cell[k], options, err);
  const size_t most = options->small ? BATCH : 4 * BATCH;
  data.n = data.n < most ? data.n : most;
  if (ok) {
    omp_set_num_threads(1);
    time_convolutions(net, options, of);
    time_steps(net, &data, cell, options, of);
    omp_set_num_threads(1);
  }
  vmac_dataset_free(&data);
  return ok;
}
