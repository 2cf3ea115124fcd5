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

static void skip_others(const vmac_program *program, top_check::top_place *at) {
  while (at->job < program->jobs && !has_results(&program->job[at->job])) at->job++;
}

static void advance(const vmac_program *program, top_check::top_place *at) {
  const vmac_job *job = &program->job[at->job];
  if (++at->pixel < job->pixels) return;
  at->pixel = 0;
  if (++at->set < job->sets) return;
  at->set = 0;
  at->job++;
  skip_others(program, at);
}

/* ---- the golden model ------------------------------------------------------------------------ */

/* Multiplications that the counter sees: a pixel meets the rows in use, and all columns. */
static uint64_t counted_macs(const vmac_program *program) {
  const int rows = program->hw.rows;
  uint64_t macs = 0;
  for (int i = 0; i < program->jobs; i++) {
    const vmac_job *job = &program->job[i];
    if (job->kind != VMAC_JOB_MAC) continue;
    uint64_t used = 0;
    for (int set = 0; set < job->sets; set++)
      for (int tile = 0; tile < job->k_tiles; tile++)
        for (int row = 0; row < rows; row++) used += vmac_job_k(job, rows, set, tile, row) >= 0;
    macs += used * (uint64_t)job->pixels * (uint64_t)program->hw.cols;
  }
  return macs;
}

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
  check->macs = counted_macs(check->program);
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

static bool fail_at(top_check *check, const top_check::top_place *at, bool acc, int column,
                    int32_t want, int32_t got, vmac_err *err) {
  check->failed = true;
  check->failed_acc = acc;
  check->failed_at = *at;
  check->failed_column = column;
  check->failed_want = want;
  check->failed_got = got;
  return vmac_fail(err, "%s expected %d, found %d", acc ? "accumulator" : "byte", want, got);
}

static const vmac_job *job_at(const top_check *check, const top_check::top_place *at,
                              const char *what, vmac_err *err) {
  if (at->job < check->program->jobs) return &check->program->job[at->job];
  vmac_fail(err, "%s after the program's last", what);
  return NULL;
}

static bool check_acc(void *context, const int32_t *acc, vmac_err *err) {
  top_check *check = (top_check *)context;
  top_check::top_place *at = &check->acc;
  const vmac_job *job = job_at(check, at, "accumulators came", err);
  if (!job) return false;
  if (check->compare >= TOP_ALL && job->kind == VMAC_JOB_MAC) {
    const vmac_op *op = &check->net->op[job->op];
    const vmac_set *set = &job->set[at->set];
    const int32_t *want = (check->interpreted ? check->interpreted : check->want)[job->op] +
                          (size_t)(job->first_pixel + at->pixel) * (size_t)op->n + set->channel;
    for (int i = 0; i < set->count; i++)
      if (acc[set->column + i] != want[i])
        return fail_at(check, at, true, set->column + i, want[i], acc[set->column + i], err);
    check->compared += (size_t)set->count;
  }
  advance(check->program, at);
  return true;
}

static bool check_out(void *context, const int8_t *bytes, vmac_err *err) {
  top_check *check = (top_check *)context;
  top_check::top_place *at = &check->out;
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
  advance(check->program, at);
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
  vmac_cycles want = vmac_program_cycles(check->program);
  free(want.layer);
  return same("counter cycles", want.total.cycles, counts->cycles, err);
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
         same("counter macs", check->macs, counts->macs, err) &&
         same("counter stall_in", bench->stall_in, counts->stall_in, err) &&
         same("counter stall_out", bench->stall_out, counts->stall_out, err) &&
         check_cycles(check, bench, counts, err);
}

static bool check_results(const top_check *check, const top_bench *bench, vmac_err *err) {
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
  return ok;
}

bool top_check_run(top_check *check, top_bench *bench, top_counts *counts, vmac_err *err) {
  const vmac_program *program = check->program;
  if (program->hw.map && !top_interpret(check, err)) return false;
  const top_observer observer = {check, check_acc, check_out};
  check->acc = check->out = top_check::top_place();
  skip_others(program, &check->acc);
  skip_others(program, &check->out);
  check->failed = false;
  bench->observer = &observer;
  top_offer(bench, program->beats, program->beat_count, program->beat_count - 1);
  const bool ok =
      top_run(bench, program, counts, err) &&
      same("vectors of accumulators up to job", (uint64_t)program->jobs, (uint64_t)check->acc.job,
           err) &&
      same("vectors of bytes up to job", (uint64_t)program->jobs, (uint64_t)check->out.job, err) &&
      check_results(check, bench, err) && check_counts(check, bench, counts, err);
  bench->observer = NULL;
  return ok;
}

/* ---- which product ------------------------------------------------------------------------- */

static uint32_t rotate(uint32_t x, int by) {
  return x << (by & 31) | x >> ((32 - by) & 31);
}

static uint32_t word_of(const uint8_t *beat, int i) {
  uint32_t word;
  memcpy(&word, beat + 4 * i, 4);
  return word;
}

/* Beats with the checksum of what stands before END. The masked program's INPUT payload does not
 * count, the rest does. */
static void seal(const vmac_program *program, uint8_t *beats) {
  const int beat = vmac_hw_beat(&program->hw);
  uint32_t sum = 0;
  for (size_t i = 0; i + 1 < program->beat_count; i++) {
    if (i >= program->input_beat && i < program->input_beat + program->input_beats) continue;
    uint32_t x = 0;
    for (int j = 0; j < beat / 4; j++) x ^= rotate(word_of(beats + i * (size_t)beat, j), j);
    sum = rotate(sum, 1) ^ x;
  }
  memcpy(beats + (program->beat_count - 1) * (size_t)beat + 4, &sum, 4);
}

/* In the payload of the failing set, all rows but (only_tile, only_row) are idle, and coefficients
 * are 0: the accumulator is one product. */
static void mask(const vmac_program *program, const top_check::top_place *at, int only_tile,
                 int only_row, uint8_t *beats) {
  const vmac_hw *hw = &program->hw;
  const vmac_job *job = &program->job[at->job];
  const int beat = vmac_hw_beat(hw), per = beat / 4;
  const int entry_beats = (hw->rows + per - 1) / per;
  const int records = hw->cols * (hw->opt_correction == 2 ? 2 : 1);
  uint8_t *next = beats + (job->beat + (size_t)(64 / beat)) * (size_t)beat;
  for (int set = 0; set < job->sets; set++)
    for (int tile = 0; tile < job->k_tiles; tile++) {
      if (tile == job->k_tiles - 1) {
        next += beat; /* SET */
        for (int i = 0; i < records; i++, next += beat) {
          if (set != at->set) continue;
          if (hw->opt_correction == 2 && i % 2) {
            memset(next, 0, (size_t)beat);
            continue;
          }
          memset(next, 0, 8);      /* c0, bias */
          memset(next + 12, 0, 2); /* c1 */
          next[14] = (uint8_t)(next[14] & 0xfc);
        }
      }
      for (int row = 0; row < hw->rows; row++)
        if (set == at->set && (tile != only_tile || row != only_row)) {
          const int byte = 4 * row + 3; /* the entry's enable bit is its highest */
          next[byte] = (uint8_t)(next[byte] & 0x7f);
        }
      next += (entry_beats + hw->rows * (1 + hw->opt_mode)) * beat;
    }
  seal(program, beats);
}

/* Waits for one vector of accumulators, then stops the run. */
struct Probe {
  const vmac_program *program;
  top_check::top_place now, at;
  bool seen;
  int32_t acc[TOP_MAX_COLS];
};

static bool probe_acc(void *context, const int32_t *acc, vmac_err *err) {
  Probe *probe = (Probe *)context;
  const top_check::top_place *now = &probe->now, *at = &probe->at;
  if (now->job == at->job && now->set == at->set && now->pixel == at->pixel) {
    probe->seen = true;
    memcpy(probe->acc, acc, sizeof probe->acc);
    return vmac_fail(err, "seen");
  }
  if (now->job < probe->program->jobs) advance(probe->program, &probe->now);
  return true;
}

static bool probe_out(void *, const int8_t *, vmac_err *) {
  return true;
}

static bool probe_product(const top_check *check, const top_model *model,
                          const top_options *options, int tile, int row, int32_t *got) {
  const vmac_program *program = check->program;
  const size_t size = program->beat_count * (size_t)vmac_hw_beat(&program->hw);
  uint8_t *beats = (uint8_t *)vmac_alloc(size, 1);
  memcpy(beats, program->beats, size);
  mask(program, &check->failed_at, tile, row, beats);
  Probe probe = {program, {}, check->failed_at, false, {}};
  skip_others(program, &probe.now);
  const top_observer observer = {&probe, probe_acc, probe_out};
  top_options quick = *options;
  quick.idle = quick.stall = 0;
  quick.trace_from = quick.trace_to = 0;
  top_bench bench;
  vmac_err ignored;
  top_counts counts = {};
  if (top_open(&bench, model, &quick, &ignored)) {
    bench.observer = &observer;
    top_offer(&bench, beats, program->beat_count, program->beat_count - 1);
    top_run(&bench, program, &counts, &ignored);
  }
  top_close(&bench);
  free(beats);
  *got = probe.acc[check->failed_column];
  return probe.seen;
}

void top_check_explain(const top_check *check, const top_model *model, const top_options *options,
                       vmac_err *err) {
  if (!check->failed) return;
  const top_check::top_place *at = &check->failed_at;
  const vmac_program *program = check->program;
  const vmac_job *job = &program->job[at->job];
  const vmac_set *set = &job->set[at->set];
  const int channel = set->channel + check->failed_column - set->column;
  const int pixel = job->first_pixel + at->pixel;
  char layer[96] = "a copy", product[320] = "";
  if (job->op >= 0)
    snprintf(layer, sizeof layer, "%d (%s)", job->op, vmac_op_name(check->net->op[job->op].kind));
  if (check->failed_acc) {
    const vmac_op *op = &check->net->op[job->op];
    const vmac_hw *hw = &program->hw;
    int8_t *codes = (int8_t *)vmac_alloc((size_t)op->k, 1);
    vmac_patch(check->net, op, check->state->i8[op->in[0]], pixel, channel, codes);
    snprintf(product, sizeof product,
             "; every product alone is right: look at accumulation, correction or timing");
    bool found = false;
    for (int tile = 0; tile < job->k_tiles && !found; tile++)
      for (int row = 0; row < program->hw.rows && !found; row++) {
        const int k = vmac_job_k(job, program->hw.rows, at->set, tile, row);
        if (k < 0) continue;
        const vmac_mult *mult =
            hw->opt_mode && check->plan
                ? check->plan->mac[job->op].mult
                : vmac_mult_at((size_t)vmac_hw_pe(hw, row, check->failed_column));
        const uint8_t a = vmac_operand_bits(mult->cls, codes[k]);
        const int8_t code = vmac_weight(check->net, op, channel, k);
        const uint8_t w = vmac_operand_bits(mult->cls, code);
        /* The unit's zero point of u8 activations is not masked: -128 a. */
        const int32_t want =
            vmac_product(mult, vmac_operand(mult->cls, a), vmac_operand(mult->cls, w)) -
            (mult->cls == VMAC_U8 ? 128 * a : 0);
        int32_t got = 0;
        if (!probe_product(check, model, options, tile, row, &got)) continue;
        found = got != want;
        if (found)
          snprintf(product, sizeof product,
                   "; K tile %d, row %d, k %d: its product alone: a 0x%02x, w 0x%02x, expected %d, "
                   "found %d",
                   tile, row, k, a, w, want, got);
      }
    free(codes);
  }
  vmac_fail(err,
            "layer %s, job %d, tile (pixels from %d, channels from %d), pixel %d, column %d "
            "(channel %d): %s expected %d, found %d%s",
            layer, at->job, job->first_pixel, set->channel, pixel, check->failed_column, channel,
            check->failed_acc ? "accumulator" : "byte", check->failed_want, check->failed_got,
            product);
}
