/* The checker itself: a model with one planted fault must fail, and be explained.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "top_faults.h"

struct Saboteur {
  const top_model *real;
  size_t beat; /* flip a bit of byte `byte` of that beat of the stream */
  int byte;
  uint64_t acc, bytes; /* else: the so many-th vector (from 1) of either tap */
  size_t at;
  uint64_t accs, outs;
  bool armed;
};
static Saboteur saboteur;

static void *sabotage_open(uint64_t seed) {
  saboteur.at = 0;
  saboteur.accs = saboteur.outs = 0;
  return saboteur.real->open(seed);
}

static void sabotage_cycle(void *dut, const top_in *in, top_out *out) {
  uint8_t data[TOP_MAX_BEAT];
  top_in bad = *in;
  if (saboteur.beat && in->s_valid && saboteur.at == saboteur.beat) {
    memcpy(data, in->s_data, (size_t)vmac_hw_beat(&saboteur.real->hw));
    data[saboteur.byte] ^= 0x40;
    bad.s_data = data;
  }
  saboteur.real->cycle(dut, &bad, out);
  if (in->rst)
    saboteur.at = saboteur.accs = saboteur.outs = 0;
  else if (in->s_valid && out->s_ready)
    saboteur.at++;
  if (!in->rst && out->acc_valid && ++saboteur.accs == saboteur.acc && saboteur.armed) {
    out->acc[1] ^= 0x100;
    saboteur.armed = false;
  }
  if (!in->rst && out->out_valid && ++saboteur.outs == saboteur.bytes && saboteur.armed) {
    out->bytes[1] ^= 1;
    saboteur.armed = false;
  }
}

static void sabotage(Faults *f, const Saboteur *plan, const char *const *words, int count) {
  saboteur = *plan;
  saboteur.real = f->model;
  saboteur.armed = true;
  top_model broken = *f->model;
  broken.open = sabotage_open;
  broken.cycle = sabotage_cycle;
  top_bench bench;
  vmac_err err;
  top_counts counts = {};
  if (!top_open(&bench, &broken, &f->options, &err)) fail(f, "a broken model: %s", err.text);
  if (top_check_run(&f->check, &bench, &counts, &err)) fail(f, "a broken model passed");
  top_check_explain(&f->check, &broken, &f->options, &err);
  for (int i = 0; i < count; i++)
    if (!strstr(err.text, words[i]))
      fail(f, "a broken model: expected the words '%s', found '%s'", words[i], err.text);
  top_close(&bench);
  f->done++;
}

void sabotages(Faults *f) {
  const vmac_program *p = f->check.program;
  const vmac_job *job = &p->job[first_job(f, VMAC_JOB_MAC, true)];
  const int per = f->beat / 4, rows = p->hw.rows;
  /* The first tile: descriptor, entries, then weights, the bottom row first; row 2, column 1. */
  const int records = p->hw.opt_ktile ? p->hw.cols * vmac_hw_record(&p->hw) : 0;
  const size_t beat = job->beat + (size_t)(64 / f->beat + records + (rows + per - 1) / per) +
                      (size_t)(rows - 1 - 2);
  char k[32];
  snprintf(k, sizeof k, "K tile 0, row 2, k %d:", vmac_job_k(job, rows, 0, 0, 2));
  const char *const weight[] = {k, "column 1 (channel 1)", "accumulator expected"};
  Saboteur plan = {};
  plan.beat = beat;
  plan.byte = 1;
  sabotage(f, &plan, weight, 3);
  const char *const acc[] = {"pixel 4, column 1", "accumulator expected",
                             "every product alone is right"};
  plan = Saboteur();
  plan.acc = 5;
  sabotage(f, &plan, acc, 3);
  const char *const byte[] = {"pixel 6, column 1", "byte expected"};
  plan = Saboteur();
  plan.bytes = 7;
  sabotage(f, &plan, byte, 2);
}
