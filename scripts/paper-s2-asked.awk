# paper-s2-asked.awk: the runs that the experiments of arXiv:2001.00060 ask for, a line each.
# usage: varimac mult list | awk -v not='IMPORTED ...' -f paper-s2-asked.awk NETS.tsv -
# NETS.tsv is of paper-s2-nets.sh. Tab-separated, behind a header:
#   part     mre: accuracy against error; switch: against the epoch that ends it
#   sd       percent, of those that share a mean relative error; empty: of none (exact, DRUM6)
#   mre      percent; of a cell over all pairs of int8 operands
#   share    asked percent of approximate epochs, or stall
#   planned  approximate epochs, or stall
#   seconds  what it may take on one core
#   of       what the result is of besides the config: digests of images, a cell's hash later
#   config   of `varimac train --config`, in one order, without --out
# A run that two parts ask for has two lines and one config. Cells are of class s8: their operands
# are the network's own codes, where a u8 cell's relative error is that of codes shifted by 128.
# SPDX-License-Identifier: Apache-2.0

function log_distance(a, b) {
  a = log(a / b)
  return a < 0 ? -a : a
}
function nearest(mre,  i, best) {
  for (i = 1; i <= cells; i++)
    if (!best || log_distance(mre_of[i], mre) < log_distance(mre_of[best], mre)) best = i
  return best
}
# error: a phase's, or exact; share: number or stall
function ask(net, part, model, error, sd, mre, share,  i, n, seed, k, phase, text, seconds) {
  k = share == "stall" ? share : int(epochs[net] * share / 100 + 0.5)
  if (model == "exact" || k == "0") phase = ""
  else {
    phase = ", \"phase\": [\"0 forward=" error "\""
    if (share == "stall") phase = phase ", \"stall" stall[net] "\""
    else if (k < epochs[net]) phase = phase ", \"" k "\""
    phase = phase "]"
  }
  seconds = (share == "stall" ? epochs[net] : k) * cost[net, model] + \
            (share == "stall" ? 0 : epochs[net] - k) * cost[net, "exact"]
  n = split(seeds[net], seed, " ")
  for (i = 1; i <= n; i++) {
    text = "{\"net\": \"" net "\", \"data\": \"" data[net] "\", \"test\": \"" test[net] \
      "\", \"seed\": " seed[i] ", \"epochs\": " epochs[net] ", " recipe[net]
    if (validation[net] > 0) text = text ", \"validation\": " validation[net]
    print part, net, data[net], model, error, sd, mre, share, k, epochs[net], seed[i], seconds, \
      digests[net], text phase "}"
  }
}
function whole_part(net,  i, n, m, sd, mre, c) {
  ask(net, "mre", "exact", "exact", "", 0, 100)
  n = split(sds[net], sd, " ")
  for (i = 1; i <= n; i++) {
    mre = sd[i] * sqrt(2 / PI)
    for (m = 2; m <= 4; m++)
      ask(net, "mre", MODEL[m], MODEL[m] ":" sd[i] / 100, sd[i], sprintf("%.4g", mre), 100)
    c = nearest(mre)
    ask(net, "mre", MODEL[5], "bit_true:" cell[c], sd[i], mre_of[c], 100)
  }
  ask(net, "mre", MODEL[5], "bit_true:" cell[drum6], "", mre_of[drum6], 100)
}
# One point of each model, of the largest error.
function switch_part(net,  i, k, n, m, share, sd, mre, most, c, error) {
  n = split(sds[net], sd, " ")
  for (i = 1; i <= n; i++) if (sd[i] + 0 > most + 0) most = sd[i]
  mre = most * sqrt(2 / PI)
  c = nearest(mre)
  n = split(shares[net], share, " ")
  for (m = 2; m <= 5; m++) {
    error = m < 5 ? MODEL[m] ":" most / 100 : "bit_true:" cell[c]
    for (k = 1; k <= n + (stall[net] > 0); k++)
      ask(net, "switch", MODEL[m], error, most, m < 5 ? sprintf("%.4g", mre) : mre_of[c], \
        k > n ? "stall" : share[k])
  }
}
function fail(text) {
  print "paper-s2: " text > "/dev/stderr"
  failed = 1
  exit 1
}

BEGIN {
  OFS = "\t"
  PI = atan2(0, -1)
  split("exact static_weight per_step_weight per_mac bit_true", MODEL, " ")
  n = split(not, list, " ")
  for (i = 1; i <= n; i++) out[list[i]]
}
FILENAME != "-" {
  split($0, f, "\t")
  nets[++count] = net = f[1]
  data[net] = f[2]; test[net] = f[3]; digests[net] = f[4]; recipe[net] = f[5]
  epochs[net] = f[6]; seeds[net] = f[7]; sds[net] = f[8]; shares[net] = f[9]
  validation[net] = f[10]; stall[net] = f[11]
  split(f[12], seconds, " ")
  for (m in MODEL) cost[net, MODEL[m]] = seconds[m]
  next
}
# index name family class params X MRE source
$1 ~ /^[0-9]+$/ && $4 == "s8" && $7 > 0 && $3 != "zero" && !($2 in out) {
  cell[++cells] = $2
  mre_of[cells] = $7
  if ($2 == "drum6s") drum6 = cells
}
END {
  if (failed) exit 1
  if (!drum6) fail("varimac mult list: expected drum6s among its cells")
  print "part", "network", "data", "model", "error", "sd", "mre", "share", "planned", "epochs", \
    "seed", "seconds", "of", "config"
  for (i = 1; i <= count; i++) {
    whole_part(nets[i])
    switch_part(nets[i])
  }
}
