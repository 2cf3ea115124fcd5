/* operands.h: operand streams of a weight-stationary array, the one definition of their file format.
 *
 * A lane is one COLUMN of the array for one K tile of one layer: `rows` weights that are held while
 * `steps` consecutive output pixels bring their `rows` activations. A row that the tile leaves idle
 * has enable 0 and weight bits 0; its activations are others of the same window, for what its bank
 * happens to hold.
 *
 * File, little-endian: 8 bytes "VMACOPND", then uint32 version (3), class (0 = u8, 1 = s8), layers,
 * columns, rows, steps; uint64 net_hash, 96 bytes origin, zero-filled; per layer int32 op, uint32
 * tiles, uint64 macs, 48 bytes name, zero-filled; columns x uint16 layer_of; columns x rows weight
 * bytes; as many enable bytes; columns x rows x steps activation bytes (steps fastest). Bytes are
 * operand bits in the class's own code: u8 bits are s8 bits XOR 0x80.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_OPERANDS_H
#define VMAC_OPERANDS_H

#include "vmac.h"

enum {
  VMAC_OPERANDS_MAX = 1 << 26, /* most activations of a stream */
  VMAC_OPERANDS_NAME = 48,     /* bytes of a layer's name, its end included */
  VMAC_OPERANDS_ORIGIN = 96    /* likewise */
};

typedef struct {
  int op;        /* of the network */
  int tiles;     /* K tiles that share an accumulator, at this many rows */
  uint64_t macs; /* of one image: what the layer's figures weigh in a mean */
  char name[VMAC_OPERANDS_NAME];
} vmac_operand_layer;

/* Every layer has as many columns as the others. */
typedef struct {
  vmac_class cls;
  size_t layers;
  vmac_operand_layer *layer;
  size_t columns, rows, steps;
  uint64_t net_hash;                 /* vmac_hash() of the network's file; 0: of none */
  char origin[VMAC_OPERANDS_ORIGIN]; /* network, data and seed, for messages */
  uint16_t *layer_of;                /* (columns), ascending */
  uint8_t *w, *en;                   /* (columns, rows) */
  uint8_t *a;                        /* (columns, rows, steps) */
} vmac_operands;

/* The activations of a column's row, (steps). */
static inline uint8_t *vmac_operands_row(const vmac_operands *ops, size_t column, size_t row) {
  return ops->a + (column * ops->rows + row) * ops->steps;
}

void vmac_operands_new(vmac_operands *ops, vmac_class cls, size_t layers, size_t columns,
                       size_t rows, size_t steps);
void vmac_operands_free(vmac_operands *ops);
bool vmac_operands_save(const vmac_operands *ops, const char *path, vmac_err *err);
bool vmac_operands_load(vmac_operands *ops, const char *path, vmac_err *err);

/* What to sample: per MAC layer `columns` columns of an array of `rows` rows, each a K tile as the
 * accelerator's compiler cuts them (an array of as many columns), an output channel, and the first
 * of `steps` consecutive output pixels, image after image, the last one followed by the first, so
 * that layers with few pixels fill their steps too. All three are uniform, and spread evenly over a
 * layer's columns. The draw depends on the seed, not on the class. */
typedef struct {
  size_t images; /* the first of the data set */
  size_t columns, rows, steps;
  uint64_t seed;
} vmac_sampling;

/* Exact inference of the sampled images supplies the activations. `progress` (may be NULL) is called
 * with images done. */
bool vmac_operands_record(vmac_operands *ops, const vmac_net *net, const vmac_dataset *data,
                          vmac_class cls, const vmac_sampling *sampling,
                          void (*progress)(size_t done, size_t total), vmac_err *err);

#endif
