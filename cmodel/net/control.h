/* control.h: controls beside a cell: the exact network with noise in its accumulators that is like the
 * cell's error in mean and variance and like it in nothing else. What a cell does to a network that
 * its controls do as well, is owed to noise of that size, not to the cell.
 *
 * The error of a layer's channel is approximate - exact accumulator, of what the plan leaves after
 * correction, over all output pixels of calibration images, on the exact network's activations
 * (errors.h). Of each, mean m and standard deviation s are kept. A control computes products exactly
 * and then, before requantization, for every output of every image on its own:
 *
 *   noise    acc + m + s z, z normal: the additive Gaussian noise by which robustness is searched
 *            (arXiv:2208.07265), here of a channel's own size.
 *   dropout  acc b / q + m, b 1 with chance q, else 0: dropout as Srivastava et al. (JMLR 15, 2014)
 *            define it, of a layer's outputs, scaled where it is drawn. Through ReLU it is the
 *            same as dropping activations, as ReLU (c x) = c ReLU (x). It adds acc^2 (1 - q) / q of
 *            variance, in the mean over images E[acc^2] (1 - q) / q, which is s^2 for
 *            q = E[acc^2] / (E[acc^2] + s^2). A channel whose accumulators are all 0 has nothing to
 *            drop: it gets m alone.
 *
 * Sums are rounded to whole numbers and kept within what requantization takes. What is drawn depends
 * on the seed, the image's number in its data set, the op and the output, not on threads.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CONTROL_H
#define VMAC_CONTROL_H

#include "vmac.h"

typedef enum { VMAC_CONTROL_NONE, VMAC_CONTROL_NOISE, VMAC_CONTROL_DROPOUT } vmac_control_kind;
const char *vmac_control_name(vmac_control_kind kind);
bool vmac_control_find(const char *name, vmac_control_kind *kind, vmac_err *err); /* not none */

typedef struct {
  double mean, sd; /* of the error, accumulator units */
  double keep;     /* dropout: q; else 1 */
} vmac_control_channel;

typedef struct vmac_control {
  vmac_control_kind kind;
  uint64_t seed;
  int ops;
  vmac_control_channel **channel; /* (ops, n), owned; NULL where the cell is not */
} vmac_control;

/* A plan without cells that has the control of `of`, measured on the first `images` of data. */
vmac_plan *vmac_control_plan(const vmac_net *net, const vmac_plan *of, vmac_control_kind kind,
                             uint64_t seed, const vmac_dataset *data, size_t images);
void vmac_control_free(vmac_control *control);

/* Changes the exact accumulators state->acc (m, n) of op `index`, of image state->image. */
void vmac_control_add(const vmac_control *control, const vmac_net *net, int index,
                      vmac_state *state);

/* Whether the plan (NULL: exact) computes op `index` otherwise than exactly. */
static inline bool vmac_plan_alters(const vmac_plan *plan, int index) {
  return vmac_plan_has(plan, index) ||
         (plan && plan->control && plan->control->channel[index] != NULL);
}

#endif
