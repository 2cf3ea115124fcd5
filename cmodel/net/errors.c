/* Errors of a plan's layers over a data set. SPDX-License-Identifier: Apache-2.0 */
#include "net/errors.h"

#include <stdlib.h>

enum { PARTS = VMAC_RESIDUAL_PARTS };

static vmac_errors errors_new(const vmac_net *net, const vmac_plan *plan) {
  vmac_errors e = {.ops = net->ops};
  e.part = vmac_alloc((size_t)net->ops, sizeof *e.part);
  e.signal = vmac_alloc((size_t)net->ops, sizeof *e.signal);
  for (int i = 0; i < net->ops; i++) {
    if (!vmac_plan_has(plan, i)) continue;
    for (int part = 0; part < PARTS; part++) e.part[i][part] = vmac_sums_new(net, &net->op[i], 1);
    e.signal[i] = vmac_sums_new(net, &net->op[i], 1);
  }
  return e;
}

void vmac_errors_free(vmac_errors *errors) {
  for (int i = 0; i < errors->ops; i++) {
    for (int part = 0; part < PARTS; part++) vmac_sums_free(errors->part[i][part]);
    vmac_sums_free(errors->signal[i]);
  }
  free(errors->part);
  free(errors->signal);
}

/* One thread's share. */
typedef struct {
  vmac_state *state;
  int32_t *acc, *zero; /* of the largest layer: the plan's accumulators; none */
  vmac_errors of;
} worker;

static worker worker_new(const vmac_net *net, const vmac_plan *plan) {
  worker w = {.state = vmac_state_new(net), .of = errors_new(net, plan)};
  size_t most = 1;
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    if (!vmac_plan_has(plan, i)) continue;
    const size_t size = (size_t)op->m * (size_t)op->n;
    const size_t x = (size_t)op->m * (size_t)vmac_variate_groups(net, op);
    most = size > most ? size : most;
    most = x > most ? x : most;
  }
  w.acc = vmac_alloc(most, sizeof *w.acc);
  w.zero = vmac_alloc(most, sizeof *w.zero);
  return w;
}

static void worker_free(const vmac_net *net, worker *w) {
  vmac_errors_free(&w->of);
  free(w->acc);
  free(w->zero);
  vmac_state_free(net, w->state);
}

static void add_image(const vmac_net *net, const vmac_plan *plan, const vmac_dataset *data,
                      size_t image, worker *w) {
  vmac_state_set_image(net, w->state, data, image);
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    vmac_net_run_op(net, NULL, VMAC_ROUND_DOUBLE, i, w->state);
    if (!vmac_plan_has(plan, i)) continue;
    vmac_layer_acc(net, op, &plan->mac[i], w->state->i8[op->in[0]], w->acc, w->state);
    vmac_sums_add(w->of.part[i][image % PARTS], op->m, op->k, w->state->acc, w->acc, w->zero);
    vmac_sums_add(w->of.signal[i], op->m, op->k, w->state->acc, w->zero, w->zero);
  }
}

vmac_errors vmac_errors_of(const vmac_net *net, const vmac_plan *plan, const vmac_dataset *data,
                           size_t images) {
  vmac_errors all = errors_new(net, plan);
#pragma omp parallel
  {
    worker w = worker_new(net, plan);
#pragma omp for schedule(dynamic, 1)
    for (size_t image = 0; image < images; image++) add_image(net, plan, data, image, &w);
#pragma omp critical
    for (int i = 0; i < net->ops; i++)
      if (all.signal[i]) {
        for (int part = 0; part < PARTS; part++)
          vmac_sums_join(all.part[i][part], w.of.part[i][part]);
        vmac_sums_join(all.signal[i], w.of.signal[i]);
      }
    worker_free(net, &w);
  }
  return all;
}

vmac_sums *vmac_errors_all(const vmac_net *net, const vmac_errors *errors, int op) {
  vmac_sums *all = vmac_sums_new(net, &net->op[op], 1);
  for (int part = 0; part < PARTS; part++) vmac_sums_join(all, errors->part[op][part]);
  return all;
}

double vmac_errors_variance(const vmac_sums *s, int channel) {
  const vmac_wide var = s->count * s->yy[channel] - (vmac_wide)s->y[channel] * s->y[channel];
  return (double)var / (double)s->count / (double)s->count;
}
