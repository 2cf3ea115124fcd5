/* A network through the compiler and the interpreter of its beats, beside the golden model: every
 * accumulator, every layer's bytes, and the output. SPDX-License-Identifier: Apache-2.0 */
#ifndef PROGRAM_RUN_H
#define PROGRAM_RUN_H

#include "program/program.h"

#include "net_build.h"

typedef struct {
  const char *what;
  const vmac_net *net;
  const vmac_plan *plan;
  vmac_state *state; /* after vmac_net_run() */
  const vmac_program *program;
  int acc_op; /* whose accumulators are in acc */
  int32_t *acc;
  uint8_t *seen; /* per tensor element of the job at work's tensor */
  size_t vectors;
} program_check;

static inline void program_vector(void *context, int job_index, int set, int pixel,
                                  const int32_t *acc, const int8_t *out) {
  program_check *c = context;
  if (job_index >= c->program->jobs)
    fail_msg("%s: job %d of %d", c->what, job_index, c->program->jobs);
  const vmac_job *job = &c->program->job[job_index];
  const vmac_set *s = &job->set[set];
  c->vectors++;
  if (job->kind == VMAC_JOB_MAC && c->acc_op != job->op) {
    const vmac_op *op = &c->net->op[job->op];
    free(c->acc);
    c->acc = vmac_alloc((size_t)op->m * (size_t)op->n, sizeof *c->acc);
    vmac_layer_acc(c->net, op, c->plan ? &c->plan->mac[job->op] : NULL, c->state->i8[op->in[0]],
                   c->acc, c->state);
    c->acc_op = job->op;
  }
  for (int i = 0; i < s->count; i++) {
    const int column = s->column + i, channel = s->channel + i, at = job->first_pixel + pixel;
    const size_t index = (size_t)at * (size_t)job->channels + (size_t)channel;
    if (index >= c->net->tensor[job->tensor].size) fail_msg("%s: element %zu", c->what, index);
    if (job->kind == VMAC_JOB_MAC && acc[column] != c->acc[index])
      fail_msg("%s: op %d, pixel %d, channel %d: accumulator %d, golden %d", c->what, job->op, at,
               channel, acc[column], c->acc[index]);
    if (out[column] != c->state->i8[job->tensor][index])
      fail_msg("%s: op %d (%s), pixel %d, channel %d: byte %d, golden %d", c->what, job->op,
               vmac_job_name(job->kind), at, channel, out[column],
               c->state->i8[job->tensor][index]);
    c->seen[index]++;
  }
  /* After the layer's last vector every element was there once. */
  if (set == job->sets - 1 && pixel == job->pixels - 1 &&
      (size_t)(job->first_pixel + job->pixels) * (size_t)job->channels ==
          c->net->tensor[job->tensor].size)
    for (size_t i = 0; i < c->net->tensor[job->tensor].size; i++) {
      if (c->seen[i] != 1)
        fail_msg("%s: op %d, element %zu came %d times", c->what, job->op, i, c->seen[i]);
      c->seen[i] = 0;
    }
}

/* No tile has only idle rows: it would cost a pass over the pixels for nothing. */
static inline void program_tiles(const char *what, const vmac_job *job, int rows) {
  for (int s = 0; job->k && s < job->k_sets; s++)
    for (int t = 0; t < job->k_tiles; t++) {
      int on = 0;
      for (int r = 0; r < rows; r++) on += vmac_job_k(job, rows, s, t, r) >= 0;
      if (!on) fail_msg("%s: op %d, set %d, tile %d is idle", what, job->op, s, t);
    }
}

/* state->i8[net->input] holds the image. Stops the test at the first difference. */
static inline void program_compare(const char *what, const vmac_net *net, const vmac_plan *plan,
                                   const vmac_hw *hw, vmac_rounding rounding, vmac_state *state) {
  vmac_err err;
  vmac_program *p = vmac_program_compile(net, plan, hw, rounding, &err);
  if (!p) fail_msg("%s: %s", what, err.text);
  for (int i = 1; i < p->jobs; i++) { /* a job that goes on says so: no interpreter needs to know */
    const uint8_t *w0 = p->beats + p->job[i].beat * (size_t)vmac_hw_beat(hw);
    if (w0[0] >> 7 != (p->job[i].first_pixel > 0)) fail_msg("%s: job %d: cont", what, i);
    program_tiles(what, &p->job[i], hw->rows);
  }
  vmac_net_run(net, plan, rounding, state);
  vmac_program_set_image(p, state->i8[net->input]);
  size_t largest = 0;
  for (int t = 0; t < net->tensors; t++)
    if (net->tensor[t].size > largest) largest = net->tensor[t].size;
  program_check c = {.what = what,
                     .net = net,
                     .plan = plan,
                     .state = state,
                     .program = p,
                     .acc_op = -1,
                     .seen = vmac_alloc(largest, 1)};
  const vmac_observer observer = {.context = &c, .vector = program_vector};
  vmac_run run;
  if (!vmac_interpret(hw, p->beats, p->beat_count, &observer, &run, &err))
    fail_msg("%s: %s", what, err.text);
  if (run.beats != p->result_beats || run.last != run.beats)
    fail_msg("%s: %zu result beats, TLAST on %zu, expected %zu", what, run.beats, run.last,
             p->result_beats);
  const size_t size = net->tensor[p->out_tensor].size;
  int8_t *output = vmac_alloc(size, 1);
  memset(output, 0x55, size);
  vmac_program_get_output(p, run.bytes, output);
  if (memcmp(output, state->i8[p->out_tensor], size)) fail_msg("%s: output differs", what);
  free(output);
  free(run.bytes);
  free(c.seen);
  free(c.acc);
  vmac_program_free(p);
}

#endif
