/* train.h: parts of `varimac train`: its options from a file, a run, its log.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CLI_TRAIN_H
#define VMAC_CLI_TRAIN_H

#include "cli/cli.h"
#include "train/train.h"

enum { TRAIN_PHASES = 64 };
typedef struct {
  train_config config;
  const char *net, *out, *keep; /* keep: a folder for the weights of every epoch, or NULL */
  const char *phase[TRAIN_PHASES];
  int phases;
  bool resume;
  int threads;
} train_arguments;

/* Trains, or ends the program. Sets the config's phases. */
void train_run(train_arguments *arguments);

/* Where argv begins with --config FILE, the options that the file's JSON object has, then the
 * others of argv; else argv's own. A new list; *argc is its length. */
char **train_config_expand(int *argc, char **argv, const struct option *options);
void train_config_free(char **argv);

/* One epoch's line. */
typedef struct {
  int epoch, phase;
  bool exact, validated;
  train_result train, test; /* test: exact multiplications */
  train_result test_so;     /* as the phase multiplies, unless that is exact */
  train_result validation;  /* as the phase multiplies */
  int terms;                /* gradients by tables: the most that one has; 0: there is none */
  double left_out;          /* the most that the terms leave out of a derivative */
  const train_model *sigma; /* whose layers have learned sizes of noise, or NULL */
} run_epoch;

/* The log beside `out`: FILE.safetensors has FILE.jsonl. A line for the run, {"run": command}, then
 * one for each epoch; the same bytes whenever the run was stopped and resumed. */
typedef struct run_log run_log;
/* A log of a resumed run keeps its first `epochs` epochs; where there is none it begins there. */
run_log *run_log_open(const char *out, const char *command, int epochs, vmac_err *err);
bool run_log_add(run_log *log, const run_epoch *epoch, vmac_err *err);
void run_log_free(run_log *log);

#endif
