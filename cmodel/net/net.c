/* Lifetime of networks and of their activation tensors, and names.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/net.h"

const char *vmac_op_name(vmac_opkind kind) {
  static const char *const names[] = {[VMAC_CONV] = "CONV_2D",
                                      [VMAC_DEPTHWISE] = "DEPTHWISE_CONV_2D",
                                      [VMAC_FC] = "FULLY_CONNECTED",
                                      [VMAC_ADD] = "ADD",
                                      [VMAC_AVGPOOL] = "AVERAGE_POOL_2D",
                                      [VMAC_MAXPOOL] = "MAX_POOL_2D",
                                      [VMAC_RESHAPE] = "RESHAPE",
                                      [VMAC_SOFTMAX] = "SOFTMAX",
                                      [VMAC_PAD] = "PAD",
                                      [VMAC_RELU] = "RELU"};
  return names[kind];
}

bool vmac_op_fail(const vmac_net *net, const vmac_op *op, vmac_err *err, const char *fmt, ...) {
  char text[768];
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  return vmac_fail(err, "operator %d (%s): %s", (int)(op - net->op), vmac_op_name(op->kind), text);
}

int64_t vmac_op_macs(const vmac_op *op) {
  return vmac_op_is_mac(op) ? (int64_t)op->m * op->k * op->n : 0;
}

void vmac_net_free(vmac_net *net) {
  if (!net) return;
  for (int t = 0; t < net->tensors; t++) {
    free(net->tensor[t].name);
    free(net->tensor[t].scale);
    free(net->tensor[t].i8);
    free(net->tensor[t].i32);
  }
  for (int i = 0; i < net->ops; i++) {
    free(net->op[i].requant);
    vmac_kernel_free(net->op[i].exact);
  }
  free(net->tensor);
  free(net->op);
  free(net);
}

static vmac_ready make_ready(const vmac_net *net, const vmac_op *op) {
  vmac_ready ready = {{NULL, NULL}, {NULL, NULL}};
  for (int r = 0; r < 2; r++) {
    const vmac_rounding rounding = (vmac_rounding)r;
    if (vmac_op_is_mac(op)) ready.lanes[r] = vmac_lanes_new(op->n, op->requant, rounding);
    if (op->kind == VMAC_ADD) ready.lanes[r] = vmac_lanes_new(1, &op->requant[2], rounding);
    if (op->kind == VMAC_RELU) {
      ready.relu[r] = vmac_alloc(256, 1);
      for (int i = 0; i < 256; i++)
        ready.relu[r][i] = vmac_relu_code(net, op, rounding, (int8_t)(uint8_t)i);
    }
  }
  return ready;
}

vmac_state *vmac_state_new(const vmac_net *net) {
  vmac_state *state = vmac_alloc(1, sizeof *state);
  state->i8 = vmac_alloc((size_t)net->tensors, sizeof *state->i8);
  for (int t = 0; t < net->tensors; t++) {
    const vmac_tensor *tensor = &net->tensor[t];
    if (!tensor->i8 && !tensor->i32) state->i8[t] = vmac_alloc(tensor->size, 1);
  }
  state->isa = vmac_isa_now();
  state->ready = vmac_alloc((size_t)net->ops, sizeof *state->ready);
  size_t acc = 0;
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    state->ready[i] = make_ready(net, op);
    const size_t sums = vmac_op_is_mac(op) ? (size_t)op->m * (size_t)op->n : 0;
    if (sums > acc) acc = sums;
  }
  state->acc = vmac_alloc(acc, sizeof *state->acc);
  return state;
}

void vmac_state_free(const vmac_net *net, vmac_state *state) {
  if (!state) return;
  for (int t = 0; t < net->tensors; t++) free(state->i8[t]);
  for (int i = 0; i < net->ops; i++)
    for (int r = 0; r < 2; r++) {
      vmac_lanes_free(state->ready[i].lanes[r]);
      free(state->ready[i].relu[r]);
    }
  free(state->ready);
  free(state->i8);
  vmac_scratch_free(&state->scratch);
  vmac_scratch_free(&state->side);
  free(state->acc);
  free(state);
}
