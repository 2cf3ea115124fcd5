/* sweep.h: the points of a sweep and what is known of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_SWEEP_H
#define VMAC_SWEEP_H

#include "cli/fitted.h"
#include "cli/run.h"

typedef struct {
  fitted fit; /* layers: a list */
  const char *output, *json, *data, *ktile;
  char *mults, *modes; /* lists */
  long long cache;     /* MiB */
  vmac_rounding rounding;
} sweep_options;

/* A choice of MAC layers that have the cell. */
typedef struct {
  char *text;
  bool *has; /* (ops) */
  int first; /* the first op of them */
} sweep_layers;

/* A correction mode, or with +tune behind it the same with weights tuned for it. */
typedef struct {
  vmac_mode mode;
  bool tune;
  char text[24];
} sweep_mode;

/* A row of the results. */
typedef struct {
  size_t cell, layers; /* of the lists below */
  sweep_mode mode;
  size_t same;   /* the first point that is the same function at the same place: maybe this one */
  char *key;     /* the row up to its results */
  char *results; /* the rest of it, or NULL */
} sweep_point;

typedef struct {
  vmac_net *net;
  uint64_t net_hash;
  vmac_dataset data, calib; /* calib: empty where no mode calibrates */
  vmac_net *tuned;          /* the network again, where weights are tuned */
  size_t cells, choices, modes, points;
  const vmac_mult **cell;
  sweep_layers *choice;
  sweep_mode *mode;
  sweep_point *point; /* in the order asked for: by cell, then layers, then mode */
} sweep;

/* Whether results depend on training images. */
static inline bool sweep_calibrates(sweep_mode mode) {
  return mode.tune || vmac_mode_calibrates(mode.mode);
}

/* sweep_points.c: the lists of the options, the points, and what an earlier file knows of them. */
void sweep_read_lists(sweep *s, const sweep_options *o);
void sweep_make_points(sweep *s, const sweep_options *o);
void sweep_read_earlier(sweep *s, const char *path, size_t images);
void sweep_free(sweep *s);

/* sweep_file.c: the points whose results are known, as CSV and, if asked for, as JSON. How many. */
size_t sweep_write(const sweep *s, const sweep_options *o);
/* Whether text, that of an existing file, has rows like ours, not an earlier version's; ends the
 * program where it is not a sweep's. */
bool sweep_check_header(const char *path, const char *text);

/* A point's answers: right ones, those the exact network gives, those that only it has right (lost),
 * those that only the cell has. */
typedef struct {
  size_t images, correct, agree, lost, gained;
  double share; /* of multiplications */
} sweep_result;

/* sweep_file.c: a row behind its key, in new memory. */
char *sweep_results(const sweep_result *r);
/* sweep_file.c: whether text is what sweep_results() makes of any answers to so many images. */
bool sweep_results_sound(const char *text, size_t images);

/* sweep_run.c: computes what is missing; false where a signal ended it. */
bool sweep_run(sweep *s, const sweep_options *o);

#endif
