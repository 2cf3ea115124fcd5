/* Preparing a layer for a cell. SPDX-License-Identifier: Apache-2.0 */
#include "net/kernel.h"

#include <stdlib.h>

vmac_window vmac_window_of(const vmac_net *net, const vmac_op *op) {
  if (op->kind == VMAC_FC)
    return (vmac_window){.h = 1,
                         .w = op->m,
                         .c = op->k,
                         .kh = 1,
                         .kw = 1,
                         .stride_h = 1,
                         .stride_w = 1,
                         .oh = 1,
                         .ow = op->m};
  const int *in = net->tensor[op->in[0]].dim, *out = net->tensor[op->out].dim;
  return (vmac_window){.h = in[1],
                       .w = in[2],
                       .c = in[3],
                       .kh = op->kh,
                       .kw = op->kw,
                       .stride_h = op->stride_h,
                       .stride_w = op->stride_w,
                       .top = op->pad_top,
                       .left = op->pad_left,
                       .oh = out[1],
                       .ow = out[2]};
}

static vmac_packed *pack(const vmac_net *net, const vmac_op *op, const vmac_mac *mac, int cells,
                         const vmac_window *window, const vmac_scheme *scheme) {
  const vmac_class cls = mac->mult->cls;
  const vmac_tensor *weight = &net->tensor[op->weight];
  uint8_t *bits = vmac_alloc(weight->size, 1);
  int32_t *bias = vmac_alloc((size_t)op->n, sizeof *bias);
  for (size_t i = 0; i < weight->size; i++) bits[i] = vmac_operand_bits(cls, weight->i8[i]);
  for (int j = 0; j < op->n; j++) bias[j] = vmac_folded_bias(net, op, cls, j);
  const vmac_layer layer = {.window = *window,
                            .n = op->n,
                            .zero = (int8_t)net->tensor[op->in[0]].zero,
                            .flip = vmac_operand_bits(cls, 0),
                            .w = bits,
                            .bias = bias,
                            .cells = cells,
                            .cell = mac->cell};
  vmac_packed *packed = vmac_pack(&layer, scheme, mac->table, vmac_isa_now());
  free(bias);
  free(bits);
  return packed;
}

/* What the scheme and the class ask for, summed over activations. */
static void set_sums(vmac_kernel *kernel, const vmac_mult *mult) {
  const int32_t *of_code = vmac_packed_per_pixel(kernel->packed);
  int32_t value[256];
  for (int code = 0; code < 256; code++) {
    const uint8_t a = vmac_operand_bits(mult->cls, (int8_t)code);
    value[code] = (of_code ? of_code[code] : 0) - (mult->cls == VMAC_U8 ? 128 * a : 0);
    kernel->per_pixel = kernel->per_pixel || value[code];
  }
  vmac_code_sum_set(&kernel->extra, value);
}

vmac_kernel *vmac_kernel_new(const vmac_net *net, const vmac_op *op, const vmac_mac *mac, int cells,
                             const vmac_scheme *scheme) {
  const vmac_window window = vmac_window_of(net, op);
  if (!vmac_window_fits(&window, op->n)) return NULL;
  vmac_scheme *rows = scheme ? NULL : vmac_alloc(1, sizeof *rows);
  if (rows) vmac_scheme_rows(rows);
  vmac_packed *packed = pack(net, op, mac, cells, &window, scheme ? scheme : rows);
  free(rows);
  if (!packed) return NULL;
  vmac_kernel *kernel = vmac_alloc(1, sizeof *kernel);
  kernel->window = window;
  kernel->zero = (int8_t)net->tensor[op->in[0]].zero;
  kernel->packed = packed;
  set_sums(kernel, mac->mult);
  return kernel;
}

vmac_kernel *vmac_kernel_exact(const vmac_net *net, const vmac_op *op) {
  static const vmac_mult exact = {.cls = VMAC_S8};
  vmac_scheme *scheme = vmac_alloc(1, sizeof *scheme);
  vmac_scheme_exact(scheme);
  vmac_kernel *kernel = vmac_kernel_new(net, op, &(vmac_mac){.mult = &exact}, 1, scheme);
  free(scheme);
  return kernel;
}

void vmac_kernel_free(vmac_kernel *kernel) {
  if (!kernel) return;
  vmac_packed_free(kernel->packed);
  free(kernel);
}
