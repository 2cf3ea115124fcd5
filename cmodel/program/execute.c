/* Jobs: reading rows and lanes out of the buffers, accumulators, requantization, writing back.
 *
 * Results are written in order after the taps that they come from are read, as in the hardware,
 * where a job's output never lies over what it still reads.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "net/net.h"
#include "program/machine.h"

enum { PLANES = 8 };

/* A SET beat. */
typedef struct {
  int in_off, sub, out_addr, lo, cnt, rbase;
  vmac_scale scale;
} set_fields;

/* One column's coefficients. */
typedef struct {
  int32_t c0, bias;
  int32_t c[PLANES];
  vmac_scale scale;
} record;

/* One row's entry. */
typedef struct {
  int off, ky, kx, sub, on;
} entry;

/* Everything at work on one job. */
typedef struct {
  vmac_machine *m;
  const vmac_descriptor *d;
  int set; /* counts sets */
  set_fields f;
  record column[VMAC_ROWS_MAX];
  entry row[VMAC_ROWS_MAX];
  /* [row][column]: the PE's products with its weight, of activation a at [a << 8] */
  const int32_t *product[VMAC_ROWS_MAX][VMAC_ROWS_MAX];
} job_state;

/* A left shift of 31 bits has no rounding bit below it; nobody's result needs it. */
static bool check_shift(vmac_machine *m, int shift) {
  return shift <= 30 || vmac_machine_fail(m, VMAC_RUN_OK, "requantization shift %d", shift);
}

static bool read_set(job_state *s) {
  const uint8_t *b = vmac_machine_beat(s->m);
  if (!b) return false;
  const uint32_t w0 = vmac_word(b, 0), w1 = vmac_word(b, 1), w2 = vmac_word(b, 2),
                 w3 = vmac_word(b, 3);
  s->f = (set_fields){.in_off = vmac_bits(w0, 0, 16),
                      .sub = vmac_bits(w0, 16, 4),
                      .out_addr = vmac_bits(w1, 0, 16),
                      .lo = vmac_bits(w1, 16, 8),
                      .cnt = vmac_bits(w1, 24, 8),
                      .rbase = vmac_bits(w3, 8, 8),
                      .scale = {vmac_bits(w2, 0, 31), vmac_sbits(w3, 0, 6)}};
  return check_shift(s->m, s->f.scale.shift);
}

/* The scales are those of the set's last tile; before it nobody looks at them. */
static bool read_records(job_state *s, bool last) {
  vmac_machine *m = s->m;
  for (int c = m->hw->cols - 1; c >= 0; c--) {
    record *r = &s->column[c];
    const uint8_t *b = vmac_machine_beat(m);
    if (!b) return false;
    memset(r, 0, sizeof *r);
    r->c0 = (int32_t)vmac_word(b, 0);
    r->bias = (int32_t)vmac_word(b, 1);
    r->scale.mult = vmac_bits(vmac_word(b, 2), 0, 31);
    r->scale.shift = vmac_sbits(vmac_word(b, 3), 24, 6);
    r->c[0] = vmac_sbits(vmac_word(b, 3), 0, 18);
    if (last && !check_shift(m, r->scale.shift)) return false;
    if (vmac_hw_record(m->hw) == 1) continue;
    if (!(b = vmac_machine_beat(m))) return false;
    for (int i = 1; i < PLANES; i++) {
      const int at = 18 * (i - 1), word = at / 32;
      const uint64_t pair =
          vmac_word(b, word) | (word < 3 ? (uint64_t)vmac_word(b, word + 1) << 32 : 0);
      r->c[i] = vmac_sbits((uint32_t)(pair >> at % 32), 0, 18);
    }
  }
  return true;
}

/* The products of a cell; with opt_mode, of its family in that mode. */
static const int32_t *table_of(vmac_machine *m, int cell, int mode) {
  const int at = cell * 16 + mode;
  if (m->table[at]) return m->table[at];
  int32_t *table = m->table[at] = vmac_alloc(65536, sizeof *table);
  vmac_mult mult = *vmac_mult_at((size_t)cell);
  if (m->hw->opt_mode) mult.mode = mult.param[0] = mode;
  vmac_mult_table(&mult, table);
  return table;
}

static bool read_weights(job_state *s, int row) {
  vmac_machine *m = s->m;
  const vmac_hw *hw = m->hw;
  const uint8_t *modes = NULL, *b;
  if (hw->opt_mode && !(modes = vmac_machine_beat(m))) return false;
  if (!(b = vmac_machine_beat(m))) return false;
  for (int c = 0; s->row[row].on && c < hw->cols; c++) {
    const int mode = modes ? modes[c / 2] >> 4 * (c % 2) & 15 : 0;
    s->product[row][c] = table_of(m, vmac_hw_pe(hw, row, c), mode) + b[c];
  }
  return true;
}

static bool read_tile(job_state *s) {
  vmac_machine *m = s->m;
  const int rows = m->hw->rows, per_beat = m->beat / 4;
  const uint8_t *b = NULL;
  for (int r = 0; r < rows; r++) {
    if (r % per_beat == 0 && !(b = vmac_machine_beat(m))) return false;
    const uint32_t w = vmac_word(b, r % per_beat);
    s->row[r] = (entry){.off = vmac_bits(w, 0, 15),
                        .ky = vmac_bits(w, 15, 6),
                        .kx = vmac_bits(w, 21, 6),
                        .sub = vmac_bits(w, 27, 4),
                        .on = vmac_bits(w, 31, 1)};
  }
  for (int r = rows - 1; r >= 0; r--)
    if (!read_weights(s, r)) return false;
  return true;
}

/* A byte of a bank; the word address counts modulo 2^15, which no buffer exceeds. */
static bool fetch(vmac_machine *m, int set, int bank, int address, uint8_t *byte) {
  address &= 0x7fff;
  if (address >= m->hw->buf_depth || bank >= m->lanes)
    return vmac_machine_fail(m, VMAC_RUN_OK, "reads bank %d, word %d", bank, address);
  *byte = m->set[set][(size_t)address * (size_t)m->lanes + (size_t)bank];
  return true;
}

/* One vector of results: requantized, then into the buffer or out. */
static bool deliver(job_state *s, int pixel, const int32_t *acc, const vmac_scale *scale) {
  vmac_machine *m = s->m;
  const vmac_descriptor *d = s->d;
  const int cols = m->hw->cols;
  int8_t out[VMAC_ROWS_MAX];
  for (int c = 0; c < cols; c++) {
    const int64_t q = (int64_t)vmac_requantize(acc[c], scale[c],
                                               d->single ? VMAC_ROUND_SINGLE : VMAC_ROUND_DOUBLE) +
                      d->zero;
    out[c] = (int8_t)vmac_clamp(q, d->act_min, d->act_max);
  }
  if (m->observer && m->observer->vector)
    m->observer->vector(m->observer->context, m->job, s->set, pixel, acc, out);
  if (d->to_stream) {
    vmac_run *run = m->run;
    if (run->beats == m->room) {
      m->room = m->room ? 2 * m->room : 64;
      run->bytes = realloc(run->bytes, m->room * (size_t)m->beat);
      if (!run->bytes) abort();
    }
    uint8_t *at = run->bytes + run->beats++ * (size_t)m->beat;
    memset(at, 0, (size_t)m->beat);
    memcpy(at, out, (size_t)cols);
    if (d->tlast && s->set == d->sets - 1 && pixel == d->out_w * d->out_h - 1)
      run->last = run->beats;
    return true;
  }
  const int address = (s->f.out_addr + pixel * d->out_step) & 0xffff;
  if (address >= m->hw->buf_depth)
    return vmac_machine_fail(m, VMAC_RUN_OK, "writes word %d", address);
  for (int bank = 0; bank < m->lanes; bank++) {
    const int lane = d->code == 15 ? bank : bank & ((1 << d->code) - 1);
    if (lane < s->f.lo || lane >= s->f.lo + s->f.cnt) continue;
    const int column = lane - s->f.rbase;
    if (column < 0 || column >= cols)
      return vmac_machine_fail(m, VMAC_RUN_OK, "lane %d takes column %d", lane, column);
    m->set[d->dst][(size_t)address * (size_t)m->lanes + (size_t)bank] = (uint8_t)out[column];
    m->accesses->bytes_written++;
  }
  return true;
}

/* ---- MAC ----------------------------------------------------------------------------------------
 */

/* Sums of one pixel over its K tiles so far. */
typedef struct {
  uint32_t column[VMAC_ROWS_MAX]; /* of the cells; wrapping */
  int32_t a;
  int32_t x[PLANES];        /* that no record has met yet */
  int64_t v[VMAC_ROWS_MAX]; /* correction and bias, VMAC_CORR_F fraction bits */
} sums;

/* One activation enters a row: its products, and what the side column adds. */
static void multiply(const job_state *s, int row, uint8_t a, sums *t) {
  const vmac_machine *m = s->m;
  const int32_t *const *product = s->product[row];
  for (int c = 0; c < m->hw->cols; c++) t->column[c] += (uint32_t)product[c][a << 8];
  t->a += a;
  for (int i = 0; i < m->planes; i++) t->x[i] += m->x[256 * i + a];
}

/* The records at hand meet the sums X so far. */
static void correct(const job_state *s, sums *t) {
  const vmac_machine *m = s->m;
  for (int c = 0; c < m->hw->cols; c++) {
    const record *r = &s->column[c];
    t->v[c] += (int64_t)r->bias * (1 << VMAC_CORR_F);
    if (m->hw->opt_correction) t->v[c] += r->c0;
    for (int i = 0; i < m->planes; i++) t->v[c] += (int64_t)r->c[i] * t->x[i];
  }
  memset(t->x, 0, sizeof t->x);
}

static int32_t final_acc(const job_state *s, const sums *t, int c) {
  const vmac_machine *m = s->m;
  int64_t acc = (int64_t)t->column[c] + ((t->v[c] + (1 << (VMAC_CORR_F - 1))) >> VMAC_CORR_F);
  if (m->mult->cls == VMAC_U8) acc -= 128 * (int64_t)t->a;
  return vmac_wrap(acc);
}

/* One tile over all pixels. */
static bool run_tile(job_state *s, sums *total, bool first, bool last) {
  vmac_machine *m = s->m;
  const vmac_descriptor *d = s->d;
  const vmac_class cls = m->mult->cls;
  vmac_scale scale[VMAC_ROWS_MAX];
  for (int c = 0; c < m->hw->cols; c++) scale[c] = s->column[c].scale;
  int address = d->base;
  for (int oy = 0, pixel = 0; oy < d->out_h; oy++)
    for (int ox = 0; ox < d->out_w; ox++, pixel++) {
      sums *t = &total[d->k_tiles > 1 ? pixel : 0];
      if (d->k_tiles == 1) memset(t, 0, sizeof *t);
      const int iy = d->iy0 + oy * d->stride_h, ix = d->ix0 + ox * d->stride_w;
      for (int r = 0; r < m->hw->rows; r++) {
        const entry *e = &s->row[r];
        if (!e->on) continue;
        uint8_t code = (uint8_t)d->pad;
        if (iy + e->ky >= 0 && iy + e->ky < d->in_h && ix + e->kx >= 0 && ix + e->kx < d->in_w) {
          if (!fetch(m, d->src, r + e->sub * m->hw->rows, address + e->off, &code)) return false;
          m->accesses->bytes_read++;
        }
        multiply(s, r, vmac_operand_bits(cls, (int8_t)code), t);
      }
      m->accesses->sums_read += !first;
      m->accesses->sums_written += !last;
      if (last || m->hw->opt_ktile) correct(s, t);
      if (last) {
        int32_t acc[VMAC_ROWS_MAX];
        for (int c = 0; c < m->hw->cols; c++) acc[c] = final_acc(s, t, c);
        if (!deliver(s, pixel, acc, scale)) return false;
      }
      address = (address + (ox + 1 < d->out_w ? d->inc_ox : d->inc_oy)) & 0xffff;
    }
  return true;
}

/* The SET beat comes with the last tile, and the records, but that every tile may have some. */
static bool run_mac(job_state *s) {
  const vmac_descriptor *d = s->d;
  const size_t pixels = d->k_tiles > 1 ? (size_t)d->out_w * (size_t)d->out_h : 1;
  sums *total = vmac_alloc(pixels, sizeof *total);
  bool good = true;
  for (s->set = 0; good && s->set < d->sets; s->set++) {
    memset(total, 0, pixels * sizeof *total);
    for (int k = 0; good && k < d->k_tiles; k++) {
      const bool last = k == d->k_tiles - 1;
      good = (!last || read_set(s)) && (!(last || s->m->hw->opt_ktile) || read_records(s, last)) &&
             read_tile(s) && run_tile(s, total, !k, last);
    }
  }
  free(total);
  return good;
}

/* ---- MAX, SUM, ADD ------------------------------------------------------------------------------
 */

/* The codes of the lanes that columns 0 .. n - 1 stand for. */
static bool fetch_lanes(job_state *s, int set, int address, bool inside, int n, int8_t *code) {
  for (int c = 0; c < n; c++) {
    uint8_t byte = (uint8_t)s->d->pad;
    const int bank = c + s->f.sub * n;
    if (inside && bank < s->m->lanes && !fetch(s->m, set, bank, address, &byte)) return false;
    code[c] = (int8_t)byte;
  }
  return true;
}

/* Banks that a vector job's tap reads: each row's, in both sets, whatever becomes of the bytes. */
static uint64_t lane_reads(const job_state *s) {
  const int rows = s->m->hw->rows, lanes = s->m->lanes, left = lanes - s->f.sub * rows;
  return 2 * (uint64_t)(rows == lanes || left > rows ? rows : left);
}

static bool run_pixel(job_state *s, int iy, int ix, int *address, int32_t *acc) {
  vmac_machine *m = s->m;
  const vmac_descriptor *d = s->d;
  const int n = m->hw->rows < m->hw->cols ? m->hw->rows : m->hw->cols;
  const vmac_scale scale_b = {(int32_t)(d->w12 & 0x7fffffff), vmac_sbits(d->w13, 0, 6)};
  const int za = vmac_sbits(d->w13, 8, 8), zb = vmac_sbits(d->w13, 16, 8);
  for (int wy = 0; wy < d->win_h; wy++)
    for (int wx = 0; wx < d->win_w; wx++) {
      int8_t a[VMAC_ROWS_MAX], b[VMAC_ROWS_MAX];
      const bool inside = iy + wy >= 0 && iy + wy < d->in_h && ix + wx >= 0 && ix + wx < d->in_w;
      const bool first = !wy && !wx;
      m->accesses->bytes_read += inside ? lane_reads(s) : 0;
      if (!fetch_lanes(s, d->src, *address, inside, n, a)) return false;
      if (d->kind == VMAC_JOB_ADD && !fetch_lanes(s, !d->src, *address + d->delta_b, inside, n, b))
        return false;
      for (int c = 0; c < n; c++) {
        if (d->kind == VMAC_JOB_MAX) {
          if (first || a[c] > acc[c]) acc[c] = a[c];
        } else if (d->kind == VMAC_JOB_SUM) {
          acc[c] = (first ? (int32_t)d->w12 : acc[c]) + a[c];
        } else {
          acc[c] = (a[c] - za) * (1 << 19) +
                   vmac_requantize((b[c] - zb) * (1 << 20), scale_b,
                                   d->single ? VMAC_ROUND_SINGLE : VMAC_ROUND_DOUBLE);
        }
      }
      if (wx + 1 < d->win_w)
        *address = (*address + d->inc_wx) & 0xffff;
      else if (wy + 1 < d->win_h)
        *address = (*address + d->inc_wy) & 0xffff;
    }
  return true;
}

static bool run_vector(job_state *s) {
  const vmac_descriptor *d = s->d;
  for (s->set = 0; s->set < d->sets; s->set++) {
    if (!read_set(s)) return false;
    vmac_scale scale[VMAC_ROWS_MAX];
    for (int c = 0; c < VMAC_ROWS_MAX; c++) scale[c] = s->f.scale;
    int address = d->base + s->f.in_off, pixel = 0;
    for (int oy = 0; oy < d->out_h; oy++)
      for (int ox = 0; ox < d->out_w; ox++, pixel++) {
        int32_t acc[VMAC_ROWS_MAX] = {0};
        if (!run_pixel(s, d->iy0 + oy * d->stride_h, d->ix0 + ox * d->stride_w, &address, acc) ||
            !deliver(s, pixel, acc, scale))
          return false;
        address = (address + (ox + 1 < d->out_w ? d->inc_ox : d->inc_oy)) & 0xffff;
      }
  }
  return true;
}

bool vmac_execute(vmac_machine *m, const vmac_descriptor *job) {
  job_state s = {.m = m, .d = job};
  if (job->kind == VMAC_JOB_ADD && !check_shift(m, vmac_sbits(job->w13, 0, 6))) return false;
  return job->kind == VMAC_JOB_MAC ? run_mac(&s) : run_vector(&s);
}
