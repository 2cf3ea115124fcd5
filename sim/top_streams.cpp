/* streams: programs that no compiler would write, through a verilated vmac_top, compared with the
 * interpreter of the format (vmac_interpret).
 *
 * TEST RATIONALE
 * 1. State space. A stream fills both buffers with random bytes and runs JOBS random jobs on them:
 *    all kinds, maps up to 1023 high or wide, windows up to 63 x 63, strides up to 255, pixels far
 *    outside the map, any order of rows, idle rows, any scale and shift, every layout of the
 *    output, to the buffers or out, jobs that continue others. All fields are drawn over their
 *    whole range, small values as often as large ones. Every accumulator and byte of columns in
 *    use, and every result with its TLAST. Half of the seeds without stalls.
 *    What the format does not name is noise. Seeds that are multiples of 1000 have jobs of 65,535
 *    sets, K tiles, columns and rows instead.
 *    Before it, on the same instance, one stream with each fault of the format and its error code,
 *    a second start, aborts anywhere in a run, with a reset behind them or not, and accesses to all
 *    registers, at drawn places. Left out, as no program may do it: reading what the same job
 *    writes, words beyond a buffer, sums beyond 32 bits in layers without weights.
 * 2. Parameters. Those of the models it is built with.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "top_stream.h"

const char args_program[] = "streams";

static void expect(void *context, int job, int set, int, const int32_t *acc, const int8_t *out) {
  Stream *s = (Stream *)context;
  if (s->vectors == s->room) {
    s->room = s->room ? 2 * s->room : 4096;
    s->vector = (Vector *)realloc(s->vector, s->room * sizeof *s->vector);
    if (!s->vector) abort();
  }
  Vector *v = &s->vector[s->vectors++];
  v->job = job;
  v->set = set;
  memcpy(v->acc, acc, (size_t)s->hw->cols * sizeof *acc);
  memcpy(v->out, out, (size_t)s->hw->cols);
}

/* ---- the RTL beside it ----------------------------------------------------------------------- */

static bool same(const Stream *s, const char *what, size_t at, int c, int want, int got,
                 vmac_err *err) {
  if (want == got) return true;
  const Vector *v = &s->vector[at];
  const Job *j = &s->job[v->job];
  return vmac_fail(
      err,
      "vector %zu (job %d, %s%s: %d sets, %d tiles, %d pixels, window %d x %d; set %d), "
      "column %d: %s expected %d, found %d",
      at, v->job, vmac_job_name(j->kind), j->word[0] >> 7 & 1 ? ", goes on" : "", j->sets,
      j->k_tiles, j->pixels, j->win_h, j->win_w, v->set, c, what, want, got);
}

static bool next_vector(const Stream *s, size_t *at, Used *used, vmac_err *err) {
  if (*at == s->vectors) return vmac_fail(err, "more than the %zu vectors expected", s->vectors);
  const Vector *v = &s->vector[(*at)++];
  *used = s->used[v->job][v->set % MAX_SETS];
  return true;
}

static bool check_acc(void *context, const int32_t *acc, vmac_err *err) {
  Stream *s = (Stream *)context;
  Used used;
  if (!next_vector(s, &s->acc, &used, err)) return false;
  for (int c = used.from; c < used.to; c++)
    if (!same(s, "accumulator", s->acc - 1, c, s->vector[s->acc - 1].acc[c], acc[c], err))
      return false;
  return true;
}

static bool check_out(void *context, const int8_t *out, vmac_err *err) {
  Stream *s = (Stream *)context;
  Used used;
  if (!next_vector(s, &s->out, &used, err)) return false;
  for (int c = used.from; c < used.to; c++)
    if (!same(s, "byte", s->out - 1, c, s->vector[s->out - 1].out[c], out[c], err)) return false;
  return true;
}

/* Results are the vectors of those jobs that send theirs out, in order; TLAST is where the job that
 * asks for it ends. */
static bool check_results(const Stream *s, const top_bench *bench, const vmac_run *run,
                          vmac_err *err) {
  const size_t beat = (size_t)s->beats.beat;
  size_t at = 0;
  for (size_t i = 0; i < s->vectors; i++) {
    const int job = s->vector[i].job;
    const uint32_t w0 = s->job[job].word[0];
    if (!(w0 >> 6 & 1)) continue;
    const Used used = s->used[job][s->vector[i].set % MAX_SETS];
    const uint8_t *want = run->bytes + at * beat, *got = bench->results + at * beat;
    for (int c = used.from; c < used.to; c++)
      if (!same(s, "result", i, c, (int8_t)want[c], (int8_t)got[c], err)) return false;
    const bool last = (w0 >> 9 & 1) && (i + 1 == s->vectors || s->vector[i + 1].job != job);
    if (!same(s, "TLAST", i, 0, last, bench->lasts[at], err)) return false;
    at++;
  }
  return true;
}

static bool run_stream(top_bench *bench, Stream *s, vmac_err *err) {
  vmac_run run = {};
  const vmac_observer expected = {s, expect, nullptr};
  bool ok = vmac_interpret(s->hw, s->beats.bytes, s->beats.count, &expected, &run, err);
  const top_observer observer = {s, check_acc, check_out};
  /* cppcheck-suppress autoVariables ; taken away again below */
  bench->observer = &observer;
  top_offer(bench, s->beats.bytes, s->beats.count, s->beats.count - 1);
  top_counts counts = {};
  ok = ok && top_run(bench, NULL, &counts, err);
  bench->observer = NULL;
  if (ok && (counts.status != VMAC_CSR_STATUS_DONE_MASK || s->acc != s->vectors ||
             s->out != s->vectors || bench->result_beats != run.beats))
    ok = vmac_fail(err,
                   "status %u, error %u at beat %u, %zu and %zu of %zu vectors, %zu of %zu results",
                   counts.status, counts.error, counts.error_beat, s->acc, s->out, s->vectors,
                   bench->result_beats, run.beats);
  ok = ok && check_results(s, bench, &run, err);
  free(run.bytes);
  return ok;
}

/* ---- streams that are wrong ------------------------------------------------------------------ */

enum Fault {
  MAGIC,
  VERSION,
  GEOMETRY,
  CELL,
  IDENT,
  ILLEGAL,
  EARLY,
  MISSING,
  CHECKSUM,
  BUSY,
  ABORT,
  FAULTS
};

static uint32_t *word(Stream *s, size_t beat, int i) {
  return (uint32_t *)(void *)(s->beats.bytes + beat * (size_t)s->beats.beat) + i;
}

static uint32_t rotate(uint32_t x, int by) {
  return x << (by & 31) | x >> (-by & 31);
}

/* The checksum of a short stream, which has no INPUT. */
static void seal(Stream *s) {
  uint32_t sum = 0;
  for (size_t i = 0; i + 1 < s->beats.count; i++) {
    uint32_t x = 0;
    for (int j = 0; j < s->beats.beat / 4; j++) x ^= rotate(*word(s, i, j), j);
    sum = rotate(sum, 1) ^ x;
  }
  *word(s, s->beats.count - 1, 1) = sum;
}

/* One field of one job that no hardware can carry out. */
static void spoil_job(Stream *s) {
  const int job = below(s, s->jobs);
  const vmac_jobkind kind = s->job[job].kind;
  const bool one = kind == VMAC_JOB_MAC || kind == VMAC_JOB_ADD;
  uint32_t *w = word(s, s->job_beat[job], 0);
  switch (below(s, 9)) {
  case 0:
    w[0] = (w[0] & ~15u) | (uint32_t)(5 + below(s, 10));
    break;
  case 1:
    w[2] &= 0xffff0000;
    break;
  case 2:
    w[2] &= 0x0000ffff;
    break;
  case 3:
    w[3] &= 0xffff0000;
    break;
  case 4:
    w[3] &= 0x0000ffff;
    break;
  case 5:
    w[1] = one ? w[1] + 0x10000 : w[1] & ~0x003f0000u;
    break;
  case 6:
    w[1] = one ? w[1] + 0x400000 : w[1] & ~0x0fc00000u;
    break;
  case 7: /* K tiles that there are not, or more pixels than they can share, which shows late */
    if (kind != VMAC_JOB_MAC)
      w[2] += 1u << 16;
    else if (s->job[job].k_tiles == 1)
      w[2] &= 0xffff;
    else
      w[3] = (uint32_t)s->hw->acc_depth + 1 + (1u << 16);
    break;
  default: /* an INPUT of no beat, or of too many */
    w[0] &= ~15u;
    w[14] = below(s, 2) ? 0 : 0x10000u << below(s, 16);
  }
  seal(s);
}

/* The error code that the fault must have; *last: the beat with TLAST. */
static uint32_t spoil(Stream *s, Fault fault, size_t *last) {
  switch (fault) {
  case MAGIC:
    *word(s, 0, 0) ^= 1u << below(s, 32);
    return VMAC_RUN_MAGIC;
  case VERSION:
    *word(s, 0, 1) ^= 0x10000u << below(s, 8);
    return VMAC_RUN_VERSION;
  case GEOMETRY:
    *word(s, 0, 1) ^= (below(s, 2) ? 1u : 0x1000000u) << below(s, 8);
    return VMAC_RUN_GEOMETRY;
  case CELL:
    *word(s, 0, 2) ^= 1u << below(s, 32);
    return VMAC_RUN_GEOMETRY;
  case IDENT:
    *word(s, 0, 3) ^= 1u << below(s, 32);
    return VMAC_RUN_GEOMETRY;
  case ILLEGAL:
    spoil_job(s);
    return VMAC_RUN_JOB;
  case EARLY:
    *last = (size_t)below(s, (int)*last);
    return VMAC_RUN_EARLY;
  case MISSING:
    vmac_beats_payload(&s->beats, 1 + (size_t)below(s, 20));
    *last = s->beats.count - 1;
    return VMAC_RUN_LATE;
  case CHECKSUM:
    *word(s, s->beats.count - 1, 1) ^= 1u << below(s, 32);
    return VMAC_RUN_CHECKSUM;
  default:
    return VMAC_RUN_OK;
  }
}

/* Behind an abort: a packet of which nothing was taken is still there to be run. Of any other the
 * beat on offer is left: the next run drops it, or a reset takes it back. */
static bool clear_rest(top_bench *bench, Stream *s, vmac_err *err) {
  if (bench->taken == bench->count) return true;
  if (bench->taken) return below(s, 2) || top_reset(bench, 1 + below(s, 3), err);
  top_counts counts = {};
  if (!top_run(bench, NULL, &counts, err)) return false;
  const uint32_t error = counts.error & VMAC_CSR_ERROR_CODE_MASK;
  return !error || vmac_fail(err, "a packet behind an abort: error %u", error);
}

/* A second start raises a flag and no more; an abort ends the run without done. Both come when a
 * drawn part of the packet has gone in, or its last results are on their way. */
static bool interfere(top_bench *bench, Stream *s, Fault fault, vmac_err *err) {
  uint32_t status = 0, error = 0;
  if (!top_set(bench, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_START_MASK | 4, err)) return false;
  const size_t part = (size_t)below(s, (int)bench->count + 1);
  bench->quiet = 0;
  while (bench->next < part && !bench->out.irq)
    if (!top_cycle(bench, err))
      return false;
    else if (bench->quiet > bench->options.patience)
      return vmac_fail(err, "beat %zu of %zu: nothing moves", bench->next, bench->count);
  for (int n = wide(s, 2000); n > 0 && !bench->out.irq; n--)
    if (!top_cycle(bench, err)) return false;
  if (bench->out.irq) return top_set(bench, VMAC_CSR_STATUS, VMAC_CSR_STATUS_DONE_MASK, err);
  const bool abort = fault == ABORT;
  const uint32_t ask = abort ? VMAC_CSR_CONTROL_ABORT_MASK : VMAC_CSR_CONTROL_START_MASK;
  if (!top_set(bench, VMAC_CSR_CONTROL, ask | 4, err)) return false;
  for (int n = 0; n < 200000 && !bench->out.irq && !abort; n++)
    if (!top_cycle(bench, err)) return false;
  bench->quiet = 0;
  do {
    if (!top_get(bench, VMAC_CSR_STATUS, &status, err)) return false;
    if (bench->quiet > bench->options.patience)
      return vmac_fail(err, "status %u: nothing moves", status);
  } while (abort && status & VMAC_CSR_STATUS_BUSY_MASK); /* until its results are taken */
  if (abort && bench->inside)
    return vmac_fail(err, "abort: %zu beats are kept over it", bench->inside);
  if (!top_get(bench, VMAC_CSR_ERROR, &error, err) ||
      !top_set(bench, VMAC_CSR_STATUS, VMAC_CSR_STATUS_DONE_MASK, err))
    return false;
  /* A run may end while the abort is on its way. */
  const uint32_t want = abort ? 0 : VMAC_CSR_STATUS_DONE_MASK;
  const bool ended = abort && bench->taken == bench->count && status == VMAC_CSR_STATUS_DONE_MASK;
  if (status != want && !ended)
    return vmac_fail(err, "%s: status %u, expected %u, error %u", abort ? "abort" : "second start",
                     status, want, error);
  return !abort || clear_rest(bench, s, err);
}

enum { OKAY = 0, SLVERR = 2 };

/* Whether there is a register at `offset`, and whether it has bits to write. */
static bool register_at(uint32_t offset, bool *writable) {
#define AT(name, at, bits)                                                                         \
  if (offset == at) return *writable = bits != 0, true;
  VMAC_CSR_REGISTERS(AT)
#undef AT
  return *writable = false;
}

/* All registers there are and some that are not, read and written, while nothing runs; the answers
 * are those of rtl/csr.tbl. */
static bool sweep_registers(top_bench *bench, Stream *s, vmac_err *err) {
  for (uint32_t offset = 0; offset < 256; offset += 4) {
    int wrote = 0, read = 0;
    bool writable = false;
    const bool known = register_at(offset, &writable);
    uint32_t value = (uint32_t)vmac_rng_next(&s->rng);
    if (offset == VMAC_CSR_CONTROL) value &= ~VMAC_CSR_CONTROL_START_MASK;
    const uint32_t at = offset | (uint32_t)below(s, 4);
    if (!top_write(bench, at, value, (unsigned)below(s, 16), &wrote, err) ||
        !top_read(bench, at, &value, &read, err))
      return false;
    if (wrote != (writable ? OKAY : SLVERR) || read != (known ? OKAY : SLVERR))
      return vmac_fail(err, "bus: 0x%02x: the write was answered %d, the read %d", at, wrote, read);
  }
  return true;
}

/* On an open bench, whatever it did before; a stream in order must run after it. */
static bool run_fault(top_bench *bench, uint64_t seed, Fault fault, int salt, vmac_err *err) {
  Stream s;
  stream_make(&s, &bench->model->hw, ~seed * 64 + (uint64_t)salt, 4, false);
  const size_t whole = s.beats.count;
  size_t last = whole - 1;
  const uint32_t want = spoil(&s, fault, &last);
  top_offer(bench, s.beats.bytes, last + 1, last);
  bool ok = true;
  if (fault == BUSY || fault == ABORT) {
    ok = interfere(bench, &s, fault, err);
  } else {
    top_counts counts = {};
    /* All of it is taken; without TLAST it ends with END. */
    const size_t taken = fault == MISSING ? whole : last + 1;
    ok = top_run(bench, NULL, &counts, err) &&
         (((counts.error & VMAC_CSR_ERROR_CODE_MASK) == want && bench->taken == taken) ||
          vmac_fail(err, "expected error %u and %zu beats taken, found %u at beat %u and %zu", want,
                    taken, counts.error, counts.error_beat, bench->taken));
  }
  top_offer(bench, NULL, 0, SIZE_MAX);
  ok = ok && (fault != ABORT || sweep_registers(bench, &s, err));
  if (!ok) {
    vmac_err why = *err;
    vmac_fail(err, "fault %d: %.400s", (int)fault, why.text);
  }
  stream_free(&s);
  return ok;
}

static bool run_seed(const top_model *model, uint64_t seed, uint64_t *cycles, uint64_t *vectors) {
  top_options options = {seed, 0, 0, 20000, 0, 0, NULL};
  if (seed % 2 == 0) {
    options.idle = seed % 4 ? 300 : 20;
    options.stall = seed % 8 < 4 ? 500 : 0;
  }
  top_bench bench;
  vmac_err err;
  Stream stream;
  stream_make(&stream, &model->hw, seed, JOBS, true);
  bool ok = top_open(&bench, model, &options, &err);
  for (int i = 0; i < FAULTS + 12 && ok; i++) /* illegal are many things, an abort has many times */
    ok = run_fault(&bench, seed, i < FAULTS ? (Fault)i : i % 3 ? ILLEGAL : ABORT, i, &err);
  ok = ok && run_stream(&bench, &stream, &err);
  if (!ok)
    printf("FAIL streams %s: cycle %llu: %s\n  replay: build/bench/streams-%s %llu 1\n",
           model->name, (unsigned long long)bench.cycles, err.text, model->name,
           (unsigned long long)seed);
  *cycles += bench.cycles;
  *vectors += stream.vectors;
  top_close(&bench);
  stream_free(&stream);
  return ok;
}

int main(int argc, char **argv) {
  if (argc > 3) misused("usage: streams-MODEL [SEED [STREAMS]]");
  const uint64_t seed = argc > 1 ? number("SEED", argv[1], 0, UINT64_MAX) : 1;
  const uint64_t count = argc > 2 ? number("STREAMS", argv[2], 1, UINT32_MAX) : 10;
  for (size_t m = 0; m < top_model_count; m++) {
    uint64_t cycles = 0, vectors = 0;
    for (uint64_t i = 0; i < count; i++)
      if (!run_seed(top_models[m], seed + i, &cycles, &vectors)) return 1;
    printf("%s: %llu streams, %llu vectors equal\nPASS streams %llu %llu\n", top_models[m]->name,
           (unsigned long long)count, (unsigned long long)vectors, (unsigned long long)cycles,
           (unsigned long long)seed);
  }
  return 0;
}
