/* Noise and dropout in the place of a cell's error. SPDX-License-Identifier: Apache-2.0 */
#include "net/control.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/errors.h"

static const char *const names[] = {"none", "noise", "dropout"};
enum { NAMES = sizeof names / sizeof *names };

const char *vmac_control_name(vmac_control_kind kind) {
  return names[kind];
}

bool vmac_control_find(const char *name, vmac_control_kind *kind, vmac_err *err) {
  for (int i = 1; i < NAMES; i++)
    if (!strcmp(name, names[i])) {
      *kind = (vmac_control_kind)i;
      return true;
    }
  const char *near = vmac_nearest(name, names + 1, NAMES - 1);
  return vmac_fail(err, "expected noise or dropout, found '%s'%s%s%s", name,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* y of the errors is exact - approximate, y of the signal the accumulator itself. */
static vmac_control_channel channel_of(const vmac_sums *error, const vmac_sums *signal, int channel,
                                       vmac_control_kind kind) {
  const double count = (double)error->count, variance = vmac_errors_variance(error, channel);
  const double square = (double)signal->yy[channel] / count;
  vmac_control_channel c = {-(double)error->y[channel] / count, sqrt(variance), 1};
  if (kind == VMAC_CONTROL_DROPOUT && square > 0) c.keep = square / (square + variance);
  return c;
}

vmac_plan *vmac_control_plan(const vmac_net *net, const vmac_plan *of, vmac_control_kind kind,
                             uint64_t seed, const vmac_dataset *data, size_t images) {
  vmac_plan *plan = vmac_plan_new(net);
  vmac_control *control = plan->control = vmac_alloc(1, sizeof *control);
  *control = (vmac_control){.kind = kind, .seed = seed, .ops = net->ops};
  control->channel = vmac_alloc((size_t)net->ops, sizeof *control->channel);
  vmac_errors errors = vmac_errors_of(net, of, data, images);
  for (int i = 0; i < net->ops; i++) {
    if (!vmac_plan_has(of, i)) continue;
    const int n = net->op[i].n;
    vmac_sums *error = vmac_errors_all(net, &errors, i);
    control->channel[i] = vmac_alloc((size_t)n, sizeof **control->channel);
    for (int j = 0; j < n; j++)
      control->channel[i][j] = channel_of(error, errors.signal[i], j, kind);
    vmac_sums_free(error);
  }
  vmac_errors_free(&errors);
  return plan;
}

void vmac_control_free(vmac_control *control) {
  if (!control) return;
  for (int i = 0; i < control->ops; i++) free(control->channel[i]);
  free(control->channel);
  free(control);
}

static double change(const vmac_control_channel *c, vmac_control_kind kind, int32_t acc,
                     vmac_rng *rng) {
  if (kind == VMAC_CONTROL_NOISE) return c->mean + c->sd * vmac_rng_normal(rng);
  const bool keep = vmac_rng_uniform(rng) < c->keep;
  return c->mean + (keep ? acc * (1 / c->keep - 1) : -(double)acc);
}

void vmac_control_add(const vmac_control *control, const vmac_net *net, int index,
                      vmac_state *state) {
  const vmac_control_channel *channel = control->channel[index];
  if (!channel) return;
  const vmac_op *op = &net->op[index];
  const uint64_t key[] = {control->seed, state->image, (uint64_t)index, control->kind};
  vmac_rng rng;
  vmac_rng_seed(&rng, vmac_hash(key, sizeof key));
  int32_t *acc = state->acc;
  for (int p = 0; p < op->m; p++)
    for (int j = 0; j < op->n; j++, acc++) {
      const int left = op->requant[j].shift > 0 ? op->requant[j].shift : 0;
      const double most = INT32_MAX >> left;
      const double sum = rint(*acc + change(&channel[j], control->kind, *acc, &rng));
      *acc = (int32_t)(sum > most ? most : sum < -most ? -most : sum);
    }
}
