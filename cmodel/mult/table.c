/* A cell as its truth table. SPDX-License-Identifier: Apache-2.0 */
#include "vmac.h"

void vmac_mult_table(const vmac_mult *mult, int32_t *table) {
  for (int a = 0; a < 256; a++)
    for (int w = 0; w < 256; w++)
      table[a << 8 | w] = mult->product(mult->cls, mult->param, vmac_operand(mult->cls, (uint8_t)a),
                                        vmac_operand(mult->cls, (uint8_t)w));
}
