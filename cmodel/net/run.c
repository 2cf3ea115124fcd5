/* Inference: the operators in order. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "net/control.h"
#include "net/net.h"

void vmac_net_run_op(const vmac_net *net, const vmac_plan *plan, vmac_rounding rounding, int index,
                     vmac_state *state) {
  const vmac_op *op = &net->op[index];
  const vmac_tensor *to = &net->tensor[op->out];
  const vmac_ready *ready = &state->ready[index];
  const int8_t *in = state->i8[op->in[0]];
  int8_t *out = state->i8[op->out];
  switch (op->kind) {
  case VMAC_CONV:
  case VMAC_DEPTHWISE:
  case VMAC_FC:
    vmac_layer_acc(net, op, plan ? &plan->mac[index] : NULL, in, state->acc, state);
    if (plan && plan->control) vmac_control_add(plan->control, net, index, state);
    vmac_requantize_codes(ready->lanes[rounding], state->isa, to->size, state->acc,
                          (vmac_codes){to->zero, op->act_min, op->act_max}, out);
    break;
  case VMAC_ADD:
    vmac_add_codes(net, op, rounding, ready, state->isa, in, state->i8[op->in[1]], out);
    break;
  case VMAC_AVGPOOL:
  case VMAC_MAXPOOL:
    vmac_pool_codes(net, op, state->isa, in, out);
    break;
  case VMAC_RESHAPE:
    memcpy(out, in, to->size);
    break;
  case VMAC_SOFTMAX:
    vmac_run_softmax(net, op, in, out);
    break;
  case VMAC_PAD:
    vmac_run_pad(net, op, in, out);
    break;
  case VMAC_RELU:
    vmac_look_up(state->isa, to->size, ready->relu[rounding], in, out);
    break;
  }
}

void vmac_net_run(const vmac_net *net, const vmac_plan *plan, vmac_rounding rounding,
                  vmac_state *state) {
  for (int i = 0; i < net->ops; i++) vmac_net_run_op(net, plan, rounding, i, state);
}
