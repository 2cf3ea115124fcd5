/* Calibration: what a cell's error and the sums X are over training images.
 *
 * The exact network supplies the activations, so one pass serves every mode and all layers that have
 * one cell's sums X, and its own work, the same for all cells, may be kept. Sums are integers, so the result does not depend
 * on the number of threads. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "net/correction.h"
#include "net/kernel.h"

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

/* What is asked of each layer, (ops): xs 0: nothing. */
typedef struct {
  int tiles, xs;
} wish;

/* What all threads share. */
typedef struct {
  const vmac_calib *calib;
  const vmac_plan *plan;
  const wish *wishes;
  int last; /* layer */
  const vmac_variates *variates;
} task;

/* What one thread works in. */
typedef struct {
  vmac_state *state;
  int32_t *approx, *scratch, *x;
  vmac_sums **sums; /* (ops): of the layers that are looked at, else NULL */
} worker;

static worker worker_new(const task *t) {
  const vmac_net *net = t->calib->net;
  size_t accs = 1, scratch = 1, sums = 1;
  worker w = {.state = vmac_state_new(net)};
  w.sums = vmac_alloc((size_t)net->ops, sizeof *w.sums);
  for (int i = 0; i <= t->last; i++) {
    const vmac_op *op = &net->op[i];
    const int xs = t->wishes[i].xs;
    if (!xs) continue;
    w.sums[i] = vmac_sums_new(net, op, xs);
    const size_t acc = (size_t)op->m * (size_t)op->n,
                 grid = t->wishes[i].tiles ? 0 : vmac_variate_scratch(net, op, xs);
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

static void add_layer(const task *t, int index, const int8_t *input, const int32_t *exact,
                      worker *w) {
  const vmac_net *net = t->calib->net;
  const vmac_op *op = &net->op[index];
  const wish *asked = &t->wishes[index];
  const vmac_net *runs = t->plan->net;
  vmac_layer_acc(runs, &runs->op[index], &t->plan->mac[index], input, w->approx, w->state);
  if (asked->tiles) {
    const vmac_window window = vmac_window_of(net, op);
    vmac_tile_sums(&window, t->variates, asked->tiles, t->plan->ktiles->end[index], input,
                   (int8_t)net->tensor[op->in[0]].zero, 1, asked->xs, w->x, &w->state->scratch);
  } else {
    vmac_layer_variates(net, op, t->variates, input, w->scratch, w->x);
  }
  vmac_sums_add(w->sums[index], op->m, op->k, exact, w->approx, w->x);
}

/* Runs ops 0..last of the exact network, or reads what it left, and looks at the layers wanted. */
static void add_image(const task *t, size_t image, worker *w) {
  const vmac_calib *calib = t->calib;
  const vmac_net *net = calib->net;
  uint8_t *kept = image < calib->keeps ? calib->image[image] : NULL;
  uint8_t *fresh = image < calib->keeps && !kept ? vmac_alloc(calib->bytes, 1) : NULL;
  if (!kept) vmac_state_set_image(net, w->state, calib->data, image);
  for (int i = 0; i < (fresh ? net->ops : t->last + 1); i++) {
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
    if (w->sums[i]) add_layer(t, i, input, exact, w);
  }
  if (fresh) calib->image[image] = fresh;
}

/* X's are of K tiles, or of the whole K. */
static bool has(const vmac_sums *sums, wish asked, vmac_mode mode) {
  if (!sums) return false;
  return asked.tiles ? sums->tiles == asked.tiles && sums->mode == mode
                     : !sums->tiles && sums->xs >= asked.xs;
}

/* The X's that are summed together are of one kind: of layers that have this cell's, and are cut
 * into tiles or not. */
static void calibrate(vmac_calib *calib, vmac_plan *plan, const vmac_mult *mult, vmac_mode mode,
                      bool tiled) {
  const vmac_net *net = calib->net;
  const vmac_take take = vmac_take_of(mult, mode);
  const int xs = tiled ? take.planes : take.xs;
  wish *wishes = vmac_alloc((size_t)net->ops, sizeof *wishes);
  task t = {calib, plan, wishes, -1, NULL};
  for (int i = 0; i < net->ops; i++) {
    const int tiles = vmac_plan_has(plan, i) ? vmac_plan_tiles(plan, i, mode) : 0;
    const wish asked = {tiles, (tiled ? tiles : 1) * xs};
    if (!vmac_plan_has(plan, i) || plan->mac[i].mult != mult || tiled != (tiles > 0) ||
        has(plan->sums[i], asked, mode))
      continue;
    wishes[i] = asked;
    t.last = i;
    vmac_sums_free(plan->sums[i]);
    plan->sums[i] = vmac_sums_new(net, &net->op[i], asked.xs);
    plan->sums[i]->tiles = tiles;
    plan->sums[i]->mode = mode;
    plan->sums[i]->images = calib->images;
  }
  if (t.last < 0) { /* nothing is missing: nothing to run */
    free(wishes);
    return;
  }
  uint8_t terms[VMAC_XS_MAX * 256];
  vmac_variates variates;
  if (tiled)
    vmac_x_terms(mult, mode, terms);
  else
    vmac_take_terms(mult, xs, terms);
  vmac_variates_set(&variates, mult->cls, xs, terms);
  t.variates = &variates;
#pragma omp parallel
  {
    worker w = worker_new(&t);
#pragma omp for schedule(dynamic, 1)
    for (size_t image = 0; image < calib->images; image++) add_image(&t, image, &w);
#pragma omp critical
    for (int i = 0; i <= t.last; i++)
      if (wishes[i].xs) vmac_sums_join(plan->sums[i], w.sums[i]);
    worker_free(net, &w);
  }
  free(wishes);
}

void vmac_calibrate(vmac_calib *calib, vmac_plan *plan, vmac_mode mode) {
  for (int i = 0; i < plan->cells; i++) {
    if (plan->ktiles) calibrate(calib, plan, plan->cell[i].mult, mode, true);
    calibrate(calib, plan, plan->cell[i].mult, mode, false);
  }
}
