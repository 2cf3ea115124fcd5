/* Whole inferences: images per second with one and with two threads.
 *
 * Wall time, as threads are the point. Plans are made before; a sample is one call over so many
 * images that it lasts long enough. SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { PLANS = 3, THREADS = 2, OUTPUTS_MAX = 256, CHECKED = 24 };

typedef struct {
  const char *cell;
  const vmac_mult *mult; /* NULL: exact products */
  vmac_plan *plan;
} planned;

typedef struct {
  const vmac_net *net;
  vmac_dataset data;
  planned plan[PLANS];
} run;

static void answers(const run *r, int plan, int threads, size_t count, uint8_t *answer,
                    int8_t *outputs) {
  omp_set_num_threads(threads);
  vmac_answers(r->net, r->plan[plan].plan, VMAC_ROUND_DOUBLE, &r->data, 0, count, answer, outputs);
}

/* Codes of the first images: two threads against one. (What one computes was compared layer by
 * layer.) */
static bool check(const run *r, const bench_options *options, vmac_err *err) {
  const size_t size = r->net->tensor[r->net->output].size;
  const size_t count = r->data.n < CHECKED ? r->data.n : CHECKED;
  uint8_t answer[CHECKED];
  int8_t *one = vmac_alloc(count, size), *two = vmac_alloc(count, size);
  bool ok = true;
  for (int p = 0; ok && p < PLANS; p++) {
    answers(r, p, 1, count, answer, one);
    answers(r, p, THREADS, count, answer, two);
    if (options->plant && !strcmp(options->plant, "network")) two[count * size - 1] ^= 1;
    if (memcmp(one, two, count * size))
      ok = vmac_fail(err, "network, %s: %d threads do not give the codes that one gives",
                     r->plan[p].cell, THREADS);
  }
  free(one);
  free(two);
  return ok;
}

static void measure(const run *r, const bench_options *options, bench_network *results) {
  const int reps = options->reps_least;
  uint8_t *answer = vmac_alloc(r->data.n, 1);
  double *sample = vmac_alloc((size_t)(2 * PLANS * THREADS * reps), sizeof *sample);
  double *cores = sample + PLANS * THREADS * reps;
  size_t count[PLANS];
  for (int p = 0; p < PLANS; p++) {
    const size_t few = r->data.n < 16 ? r->data.n : 16;
    answers(r, p, 1, few, answer, NULL);
    const double begin = bench_wall_ns();
    answers(r, p, 1, few, answer, NULL);
    const double each = (bench_wall_ns() - begin) / (double)few;
    const double want = 50 * options->sample_ns / each;
    count[p] = want < (double)few ? few : want > (double)r->data.n ? r->data.n : (size_t)want;
  }
  for (int rep = 0; rep < reps; rep++)
    for (int i = 0; i < PLANS * THREADS; i++) {
      const int p = i / THREADS;
      const double begin = bench_wall_ns(), busy = bench_process_ns();
      answers(r, p, 1 + i % THREADS, count[p], answer, NULL);
      const double took = bench_wall_ns() - begin;
      sample[i * reps + rep] = took / (double)count[p];
      cores[i * reps + rep] = (bench_process_ns() - busy) / took;
    }
  for (int i = 0; i < PLANS * THREADS; i++) {
    const vmac_plan *plan = r->plan[i / THREADS].plan;
    results[i] = (bench_network){.cell = r->plan[i / THREADS].cell,
                                 .form = "exact",
                                 .threads = 1 + i % THREADS,
                                 .reps = reps,
                                 .cores = bench_median(cores + i * reps, reps),
                                 .least = bench_least(sample + i * reps, reps),
                                 .median = bench_median(sample + i * reps, reps)};
    if (plan) bench_form(plan->cell->scheme, results[i].form);
  }
  omp_set_num_threads(1);
  free(sample);
  free(answer);
}

int bench_network_time(const char *path, const bench_cell *cells, const bench_options *options,
                       bench_network *results, int64_t *macs, vmac_err *err) {
  bench_force(vmac_isa_best());
  vmac_net *net = vmac_net_load(path, err);
  if (!net) return 0;
  run r = {.net = net};
  const bench_cell *any = &cells[0], *term = &cells[BENCH_CELL_TERM];
  r.plan[0] = (planned){any->mult.name, &any->mult, NULL};
  r.plan[1] = (planned){term->mult.name, &term->mult, NULL};
  r.plan[2] = (planned){"exact", NULL, NULL};
  vmac_err without;
  bool ok = vmac_dataset_load(&r.data, "cifar10:test", &without) ||
            vmac_dataset_load(&r.data, "subset:test", err);
  for (int p = 0; ok && p < PLANS; p++)
    if (r.plan[p].mult)
      ok = (r.plan[p].plan =
                vmac_plan_make(net, r.plan[p].mult, NULL, VMAC_CORR_NONE, NULL, 0, err));
  ok = ok && vmac_net_takes(net, &r.data, err) && check(&r, options, err);
  if (ok) measure(&r, options, results);
  *macs = 0;
  for (int i = 0; i < net->ops; i++)
    if (vmac_op_is_mac(&net->op[i])) *macs += vmac_op_macs(&net->op[i]);
  for (int p = 0; p < PLANS; p++) vmac_plan_free(r.plan[p].plan);
  vmac_dataset_free(&r.data);
  vmac_net_free(net);
  return ok ? PLANS * THREADS : 0;
}
