# paper-s1-residual.awk: what correction leaves of each layer's error, all networks in one table.
# usage: awk -f paper-s1-residual.awk NET.residual.csv ...
#
# A row per network, cell, mode and MAC layer. predicted, measured: variance of the error about its
# mean, foretold from calibration's images and as the test images have it, in squared units of the
# accumulators, of so many calibration images and of so many test images; ratio: predicted to
# measured (1 where both are 0, empty where only measured is); scatter: standard error of measured;
# mean_square: of each channel's mean error; left: measured and that, to signal, the variance of the
# exact accumulators; rounding: what fixed point is expected to add. All on the exact network's
# activations: what layers before it do wrong is left out.
# SPDX-License-Identifier: Apache-2.0

function ratio(a, b) { return b > 0 ? sprintf("%.4g", a / b) : a > 0 ? "" : 1 }
BEGIN {
  FS = ","
  OFS = "\t"
  print "network", "cell", "mode", "layer", "kind", "k", "calibrated", "images", "predicted", \
    "measured", "ratio", "scatter", "mean_square", "signal", "left", "rounding"
}
FNR == 1 {
  net = FILENAME
  sub(/.*\//, "", net)
  sub(/\.residual\.csv$/, "", net)
  for (i = 1; i <= NF; i++) at[$i] = i
  next
}
{
  print net, $at["mult"], $at["correction"], $at["layer"], $at["kind"], $at["k"], \
    $at["calibration"] + 0, $at["images"], $at["predicted"], $at["measured"], \
    ratio($at["predicted"], $at["measured"]), $at["scatter"], $at["mean_square"], $at["signal"], \
    ratio($at["measured"] + $at["mean_square"], $at["signal"]), $at["rounding"]
}
