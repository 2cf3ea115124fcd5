/* prefix.h: what the exact network computes up to some op, kept over a data set.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_PREFIX_H
#define VMAC_PREFIX_H

#include "vmac.h"

typedef struct vmac_prefix vmac_prefix;

/* Of the first `images` of data, as many as fit `bytes`; the others are computed anew each time. */
vmac_prefix *vmac_prefix_new(const vmac_net *net, vmac_rounding rounding, const vmac_dataset *data,
                             size_t images, size_t bytes);
void vmac_prefix_free(vmac_prefix *prefix);

/* From now on the ops before `first` are wanted, 0..ops. What is kept of fewer ops is used. Not
 * while another thread loads. */
void vmac_prefix_set(vmac_prefix *prefix, int first);

/* Every tensor of `state` that ops from `first` on read, and the output where it is made before.
 * Threads may load different images at once. */
void vmac_prefix_load(vmac_prefix *prefix, size_t image, vmac_state *state);

#endif
