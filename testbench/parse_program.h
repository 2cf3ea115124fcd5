/* parse_program.h: programs for the parser's bench, well-formed and broken in one place.
 * The layout is the program format's (cmodel/program/program.h); contents are random.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PARSE_PROGRAM_H
#define PARSE_PROGRAM_H

#include "bench.h"
#include "program/program.h"

struct Shape {
  const char *name;
  uint32_t rows, cols, words, corr, mode, tiled, rank;
};
/* The same list stands in vmac_tb_parse.v. */
static const Shape shapes[] = {
    {"16x16", 16, 16, 4, 1, 0, 0, 0}, {"12x20", 12, 20, 8, 0, 0, 0, 0},
    {"20x12", 20, 12, 8, 2, 0, 0, 0}, {"4x64", 4, 64, 16, 1, 1, 1, 0},
    {"64x4", 64, 4, 16, 2, 0, 1, 0},  {"16x16 with modes", 16, 16, 4, 2, 1, 0, 0},
    {"5x7", 5, 7, 4, 3, 0, 0, 1},     {"6x5", 6, 5, 4, 3, 0, 1, 3}};
enum { HEAD_MAGIC = 0x31504d56 };
enum { SHAPES = sizeof shapes / sizeof shapes[0], MAX_BEATS = 8192, MAX_JOBS = 8 };

enum Piece { HEADER, JOB, INPUT, SET, COEF, PLANES, ENTRY, MODE, WEIGHT, END, REST };
enum { KIND_INPUT, KIND_MAC, KIND_MAX, KIND_SUM, KIND_ADD };
enum Fault { NONE, HEAD, FIELD, EARLY, LATE, FLIP, FLIP_INPUT, COMPLAINT, ABORT, RESET, FAULTS };

struct Beat {
  uint32_t w[16];
  Piece piece;
  uint32_t index; /* within its piece: row of a WEIGHT, number of an ENTRY, INPUT, JOB beat */
  int job;
  bool job_end, k_end, k_last, w_end, last;
};

struct Program {
  Beat beat[MAX_BEATS];
  uint32_t job[MAX_JOBS][16];
  int beats, jobs;
  int bad; /* the beat that is at fault, or -1 */
  uint32_t code;
};

static const Shape *shape;
static Bench bench;

static uint32_t below(uint32_t n) {
  return vmac_rng_below(&bench.rng, n);
}
static uint32_t word() {
  return (uint32_t)vmac_rng_next(&bench.rng);
}

/* ---- well-formed programs ---- */

static Beat *add(Program *p, Piece piece, uint32_t index, int job) {
  if (p->beats == MAX_BEATS) bench_fail(&bench, "the bench's program is too long");
  Beat *b = &p->beat[p->beats++];
  *b = {};
  for (uint32_t i = 0; i < shape->words; i++) b->w[i] = word();
  b->piece = piece;
  b->index = index;
  b->job = job;
  return b;
}

static uint32_t kind_of(const uint32_t *job) {
  return job[0] & 15;
}
static uint32_t sets_of(const uint32_t *job) {
  return job[2] & 0xffff;
}
static uint32_t tiles_of(const uint32_t *job) {
  return job[2] >> 16;
}

/* A record has a second beat. */
static bool pairs() {
  return shape->corr == 2 || shape->rank > 1;
}

static void add_tile(Program *p, int job, bool last) {
  if (last) add(p, SET, 0, job);
  for (uint32_t c = 0; (last || shape->tiled) && c < shape->cols; c++) {
    Beat *b = add(p, COEF, c, job);
    if (pairs()) b = add(p, PLANES, c, job);
    b->k_end = c + 1 == shape->cols;
    b->k_last = last;
  }
  for (uint32_t i = 0; i * shape->words < shape->rows; i++) add(p, ENTRY, i, job);
  for (uint32_t r = shape->rows; r-- > 0;) {
    if (shape->mode) add(p, MODE, r, job);
    add(p, WEIGHT, r, job)->w_end = r == 0;
  }
}

/* What a job that goes on with the one before may have of its own: cont, tlast, the rows it makes
 * and where they begin, and the fields of an INPUT. */
static const uint32_t own_bits[16] = {
    1u << 7 | 1u << 9, 0, 0, 0xffff0000, 0, ~0u, 0, 0xffff, 0, 0, 0, 0, 0, 0, ~0u, 0xffff};

static bool follows(const uint32_t *w) {
  for (int i = 0; i < 16; i++)
    if ((w[i] ^ w[i - 16]) & ~own_bits[i]) return false;
  return w[0] >> 7 & 1;
}

/* The job before in everything else; now and then but for one bit. */
static void continue_job(uint32_t *w) {
  for (int i = 0; i < 16; i++) w[i] = (w[i] & own_bits[i]) | (w[i - 16] & ~own_bits[i]);
  if (w[3] >> 16 == 0) w[3] |= 1 << 16;
  const uint32_t at[] = {4, 6, 7, 8, 9, 10, 11, 12, 13, 15};
  if (bench_chance(&bench, 300)) w[at[below(10)]] ^= 1u << below(32);
}

static void add_job(Program *p, uint32_t kind) {
  const int n = p->jobs++;
  uint32_t *w = p->job[n];
  const bool window = kind == KIND_MAX || kind == KIND_SUM;
  for (int i = 0; i < 16; i++) w[i] = word();
  w[0] = (w[0] & ~15u) | kind;
  if (kind == KIND_INPUT) {
    w[14] = 1 + below(5);
  } else {
    w[1] = (w[1] & 0xf000ffff) | (window ? 1 + below(63) : 1) << 16 |
           (window ? 1 + below(63) : 1) << 22;
    w[2] = (1 + below(3)) | (kind == KIND_MAC ? 1 + below(3) : 1) << 16;
    w[3] = (1 + (word() & 0xffff) % 0xffff) | (1 + below(0xffff)) << 16;
  }
  if (n > 0 && kind_of(w - 16) != KIND_INPUT && bench_chance(&bench, 400)) continue_job(w);
  for (uint32_t i = 0; i < 16; i += shape->words) {
    Beat *b = add(p, JOB, i / shape->words, n);
    memcpy(b->w, w + i, 4 * shape->words);
    b->job_end = i + shape->words == 16;
  }
  kind = kind_of(w);
  if (kind == KIND_INPUT)
    for (uint32_t i = 0; i < w[14]; i++) add(p, INPUT, i, n);
  else
    for (uint32_t s = 0; s < sets_of(w); s++) {
      if (kind != KIND_MAC)
        add(p, SET, 0, n);
      else
        for (uint32_t t = 1; t <= tiles_of(w); t++) add_tile(p, n, t == tiles_of(w));
    }
}

static uint32_t rotl(uint32_t x, uint32_t by) {
  return by ? x << by | x >> (32 - by) : x;
}

static uint32_t checksum(const Program *p) {
  uint32_t s = 0;
  for (int i = 0; i < p->beats; i++) {
    if (p->beat[i].piece == INPUT || p->beat[i].piece == END) continue;
    s = rotl(s, 1);
    for (uint32_t j = 0; j < shape->words; j++) s ^= rotl(p->beat[i].w[j], j);
  }
  return s;
}

/* The header's word 3 for the buffers and cells of vmac_tb_parse.v. */
static uint32_t ident(uint32_t which) {
  uint8_t map[256];
  for (uint32_t i = 0; i < 256; i++) map[i] = (uint8_t)(7 * i + which);
  vmac_hw hw = vmac_hw_default();
  hw.rows = (int)shape->rows;
  hw.cols = (int)shape->cols;
  hw.buf_depth = 16 << which;
  hw.map = map;
  uint8_t phi[4 * 256];
  for (int i = 0; i < 4 * 256; i++) phi[i] = map[i % 256];
  hw.phi = phi;
  hw.phi_rank = (int)shape->rank;
  return vmac_hw_ident(&hw);
}

static void make_good(Program *p, int jobs) {
  p->beats = p->jobs = 0;
  p->bad = -1;
  p->code = 0;
  const uint32_t which = (uint32_t)(shape - shapes);
  Beat *head = add(p, HEADER, 0, -1);
  head->w[0] = HEAD_MAGIC;
  head->w[1] = shape->rows | shape->cols << 8 | 1 << 16 | which % 2 << 24 | shape->corr << 25 |
               shape->mode << 27 | shape->tiled << 28 | shape->rank << 29;
  head->w[2] = 7 * which + 2;
  head->w[3] = ident(which);
  for (int i = 0; i < jobs; i++) add_job(p, below(5));
  Beat *end = add(p, END, 0, -1);
  end->w[0] = 15;
  end->w[1] = checksum(p);
  end->last = true;
}

/* ---- faults ---- */

static void set_field(uint32_t *w, uint32_t at, uint32_t bits, uint32_t value) {
  const uint32_t mask = ((bits == 32 ? 0 : 1u << bits) - 1) << at;
  *w = (*w & ~mask) | value << at;
}

static void break_header(Program *p, uint32_t what) {
  static uint32_t turn; /* of the magic word's bits */
  uint32_t *w = p->beat[0].w;
  p->bad = 0;
  switch (what % 9) {
  case 0:
    w[0] ^= 1u << turn++ % 32, p->code = 1;
    return;
  case 1:
    w[1] ^= 1u << (16 + below(8)), p->code = 2;
    return;
  case 2:
    w[1] ^= 1u << below(8);
    break;
  case 3:
    w[1] ^= 1u << (8 + below(8));
    break;
  case 4:
    w[1] ^= 1u << 24;
    break;
  case 5:
    w[1] ^= 1u << (25 + below(2));
    break;
  case 6:
    w[1] ^= 1u << (27 + below(5));
    break;
  case 7:
    w[3] ^= 1u << below(32);
    break;
  default:
    w[2] ^= 1u << below(32);
    break;
  }
  p->code = 3;
}

/* One illegal field in one job; false where that job has no such field. */
static bool break_field(Program *p, int job, uint32_t what) {
  uint32_t *w = p->job[job];
  const uint32_t kind = kind_of(w);
  const bool input = kind == KIND_INPUT, window = kind == KIND_MAX || kind == KIND_SUM;
  switch (what % 13) {
  case 0:
    set_field(w, 0, 4, 5 + below(10));
    break;
  case 1:
    set_field(w + 2, 0, 16, 0);
    break;
  case 2:
    set_field(w + 2, 16, 16, 0);
    break;
  case 3:
    if (kind == KIND_MAC) return false;
    set_field(w + 2, 16, 16, 1u << (1 + below(15)));
    break;
  case 4:
    set_field(w + 3, 0, 16, 0);
    break;
  case 5:
    set_field(w + 3, 16, 16, 0);
    break;
  case 6:
    set_field(w + 1, 16, 6, 0);
    break;
  case 7:
    set_field(w + 1, 22, 6, 0);
    break;
  case 8:
    if (window) return false;
    set_field(w + 1, 16, 6, 2 + below(62));
    break;
  case 9:
    if (window) return false;
    set_field(w + 1, 22, 6, 2 + below(62));
    break;
  case 10:
  case 11:
    if (!input) return false;
    w[14] = 0;
    break;
  default:
    if (!input) return false;
    w[14] |= 0x10000u << below(16);
    break;
  }
  if (input && what % 13 != 0 && what % 13 < 10) return false;
  for (int i = 0; i < p->beats; i++)
    if (p->beat[i].piece == JOB && p->beat[i].job == job) {
      memcpy(p->beat[i].w, w + p->beat[i].index * shape->words, 4 * shape->words);
      p->bad = i; /* ends at the job's last beat */
    }
  /* A kind of 5..14 in a job of several beats is still read as one. */
  p->code = 4;
  return true;
}

/* A bit that does not change where the pieces lie. */
static bool flip(Program *p, bool of_input) {
  const int at = (int)below((uint32_t)p->beats);
  Beat *b = &p->beat[at];
  const uint32_t i = below(shape->words);
  const uint32_t bit = 1u << below(32);
  if (of_input != (b->piece == INPUT)) return false;
  if (b->piece == HEADER && i < 4) return false;
  if (b->piece == JOB) {
    const uint32_t n = b->index * shape->words + i;
    const bool input = kind_of(p->job[b->job]) == KIND_INPUT;
    if (n == 0 && (bit & 15)) return false;
    if (n < 4 && n > 0) return false;
    if (n == 14 && input) return false;
    p->job[b->job][n] ^= bit;
  }
  if (b->piece == END && i != 1) return false;
  b->w[i] ^= bit;
  if (of_input) return true;
  p->bad = p->beats - 1;
  p->code = 7;
  return true;
}

static void cut(Program *p, int at) {
  p->beat[at].last = true;
  p->beats = at + 1;
  p->bad = at;
  p->code = 5;
}

static void drop_last(Program *p) {
  p->bad = p->beats - 1;
  p->code = 6;
  p->beat[p->bad].last = false;
}

/* Before the program, `count` beats that an earlier one left; closed: with a TLAST. */
static void put_rest(Program *p, int count, bool closed) {
  if (p->beats + count > MAX_BEATS) bench_fail(&bench, "the bench's program is too long");
  memmove(p->beat + count, p->beat, (size_t)p->beats * sizeof *p->beat);
  p->beats += count;
  if (p->bad >= 0) p->bad += count;
  for (int i = 0; i < count; i++) {
    Beat *b = &p->beat[i];
    *b = {};
    for (uint32_t j = 0; j < shape->words; j++) b->w[j] = word();
    b->w[0] = HEAD_MAGIC ^ 1u << below(32);
    b->piece = REST;
    b->last = closed && i == count - 1;
  }
}

#endif
