/* TFLite's fixed-point requantization: acc * scale, the scale as a 31-bit multiplier and a shift.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "net/net.h"

/* TFLite's QuantizeMultiplier(): value = mult / 2^31 * 2^shift, mult rounded half away from zero.
 * Values below 2^-32 become 0. Values of 2^30 and more, which no network needs, saturate. */
vmac_scale vmac_scale_from_double(double value) {
  vmac_scale s = {0, 0};
  if (!(value > 0)) return s;
  const double fraction = frexp(value, &s.shift); /* in [0.5, 1) */
  long long mult = llround(fraction * 2147483648.0);
  if (mult == 1LL << 31) {
    mult /= 2;
    s.shift++;
  }
  if (s.shift < -31) return (vmac_scale){0, 0};
  if (s.shift > 30) return (vmac_scale){INT32_MAX, 30};
  s.mult = (int32_t)mult;
  return s;
}

/* Double rounding (TFLite's reference kernels): x * mult is rounded to its high half, ties up, and
 * that is shifted right, ties away from zero. Single rounding (TFLITE_SINGLE_ROUNDING): one 64-bit
 * product, one shift, ties up. A result that leaves 32 bits wraps; vmac_net_prepare() refuses
 * networks whose exact accumulators could. */
int32_t vmac_requantize(int32_t x, vmac_scale s, vmac_rounding rounding) {
  if (rounding == VMAC_ROUND_SINGLE) {
    const int64_t round = (int64_t)1 << (30 - s.shift);
    return vmac_wrap(((int64_t)x * s.mult + round) >> (31 - s.shift));
  }
  const int left = s.shift > 0 ? s.shift : 0, right = s.shift > 0 ? 0 : -s.shift;
  return vmac_round_shift(vmac_high_mul(vmac_wrap((int64_t)x * ((int64_t)1 << left)), s.mult),
                          right);
}

void vmac_act_range(vmac_act act, const vmac_tensor *out, int32_t *lo, int32_t *hi) {
  *lo = act == VMAC_ACT_NONE ? INT8_MIN : out->zero;
  *hi = INT8_MAX;
  if (act == VMAC_ACT_RELU6) {
    const float six = roundf(6.0f / out->scale[0]); /* float division, as in TFLite */
    if (six < 255.0f) *hi = vmac_clamp(out->zero + (int32_t)six, INT8_MIN, INT8_MAX);
  }
}
