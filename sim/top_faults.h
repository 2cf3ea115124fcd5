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

/* The program's first job of that kind; tiled: with more than one K tile. */
int first_job(const Faults *f, vmac_jobkind kind, bool tiled);

/* (top_sabotage.cpp) The checker itself: is a fault planted in the model named by its place? */
void sabotages(Faults *f);

#endif
