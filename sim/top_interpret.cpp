/* What a program must compute where the golden model has no word, by the format's interpreter: the
 * sums of jobs without products, whose bytes alone the network names; and accesses of memories.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "top.h"

static void keep_sum(top_check *check, const int32_t *acc) {
  const size_t cols = (size_t)check->program->hw.cols;
  if (check->sums == check->sum_room) {
    check->sum_room = check->sum_room ? 2 * check->sum_room : 4096;
    check->sum = (int32_t *)realloc(check->sum, check->sum_room * cols * sizeof *check->sum);
    if (!check->sum) abort();
  }
  memcpy(check->sum + check->sums++ * cols, acc, cols * sizeof *acc);
}

static void keep(void *context, int index, int set, int pixel, const int32_t *acc,
                 const int8_t *out) {
  top_check *check = (top_check *)context;
  (void)set;
  (void)pixel;
  (void)out;
  if (check->program->job[index].kind != VMAC_JOB_MAC) keep_sum(check, acc);
}

bool top_interpret(top_check *check, vmac_err *err) {
  const vmac_program *program = check->program;
  vmac_accesses *of_job = (vmac_accesses *)vmac_alloc((size_t)program->jobs + 1, sizeof *of_job);
  const vmac_observer observer = {check, keep, of_job};
  vmac_run run = {};
  check->sums = 0;
  check->accesses = vmac_accesses();
  const bool ok =
      vmac_interpret(&program->hw, program->beats, program->beat_count, &observer, &run, err);
  free(run.bytes);
  for (int i = 0; i < program->jobs; i++) {
    check->accesses.bytes_read += of_job[i].bytes_read;
    check->accesses.bytes_written += of_job[i].bytes_written;
    check->accesses.sums_read += of_job[i].sums_read;
    check->accesses.sums_written += of_job[i].sums_written;
  }
  free(of_job);
  check->sums = 0;
  return ok;
}

void top_interpret_free(top_check *check) {
  free(check->sum);
}
