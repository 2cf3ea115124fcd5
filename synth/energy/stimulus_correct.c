/* The correction unit: coefficients loaded, then an accumulator per cycle with its sums.
 *
 * An accumulator gathers as many K tiles as its layer has. A stream has single tiles: here each lane
 * adds up its own and the next ones of its layer, at the same step. Coefficients are fitted to what
 * these sums lack, and the bias centres the result, as calibration and zero points do.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "stimulus.h"

enum { SHIFT, TAKE, ENTER, SECOND, RESULT, FIRST }; /* steps, as in the PE */

typedef struct {
  const net_port *shift, *c0, *c, *bias, *take, *valid, *acc, *sum_a, *sum_x, *out;
} correct_ports;

/* Everything of one layer: (lanes, steps), but x (plane, lanes, steps) and coefficients (lanes), c
 * (plane, lanes). */
typedef struct {
  size_t lanes, steps;
  int planes;
  uint32_t *acc, *sum_a, *x, *out, *c0, *c, *bias;
} sums;

static bool find_ports(correct_ports *p, const stim_source *src, vmac_err *err) {
  const net_list *nl = src->nl;
  return (p->shift = netlist_port(nl, "k_shift_i", PIN_INPUT, 1, err)) &&
         (p->c0 = netlist_port(nl, "k_c0_i", PIN_INPUT, 32, err)) &&
         (p->c = stim_port(src, "k_c_i", PIN_INPUT, 8 * VMAC_CORR_C_BITS, err)) &&
         (p->bias = netlist_port(nl, "k_bias_i", PIN_INPUT, 32, err)) &&
         (p->take = netlist_port(nl, "take_i", PIN_INPUT, 1, err)) &&
         (p->valid = netlist_port(nl, "valid_i", PIN_INPUT, 2, err)) &&
         (p->acc = netlist_port(nl, "acc_i", PIN_INPUT, 32, err)) &&
         (p->sum_a = stim_port(src, "sum_a_i", PIN_INPUT, 32, err)) &&
         (p->sum_x = stim_port(src, "sum_x_i", PIN_INPUT, 256, err)) &&
         (p->out = netlist_port(nl, "acc_o", PIN_OUTPUT, 32, err));
}

bool stim_check_sums(const stim_source *src, const net_port *c, const net_port *sum_x,
                     vmac_err *err) {
  const size_t planes = c->width / VMAC_CORR_C_BITS;
  const int model = stim_planes(src);
  if (c->width % VMAC_CORR_C_BITS || !planes || sum_x->width % planes ||
      sum_x->width / planes > 32 || (model && planes != (size_t)model))
    return vmac_fail(err,
                     "netlist %s: expected %d sums of X (correction %d of %s), found %zu bits "
                     "of coefficients, %zu of sums",
                     src->nl->module, model, src->opt_correction, src->mult->name, c->width,
                     sum_x->width);
  return true;
}

static bool check(const stim_source *src, vmac_err *err) {
  correct_ports p;
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

int32_t stim_exact_foot(const stim_source *src, size_t column, size_t step) {
  const vmac_operands *ops = src->ops;
  int32_t sum = 0;
  for (size_t r = 0; r < ops->rows; r++)
    sum += vmac_operand(ops->cls, vmac_operands_row(ops, column, r)[step]) *
           vmac_operand(ops->cls, ops->w[column * ops->rows + r]) * ops->en[column * ops->rows + r];
  return sum;
}

int32_t stim_fit(double *lack, const uint32_t *x, size_t steps) {
  const double most = (1 << (VMAC_CORR_C_BITS - 1)) - 1;
  double mean = 0, mean_x = 0, both = 0, square = 0;
  for (size_t s = 0; s < steps; s++) {
    mean += lack[s] / (double)steps;
    mean_x += x[s] / (double)steps;
  }
  for (size_t s = 0; s < steps; s++) {
    both += (lack[s] - mean) * (x[s] - mean_x);
    square += (x[s] - mean_x) * (x[s] - mean_x);
  }
  const double c = square > 0 ? both / square * (1 << VMAC_CORR_F) : 0;
  const int32_t whole = (int32_t)lround(fmin(fmax(c, -most), most));
  for (size_t s = 0; s < steps; s++) lack[s] -= (double)whole / (1 << VMAC_CORR_F) * x[s];
  return whole;
}

/* Coefficients and results of lane `i`, whose sums stand. lack (steps): exact less approximate. */
static void correct_lane(sums *u, size_t i, double *lack, bool has_v) {
  const size_t n = u->lanes * u->steps, at = i * u->steps;
  int32_t c0 = 0, c[VMAC_CORR_PLANES] = {0};
  for (int p = 0; p < u->planes; p++) {
    c[p] = stim_fit(lack, u->x + (size_t)p * n + at, u->steps);
    u->c[(size_t)p * u->lanes + i] = stim_bits(c[p], VMAC_CORR_C_BITS);
  }
  double mean = 0, centre = 0;
  for (size_t s = 0; s < u->steps; s++) mean += lack[s] / (double)u->steps;
  if (has_v) c0 = (int32_t)lround(fmin(fmax(mean, -1e6), 1e6) * (1 << VMAC_CORR_F));
  u->c0[i] = (uint32_t)c0;
  for (size_t s = 0; s < u->steps; s++) {
    int32_t x[VMAC_CORR_PLANES] = {0};
    for (int p = 0; p < u->planes; p++) x[p] = (int32_t)u->x[(size_t)p * n + at + s];
    const int32_t v = has_v ? vmac_correction(c0, u->planes, c, x) : 0;
    u->out[at + s] = u->acc[at + s] + (uint32_t)v - (u->sum_a[at + s] << 7);
    centre += (int32_t)u->out[at + s] / (double)u->steps;
  }
  u->bias[i] = (uint32_t)(int32_t)-lround(centre);
  for (size_t s = 0; s < u->steps; s++) u->out[at + s] += u->bias[i];
}

static void make_sums(sums *u, const stim_source *src, size_t layer) {
  const size_t columns = stim_columns(src), first = stim_first(src, layer);
  const size_t steps = src->ops->steps, n = columns * steps, planes = (size_t)stim_planes(src);
  *u = (sums){.lanes = columns, .steps = steps, .planes = (int)planes};
  u->acc = vmac_alloc(4 * n + planes * n, sizeof *u->acc);
  u->sum_a = u->acc + n;
  u->out = u->sum_a + n;
  u->x = u->out + n;
  u->c0 = vmac_alloc(columns * (2 + planes), sizeof *u->c0);
  u->bias = u->c0 + columns;
  u->c = u->bias + columns;
  double *lack = vmac_alloc(steps, sizeof *lack);
  uint8_t terms[256 * VMAC_CORR_PLANES];
  stim_terms(src, terms);
  for (size_t i = 0; i < columns; i++) {
    for (size_t s = 0; s < steps; s++) {
      const size_t at = i * steps + s;
      lack[s] = 0;
      for (int t = 0; t < src->ops->layer[layer].tiles; t++) {
        const size_t column = first + (i + (size_t)t) % columns;
        const int32_t foot = stim_foot(src, column, s);
        u->acc[at] += (uint32_t)foot;
        u->sum_a[at] += (uint32_t)stim_sum_a(src, column, s);
        lack[s] += stim_exact_foot(src, column, s) - foot;
        for (size_t p = 0; p < planes; p++)
          u->x[p * n + at] += (uint32_t)stim_sum_x(src, terms + 256 * p, column, s);
      }
    }
    correct_lane(u, i, lack, src->opt_correction != 0);
  }
  free(lack);
}

static void set_coefficients(gatesim *sim, const correct_ports *p, const sums *u) {
  gatesim_set(sim, p->c0, u->c0, u->lanes, 1);
  gatesim_set(sim, p->bias, u->bias, u->lanes, 1);
  for (int q = 0; q < u->planes; q++) {
    const net_port c = stim_slice(p->c, (size_t)q * VMAC_CORR_C_BITS, VMAC_CORR_C_BITS);
    gatesim_set(sim, &c, u->c + (size_t)q * u->lanes, u->lanes, 1);
  }
}

static void set_accumulator(gatesim *sim, const correct_ports *p, const sums *u, size_t step) {
  gatesim_set(sim, p->acc, u->acc + step, u->lanes, u->steps);
  gatesim_set(sim, p->sum_a, u->sum_a + step, u->lanes, u->steps);
  for (int q = 0; q < u->planes; q++) {
    const size_t width = p->sum_x->width / (size_t)u->planes;
    const net_port x = stim_slice(p->sum_x, (size_t)q * width, width);
    gatesim_set(sim, &x, u->x + (size_t)q * u->lanes * u->steps + step, u->lanes, u->steps);
  }
}

static bool play(gatesim *sim, const stim_source *src, size_t layer, stim_kind kind,
                 vmac_err *err) {
  correct_ports p;
  if (!find_ports(&p, src, err)) return false;
  sums u;
  make_sums(&u, src, layer);
  const bool idle = kind == STIM_IDLE;
  bool good = true;
  for (size_t k = SHIFT; good && k < u.steps + ENTER; k++) {
    stim_constant(sim, p.shift, k == SHIFT, u.lanes);
    stim_constant(sim, p.take, k == TAKE, u.lanes);
    stim_constant(sim, p.valid, k >= ENTER && (!idle || k < FIRST) ? 3 : 0, u.lanes);
    if (k == SHIFT) set_coefficients(sim, &p, &u);
    if (k >= ENTER) set_accumulator(sim, &p, &u, idle ? 0 : k - ENTER);
    gatesim_step(sim, true, idle ? k > FIRST : k >= FIRST);
    for (size_t i = 0; good && k >= RESULT && i < u.lanes; i++) {
      const uint32_t expected = u.out[i * u.steps + (idle ? 0 : k - RESULT)];
      const uint32_t found = gatesim_get(sim, p.out, i);
      if (found != expected)
        good = vmac_fail(err,
                         "netlist %s of %s: layer %zu, lane %zu, step %zu: expected acc_o "
                         "0x%x (C model), found 0x%x",
                         src->nl->module, src->mult->name, layer, i, k - RESULT, expected, found);
    }
  }
  free(u.acc);
  free(u.c0);
  return good;
}

const stim_design stim_correct = {.name = "correct",
                                  .kinds = {[STIM_BUSY] = true, [STIM_IDLE] = true},
                                  .accumulators = true,
                                  .check = check,
                                  .lanes = lanes,
                                  .fill = fill,
                                  .play = play};
