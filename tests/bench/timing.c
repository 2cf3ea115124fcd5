/* Equality first, then time: all kernels of a case in turn, round after round.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

static double clock_ns(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

double bench_thread_ns(void) {
  return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

double bench_process_ns(void) {
  return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

double bench_wall_ns(void) {
  return clock_ns(CLOCK_MONOTONIC);
}

static int ascending(const void *x, const void *y) {
  const double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

double bench_median(double *values, int n) {
  qsort(values, (size_t)n, sizeof *values, ascending);
  return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

double bench_least(const double *values, int n) {
  double least = values[0];
  for (int i = 1; i < n; i++) least = fmin(least, values[i]);
  return least;
}

void bench_force(vmac_isa isa) {
  setenv("VARIMAC_ISA", vmac_isa_name(isa), 1);
}

static void prepare(const bench_task *task) {
  if (task->levelled) bench_force(task->isa);
}

static void run(const bench_task *task) {
  prepare(task);
  task->run(task);
}

static bool equal(const bench_task *task, const char *when, vmac_err *err) {
  const size_t n = (size_t)task->layer->m * (size_t)task->layer->n;
  for (size_t i = 0; i < n; i++)
    if (task->acc[i] != task->want[i])
      return vmac_fail(err, "%s, %s %s%s%s, %s: expected %d at pixel %zu, channel %zu, found %d",
                       task->layer->shape->name, task->kernel, task->cell,
                       task->levelled ? " " : "", task->levelled ? vmac_isa_name(task->isa) : "",
                       when, (int)task->want[i], i / (size_t)task->layer->n,
                       i % (size_t)task->layer->n, (int)task->acc[i]);
  return true;
}

static size_t acc_bytes(const bench_task *task) {
  return (size_t)task->layer->m * (size_t)task->layer->n * sizeof *task->acc;
}

bool bench_check(bench_task *tasks, int n, const bench_options *options, vmac_err *err) {
  for (bench_task *t = tasks; t < tasks + n; t++) {
    if (!t->want) continue;
    memset(t->acc, 0xa5, acc_bytes(t)); /* what the kernel does not write is no sum */
    run(t);
    if (options->plant && !strcmp(options->plant, t->kernel))
      t->acc[acc_bytes(t) / sizeof *t->acc - 1] ^= 1;
    if (!equal(t, "before timing", err)) return false;
  }
  return true;
}

/* How many runs make a sample; 0: one that is so long that it need not be warmed up. */
static int runs_per_sample(const bench_task *task, double sample_ns) {
  run(task);
  const double begin = bench_thread_ns();
  run(task);
  const double once = bench_thread_ns() - begin;
  if (once >= 4 * sample_ns) return 0;
  const double runs = ceil(sample_ns / once);
  return runs > 10000 ? 10000 : (int)runs; /* and where the clock has not moved */
}

bool bench_time(bench_task *tasks, int n, const bench_options *options, vmac_err *err) {
  const int most = options->reps_most;
  double *sample = vmac_alloc((size_t)n * (size_t)most, sizeof *sample);
  int *runs = vmac_alloc((size_t)n, sizeof *runs);
  for (int i = 0; i < n; i++) runs[i] = runs_per_sample(&tasks[i], options->sample_ns);
  const double begin = bench_wall_ns();
  int reps = 0;
  while (reps < options->reps_least ||
         (reps < most && bench_wall_ns() - begin < options->case_ns)) {
    for (int i = 0; i < n; i++) {
      const int counted = runs[i] ? runs[i] : 1;
      prepare(&tasks[i]);
      if (runs[i]) tasks[i].run(&tasks[i]); /* warm again: the others have been in the caches */
      const double from = bench_thread_ns();
      for (int r = 0; r < counted; r++) tasks[i].run(&tasks[i]);
      sample[i * most + reps] = (bench_thread_ns() - from) / counted;
    }
    reps++;
  }
  for (int i = 0; i < n; i++) {
    tasks[i].reps = reps;
    tasks[i].least = bench_least(sample + i * most, reps);
    tasks[i].median = bench_median(sample + i * most, reps);
  }
  free(runs);
  free(sample);
  for (int i = 0; i < n; i++) /* and the kernel still computes what it did */
    if (tasks[i].want && !equal(&tasks[i], "after timing", err)) return false;
  return true;
}
