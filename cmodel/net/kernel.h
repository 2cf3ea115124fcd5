/* kernel.h: a convolution's or fully connected layer's weights, prepared for one cell's scheme, and
 * the sum of activations that goes with them. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_KERNEL_H
#define VMAC_KERNEL_H

#include "gemm/gemm.h"
#include "net/net.h"

/* The window that a layer with weights runs over its input; m rows of a fully connected layer are a
 * map of m pixels. */
vmac_window vmac_window_of(const vmac_net *net, const vmac_op *op);

struct vmac_kernel {
  vmac_window window;
  int8_t zero; /* the input's zero point */
  vmac_packed *packed;
  bool per_pixel;      /* `extra` is not all 0: */
  vmac_code_sum extra; /* the scheme's of_a and, for operands of class u8, -128 A */
};

#endif
