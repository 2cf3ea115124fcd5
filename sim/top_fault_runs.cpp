/* Faults of whole runs (packets that do not end; aborts, resets and starts at drawn cycles; results
 * that nobody takes), and all registers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "top_faults.h"

static void must(Faults *f, bool ok, const char *what, const vmac_err *err) {
  if (!ok) fail(f, "%s: %s", what, err->text);
}

static void cycles(Faults *f, size_t n) {
  vmac_err err;
  for (size_t i = 0; i < n; i++) must(f, top_cycle(&f->bench, &err), "cycles", &err);
}

/* A cycle of a wait: something moves now and then (bench.quiet = 0 begins it). */
static void wait_cycle(Faults *f, const char *what) {
  cycles(f, 1);
  if (f->bench.quiet > f->options.patience) fail(f, "%s: nothing moves any more", what);
}

static uint32_t get(Faults *f, uint32_t offset) {
  vmac_err err;
  uint32_t value = 0;
  must(f, top_get(&f->bench, offset, &value, &err), "read", &err);
  return value;
}

static void set(Faults *f, uint32_t offset, uint32_t value) {
  vmac_err err;
  must(f, top_set(&f->bench, offset, value, &err), "write", &err);
}

static void expect(Faults *f, const char *what, uint32_t offset, uint32_t want) {
  const uint32_t found = get(f, offset);
  if (found != want)
    fail(f, "%s: register 0x%02x: expected %x, found %x", what, offset, want, found);
}

/* Half-way through a run, anywhere in it. */
static void half_a_run(Faults *f, size_t count) {
  top_offer(&f->bench, f->beats, count, count == f->count ? count - 1 : SIZE_MAX);
  set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_START_MASK);
  cycles(f, 1 + below(f, 30000));
}

/* The run that is on ends well, with the image's results. */
static void finish(Faults *f, const char *what) {
  f->bench.quiet = 0;
  while (!f->bench.out.irq) wait_cycle(f, what);
  expect(f, what, VMAC_CSR_STATUS, VMAC_CSR_STATUS_DONE_MASK);
  const vmac_program *p = f->check.program;
  const size_t size = f->check.net->tensor[p->out_tensor].size;
  int8_t *codes = (int8_t *)vmac_alloc(size, 1);
  if (f->bench.result_beats != p->result_beats)
    fail(f, "%s: %zu result beats", what, f->bench.result_beats);
  expect_closed(f, what);
  vmac_program_get_output(p, f->bench.results, codes);
  if (memcmp(codes, f->check.state->i8[p->out_tensor], size) != 0)
    fail(f, "%s: the run's output is wrong", what);
  free(codes);
}

/* The source still has a part of a packet: the next run drops it and takes the packet behind it. */
static void run_behind_rest(Faults *f, const char *what) {
  set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_START_MASK | VMAC_CSR_CONTROL_IRQ_ENABLE_MASK);
  f->bench.quiet = 0;
  while (f->bench.next < f->bench.count) wait_cycle(f, what);
  restore(f);
  top_offer(&f->bench, f->beats, f->count, f->count - 1);
  finish(f, what);
  run_clean(f, what);
}

/* END without TLAST: the run ends there, and what follows is the next run's to drop. */
static void late(Faults *f) {
  enum { REST = 5 };
  uint8_t *longer = (uint8_t *)vmac_alloc(f->count + REST, (size_t)f->beat);
  uint8_t *own = f->beats;
  memcpy(longer, own, f->count * (size_t)f->beat);
  for (int i = 0; i < 4; i++) {
    const size_t count = f->count + (i < 2 ? 0 : REST);
    const char *const what[] = {"END without TLAST, nothing follows", "and once more",
                                "END without TLAST, TLAST later", "no TLAST at all"};
    f->beats = longer;
    run_once(f, what[i], count, i == 2 ? count - 1 : SIZE_MAX, VMAC_CSR_ERROR_CODE_LATE, f->count);
    f->beats = own;
    if (count == f->count)
      run_clean(f, what[i]);
    else
      run_behind_rest(f, what[i]);
  }
  free(longer);
}

/* After an abort: nothing is taken, what the stream's register held is dropped, results end, the
 * run is over without done. */
static void wait_abort(Faults *f, const char *what, uint32_t status) {
  const size_t next = f->bench.next;
  for (int i = 0; get(f, VMAC_CSR_STATUS) & VMAC_CSR_STATUS_BUSY_MASK; i++)
    if (i > 1000) fail(f, "%s: the accelerator stays busy", what);
  expect(f, what, VMAC_CSR_STATUS, status);
  cycles(f, 100);
  if (f->bench.next != next) fail(f, "%s: beats are taken after an abort", what);
  if (f->bench.inside) fail(f, "%s: %zu beats are kept over an abort", what, f->bench.inside);
  expect_closed(f, what);
}

static void aborted(Faults *f) {
  /* The packet stops without TLAST: only an abort helps. */
  for (int i = 0; i < 4; i++) {
    const size_t count = 1 + below(f, 200 * (size_t)(1 + i));
    half_a_run(f, count);
    cycles(f, 40000);
    expect(f, "a packet that stops", VMAC_CSR_STATUS, VMAC_CSR_STATUS_BUSY_MASK);
    set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_ABORT_MASK);
    wait_abort(f, "abort of a packet that stopped", 0);
    run_clean(f, "a packet that stops");
  }
  /* Aborted while beats flow. */
  for (int i = 0; i < 8; i++) {
    half_a_run(f, f->count);
    set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_ABORT_MASK);
    wait_abort(f, "abort", 0);
    run_behind_rest(f, "abort");
  }
}

/* A run that is aborted when its packet's first beat comes, or before. Has that been taken, by the
 * stream's register alone or by the parser, the rest is one: the next run drops it. */
static void hardly_begun(Faults *f) {
  enum { BEATS = 64 }; /* more than come until the abort */
  const char *const what = "abort of a run that has hardly begun";
  vmac_err err;
  for (int i = 0, rests = 0; rests < 40; i++) {
    if (i == 1000) fail(f, "%s: only %d times with a beat", what, rests);
    top_offer(&f->bench, f->beats, BEATS, BEATS - 1);
    f->bench.options.idle = 800;
    set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_START_MASK);
    set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_ABORT_MASK);
    wait_abort(f, what, 0);
    f->bench.options.idle = f->options.idle;
    if (f->bench.next == 1) {
      rests++;
      set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_START_MASK);
      f->bench.quiet = 0;
      while (f->bench.next < BEATS) wait_cycle(f, what);
      cycles(f, 10);
      expect(f, what, VMAC_CSR_STATUS, VMAC_CSR_STATUS_BUSY_MASK);
    }
    must(f, top_reset(&f->bench, 1, &err), "reset", &err);
  }
  top_offer(&f->bench, NULL, 0, SIZE_MAX);
  run_clean(f, what);
}

/* A fault, and no TLAST to end the packet, on END neither: only an abort helps. */
static void endless(Faults *f) {
  uint32_t *w = job_word(f, first_job(f, VMAC_JOB_MAC, true), 0);
  *w = (*w & ~15u) | 5;
  top_offer(&f->bench, f->beats, f->count, SIZE_MAX);
  set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_START_MASK);
  f->bench.quiet = 0;
  while (f->bench.next < f->count) wait_cycle(f, "a fault without TLAST");
  cycles(f, 1000);
  expect(f, "a fault without TLAST", VMAC_CSR_STATUS,
         VMAC_CSR_STATUS_BUSY_MASK | VMAC_CSR_STATUS_ERROR_MASK);
  expect(f, "a fault without TLAST", VMAC_CSR_ERROR, VMAC_CSR_ERROR_CODE_JOB);
  set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_ABORT_MASK);
  wait_abort(f, "abort of a fault without TLAST", VMAC_CSR_STATUS_ERROR_MASK);
  run_clean(f, "a fault without TLAST");
  restore(f);
}

/* Nothing is taken before a start, and nothing behind a packet's TLAST. */
static void closed(Faults *f) {
  uint8_t *two = (uint8_t *)vmac_alloc(2 * f->count, (size_t)f->beat);
  for (size_t i = 0; i < 2; i++)
    memcpy(two + i * f->count * (size_t)f->beat, f->beats, f->count * (size_t)f->beat);
  top_offer(&f->bench, two, 2 * f->count, f->count - 1);
  for (size_t i = 0; i < 2; i++) {
    cycles(f, 100);
    if (f->bench.next != i * f->count || f->bench.inside)
      fail(f, "packet %zu: %zu beats are taken before its start", i, f->bench.next - i * f->count);
    f->bench.result_beats = f->bench.result_lasts = 0;
    f->bench.last = (i + 1) * f->count - 1;
    set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_START_MASK | VMAC_CSR_CONTROL_IRQ_ENABLE_MASK);
    finish(f, "a packet on offer before its start");
  }
  run_clean(f, "two packets on offer");
  free(two);
}

/* Many results leave before something goes wrong: the first layer's, without a TLAST of theirs. */
static void open_results(Faults *f) {
  const vmac_program *p = f->check.program;
  const int mac = first_job(f, VMAC_JOB_MAC, false);
  for (int i = 0; i < 6; i++) {
    *job_word(f, mac, 0) |= 1u << 6;
    const vmac_job *behind = &p->job[mac + 2 + (int)below(f, (size_t)(p->jobs - mac - 2))];
    const size_t at = behind->beat + below(f, behind->beats);
    run_once(f, "TLAST early, results open", at + 1, at, VMAC_CSR_ERROR_CODE_EARLY, at + 1);
    if (f->bench.result_beats < 2) fail(f, "results open: no result came");
    run_clean(f, "TLAST early, results open");
  }
  /* Here the last layer's TLAST is the packet's. */
  *job_word(f, mac, 0) |= 1u << 6;
  run_broken(f, "results of two layers", f->count, f->count - 1, VMAC_CSR_ERROR_CODE_CHECKSUM,
             SIZE_MAX);
  /* And where all results had left before the fault, nothing is added. */
  *word(f, f->count - 1, 1) ^= 1;
  top_offer(&f->bench, f->beats, f->count, f->count - 1);
  f->bench.count--;
  set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_START_MASK | VMAC_CSR_CONTROL_IRQ_ENABLE_MASK);
  f->bench.quiet = 0;
  while (!f->bench.result_lasts) wait_cycle(f, "results without END");
  f->bench.count++;
  while (!f->bench.out.irq) wait_cycle(f, "END after the results");
  expect(f, "checksum after the results", VMAC_CSR_ERROR, VMAC_CSR_ERROR_CODE_CHECKSUM);
  expect_closed(f, "checksum after the results");
  run_clean(f, "checksum after the results");
  restore(f);
  /* An abort takes back nothing that is offered, and waits for whoever takes it. */
  for (int i = 0; i < 6; i++) {
    *job_word(f, mac, 0) |= 1u << 6;
    top_offer(&f->bench, f->beats, f->count, f->count - 1);
    set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_START_MASK);
    const size_t before = 1 + below(f, 100);
    f->bench.quiet = 0;
    while (f->bench.result_beats < before) wait_cycle(f, "results to be left");
    f->bench.options.stall = 1000;
    cycles(f, below(f, 300));
    set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_ABORT_MASK);
    cycles(f, 1000);
    expect(f, "abort, results not taken", VMAC_CSR_STATUS, VMAC_CSR_STATUS_BUSY_MASK);
    set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_START_MASK);
    expect(f, "start while results wait", VMAC_CSR_ERROR, VMAC_CSR_ERROR_START_WHILE_BUSY_MASK);
    f->bench.options.stall = f->options.stall;
    wait_abort(f, "abort, results taken late", 0);
    if (f->bench.result_beats <= before) fail(f, "abort: the results are not closed");
    run_behind_rest(f, "abort, results taken late");
  }
}

static void resets(Faults *f) {
  for (int i = 0; i < 12; i++) {
    half_a_run(f, f->count);
    vmac_err err;
    must(f, top_reset(&f->bench, 1, &err), "reset", &err);
    top_offer(&f->bench, NULL, 0, SIZE_MAX);
    expect(f, "reset", VMAC_CSR_STATUS, 0);
    for (uint32_t count = VMAC_CSR_CYCLES; count <= VMAC_CSR_BEATS_OUT; count += 4)
      expect(f, "reset", count, 0);
    run_clean(f, "reset");
  }
  /* The source goes on: what comes is no packet. */
  vmac_err err;
  top_counts counts = {};
  top_offer(&f->bench, f->beats, f->count, f->count - 1);
  set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_START_MASK);
  f->bench.quiet = 0;
  while (f->bench.next < f->count / 2) wait_cycle(f, "half a packet");
  const size_t next = f->bench.next;
  must(f, top_reset(&f->bench, 1, &err), "reset", &err);
  f->bench.next = next;
  f->bench.taken = f->bench.result_beats = 0;
  must(f, top_run(&f->bench, NULL, &counts, &err), "reset, the source goes on", &err);
  if (counts.error != VMAC_CSR_ERROR_CODE_MAGIC || counts.error_beat != 1 ||
      f->bench.taken != f->count - next || f->bench.result_beats)
    fail(f, "reset, the source goes on: error %x at %u, %zu of %zu beats taken", counts.error,
         counts.error_beat, f->bench.taken, f->count - next);
  run_clean(f, "reset, the source goes on");
}

/* A start during a run raises a flag, and the run goes on and is right. */
static void starts(Faults *f) {
  half_a_run(f, f->count);
  set(f, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_START_MASK | VMAC_CSR_CONTROL_IRQ_ENABLE_MASK);
  expect(f, "start while busy", VMAC_CSR_ERROR, VMAC_CSR_ERROR_START_WHILE_BUSY_MASK);
  expect(f, "start while busy", VMAC_CSR_STATUS, VMAC_CSR_STATUS_BUSY_MASK);
  finish(f, "start while busy");
  /* done stays until it is cleared; the next start clears the flag. */
  run_clean(f, "start while busy");
  expect(f, "start after start while busy", VMAC_CSR_ERROR, 0);
}

void runs(Faults *f) {
  late(f);
  starts(f);
  aborted(f);
  hardly_begun(f);
  endless(f);
  closed(f);
  open_results(f);
  resets(f);
}

/* ---- registers ------------------------------------------------------------------------------- */

void registers(Faults *f) {
  uint32_t writable[64];
  bool known[64] = {};
#define VMAC_REGISTER(name, offset, bits) known[(offset) / 4] = true, writable[(offset) / 4] = bits;
  VMAC_CSR_REGISTERS(VMAC_REGISTER)
#undef VMAC_REGISTER
  vmac_err err;
  for (int i = 0; i < 64; i++) {
    uint32_t before = 0, after = 0;
    int resp = 0;
    const uint32_t offset = 4u * (uint32_t)i + (uint32_t)below(f, 4);
    must(f, top_read(&f->bench, offset, &before, &resp, &err), "read", &err);
    if ((resp == 0) != known[i]) fail(f, "the read of 0x%02x was answered %d", offset, resp);
    if (known[i] && writable[i]) continue;
    must(f, top_write(&f->bench, offset, (uint32_t)vmac_rng_next(&f->rng), 15, &resp, &err),
         "write", &err);
    if (resp == 0) fail(f, "the write of 0x%02x was answered %d", offset, resp);
    must(f, top_read(&f->bench, offset, &after, &resp, &err), "read", &err);
    if (before != after)
      fail(f, "register 0x%02x: %x before a write, %x after it", offset, before, after);
  }
  /* Without a strobe nothing starts. */
  int resp = 0;
  must(f, top_write(&f->bench, VMAC_CSR_CONTROL, 7, 0xe, &resp, &err), "write", &err);
  cycles(f, 8);
  expect(f, "a write without strobes", VMAC_CSR_STATUS, 0);
  run_clean(f, "all registers read and written");
}
