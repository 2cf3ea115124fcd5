/* What a plan's answers are worth: cross-entropy and right answers over labelled images.
 * SPDX-License-Identifier: Apache-2.0 */
#include "explore/loss.h"

#include <math.h>
#include <stdlib.h>

/* The tensor of the scores: what a last SOFTMAX reads, whose own codes are too coarse. *maker: the op
 * that makes it. */
static int scores_of(const vmac_net *net, int *maker) {
  int tensor = net->output;
  for (int i = net->ops - 1; i >= 0; i--) {
    const vmac_op *op = &net->op[i];
    if (op->out != tensor) continue;
    *maker = i;
    if (op->kind != VMAC_SOFTMAX) break;
    tensor = op->in[0];
  }
  return tensor;
}

/* -log of the softmax at the label, nats; *right: the label has the largest score, the first one. */
static double image_loss(const vmac_tensor *t, const int8_t *codes, int label, bool *right) {
  const double scale = t->scale[0];
  size_t best = 0;
  double sum = 0;
  for (size_t i = 1; i < t->size; i++)
    if (codes[i] > codes[best]) best = i;
  for (size_t i = 0; i < t->size; i++) sum += exp(scale * (codes[i] - codes[best]));
  *right = best == (size_t)label;
  /* cppcheck-suppress invalidFunctionArg ; a tensor has an element, the best one's term is 1 */
  return log(sum) - scale * (codes[label] - codes[best]);
}

void vmac_plan_loss(const vmac_net *net, const vmac_plan *plan, vmac_prefix *prefix,
                    const vmac_dataset *data, size_t images, double *loss, size_t *correct) {
  int maker = 0, from = 0;
  const int scores = scores_of(net, &maker);
  while (from < maker && !vmac_plan_has(plan, from)) from++;
  vmac_prefix_set(prefix, from);
  double *of = vmac_alloc(images, sizeof *of); /* added in one order, whatever the threads */
  size_t count = 0;
#pragma omp parallel reduction(+ : count)
  {
    vmac_state *state = vmac_state_new(net);
#pragma omp for schedule(dynamic, 1)
    for (size_t i = 0; i < images; i++) {
      bool right;
      vmac_prefix_load(prefix, i, state);
      for (int op = from; op < net->ops; op++)
        vmac_net_run_op(net, plan, VMAC_ROUND_DOUBLE, op, state);
      of[i] = image_loss(&net->tensor[scores], state->i8[scores], data->labels[i], &right);
      count += right;
    }
    vmac_state_free(net, state);
  }
  double sum = 0;
  for (size_t i = 0; i < images; i++) sum += of[i];
  *loss = sum / (double)images;
  *correct = count;
  free(of);
}
