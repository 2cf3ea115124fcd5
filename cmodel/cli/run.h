/* run.h: what the subcommands that run a network over images share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_RUN_H
#define VMAC_RUN_H

#include "cli/fitted.h"
#include "net/control.h"
#include "program/program.h"

vmac_net *run_net(const char *path); /* loaded, or the program ends */

/* The cells that --mults names, a list with commas, or the whole registry where it is NULL, into
 * new memory; *count of them. One that is unknown, or `once` stands there twice, ends it. */
const vmac_mult **run_mults(char *list, bool once, size_t *count);

/* The data set, fit for the network, and *images of it: 0 becomes all; too many is an error that
 * names `option`. */
vmac_dataset run_load(const char *spec, const vmac_net *net, const char *net_path,
                      long long *images, const char *option);

/* The same of images whose labels are asked for: ends the program where there are none. */
vmac_dataset run_load_labelled(const char *spec, const vmac_net *net, const char *net_path,
                               long long *images, const char *option);
/* Ends the program where images have no labels. */
void run_want_labels(const vmac_dataset *data, const char *spec);

/* Calibration and training must not see what will be scored: ends the program for a test set. */
void run_refuse_test_set(const char *option, const char *spec);

/* A plan for one cell and mode, calibrated where the mode asks for it; NULL where its coefficients
 * do not fit. */
vmac_plan *run_plan(const vmac_net *net, const vmac_mult *mult, vmac_mode mode,
                    const vmac_dataset *calib, const char *calib_spec, size_t calib_images,
                    vmac_err *err);

/* The same with the cell in some MAC layers only (ops), the others exact; NULL: in all. ktiles, or
 * NULL, is taken over. */
vmac_plan *run_plan_layers(const vmac_net *net, const vmac_mult *mult, const bool *layers,
                           vmac_mode mode, vmac_ktiles *ktiles, const vmac_dataset *calib,
                           const char *calib_spec, size_t calib_images, vmac_err *err);

/* --map: which cell multiplies which weight, from a network's map or from one of PEs, which also
 * says what the array is: hw gets its rows, columns, map (the caller frees it) and cell; of a
 * network's map only the cell, and opt_mode where that has a mode operand. Ends the program on an
 * error. */
vmac_map *run_map(const char *path, const vmac_net *net, vmac_hw *hw);

/* run_plan() with a map's cells; ktiles, or NULL, is taken over. */
vmac_plan *run_plan_map(const vmac_net *net, const vmac_map *map, vmac_mode mode,
                        vmac_ktiles *ktiles, const vmac_dataset *calib, const char *calib_spec,
                        size_t calib_images, vmac_err *err);

/* Where a command's plan comes from: a file, or a map, or a cell in the layers of `fit`; the last
 * two with mode and --ktile. NULL: not given. */
typedef struct {
  const char *plan, *map, *mult, *ktile;
  vmac_mode mode;
} run_source;
/* NULL where it comes from nowhere: the exact network. Ends the program on an error. */
vmac_plan *run_plan_from(const vmac_net *net, const run_source *from, const fitted *fit);

/* --control: what runs in the plan's place, measured on the calibration images of `fit`; NULL where
 * kind is none. */
vmac_plan *run_control(const vmac_net *net, const vmac_plan *plan, vmac_control_kind kind,
                       long long seed, const fitted *fit);

/* --ktile's array, ROWS or ROWSxCOLS, cut for the network; text NULL or "0": NULL, not cut. A text
 * that is no array, or one that cannot run the network, ends the program. */
vmac_ktiles *run_ktiles(const vmac_net *net, const char *text);

/* Notes in the plan, if its mode calibrates, what it was fitted on. */
void run_note_calibration(vmac_plan *plan, const char *calib_spec, size_t calib_images);

/* Tunes the weights of `layers` (ops) of `tuned`, net loaded again, with progress; how many are
 * others than net's. */
size_t run_tune(const vmac_net *net, const vmac_tuner *tuner, const vmac_mult *mult,
                const bool *layers, vmac_mode mode, vmac_net *tuned);

/* How many of the tuner's judges get the answer of its network, by the plan of the given weights
 * and by that of tuned ones, corrected by the same mode. From {0} each call judges some more
 * images; false where there were none left. */
typedef struct {
  size_t images, judged, given, tuned;
  bool seen; /* as vmac_tune_judges() */
} run_verdict;
bool run_judge(const vmac_tuner *tuner, const vmac_plan *given, const vmac_plan *tuned,
               run_verdict *v);

/* Gives `tuned`, net loaded again, net's weights back. */
void run_untune(const vmac_net *net, vmac_net *tuned);

/* Images of `images` that are run at a time, between two looks at the clock. */
size_t run_chunk(size_t images);

/* Top-1 answers of the first `images` images, with progress. outputs may be NULL. */
void run_answers(const char *what, const vmac_net *net, const vmac_plan *plan,
                 vmac_rounding rounding, const vmac_dataset *data, size_t images, uint8_t *answer,
                 int8_t *outputs);

/* The same through a scorer, which runs the exact network beside the plan. */
void run_scores(const char *what, const vmac_net *net, vmac_scorer *scorer, const vmac_plan *plan,
                size_t images, uint8_t *answer, int8_t *outputs);

/* Images on which the answers a equal b. */
size_t run_equal(const uint8_t *a, const uint8_t *b, size_t images);

/* Share of the network's multiplications that are made by a cell which is not exact; plan may be
 * NULL. */
double run_share(const vmac_net *net, const vmac_plan *plan);

vmac_rounding run_rounding(const char *text);
const char *run_rounding_name(vmac_rounding rounding);

#endif
