/* The side column: column 0's activations, each row a step behind the one above.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "stimulus.h"

typedef struct {
  const net_port *a, *en, *sum_a, *sum_x;
} side_ports;

static bool find_ports(side_ports *p, const stim_source *src, vmac_err *err) {
  const size_t rows = src->ops->rows;
  return (p->a = netlist_port(src->nl, "a_i", PIN_INPUT, 8 * rows, err)) &&
         (p->en = netlist_port(src->nl, "en_i", PIN_INPUT, rows, err)) &&
         (p->sum_a = stim_port(src, "sum_a_o", PIN_OUTPUT, 32, err)) &&
         (p->sum_x = stim_port(src, "sum_x_o", PIN_OUTPUT, 256, err));
}

static bool check(const stim_source *src, vmac_err *err) {
  side_ports p;
  if (!find_ports(&p, src, err)) return false;
  const size_t planes = (size_t)stim_planes(src);
  if (planes && p.sum_x->width % planes)
    return vmac_fail(err, "netlist %s: port sum_x_o: expected %zu sums, found %zu bits",
                     src->nl->module, planes, p.sum_x->width);
  return true;
}

static size_t fill(const stim_source *src) {
  return src->ops->rows + 1;
}

static size_t lanes(const stim_source *src, size_t layer) {
  (void)layer;
  return stim_columns(src);
}

static bool compare(const gatesim *sim, const side_ports *p, const stim_source *src,
                    const uint8_t *terms, size_t first, size_t step, vmac_err *err) {
  const int planes = stim_planes(src);
  for (size_t i = 0; i < stim_columns(src); i++) {
    const uint32_t a = stim_bits(stim_sum_a(src, first + i, step), p->sum_a->width);
    bool good = gatesim_get(sim, p->sum_a, i) == a;
    for (int q = 0; q < planes; q++) {
      const size_t width = p->sum_x->width / (size_t)planes;
      const net_port x = stim_slice(p->sum_x, (size_t)q * width, width);
      const int32_t want = stim_sum_x(src, terms + 256 * q, first + i, step);
      good = good && gatesim_get(sim, &x, i) == stim_bits(want, width);
    }
    if (!good)
      return vmac_fail(err,
                       "netlist %s of %s: column %zu, step %zu: the sums of A and X are not "
                       "the C model's (sum of A: expected %u, found %u)",
                       src->nl->module, src->mult->name, first + i, step, a,
                       gatesim_get(sim, p->sum_a, i));
  }
  return true;
}

/* value (lanes): what the columns' row has at that step; before its first step, that. */
static void row_at(const stim_source *src, size_t first, size_t row, size_t step, uint32_t *value) {
  for (size_t i = 0; i < stim_columns(src); i++)
    value[i] = vmac_operands_row(src->ops, first + i, row)[step];
}

static bool play(gatesim *sim, const stim_source *src, size_t layer, stim_kind kind,
                 vmac_err *err) {
  side_ports p;
  if (!find_ports(&p, src, err)) return false;
  const vmac_operands *ops = src->ops;
  const size_t columns = stim_columns(src), first = stim_first(src, layer), rows = ops->rows;
  uint32_t *value = vmac_alloc(columns, sizeof *value);
  uint8_t terms[256 * VMAC_CORR_PLANES];
  bool good = true;
  stim_terms(src, terms);
  for (size_t r = 0; r < rows; r++) {
    const net_port en = stim_slice(p.en, r, 1);
    for (size_t i = 0; i < columns; i++) value[i] = ops->en[(first + i) * rows + r];
    gatesim_set(sim, &en, value, columns, 1);
  }
  for (size_t k = 0; good && k < ops->steps; k++) {
    for (size_t r = 0; r < rows; r++) {
      const net_port a = stim_slice(p.a, 8 * r, 8);
      row_at(src, first, r, k < r || kind == STIM_IDLE ? 0 : k - r, value);
      gatesim_set(sim, &a, value, columns, 1);
    }
    gatesim_step(sim, true, k > rows);
    if (k >= rows)
      good = compare(sim, &p, src, terms, first, kind == STIM_IDLE ? 0 : k - rows, err);
  }
  free(value);
  return good;
}

const stim_design stim_side = {.name = "side",
                               .kinds = {[STIM_BUSY] = true, [STIM_IDLE] = true},
                               .check = check,
                               .lanes = lanes,
                               .fill = fill,
                               .play = play};
