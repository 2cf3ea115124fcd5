/* Networks: .tflite files; small ones run. SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "vmac_nets.h"

enum { MACS = 1 << 20, CODES = 1 << 16 };

static bool is_small(const vmac_net *net) {
  double macs = 0;
  for (int i = 0; i < net->ops; i++)
    if (vmac_op_is_mac(&net->op[i])) macs += (double)vmac_op_macs(&net->op[i]);
  for (int i = 0; i < net->tensors; i++)
    if (net->tensor[i].size > CODES) return false;
  return macs < MACS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  vmac_err err = {""};
  vmac_net *net = vmac_net_load(fuzz_file(0, data, size), &err);
  fuzz_explained(net, &err);
  if (!net) return 0;
  if (is_small(net)) {
    vmac_state *state = vmac_state_new(net);
    const vmac_tensor *in = &net->tensor[net->input];
    for (size_t i = 0; i < in->size; i++) state->i8[net->input][i] = (int8_t)(7 * i);
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
    vmac_state_free(net, state);
  }
  vmac_net_free(net);
  return 0;
}
