/* machine.h: the state of the interpreter, for interpret.c (stream) and execute.c (jobs).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_MACHINE_H
#define VMAC_MACHINE_H

#include "program/program.h"

/* A job's descriptor, field by field as program.h lists them. */
typedef struct {
  int kind, src, dst, to_stream, cont, single, tlast, code, pad, zero;
  int act_min, act_max, win_h, win_w;
  int sets, k_tiles, out_w, out_h, in_h, in_w;
  int iy0, ix0, stride_h, stride_w;
  int base, inc_wx, inc_wy, inc_ox, inc_oy, delta_b, out_step;
  uint32_t w12, w13, w14, w15;
} vmac_descriptor;

typedef struct {
  const vmac_hw *hw;
  const uint8_t *beats;
  size_t count, at;
  int beat, lanes;
  uint32_t sum;
  const vmac_mult *mult;             /* what the edge and the side column are made for */
  int32_t *table[256 * 16];          /* by cell and mode, NULL: not asked for yet */
  int planes;                        /* sums X */
  uint8_t x[VMAC_CORR_PLANES * 256]; /* what an activation adds to them */
  uint8_t *set[2];                   /* buffer sets, (buf_depth, lanes) */
  const vmac_observer *observer;
  vmac_run *run;
  size_t room; /* beats of run->bytes */
  int job;
  vmac_accesses *accesses; /* of the job at hand */
  vmac_err *err;
} vmac_machine;

/* The next beat, summed; NULL and an error where the stream has none. */
const uint8_t *vmac_machine_beat(vmac_machine *m);
/* The same for an INPUT payload. */
const uint8_t *vmac_machine_payload(vmac_machine *m);

static inline uint32_t vmac_word(const uint8_t *beat, int i) {
  const uint8_t *p = beat + 4 * i;
  return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* n bits of a word from bit `at` on, unsigned and signed. */
static inline int vmac_bits(uint32_t word, int at, int n) {
  return (int)(word >> at & ((1u << n) - 1));
}
static inline int vmac_sbits(uint32_t word, int at, int n) {
  const int value = vmac_bits(word, at, n);
  return value >> (n - 1) ? value - (1 << n) : value;
}

/* Sets the code and text of a failed run; false. */
bool vmac_machine_fail(vmac_machine *m, vmac_run_error error, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Runs a MAC, MAX, SUM or ADD job, its payload included. */
bool vmac_execute(vmac_machine *m, const vmac_descriptor *job);

#endif
