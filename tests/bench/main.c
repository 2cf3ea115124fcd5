/* The bench's command line: every case, checked and timed, then whole inferences, as one CSV.
 * SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

typedef struct {
  const bench_cell *cells;
  bench_options options;
  FILE *csv;
  double begin;
} bench;

enum { MAX_TASKS = 5 + (BENCH_CELLS + 1) * VMAC_ISAS };

static bench_task *add(bench_task *tasks, int *n, const char *kernel, const bench_cell *cell,
                       const bench_layer *layer) {
  bench_task *t = &tasks[(*n)++];
  *t = (bench_task){.kernel = kernel,
                    .cell = cell ? cell->mult.name : "exact",
                    .form = cell ? "any" : "exact",
                    .macs = (int64_t)layer->m * layer->k * layer->n,
                    .layer = layer,
                    .cell_of = cell};
  t->acc = bench_alloc((size_t)layer->m * (size_t)layer->n * sizeof *t->acc);
  return t;
}

/* Baselines, then ours at every level of this processor. */
static bool make_tasks(const bench *b, const bench_layer *layer, bench_task *tasks, int *n,
                       vmac_err *err) {
  const vmac_isa best = vmac_isa_best();
  add(tasks, n, "loop", NULL, layer)->run = bench_loop;
  add(tasks, n, "table", &b->cells[0], layer)->run = bench_table;
  if (best >= VMAC_AVX2) {
    add(tasks, n, "gather", &b->cells[0], layer)->run = bench_gather;
    add(tasks, n, "gather2", &b->cells[0], layer)->run = bench_gather2;
  }
  if (best >= VMAC_AVX512) {
    bench_task *peak = add(tasks, n, "peak", NULL, layer);
    peak->run = bench_peak;
    peak->macs = bench_peak_macs();
    uint8_t *operands = peak->own = bench_alloc(64); /* any but zeros, which cost less power */
    for (int i = 0; i < 64; i++) operands[i] = (uint8_t)(37 * i + 11);
  }
  for (int isa = 0; isa <= (int)best; isa++)
    for (int c = -1; c < BENCH_CELLS; c++) {
      const bench_cell *cell = c < 0 ? NULL : &b->cells[c];
      if (cell && !cell->in_fc && !layer->shape->window) continue;
      bench_task *t = add(tasks, n, "varimac", cell, layer);
      t->levelled = true;
      t->isa = (vmac_isa)isa;
      if (!bench_ours_new(t, err)) return false;
    }
  return true;
}

static void free_tasks(bench_task *tasks, int n) {
  for (bench_task *t = tasks; t < tasks + n; t++) {
    if (t->levelled)
      bench_ours_free(t);
    else
      free(t->own);
    free(t->acc);
  }
}

/* Sets every task's `want`, sums or accumulators by the plain loops; the memory is the caller's. */
static int32_t *expect(const bench *b, const bench_layer *layer, bench_task *tasks, int n) {
  const size_t size = (size_t)layer->m * (size_t)layer->n;
  enum { KINDS = BENCH_CELLS + 1 };
  int32_t *sums = vmac_alloc(2 * KINDS * size, sizeof *sums), *acc = sums + KINDS * size;
  for (int kind = 0; kind < KINDS; kind++) {
    const bench_cell *cell = kind ? &b->cells[kind - 1] : NULL;
    bool used = false;
    for (bench_task *t = tasks; t < tasks + n; t++) {
      if (t->cell_of != cell || !strcmp(t->kernel, "peak")) continue;
      t->want = (t->levelled ? acc : sums) + (size_t)kind * size;
      used = true;
    }
    if (!used) continue;
    const vmac_class cls = cell ? cell->mult.cls : VMAC_S8;
    int32_t *sum = sums + (size_t)kind * size;
    bench_plain_sums(layer, cls, cell ? cell->table : NULL, sum);
    bench_plain_acc(layer, cls, sum, acc + (size_t)kind * size);
  }
  return sums;
}

static bool run_shape(bench *b, const bench_shape *shape, vmac_err *err) {
  bench_layer layer;
  bench_task tasks[MAX_TASKS];
  int n = 0;
  bool ok = bench_layer_new(&layer, shape, b->options.small, err) &&
            make_tasks(b, &layer, tasks, &n, err);
  for (int data = 0; ok && data < BENCH_DATA; data++) {
    fprintf(stderr, "%4.0f s  %-13s %s\n", (bench_wall_ns() - b->begin) / 1e9, shape->name,
            bench_data_name[data]);
    bench_layer_fill(&layer, (bench_data)data);
    int32_t *want = expect(b, &layer, tasks, n);
    ok = bench_check(tasks, n, &b->options, err) && bench_time(tasks, n, &b->options, err);
    if (ok) bench_csv_case(b->csv, (bench_data)data, tasks, n);
    free(want);
  }
  free_tasks(tasks, n);
  bench_layer_free(&layer);
  return ok;
}

static bool run_all(bench *b, const char *network, vmac_err *err) {
  const char *only = b->options.only;
  bool found = false;
  bench_machine(b->csv, &b->options);
  bench_csv_head(b->csv);
  for (int i = 0; i < BENCH_SHAPES; i++) {
    if (only && strcmp(only, bench_shapes[i].name)) continue;
    found = true;
    if (!run_shape(b, &bench_shapes[i], err)) return false;
  }
  if (!only || !strcmp(only, "network")) {
    found = true;
    fprintf(stderr, "%4.0f s  %s\n", (bench_wall_ns() - b->begin) / 1e9, network);
    bench_network results[BENCH_NETWORKS];
    int64_t macs;
    const int n = bench_network_time(network, b->cells, &b->options, results, &macs, err);
    if (!n) return false;
    bench_csv_network(b->csv, results, n, macs);
  }
  if (!only || !strcmp(only, "train")) {
    found = true;
    fprintf(stderr, "%4.0f s  training\n", (bench_wall_ns() - b->begin) / 1e9);
    bench_training training;
    if (!bench_train_time(b->cells, &b->options, &training, err)) return false;
    bench_csv_train(b->csv, &training);
  }
  bench_machine_end(b->csv);
  fprintf(stderr, "%4.0f s  done\n", (bench_wall_ns() - b->begin) / 1e9);
  return found || vmac_fail(err, "no shape '%s'", only);
}

static int usage(void) {
  fputs("usage: bench [--short] [--only SHAPE] [--net FILE.tflite] [--plant KERNEL] -o FILE.csv\n"
        "  --short   each kernel compared, hardly timed: seconds\n"
        "  --only    one shape, or network: whole inferences, or train: steps of a training\n"
        "  --plant   falsifies one sum of a kernel (loop, table, gather, gather2, varimac,\n"
        "            network, train): it must be found\n",
        stderr);
  return 2;
}

int main(int argc, char **argv) {
  const char *out = NULL, *network = VMAC_HOME "/weights/resnet8.tflite";
  bench_cell cells[BENCH_CELLS] = {{.table = NULL}};
  bench b = {.cells = cells, .begin = bench_wall_ns()};
  b.options = (bench_options){.reps_least = 7, .reps_most = 15, .sample_ns = 4e6, .case_ns = 4e9};
  for (int i = 1; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : NULL;
    if (!strcmp(argv[i], "--short")) {
      b.options.small = true;
      b.options.reps_least = b.options.reps_most = 1;
      b.options.sample_ns = 0;
    } else if (!strcmp(argv[i], "-o") && value) {
      out = argv[++i];
    } else if (!strcmp(argv[i], "--net") && value) {
      network = argv[++i];
    } else if (!strcmp(argv[i], "--only") && value) {
      b.options.only = argv[++i];
    } else if (!strcmp(argv[i], "--plant") && value) {
      b.options.plant = argv[++i];
    } else {
      return usage();
    }
  }
  if (!out) return usage();
  omp_set_num_threads(1);
  vmac_err err;
  char *text = NULL;
  size_t size = 0;
  b.csv = open_memstream(&text, &size);
  bool ok = b.csv && vmac_can_write(out, &err) && bench_cells_new(cells, &err) &&
            run_all(&b, network, &err);
  if (b.csv) fclose(b.csv);
  ok = ok && vmac_write_file(out, text, size, &err);
  bench_cells_free(cells);
  free(text);
  if (!ok) fprintf(stderr, "bench: %s\n", err.text);
  return !ok;
}
