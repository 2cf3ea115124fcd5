/* Calibration: what a cell's error and the sums X are over training images.
 *
 * The exact network supplies the activations, so one pass serves all layers and every mode, and its
 * own work, the same for all cells, may be kept. Sums are integers, so the result does not depend
 * on the number of threads. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "net/correction.h"

struct vmac_calib {
  const vmac_net *net;
  const vmac_dataset *data;
  size_t images, keeps; /* the first `keeps` images are kept once they have run */
  size_t *input_at;     /* (tensors): where in an image's bytes the tensor is; SIZE_MAX: nowhere */
  size_t *acc_at;       /* (ops): a MAC layer's exact accumulators */
  size_t bytes;         /* of one image */
  uint8_t **image;      /* (keeps): NULL where not run yet */
};

vmac_calib *vmac_calib_new(const vmac_net *net, const vmac_dataset *data, size_t images,
                           size_t bytes) {
  vmac_calib *c = vmac_alloc(1, sizeof *c);
  c->net = net;
  c->data = data;
  c->images = images;
  c->input_at = vmac_alloc((size_t)net->tensors, sizeof *c->input_at);
  c->acc_at = vmac_alloc((size_t)net->ops, sizeof *c->acc_at);
  for (int t = 0; t < net->tensors; t++) c->input_at[t] = SIZE_MAX;
  for (int i = 0; i < net->ops; i++) { /* accumulators first: they want to be aligned */
    c->acc_at[i] = c->bytes;
    if (vmac_op_is_mac(&net->op[i]))
      c->bytes += (size_t)net->op[i].m * (size_t)net->op[i].n * sizeof(int32_t);
  }
  for (int i = 0; i < net->ops; i++) {
    const int t = net->op[i].in[0];
    if (!vmac_op_is_mac(&net->op[i]) || c->input_at[t] != SIZE_MAX) continue;
    c->input_at[t] = c->bytes;
    c->bytes += net->tensor[t].size;
  }
  c->keeps = c->bytes && bytes / c->bytes < images ? bytes / c->bytes : images;
  c->image = vmac_alloc(c->keeps, sizeof *c->image);
  return c;
}

size_t vmac_calib_bytes(const vmac_calib *calib) {
  return calib ? calib->keeps * calib->bytes : 0;
}

void vmac_calib_free(vmac_calib *calib) {
  if (!calib) return;
  for (size_t i = 0; i < calib->keeps; i++) free(calib->image[i]);
  free(calib->image);
  free(calib->input_at);
  free(calib->acc_at);
  free(calib);
}

/* What one thread works in. */
typedef struct {
  vmac_state *state;
  int32_t *approx, *scratch, *x;
  vmac_sums **sums; /* (ops): of the layers that are looked at, else NULL */
} worker;

static worker worker_new(const vmac_calib *calib, int last, const bool *wanted, int xs) {
  const vmac_net *net = calib->net;
  size_t accs = 1, scratch = 1, sums = 1;
  worker w = {.state = vmac_state_new(net)};
  w.sums = vmac_alloc((size_t)net->ops, sizeof *w.sums);
  for (int i = 0; i <= last; i++) {
    const vmac_op *op = &net->op[i];
    if (!wanted[i]) continue;
    w.sums[i] = vmac_sums_new(net, op, xs);
    const size_t acc = (size_t)op->m * (size_t)op->n, grid = vmac_variate_scratch(net, op, xs);
    const size_t x = (size_t)op->m * (size_t)vmac_variate_groups(net, op) * (size_t)xs;
    accs = acc > accs ? acc : accs;
    scratch = grid > scratch ? grid : scratch;
    sums = x > sums ? x : sums;
  }
  w.approx = vmac_alloc(accs, sizeof *w.approx);
  w.scratch = vmac_alloc(scratch, sizeof *w.scratch);
  w.x = vmac_alloc(sums, sizeof *w.x);
  return w;
}

static void worker_free(const vmac_net *net, worker *w) {
  for (int i = 0; i < net->ops; i++) vmac_sums_free(w->sums[i]);
  free(w->sums);
  free(w->approx);
  free(w->scratch);
  free(w->x);
  vmac_state_free(net, w->state);
}

static void add_layer(const vmac_net *net, const vmac_plan *plan, int index,
                      const vmac_variates *variates, const int8_t *input, const int32_t *exact,
                      worker *w) {
  const vmac_op *op = &net->op[index];
  vmac_layer_acc(plan->net, &plan->net->op[index], &plan->mac[index], input, w->approx, w->state);
  vmac_layer_variates(net, op, variates, input, w->scratch, w->x);
  vmac_sums_add(w->sums[index], op->m, op->k, exact, w->approx, w->x);
}

/* Runs ops 0..last of the exact network, or reads what it left, and looks at the layers wanted. */
static void add_image(const vmac_calib *calib, const vmac_plan *plan, size_t image, int last,
                      const vmac_variates *variates, worker *w) {
  const vmac_net *net = calib->net;
  uint8_t *kept = image < calib->keeps ? calib->image[image] : NULL;
  uint8_t *fresh = image < calib->keeps && !kept ? vmac_alloc(calib->bytes, 1) : NULL;
  if (!kept) vmac_state_set_image(net, w->state, calib->data, image);
  for (int i = 0; i < (fresh ? net->ops : last + 1); i++) {
    const vmac_op *op = &net->op[i];
    if (!kept) vmac_net_run_op(net, NULL, VMAC_ROUND_DOUBLE, i, w->state);
    if (!vmac_op_is_mac(op)) continue; /* nor has its input a place */
    const size_t input_at = calib->input_at[op->in[0]];
    const int8_t *input = kept ? (const int8_t *)kept + input_at : w->state->i8[op->in[0]];
    const int32_t *exact =
        kept ? (const int32_t *)(const void *)(kept + calib->acc_at[i]) : w->state->acc;
    if (fresh) {
      memcpy(fresh + calib->acc_at[i], exact, (size_t)op->m * (size_t)op->n * sizeof *exact);
      memcpy(fresh + input_at, input, net->tensor[op->in[0]].size);
    }
    if (w->sums[i]) add_layer(net, plan, i, variates, input, exact, w);
  }
  if (fresh) calib->image[image] = fresh;
}

void vmac_calibrate(vmac_calib *calib, vmac_plan *plan, int xs) {
  const vmac_net *net = calib->net;
  int last = -1;
  bool *wanted = vmac_alloc((size_t)net->ops, sizeof *wanted);
  for (int i = 0; i < net->ops; i++) {
    wanted[i] = vmac_plan_has(plan, i) && (!plan->sums[i] || plan->sums[i]->xs < xs);
    if (!wanted[i]) continue;
    last = i;
    vmac_sums_free(plan->sums[i]);
    plan->sums[i] = vmac_sums_new(net, &net->op[i], xs);
  }
  const size_t images = last < 0 ? 0 : calib->images; /* nothing is missing: nothing to run */
  uint8_t terms[VMAC_XS_MAX * 256];
  vmac_variates variates;
  vmac_take_terms(plan->mult, xs, terms);
  vmac_variates_set(&variates, plan->mult->cls, xs, terms);
#pragma omp parallel
  {
    worker w = worker_new(calib, last, wanted, xs);
#pragma omp for schedule(dynamic, 1)
    for (size_t image = 0; image < images; image++)
      add_image(calib, plan, image, last, &variates, &w);
#pragma omp critical
    for (int i = 0; i <= last; i++)
      if (wanted[i]) vmac_sums_join(plan->sums[i], w.sums[i]);
    worker_free(net, &w);
  }
  free(wanted);
}
