/* shuffle.h: rests by byte shuffles, their layout and their parts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_SHUFFLE_H
#define VMAC_SHUFFLE_H

#include "gemm/packed.h"

enum {
  VMAC_PACK = 256,   /* bytes of a pack: four vectors */
  VMAC_KBLOCK = 256, /* packs at a time; more bytes would not add up in 16 bits */
  VMAC_QUAD = 4,     /* channels whose bytes are neighbours */
  VMAC_TOGETHER = 4, /* output channels that share packs of quads */
  VMAC_BEYOND = 64   /* bytes behind planes and packs that copies may touch */
};

struct vmac_shuffle {
  int planes;          /* bytes of a rest */
  int columns;         /* 16, 64, 128 or 256 */
  int unit;            /* channels of a pack's element: 1, or 4 that one shuffle looks up */
  int span;            /* output pixels of a pack: PACK / unit */
  int c;               /* channels, a multiple of 4 */
  int k;               /* packs of an output: (channels / unit, taps) */
  size_t row;          /* bytes of a weight's row: columns, at least 64 */
  uint8_t column[256]; /* by code */
  /* Elements of 1: (256 weights, planes, row). Of 4: (planes, n / TOGETHER, k, TOGETHER, 4 rows). */
  uint8_t *table;
  uint8_t *w;     /* (n, k) operand bits, for elements of 1 */
  int h, phase_w; /* of the padded planes, see vmac_fill_planes() */
};

/* A stretch of a line of output pixels: its place in a pack, and in a plane, in elements. */
typedef struct {
  int at, width;
  size_t from;
} vmac_segment;

/* planes (c / unit, h, stride_w phases, phase_w) elements from the map; column x of the padded map
 * is element x / stride_w of phase x % stride_w, so that a line of output pixels reads neighbours
 * whatever the stride. line: bytes of vmac_fill_line() for use on the way. */
size_t vmac_fill_line(const vmac_packed *p);
void vmac_fill_planes(const vmac_packed *p, const int8_t *input, uint8_t *line, uint8_t *planes);

/* Stretches of the `pixels` output pixels from `first`; segment has room for span. Their number. */
int vmac_segments(const vmac_packed *p, int first, int pixels, vmac_segment *segment);

/* packs (k, PACK) = what positions k0 .. k0 + k look up. */
void vmac_fill_packs(const vmac_packed *p, const uint8_t *planes, const vmac_segment *segment,
                     int segments, int k0, int k, uint8_t *packs);

/* sums (span) += what packs (k, PACK) look up in the rows of w (k), k <= KBLOCK. */
void vmac_look_up_avx512(const vmac_shuffle *s, int pixels, int k, const uint8_t *packs,
                         const uint8_t *w, int32_t *sums);

/* sums (TOGETHER, span) += what packs of quads look up in the tables (k, TOGETHER, 4 rows), times
 * 2^shift. */
void vmac_look_up_quads(int pixels, int k, int shift, const uint8_t *packs, const uint8_t *table,
                        int32_t *sums);

/* out (pixels, n) += sums (n, span). */
void vmac_add_transposed(vmac_isa isa, int pixels, int n, int span, const int32_t *sums,
                         int32_t *out);

#endif
