# retrain-asked.awk: the runs of a retraining campaign, a line each, for run-keys.sh.
# usage: varimac mult list | awk -v cells='CELL ...' -v ways='MODE:GRADIENT ...' -v modes='MODE ...'
#          -v from=FILE -v weights=HASH -v rate=R -v calib=N -v exact=CELL
#          -f retrain-asked.awk NET.tsv -
# NET.tsv is of paper-s2-nets.sh: one network, its epochs, seeds and recipe, of which the rate
# and its schedule are the campaign's own. Of each cell and of `exact`, the control that says what
# more training does by itself: the given weights with each mode (epochs 0, seed 0, way `given`),
# then each way and seed: trained as the exported network with the cell.
# SPDX-License-Identifier: Apache-2.0

function ask(cell, way, mode, gradient, epochs, seed, seconds,  recipe) {
  recipe = "\"from\": \"" from "\", \"freeze\": true, " own \
    ", \"phase\": [\"0 forward=bit_true:" cell ":" mode gradient "\"]"
  print net, data, cell, mre[cell], way, mode, epochs, seed, seconds, \
    digests " " weights " " calib, "{\"net\": \"" net "\", \"data\": \"" data "\", \"test\": \"" \
    test "\", \"seed\": " seed ", \"epochs\": " epochs ", " recipe "}"
}
function ask_all(cell, its_ways, its_modes,  n, m, i, k, mode, way, part) {
  if (!(cell in mre)) {
    print "retrain: RETRAIN_CELLS: no cell " cell "; see varimac mult list" > "/dev/stderr"
    failed = 1
    exit 1
  }
  n = split(its_modes, mode, " ")
  for (i = 1; i <= n; i++) ask(cell, "given", mode[i], "", 0, 0, 10)
  n = split(its_ways, way, " ")
  for (i = 1; i <= n; i++) {
    if (split(way[i], part, ":") != 2) {
      print "retrain: RETRAIN_WAYS: expected MODE:GRADIENT, found '" way[i] "'" > "/dev/stderr"
      failed = 1
      exit 1
    }
    for (k = 1; k <= seeds; k++)
      ask(cell, way[i], part[1], ":" part[2], epochs, seed[k], \
        epochs * (part[2] ~ /^table/ ? table_cost : part[1] == "none" ? cost : corrected_cost))
  }
}

BEGIN { OFS = "\t" }
FILENAME != "-" {
  split($0, f, "\t")
  net = f[1]; data = f[2]; test = f[3]; digests = f[4]; own = f[5]; epochs = f[6]
  seeds = split(f[7], seed, " ")
  split(f[12], seconds, " ")
  cost = seconds[1]; corrected_cost = seconds[2]; table_cost = seconds[3]
  sub(/"rate": [^,]*/, "\"rate\": " rate, own)
  sub(/"schedule": [^,]*/, "\"schedule\": \"cosine\"", own)
  next
}
$1 ~ /^[0-9]+$/ { mre[$2] = $7 }
END {
  if (failed) exit 1
  print "network", "data", "cell", "mre", "way", "mode", "epochs", "seed", "seconds", "of", "config"
  ask_all(exact, "none:straight", "none")
  n = split(cells, list, " ")
  for (c = 1; c <= n; c++) ask_all(list[c], ways, modes)
}
