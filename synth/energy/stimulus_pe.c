/* A processing element: weight shifted in and swapped, then activations, and under each of them one
 * cycle later the partial sum of the rows above. SPDX-License-Identifier: Apache-2.0 */
#include "stimulus.h"

/* Steps before the first that is like all others: reset, shift, swap with the first activation, its
 * partial sum, its result. */
enum { RESET, SHIFT, SWAP, ABOVE, RESULT, FIRST };

typedef struct {
  const net_port *rst, *a, *swap, *shift, *w, *above, *out;
} pe_ports;

static bool find_ports(pe_ports *p, const stim_source *src, vmac_err *err) {
  const net_list *nl = src->nl;
  p->w = stim_port(src, "w_i", PIN_INPUT, 13, err);
  if (!p->w || !(p->rst = netlist_port(nl, "rst", PIN_INPUT, 1, err)) ||
      !(p->a = netlist_port(nl, "a_i", PIN_INPUT, 8, err)) ||
      !(p->swap = netlist_port(nl, "swap_i", PIN_INPUT, 1, err)) ||
      !(p->shift = netlist_port(nl, "shift_i", PIN_INPUT, 1, err)) ||
      !(p->above = stim_port(src, "ps_i", PIN_INPUT, 32, err)) ||
      !(p->out = netlist_port(nl, "ps_o", PIN_OUTPUT, p->above->width, err)))
    return false;
  if (p->w->width != 9 && (p->w->width != 13 || src->mult->mode < 0))
    return vmac_fail(err,
                     "netlist %s: port w_i: expected 9 bits {enable, weight}, or 13 of a cell with "
                     "a mode operand, found %zu",
                     nl->module, p->w->width);
  return true;
}

/* Partial sums of `rows` rows must fit the port. */
static bool check(const stim_source *src, vmac_err *err) {
  pe_ports p;
  if (!find_ports(&p, src, err)) return false;
  size_t width = 16;
  while ((size_t)1 << (width - 16) < stim_to_row(src)) width++;
  if (p.out->width < width)
    return vmac_fail(err,
                     "netlist %s: port ps_o: expected %zu or more bits for %zu rows, found %zu",
                     src->nl->module, width, stim_to_row(src), p.out->width);
  return true;
}

static size_t fill(const stim_source *src) {
  (void)src;
  return FIRST - SWAP;
}

/* What a lane's port carries at `at`, for all lanes. */
static void set(gatesim *sim, const net_port *port, const void *values, size_t at,
                const stim_pes *pes) {
  gatesim_set(sim, port, (const uint32_t *)values + at, pes->lanes, pes->steps);
}

static bool compare(const gatesim *sim, const pe_ports *p, const stim_source *src,
                    const stim_pes *pes, size_t layer, size_t step, vmac_err *err) {
  for (size_t i = 0; i < pes->lanes; i++) {
    const uint32_t expected = stim_bits(pes->out[i * pes->steps + step], p->out->width);
    const uint32_t found = gatesim_get(sim, p->out, i);
    if (found != expected)
      return vmac_fail(err,
                       "netlist %s of %s: layer %zu, column %zu, row %zu, step %zu: A = %u, W = "
                       "%u: expected ps_o 0x%x (C model), found 0x%x",
                       src->nl->module, src->mult->name, layer, pes->column[i], pes->row[i], step,
                       pes->a[i * pes->steps + step], pes->word[i] & 255, expected, found);
  }
  return true;
}

static bool play(gatesim *sim, const stim_source *src, size_t layer, stim_kind kind,
                 vmac_err *err) {
  pe_ports p;
  stim_pes pes;
  if (!find_ports(&p, src, err)) return false;
  stim_pes_make(&pes, src, layer, kind);
  if (p.w->width == 13)
    for (size_t i = 0; i < pes.lanes; i++) pes.word[i] |= (uint32_t)src->mult->mode << 9;
  const bool idle = kind == STIM_IDLE;
  bool good = true;
  for (size_t k = RESET; good && k < pes.steps + SWAP; k++) {
    stim_constant(sim, p.rst, k == RESET, pes.lanes);
    stim_constant(sim, p.shift, k == SHIFT, pes.lanes);
    stim_constant(sim, p.swap, k == SWAP, pes.lanes);
    if (k == SHIFT) gatesim_set(sim, p.w, pes.word, pes.lanes, 1);
    if (k >= SWAP) set(sim, p.a, pes.a, idle ? 0 : k - SWAP, &pes);
    if (k >= ABOVE) set(sim, p.above, pes.above, idle ? 0 : k - ABOVE, &pes);
    gatesim_step(sim, true, k >= FIRST);
    if (k >= RESULT) good = compare(sim, &p, src, &pes, layer, idle ? 0 : k - RESULT, err);
  }
  stim_pes_free(&pes);
  return good;
}

const stim_design stim_pe = {.name = "pe",
                             .kinds = {true, true, true, true},
                             .check = check,
                             .lanes = stim_pes_count,
                             .fill = fill,
                             .play = play};
