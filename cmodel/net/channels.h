/* channels.h: which tensors have their channels in one order, and another order for them. Filters of
 * a layer may stand in any order, so that those of one kind share columns of the array; the next
 * layer's weights undo it. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CHANNELS_H
#define VMAC_CHANNELS_H

#include "vmac.h"

typedef struct {
  int tensors, spaces;
  int *of;       /* (tensors) the space of an activation's channels; -1: a constant */
  int *channels; /* (spaces) */
  bool *fixed;   /* (spaces) the network's input or output is in it, or an operator that mixes: its
                    channels stay as they are */
} vmac_channels;

/* Tensors are in one space where operators keep channels apart: additions, depthwise layers of one
 * output per channel, pools, padding, RELU; flattened ones too, channels innermost. */
vmac_channels *vmac_channels_new(const vmac_net *net);
void vmac_channels_free(vmac_channels *channels);

/* Channel c of the space is from now on what was order[c] (channels, each once). The network computes
 * what it did; vmac_net_prepare(net) is due. Not for fixed spaces. */
void vmac_channels_reorder(vmac_net *net, const vmac_channels *channels, int space,
                           const int *order);

#endif
