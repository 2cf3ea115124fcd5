/* operands.h: operand streams of weight-stationary PEs, the one definition of their file format.
 *
 * A lane is one PE: it holds a weight while `steps` activations pass. File, little-endian:
 *   8 bytes "VMACOPND", then uint32 version (1), class (0 = u8, 1 = s8), lanes, steps,
 *   lanes weight bytes, lanes x steps activation bytes (steps fastest).
 * Bytes are operand bits in the class's own code: u8 bits are s8 bits XOR 0x80.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_OPERANDS_H
#define VMAC_OPERANDS_H

#include "vmac.h"

enum { VMAC_OPERANDS_MAX = 1 << 24 }; /* most lanes, steps, and lanes x steps in a file */

typedef struct {
  vmac_class cls;
  size_t lanes, steps;
  uint8_t *w; /* (lanes) */
  uint8_t *a; /* (lanes, steps) */
} vmac_operands;

void vmac_operands_new(vmac_operands *ops, vmac_class cls, size_t lanes, size_t steps);
void vmac_operands_free(vmac_operands *ops);
bool vmac_operands_save(const vmac_operands *ops, const char *path, vmac_err *err);
bool vmac_operands_load(vmac_operands *ops, const char *path, vmac_err *err);

/* Where to sample: `lanes` PEs of a network's MAC layers. A lane is drawn as a layer in proportion
 * to its MACs, then k position and output channel, uniformly; then the first of `steps` consecutive
 * output pixels, image after image (the last image is followed by the first, so that layers with
 * few pixels fill their steps too). The draw depends on the seed, not on the class. */
typedef struct {
  size_t images; /* the first of the data set */
  size_t lanes, steps;
  uint64_t seed;
} vmac_sampling;

/* Exact inference of the sampled images supplies the activations, in the order of vmac_patch().
 * `progress` (may be NULL) is called with images done. */
bool vmac_operands_record(vmac_operands *ops, const vmac_net *net, const vmac_dataset *data,
                          vmac_class cls, const vmac_sampling *sampling,
                          void (*progress)(size_t done, size_t total), vmac_err *err);

#endif
