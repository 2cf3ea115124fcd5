/* Networks of one operator and hardware for the program tests. SPDX-License-Identifier: Apache-2.0
 */
#ifndef PROGRAM_NETS_H
#define PROGRAM_NETS_H

#include "program/program.h"

#include "net_build.h"

static inline vmac_hw hardware(int rows, int cols) {
  vmac_hw hw = vmac_hw_default();
  hw.rows = rows;
  hw.cols = cols;
  vmac_err err;
  hw.cell = vmac_hw_cell(vmac_mult_find("exact", &err));
  return hw;
}

static inline void prepare(vmac_net *net) {
  vmac_err err;
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
}

/* A network of one operator after the input; the operator is net->op[0]. */
static inline vmac_net *one_op(vmac_opkind kind, int h, int w, int c, int oh, int ow, int oc) {
  vmac_net *net = net_new();
  net->input = net_tensor(net, 1, h, w, c, 0.5f, -3);
  net->output = net_tensor(net, 1, oh, ow, oc, 0.5f, -3);
  net_op(net, kind, net->input, net->output);
  return net;
}

static inline vmac_net *one_conv(int h, int w, int c, int kh, int kw, int stride, int n) {
  vmac_rng rng;
  vmac_rng_seed(&rng, 5);
  vmac_net *net = one_op(VMAC_CONV, h, w, c, (h - kh) / stride + 1, (w - kw) / stride + 1, n);
  const int weight = net_weights(net, n, kh, kw, c, 1, &rng);
  net->op[0].weight = weight;
  window(&net->op[0], 0, 0, stride, 0, VMAC_ACT_NONE);
  return net;
}

#endif
