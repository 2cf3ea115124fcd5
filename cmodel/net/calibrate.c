/* Calibration: moments of every channel's error and control variate over training images.
 *
 * The exact network supplies the activations, so one pass serves all layers and every mode; sums
 * are integers, so the result does not depend on the number of threads. SPDX-License-Identifier:
 * Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "net/correction.h"

/* The control variate of each output pixel, (m); for depthwise (m, n). */
static void layer_variates(const vmac_net *net, const vmac_op *op, const vmac_mult *mult,
                           const int8_t *input, int8_t *codes, int32_t *x) {
  const int channels = op->kind == VMAC_DEPTHWISE ? op->n : 1;
  for (int pixel = 0; pixel < op->m; pixel++)
    for (int channel = 0; channel < channels; channel++) {
      int32_t sum = 0;
      vmac_patch(net, op, input, pixel, channel, codes);
      for (int k = 0; k < op->k; k++)
        sum += vmac_variate(mult->xkind, mult->xbits, vmac_operand_bits(mult->cls, codes[k]));
      x[pixel * channels + channel] = sum;
    }
}

static void add_layer(const vmac_op *op, const int32_t *exact, const int32_t *approx,
                      const int32_t *x, vmac_moments *moments) {
  const bool own = op->kind == VMAC_DEPTHWISE; /* each channel has its own variate */
  for (int pixel = 0; pixel < op->m; pixel++)
    for (int c = 0; c < op->n; c++) {
      const size_t at = (size_t)pixel * (size_t)op->n + (size_t)c;
      const int64_t y = (int64_t)exact[at] - approx[at], v = x[own ? (int)at : pixel];
      moments[c].count++;
      moments[c].y += y;
      moments[c].x += v;
      moments[c].xx += v * v;
      moments[c].xy += v * y;
    }
}

static vmac_moments **moments_new(const vmac_net *net) {
  vmac_moments **moments = vmac_alloc((size_t)net->ops, sizeof *moments);
  for (int i = 0; i < net->ops; i++)
    if (vmac_op_is_mac(&net->op[i]))
      moments[i] = vmac_alloc((size_t)net->op[i].n, sizeof **moments);
  return moments;
}

void vmac_moments_free(const vmac_net *net, vmac_moments **moments) {
  for (int i = 0; i < net->ops; i++) free(moments[i]);
  free(moments);
}

static void add_image(const vmac_net *net, const vmac_plan *plan, vmac_state *state,
                      vmac_moments **moments, int32_t *exact, int32_t *approx, int32_t *x,
                      int8_t *codes) {
  vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    if (!moments[i]) continue;
    const int8_t *input = state->i8[op->in[0]];
    vmac_layer_acc(net, op, NULL, input, exact, state);
    vmac_layer_acc(net, op, &plan->mac[i], input, approx, state);
    layer_variates(net, op, plan->mac[i].mult, input, codes, x);
    add_layer(op, exact, approx, x, moments[i]);
  }
}

vmac_moments **vmac_calibrate(const vmac_net *net, const vmac_plan *plan, const vmac_dataset *data,
                              size_t images) {
  size_t most = 1, most_k = 1;
  for (int i = 0; i < net->ops; i++)
    if (vmac_op_is_mac(&net->op[i])) {
      const size_t size = (size_t)net->op[i].m * (size_t)net->op[i].n;
      most = size > most ? size : most;
      most_k = (size_t)net->op[i].k > most_k ? (size_t)net->op[i].k : most_k;
    }
  vmac_moments **total = moments_new(net);
#pragma omp parallel
  {
    vmac_moments **own = moments_new(net);
    vmac_state *state = vmac_state_new(net);
    int32_t *exact = vmac_alloc(most, sizeof *exact), *approx = vmac_alloc(most, sizeof *approx);
    int32_t *x = vmac_alloc(most, sizeof *x);
    int8_t *codes = vmac_alloc(most_k, 1);
#pragma omp for schedule(dynamic, 1)
    for (size_t image = 0; image < images; image++) {
      vmac_state_set_image(net, state, data, image);
      add_image(net, plan, state, own, exact, approx, x, codes);
    }
#pragma omp critical
    for (int i = 0; i < net->ops; i++)
      for (int c = 0; total[i] && c < net->op[i].n; c++) {
        total[i][c].count += own[i][c].count;
        total[i][c].y += own[i][c].y;
        total[i][c].x += own[i][c].x;
        total[i][c].xx += own[i][c].xx;
        total[i][c].xy += own[i][c].xy;
      }
    vmac_moments_free(net, own);
    vmac_state_free(net, state);
    free(exact);
    free(approx);
    free(x);
    free(codes);
  }
  return total;
}
