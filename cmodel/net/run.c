/* Inference: the operators in order. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "net/net.h"

static void requantize_layer(const vmac_net *net, const vmac_op *op, vmac_rounding rounding,
                             const int32_t *acc, int8_t *out) {
  const int32_t zero = net->tensor[op->out].zero;
  for (int i = 0; i < op->m; i++)
    for (int j = 0; j < op->n; j++) {
      const int64_t q = (int64_t)vmac_requantize(*acc++, op->requant[j], rounding) + zero;
      *out++ = (int8_t)vmac_clamp(q, op->act_min, op->act_max);
    }
}

void vmac_net_run_op(const vmac_net *net, const vmac_plan *plan, vmac_rounding rounding, int index,
                     vmac_state *state) {
  const vmac_op *op = &net->op[index];
  const int8_t *in = state->i8[op->in[0]];
  int8_t *out = state->i8[op->out];
  switch (op->kind) {
  case VMAC_CONV:
  case VMAC_DEPTHWISE:
  case VMAC_FC:
    vmac_layer_acc(net, op, plan ? &plan->mac[index] : NULL, in, state->acc, state);
    requantize_layer(net, op, rounding, state->acc, out);
    break;
  case VMAC_ADD:
    vmac_run_add(net, op, rounding, in, state->i8[op->in[1]], out);
    break;
  case VMAC_AVGPOOL:
  case VMAC_MAXPOOL:
    vmac_run_pool(net, op, in, out);
    break;
  case VMAC_RESHAPE:
    memcpy(out, in, net->tensor[op->out].size);
    break;
  case VMAC_SOFTMAX:
    vmac_run_softmax(net, op, in, out);
    break;
  case VMAC_PAD:
    vmac_run_pad(net, op, in, out);
    break;
  case VMAC_RELU:
    vmac_run_relu(net, op, rounding, in, out);
    break;
  }
}

void vmac_net_run(const vmac_net *net, const vmac_plan *plan, vmac_rounding rounding,
                  vmac_state *state) {
  for (int i = 0; i < net->ops; i++) vmac_net_run_op(net, plan, rounding, i, state);
}
