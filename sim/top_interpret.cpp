/* What a program must compute where the golden model has no word: it multiplies a layer with one
 * cell, an array with a map of cells does not. The interpreter does as the hardware must.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "top.h"

static void keep(void *context, int index, int set, int pixel, const int32_t *acc,
                 const int8_t *out) {
  top_check *check = (top_check *)context;
  const vmac_job *job = &check->program->job[index];
  const vmac_set *s = &job->set[set];
  const size_t at = (size_t)(job->first_pixel + pixel) * (size_t)job->channels + (size_t)s->channel;
  for (int i = 0; i < s->count; i++) {
    check->state->i8[job->tensor][at + (size_t)i] = out[s->column + i];
    if (job->kind == VMAC_JOB_MAC) check->interpreted[job->op][at + (size_t)i] = acc[s->column + i];
  }
}

bool top_interpret(top_check *check, vmac_err *err) {
  const vmac_net *net = check->net;
  const vmac_program *program = check->program;
  if (!check->interpreted) {
    check->interpreted = (int32_t **)vmac_alloc((size_t)net->ops, sizeof *check->interpreted);
    for (int i = 0; i < net->ops; i++)
      if (vmac_op_is_mac(&net->op[i]))
        check->interpreted[i] = (int32_t *)vmac_alloc((size_t)net->op[i].m * (size_t)net->op[i].n,
                                                      sizeof **check->interpreted);
  }
  const vmac_observer observer = {check, keep};
  vmac_run run = {};
  const bool ok =
      vmac_interpret(&program->hw, program->beats, program->beat_count, &observer, &run, err);
  free(run.bytes);
  return ok;
}

void top_interpret_free(top_check *check) {
  for (int i = 0; check->interpreted && i < check->net->ops; i++) free(check->interpreted[i]);
  free(check->interpreted);
}
