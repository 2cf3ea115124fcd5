/* The correction unit of hardware with coefficients for every K tile: loaded, then a partial sum
 * per cycle with its sums, as the tile's columns give them. Coefficients are fitted to what these
 * lack.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "stimulus.h"

enum { SHIFT, TAKE, ENTER, SECOND, RESULT, FIRST }; /* steps, as of the unit of whole sums */
enum { FIX_W = 32 + VMAC_CORR_F, LOW = 32 };        /* a port of FIX_W bits is set in two parts */

typedef struct {
  const net_port *shift, *k, *c, *take, *valid, *ps, *sum_a, *sum_x, *out;
} tile_ports;

/* Everything of one layer: (lanes, steps), but x (plane, lanes, steps) and coefficients k (lanes),
 * c (plane, lanes). out and k as two words, the low bits first: (2, ..). */
typedef struct {
  size_t lanes, steps;
  int planes;
  uint32_t *ps, *sum_a, *x, *out, *k, *c;
} tile_sums;

static bool find_ports(tile_ports *p, const stim_source *src, vmac_err *err) {
  const net_list *nl = src->nl;
  return (p->shift = netlist_port(nl, "k_shift_i", PIN_INPUT, 1, err)) &&
         (p->k = netlist_port(nl, "k_i", PIN_INPUT, FIX_W, err)) &&
         (p->c = stim_port(src, "k_c_i", PIN_INPUT, 8 * VMAC_CORR_C_BITS, err)) &&
         (p->take = netlist_port(nl, "take_i", PIN_INPUT, 1, err)) &&
         (p->valid = netlist_port(nl, "valid_i", PIN_INPUT, 2, err)) &&
         (p->ps = stim_port(src, "ps_i", PIN_INPUT, 32, err)) &&
         (p->sum_a = stim_port(src, "sum_a_i", PIN_INPUT, 32, err)) &&
         (p->sum_x = stim_port(src, "sum_x_i", PIN_INPUT, 256, err)) &&
         (p->out = netlist_port(nl, "sum_o", PIN_OUTPUT, FIX_W, err));
}

static bool check(const stim_source *src, vmac_err *err) {
  tile_ports p;
  return find_ports(&p, src, err) && stim_check_sums(src, p.c, p.sum_x, err);
}

static size_t fill(const stim_source *src) {
  (void)src;
  return FIRST - ENTER;
}

static size_t lanes(const stim_source *src, size_t layer) {
  (void)layer;
  return stim_columns(src);
}

static void put(uint32_t *words, size_t stride, int64_t value) {
  words[0] = (uint32_t)((uint64_t)value & UINT32_MAX);
  words[stride] = stim_bits(value >> LOW, FIX_W - LOW);
}

/* Coefficients and results of lane `i`, whose sums stand. lack (steps): exact less approximate. */
static void correct_lane(tile_sums *u, size_t i, double *lack) {
  const size_t n = u->lanes * u->steps, at = i * u->steps;
  int32_t c[VMAC_CORR_PLANES] = {0};
  for (int p = 0; p < u->planes; p++) {
    c[p] = stim_fit(lack, u->x + (size_t)p * n + at, u->steps);
    u->c[(size_t)p * u->lanes + i] = stim_bits(c[p], VMAC_CORR_C_BITS);
  }
  double mean = 0;
  for (size_t s = 0; s < u->steps; s++) mean += lack[s] / (double)u->steps;
  const int64_t k = lround(mean * (1 << VMAC_CORR_F));
  put(u->k + i, u->lanes, k);
  for (size_t s = 0; s < u->steps; s++) {
    const int64_t net = (int32_t)u->ps[at + s] - 128 * (int64_t)u->sum_a[at + s];
    int64_t sum = net * (1 << VMAC_CORR_F) + k;
    for (int p = 0; p < u->planes; p++) sum += (int64_t)c[p] * u->x[(size_t)p * n + at + s];
    put(u->out + at + s, n, sum);
  }
}

static void make_sums(tile_sums *u, const stim_source *src, size_t layer) {
  const size_t columns = stim_columns(src), first = stim_first(src, layer);
  const size_t steps = src->ops->steps, n = columns * steps, planes = (size_t)stim_planes(src);
  *u = (tile_sums){.lanes = columns, .steps = steps, .planes = (int)planes};
  u->ps = vmac_alloc((4 + planes) * n, sizeof *u->ps);
  u->sum_a = u->ps + n;
  u->out = u->sum_a + n;
  u->x = u->out + 2 * n;
  u->k = vmac_alloc(columns * (2 + planes), sizeof *u->k);
  u->c = u->k + 2 * columns;
  double *lack = vmac_alloc(steps, sizeof *lack);
  uint8_t terms[256 * VMAC_CORR_PLANES];
  stim_terms(src, terms);
  for (size_t i = 0; i < columns; i++) {
    for (size_t s = 0; s < steps; s++) {
      const size_t at = i * steps + s, column = first + i;
      const int32_t foot = stim_foot(src, column, s);
      u->ps[at] = (uint32_t)foot;
      u->sum_a[at] = (uint32_t)stim_sum_a(src, column, s);
      lack[s] = stim_exact_foot(src, column, s) - foot;
      for (size_t p = 0; p < planes; p++)
        u->x[p * n + at] = (uint32_t)stim_sum_x(src, terms + 256 * p, column, s);
    }
    correct_lane(u, i, lack);
  }
  free(lack);
}

static void set_coefficients(gatesim *sim, const tile_ports *p, const tile_sums *u) {
  const net_port low = stim_slice(p->k, 0, LOW), high = stim_slice(p->k, LOW, FIX_W - LOW);
  gatesim_set(sim, &low, u->k, u->lanes, 1);
  gatesim_set(sim, &high, u->k + u->lanes, u->lanes, 1);
  for (int q = 0; q < u->planes; q++) {
    const net_port c = stim_slice(p->c, (size_t)q * VMAC_CORR_C_BITS, VMAC_CORR_C_BITS);
    gatesim_set(sim, &c, u->c + (size_t)q * u->lanes, u->lanes, 1);
  }
}

static void set_sums(gatesim *sim, const tile_ports *p, const tile_sums *u, size_t step) {
  gatesim_set(sim, p->ps, u->ps + step, u->lanes, u->steps);
  gatesim_set(sim, p->sum_a, u->sum_a + step, u->lanes, u->steps);
  for (int q = 0; q < u->planes; q++) {
    const size_t width = p->sum_x->width / (size_t)u->planes;
    const net_port x = stim_slice(p->sum_x, (size_t)q * width, width);
    gatesim_set(sim, &x, u->x + (size_t)q * u->lanes * u->steps + step, u->lanes, u->steps);
  }
}

static bool play(gatesim *sim, const stim_source *src, size_t layer, stim_kind kind,
                 vmac_err *err) {
  tile_ports p;
  if (!find_ports(&p, src, err)) return false;
  tile_sums u;
  make_sums(&u, src, layer);
  const bool idle = kind == STIM_IDLE;
  const net_port low = stim_slice(p.out, 0, LOW), high = stim_slice(p.out, LOW, FIX_W - LOW);
  bool good = true;
  for (size_t k = SHIFT; good && k < u.steps + ENTER; k++) {
    stim_constant(sim, p.shift, k == SHIFT, u.lanes);
    stim_constant(sim, p.take, k == TAKE, u.lanes);
    stim_constant(sim, p.valid, k >= ENTER && (!idle || k < FIRST) ? 3 : 0, u.lanes);
    if (k == SHIFT) set_coefficients(sim, &p, &u);
    if (k >= ENTER) set_sums(sim, &p, &u, idle ? 0 : k - ENTER);
    gatesim_step(sim, true, idle ? k > FIRST : k >= FIRST);
    for (size_t i = 0; good && k >= RESULT && i < u.lanes; i++) {
      const uint32_t *want = u.out + i * u.steps + (idle ? 0 : k - RESULT);
      const uint32_t want_high = want[u.lanes * u.steps];
      const uint32_t found = gatesim_get(sim, &low, i), found_high = gatesim_get(sim, &high, i);
      if (found != *want || found_high != want_high)
        good = vmac_fail(err,
                         "netlist %s of %s: layer %zu, lane %zu, step %zu: expected sum_o "
                         "0x%02x%08x (C model), found 0x%02x%08x",
                         src->nl->module, src->mult->name, layer, i, k - RESULT, want_high, *want,
                         found_high, found);
    }
  }
  free(u.ps);
  free(u.k);
  return good;
}

const stim_design stim_tile = {.name = "tile",
                               .kinds = {[STIM_BUSY] = true, [STIM_IDLE] = true},
                               .check = check,
                               .lanes = lanes,
                               .fill = fill,
                               .play = play};
