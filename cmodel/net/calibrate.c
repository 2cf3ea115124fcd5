/* Calibration: moments of every channel's error and of the sums X over training images.
 *
 * The exact network supplies the activations, so one pass serves all layers and every mode; sums
 * are integers, so the result does not depend on the number of threads. SPDX-License-Identifier:
 * Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "net/correction.h"

/* The sums X of each output pixel, (m, planes); for depthwise (m, n, planes). */
static void layer_variates(const vmac_net *net, const vmac_op *op, const vmac_mult *mult,
                           int planes, const int8_t *input, int8_t *codes, int32_t *x) {
  const int channels = op->kind == VMAC_DEPTHWISE ? op->n : 1;
  for (int pixel = 0; pixel < op->m; pixel++)
    for (int channel = 0; channel < channels; channel++, x += planes) {
      vmac_patch(net, op, input, pixel, channel, codes);
      for (int i = 0; i < planes; i++) {
        x[i] = 0;
        for (int k = 0; k < op->k; k++)
          x[i] += vmac_plane(mult, planes, i, vmac_operand_bits(mult->cls, codes[k]));
      }
    }
}

static void add_pixel(vmac_moments *m, int64_t y, const int32_t *x) {
  m->count++;
  m->y += y;
  for (int i = 0; i < m->planes; i++) {
    const int64_t v = x[i];
    m->x[i] += v;
    m->xy[i] += v * y;
    for (int j = 0; j <= i; j++) m->xx[i][j] += v * x[j];
  }
}

static void add_layer(const vmac_op *op, const int32_t *exact, const int32_t *approx,
                      const int32_t *x, vmac_moments *moments) {
  const bool own = op->kind == VMAC_DEPTHWISE; /* each channel has its own sums */
  for (int pixel = 0; pixel < op->m; pixel++)
    for (int c = 0; c < op->n; c++) {
      const size_t at = (size_t)pixel * (size_t)op->n + (size_t)c;
      const size_t row = own ? at : (size_t)pixel;
      add_pixel(&moments[c], (int64_t)exact[at] - approx[at], x + row * (size_t)moments[c].planes);
    }
}

static void add_moments(vmac_moments *to, const vmac_moments *m) {
  to->count += m->count;
  to->y += m->y;
  for (int i = 0; i < m->planes; i++) {
    to->x[i] += m->x[i];
    to->xy[i] += m->xy[i];
    for (int j = 0; j <= i; j++) to->xx[i][j] += m->xx[i][j];
  }
}

static vmac_moments **moments_new(const vmac_net *net, int planes) {
  vmac_moments **moments = vmac_alloc((size_t)net->ops, sizeof *moments);
  for (int i = 0; i < net->ops; i++)
    if (vmac_op_is_mac(&net->op[i])) {
      moments[i] = vmac_alloc((size_t)net->op[i].n, sizeof **moments);
      for (int c = 0; c < net->op[i].n; c++) moments[i][c].planes = planes;
    }
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
    layer_variates(net, op, plan->mult, moments[i]->planes, input, codes, x);
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
  const int planes = vmac_planes(plan->mult, plan->mode);
  vmac_moments **total = moments_new(net, planes);
#pragma omp parallel
  {
    vmac_moments **own = moments_new(net, planes);
    vmac_state *state = vmac_state_new(net);
    int32_t *exact = vmac_alloc(most, sizeof *exact), *approx = vmac_alloc(most, sizeof *approx);
    int32_t *x = vmac_alloc(most * (size_t)planes, sizeof *x);
    int8_t *codes = vmac_alloc(most_k, 1);
#pragma omp for schedule(dynamic, 1)
    for (size_t image = 0; image < images; image++) {
      vmac_state_set_image(net, state, data, image);
      add_image(net, plan, state, own, exact, approx, x, codes);
    }
#pragma omp critical
    for (int i = 0; i < net->ops; i++)
      for (int c = 0; total[i] && c < net->op[i].n; c++) add_moments(&total[i][c], &own[i][c]);
    vmac_moments_free(net, own);
    vmac_state_free(net, state);
    free(exact);
    free(approx);
    free(x);
    free(codes);
  }
  return total;
}
