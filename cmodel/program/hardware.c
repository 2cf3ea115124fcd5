/* vmac_top's parameters: defaults and what the RTL accepts. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "program/program.h"

vmac_hw vmac_hw_default(void) {
  return (vmac_hw){
      .cell = 0, .rows = 16, .cols = 16, .acc_depth = 1024, .buf_depth = 4096, .opt_correction = 1};
}

int vmac_hw_cell(const vmac_mult *mult) {
  for (size_t i = 0; i < vmac_mult_count(); i++)
    if (vmac_mult_at(i) == mult) return (int)i;
  return -1;
}

uint32_t vmac_hw_ident(const vmac_hw *hw) {
  uint32_t all = 0, depth = 0;
  for (int r = 0; r < hw->rows; r++) {
    uint32_t row = 2166136261u ^ (uint32_t)r;
    for (int c = 0; c < hw->cols; c++) row = (row ^ (uint32_t)vmac_hw_pe(hw, r, c)) * 16777619u;
    all ^= row;
  }
  for (int i = 0; i < 4 * hw->phi_rank; i++) {
    uint32_t part = 2166136261u ^ (uint32_t)(64 + i);
    for (int j = 0; j < 64; j++) part = (part ^ hw->phi[64 * i + j]) * 16777619u;
    all ^= part;
  }
  while (hw->buf_depth >> depth > 1) depth++;
  return (all ^ all >> 24) << 8 | depth;
}

static uint64_t table_hash(int cell) {
  int32_t *table = vmac_alloc(65536, sizeof *table);
  vmac_mult_table(vmac_mult_at((size_t)cell), table);
  const uint64_t hash = vmac_table_hash(table);
  free(table);
  return hash;
}

uint64_t vmac_hw_tables(const vmac_hw *hw) {
  if (!hw->map) return table_hash(hw->cell);
  uint64_t hash[256] = {0}; /* 0: not asked for yet */
  const size_t size = (size_t)hw->rows * (size_t)hw->cols;
  uint8_t *bytes = vmac_alloc(size, 8);
  for (size_t i = 0; i < size; i++) {
    uint64_t *of = &hash[hw->map[i]];
    if (!*of) *of = table_hash(hw->map[i]);
    for (size_t j = 0; j < 8; j++) bytes[8 * i + j] = (uint8_t)(*of >> 8 * j);
  }
  const uint64_t all = vmac_hash(bytes, 8 * size);
  free(bytes);
  return all;
}

/* All PEs: cells that can stand beside `cell`. */
static bool check_map(const vmac_hw *hw, vmac_err *err) {
  const vmac_mult *mult = vmac_mult_at((size_t)hw->cell);
  for (int r = 0; r < hw->rows; r++)
    for (int c = 0; c < hw->cols; c++) {
      const int at = vmac_hw_pe(hw, r, c);
      if ((size_t)at >= vmac_mult_count())
        return vmac_fail(err,
                         "hardware: map: row %d, column %d: expected a cell in 0..%zu, found %d", r,
                         c, vmac_mult_count() - 1, at);
      const vmac_mult *pe = vmac_mult_at((size_t)at);
      const char *why = pe->cls != mult->cls     ? "all must be of one operand class"
                        : pe->edge != mult->edge ? "the edge rounds activations for all or for none"
                        : hw->opt_mode && pe->mode < 0 ? "opt_mode wants cells with a mode operand"
                                                       : NULL;
      if (why)
        return vmac_fail(err,
                         "hardware: row %d, column %d has the cell %s, the edge is made for %s: %s",
                         r, c, pe->name, mult->name, why);
    }
  return true;
}

bool vmac_hw_check(const vmac_hw *hw, vmac_err *err) {
  const size_t cells = vmac_mult_count() < 256 ? vmac_mult_count() : 256; /* a byte of the map */
  if (hw->cell < 0 || (size_t)hw->cell >= cells)
    return vmac_fail(err, "hardware: expected a cell in 0..%zu (rtl/mult/mults.tbl), found %d",
                     cells - 1, hw->cell);
  if (hw->rows < VMAC_ROWS_MIN || hw->rows > VMAC_ROWS_MAX)
    return vmac_fail(err, "hardware: expected %d to %d rows, found %d", VMAC_ROWS_MIN,
                     VMAC_ROWS_MAX, hw->rows);
  if (hw->cols < VMAC_ROWS_MIN || hw->cols > VMAC_ROWS_MAX)
    return vmac_fail(err, "hardware: expected %d to %d columns, found %d", VMAC_ROWS_MIN,
                     VMAC_ROWS_MAX, hw->cols);
  if (hw->acc_depth < 4 || hw->acc_depth > 65536)
    return vmac_fail(err, "hardware: expected 4 to 65536 accumulators per column, found %d",
                     hw->acc_depth);
  if (hw->buf_depth < 16 || hw->buf_depth > 32768 || (hw->buf_depth & (hw->buf_depth - 1)))
    return vmac_fail(err,
                     "hardware: expected a power of two from 16 to 32768 words per buffer set, "
                     "found %d",
                     hw->buf_depth);
  if (hw->opt_correction < 0 || hw->opt_correction > 3)
    return vmac_fail(err,
                     "hardware: expected correction 0 (none), 1 (one X), 2 (bit planes) or 3 "
                     "(phi), found %d",
                     hw->opt_correction);
  if (hw->opt_correction == 3 ? hw->phi_rank < 1 || hw->phi_rank > VMAC_PHI_MAX : hw->phi_rank)
    return vmac_fail(err,
                     "hardware: expected 1 to %d planes of phi with correction 3, else 0, found %d "
                     "with correction %d",
                     VMAC_PHI_MAX, hw->phi_rank, hw->opt_correction);
  if (hw->phi_rank && !hw->phi) return vmac_fail(err, "hardware: correction 3 without its phi");
  if (hw->opt_ktile != 0 && hw->opt_ktile != 1)
    return vmac_fail(err, "hardware: expected opt_ktile 0 or 1, found %d", hw->opt_ktile);
  if (hw->opt_ktile && !hw->opt_correction)
    return vmac_fail(err, "hardware: opt_ktile wants a correction, found correction 0");
  if (hw->opt_mode != 0 && hw->opt_mode != 1)
    return vmac_fail(err, "hardware: expected opt_mode 0 or 1, found %d", hw->opt_mode);
  return check_map(hw, err);
}

int vmac_hw_terms(const vmac_hw *hw, uint8_t *terms) {
  if (!hw->opt_correction) return 0;
  if (hw->opt_correction < 3)
    return vmac_x_terms(vmac_mult_at((size_t)hw->cell),
                        hw->opt_correction == 2 ? VMAC_CORR_BITPLANE : VMAC_CORR_CV, terms);
  memcpy(terms, hw->phi, 256 * (size_t)hw->phi_rank);
  return hw->phi_rank;
}

const char *vmac_job_name(vmac_jobkind kind) {
  static const char *const names[] = {[VMAC_JOB_INPUT] = "INPUT",
                                      [VMAC_JOB_MAC] = "MAC",
                                      [VMAC_JOB_MAX] = "MAX",
                                      [VMAC_JOB_SUM] = "SUM",
                                      [VMAC_JOB_ADD] = "ADD"};
  return kind == VMAC_JOB_END ? "END" : names[kind];
}
