/* top_faults.h: what the parts of build/bench/faults share.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_TOP_FAULTS_H
#define SIM_TOP_FAULTS_H

#include "top.h"

struct Faults {
  const top_model *model;
  top_options options;
  top_check check;
  top_bench bench;
  vmac_rng rng;
  uint8_t *beats; /* a copy of the program's to break */
  size_t count;
  int beat;
  int done; /* faults tried */
};

/* Names the place and ends the program. */
__attribute__((format(printf, 2, 3), noreturn)) void fail(const Faults *f, const char *fmt, ...);

/* Drawn from 0 .. bound - 1. */
size_t below(Faults *f, size_t bound);

/* The program's first job of that kind; tiled: with more than one K tile. */
int first_job(const Faults *f, vmac_jobkind kind, bool tiled);

/* An unbroken copy of the packet. */
void restore(Faults *f);

/* Of that copy word i of a beat; word i of a job's descriptor, over as many beats as it has. */
uint32_t *word(Faults *f, size_t beat, int i);
uint32_t *job_word(Faults *f, int job, int i);

/* Results are none, or one packet. */
void expect_closed(Faults *f, const char *what);

/* A clean image on the same instance. */
void run_clean(Faults *f, const char *what);

/* Runs the broken packet; it must end with that code, after `taken` beats. */
top_counts run_once(Faults *f, const char *what, size_t count, size_t last, uint32_t code,
                    size_t taken);

/* The same, all of the packet, the error at that beat (SIZE_MAX: any); then a clean image. */
void run_broken(Faults *f, const char *what, size_t count, size_t last, uint32_t code, size_t at);

/* (top_fault_runs.cpp) All faults of whole runs; all register offsets. */
void runs(Faults *f);
void registers(Faults *f);

/* (top_sabotage.cpp) The checker itself: is a fault planted in the model named by its place? */
void sabotages(Faults *f);

#endif
