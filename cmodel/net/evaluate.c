/* Accuracy of a network over a data set, images in parallel. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "vmac.h"

static size_t argmax(const int8_t *v, size_t n) {
  size_t best = 0;
  for (size_t i = 1; i < n; i++)
    if (v[i] > v[best]) best = i;
  return best;
}

void vmac_evaluate(const vmac_net *net, const vmac_plan *plan, vmac_rounding rounding,
                   const vmac_dataset *data, size_t first, size_t count, int8_t *outputs,
                   vmac_score *score) {
  const size_t size = net->tensor[net->output].size;
  size_t correct = 0, agree = 0;
#pragma omp parallel reduction(+ : correct, agree)
  {
    vmac_state *state = vmac_state_new(net);
    const int8_t *out = state->i8[net->output];
#pragma omp for schedule(dynamic, 4)
    for (size_t i = 0; i < count; i++) {
      vmac_state_set_image(net, state, data, first + i);
      vmac_net_run(net, NULL, rounding, state);
      const size_t exact = argmax(out, size);
      if (plan) {
        vmac_state_set_image(net, state, data, first + i);
        vmac_net_run(net, plan, rounding, state);
      }
      const size_t answer = argmax(out, size);
      correct += answer == data->labels[first + i];
      agree += answer == exact;
      if (outputs) memcpy(outputs + i * size, out, size);
    }
    vmac_state_free(net, state);
  }
  score->images += count;
  score->correct += correct;
  score->agree += agree;
}
