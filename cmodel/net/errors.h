/* errors.h: how far the accumulators of a plan are from exact ones, layer by layer, each on the exact
 * network's activations: what layers before it do wrong is left out.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_ERRORS_H
#define VMAC_ERRORS_H

#include "net/correction.h"

/* Sums of y = exact - approximate, and of the exact accumulators as y; NULL where the plan has no
 * cell. Exact integers: the same from any number of threads. */
typedef struct {
  int ops;
  vmac_sums *(*part)[VMAC_RESIDUAL_PARTS]; /* (ops): image i is in part i % that many */
  vmac_sums **signal;                      /* (ops) */
} vmac_errors;

/* Of the first `images` of data, in parallel. */
vmac_errors vmac_errors_of(const vmac_net *net, const vmac_plan *plan, const vmac_dataset *data,
                           size_t images);
/* All parts of one op together, in new memory. */
vmac_sums *vmac_errors_all(const vmac_net *net, const vmac_errors *errors, int op);
/* Of y, of one channel. */
double vmac_errors_variance(const vmac_sums *sums, int channel);
void vmac_errors_free(vmac_errors *errors);

#endif
