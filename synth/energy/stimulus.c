/* What the designs' stimuli share: ports, lanes, the model's sums. SPDX-License-Identifier: Apache-2.0
 */
#include "stimulus.h"

#include <stdlib.h>
#include <string.h>

const net_port *stim_port(const stim_source *src, const char *name, pin_dir dir, size_t most,
                          vmac_err *err) {
  const net_list *nl = src->nl;
  for (size_t i = 0; i < nl->ports; i++) {
    const net_port *port = &nl->port[i];
    if (strcmp(port->name, name) || port->dir != dir) continue;
    if (port->width <= most) return port;
    vmac_fail(err, "netlist %s: port %s: expected at most %zu bits, found %zu", nl->module, name,
              most, port->width);
    return NULL;
  }
  vmac_fail(err, "netlist %s: no %s port '%s'", nl->module, dir == PIN_INPUT ? "input" : "output",
            name);
  return NULL;
}

net_port stim_slice(const net_port *port, size_t at, size_t width) {
  return (net_port){.name = port->name, .dir = port->dir, .net = port->net + at, .width = width};
}

void stim_constant(gatesim *sim, const net_port *port, uint32_t value, size_t lanes) {
  gatesim_set(sim, port, &value, lanes, 0);
}

size_t stim_columns(const stim_source *src) {
  return src->ops->columns / src->ops->layers;
}

size_t stim_first(const stim_source *src, size_t layer) {
  return layer * stim_columns(src);
}

size_t stim_pes_count(const stim_source *src, size_t layer) {
  const vmac_operands *ops = src->ops;
  const size_t first = stim_first(src, layer), last = first + stim_columns(src);
  size_t lanes = 0;
  for (size_t c = first; c < last; c++)
    for (size_t r = src->from_row; r < stim_to_row(src); r++) lanes += ops->en[c * ops->rows + r];
  return lanes;
}

/* One column's lanes, from lane `at` on; returns the next. */
static size_t add_column(stim_pes *pes, const stim_source *src, size_t column, stim_kind kind,
                         size_t at) {
  const vmac_operands *ops = src->ops;
  const size_t steps = ops->steps;
  int32_t *sum = vmac_alloc(steps, sizeof *sum);
  for (size_t r = 0; r < stim_to_row(src); r++) {
    const size_t pe = column * ops->rows + r;
    if (!ops->en[pe]) continue;
    const bool lane = r >= src->from_row;
    const uint8_t *a = vmac_operands_row(ops, column, r);
    const uint8_t w = kind == STIM_UNUSED || kind == STIM_GATED ? 0 : ops->w[pe];
    if (lane) {
      pes->column[at] = column;
      pes->row[at] = r;
      pes->word[at] = (uint32_t)w | (kind == STIM_GATED ? 0 : 0x100);
    }
    for (size_t s = 0; s < steps; s++) {
      const size_t i = at * steps + s;
      /* What is above a gated row is a column at work. */
      const int32_t product = src->table[a[s] << 8 | (kind == STIM_GATED ? ops->w[pe] : w)];
      if (lane) {
        pes->a[i] = vmac_mult_edge(src->mult, a[s]);
        pes->above[i] = sum[s];
        pes->out[i] = sum[s] + (kind == STIM_GATED ? 0 : product);
      }
      sum[s] += product;
    }
    at += lane;
  }
  free(sum);
  return at;
}

void stim_pes_make(stim_pes *pes, const stim_source *src, size_t layer, stim_kind kind) {
  const size_t lanes = stim_pes_count(src, layer), steps = src->ops->steps;
  *pes = (stim_pes){.lanes = lanes,
                    .steps = steps,
                    .column = vmac_alloc(lanes, sizeof *pes->column),
                    .row = vmac_alloc(lanes, sizeof *pes->row),
                    .word = vmac_alloc(lanes, sizeof *pes->word),
                    .a = vmac_alloc(lanes * steps, sizeof *pes->a),
                    .above = vmac_alloc(lanes * steps, sizeof *pes->above),
                    .out = vmac_alloc(lanes * steps, sizeof *pes->out)};
  const size_t first = stim_first(src, layer);
  size_t at = 0;
  for (size_t c = first; c < first + stim_columns(src); c++) at = add_column(pes, src, c, kind, at);
}

void stim_pes_free(stim_pes *pes) {
  free(pes->column);
  free(pes->row);
  free(pes->word);
  free(pes->a);
  free(pes->above);
  free(pes->out);
  *pes = (stim_pes){0};
}

int32_t stim_foot(const stim_source *src, size_t column, size_t step) {
  const vmac_operands *ops = src->ops;
  int32_t sum = 0;
  for (size_t r = 0; r < ops->rows; r++)
    if (ops->en[column * ops->rows + r])
      sum +=
          src->table[vmac_operands_row(ops, column, r)[step] << 8 | ops->w[column * ops->rows + r]];
  return sum;
}

int32_t stim_sum_a(const stim_source *src, size_t column, size_t step) {
  const vmac_operands *ops = src->ops;
  int32_t sum = 0;
  for (size_t r = 0; r < ops->rows && ops->cls == VMAC_U8; r++)
    if (ops->en[column * ops->rows + r]) sum += vmac_operands_row(ops, column, r)[step];
  return sum;
}

static vmac_mode mode_of(const stim_source *src) {
  if (src->opt_correction == 3) return (vmac_mode)(VMAC_CORR_PHI + src->phi_rank - 1);
  return src->opt_correction == 2 ? VMAC_CORR_BITPLANE : VMAC_CORR_CV;
}

int stim_planes(const stim_source *src) {
  const bool has_x = src->opt_correction == 3 || src->mult->xkind != VMAC_X_NONE;
  if (!src->opt_correction || !has_x) return 0;
  return vmac_planes(src->mult, mode_of(src));
}

void stim_terms(const stim_source *src, uint8_t *terms) {
  vmac_x_terms(src->mult, mode_of(src), terms);
}

int32_t stim_sum_x(const stim_source *src, const uint8_t *terms, size_t column, size_t step) {
  const vmac_operands *ops = src->ops;
  int32_t sum = 0;
  for (size_t r = 0; r < ops->rows; r++)
    if (ops->en[column * ops->rows + r]) sum += terms[vmac_operands_row(ops, column, r)[step]];
  return sum;
}
