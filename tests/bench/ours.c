/* The golden model's own kernels: a layer from its activation map to final accumulators, so that
 * packing, zero points and side sums count. What depends on the weights alone is made before, as it
 * is once per network. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "bench.h"

typedef struct {
  vmac_plan *plan; /* NULL: exact products */
  vmac_state *state;
} ours;

/* The one place that says how a layer is prepared and run. */
static bool prepare(ours *o, const vmac_net *net, const bench_cell *cell, vmac_err *err) {
  o->plan = cell ? vmac_plan_make(net, &cell->mult, NULL, VMAC_CORR_NONE, NULL, 0, err) : NULL;
  o->state = vmac_state_new(net);
  return o->plan || !cell;
}

static void run(const bench_task *task) {
  const ours *o = task->own;
  const vmac_net *net = task->layer->net;
  vmac_layer_acc(net, &net->op[0], o->plan ? &o->plan->mac[0] : NULL, task->layer->input, task->acc,
                 o->state);
}

bool bench_ours_new(bench_task *task, vmac_err *err) {
  ours *o = vmac_alloc(1, sizeof *o);
  task->own = o;
  task->run = run;
  bench_force(task->isa);
  return prepare(o, task->layer->net, task->cell_of, err);
}

void bench_ours_free(bench_task *task) {
  ours *o = task->own;
  if (!o) return;
  vmac_plan_free(o->plan);
  if (o->state) vmac_state_free(task->layer->net, o->state);
  free(o);
}
