/* A whole array: weights shifted in from the top, activations skewed row by row from the left.
 * Each lane is an array, of one column's activations and of as many columns' weights as it has.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "stimulus.h"

typedef struct {
  const net_port *rst, *a, *swap, *shift, *w, *en, *mode, *out;
  size_t rows, cols, psum;
} array_ports;

static bool find_ports(array_ports *p, const stim_source *src, vmac_err *err) {
  const net_list *nl = src->nl;
  const size_t rows = src->ops->rows;
  p->rows = rows;
  if (!(p->en = stim_port(src, "w_en_i", PIN_INPUT, 64, err))) return false;
  p->cols = p->en->width;
  if (!(p->out = stim_port(src, "ps_o", PIN_OUTPUT, 64 * 32, err))) return false;
  p->psum = p->out->width / p->cols;
  return (p->rst = netlist_port(nl, "rst", PIN_INPUT, 1, err)) &&
         (p->a = netlist_port(nl, "a_i", PIN_INPUT, 8 * rows, err)) &&
         (p->swap = netlist_port(nl, "swap_i", PIN_INPUT, rows, err)) &&
         (p->shift = netlist_port(nl, "shift_i", PIN_INPUT, 1, err)) &&
         (p->w = netlist_port(nl, "w_i", PIN_INPUT, 8 * p->cols, err)) &&
         (p->mode = netlist_port(nl, "w_mode_i", PIN_INPUT, 4 * p->cols, err)) &&
         (p->out = netlist_port(nl, "ps_o", PIN_OUTPUT, p->cols * p->psum, err));
}

static bool check(const stim_source *src, vmac_err *err) {
  array_ports p;
  if (!find_ports(&p, src, err)) return false;
  if (p.psum > 32)
    return vmac_fail(err, "netlist %s: port ps_o: expected at most 32 bits a column, found %zu",
                     src->nl->module, p.psum);
  return true;
}

static size_t fill(const stim_source *src) {
  array_ports p;
  vmac_err err;
  return find_ports(&p, src, &err) ? p.rows + p.cols + 3 : 0;
}

static size_t lanes(const stim_source *src, size_t layer) {
  (void)layer;
  return stim_columns(src);
}

/* The weight bits of lane `i`'s PE in that row and column. */
static uint8_t weight(const vmac_operands *ops, size_t first, size_t i, size_t row, size_t col) {
  const size_t columns = ops->columns / ops->layers;
  return ops->en[(first + i) * ops->rows + row]
             ? ops->w[(first + (i + col) % columns) * ops->rows + row]
             : 0;
}

void stim_array_stream(vmac_operands *out, const vmac_operands *ops, size_t cols) {
  vmac_operands_new(out, ops->cls, ops->layers, ops->columns * cols, ops->rows, ops->steps);
  memcpy(out->layer, ops->layer, ops->layers * sizeof *ops->layer);
  const size_t columns = ops->columns / ops->layers, rows = ops->rows;
  for (size_t i = 0; i < ops->columns; i++)
    for (size_t c = 0; c < cols; c++) {
      const size_t at = i * cols + c, first = i / columns * columns;
      out->layer_of[at] = ops->layer_of[i];
      memcpy(out->en + at * rows, ops->en + i * rows, rows);
      memcpy(vmac_operands_row(out, at, 0), vmac_operands_row(ops, i, 0), rows * ops->steps);
      for (size_t r = 0; r < rows; r++) out->w[at * rows + r] = weight(ops, first, i - first, r, c);
    }
}

/* The words of array row `row` at the top. */
static void set_weights(gatesim *sim, const array_ports *p, const stim_source *src, size_t first,
                        size_t row, uint32_t *value) {
  const size_t columns = stim_columns(src);
  for (size_t c = 0; c < p->cols; c++) {
    const net_port w = stim_slice(p->w, 8 * c, 8), en = stim_slice(p->en, c, 1);
    const net_port mode = stim_slice(p->mode, 4 * c, 4);
    for (size_t i = 0; i < columns; i++) value[i] = weight(src->ops, first, i, row, c);
    gatesim_set(sim, &w, value, columns, 1);
    for (size_t i = 0; i < columns; i++) value[i] = src->ops->en[(first + i) * p->rows + row];
    gatesim_set(sim, &en, value, columns, 1);
    stim_constant(sim, &mode, src->mult->mode < 0 ? 0 : (uint32_t)src->mult->mode, columns);
  }
}

static bool compare(const gatesim *sim, const array_ports *p, const stim_source *src, size_t first,
                    size_t col, size_t step, vmac_err *err) {
  const vmac_operands *ops = src->ops;
  const net_port foot = stim_slice(p->out, p->psum * col, p->psum);
  for (size_t i = 0; i < stim_columns(src); i++) {
    int32_t sum = 0;
    for (size_t r = 0; r < p->rows; r++)
      if (ops->en[(first + i) * p->rows + r])
        sum += src->table[vmac_operands_row(ops, first + i, r)[step] << 8 |
                          weight(ops, first, i, r, col)];
    const uint32_t found = gatesim_get(sim, &foot, i);
    if (found != stim_bits(sum, p->psum))
      return vmac_fail(err,
                       "netlist %s of %s: lane %zu, column %zu, step %zu: expected 0x%x at the "
                       "foot (C model), found 0x%x",
                       src->nl->module, src->mult->name, first + i, col, step,
                       stim_bits(sum, p->psum), found);
  }
  return true;
}

/* Step k: reset; `rows` shifts, the bottom row first; from step 1 + rows on, activations: row r's
 * step s enters at 1 + rows + r + s, and column c's foot has it rows + 1 + c after row 0's. */
static bool play(gatesim *sim, const stim_source *src, size_t layer, stim_kind kind,
                 vmac_err *err) {
  array_ports p;
  if (!find_ports(&p, src, err)) return false;
  const size_t columns = stim_columns(src), first = stim_first(src, layer), start = 1 + p.rows;
  const size_t foot = start + p.rows + 1, full = foot + p.cols + 1;
  const bool idle = kind == STIM_IDLE;
  uint32_t *value = vmac_alloc(columns, sizeof *value);
  bool good = true;
  for (size_t k = 0; good && k < start + src->ops->steps; k++) {
    stim_constant(sim, p.rst, k == 0, columns);
    stim_constant(sim, p.shift, k >= 1 && k < start, columns);
    if (k >= 1 && k < start) set_weights(sim, &p, src, first, p.rows - k, value);
    for (size_t r = 0; r < p.rows; r++) {
      const net_port a = stim_slice(p.a, 8 * r, 8), swap = stim_slice(p.swap, r, 1);
      const size_t step = k < start + r || idle ? 0 : k - start - r;
      for (size_t i = 0; i < columns; i++)
        value[i] = vmac_operands_row(src->ops, first + i, r)[step];
      gatesim_set(sim, &a, value, columns, 1);
      stim_constant(sim, &swap, k == start + r, columns);
    }
    gatesim_step(sim, true, k > full);
    for (size_t c = 0; good && c < p.cols; c++)
      if (k >= foot + c) good = compare(sim, &p, src, first, c, idle ? 0 : k - foot - c, err);
  }
  free(value);
  return good;
}

const stim_design stim_array = {.name = "array",
                                .kinds = {[STIM_BUSY] = true, [STIM_IDLE] = true},
                                .check = check,
                                .lanes = lanes,
                                .fill = fill,
                                .play = play};
