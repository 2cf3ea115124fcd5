/* bench.h: the golden model's kernels timed beside the methods they replace, in one run.
 *
 * A case is a layer shape with activations; a task is one kernel on it. All tasks of a case are
 * first compared with the plain loop, then timed in turn, round after round, so that whatever else
 * the machine does meets all of them alike. SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_H
#define BENCH_H

#include <stdio.h>

#include "gemm/scheme.h"
#include "vmac.h"

void *bench_alloc(size_t bytes); /* zeroed, from a 64-byte boundary; never NULL */

/* ---- cells (cells.c) ------------------------------------------------------------------------- */

typedef struct {
  vmac_mult mult;
  bool in_fc; /* measured with the large product too: a cell of each form suffices there */
  int32_t *table;
} bench_cell;
enum { BENCH_CELLS = 10, BENCH_CELL_TERM = 2 /* one term */, BENCH_FORM = 32 };
bool bench_cells_new(bench_cell *cells, vmac_err *err);
void bench_cells_free(bench_cell *cells);
/* What a plan makes of a cell's products: "any" (product rows), "rank 2" (terms), "16 byte
 * columns", "rank 1 + 64 byte columns". text (BENCH_FORM), returned. */
const char *bench_form(const vmac_scheme *scheme, char *text);

/* ---- layers (layer.c) ------------------------------------------------------------------------ */

typedef struct {
  const char *name;
  int in, c, n;       /* in x in x c activations, n channels; fully connected: in rows of c */
  int window, stride; /* window 0: fully connected */
  int copies;         /* layers of this shape in ResNet-8 */
} bench_shape;
enum { BENCH_SHAPES = 8 };
extern const bench_shape bench_shapes[BENCH_SHAPES];

typedef enum { BENCH_POST_RELU, BENCH_DENSE, BENCH_DATA } bench_data;
extern const char *const bench_data_name[BENCH_DATA];

typedef struct {
  const bench_shape *shape;
  vmac_net *net;    /* this layer alone */
  int m, k, n;      /* as a matrix product */
  int8_t *input;    /* the activation map */
  int8_t *codes;    /* the same as a matrix (m, k), padding included, and its bits as operands: */
  uint8_t *bits;    /* of class s8 */
  const int8_t *w;  /* (n, k) */
  int32_t *w_index; /* (k, n): bits of the weights, class s8 */
  uint8_t *w_bits;  /* (n, k) */
} bench_layer;
bool bench_layer_new(bench_layer *layer, const bench_shape *shape, bool small, vmac_err *err);
void bench_layer_fill(bench_layer *layer, bench_data data); /* activations; any number of times */
void bench_layer_free(bench_layer *layer);

/* The plain loops. Sums of products, (m, n); table == NULL: exact ones of int8 codes. */
void bench_plain_sums(const bench_layer *layer, vmac_class cls, const int32_t *table, int32_t *sum);
/* What vmac_layer_acc() makes of them, by the contract: zero points and bias included. */
void bench_plain_acc(const bench_layer *layer, vmac_class cls, const int32_t *sum, int32_t *acc);

/* ---- timing (timing.c) ----------------------------------------------------------------------- */

typedef struct bench_task {
  const char *kernel, *cell, *form; /* loop, table, gather, peak, varimac */
  bool levelled;                    /* one of several levels: it is forced before every run */
  vmac_isa isa;
  int64_t macs;
  void (*run)(const struct bench_task *task); /* computes acc */
  const bench_layer *layer;
  const bench_cell *cell_of; /* NULL: exact products */
  void *own;                 /* what `run` needs beside these */
  int32_t *acc;              /* (m, n) */
  const int32_t *want;       /* what acc must be; NULL: nothing to compare */
  int reps;
  double median, least; /* nanoseconds of one run */
} bench_task;

typedef struct {
  bool small;        /* a run of seconds: its times mean nothing */
  const char *only;  /* one shape's name, network or train; NULL: all */
  const char *plant; /* kernel whose result is falsified, to see it found; or NULL */
  int reps_least, reps_most;
  double sample_ns; /* a sample lasts at least so long, in as many runs as it takes */
  double case_ns;   /* a case ends after this time, but not before reps_least rounds */
} bench_options;

double bench_thread_ns(void);  /* processor time of this thread: what others take does not count */
double bench_process_ns(void); /* of all threads */
double bench_wall_ns(void);
double bench_median(double *values, int n); /* sorts them */
double bench_least(const double *values, int n);
void bench_force(vmac_isa isa); /* VARIMAC_ISA */
/* Runs every task once; false and an error that names the first sum that is not as wanted. */
bool bench_check(bench_task *tasks, int n, const bench_options *options, vmac_err *err);
/* Sets reps, median and least; every acc must still be right. */
bool bench_time(bench_task *tasks, int n, const bench_options *options, vmac_err *err);

/* ---- kernels (baselines.c, ours.c) ----------------------------------------------------------- */

void bench_loop(const bench_task *task);    /* exact products, plain C */
void bench_table(const bench_task *task);   /* one look-up per product, plain C */
void bench_gather(const bench_task *task);  /* eight look-ups at a time */
void bench_gather2(const bench_task *task); /* the same, sixteen channels at a time */
void bench_peak(const bench_task *task);    /* 8-bit dot products of registers */
int64_t bench_peak_macs(void);              /* of one call */

/* The golden model's layer, from the activation map to final accumulators. task->layer, cell_of and
 * isa are set; bench_ours_new() sets run, own and, of a cell, form. An error where what it prepared
 * is of another level. */
bool bench_ours_new(bench_task *task, vmac_err *err);
void bench_ours_free(bench_task *task);

/* ---- the whole network (network.c) and what is written (report.c, machine.c) ----------------- */

typedef struct {
  const char *cell;
  char form[BENCH_FORM];
  int threads, reps;
  double median, least; /* nanoseconds an image */
  double cores;         /* processor time / wall time: less than threads where others run too */
} bench_network;
enum { BENCH_NETWORKS = 6 };
/* results[0 .. the number returned); 0 and an error where it fails. */
int bench_network_time(const char *path, const bench_cell *cells, const bench_options *options,
                       bench_network *results, int64_t *macs, vmac_err *err);

/* ---- training (train.c, fma.c) ---------------------------------------------------------------- */

typedef struct {
  const char *cell, *form; /* exact, float; or a cell, bit_true */
  int threads;
  double median, least; /* nanoseconds an image */
  double cores;
} bench_step;
enum { BENCH_STEPS = 6 };
typedef struct {
  int reps;
  int64_t conv_macs, fma_macs; /* of one run: all convolutions of ResNet-8, both passes; the peak */
  double conv_median, conv_least, fma_median, fma_least; /* nanoseconds of a run */
  int steps;
  bench_step step[BENCH_STEPS];
} bench_training;
/* Float multiply-adds of registers, in more chains than an instruction takes cycles. Returns the
 * sum of one lane of each: 1 + 2 + ... where no two chains are one. */
float bench_fma(void);
enum { BENCH_FMA_CHAINS = 12 };
int64_t bench_fma_macs(void);
bool bench_train_time(const bench_cell *cells, const bench_options *options, bench_training *of,
                      vmac_err *err);

void bench_machine(FILE *f, const bench_options *options); /* "# name value" lines */
void bench_machine_end(FILE *f);
void bench_csv_head(FILE *f);
void bench_csv_case(FILE *f, bench_data data, const bench_task *tasks, int n);
void bench_csv_network(FILE *f, const bench_network *results, int n, int64_t macs);
void bench_csv_train(FILE *f, const bench_training *of);

#endif
