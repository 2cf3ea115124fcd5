/* mult.h: what the verbs of `varimac mult` share. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CLI_MULT_H
#define VMAC_CLI_MULT_H

#include <stdio.h>

#include "cli/cli.h"

enum { PAIRS = 65536 };

typedef struct {
  const char *verb, *output, *json, *net, *data, *isa;
  long long images, rank; /* 0: the default */
  bool raw, all, hex;
  char **names; /* the words behind the verb */
  int count;
} mult_options;

/* The cell of that name, or the program ends. */
const vmac_mult *mult_find(const char *name);
/* The one name behind the verb, or the program ends. */
const vmac_mult *mult_only_name(const mult_options *opt);

static inline const char *mult_class_name(const vmac_mult *mult) {
  return mult->cls == VMAC_U8 ? "u8" : "s8";
}

/* ---- which operand pairs the metrics weigh (mult_pairs.c) ---- */

typedef struct {
  uint64_t *count[2]; /* by class: for vmac_mult_measure(); NULL = every pair once */
  char text[256];     /* what they are, for a person */
} mult_pairs;

/* From --net, --data and --images; every pair once where there is no --net. */
mult_pairs mult_pairs_load(const mult_options *opt);
void mult_pairs_free(mult_pairs *pairs);

/* ---- metrics (mult_errors.c) ---- */

void mult_errors(const mult_options *opt);
/* The metrics' conventions, as comment lines: all that a table of metrics needs beneath it. */
void mult_conventions(const mult_pairs *pairs);
/* Prints the metrics of one cell, or of two side by side, a line per metric. */
void mult_metrics(const vmac_mult *const *mult, int mults, const mult_pairs *pairs);

/* ---- one cell, two cells (mult_compare.c) ---- */

void mult_info(const mult_options *opt);
void mult_compare(const mult_options *opt);

/* ---- how inference sums the products (mult_plan.c) ---- */

void mult_plan(const mult_options *opt);

/* ---- what corrects its error (mult_phi.c) ---- */

void mult_phi(const mult_options *opt);

/* ---- pictures (mult_plot.c, mult_map.c, mult_gnuplot.c) ---- */

/* Error against both operands, and against each of them; PNG. */
void mult_map(const mult_options *opt);
void mult_plot(const mult_options *opt);

/* Runs gnuplot on what write() prints, and puts the PNG image it answers with at opt->output; ends
 * the program, leaving no file, where gnuplot is missing or complains. */
void mult_gnuplot(const mult_options *opt,
                  void (*write)(FILE *script, const vmac_mult *mult, const mult_pairs *pairs));

#endif
