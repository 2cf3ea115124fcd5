/* Images into the input tensor. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "vmac.h"

bool vmac_net_takes(const vmac_net *net, const vmac_dataset *data, vmac_err *err) {
  const vmac_tensor *in = &net->tensor[net->input], *out = &net->tensor[net->output];
  if (in->dim[1] != data->h || in->dim[2] != data->w || in->dim[3] != data->c)
    return vmac_fail(err, "images of %d x %d x %d, but the network takes %d x %d x %d", data->h,
                     data->w, data->c, in->dim[1], in->dim[2], in->dim[3]);
  if (out->size > 256) /* labels are bytes */
    return vmac_fail(err, "the network has %zu outputs; at most 256 can be scored", out->size);
  for (size_t i = 0; i < data->n; i++)
    if (data->labels[i] >= out->size)
      return vmac_fail(err, "image %zu has label %d, but the network has %zu outputs", i,
                       data->labels[i], out->size);
  return true;
}

void vmac_state_set_image(const vmac_net *net, vmac_state *state, const vmac_dataset *data,
                          size_t index) {
  const size_t size = net->tensor[net->input].size;
  const uint8_t *pixel = data->pixels + index * size;
  int8_t *code = state->i8[net->input];
  state->image = index;
#pragma omp simd
  for (size_t i = 0; i < size; i++) code[i] = (int8_t)(pixel[i] ^ 0x80);
}
