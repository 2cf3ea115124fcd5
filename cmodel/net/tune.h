/* tune.h: weights that leave less of a cell's error behind the correction; nothing is trained.
 *
 * Of weight w stored as v a product with activation a contributes
 *   d(a) = (f(A, V) - A V) + (a - z)(v - w)
 * too much to the zero-point-corrected accumulator, z the input's zero point: all other terms of
 * the array's sum (vmac.h: vmac_folded_bias) are exact for v, in both operand classes. So a channel
 * is off by the sum of its d, r, and the correction, fitted to what is there, takes out of r what
 * its constant and its X can say. What is left over calibration images is
 *   J = (1 - s) |P r|^2 + s sum of |P d|^2 + (mode none: samples * mean(r)^2)
 * P projecting onto what 1 and the X do not span (X of the whole K, also where slopes are each K
 * tile's). Few samples tell little about how k inputs vary together: s = k / (k + samples) of J
 * takes them as independent.
 *
 * J is lowered one weight at a time, the best of all values for each, until no single one helps or
 * VMAC_TUNE_PASSES are over: with s = 1 this is the map of ALWANN (Mrazek et al., ICCAD 2019) for
 * squared errors, measured activations and a correction. All sums that choose are of integers, or
 * of doubles in a fixed order: the weights depend on no thread and no level of instructions.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_TUNE_H
#define VMAC_TUNE_H

#include "vmac.h"

enum { VMAC_TUNE_SAMPLES = 8192, VMAC_TUNE_PASSES = 4 };

/* One layer's activations at some output pixels of every image. */
typedef struct {
  int groups, k, pixels; /* pixels of an image; 0: no MAC layer */
  size_t samples;        /* of all images */
  int8_t *code;          /* (groups, k, samples) */
} vmac_tune_samples;

struct vmac_tuner {
  const vmac_net *net;
  vmac_tune_samples *op; /* (ops) */
  vmac_dataset judges;   /* images that judge: a view of the data, not owned */
  bool seen;             /* the weights are fitted on them too */
  vmac_scorer *scorer;   /* of them */
};

/* net/tune_judge.c: data's first `images` are those that weights are fitted on. */
void vmac_tune_set_judges(vmac_tuner *tuner, const vmac_dataset *data, size_t images);

#endif
