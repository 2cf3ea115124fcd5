/* The stream's interpreter: header, jobs, END; it follows program.h and shares nothing with the
 * compiler but that text. SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/machine.h"

bool vmac_machine_fail(vmac_machine *m, vmac_run_error error, const char *fmt, ...) {
  char text[512];
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  m->run->error = error;
  return vmac_fail(m->err, "stream, beat %zu, job %d: %s", m->at ? m->at - 1 : 0, m->job, text);
}

const uint8_t *vmac_machine_payload(vmac_machine *m) {
  if (m->at == m->count) {
    vmac_machine_fail(m, VMAC_RUN_EARLY, "the packet ends before its END");
    return NULL;
  }
  return m->beats + (size_t)m->beat * m->at++;
}

static uint32_t rotate(uint32_t x, unsigned by) {
  return x << by % 32 | x >> (32 - by % 32) % 32;
}

const uint8_t *vmac_machine_beat(vmac_machine *m) {
  const uint8_t *beat = vmac_machine_payload(m);
  if (!beat) return NULL;
  uint32_t x = 0;
  for (int i = 0; i < m->beat / 4; i++) x ^= rotate(vmac_word(beat, i), (unsigned)i);
  m->sum = rotate(m->sum, 1) ^ x;
  return beat;
}

static bool read_header(vmac_machine *m) {
  const uint8_t *beat = vmac_machine_beat(m);
  if (!beat) return false;
  const uint32_t w0 = vmac_word(beat, 0), w1 = vmac_word(beat, 1), w2 = vmac_word(beat, 2),
                 w3 = vmac_word(beat, 3);
  const vmac_hw *hw = m->hw;
  if (w0 != VMAC_STREAM_MAGIC)
    return vmac_machine_fail(m, VMAC_RUN_MAGIC, "expected \"VMP1\", found %08x", w0);
  if (vmac_bits(w1, 16, 8) != VMAC_STREAM_VERSION)
    return vmac_machine_fail(m, VMAC_RUN_VERSION, "expected version %d, found %d",
                             VMAC_STREAM_VERSION, vmac_bits(w1, 16, 8));
  const uint32_t geometry = (uint32_t)hw->rows | (uint32_t)hw->cols << 8 |
                            (m->mult->cls == VMAC_S8 ? 1u << 24 : 0) |
                            (uint32_t)hw->opt_correction << 25 | (uint32_t)hw->opt_mode << 27 |
                            (uint32_t)hw->opt_ktile << 28 | (uint32_t)hw->phi_rank << 29;
  if ((w1 & 0xff00ffff) != geometry || w2 != (uint32_t)hw->cell)
    return vmac_machine_fail(
        m, VMAC_RUN_GEOMETRY,
        "made for %d x %d, correction %d, modes %d, K tiles %d, phi %d, cell "
        "%u, the hardware is %d x %d, correction %d, modes %d, K tiles %d, phi "
        "%d, cell %d",
        vmac_bits(w1, 0, 8), vmac_bits(w1, 8, 8), vmac_bits(w1, 25, 2), vmac_bits(w1, 27, 1),
        vmac_bits(w1, 28, 1), vmac_bits(w1, 29, 3), w2, hw->rows, hw->cols, hw->opt_correction,
        hw->opt_mode, hw->opt_ktile, hw->phi_rank, hw->cell);
  const uint32_t ident = vmac_hw_ident(hw);
  if (w3 != ident)
    return vmac_machine_fail(m, VMAC_RUN_GEOMETRY,
                             "made for buffers of 2^%d words and the cells and phi with hash %06x, "
                             "the hardware has 2^%d and %06x",
                             vmac_bits(w3, 0, 8), w3 >> 8, vmac_bits(ident, 0, 8), ident >> 8);
  return true;
}

static vmac_descriptor decode(const uint32_t *w) {
  return (vmac_descriptor){.kind = vmac_bits(w[0], 0, 4),
                           .src = vmac_bits(w[0], 4, 1),
                           .dst = vmac_bits(w[0], 5, 1),
                           .to_stream = vmac_bits(w[0], 6, 1),
                           .cont = vmac_bits(w[0], 7, 1),
                           .single = vmac_bits(w[0], 8, 1),
                           .tlast = vmac_bits(w[0], 9, 1),
                           .code = vmac_bits(w[0], 12, 4),
                           .pad = vmac_sbits(w[0], 16, 8),
                           .zero = vmac_sbits(w[0], 24, 8),
                           .act_min = vmac_sbits(w[1], 0, 8),
                           .act_max = vmac_sbits(w[1], 8, 8),
                           .win_h = vmac_bits(w[1], 16, 6),
                           .win_w = vmac_bits(w[1], 22, 6),
                           .sets = vmac_bits(w[2], 0, 16),
                           .k_tiles = vmac_bits(w[2], 16, 16),
                           .out_w = vmac_bits(w[3], 0, 16),
                           .out_h = vmac_bits(w[3], 16, 16),
                           .in_h = vmac_bits(w[4], 0, 16),
                           .in_w = vmac_bits(w[4], 16, 16),
                           .iy0 = vmac_sbits(w[5], 0, 16),
                           .ix0 = vmac_sbits(w[5], 16, 16),
                           .stride_h = vmac_bits(w[6], 0, 8),
                           .stride_w = vmac_bits(w[6], 8, 8),
                           .base = vmac_bits(w[7], 0, 16),
                           .inc_wx = vmac_bits(w[8], 0, 16),
                           .inc_wy = vmac_bits(w[8], 16, 16),
                           .inc_ox = vmac_bits(w[9], 0, 16),
                           .inc_oy = vmac_bits(w[9], 16, 16),
                           .delta_b = vmac_bits(w[10], 0, 16),
                           .out_step = vmac_bits(w[11], 0, 16),
                           .w12 = w[12],
                           .w13 = w[13],
                           .w14 = w[14],
                           .w15 = w[15]};
}

/* What would stall a counter for ever; the hardware checks no more, nor do we. */
static bool check(vmac_machine *m, const vmac_descriptor *d) {
  const char *why = NULL;
  if (d->kind == VMAC_JOB_INPUT) {
    if (!d->w14 || d->w14 > UINT16_MAX) why = "INPUT of no beat, or of more than 65535";
  } else if (d->kind > VMAC_JOB_ADD) {
    why = "unknown kind";
  } else if (!d->sets || !d->k_tiles || !d->out_w || !d->out_h || !d->win_h || !d->win_w) {
    why = "a count of 0";
  } else if (d->kind != VMAC_JOB_MAC && d->k_tiles != 1) {
    why = "K tiles in a job without products";
  } else if (d->kind == VMAC_JOB_MAC && (d->win_h != 1 || d->win_w != 1)) {
    why = "a window in a MAC job";
  } else if (d->kind == VMAC_JOB_MAC && d->k_tiles > 1 &&
             (int64_t)d->out_w * d->out_h > m->hw->acc_depth) {
    why = "more pixels than accumulators";
  }
  return !why || vmac_machine_fail(m, VMAC_RUN_JOB, "%s", why);
}

static bool run_input(vmac_machine *m, const vmac_descriptor *d) {
  for (uint32_t i = 0; i < d->w14; i++) {
    const uint8_t *beat = vmac_machine_payload(m);
    if (!beat) return false;
    const uint32_t at = d->w15 + i;
    if (at >= (uint32_t)m->hw->buf_depth)
      return vmac_machine_fail(m, VMAC_RUN_OK, "input for word %u of %d", at, m->hw->buf_depth);
    memcpy(m->set[d->dst] + (size_t)at * (size_t)m->lanes, beat, (size_t)m->lanes);
    m->accesses->bytes_written += (uint64_t)m->lanes;
  }
  return true;
}

static bool run_end(vmac_machine *m, const uint8_t *beat) {
  const bool last = ++m->at == m->count;
  if (!last) return vmac_machine_fail(m, VMAC_RUN_LATE, "END, but the packet goes on");
  if (vmac_word(beat, 1) != m->sum)
    return vmac_machine_fail(m, VMAC_RUN_CHECKSUM, "checksum %08x, END says %08x", m->sum,
                             vmac_word(beat, 1));
  return true;
}

static bool run_jobs(vmac_machine *m) {
  vmac_accesses nobody = {0};
  for (m->job = 0;; m->job++) {
    m->accesses = m->observer && m->observer->accesses ? &m->observer->accesses[m->job] : &nobody;
    if (m->at < m->count) {
      const uint8_t *next = m->beats + (size_t)m->beat * m->at;
      if (vmac_bits(vmac_word(next, 0), 0, 4) == VMAC_JOB_END) return run_end(m, next);
    }
    uint32_t word[16];
    for (int i = 0; i < 16; i += m->beat / 4) {
      const uint8_t *beat = vmac_machine_beat(m);
      if (!beat) return false;
      for (int j = 0; j < m->beat / 4; j++) word[i + j] = vmac_word(beat, j);
    }
    const vmac_descriptor d = decode(word);
    if (!check(m, &d)) return false;
    if (!(d.kind == VMAC_JOB_INPUT ? run_input(m, &d) : vmac_execute(m, &d))) return false;
  }
}

bool vmac_interpret(const vmac_hw *hw, const uint8_t *beats, size_t count,
                    const vmac_observer *observer, vmac_run *run, vmac_err *err) {
  *run = (vmac_run){.error = VMAC_RUN_OK};
  if (!vmac_hw_check(hw, err)) return false;
  vmac_machine m = {.hw = hw,
                    .beats = beats,
                    .count = count,
                    .beat = vmac_hw_beat(hw),
                    .lanes = vmac_hw_lanes(hw),
                    .mult = vmac_mult_at((size_t)hw->cell),
                    .observer = observer,
                    .run = run,
                    .err = err};
  m.planes = vmac_hw_terms(hw, m.x);
  for (int i = 0; i < 2; i++) m.set[i] = vmac_alloc((size_t)hw->buf_depth, (size_t)m.lanes);
  const bool good = read_header(&m) && run_jobs(&m);
  free(m.set[0]);
  free(m.set[1]);
  for (size_t i = 0; i < sizeof m.table / sizeof *m.table; i++) free(m.table[i]);
  return good;
}
