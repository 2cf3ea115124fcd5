/* A plan says what every MAC layer of a network multiplies and corrects with.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "gemm/scheme.h"
#include "net/correction.h"
#include "net/net.h"

vmac_plan *vmac_plan_new(const vmac_net *net) {
  vmac_plan *plan = vmac_alloc(1, sizeof *plan);
  plan->net = net;
  plan->ops = net->ops;
  plan->mac = vmac_alloc((size_t)net->ops, sizeof *plan->mac);
  plan->sums = vmac_alloc((size_t)net->ops, sizeof *plan->sums);
  plan->terms = vmac_alloc(VMAC_CORR_PLANES, 256);
  return plan;
}

void vmac_plan_free(vmac_plan *plan) {
  if (!plan) return;
  for (int i = 0; i < plan->ops; i++) {
    vmac_kernel_free(plan->mac[i].kernel);
    free(plan->mac[i].c0);
    free(plan->mac[i].c);
    vmac_sums_free(plan->sums[i]);
  }
  free(plan->sums);
  free(plan->mac);
  free(plan->table);
  free(plan->terms);
  free(plan->scheme);
  free(plan);
}

static void drop_coefficients(vmac_plan *plan) {
  for (int i = 0; i < plan->ops; i++) {
    free(plan->mac[i].c0);
    free(plan->mac[i].c);
    plan->mac[i].c0 = plan->mac[i].c = NULL;
  }
}

/* The layers that have the cell sum what the mode sums. */
static void set_mode(vmac_plan *plan, vmac_mode mode) {
  plan->mode = mode;
  const int planes = plan->mult ? vmac_x_terms(plan->mult, mode, plan->terms) : 0;
  for (int i = 0; i < plan->ops; i++)
    if (vmac_plan_has(plan, i)) {
      plan->mac[i].planes = planes;
      plan->mac[i].terms = plan->terms;
    }
}

void vmac_plan_set(const vmac_net *net, vmac_plan *plan, const vmac_mult *mult,
                   const bool *layers) {
  drop_coefficients(plan);
  plan->mult = mult;
  if (!plan->table) {
    plan->table = vmac_alloc(65536, sizeof *plan->table);
    vmac_mult_table(mult, plan->table);
    plan->scheme = vmac_alloc(1, sizeof *plan->scheme);
    vmac_scheme_find(plan->table, vmac_isa_now(), plan->scheme);
  }
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    plan->mac[i].table = vmac_op_is_mac(op) && (!layers || layers[i]) ? plan->table : NULL;
    if (!plan->mac[i].table) continue;
    const bool prepared = plan->mac[i].mult; /* for an earlier choice of layers */
    plan->mac[i].mult = mult;
    plan->mac[i].n = op->n;
    if (prepared) continue;
    if (op->kind == VMAC_DEPTHWISE) continue; /* too few products per channel to prepare */
    plan->mac[i].kernel = vmac_kernel_new(net, op, mult, plan->scheme, plan->table);
  }
  set_mode(plan, plan->mode);
}

/* The analytic line of one channel: slopes averaged, constants summed over its weights. */
static vmac_line paper_line(const vmac_net *net, const vmac_op *op, const vmac_line *of_weight,
                            vmac_class cls, int channel) {
  vmac_line line = {0, {0}};
  for (int k = 0; k < op->k; k++) {
    const vmac_line *one = &of_weight[vmac_operand_bits(cls, vmac_weight(net, op, channel, k))];
    line.c0 += one->c0;
    line.c[0] += one->c[0];
  }
  line.c[0] /= op->k;
  return line;
}

/* The line of one channel of op; modes that calibrate find its sums in the plan. */
static vmac_line line_of(const vmac_net *net, const vmac_plan *plan, int op, vmac_mode mode,
                         const vmac_line *of_weight, int channel) {
  if (mode == VMAC_CORR_PAPER)
    return paper_line(net, &net->op[op], of_weight, plan->mult->cls, channel);
  const vmac_moments moments =
      vmac_sums_moments(plan->sums[op], vmac_take_of(plan->mult, mode), channel);
  return mode == VMAC_CORR_BIAS ? vmac_fit_bias(&moments) : vmac_fit(&moments);
}

static bool set_coefficients(const vmac_net *net, vmac_plan *plan, vmac_mode mode, vmac_err *err) {
  vmac_line of_weight[256];
  for (int w = 0; w < 256; w++)
    of_weight[w] = vmac_paper_weight(plan->mult, plan->table, (uint8_t)w);
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    vmac_mac *mac = &plan->mac[i];
    if (!vmac_plan_has(plan, i)) continue;
    mac->c0 = vmac_alloc((size_t)op->n, sizeof *mac->c0);
    mac->c = vmac_alloc((size_t)op->n * (size_t)mac->planes, sizeof *mac->c);
    for (int c = 0; c < op->n; c++) {
      const vmac_line line = line_of(net, plan, i, mode, of_weight, c);
      if (!vmac_line_round(&line, mac->planes, &mac->c0[c], mac->c + c * mac->planes))
        return vmac_fail(err,
                         "op %d, channel %d: correction %g + %g X%s does not fit its registers "
                         "(c0: 32 bits, slopes: %d, %d of them fraction)",
                         i, c, line.c0, line.c[0], mac->planes > 1 ? "[0] + ..." : "",
                         VMAC_CORR_C_BITS, VMAC_CORR_F);
    }
  }
  return true;
}

bool vmac_plan_correct(const vmac_net *net, vmac_plan *plan, vmac_mode mode, vmac_calib *calib,
                       vmac_err *err) {
  drop_coefficients(plan);
  set_mode(plan, mode);
  if (mode == VMAC_CORR_NONE) return true;
  const bool good = calib || !vmac_mode_calibrates(mode) ||
                    vmac_fail(err, "mode %s wants calibration images", vmac_mode_name(mode));
  if (good && calib && vmac_mode_calibrates(mode))
    vmac_calibrate(calib, plan, vmac_take_of(plan->mult, mode).xs);
  if (good && set_coefficients(net, plan, mode, err)) return true;
  drop_coefficients(plan);
  set_mode(plan, VMAC_CORR_NONE);
  return false;
}

vmac_plan *vmac_plan_make(const vmac_net *net, const vmac_mult *mult, const bool *layers,
                          vmac_mode mode, const vmac_dataset *data, size_t images, vmac_err *err) {
  const bool calibrates = vmac_mode_calibrates(mode);
  if (calibrates && (!data || images < 1 || images > data->n)) {
    vmac_fail(err, "calibration for mode %s wants %zu images, the data set has %zu",
              vmac_mode_name(mode), images, data ? data->n : 0);
    return NULL;
  }
  vmac_plan *plan = vmac_plan_new(net);
  vmac_plan_set(net, plan, mult, layers);
  vmac_calib *calib = calibrates ? vmac_calib_new(net, data, images, 0) : NULL;
  const bool fits = vmac_plan_correct(net, plan, mode, calib, err);
  vmac_calib_free(calib);
  if (fits) return plan;
  vmac_plan_free(plan);
  return NULL;
}
