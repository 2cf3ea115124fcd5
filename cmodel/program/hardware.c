/* vmac_top's parameters: defaults and what the RTL accepts. SPDX-License-Identifier: Apache-2.0 */
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

bool vmac_hw_check(const vmac_hw *hw, vmac_err *err) {
  if (hw->cell < 0 || (size_t)hw->cell >= vmac_mult_count())
    return vmac_fail(err, "hardware: expected a cell in 0..%zu (rtl/mult/mults.tbl), found %d",
                     vmac_mult_count() - 1, hw->cell);
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
  if (hw->opt_correction < 0 || hw->opt_correction > 2)
    return vmac_fail(err,
                     "hardware: expected correction 0 (none), 1 (one X) or 2 (bit planes), "
                     "found %d",
                     hw->opt_correction);
  return true;
}

const char *vmac_job_name(vmac_jobkind kind) {
  static const char *const names[] = {[VMAC_JOB_INPUT] = "INPUT",
                                      [VMAC_JOB_MAC] = "MAC",
                                      [VMAC_JOB_MAX] = "MAX",
                                      [VMAC_JOB_SUM] = "SUM",
                                      [VMAC_JOB_ADD] = "ADD"};
  return kind == VMAC_JOB_END ? "END" : names[kind];
}
