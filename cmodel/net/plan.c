/* A plan says what every MAC layer of a network multiplies and corrects with.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "gemm/scheme.h"
#include "net/correction.h"
#include "net/net.h"
#include "net/plan.h"

vmac_plan *vmac_plan_new(const vmac_net *net) {
  vmac_plan *plan = vmac_alloc(1, sizeof *plan);
  plan->ops = net->ops;
  plan->mac = vmac_alloc((size_t)net->ops, sizeof *plan->mac);
  return plan;
}

void vmac_plan_free(vmac_plan *plan) {
  if (!plan) return;
  for (int i = 0; i < plan->ops; i++) {
    vmac_kernel_free(plan->mac[i].kernel);
    free(plan->mac[i].c0);
    free(plan->mac[i].c);
  }
  free(plan->mac);
  free(plan->table);
  free(plan);
}

void vmac_plan_set(const vmac_net *net, vmac_plan *plan, const vmac_mult *mult) {
  plan->mult = mult;
  plan->table = vmac_alloc(65536, sizeof *plan->table);
  vmac_mult_table(mult, plan->table);
  vmac_scheme *scheme = vmac_alloc(1, sizeof *scheme);
  vmac_scheme_find(plan->table, vmac_isa_now(), scheme);
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    if (!vmac_op_is_mac(op)) continue;
    plan->mac[i].mult = mult;
    plan->mac[i].n = op->n;
    plan->mac[i].planes = vmac_planes(mult, plan->mode);
    plan->mac[i].table = plan->table;
    if (op->kind == VMAC_DEPTHWISE) continue; /* too few products per channel to prepare */
    plan->mac[i].kernel = vmac_kernel_new(net, op, mult, scheme, plan->table);
  }
  free(scheme);
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

static bool set_coefficients(const vmac_net *net, vmac_plan *plan, vmac_moments **moments,
                             vmac_err *err) {
  const vmac_mode mode = plan->mode;
  vmac_line of_weight[256];
  for (int w = 0; w < 256; w++)
    of_weight[w] = vmac_paper_weight(plan->mult, plan->table, (uint8_t)w);
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    vmac_mac *mac = &plan->mac[i];
    if (!vmac_op_is_mac(op)) continue;
    mac->c0 = vmac_alloc((size_t)op->n, sizeof *mac->c0);
    mac->c = vmac_alloc((size_t)op->n * (size_t)mac->planes, sizeof *mac->c);
    for (int c = 0; c < op->n; c++) {
      const vmac_line line = mode == VMAC_CORR_BIAS ? vmac_fit_bias(&moments[i][c])
                             : mode == VMAC_CORR_PAPER
                                 ? paper_line(net, op, of_weight, plan->mult->cls, c)
                                 : vmac_fit(&moments[i][c]);
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

vmac_plan *vmac_plan_make(const vmac_net *net, const vmac_mult *mult, vmac_mode mode,
                          const vmac_dataset *data, size_t images, vmac_err *err) {
  vmac_plan *plan = vmac_plan_new(net);
  plan->mode = mode;
  vmac_plan_set(net, plan, mult);
  if (mode == VMAC_CORR_NONE) return plan;
  vmac_moments **moments = NULL;
  if (vmac_mode_calibrates(mode)) {
    if (!data || images < 1 || images > data->n) {
      vmac_fail(err, "calibration for mode %s wants %zu images, the data set has %zu",
                vmac_mode_name(mode), images, data ? data->n : 0);
      vmac_plan_free(plan);
      return NULL;
    }
    moments = vmac_calibrate(net, plan, data, images);
  }
  const bool fits = set_coefficients(net, plan, moments, err);
  if (moments) vmac_moments_free(net, moments);
  if (fits) return plan;
  vmac_plan_free(plan);
  return NULL;
}
