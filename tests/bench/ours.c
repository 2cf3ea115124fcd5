/* The golden model's own kernels: a layer from its activation map to final accumulators, so that
 * packing, zero points and side sums count. What depends on the weights alone is made before, as it
 * is once per network. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "bench.h"
#include "net/kernel.h"

typedef struct {
  vmac_op op;      /* the layer's, with exact products of this level */
  vmac_plan *plan; /* NULL: exact products */
  char form[BENCH_FORM];
  vmac_state *state;
} ours;

/* The one place that says how a layer is prepared and run. The network's own exact products are of
 * the level at which it was loaded. */
static bool prepare(ours *o, const vmac_net *net, const bench_cell *cell, vmac_err *err) {
  o->op = net->op[0];
  o->op.exact = cell ? NULL : vmac_kernel_exact(net, &net->op[0]);
  o->plan = cell ? vmac_plan_make(net, &cell->mult, NULL, VMAC_CORR_NONE, NULL, 0, err) : NULL;
  o->state = vmac_state_new(net);
  return o->plan || !cell;
}

static bool right_level(const ours *o, const bench_task *task, vmac_err *err) {
  const vmac_kernel *kernel = o->plan ? o->plan->mac[0].kernel : o->op.exact;
  const char *want = vmac_isa_name(task->isa);
  if (!kernel)
    return vmac_fail(err, "%s, varimac %s %s: expected a prepared layer, found none",
                     task->layer->shape->name, task->cell, want);
  const vmac_isa found = vmac_packed_isa(kernel->packed);
  return found == task->isa ||
         vmac_fail(err, "%s, varimac %s: expected a layer prepared for %s, found %s",
                   task->layer->shape->name, task->cell, want, vmac_isa_name(found));
}

static void run(const bench_task *task) {
  const ours *o = task->own;
  const vmac_net *net = task->layer->net;
  vmac_layer_acc(net, &o->op, o->plan ? &o->plan->mac[0] : NULL, task->layer->input, task->acc,
                 o->state);
}

bool bench_ours_new(bench_task *task, vmac_err *err) {
  ours *o = vmac_alloc(1, sizeof *o);
  task->own = o;
  task->run = run;
  bench_force(task->isa);
  if (!prepare(o, task->layer->net, task->cell_of, err)) return false;
  if (o->plan) task->form = bench_form(o->plan->cell->scheme, o->form);
  return right_level(o, task, err);
}

void bench_ours_free(bench_task *task) {
  ours *o = task->own;
  if (!o) return;
  vmac_kernel_free(o->op.exact);
  vmac_plan_free(o->plan);
  if (o->state) vmac_state_free(task->layer->net, o->state);
  free(o);
}
