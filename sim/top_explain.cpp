/* Which product is wrong where an accumulator is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"

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
static void mask(const vmac_program *program, const top_place *at, int only_tile, int only_row,
                 uint8_t *beats) {
  const vmac_hw *hw = &program->hw;
  const vmac_job *job = &program->job[at->job];
  const int beat = vmac_hw_beat(hw), per = beat / 4;
  const int entry_beats = (hw->rows + per - 1) / per;
  const int pair = vmac_hw_record(hw), records = hw->cols * pair;
  uint8_t *next = beats + (job->beat + (size_t)(64 / beat)) * (size_t)beat;
  for (int set = 0; set < job->sets; set++)
    for (int tile = 0; tile < job->k_tiles; tile++) {
      const bool last = tile == job->k_tiles - 1;
      if (last) next += beat; /* SET */
      for (int i = 0; i < records && (last || hw->opt_ktile); i++, next += beat) {
        if (set != at->set) continue;
        if (i % pair) {
          memset(next, 0, (size_t)beat);
          continue;
        }
        memset(next, 0, 8);      /* c0, bias */
        memset(next + 12, 0, 2); /* c1 */
        next[14] = (uint8_t)(next[14] & 0xfc);
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
  top_place now, at;
  bool seen;
  int32_t acc[TOP_MAX_COLS];
};

static bool probe_acc(void *context, const int32_t *acc, vmac_err *err) {
  Probe *probe = (Probe *)context;
  const top_place *now = &probe->now, *at = &probe->at;
  if (now->job == at->job && now->set == at->set && now->pixel == at->pixel) {
    probe->seen = true;
    memcpy(probe->acc, acc, sizeof probe->acc);
    return vmac_fail(err, "seen");
  }
  if (now->job < probe->program->jobs) top_place_next(probe->program, &probe->now);
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
  Probe probe = {program, top_place_first(program), check->failed_at, false, {}};
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
  const top_place *at = &check->failed_at;
  const vmac_program *program = check->program;
  const vmac_job *job = &program->job[at->job];
  const vmac_set *set = &job->set[at->set];
  const int channel = set->channel + check->failed_column - set->column;
  const int pixel = job->first_pixel + at->pixel;
  char layer[96] = "a copy", product[320] = "";
  if (job->op >= 0)
    snprintf(layer, sizeof layer, "%d (%s)", job->op, vmac_op_name(check->net->op[job->op].kind));
  if (check->failed_acc && job->kind == VMAC_JOB_MAC) {
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
                ? vmac_plan_cell_at(check->plan, job->op, op->k, channel, k)
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
