/* search.h: what the files of `varimac search` share. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CLI_SEARCH_H
#define VMAC_CLI_SEARCH_H

#include "cli/run.h"
#include "explore/search.h"
#include "explore/units.h"
#include "net/prefix.h"

typedef struct {
  const char *net, *output, *maps, *known, *costs, *column, *edge, *data, *calib, *test, *units;
  char *mults;
  vmac_mode mode;
  vmac_level level;
  double within; /* percent of the images */
  long long groups, images, judges, calib_images, test_images, line, evaluations, seed, cache;
} search_options;

/* A search at work. */
typedef struct {
  const search_options *o;
  vmac_net *net;
  uint64_t net_hash;
  int cells;
  const vmac_mult **mult; /* (cells), the dearest first */
  double *price;          /* (cells) */
  bool exact;             /* the first is */
  const vmac_mult *edge;  /* --edge's, or NULL */
  vmac_units *units;
  vmac_dataset data, calib, test;
  vmac_plan *plan;
  vmac_calib *fit; /* NULL: the mode wants none */
  vmac_prefix *prefix;
  vmac_search search;
  const char *step;   /* for progress */
  size_t done, steps; /* of the step */
} search_run;

/* Energy of one product by cell, from a table with a header line and a column "name", tab- or
 * comma-separated, comments (#) before it: price (cells). A cell without a figure above 0 ends the
 * program. */
void search_prices(const char *path, const char *column, int cells, const vmac_mult *const *mult,
                   double *price);

/* The map of a choice. */
vmac_map *search_map(const search_run *r, const uint8_t *choice);
/* The run's plan becomes that of a choice, corrected; false, and uncorrected, where coefficients do
 * not fit. */
bool search_plan(search_run *r, const uint8_t *choice);

/* --known's rows: what was measured, behind a line that says of what. A file of something else ends
 * the program and stays as it is. */
void search_recall(search_run *r);
void search_keep(const search_run *r);

/* The front, as far as --within has it, CSV and (--maps) a JSON map each, with the answers of
 * --judges and over --test; printed too. --units: what the choices' cells are of. */
void search_report(search_run *r);

#endif
