/* twin.h: the int8 network that a float model is at one step of its training, and the layers of it
 * that a cell multiplies.
 *
 * The twin is what train_quantize() makes of the model now: a layer that is trained bit by bit has
 * the accumulators that the exported network would have, from the same functions.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_TRAIN_TWIN_H
#define VMAC_TRAIN_TWIN_H

#include "train/train.h"

/* What stands for the derivative of a cell's product f(A, W). */
typedef enum {
  TRAIN_STRAIGHT, /* that of the exact product */
  TRAIN_TABLE,    /* differences of f smoothed over a window (Meng et al., DATE 2025) */
  TRAIN_SLOPE /* of the line nearest to f over the operands the layer sees, correction included */
} train_gradient;

typedef struct {
  const vmac_mult *mult; /* NULL: exact products of int8 operands */
  vmac_mode mode;
  train_gradient gradient;
  int window; /* TRAIN_TABLE: h, products h to either side are averaged */
} train_cell;

/* One layer with weights; n channels, k weights each in the model's order. */
typedef struct {
  const vmac_net *net;
  const vmac_op *op;
  const vmac_mac *mac; /* NULL: exact products */
  float in_scale;
  int32_t in_zero;
  float *factor;       /* (n): the model's output per unit of an accumulator */
  const int32_t *bias; /* (n): in the accumulators, but not in the model's output */
  float *w;            /* (weights): what the weight codes stand for, in the model's units */
} train_twin_layer;

typedef struct train_twin train_twin;
train_twin *train_twin_new(const train_model *model);
void train_twin_free(train_twin *twin);
/* Layer `index` multiplies with *cell; NULL: exactly, as all layers do at first. */
void train_twin_set(train_twin *twin, int index, const train_cell *cell);
/* Correction modes that calibrate do so on the first `images` of data, which lives longer. */
void train_twin_calibration(train_twin *twin, const vmac_dataset *data, size_t images);
/* The model as it is now. calibrate: fits corrections anew, else they keep their coefficients,
 * where they have any. */
bool train_twin_refresh(train_twin *twin, bool calibrate, vmac_err *err);

/* After a refresh, until the next. */
const train_twin_layer *train_twin_at(const train_twin *twin, int index);
/* The layer whose outputs a layer's products become: itself; of a convolution the one behind. */
int train_twin_completes(const train_twin *twin, int index);
/* How often each activation, by code (256), went into the layer when corrections were last fitted;
 * of layers whose gradient is a slope. */
const uint64_t *train_twin_count(const train_twin *twin, int index);
const vmac_net *train_twin_net(const train_twin *twin);
/* Runs the network on the image in state's input tensor, each layer with its own cell. */
void train_twin_run(const train_twin *twin, vmac_state *state);
/* Op `op` of it alone: vmac_net_run_op() with the plan of its layer's cell. */
void train_twin_run_op(const train_twin *twin, int op, vmac_state *state);
/* Codes of the layer's output tensor in the state, its scale and zero point; NULL: it has none. */
const int8_t *train_twin_codes(const train_twin *twin, const vmac_state *state, int index,
                               float *scale, int32_t *zero);

/* codes[i] = the code nearest to x[i], within the scale's range. */
void train_encode(size_t n, float scale, int32_t zero, const float *x, int8_t *codes);
/* x[i] = what codes[i] stands for. */
void train_decode(size_t n, float scale, int32_t zero, const int8_t *codes, float *x);

#endif
