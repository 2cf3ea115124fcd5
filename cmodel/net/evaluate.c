/* What a network answers over a data set, images in parallel. SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "net/control.h"
#include "net/prefix.h"

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
#pragma omp parallel if (count > 1) /* one image: its layers run in parallel */
  {
    vmac_state *state = vmac_state_new(net);
    const int8_t *out = state->i8[net->output];
#pragma omp for schedule(dynamic, 1)
    for (size_t i = 0; i < count; i++) {
      vmac_state_set_image(net, state, data, first + i);
      vmac_net_run(net, plan, rounding, state);
      answer[i] = argmax(out, size);
      if (outputs) memcpy(outputs + i * size, out, size);
    }
    vmac_state_free(net, state);
  }
}

struct vmac_scorer {
  const vmac_net *net;
  vmac_rounding rounding;
  vmac_prefix *prefix;
  uint8_t *exact; /* (images) */
  bool *known;    /* (images): exact[i] is an answer */
};

vmac_scorer *vmac_scorer_new(const vmac_net *net, vmac_rounding rounding, const vmac_dataset *data,
                             size_t images, size_t bytes) {
  vmac_scorer *s = vmac_alloc(1, sizeof *s);
  s->net = net;
  s->rounding = rounding;
  s->prefix = vmac_prefix_new(net, rounding, data, images, bytes);
  s->exact = vmac_alloc(images, 1);
  s->known = vmac_alloc(images, sizeof *s->known);
  return s;
}

void vmac_scorer_free(vmac_scorer *scorer) {
  if (!scorer) return;
  vmac_prefix_free(scorer->prefix);
  free(scorer->exact);
  free(scorer->known);
  free(scorer);
}

const uint8_t *vmac_scorer_exact(const vmac_scorer *scorer) {
  return scorer->exact;
}

/* Ops from `first` on, whose operands no earlier op changes any more. */
static void run_rest(const vmac_scorer *s, const vmac_plan *plan, int first, vmac_state *state) {
  const vmac_net *net = plan ? plan->net : s->net;
  for (int i = first; i < net->ops; i++) vmac_net_run_op(net, plan, s->rounding, i, state);
}

void vmac_scorer_answers(vmac_scorer *s, const vmac_plan *plan, size_t first, size_t count,
                         uint8_t *answer, int8_t *outputs) {
  const vmac_net *net = s->net;
  const size_t size = net->tensor[net->output].size;
  int from = 0; /* the first op that is not exact; all of the network where none is */
  while (from < net->ops && !vmac_plan_alters(plan, from)) from++;
  vmac_prefix_set(s->prefix, from);
#pragma omp parallel if (count > 1) /* one image: its layers run in parallel */
  {
    vmac_state *state = vmac_state_new(net);
    const int8_t *out = state->i8[net->output];
#pragma omp for schedule(dynamic, 1)
    for (size_t i = 0; i < count; i++) {
      const size_t image = first + i;
      vmac_prefix_load(s->prefix, image, state);
      if (!s->known[image]) { /* both networks one after the other, from the same operands */
        run_rest(s, NULL, from, state);
        s->exact[image] = argmax(out, size);
        s->known[image] = true;
      }
      run_rest(s, plan, from, state);
      answer[i] = argmax(out, size);
      if (outputs) memcpy(outputs + i * size, out, size);
    }
    vmac_state_free(net, state);
  }
}
