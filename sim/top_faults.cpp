/* faults: what vmac_top does with packets, registers and resets that are wrong, and whether
 * the co-simulation names the place of a fault planted in a model. Packets stand here, whole runs
 * and registers in sim/top_fault_runs.cpp, planted faults in sim/top_sabotage.cpp.
 *
 * TEST RATIONALE. State space: every error code by its smallest fault, TLAST and truncation at
 * drawn places of every kind of beat, aborts, resets and second starts at drawn cycles; END without
 * TLAST and nothing behind it, or a rest, with a TLAST or not; faults and aborts in the middle of
 * results, also of results that nobody takes; aborts of runs that have hardly begun; beats on offer
 * before a start and behind a TLAST; all 64 register offsets, read and written. After each
 * fault a clean image must come out right, on the same instance, and the results of each run, good
 * or bad, are none or one packet that ends with its only TLAST. Parameters: the models linked,
 * assertions on; ResNet-8, image 0.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top_faults.h"

/* The interpreter's error codes are the registers'. */
enum { VMAC_RUN_NONE = VMAC_RUN_OK };
#define SAME_CODE(name, number) static_assert(VMAC_RUN_##name == number, #name);
VMAC_CSR_ERROR_CODE_VALUES(SAME_CODE)
#undef SAME_CODE

void fail(const Faults *f, const char *fmt, ...) {
  printf("FAIL faults %s, fault %d, cycle %llu: ", f->model->name, f->done,
         (unsigned long long)f->bench.cycles);
  va_list args;
  va_start(args, fmt);
  vprintf(fmt, args);
  va_end(args);
  printf("\n  replay: build/bench/faults --seed %llu\n", (unsigned long long)f->options.seed);
  exit(1);
}

size_t below(Faults *f, size_t bound) {
  return vmac_rng_below(&f->rng, (uint32_t)bound);
}

void restore(Faults *f) {
  memcpy(f->beats, f->check.program->beats, f->count * (size_t)f->beat);
}

uint32_t *word(Faults *f, size_t beat, int i) {
  return (uint32_t *)(void *)(f->beats + beat * (size_t)f->beat) + i;
}

uint32_t *job_word(Faults *f, int job, int i) {
  return word(f, f->check.program->job[job].beat, 0) + i;
}

void expect_closed(Faults *f, const char *what) {
  const top_bench *b = &f->bench;
  if (b->result_beats && (b->result_lasts != 1 || b->last_at != b->result_beats - 1))
    fail(f, "%s: %zu result beats, %zu TLASTs, the latest on beat %zu", what, b->result_beats,
         b->result_lasts, b->last_at);
}

void run_clean(Faults *f, const char *what) {
  vmac_err err;
  top_counts counts = {};
  if (!top_check_run(&f->check, &f->bench, &counts, &err))
    fail(f, "a clean image after '%s': %s", what, err.text);
  expect_closed(f, what);
  f->done++;
}

top_counts run_once(Faults *f, const char *what, size_t count, size_t last, uint32_t code,
                    size_t taken) {
  vmac_err err;
  top_counts counts = {};
  top_offer(&f->bench, f->beats, count, last);
  if (!top_run(&f->bench, NULL, &counts, &err)) fail(f, "%s: %s", what, err.text);
  const uint32_t status = VMAC_CSR_STATUS_DONE_MASK | (code ? VMAC_CSR_STATUS_ERROR_MASK : 0);
  if (counts.status != status || counts.error != code)
    fail(f, "%s: expected status %x and error %x, found %x and %x", what, status, code,
         counts.status, counts.error);
  if (f->bench.taken != taken)
    fail(f, "%s: expected %zu beats to be taken, found %zu", what, taken, f->bench.taken);
  expect_closed(f, what);
  return counts;
}

void run_broken(Faults *f, const char *what, size_t count, size_t last, uint32_t code, size_t at) {
  const top_counts counts = run_once(f, what, count, last, code, count);
  if (at != SIZE_MAX && counts.error_beat != at)
    fail(f, "%s: expected the error after %zu beats, found it after %u", what, at,
         counts.error_beat);
  run_clean(f, what);
  restore(f);
}

int first_job(const Faults *f, vmac_jobkind kind, bool tiled) {
  const vmac_program *p = f->check.program;
  for (int i = 0; i < p->jobs; i++)
    if (p->job[i].kind == kind && (!tiled || p->job[i].k_tiles > 1)) return i;
  fail(f, "the network has no %s job", vmac_job_name(kind));
}

/* ---- packets --------------------------------------------------------------------------------- */

static void broken_headers(Faults *f) {
  static const struct {
    const char *what;
    int word;
    uint32_t flip, code;
  } list[] = {{"magic", 0, 1, VMAC_CSR_ERROR_CODE_MAGIC},
              {"magic, highest bit", 0, 1u << 31, VMAC_CSR_ERROR_CODE_MAGIC},
              {"version", 1, 1u << 16, VMAC_CSR_ERROR_CODE_VERSION},
              {"rows", 1, 1, VMAC_CSR_ERROR_CODE_GEOMETRY},
              {"columns", 1, 1u << 15, VMAC_CSR_ERROR_CODE_GEOMETRY},
              {"operand class", 1, 1u << 24, VMAC_CSR_ERROR_CODE_GEOMETRY},
              {"correction", 1, 1u << 25, VMAC_CSR_ERROR_CODE_GEOMETRY},
              {"coefficients per K tile", 1, 1u << 28, VMAC_CSR_ERROR_CODE_GEOMETRY},
              {"planes of phi", 1, 1u << 29, VMAC_CSR_ERROR_CODE_GEOMETRY},
              {"cell", 2, 1, VMAC_CSR_ERROR_CODE_GEOMETRY},
              {"cell, highest bit", 2, 1u << 31, VMAC_CSR_ERROR_CODE_GEOMETRY},
              {"words per buffer", 3, 1, VMAC_CSR_ERROR_CODE_GEOMETRY},
              {"cells of the PEs", 3, 1u << 8, VMAC_CSR_ERROR_CODE_GEOMETRY},
              {"cells of the PEs, highest bit", 3, 1u << 31, VMAC_CSR_ERROR_CODE_GEOMETRY}};
  for (const auto &h : list) {
    *word(f, 0, h.word) ^= h.flip;
    run_broken(f, h.what, f->count, f->count - 1, h.code, 1);
  }
}

static void broken_jobs(Faults *f) {
  const int input = first_job(f, VMAC_JOB_INPUT, false), mac = first_job(f, VMAC_JOB_MAC, true),
            add = first_job(f, VMAC_JOB_ADD, false);
  const struct {
    const char *what;
    int job, word;
    uint32_t clear, set;
  } list[] = {{"kind 5", mac, 0, 15, 5},
              {"kind 14", add, 0, 15, 14},
              {"no sets", mac, 2, 0xffff, 0},
              {"no K tiles", mac, 2, 0xffff0000u, 0},
              {"no width", mac, 3, 0xffff, 0},
              {"no height", add, 3, 0xffff0000u, 0},
              {"no input", input, 14, 0xffff, 0},
              {"K tiles of an ADD", add, 2, 0, 2u << 16},
              {"window of a MAC", mac, 1, 63u << 16, 2u << 16},
              {"no window of an ADD", add, 1, 63u << 22, 0},
              {"more pixels than accumulators", mac, 3, 0xffffffffu, 0x04000400u}};
  for (const auto &j : list) {
    uint32_t *w = job_word(f, j.job, j.word);
    *w = (*w & ~j.clear) | j.set;
    run_broken(f, j.what, f->count, f->count - 1, VMAC_CSR_ERROR_CODE_JOB, SIZE_MAX);
  }
}

static void broken_ends(Faults *f) {
  const vmac_program *p = f->check.program;
  /* TLAST early: on the header, and at drawn beats of every job: descriptor, payload. */
  run_broken(f, "TLAST on the header", 1, 0, VMAC_CSR_ERROR_CODE_EARLY, 1);
  for (int i = 0; i < p->jobs; i++) {
    const size_t at = p->job[i].beat + below(f, p->job[i].beats);
    run_broken(f, "TLAST early", at + 1, at, VMAC_CSR_ERROR_CODE_EARLY, at + 1);
  }
  run_broken(f, "TLAST before END", f->count - 1, f->count - 2, VMAC_CSR_ERROR_CODE_EARLY,
             f->count - 1);
}

static void broken_payloads(Faults *f) {
  const vmac_program *p = f->check.program;
  for (int i = 0; i < 12; i++) {
    const vmac_job *job = &p->job[below(f, (size_t)p->jobs)];
    if (job->kind != VMAC_JOB_MAC) continue;
    /* Weights and coefficients, not the SET beat's or the entries' places. */
    const size_t at = job->beat + job->beats - 1 - below(f, (size_t)p->hw.rows);
    f->beats[at * (size_t)f->beat + below(f, (size_t)f->beat)] ^= (uint8_t)(1u << below(f, 8));
    run_broken(f, "a weight's bit", f->count, f->count - 1, VMAC_CSR_ERROR_CODE_CHECKSUM, f->count);
  }
  *word(f, f->count - 1, 1) ^= 1u << below(f, 32);
  run_broken(f, "the checksum", f->count, f->count - 1, VMAC_CSR_ERROR_CODE_CHECKSUM, f->count);
  /* Two beats exchanged: the sum knows their order. */
  const vmac_job *mac = &p->job[first_job(f, VMAC_JOB_MAC, true)];
  uint8_t *a = f->beats + (mac->beat + mac->beats - 1) * (size_t)f->beat, *b = a - f->beat;
  uint8_t spare[TOP_MAX_BEAT];
  memcpy(spare, a, (size_t)f->beat);
  memcpy(a, b, (size_t)f->beat);
  memcpy(b, spare, (size_t)f->beat);
  run_broken(f, "weights of two rows exchanged", f->count, f->count - 1,
             VMAC_CSR_ERROR_CODE_CHECKSUM, f->count);
  /* The image is not summed: another image is no error. */
  f->beats[(p->input_beat + p->input_beats / 2) * (size_t)f->beat] ^= 0x55;
  run_broken(f, "another image", f->count, f->count - 1, VMAC_CSR_ERROR_CODE_NONE, SIZE_MAX);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void run_model(const top_model *model, const top_options *options, const vmac_net *net,
                      const vmac_dataset *data, uint64_t *total) {
  Faults f = {};
  f.model = model;
  f.options = *options;
  vmac_rng_seed(&f.rng, options->seed);
  vmac_err err;
  vmac_plan *plan = vmac_plan_make(net, vmac_mult_at((size_t)model->hw.cell), nullptr,
                                   VMAC_CORR_NONE, data, 0, &err);
  if (!plan) fail(&f, "%s", err.text);
  if (!top_check_open(&f.check, net, plan, &model->hw, VMAC_ROUND_DOUBLE, TOP_SUMS, &err))
    fail(&f, "%s", err.text);
  top_check_image(&f.check, data, 0);
  f.beat = vmac_hw_beat(&model->hw);
  f.count = f.check.program->beat_count;
  f.beats = (uint8_t *)vmac_alloc(f.count, (size_t)f.beat);
  restore(&f);
  if (!top_open(&f.bench, model, options, &err)) fail(&f, "%s", err.text);
  run_clean(&f, "opening");
  registers(&f);
  broken_headers(&f);
  broken_jobs(&f);
  broken_ends(&f);
  broken_payloads(&f);
  runs(&f);
  sabotages(&f);
  printf("%-24s %d faults, %llu cycles\n", model->name, f.done, (unsigned long long)f.bench.cycles);
  *total += f.bench.cycles;
  top_close(&f.bench);
  free(f.beats);
  top_check_close(&f.check);
  vmac_plan_free(plan);
}

int main(int argc, char **argv) {
  top_options options = {1, 20, 100, 200000, 0, 0, NULL};
  for (int i = 1; i < argc; i++) {
    char *end = NULL;
    if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) options.seed = strtoull(argv[++i], &end, 0);
    if (!end || end == argv[i] || *end) {
      fprintf(stderr, "usage: faults [--seed N]\n");
      return 2;
    }
  }
  vmac_err err;
  vmac_dataset data;
  vmac_net *net = vmac_net_load("weights/resnet8.tflite", &err);
  if (!net || !vmac_dataset_load(&data, "subset:test", &err)) {
    fprintf(stderr, "faults: %s\n", err.text);
    return 1;
  }
  uint64_t total = 0;
  for (size_t i = 0; i < top_model_count; i++)
    run_model(top_models[i], &options, net, &data, &total);
  printf("PASS faults %llu %llu\n", (unsigned long long)total, (unsigned long long)options.seed);
  vmac_dataset_free(&data);
  vmac_net_free(net);
  return 0;
}
