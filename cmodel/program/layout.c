/* How a tensor's channels lie in the lanes of a buffer word. SPDX-License-Identifier: Apache-2.0 */
#include "program/layer.h"

static void plain(vmac_place *p, const vmac_hw *hw) {
  p->period = 0;
  p->copies = 1;
  p->code = VMAC_CODE_PLAIN;
  p->groups = vmac_ceil_div(p->c, vmac_hw_lanes(hw));
}

/* Few channels would leave most of the array's rows idle; copies of them side by side let one tile
 * take several taps. The write path can repeat lanes at powers of two; the host at any step. */
void vmac_layout_tensor(vmac_place *p, const vmac_hw *hw) {
  int code = 0;
  while (1 << code < p->c && code < 6) code++;
  if (1 << code < p->c || 1 << code > hw->rows / 2) {
    plain(p, hw);
    return;
  }
  p->period = 1 << code;
  p->copies = hw->rows / p->period;
  p->code = code;
  p->groups = 1;
}

void vmac_layout_input(vmac_place *p, const vmac_hw *hw) {
  plain(p, hw);
  if (p->c > hw->rows / 2) return;
  p->period = p->c;
  p->copies = hw->rows / p->c;
}
