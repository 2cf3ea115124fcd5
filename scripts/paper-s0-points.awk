# paper-s0-points.awk: layers in the information plane for paper-s0-plot.gp: means over seeds.
# usage: awk -v network=NET -v part=layers|path -v point=CELL:MODE -f run-results.awk
#            -f paper-s0-points.awk HAVE.csv KEYED.tsv
# A block for each curve, its name, then I(T;X), I(T;Y), the layer's op. part layers: a curve for
# each of exact, the cell and its controls in inference, and of what was trained with one of them,
# along the layers after the last epoch. part path: of each of exact, cell and its controls in
# training and each layer, along the epochs.
# SPDX-License-Identifier: Apache-2.0

function add(curve, place, of_x, of_y) {
  if (!(curve in places)) curves[++count] = curve
  if (!((curve, place) in times)) place_of[curve, ++places[curve]] = place
  times[curve, place]++
  x[curve, place] += of_x
  y[curve, place] += of_y
}
BEGIN { split("exact cell noise dropout", TRAINING, " ") }
$at["network"] != network || !(($1, "key") in result) || result[$1, "status"] != "done" { next }
$at["point"] != "" && $at["point"] != point { next }
part == "path" ? $at["part"] != "path" : \
    $at["part"] == "path" || $at["epoch"] != $at["epochs"] { next }
{
  training = $at["training"]
  with = $at["with"]
  name = training == "exact" ? with : with == "exact" ? "trained with " training : \
    "trained and measured with " with
  n = split(result[$1, "layers"], layer, " ")
  for (i = 1; i <= n; i++) {
    split(layer[i], f, ":")
    if (part == "layers") add(name, f[1], f[3], f[4])
    # what all trainings begin with
    for (k = 1; part == "path" && k <= 4; k++)
      if (TRAINING[k] == training || !$at["epoch"])
        add(TRAINING[k] ", op " f[1], $at["epoch"], f[3], f[4])
  }
}
END {
  for (i = 1; i <= count; i++) {
    curve = curves[i]
    print "\"" curve "\""
    for (k = 1; k <= places[curve]; k++) {
      place = place_of[curve, k]
      printf "%.5g %.5g %s\n", x[curve, place] / times[curve, place], \
        y[curve, place] / times[curve, place], place
    }
    print "\n"
  }
}
