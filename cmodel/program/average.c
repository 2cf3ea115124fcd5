/* An average as a requantization. SPDX-License-Identifier: Apache-2.0 */
#include "program/layer.h"

/* Single rounding sends ties up; TFLite's average sends them away from zero. A multiplier slightly
 * above 1 / count pushes a negative tie down and leaves a positive one where it is; it must be so
 * slightly that nothing else moves, which the loop proves for this count. */
bool vmac_average_scale(int count, vmac_scale *scale) {
  *scale = vmac_scale_from_double(1.0 / count);
  /* floor(2^(31 - shift) / count) + 1: also where 1 / count is a power of two */
  scale->mult = (int32_t)(((int64_t)1 << (31 - scale->shift)) / count) + 1;
  for (int32_t sum = INT8_MIN * count; sum <= INT8_MAX * count; sum++) {
    const int32_t mean = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
    if (vmac_requantize(sum, *scale, VMAC_ROUND_SINGLE) != mean) return false;
  }
  return true;
}
