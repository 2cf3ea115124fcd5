# sta-power.awk: compares vmac-energy's list of gates with what OpenSTA says of each instance.
# Input: the list (name, part, transitions a period, then of one period: switching pJ, internal pJ;
# leakage nW; slew; then, all states of a gate alike, pJ of clock pins and internal pJ). -v report=
# OpenSTA's output, period= ns, bound= percent for the totals and for each gate, floor= percent of the
# total that a gate may be off beside that, top= and slew= what to print.
# A gate is off by up to 3 % in osu018, where the view has one slew for all and a gate its own. In
# libraries with energies of input pins it is off by more: OpenSTA is told one activity for all pins of
# a gate, its output's, and the inputs of an idle one may be busy (platforms' STA_GATE_FLOOR).
# OpenSTA's view knows no states: the totals are compared with all of a gate's alike. What the
# states that were seen make of it, states_percent, is vmac-energy's own, and may be twice the bound:
# a netlist that uses one input of its gates more than the others is far from their mean (in gf180,
# 28 % in an oai21).
# SPDX-License-Identifier: Apache-2.0

function fail(text) {
  print "synth/sta-power.sh: " text | "cat 1>&2"
  failed = 1
  exit 1
}

function percent(ours, theirs) { return theirs ? 100 * (ours / theirs - 1) : ours ? 100 : 0 }

BEGIN {
  while ((getline line < report) > 0)
    if (split(line, word, " ") == 6 && word[1] == "instance") {
      internal[word[2]] = word[3] * 1e6
      switching[word[2]] = word[4] * 1e6
      leakage[word[2]] = word[5] * 1e6
      idle[word[2]] = word[6] * 1e6
      theirs++
    }
}

/^#/ { next }

{
  ours++
  if (!($1 in internal)) fail("OpenSTA has no instance '" $1 "' of " FILENAME)
  # One pJ a ns is one mW.
  own = $4 * 1e3 / period + $9 * 1e3 / period + $6 * 1e-3
  sta = internal[$1] + switching[$1] + leakage[$1]
  own_of[$1] = own
  sta_of[$1] = sta
  sum["own"] += own
  sum["sta"] += sta
  sum["own", $2 == "register"] += own
  sum["sta", $2 == "register"] += sta
  sum["own_sw"] += $4 * 1e3 / period
  sum["sta_sw"] += switching[$1]
  sum["own_in"] += $9 * 1e3 / period
  sum["by_state"] += own + ($5 - $9) * 1e3 / period
  sum["sta_in"] += internal[$1]
  sum["own_leak"] += $6 * 1e-3
  sum["sta_leak"] += leakage[$1]
  sum["own_idle"] += $8 * 1e3 / period
  sum["sta_idle"] += idle[$1]
}

END {
  if (failed) exit 1
  if (!ours || ours != theirs)
    fail(top ": expected " ours " instances as in " FILENAME ", OpenSTA has " theirs + 0)
  off = percent(sum["own"], sum["sta"])
  for (gate in own_of) {
    far = own_of[gate] - sta_of[gate]
    if (far < 0) far = -far
    far /= (bound * sta_of[gate] + floor * sum["sta"]) / 100
    if (far > farthest || !(gate_name)) {
      farthest = far
      gate_name = gate
    }
  }
  printf "design=%s slew_ns=%.4g own_uw=%.5g sta_uw=%.5g", top, slew, sum["own"], sum["sta"]
  printf " difference_percent=%.3f", off
  printf " gates_percent=%.3f", percent(sum["own", 0], sum["sta", 0])
  printf " registers_percent=%.3f", percent(sum["own", 1], sum["sta", 1])
  printf " switching_percent=%.3f", percent(sum["own_sw"], sum["sta_sw"])
  printf " internal_percent=%.3f", percent(sum["own_in"], sum["sta_in"])
  still = percent(sum["own_idle"], sum["sta_idle"])
  states = percent(sum["by_state"], sum["own"])
  printf " states_percent=%.3f", states
  printf " own_idle_uw=%.5g idle_percent=%.4f", sum["own_idle"], still
  printf " own_leakage_uw=%.4g sta_leakage_uw=%.4g", sum["own_leak"], sum["sta_leak"]
  printf " farthest_gate=%s gate_own_uw=%.4g gate_sta_uw=%.4g gate_of_bound=%.3f\n", gate_name,
    own_of[gate_name], sta_of[gate_name], farthest
  if (off > bound || off < -bound)
    fail(top ": total differs by " sprintf("%.2f", off) "%, expected within " bound "%")
  if (farthest > 1)
    fail(top ": gate " gate_name ": ours " own_of[gate_name] " uW, OpenSTA's " sta_of[gate_name] \
      " uW, expected within " bound "% of it and " floor "% of the total")
  if (states > 2 * bound || states < -2 * bound)
    fail(top ": states change it by " sprintf("%.2f", states) "%, expected within " 2 * bound "%")
  # Four digits: clock pins and nothing else, on both sides.
  if (still > 0.05 || still < -0.05)
    fail(top ": idle differs by " sprintf("%.3f", still) "%, expected within 0.05%")
}
