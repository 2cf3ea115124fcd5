/* What a network answers over a data set, images in parallel. SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "vmac.h"

static uint8_t argmax(const int8_t *v, size_t n) {
  size_t best = 0;
  for (size_t i = 1; i < n; i++)
    if (v[i] > v[best]) best = i;
  return (uint8_t)best;
}

void vmac_answers(const vmac_net *net, const vmac_plan *plan, vmac_rounding rounding,
                  const vmac_dataset *data, size_t first, size_t count, uint8_t *answer,
                  int8_t *outputs) {
  const size_t size = net->tensor[net->output].size;
#pragma omp parallel
  {
    vmac_state *state = vmac_state_new(net);
    const int8_t *out = state->i8[net->output];
#pragma omp for schedule(dynamic, 4)
    for (size_t i = 0; i < count; i++) {
      vmac_state_set_image(net, state, data, first + i);
      vmac_net_run(net, plan, rounding, state);
      answer[i] = argmax(out, size);
      if (outputs) memcpy(outputs + i * size, out, size);
    }
    vmac_state_free(net, state);
  }
}
