/* Cycles of a program, in closed form: a max-plus recurrence over its sets and K tiles.
 *
 * Two walks run beside each other. The stream's parser takes a beat per cycle as far as the places
 * behind it are free: one job, one set, one set's coefficients, one tile's entries and weights. The
 * executor issues a tap per cycle as soon as a tile (or a vector job's set) is complete. Each event
 * is the latest of the events it waits for, plus a constant of the RTL. All such constants stand
 * here, named after what they measure; nothing below this block knows a latency.
 *
 * A time is the number of the cycle in which something happens; START is accepted in cycle 0.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "program/program.h"

enum {
  HEADER_AFTER_START = 1, /* the first cycle in which the HEADER beat is taken */
  VALID_AFTER_BEAT = 1,   /* a piece's last beat taken -> executor sees it complete */
  FREE_AFTER_TAKE = 1,    /* executor takes a piece -> the parser's place for the next is free */
  RUN_AFTER_ACCEPT = 1,   /* executor accepts a job -> its first tap may be issued */
  START_TO_START = 4,     /* two tiles' first taps: the flags settle */
  ISSUE_TO_ARRAY = 2,     /* a tap issued -> its bytes enter the array or the vector unit */
  VECTOR = 5,             /* a pixel's last tap enters the vector unit -> its sums */
  REQUANT = 4,            /* sums -> bytes */
  WRITE = 1,              /* bytes -> written, or in the result FIFO */
  DRAINED = 1,            /* the last result written -> executor knows */
  LEAVE = 1,              /* a result in the FIFO -> taken, nobody waiting before it */
  DONE_AFTER_IDLE = 1     /* everything done and END taken -> done */
};

/* From a pixel taken by the array to its accumulators, and how long it keeps the next weights and
 * coefficients waiting from its first pixel, its last tile's first pixel (with opt_ktile every
 * tile's), on (vmac_mac_unit). */
static int64_t mac_latency(const vmac_hw *hw) {
  return hw->rows + hw->cols + 5;
}
static int64_t weights_wait(const vmac_hw *hw) {
  return hw->rows + hw->cols - 1;
}
static int64_t coefficients_wait(const vmac_hw *hw) {
  return hw->rows + hw->cols + (hw->opt_ktile ? 0 : 2);
}

/* ---- the walks ----------------------------------------------------------------------------------
 */

typedef struct {
  const vmac_hw *hw;
  int64_t beat; /* parser: the next beat is taken in this cycle or later */
  int64_t job_free, set_free, tile_free, weights_free, records_free; /* places behind the parser */
  int64_t issue;   /* executor: the next tap is issued in this cycle or later */
  int64_t start;   /* the last tile's first tap */
  int64_t written; /* the last result is written */
  uint64_t busy;   /* taps issued */
} clocks;

static int64_t later(int64_t a, int64_t b) {
  return a > b ? a : b;
}

/* The parser takes `beats` beats, from cycle `free` on; the cycle of the last one. */
static int64_t take(clocks *c, int64_t beats, int64_t free) {
  c->beat = later(c->beat, free) + beats;
  return c->beat - 1;
}

static int64_t drained(const clocks *c) {
  return c->written + DRAINED;
}

/* Issues the taps of a tile or of a vector set that is complete at `ready`; the first tap's cycle.
 */
static int64_t issue(clocks *c, int64_t ready, int64_t taps) {
  c->start = later(later(c->issue, ready), c->start + START_TO_START);
  c->issue = c->start + taps;
  c->busy += (uint64_t)taps;
  return c->start;
}

/* Results of taps issued in cycles first .. c->issue - 1, `unit` cycles in the unit between. */
static void results(clocks *c, int64_t first, int64_t unit) {
  c->set_free = first + ISSUE_TO_ARRAY + unit + REQUANT + FREE_AFTER_TAKE;
  c->written = c->issue - 1 + ISSUE_TO_ARRAY + unit + REQUANT + WRITE;
}

/* A row's weights each, with opt_mode behind their modes, for which nobody has to be ready. */
static int64_t take_weights(clocks *c) {
  if (!c->hw->opt_mode) return take(c, c->hw->rows, c->weights_free);
  take(c, 1, 0);
  take(c, 1, c->weights_free);
  return take(c, 2 * (c->hw->rows - 1), 0);
}

/* Nobody has to be ready for the first of a record's two beats. */
static void take_records(clocks *c) {
  const int64_t beats = vmac_hw_record(c->hw);
  take(c, beats - 1, 0);
  take(c, 1, c->records_free);
  take(c, beats * (c->hw->cols - 1), 0);
}

static void mac_set(clocks *c, const vmac_job *job) {
  const vmac_hw *hw = c->hw;
  const int64_t words = vmac_hw_beat(hw) / 4, entries = (hw->rows + words - 1) / words;
  for (int t = 0; t < job->k_tiles; t++) {
    const bool last = t == job->k_tiles - 1;
    const bool records = last || hw->opt_ktile;
    if (last) take(c, 1, c->set_free);
    if (records) take_records(c);
    take(c, entries, c->tile_free);
    const int64_t loaded = take_weights(c) + VALID_AFTER_BEAT;
    const int64_t first = issue(c, loaded, job->pixels);
    c->tile_free = first + FREE_AFTER_TAKE;
    c->weights_free = first + ISSUE_TO_ARRAY + weights_wait(hw);
    if (records) c->records_free = first + ISSUE_TO_ARRAY + coefficients_wait(hw);
    if (last) results(c, first, mac_latency(hw));
  }
}

static void vector_set(clocks *c, const vmac_job *job) {
  const int64_t ready = take(c, 1, c->set_free) + VALID_AFTER_BEAT;
  const int64_t first = issue(c, ready, (int64_t)job->pixels * job->taps);
  results(c, first + job->taps - 1, VECTOR);
}

static void run_job(clocks *c, const vmac_job *job) {
  const int64_t descriptor = 64 / vmac_hw_beat(c->hw);
  const int64_t offered = take(c, descriptor, c->job_free) + VALID_AFTER_BEAT;
  if (job->kind == VMAC_JOB_INPUT) {
    c->written = take(c, job->words, later(c->issue, drained(c)));
    return;
  }
  const int64_t accept = later(offered, job->cont ? c->issue - 1 : later(c->issue, drained(c)));
  c->job_free = accept + FREE_AFTER_TAKE;
  c->issue = accept + RUN_AFTER_ACCEPT;
  for (int s = 0; s < job->sets; s++) {
    if (job->kind == VMAC_JOB_MAC)
      mac_set(c, job);
    else
      vector_set(c, job);
  }
}

/* ---- sums ---------------------------------------------------------------------------------------
 */

static void add_macs(vmac_layer_cycles *l, const vmac_job *job, const vmac_hw *hw) {
  for (int s = 0; job->k && s < job->sets; s++) {
    uint64_t rows = 0;
    for (int t = 0; t < job->k_tiles; t++)
      for (int r = 0; r < hw->rows; r++) rows += vmac_job_k(job, hw->rows, s, t, r) >= 0;
    l->macs += rows * (unsigned)job->pixels * (unsigned)hw->cols;
    l->useful += rows * (unsigned)job->pixels * (unsigned)job->set[s].count;
  }
}

vmac_cycles vmac_program_cycles(const vmac_program *p) {
  const size_t beat = (size_t)vmac_hw_beat(&p->hw);
  vmac_cycles result = {.layer = vmac_alloc((size_t)p->jobs, sizeof *result.layer)};
  clocks c = {.hw = &p->hw, .beat = HEADER_AFTER_START, .start = -START_TO_START};
  vmac_layer_cycles *l = NULL, *total = &result.total;
  take(&c, 1, 0);
  for (int i = 0; i < p->jobs; i++) {
    const vmac_job *job = &p->job[i];
    const int64_t before = c.written;
    const uint64_t busy = c.busy;
    if (!job->cont) {
      l = &result.layer[result.layers++];
      l->op = job->op;
      l->kind = job->kind;
    }
    run_job(&c, job);
    l->cycles += (uint64_t)(c.written - before);
    l->issue += c.busy - busy;
    add_macs(l, job, &p->hw);
    l->bytes_in += job->beats * beat;
    if (job->to_stream) l->bytes_out += (uint64_t)job->sets * (unsigned)job->pixels * beat;
  }
  const int64_t end = take(&c, 1, c.job_free) + VALID_AFTER_BEAT;
  total->op = -1;
  total->kind = VMAC_JOB_END;
  total->cycles = (uint64_t)(later(end, drained(&c) + LEAVE) + DONE_AFTER_IDLE);
  total->issue = c.busy;
  for (int i = 0; i < result.layers; i++) {
    total->macs += result.layer[i].macs;
    total->useful += result.layer[i].useful;
    total->bytes_out += result.layer[i].bytes_out;
  }
  total->bytes_in = p->beat_count * beat;
  return result;
}
