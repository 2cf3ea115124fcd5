/* Random streams: jobs, their payloads, all in order.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "top_stream.h"

enum { TAPS = 4000 }; /* of a job, about */

static int between(Stream *s, int lo, int hi) {
  return lo + wide(s, hi - lo);
}

static uint32_t bits(int value, int n, int at) {
  return ((uint32_t)value & ((1u << n) - 1)) << at;
}

static uint32_t any(Stream *s) {
  return (uint32_t)vmac_rng_next(&s->rng);
}

/* A field of a word whose other bits stay. */
static void put(uint32_t *word, int value, int n, int at) {
  *word = (*word & ~bits(-1, n, at)) | bits(value, n, at);
}

/* ---- a job ----------------------------------------------------------------------------------- */

/* A map in the words from .. to - 1. */
static void draw_map(Stream *s, Job *j, int from, int to) {
  const int words = to - from;
  j->w = between(s, 1, words < 1023 ? words : 1023);
  j->h = between(s, 1, words / j->w < 1023 ? words / j->w : 1023);
  j->groups = between(s, 1, words / (j->w * j->h));
  j->base = from + below(s, words - j->w * j->h * j->groups + 1);
}

/* Pixels and windows, few enough taps to be run. */
static void draw_walk(Stream *s, Job *j, int acc_depth) {
  const bool window = j->kind == VMAC_JOB_MAX || j->kind == VMAC_JOB_SUM;
  int left = TAPS;
  j->win_h = window ? between(s, 1, 63) : 1;
  j->win_w = window ? between(s, 1, 63) : 1;
  left /= j->win_h * j->win_w;
  j->k_tiles = j->kind == VMAC_JOB_MAC ? between(s, 1, 20) : 1;
  left /= j->k_tiles;
  if (j->k_tiles > 1 && left > acc_depth) left = acc_depth;
  if (left < 1) left = 1;
  j->out_w = between(s, 1, left < 2000 ? left : 2000);
  left = left / j->out_w;
  j->out_h = between(s, 1, left);
  j->pixels = j->out_w * j->out_h;
  left /= j->out_h;
  j->sets = between(s, 1, left < 1 ? 1 : left < MAX_SETS ? left : MAX_SETS);
}

static void put_fields(Stream *s, Job *j) {
  uint32_t *w = j->word;
  int stride_h = wide(s, 255), stride_w = wide(s, 255);
  int iy0 = between(s, 0, j->h + 5) - wide(s, 70), ix0 = between(s, 0, j->w + 5) - wide(s, 70);
  if (!below(s, 16)) iy0 = below(s, 16000) - 16000;
  if (!below(s, 16)) ix0 = below(s, 16000) - 16000;
  const int g = j->groups, back = ((j->win_h - 1) * j->w + j->win_w - 1) * g;
  w[4] = bits(j->h, 16, 0) | bits(j->w, 16, 16);
  w[5] = bits(iy0, 16, 0) | bits(ix0, 16, 16);
  w[6] = bits(stride_h, 8, 0) | bits(stride_w, 8, 8);
  w[7] = bits(j->base + (iy0 * j->w + ix0) * g, 16, 0);
  w[8] = bits(g, 16, 0) | bits((j->w - (j->win_w - 1)) * g, 16, 16);
  w[9] = bits(stride_w * g - back, 16, 0) |
         bits((stride_h * j->w - (j->out_w - 1) * stride_w) * g - back, 16, 16);
}

/* Coordinates stay in 16 bits. */
static bool fits(const Job *j) {
  const int32_t iy0 = (int16_t)j->word[5], ix0 = (int16_t)(j->word[5] >> 16);
  const int stride_h = j->word[6] & 255, stride_w = j->word[6] >> 8 & 255;
  return iy0 + j->out_h * stride_h + 63 < 32768 && ix0 + j->out_w * stride_w + 63 < 32768 &&
         iy0 >= -32768 && ix0 >= -32768;
}

static Job draw_job(Stream *s) {
  Job j = {};
  const int depth = s->hw->buf_depth;
  j.kind = (vmac_jobkind)(1 + below(s, 4));
  const int src = below(s, 2), dst = below(s, 2);
  /* Where both operands or source and destination share a buffer: its parts read and written. */
  int from = 0, to = depth;
  j.zone_end = depth;
  if (src == dst || j.kind == VMAC_JOB_ADD) {
    const int cut = 1 + below(s, depth - 1);
    if (below(s, 2))
      from = j.zone_end = cut;
    else
      to = j.zone = cut;
  }
  do {
    draw_map(s, &j, from, to);
    draw_walk(s, &j, s->hw->acc_depth);
    put_fields(s, &j);
  } while (!fits(&j));
  uint32_t *w = j.word;
  const int lo = below(s, 256) - 128, hi = below(s, 256) - 128, all = below(s, 2);
  j.code = below(s, 2) ? 15 : below(s, 15);
  w[0] = (uint32_t)j.kind | bits(src, 1, 4) | bits(dst, 1, 5) | bits(!below(s, 4), 1, 6) |
         bits(below(s, 4), 2, 8) | bits(j.code, 4, 12) | bits(below(s, 256), 8, 16) |
         bits(below(s, 256), 8, 24);
  w[1] = bits(all       ? -128
              : lo < hi ? lo
                        : hi,
              8, 0) |
         bits(all       ? 127
              : lo < hi ? hi
                        : lo,
              8, 8) |
         bits(j.win_h, 6, 16) | bits(j.win_w, 6, 22);
  w[2] = bits(j.sets, 16, 0) | bits(j.k_tiles, 16, 16);
  w[3] = bits(j.out_w, 16, 0) | bits(j.out_h, 16, 16);
  if (j.kind == VMAC_JOB_ADD) {
    const int size = j.w * j.h * j.groups, base = from + below(s, to - from - size + 1);
    w[10] = bits(base - j.base, 16, 0);
    w[12] = (uint32_t)wide(s, INT32_MAX);
    w[13] = bits(below(s, 34) - 31, 6, 0) | bits(below(s, 256), 8, 8) | bits(below(s, 256), 8, 16);
  }
  if (j.kind == VMAC_JOB_SUM) w[12] = (uint32_t)(wide(s, 1 << 29) * (below(s, 2) ? 1 : -1));
  const int space = j.zone_end - j.zone;
  j.step = j.pixels == 1       ? wide(s, 65535)
           : space >= j.pixels ? between(s, 1, (space - 1) / (j.pixels - 1))
                               : 0;
  w[11] = (uint32_t)j.step;
  /* What the format does not name, or not for this kind, is ignored. */
  put(&w[0], below(s, 4), 2, 10);
  put(&w[1], below(s, 16), 4, 28);
  put(&w[6], below(s, 65536), 16, 16);
  put(&w[7], below(s, 65536), 16, 16);
  if (j.win_h == 1 && j.win_w == 1) w[8] = any(s);
  put(&w[10], below(s, 65536), 16, 16);
  put(&w[11], below(s, 65536), 16, 16);
  if (j.kind != VMAC_JOB_ADD) {
    put(&w[10], below(s, 65536), 16, 0);
    w[13] = any(s);
    if (j.kind != VMAC_JOB_SUM) w[12] = any(s);
  } else {
    put(&w[12], below(s, 2), 1, 31);
    put(&w[13], below(s, 256), 8, 24);
  }
  w[14] = any(s);
  w[15] = any(s);
  return j;
}

/* ---- its payload ----------------------------------------------------------------------------- */

/* A SET beat; returns the columns whose results count. */
static Used put_set(Stream *s, const Job *j) {
  const vmac_hw *hw = s->hw;
  const bool mac = j->kind == VMAC_JOB_MAC;
  const int sub = mac ? 0 : below(s, (s->lanes + s->both - 1) / s->both);
  int valid = mac ? hw->cols : s->both;
  if (!mac && s->lanes - sub * s->both < valid) valid = s->lanes - sub * s->both;
  const int copy = j->code < 6 && 1 << j->code < s->lanes ? 1 << j->code : s->lanes;
  const int rbase = hw->rows == hw->cols ? 0 : below(s, copy);
  const int most = copy - rbase < valid ? copy - rbase : valid;
  const int first = below(s, most), count = below(s, most - first + 1);
  const int end = j->pixels == 1 ? 0 : (j->pixels - 1) * j->step;
  const int at = j->zone + below(s, j->zone_end - j->zone - end);
  uint32_t w[4];
  for (uint32_t &word : w) word = any(s);
  put(&w[1], at, 16, 0);
  put(&w[1], rbase + first, 8, 16);
  put(&w[1], count, 8, 24);
  put(&w[3], rbase, 8, 8);
  put(&w[3], below(s, 62) - 31, 6, 0);
  if (!mac) {
    put(&w[0], below(s, j->groups), 16, 0);
    put(&w[0], sub, 4, 16);
    put(&w[2], wide(s, INT32_MAX), 31, 0);
  }
  if (!count) { /* no lane is written: any numbers that say so */
    put(&w[1], 64 + below(s, 192), 8, 16);
    put(&w[1], below(s, 256), 8, 24);
    put(&w[3], below(s, 256), 8, 8);
  }
  vmac_beats_words(&s->beats, w, 4);
  return Used{0, valid};
}

/* last: of the set's last K tile, whose records bring the scales; in the others they are noise. */
static void put_records(Stream *s, bool last) {
  const vmac_hw *hw = s->hw;
  for (int c = 0; c < hw->cols; c++) {
    uint32_t w[4], planes[4];
    for (int i = 0; i < 4; i++) w[i] = any(s);
    for (int i = 0; i < 4; i++) planes[i] = any(s);
    if (last) {
      put(&w[2], wide(s, INT32_MAX), 31, 0);
      put(&w[3], below(s, 62) - 31, 6, 24);
    }
    vmac_beats_words(&s->beats, w, 4);
    if (vmac_hw_record(hw) == 2) vmac_beats_words(&s->beats, planes, 4);
  }
}

/* Any mode for every weight of a row. */
static void put_modes(Stream *s) {
  uint8_t mode[TOP_MAX_COLS / 2];
  for (uint8_t &two : mode) two = (uint8_t)vmac_rng_next(&s->rng);
  vmac_beats_bytes(&s->beats, mode, (s->hw->cols + 1) / 2);
}

/* The bottom row's weights first. */
static void put_tile(Stream *s, const Job *j) {
  const vmac_hw *hw = s->hw;
  uint32_t entry[VMAC_ROWS_MAX];
  for (int r = 0; r < hw->rows; r++) {
    const int ky = wide(s, 63), kx = wide(s, 63), g = below(s, j->groups);
    const int sub = below(s, (s->lanes - r + hw->rows - 1) / hw->rows);
    /* The sums have room for 32,768 products. */
    const bool on =
        j->k_tiles > 1000 ? !below(s, hw->rows * j->k_tiles / 30000 + 1) : below(s, 6) != 0;
    entry[r] = bits((ky * j->w + kx) * j->groups + g, 15, 0) | bits(ky, 6, 15) | bits(kx, 6, 21) |
               bits(sub, 4, 27) | bits(on, 1, 31);
  }
  vmac_beats_words(&s->beats, entry, hw->rows);
  for (int r = 0; r < hw->rows; r++) {
    uint8_t weight[TOP_MAX_COLS];
    if (hw->opt_mode) put_modes(s);
    for (int c = 0; c < hw->cols; c++) weight[c] = (uint8_t)vmac_rng_next(&s->rng);
    vmac_beats_bytes(&s->beats, weight, hw->cols);
  }
}

static void put_job(Stream *s, const Job *j) {
  s->job_beat[s->jobs] = s->beats.count;
  vmac_beats_words(&s->beats, j->word, 16);
  s->job[s->jobs] = *j;
  for (int set = 0; set < j->sets; set++)
    for (int k = 0; k < j->k_tiles; k++) {
      if (k == j->k_tiles - 1) {
        const Used used = put_set(s, j), kept = s->used[s->jobs][set % MAX_SETS];
        s->used[s->jobs][set % MAX_SETS] = set < MAX_SETS || used.to < kept.to ? used : kept;
      }
      if (j->kind != VMAC_JOB_MAC) continue;
      if (k == j->k_tiles - 1 || s->hw->opt_ktile) put_records(s, k == j->k_tiles - 1);
      put_tile(s, j);
    }
  s->jobs++;
}

static void put_input(Stream *s, int set) {
  const size_t words = (size_t)s->hw->buf_depth;
  uint32_t w[16] = {};
  for (int i = 0; i < 14; i++) w[i] = any(s);
  put(&w[0], VMAC_JOB_INPUT, 4, 0);
  put(&w[0], set, 1, 5);
  w[14] = (uint32_t)words;
  vmac_beats_words(&s->beats, w, 16);
  const size_t at = s->beats.count;
  vmac_beats_payload(&s->beats, words);
  const size_t beat = (size_t)s->beats.beat;
  for (size_t i = 0; i < words * beat; i++)
    s->beats.bytes[at * beat + i] = (uint8_t)vmac_rng_next(&s->rng);
  s->jobs++;
}

/* ---- a stream -------------------------------------------------------------------------------- */

/* What is counted with 16 bits: as many as there can be, of one pixel or tap each. */
static void put_longest(Stream *s) {
  for (int what = 0; what < 4; what++) {
    Job j = {};
    j.kind = what == 1 ? VMAC_JOB_MAC : VMAC_JOB_MAX;
    j.sets = what == 0 ? 65535 : 1;
    j.k_tiles = what == 1 ? 65535 : 1;
    j.out_w = what == 2 ? 65535 : 1;
    j.out_h = what == 3 ? 65535 : 1;
    j.pixels = j.out_w * j.out_h;
    j.win_h = j.win_w = j.h = j.w = j.groups = 1;
    j.zone_end = s->hw->buf_depth;
    j.code = 15;
    j.word[0] = (uint32_t)j.kind | bits(j.code, 4, 12) | 1u << 5;
    j.word[1] = 0x80u | 127u << 8 | 1u << 16 | 1u << 22;
    j.word[2] = bits(j.sets, 16, 0) | bits(j.k_tiles, 16, 16);
    j.word[3] = bits(j.out_w, 16, 0) | bits(j.out_h, 16, 16);
    j.word[4] = 1 | 1u << 16;
    put_job(s, &j);
  }
}

void stream_make(Stream *s, const vmac_hw *hw, uint64_t seed, int jobs, bool fill) {
  *s = Stream();
  s->hw = hw;
  s->lanes = vmac_hw_lanes(hw);
  s->both = hw->rows < hw->cols ? hw->rows : hw->cols;
  s->beats.beat = vmac_hw_beat(hw);
  s->seed = seed;
  vmac_rng_seed(&s->rng, seed);
  const bool is_signed = vmac_mult_at((size_t)hw->cell)->cls == VMAC_S8;
  const uint32_t header[4] = {VMAC_STREAM_MAGIC,
                              (uint32_t)hw->rows | (uint32_t)hw->cols << 8 |
                                  VMAC_STREAM_VERSION << 16 | (uint32_t)is_signed << 24 |
                                  (uint32_t)hw->opt_correction << 25 |
                                  (uint32_t)hw->opt_mode << 27 | (uint32_t)hw->opt_ktile << 28 |
                                  (uint32_t)hw->phi_rank << 29,
                              (uint32_t)hw->cell, vmac_hw_ident(hw)};
  vmac_beats_words(&s->beats, header, 4);
  for (int set = 0; set < 2 && fill; set++) put_input(s, set);
  if (fill && seed % 1000 == 0) {
    put_longest(s);
    jobs = 4;
  }
  Job last = {};
  for (int i = 0; i < jobs; i++) {
    /* A job goes on with the one before, as a block of the same layer does. */
    if (i && !below(s, 4)) {
      last.word[0] |= 1u << 7;
    } else {
      do last = draw_job(s);
      while (last.pixels > 1 && last.step == 0);
    }
    put_job(s, &last);
  }
  const uint32_t end[2] = {(uint32_t)VMAC_JOB_END, s->beats.sum};
  vmac_beats_words(&s->beats, end, 2);
}

void stream_free(Stream *s) {
  free(s->beats.bytes);
  free(s->vector);
}
