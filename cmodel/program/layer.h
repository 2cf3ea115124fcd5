/* layer.h: the compiler's middle: a network as the layers that the hardware knows, and the tensors
 * between them. lower.c makes it, allocate.c gives the tensors places, emit.c writes the beats.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_LAYER_H
#define VMAC_LAYER_H

#include "program/program.h"

enum { VMAC_CODE_PLAIN = 15 }; /* a tensor that is not replicated */

/* A tensor in a buffer: its shape, how its channels lie in a word (program.h), and where. */
typedef struct {
  int tensor; /* of the network; its first name, where RESHAPE gives it more */
  int h, w, c;
  int period;      /* lanes of one copy; 0: not replicated */
  int copies;      /* of it among the array's rows */
  int code;        /* period as the stream's code */
  int groups;      /* words per pixel */
  int first, last; /* layers that write it (-1: it is the input) and that read it last */
  int set, base, words;
} vmac_place;

typedef struct {
  int op; /* of the network, or -1 */
  vmac_jobkind kind;
  int in[2], out; /* places; in[1] = -1 unless ADD; out is the stream's where to_stream */
  int tensor;     /* of the network that it makes */
  bool to_stream;
  int in_h, in_w; /* the map as it is read */
  int kh, kw;     /* MAC: the window over rows and tiles; MAX, SUM: over taps */
  int stride_h, stride_w, pad_top, pad_left;
  int out_h, out_w;
  int pad, zero, lo, hi; /* codes */
  bool single;
  vmac_scale scale;   /* of vector jobs */
  int32_t vbias;      /* SUM */
  vmac_scale scale_b; /* ADD */
  int za, zb;
} vmac_layer;

typedef struct {
  const vmac_net *net;
  const vmac_plan *plan;
  const vmac_hw *hw;
  vmac_rounding rounding;
  int planes; /* vmac_hw_terms() */
  uint8_t terms[VMAC_CORR_PLANES * 256];
  int places, layers;
  vmac_place *place;
  vmac_layer *layer;
  int input;      /* place */
  int out_tensor; /* the network's tensor that leaves */
  int softmax;    /* op left to the host, or -1 */
} vmac_graph;

bool vmac_lower(vmac_graph *graph, vmac_err *err);
bool vmac_allocate(vmac_graph *graph, vmac_err *err);

/* Shape to layout. */
void vmac_layout_input(vmac_place *place, const vmac_hw *hw);
void vmac_layout_tensor(vmac_place *place, const vmac_hw *hw);

/* The multiplier and shift that make SUM and single rounding an average over `count` codes, ties
 * away from zero, as TFLite has it. Proved by trying every sum; false where none is found. */
bool vmac_average_scale(int count, vmac_scale *scale);

static inline int vmac_ceil_div(int a, int b) {
  return (a + b - 1) / b;
}

#endif
