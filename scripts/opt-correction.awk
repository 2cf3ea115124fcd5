# opt-correction.awk: the OPT_CORRECTION of the hardware that a mode needs; a constant (bias) goes
# into the layer's own, tuned weights need nothing more. For tables' scripts behind it.
# SPDX-License-Identifier: Apache-2.0
function opt_of(mode) {
  sub(/\+tune$/, "", mode)
  if (mode == "none" || mode == "bias") return 0
  if (mode == "bitplane") return 2
  return mode ~ /^phi/ ? 3 : 1
}
