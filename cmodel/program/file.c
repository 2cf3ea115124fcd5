/* .vmp files, little-endian throughout:
 *   "VMACPROG", u32 version, u32 bytes per beat
 *   u32 cell, rows, cols, acc_depth, buf_depth, opt_correction
 *   u64 hash of the cells' tables (vmac_hw_tables()), u64 hash of the network's file
 *   u64 beats, u64 first beat of the INPUT payload, u64 beats of it
 *   input: u32 h, w, c, period, used (vmac_layout)
 *   output: u32 h, w, c, f32 scale, i32 zero point, u32 softmax left to the host, f32 beta
 *   u64 result beats, u32 sets of results, u32 opt_mode | 2 where the PEs have a map of cells |
 *   opt_ktile << 2 | phi_rank << 8
 *   per set u32 pixels, first pixel, channel, column, count: `pixels` result beats, whose bytes
 *   column .. column + count - 1 are channels channel ..
 *   the map, where there is one: (rows, cols) bytes; phi, (phi_rank, 256) bytes
 *   zeros up to a multiple of 64 bytes; the beats, as they go to s_axis
 *   u64 FNV-1a of all bytes before
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "net/net.h"
#include "program/program.h"

enum {
  VERSION = 2,
  ALIGN = 64,
  HEAD = 8 + 4 * 2 + 4 * 6 + 8 * 2 + 8 * 3 + 4 * 5 + 4 * 7 + 8 + 4 * 2,
  PER_SET = 4 * 5,
  HAS_MODE = 1,
  HAS_MAP = 2,
  HAS_KTILE = 4,
  RANK_AT = 8
};
static const char magic[8] = {'V', 'M', 'A', 'C', 'P', 'R', 'O', 'G'};

static void put(uint8_t **at, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; i++) *(*at)++ = (uint8_t)(value >> 8 * i);
}

static void put_int(uint8_t **at, int value) {
  put(at, (uint32_t)value, 4);
}

static void put_float(uint8_t **at, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  put(at, bits, 4);
}

static uint64_t get(const uint8_t **at, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; i++) value |= (uint64_t) * (*at)++ << 8 * i;
  return value;
}

static int get_int(const uint8_t **at) {
  return (int32_t)(uint32_t)get(at, 4);
}

static float get_float(const uint8_t **at) {
  const uint32_t bits = (uint32_t)get(at, 4);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static size_t map_size(const vmac_hw *hw) {
  return (size_t)hw->rows * (size_t)hw->cols;
}

static size_t phi_size(const vmac_hw *hw) {
  return 256 * (size_t)hw->phi_rank;
}

static size_t stream_at(const vmac_program *p, bool has_map) {
  const size_t head =
      HEAD + PER_SET * (size_t)p->result_sets + (has_map ? map_size(&p->hw) : 0) + phi_size(&p->hw);
  return (head + ALIGN - 1) / ALIGN * ALIGN;
}

bool vmac_program_save(const vmac_program *p, const char *path, vmac_err *err) {
  const size_t start = stream_at(p, p->hw.map);
  const size_t stream = p->beat_count * (size_t)vmac_hw_beat(&p->hw), size = start + stream + 8;
  uint8_t *bytes = vmac_alloc(size, 1), *at = bytes;
  memcpy(at, magic, sizeof magic);
  at += sizeof magic;
  put_int(&at, VERSION);
  put_int(&at, vmac_hw_beat(&p->hw));
  const int hw[] = {p->hw.cell,      p->hw.rows,      p->hw.cols,
                    p->hw.acc_depth, p->hw.buf_depth, p->hw.opt_correction};
  for (size_t i = 0; i < sizeof hw / sizeof *hw; i++) put_int(&at, hw[i]);
  put(&at, p->cell_hash, 8);
  put(&at, p->net_hash, 8);
  put(&at, p->beat_count, 8);
  put(&at, p->input_beat, 8);
  put(&at, p->input_beats, 8);
  const int in[] = {p->input.h,    p->input.w, p->input.c, p->input.period,
                    p->input.used, p->out_h,   p->out_w,   p->out_c};
  for (size_t i = 0; i < sizeof in / sizeof *in; i++) put_int(&at, in[i]);
  put_float(&at, p->out_scale);
  put_int(&at, p->out_zero);
  put_int(&at, p->softmax);
  put_float(&at, p->beta);
  put(&at, p->result_beats, 8);
  put_int(&at, p->result_sets);
  put_int(&at, (p->hw.opt_mode ? HAS_MODE : 0) | (p->hw.map ? HAS_MAP : 0) |
                   (p->hw.opt_ktile ? HAS_KTILE : 0) | p->hw.phi_rank << RANK_AT);
  for (int i = 0; i < p->result_sets; i++) {
    const vmac_results *r = &p->result[i];
    put_int(&at, r->pixels);
    put_int(&at, r->first_pixel);
    put_int(&at, r->set.channel);
    put_int(&at, r->set.column);
    put_int(&at, r->set.count);
  }
  if (p->hw.map) {
    memcpy(at, p->hw.map, map_size(&p->hw));
    at += map_size(&p->hw);
  }
  if (p->hw.phi_rank) memcpy(at, p->hw.phi, phi_size(&p->hw));
  memcpy(bytes + start, p->beats, stream);
  at = bytes + start + stream;
  put(&at, vmac_hash(bytes, size - 8), 8);
  const bool good = vmac_write_file(path, bytes, size, err);
  free(bytes);
  return good;
}

/* a positive number that an int of pixels or channels may be */
static bool count_fits(int n) {
  return n > 0 && n <= VMAC_MAX_ELEMENTS;
}

static bool check_input(const vmac_program *p, const char *path, vmac_err *err) {
  const vmac_layout *in = &p->input;
  const int lanes = vmac_hw_lanes(&p->hw);
  const bool sane =
      count_fits(in->h) && count_fits(in->w) && count_fits(in->c) &&
      (in->period == 0 ? in->used == 0 : in->period == in->c && in->used > 0 && in->used <= lanes);
  const uint64_t groups =
      in->period ? 1 : ((uint64_t)(unsigned)in->c + (unsigned)lanes - 1) / (unsigned)lanes;
  /* compared by division: a product of absurd sizes could wrap */
  if (!sane || p->input_beats == 0 || p->input_beats % groups ||
      p->input_beats / groups % (unsigned)in->w ||
      p->input_beats / groups / (unsigned)in->w != (unsigned)in->h)
    return vmac_fail(err, "%s: the input's layout (%d x %d x %d in %zu beats) is not one", path,
                     in->h, in->w, in->c, p->input_beats);
  if (p->input_beat >= p->beat_count || p->input_beats > p->beat_count - p->input_beat)
    return vmac_fail(err, "%s: the input's beats %zu + %zu lie outside the %zu of the stream", path,
                     p->input_beat, p->input_beats, p->beat_count);
  return true;
}

static bool check_output(const vmac_program *p, const char *path, vmac_err *err) {
  if (!count_fits(p->out_h) || !count_fits(p->out_w) || !count_fits(p->out_c) ||
      (int64_t)p->out_h * p->out_w > VMAC_MAX_ELEMENTS ||
      (int64_t)p->out_h * p->out_w * p->out_c > VMAC_MAX_ELEMENTS)
    return vmac_fail(err, "%s: an output of %d x %d x %d", path, p->out_h, p->out_w, p->out_c);
  const int pixels = p->out_h * p->out_w;
  uint64_t beats = 0, elements = 0;
  for (int i = 0; i < p->result_sets; i++) {
    const vmac_results *r = &p->result[i];
    const vmac_set *s = &r->set;
    if (r->pixels < 1 || r->pixels > pixels || r->first_pixel < 0 ||
        r->first_pixel > pixels - r->pixels || s->count < 1 || s->column < 0 ||
        s->count > p->hw.cols || s->column > p->hw.cols - s->count || s->channel < 0 ||
        s->count > p->out_c || s->channel > p->out_c - s->count)
      return vmac_fail(err, "%s: result set %d lies outside the output or the columns", path, i);
    beats += (unsigned)r->pixels;
    elements += (uint64_t)(unsigned)r->pixels * (unsigned)s->count;
  }
  if (beats != p->result_beats || elements != (uint64_t)pixels * (unsigned)p->out_c)
    return vmac_fail(err,
                     "%s: its result sets are %" PRIu64 " beats with %" PRIu64
                     " codes, expected %zu and %d x %d",
                     path, beats, elements, p->result_beats, pixels, p->out_c);
  return true;
}

static bool check_hardware(const vmac_program *p, int beat, const char *path, vmac_err *err) {
  vmac_err why;
  if (!vmac_hw_check(&p->hw, &why)) return vmac_fail(err, "%s: %s", path, why.text);
  if (beat != vmac_hw_beat(&p->hw))
    return vmac_fail(err, "%s: expected beats of %d bytes for %d x %d, found %d", path,
                     vmac_hw_beat(&p->hw), p->hw.rows, p->hw.cols, beat);
  return true;
}

static bool check_cells(const vmac_program *p, const char *path, vmac_err *err) {
  return vmac_hw_tables(&p->hw) == p->cell_hash ||
         vmac_fail(err,
                   "%s: cell %d is %s here, and that, or a cell of its map, is another function "
                   "than the one it was compiled for; compile it again",
                   path, p->hw.cell, vmac_mult_at((size_t)p->hw.cell)->name);
}

/* Everything before the result sets. */
static void read_head(vmac_program *p, int *beat, int *has, const uint8_t *at) {
  *beat = get_int(&at);
  p->hw.cell = get_int(&at);
  p->hw.rows = get_int(&at);
  p->hw.cols = get_int(&at);
  p->hw.acc_depth = get_int(&at);
  p->hw.buf_depth = get_int(&at);
  p->hw.opt_correction = get_int(&at);
  p->cell_hash = get(&at, 8);
  p->net_hash = get(&at, 8);
  p->beat_count = get(&at, 8);
  p->input_beat = get(&at, 8);
  p->input_beats = get(&at, 8);
  p->input.h = get_int(&at);
  p->input.w = get_int(&at);
  p->input.c = get_int(&at);
  p->input.period = get_int(&at);
  p->input.used = get_int(&at);
  p->out_h = get_int(&at);
  p->out_w = get_int(&at);
  p->out_c = get_int(&at);
  p->out_scale = get_float(&at);
  p->out_zero = get_int(&at);
  p->softmax = get_int(&at) != 0;
  p->beta = get_float(&at);
  p->result_beats = get(&at, 8);
  p->result_sets = get_int(&at);
  *has = get_int(&at);
  p->hw.opt_mode = *has & HAS_MODE;
  p->hw.opt_ktile = *has & HAS_KTILE ? 1 : 0;
  p->hw.phi_rank = *has >> RANK_AT;
}

/* Size is enough for both. */
static bool read_tables(vmac_program *p, int beat, bool has_map, const uint8_t *at,
                        const char *path, vmac_err *err) {
  if (has_map) {
    p->map = vmac_alloc(map_size(&p->hw), 1);
    memcpy(p->map, at, map_size(&p->hw));
    at += map_size(&p->hw);
    p->hw.map = p->map;
  }
  if (p->phi) memcpy(p->phi, at, phi_size(&p->hw));
  return check_hardware(p, beat, path, err);
}

static bool parse(vmac_program *p, const uint8_t *bytes, size_t size, const char *path,
                  vmac_err *err) {
  if (size < sizeof magic || memcmp(bytes, magic, sizeof magic))
    return vmac_fail(err, "%s: not a program (expected \"VMACPROG\" first)", path);
  if (size < HEAD + 8)
    return vmac_fail(err, "%s: expected a header of %d bytes, found %zu", path, HEAD, size);
  const uint8_t *at = bytes + sizeof magic;
  const int version = get_int(&at);
  if (version != VERSION)
    return vmac_fail(err, "%s: expected version %d, found %d; compile it again", path, VERSION,
                     version);
  int beat, has;
  read_head(p, &beat, &has, at);
  const unsigned options = (unsigned)has & 0xff, planes = (unsigned)has >> RANK_AT;
  if (options & ~(unsigned)(HAS_MODE | HAS_MAP | HAS_KTILE) || planes > VMAC_PHI_MAX)
    return vmac_fail(err, "%s: expected options 0..7 and 0..%d planes of phi, found %u and %u",
                     path, VMAC_PHI_MAX, options, planes);
  if (p->hw.phi_rank) p->hw.phi = p->phi = vmac_alloc(phi_size(&p->hw), 1);
  if (!check_hardware(p, beat, path, err)) return false;
  if (p->result_sets < 1 || (size_t)p->result_sets > size / PER_SET)
    return vmac_fail(err, "%s: %d sets of results in %zu bytes", path, p->result_sets, size);
  const size_t start = stream_at(p, has & HAS_MAP), step = (size_t)beat;
  if (p->beat_count < 1 || p->beat_count > size / step || size != start + p->beat_count * step + 8)
    return vmac_fail(err, "%s: expected %zu + %zu x %d + 8 bytes, found %zu", path, start,
                     p->beat_count, beat, size);
  const uint8_t *tail = bytes + size - 8;
  if (get(&tail, 8) != vmac_hash(bytes, size - 8))
    return vmac_fail(err, "%s: damaged: the hash at its end is not that of its bytes", path);
  p->result = vmac_alloc((size_t)p->result_sets, sizeof *p->result);
  at = bytes + HEAD;
  for (int i = 0; i < p->result_sets; i++) {
    vmac_results *r = &p->result[i];
    r->pixels = get_int(&at);
    r->first_pixel = get_int(&at);
    r->set.channel = get_int(&at);
    r->set.column = get_int(&at);
    r->set.count = get_int(&at);
  }
  if (!read_tables(p, beat, has & HAS_MAP, at, path, err) || !check_cells(p, path, err))
    return false;
  if (!check_input(p, path, err) || !check_output(p, path, err)) return false;
  p->beats = vmac_alloc(p->beat_count, step);
  memcpy(p->beats, bytes + start, p->beat_count * step);
  return true;
}

vmac_program *vmac_program_load(const char *path, vmac_err *err) {
  size_t size;
  uint8_t *bytes = vmac_read_file(path, &size, err);
  if (!bytes) return NULL;
  vmac_program *p = vmac_alloc(1, sizeof *p);
  if (!parse(p, bytes, size, path, err)) {
    vmac_program_free(p);
    p = NULL;
  }
  free(bytes);
  return p;
}
