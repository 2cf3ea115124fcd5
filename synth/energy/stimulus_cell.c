/* A multiplier cell alone: weight held, activations one after the other.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "stimulus.h"

typedef struct {
  const net_port *a, *w, *p;
  const net_port *mode; /* of a cell with a run-time mode operand, else NULL */
} cell_ports;

static bool find_ports(cell_ports *p, const stim_source *src, vmac_err *err) {
  p->mode = NULL;
  return (p->a = netlist_port(src->nl, "a_i", PIN_INPUT, 8, err)) &&
         (p->w = netlist_port(src->nl, "w_i", PIN_INPUT, 8, err)) &&
         (p->p = netlist_port(src->nl, "p_o", PIN_OUTPUT, 16, err)) &&
         (src->mult->mode < 0 || (p->mode = netlist_port(src->nl, "mode_i", PIN_INPUT, 4, err)));
}

/* The mode operand that makes the cell the function of its registry line; constant from here on. */
static void set_mode(gatesim *sim, const cell_ports *p, const stim_source *src, size_t lanes) {
  if (p->mode) stim_constant(sim, p->mode, (uint32_t)src->mult->mode, lanes);
}

static int32_t product(const gatesim *sim, const cell_ports *p, vmac_class cls, size_t lane) {
  const uint32_t bits = gatesim_get(sim, p->p, lane);
  return cls == VMAC_S8 ? (int16_t)bits : (int32_t)bits;
}

/* All 65,536 pairs, a lane each: the netlist's product is the C model's, bit for bit. The activation
 * reaches it as it leaves the array's edge, but for the bits rounded away there: they are noise,
 * which the cell must not read (a rounder in the cell would). */
static bool check(const stim_source *src, vmac_err *err) {
  enum { PAIRS = 1 << 16 };
  const vmac_mult *mult = src->mult;
  cell_ports p;
  if (!find_ports(&p, src, err)) return false;
  gatesim *sim = gatesim_new(src->nl, PAIRS, SIM_ZERO, NULL);
  uint32_t *a = vmac_alloc(PAIRS, sizeof *a), *w = vmac_alloc(PAIRS, sizeof *w);
  for (uint32_t i = 0; i < PAIRS; i++) {
    a[i] = vmac_mult_edge(mult, (uint8_t)(i >> 8)) | (i & ((1u << mult->edge) - 1));
    w[i] = i & 255;
  }
  set_mode(sim, &p, src, PAIRS);
  gatesim_set(sim, p.a, a, PAIRS, 1);
  gatesim_set(sim, p.w, w, PAIRS, 1);
  gatesim_step(sim, true, false);
  bool good = true;
  for (uint32_t i = 0; good && i < PAIRS; i++) {
    const int32_t got = product(sim, &p, mult->cls, i);
    if (got != src->table[i])
      good = vmac_fail(err, "netlist of %s: A = %d, W = %d: expected %d (C model), found %d",
                       mult->name, (int)vmac_operand(mult->cls, (uint8_t)a[i]),
                       (int)vmac_operand(mult->cls, (uint8_t)w[i]), (int)src->table[i], (int)got);
  }
  free(a);
  free(w);
  gatesim_free(sim);
  return good;
}

static size_t fill(const stim_source *src) {
  (void)src;
  return 1;
}

static bool play(gatesim *sim, const stim_source *src, size_t layer, stim_kind kind,
                 vmac_err *err) {
  cell_ports p;
  stim_pes pes;
  if (!find_ports(&p, src, err)) return false;
  stim_pes_make(&pes, src, layer, kind);
  for (size_t i = 0; i < pes.lanes; i++) pes.word[i] &= 255;
  set_mode(sim, &p, src, pes.lanes);
  gatesim_set(sim, p.w, pes.word, pes.lanes, 1);
  for (size_t s = 0; s < pes.steps; s++) {
    gatesim_set(sim, p.a, pes.a + (kind == STIM_IDLE ? 0 : s), pes.lanes, pes.steps);
    gatesim_step(sim, true, s > 0);
  }
  stim_pes_free(&pes);
  return true;
}

const stim_design stim_cell = {.name = "cell",
                               .kinds = {[STIM_BUSY] = true},
                               .own_inputs = true,
                               .check = check,
                               .lanes = stim_pes_count,
                               .fill = fill,
                               .play = play};
