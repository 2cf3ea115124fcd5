/* Job by job: descriptors, descriptions, and the packet around them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "program/compile.h"

/* Fields of a word: value in the low `bits` bits, moved up to bit `at`. */
static uint32_t field(int value, int bits, int at) {
  return ((uint32_t)value & (uint32_t)(((uint64_t)1 << bits) - 1)) << at;
}

static void emit_header(vmac_beats *b, const vmac_hw *hw) {
  const bool is_signed = vmac_mult_at((size_t)hw->cell)->cls == VMAC_S8;
  const uint32_t word[4] = {VMAC_STREAM_MAGIC,
                            field(hw->rows, 8, 0) | field(hw->cols, 8, 8) |
                                field(VMAC_STREAM_VERSION, 8, 16) | field(is_signed, 1, 24) |
                                field(hw->opt_correction, 2, 25) | field(hw->opt_mode, 1, 27) |
                                field(hw->opt_ktile, 1, 28) | field(hw->phi_rank, 3, 29),
                            (uint32_t)hw->cell, vmac_hw_ident(hw)};
  vmac_beats_words(b, word, 4);
}

static void emit_end(vmac_beats *b) {
  const uint32_t word[2] = {VMAC_JOB_END, b->sum};
  vmac_beats_words(b, word, 2);
}

/* The address walk: what to add where a counter moves and the ones inside it start again. */
static void walk(uint32_t *word, const vmac_layer *y, const vmac_place *in, int row) {
  const bool mac = y->kind == VMAC_JOB_MAC; /* its window lies in rows and tiles */
  const int kh = mac ? 1 : y->kh, kw = mac ? 1 : y->kw, w = y->in_w, groups = in->groups;
  const int iy0 = -y->pad_top + y->stride_h * row, ix0 = -y->pad_left;
  const int window = ((kh - 1) * w + kw - 1) * groups; /* from the first tap to the last */
  word[1] |= field(kh, 6, 16) | field(kw, 6, 22);
  word[4] = field(y->in_h, 16, 0) | field(w, 16, 16);
  word[5] = field(iy0, 16, 0) | field(ix0, 16, 16);
  word[6] = field(y->stride_h, 8, 0) | field(y->stride_w, 8, 8);
  word[7] = field(in->base + (iy0 * w + ix0) * groups, 16, 0);
  word[8] = field(groups, 16, 0) | field((w - (kw - 1)) * groups, 16, 16);
  word[9] = field(y->stride_w * groups - window, 16, 0) |
            field((y->stride_h * w - (y->out_w - 1) * y->stride_w) * groups - window, 16, 16);
}

static void emit_descriptor(vmac_beats *b, const vmac_graph *g, const vmac_layer *y, int sets,
                            int tiles, int row, int rows) {
  const vmac_place *in = &g->place[y->in[0]], *out = &g->place[y->out];
  const bool last = y->to_stream && row + rows == y->out_h;
  uint32_t word[16] = {0};
  word[0] = field((int)y->kind, 4, 0) | field(in->set, 1, 4) | field(out->set, 1, 5) |
            field(y->to_stream, 1, 6) | field(row > 0, 1, 7) | field(y->single, 1, 8) |
            field(last, 1, 9) | field(out->code, 4, 12) | field(y->pad, 8, 16) |
            field(y->zero, 8, 24);
  word[1] = field(y->lo, 8, 0) | field(y->hi, 8, 8);
  word[2] = field(sets, 16, 0) | field(tiles, 16, 16);
  word[3] = field(y->out_w, 16, 0) | field(rows, 16, 16);
  walk(word, y, in, row);
  word[11] = field(out->groups, 16, 0);
  if (y->kind == VMAC_JOB_SUM) word[12] = (uint32_t)y->vbias;
  if (y->kind == VMAC_JOB_ADD) {
    word[10] = field(g->place[y->in[1]].base - in->base, 16, 0);
    word[12] = (uint32_t)y->scale_b.mult;
    word[13] = field(y->scale_b.shift, 6, 0) | field(y->za, 8, 8) | field(y->zb, 8, 16);
  }
  vmac_beats_words(b, word, 16);
}

static vmac_job *new_job(vmac_program *p, vmac_job job) {
  p->job = realloc(p->job, (size_t)(p->jobs + 1) * sizeof *p->job);
  if (!p->job) abort();
  p->job[p->jobs] = job;
  return &p->job[p->jobs++];
}

static void emit_input(vmac_beats *b, vmac_program *p, const vmac_graph *g) {
  const vmac_place *in = &g->place[g->input];
  vmac_job *job = new_job(p, (vmac_job){.op = -1,
                                        .kind = VMAC_JOB_INPUT,
                                        .tensor = g->net->input,
                                        .pixels = in->h * in->w,
                                        .channels = in->c,
                                        .k_tiles = 1,
                                        .beat = b->count,
                                        .dst = in->set,
                                        .base = in->base,
                                        .words = in->words});
  const uint32_t word[16] = {[0] = field(VMAC_JOB_INPUT, 4, 0) | field(in->set, 1, 5),
                             [14] = (uint32_t)in->words,
                             [15] = field(in->base, 16, 0)};
  vmac_beats_words(b, word, 16);
  p->input_beat = b->count;
  p->input_beats = (size_t)in->words;
  vmac_beats_payload(b, p->input_beats);
  job->beats = b->count - job->beat;
}

static void add_results(vmac_program *p, const vmac_job *job) {
  p->result = realloc(p->result, (size_t)(p->result_sets + job->sets) * sizeof *p->result);
  if (!p->result) abort();
  for (int s = 0; s < job->sets; s++)
    p->result[p->result_sets++] =
        (vmac_results){.pixels = job->pixels, .first_pixel = job->first_pixel, .set = job->set[s]};
  p->result_beats += (size_t)job->sets * (size_t)job->pixels;
}

static bool emit_layer(vmac_beats *b, vmac_program *p, const vmac_graph *g, const vmac_layer *y,
                       vmac_err *err) {
  const vmac_place *in = &g->place[y->in[0]], *out = &g->place[y->out];
  const int tiles = vmac_layer_tiles(g, y), block = vmac_layer_block(g, y);
  int count;
  vmac_part *sets = vmac_layer_sets(g, y, &count);
  bool good = count <= UINT16_MAX && tiles <= UINT16_MAX;
  if (!good)
    vmac_fail(err, "operator %d: %d sets of output channels, %d K tiles: the hardware counts to %d",
              y->op, count, tiles, UINT16_MAX);
  for (int row = 0; good && row < y->out_h; row += block) {
    const int rows = y->out_h - row < block ? y->out_h - row : block;
    vmac_job *job = new_job(p, (vmac_job){.op = y->op,
                                          .kind = y->kind,
                                          .to_stream = y->to_stream,
                                          .tensor = y->tensor,
                                          .pixels = rows * y->out_w,
                                          .first_pixel = row * y->out_w,
                                          .channels = out->c,
                                          .cont = row > 0,
                                          .taps = y->kind == VMAC_JOB_MAC ? 1 : y->kh * y->kw,
                                          .sets = count,
                                          .k_tiles = tiles,
                                          .beat = b->count,
                                          .src = in->set,
                                          .dst = out->set,
                                          .base = out->base,
                                          .words = out->words});
    job->set = vmac_alloc((size_t)count, sizeof *job->set);
    for (int s = 0; s < count; s++) job->set[s] = sets[s].who;
    emit_descriptor(b, g, y, count, tiles, row, rows);
    good = vmac_emit_payload(b, g, y, sets, count, row, job, err);
    job->beats = b->count - job->beat;
    if (y->to_stream) add_results(p, job);
  }
  free(sets);
  return good;
}

bool vmac_emit(vmac_program *p, const vmac_graph *g, vmac_err *err) {
  vmac_beats b = {.beat = vmac_hw_beat(g->hw)};
  emit_header(&b, g->hw);
  emit_input(&b, p, g);
  bool good = true;
  for (int i = 0; good && i < g->layers; i++) good = emit_layer(&b, p, g, &g->layer[i], err);
  emit_end(&b);
  p->beats = b.bytes;
  p->beat_count = b.count;
  return good;
}
