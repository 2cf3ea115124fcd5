# paper-s0-asked.awk: what the information plane's campaign asks to be measured, a line each, for
# run-keys.sh.
# usage: awk -v controls='KIND ...' -v paths=N -v settings=TEXT -f paper-s0-asked.awk NETS.tsv
#            POINTS.tsv
# NETS.tsv is of paper-s2-nets.sh, POINTS.tsv has lines NET, CELL:MODE; settings: what else a figure
# is of. Every line is one trained network, measured once:
#   part      infer: trained exactly, the cell and its controls in inference alone; train: trained
#             with the cell, or with a control that has its error's mean and variance in every
#             product, measured exactly; so: these measured as they were trained; path: after every
#             epoch, of the first `paths` seeds; before the first all trainings of a seed are one
#             network
#   training  exact, cell or a control, all of int8 operands; point: CELL:MODE, of the training
#             or of the measurement
#   with      what is measured: exact products, the cell, or a control of its error
#   epoch     after how many it is measured
#   config    {"epoch": , "with": phase's name of the cell or "", "control": , "images": digests,
#             "train": {...}}, the last of which is of `varimac train --config`
# A network that two lines measure is trained once, and a line that two parts ask for has two rows
# and one key.
# SPDX-License-Identifier: Apache-2.0

function trained(net, training, point, seed,  phase) {
  phase = training == "exact" ? "bit_true:" exact : \
    (training == "cell" ? "bit_true:" : training "_like:") point
  return "{\"net\": \"" net "\", \"data\": \"" data[net] "\", \"test\": \"" test[net] \
    "\", \"seed\": " seed ", \"epochs\": " epochs[net] ", " recipe[net] \
    ", \"phase\": [\"0 forward=" phase "\"]}"
}
# with: exact, cell, or a control
function ask(net, part, training, point, with, epoch, seed,  text, seconds, cell) {
  text = trained(net, training, point, seed)
  seconds = measuring[net]
  if (!(text in known)) {
    known[text]
    seconds += epochs[net] * \
      cost[net, training == "exact" || training == "cell" ? training : "noise"]
  }
  cell = with == "exact" ? "" : "bit_true:" point
  print part, net, data[net], training, training == "exact" && with == "exact" ? "" : point, with, \
    epoch, epochs[net], seed, seconds, digests[net] " " settings, "{\"epoch\": " epoch \
    ", \"with\": \"" cell "\", \"control\": \"" (with == "exact" || with == "cell" ? "" : with) \
    "\", \"images\": \"" digests[net] "\", \"train\": " text "}"
}
function ask_all(net,  i, k, s, e, seed, seeds_of, last) {
  seeds_of = split(seeds[net], seed, " ")
  last = epochs[net]
  for (s = 1; s <= seeds_of; s++) {
    ask(net, "infer", "exact", "", "exact", last, seed[s])
    for (i = 1; i <= points[net]; i++) {
      ask(net, "infer", "exact", list[net, i], "cell", last, seed[s])
      ask(net, "train", "cell", list[net, i], "exact", last, seed[s])
      ask(net, "so", "cell", list[net, i], "cell", last, seed[s])
      for (k = 1; k <= kinds; k++) {
        ask(net, "infer", "exact", list[net, i], kind[k], last, seed[s])
        ask(net, "train", kind[k], list[net, i], "exact", last, seed[s])
        ask(net, "so", kind[k], list[net, i], kind[k], last, seed[s])
      }
    }
    if (s > paths) continue
    for (e = 0; e <= last; e++) {
      ask(net, "path", "exact", "", "exact", e, seed[s])
      for (i = 1; e > 0 && i <= points[net]; i++) {
        ask(net, "path", "cell", list[net, i], "exact", e, seed[s])
        for (k = 1; k <= kinds; k++) ask(net, "path", kind[k], list[net, i], "exact", e, seed[s])
      }
    }
  }
}

BEGIN {
  FS = OFS = "\t"
  kinds = split(controls, kind, " ")
  exact = "exacts:none"
}
FILENAME == ARGV[1] {
  nets[++networks] = $1
  data[$1] = $2; test[$1] = $3; digests[$1] = $4; recipe[$1] = $5; epochs[$1] = $6; seeds[$1] = $7
  split($12, seconds, " ")
  cost[$1, "exact"] = seconds[1]
  cost[$1, "noise"] = seconds[2]
  cost[$1, "cell"] = seconds[3]
  measuring[$1] = seconds[4]
  next
}
{
  if ($2 !~ /^[A-Za-z0-9_]+:[a-z0-9]+$/) {
    print "PAPER_S0_POINTS_" $1 ": expected CELL:MODE, found '" $2 "'" > "/dev/stderr"
    failed = 1
    exit 1
  }
  list[$1, ++points[$1]] = $2
}
END {
  if (failed) exit 1
  print "part", "network", "data", "training", "point", "with", "epoch", "epochs", "seed", \
    "seconds", "of", "config"
  for (i = 1; i <= networks; i++) ask_all(nets[i])
}
