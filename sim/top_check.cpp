/* What a program must compute from an image, by the golden model, and where the hardware first does
 * not.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"

/* ---- places: jobs, sets, pixels, in the order of their results ------------------------------- */

static bool has_results(const vmac_job *job) {
  return job->kind != VMAC_JOB_INPUT && job->kind != VMAC_JOB_END;
}

static top_place with_results(const vmac_program *program, top_place at) {
  while (at.job < program->jobs && !has_results(&program->job[at.job])) at.job++;
  return at;
}

top_place top_place_first(const vmac_program *program) {
  return with_results(program, top_place());
}

void top_place_next(const vmac_program *program, top_place *at) {
  const vmac_job *job = &program->job[at->job];
  if (++at->pixel < job->pixels) return;
  at->pixel = 0;
  if (++at->set < job->sets) return;
  *at = with_results(program, top_place{at->job + 1, 0, 0});
}

/* ---- the golden model ------------------------------------------------------------------------ */

/* INPUT is the parser's own; the executor begins the others. */
static uint64_t counted_jobs(const vmac_program *program) {
  uint64_t jobs = 0;
  for (int i = 0; i < program->jobs; i++) jobs += has_results(&program->job[i]);
  return jobs;
}

static size_t acc_count(const vmac_op *op) {
  return (size_t)op->m * (size_t)op->n;
}

bool top_check_open(top_check *check, const vmac_net *net, const vmac_plan *plan, const vmac_hw *hw,
                    vmac_rounding rounding, top_compare compare, vmac_err *err) {
  *check = top_check();
  check->net = net;
  check->plan = plan;
  check->rounding = rounding;
  check->compare = compare;
  check->program = vmac_program_compile(net, plan, hw, rounding, err);
  if (!check->program) return false;
  check->state = vmac_state_new(net);
  const vmac_cycles cycles = vmac_program_cycles(check->program);
  check->total = cycles.total;
  free(cycles.layer);
  check->want = (int32_t **)vmac_alloc((size_t)net->ops, sizeof *check->want);
  for (int i = 0; i < net->ops; i++)
    if (vmac_op_is_mac(&net->op[i]))
      check->want[i] = (int32_t *)vmac_alloc(acc_count(&net->op[i]), sizeof **check->want);
  return true;
}

void top_check_close(top_check *check) {
  for (int i = 0; check->want && i < check->net->ops; i++) free(check->want[i]);
  free(check->want);
  top_interpret_free(check);
  if (check->state) vmac_state_free(check->net, check->state);
  if (check->program) vmac_program_free(check->program);
}

void top_check_infer(top_check *check) {
  for (int i = 0; i < check->net->ops; i++) {
    vmac_net_run_op(check->net, check->plan, check->rounding, i, check->state);
    if (check->want[i])
      memcpy(check->want[i], check->state->acc, 4 * acc_count(&check->net->op[i]));
  }
  vmac_program_set_image(check->program, check->state->i8[check->net->input]);
}

void top_check_image(top_check *check, const vmac_dataset *data, size_t index) {
  vmac_state_set_image(check->net, check->state, data, index);
  top_check_infer(check);
}

int top_answer(const top_check *check) {
  const int tensor = check->program->out_tensor;
  const int8_t *codes = check->state->i8[tensor];
  int best = 0;
  for (size_t i = 1; i < check->net->tensor[tensor].size; i++)
    if (codes[i] > codes[best]) best = (int)i;
  return best;
}

/* ---- taps ------------------------------------------------------------------------------------ */

static bool fail_at(top_check *check, const top_place *at, bool acc, int column, int32_t want,
                    int32_t got, vmac_err *err) {
  check->failed = true;
  check->failed_acc = acc;
  check->failed_at = *at;
  check->failed_column = column;
  check->failed_want = want;
  check->failed_got = got;
  return vmac_fail(err, "%s expected %d, found %d", acc ? "accumulator" : "byte", want, got);
}

static const vmac_job *job_at(const top_check *check, const top_place *at, const char *what,
                              vmac_err *err) {
  if (at->job < check->program->jobs) return &check->program->job[at->job];
  vmac_fail(err, "%s after the program's last", what);
  return NULL;
}

/* The set's columns of a vector of accumulators. */
static bool compare_acc(top_check *check, const vmac_set *set, const int32_t *want,
                        const int32_t *acc, vmac_err *err) {
  for (int i = 0; i < set->count; i++)
    if (acc[set->column + i] != want[i])
      return fail_at(check, &check->acc, true, set->column + i, want[i], acc[set->column + i], err);
  check->compared += (size_t)set->count;
  return true;
}

static bool check_acc(void *context, const int32_t *acc, vmac_err *err) {
  top_check *check = (top_check *)context;
  top_place *at = &check->acc;
  const vmac_job *job = job_at(check, at, "accumulators came", err);
  if (!job) return false;
  const vmac_set *set = &job->set[at->set];
  if (check->compare >= TOP_ALL && job->kind == VMAC_JOB_MAC) {
    const vmac_op *op = &check->net->op[job->op];
    const int32_t *want = check->want[job->op] +
                          (size_t)(job->first_pixel + at->pixel) * (size_t)op->n + set->channel;
    if (!compare_acc(check, set, want, acc, err)) return false;
  } else if (check->compare >= TOP_SUMS && job->kind != VMAC_JOB_MAC) {
    const size_t cols = (size_t)check->program->hw.cols;
    if (!compare_acc(check, set, check->sum + check->sums++ * cols + set->column, acc, err))
      return false;
  }
  top_place_next(check->program, at);
  return true;
}

static bool check_out(void *context, const int8_t *bytes, vmac_err *err) {
  top_check *check = (top_check *)context;
  top_place *at = &check->out;
  const vmac_job *job = job_at(check, at, "bytes came", err);
  if (!job) return false;
  if (check->compare >= TOP_BYTES) {
    const vmac_set *set = &job->set[at->set];
    const int8_t *want = check->state->i8[job->tensor] +
                         (size_t)(job->first_pixel + at->pixel) * (size_t)job->channels +
                         set->channel;
    for (int i = 0; i < set->count; i++)
      if (bytes[set->column + i] != want[i])
        return fail_at(check, at, false, set->column + i, want[i], bytes[set->column + i], err);
    check->compared += (size_t)set->count;
  }
  top_place_next(check->program, at);
  return true;
}

/* ---- whole runs ------------------------------------------------------------------------------ */

static bool same(const char *what, uint64_t want, uint64_t found, vmac_err *err) {
  return want == found || vmac_fail(err, "%s: expected %llu, found %llu", what,
                                    (unsigned long long)want, (unsigned long long)found);
}

/* Where nobody stalled, the cycles from START to done are the closed formula's. */
static bool check_cycles(const top_check *check, const top_bench *bench, const top_counts *counts,
                         vmac_err *err) {
  if (bench->options.idle || bench->options.stall) return true;
  return same("counter cycles", check->total.cycles, counts->cycles, err);
}

static bool check_counts(const top_check *check, const top_bench *bench, const top_counts *counts,
                         vmac_err *err) {
  if (counts->status & VMAC_CSR_STATUS_ERROR_MASK)
    return vmac_fail(err, "the run ended with error %u at beat %u",
                     counts->error & VMAC_CSR_ERROR_CODE_MASK, counts->error_beat);
  return same("status", VMAC_CSR_STATUS_DONE_MASK, counts->status, err) &&
         same("counter beats_in", check->program->beat_count, counts->beats_in, err) &&
         same("counter beats_out", check->program->result_beats, counts->beats_out, err) &&
         same("counter jobs", counted_jobs(check->program), counts->jobs, err) &&
         same("counter macs", check->total.macs, counts->macs, err) &&
         same("counter stall_in", bench->stall_in, counts->stall_in, err) &&
         same("counter stall_out", bench->stall_out, counts->stall_out, err) &&
         same("counter weight_wait", bench->weight_wait, counts->weight_wait, err) &&
         check_cycles(check, bench, counts, err);
}

/* Ports of memories that acted since `before`, against what `varimac energy --memory` counts. */
static bool check_accesses(const top_check *check, const top_bench *bench,
                           const vmac_accesses *before, vmac_err *err) {
  if (!bench->model->counts || check->compare < TOP_SUMS) return true;
  const vmac_accesses *want = &check->accesses, *now = &bench->out.accesses;
  return same("bytes read from buffers", want->bytes_read, now->bytes_read - before->bytes_read,
              err) &&
         same("bytes written to buffers", want->bytes_written,
              now->bytes_written - before->bytes_written, err) &&
         same("words of accumulators read", want->sums_read, now->sums_read - before->sums_read,
              err) &&
         same("words of accumulators written", want->sums_written,
              now->sums_written - before->sums_written, err);
}

static bool check_results(top_check *check, const top_bench *bench, vmac_err *err) {
  const vmac_program *program = check->program;
  if (!same("result beats", program->result_beats, bench->result_beats, err) ||
      !same("beats with TLAST", 1, bench->result_lasts, err) ||
      !same("TLAST on result", program->result_beats - 1, bench->last_at, err))
    return false;
  const size_t size = check->net->tensor[program->out_tensor].size;
  int8_t *codes = (int8_t *)vmac_alloc(size, 1);
  vmac_program_get_output(program, bench->results, codes);
  size_t at = 0;
  while (at < size && codes[at] == check->state->i8[program->out_tensor][at]) at++;
  const bool ok = at == size || vmac_fail(err, "output %zu: expected %d, found %d", at,
                                          check->state->i8[program->out_tensor][at], codes[at]);
  free(codes);
  check->compared += size;
  return ok;
}

bool top_check_run(top_check *check, top_bench *bench, top_counts *counts, vmac_err *err) {
  const vmac_program *program = check->program;
  if (check->compare >= TOP_SUMS && !top_interpret(check, err)) return false;
  const top_observer observer = {check, check_acc, check_out};
  check->acc = check->out = top_place_first(program);
  check->failed = false;
  bench->observer = &observer;
  const vmac_accesses before = bench->out.accesses;
  top_offer(bench, program->beats, program->beat_count, program->beat_count - 1);
  const bool ok =
      top_run(bench, program, counts, err) &&
      same("vectors of accumulators up to job", (uint64_t)program->jobs, (uint64_t)check->acc.job,
           err) &&
      same("vectors of bytes up to job", (uint64_t)program->jobs, (uint64_t)check->out.job, err) &&
      check_results(check, bench, err) && check_counts(check, bench, counts, err) &&
      check_accesses(check, bench, &before, err);
  bench->observer = NULL;
  return ok;
}
