/* A cell as its truth table, and the table's name. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "vmac.h"

enum { PAIRS = 65536 };

int32_t vmac_product(const vmac_mult *mult, int32_t a, int32_t w) {
  if (mult->truth) {
    const uint16_t bits = mult->truth[(uint8_t)a << 8 | (uint8_t)w];
    return mult->cls == VMAC_U8 ? bits : (int16_t)bits;
  }
  return (int32_t)mult->product((vmac_form){mult->cls == VMAC_S8, 8}, mult->param, a, w);
}

uint8_t vmac_mult_edge(const vmac_mult *mult, uint8_t a) {
  if (!mult->edge) return a;
  const int32_t step = 1 << mult->edge, top = mult->cls == VMAC_U8 ? 256 - step : 128 - step;
  const int32_t rounded = (vmac_operand(mult->cls, a) + step / 2) & -step;
  return (uint8_t)(rounded < top ? rounded : top);
}

void vmac_mult_table(const vmac_mult *mult, int32_t *table) {
  for (int a = 0; a < 256; a++)
    for (int w = 0; w < 256; w++)
      table[a << 8 | w] = vmac_product(mult, vmac_operand(mult->cls, (uint8_t)a),
                                       vmac_operand(mult->cls, (uint8_t)w));
}

uint64_t vmac_table_hash(const int32_t *table) {
  uint8_t *bytes = vmac_alloc(PAIRS, 4); /* little-endian on every host */
  for (size_t i = 0; i < PAIRS; i++)
    for (size_t byte = 0; byte < 4; byte++)
      bytes[4 * i + byte] = (uint8_t)((uint32_t)table[i] >> 8 * byte);
  const uint64_t hash = vmac_hash(bytes, (size_t)PAIRS * 4);
  free(bytes);
  return hash;
}
