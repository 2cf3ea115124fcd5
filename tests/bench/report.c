/* The measurements as CSV. Ratios are of medians; more is faster:
 *   vs_gather  the gather loop's time / this
 *   vs_exact   the time of our exact products, same level (a baseline: best level) / this
 *   of_peak    this one's share of the peak loop's products per second (training: of fma's)
 *   vs_one     the time with one thread / this
 *   cores      processor time / wall time, where wall time is measured
 * An empty field is one that has no meaning there. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bench.h"

void bench_csv_head(FILE *f) {
  fprintf(f, "shape,m,k,n,copies,data,kernel,cell,form,isa,threads,reps,median_ns,min_ns,gmacs,"
             "vs_gather,vs_exact,of_peak,vs_one,cores\n");
}

static const bench_task *find(const bench_task *tasks, int n, const char *kernel) {
  for (int i = 0; i < n; i++)
    if (!strcmp(tasks[i].kernel, kernel)) return &tasks[i];
  return NULL;
}

/* Our exact products at the task's level. */
static const bench_task *find_exact(const bench_task *tasks, int n, const bench_task *task) {
  const vmac_isa isa = task->levelled ? task->isa : vmac_isa_best();
  for (int i = 0; i < n; i++)
    if (tasks[i].levelled && tasks[i].isa == isa && !tasks[i].cell_of) return &tasks[i];
  return NULL;
}

static double rate(const bench_task *task) {
  return (double)task->macs / task->median;
}

static void ratio(FILE *f, const bench_task *over, const bench_task *task) {
  if (over)
    fprintf(f, ",%.4f", rate(task) / rate(over));
  else
    fprintf(f, ",");
}

void bench_csv_case(FILE *f, bench_data data, const bench_task *tasks, int n) {
  const bench_task *gather = find(tasks, n, "gather"), *peak = find(tasks, n, "peak");
  for (const bench_task *t = tasks; t < tasks + n; t++) {
    const bench_layer *layer = t->layer;
    const bool product = t != peak;
    fprintf(f, "%s,%d,%d,%d,%d,%s,%s,%s,%s,%s,1,%d,%.0f,%.0f,%.3f", layer->shape->name, layer->m,
            layer->k, layer->n, layer->shape->copies, bench_data_name[data], t->kernel, t->cell,
            t->form, t->levelled ? vmac_isa_name(t->isa) : "", t->reps, t->median, t->least,
            rate(t));
    ratio(f, product ? gather : NULL, t);
    ratio(f, product ? find_exact(tasks, n, t) : NULL, t);
    ratio(f, product ? peak : NULL, t);
    fprintf(f, ",,\n");
  }
}

void bench_csv_network(FILE *f, const bench_network *results, int n, int64_t macs) {
  for (const bench_network *r = results; r < results + n; r++) {
    const bench_network *exact = r, *one = r;
    for (const bench_network *o = results; o < results + n; o++) {
      if (!strcmp(o->form, "exact") && o->threads == r->threads) exact = o;
      if (!strcmp(o->cell, r->cell) && o->threads == 1) one = o;
    }
    fprintf(f, "network,,,,,images,varimac,%s,%s,%s,%d,%d,%.0f,%.0f,%.3f,,%.4f,,%.4f,%.3f\n",
            r->cell, r->form, vmac_isa_name(vmac_isa_best()), r->threads, r->reps, r->median,
            r->least, (double)macs / r->median, exact->median / r->median, one->median / r->median,
            r->cores);
  }
}

void bench_csv_train(FILE *f, const bench_training *of) {
  const double fma = (double)of->fma_macs / of->fma_median;
  const double conv = (double)of->conv_macs / of->conv_median;
  const char *isa = vmac_isa_name(vmac_isa_best());
  fprintf(f, "train,,,,,registers,fma,exact,float,%s,1,%d,%.0f,%.0f,%.3f,,,,,\n", isa, of->reps,
          of->fma_median, of->fma_least, fma);
  fprintf(f, "train,,,,,convolutions,onednn,exact,float,,1,%d,%.0f,%.0f,%.3f,,,%.4f,,\n", of->reps,
          of->conv_median, of->conv_least, conv, conv / fma);
  for (const bench_step *s = of->step; s < of->step + of->steps; s++) {
    const bench_step *exact = of->step + (s->threads - 1), *one = s - (s->threads - 1);
    fprintf(f, "train,,,,,images,varimac,%s,%s,%s,%d,%d,%.0f,%.0f,,,%.4f,,%.4f,%.3f\n", s->cell,
            s->form, isa, s->threads, of->reps, s->median, s->least, exact->median / s->median,
            one->median / s->median, s->cores);
  }
}
