/* depthwise.h: sums over the taps of a depthwise layer, many channels at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_DEPTHWISE_H
#define VMAC_DEPTHWISE_H

#include "vmac.h"

enum { VMAC_DW_LANES = 16 }; /* channels come in whole groups of so many */

/* How a plane gets its terms: v = (a >> shift) & mask, at most `most`, of the activation's bits or,
 * where no such view is the table, of the terms themselves, which are looked up before. */
typedef struct {
  int shift;
  uint8_t mask, most;
  bool looked_up;
} vmac_dw_view;
vmac_dw_view vmac_dw_view_of(const uint8_t *terms); /* (256) */

/* The operands of a layer. A tap is one (ky, kx) of the window. */
typedef struct {
  int k, n, lanes;     /* taps, channels, channels in whole groups */
  size_t step;         /* bytes between the windows of neighbouring pixels */
  size_t *tap;         /* (k, and one where that is odd) offset from a window's first byte */
  int32_t *folded;     /* (lanes) what each sum begins with */
  int32_t *c0, *c;     /* (lanes), (planes, lanes) the correction's coefficients */
  int16_t *pairs;      /* exact: weights of two taps each, see vmac_dw_pair() */
  uint8_t *w;          /* (k, lanes) operand bits of the weights */
  uint8_t *image;      /* (h, w, lanes) of the activations, padded */
  int32_t *sums;       /* (pixels, lanes) the block being computed */
  int32_t *x;          /* (planes, pixels, lanes) its sums X */
  const vmac_mac *mac; /* NULL: exact */
  vmac_dw_view view[VMAC_CORR_PLANES];
  const uint8_t *seen[VMAC_CORR_PLANES]; /* the bytes that a plane views, laid out as the image */
} vmac_dw;

/* The weights of two taps lie in `pairs` as AVX2 unpacks their 16-bit activations, lane by lane of
 * 128 bits: for the channels 0..3, 8..11, 4..7, 12..15 of a group, first tap, second tap. */

/* `pixels` neighbours of an output row, a: the first one's window. Everything wraps.
 *   exact: sums = folded + sum of A * W over the taps (s8 operands)
 *   cell:  sums = folded + sum of f(A, W), for u8 cells - 128 * A
 *   plane: x (pixels, lanes) = sum of what the view makes of the bytes it views */
void vmac_dw_exact(const vmac_dw *d, vmac_isa isa, int pixels, const uint8_t *a);
void vmac_dw_cell(const vmac_dw *d, vmac_isa isa, int pixels, const uint8_t *a);
void vmac_dw_plane(const vmac_dw *d, vmac_isa isa, vmac_dw_view view, int pixels, const uint8_t *a,
                   int32_t *x);

#endif
