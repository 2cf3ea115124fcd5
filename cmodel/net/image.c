/* Images into the input tensor. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "vmac.h"

bool vmac_net_takes(const vmac_net *net, const vmac_dataset *data, vmac_err *err) {
  const vmac_tensor *in = &net->tensor[net->input];
  if (in->dim[1] == data->h && in->dim[2] == data->w && in->dim[3] == data->c) return true;
  return vmac_fail(err, "the network takes images of %d x %d x %d, the data set has %d x %d x %d",
                   in->dim[1], in->dim[2], in->dim[3], data->h, data->w, data->c);
}

void vmac_state_set_image(const vmac_net *net, vmac_state *state, const vmac_dataset *data,
                          size_t index) {
  const size_t size = net->tensor[net->input].size;
  const uint8_t *pixel = data->pixels + index * size;
  int8_t *code = state->i8[net->input];
  for (size_t i = 0; i < size; i++) code[i] = (int8_t)(pixel[i] - 128);
}
