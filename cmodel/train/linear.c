/* Layers with weights as what they have in common: y = W x, its two gradients.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "train/product.h"

train_linear train_linear_new(int batch, const train_layer *l) {
  const size_t n = (size_t)batch;
  train_linear map = {.batch = batch, .layer = l, .nw = train_weights(l)};
  map.nx = n * (size_t)l->ih * (size_t)l->iw * (size_t)l->ic;
  map.ny = n * (size_t)l->h * (size_t)l->w * (size_t)l->c;
  if (l->row->kind == TRAIN_CONV) map.conv = train_conv_new(batch, l, l->in[0] >= 0);
  if (map.nw) map.codes = vmac_alloc(1, sizeof *map.codes);
  if (map.nw) map.keep = vmac_alloc((size_t)l->c, sizeof *map.keep);
  return map;
}

void train_linear_free(train_linear *map) {
  train_conv_free(map->conv);
  if (map->codes) vmac_scratch_free(map->codes);
  free(map->codes);
  free(map->keep);
}

static int inputs(const train_layer *l) {
  return l->ih * l->iw * l->ic;
}

void train_linear_forward(const train_linear *map, const float *x, const float *w,
                          const float *bias, bool relu, float *y) {
  const train_layer *l = map->layer;
  if (l->row->kind == TRAIN_CONV)
    train_conv_forward(map->conv, x, w, y);
  else if (l->row->kind == TRAIN_DEPTHWISE)
    train_depthwise_forward(map->batch, l, x, w, y);
  else
    train_fc_forward(map->batch, inputs(l), l->c, x, w, bias, relu, y);
}

void train_linear_data(const train_linear *map, const float *dy, const float *w, float *dx) {
  const train_layer *l = map->layer;
  if (l->row->kind == TRAIN_CONV) {
    train_conv_backward_data(map->conv, dy, w, dx);
  } else if (l->row->kind == TRAIN_DEPTHWISE) {
    memset(dx, 0, map->nx * sizeof *dx);
    train_depthwise_backward_data(map->batch, l, dy, w, dx);
  } else {
    train_fc_backward_data(map->batch, inputs(l), l->c, dy, w, dx);
  }
}

void train_linear_weights(const train_linear *map, const float *x, const float *dy, float *dw) {
  const train_layer *l = map->layer;
  if (l->row->kind == TRAIN_CONV)
    train_conv_backward_weights(map->conv, x, dy, dw);
  else if (l->row->kind == TRAIN_DEPTHWISE)
    train_depthwise_backward_weights(map->batch, l, x, dy, dw);
  else
    train_fc_backward_weights(map->batch, inputs(l), l->c, x, dy, dw);
}
