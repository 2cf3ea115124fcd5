/* top_stream.h: random streams of the program format, fields drawn over their whole range.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_TOP_STREAM_H
#define SIM_TOP_STREAM_H

#include "top.h"
extern "C" {
#include "program/beats.h"
}

enum { JOBS = 40, MAX_SETS = 24 };

/* A set's columns with results, and what was seen of a stream by the interpreter. */
struct Used {
  int from, to;
};
struct Vector {
  int job, set;
  int32_t acc[TOP_MAX_COLS];
  int8_t out[TOP_MAX_COLS];
};
struct Job {
  vmac_jobkind kind;
  int sets, k_tiles, win_h, win_w, out_h, out_w, pixels;
  int h, w, groups, base; /* the map read */
  int zone, zone_end;     /* words that may be written */
  int code, step;
  uint32_t word[16];
};
struct Stream {
  const vmac_hw *hw;
  uint64_t seed;
  vmac_rng rng;
  vmac_beats beats;
  int lanes, both; /* both: lanes that a vector job's columns reach, min(rows, cols) */
  int jobs;
  Job job[JOBS + 2];
  size_t job_beat[JOBS + 2];
  Used used[JOBS + 2][MAX_SETS];
  Vector *vector;
  size_t vectors, room;
  size_t acc, out; /* where the RTL stands */
};

static inline int below(Stream *s, int n) {
  return (int)vmac_rng_below(&s->rng, (uint32_t)n);
}

/* 0 .. most, each number of bits as likely as the others. */
static inline int wide(Stream *s, int most) {
  int bits = 0;
  while (most >> bits) bits++;
  const uint32_t value = vmac_rng_below(&s->rng, 1u << below(s, bits + 1));
  return value < (uint32_t)most ? (int)value : most;
}

/* jobs <= JOBS of them; fill: the buffers first, without it results are anybody's guess. Multiples
 * of 1000, with fill: the longest jobs. */
void stream_make(Stream *s, const vmac_hw *hw, uint64_t seed, int jobs, bool fill);
void stream_free(Stream *s);

#endif
