#!/bin/sh
# time.sh: the longest path of one mapped design, with OpenSTA.
# usage: time.sh TOP SCALAR_NETLIST.v REPORT
# Environment: VMAC_LIB (in any units), ABC_LOAD_IN_FF (load of each output), VMAC_INPUT_SLEW_NS (of
# inputs and clock), VMAC_PERIOD_NS.
# Prints delay_ns=NUMBER; a netlist without a path has 0. With a port clk it is the shortest clock
# period, setup included, and fmax_mhz=NUMBER follows. The full report, the path in it, goes to
# REPORT. An endpoint that nothing times fails, unless it is a port that the netlist ties to a
# constant; so does what else OpenSTA's check_setup finds, by the first name that it gives.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(dirname "$0")
. "$here/common.sh"

[ $# -eq 3 ] || die "usage: time.sh TOP SCALAR_NETLIST.v REPORT"
top=$1 netlist=$2 report=$3
need_tool sta opensta
[ -r "$netlist" ] || die "$netlist: cannot read"
load=$(awk "BEGIN { print $ABC_LOAD_IN_FF / 1000 }")
clock='-name virtual' data=all_inputs
if grep -q '^ *input clk;' "$netlist"; then clock="[get_ports clk]" data=data_inputs; fi
sed -e "s|@LIBERTY@|$VMAC_LIB|" -e "s|@NETLIST@|$netlist|" -e "s|@TOP@|$top|" \
  -e "s|@CLOCK@|$clock|" -e "s|@DATA@|$data|" \
  -e "s|@PERIOD@|$VMAC_PERIOD_NS|" -e "s|@SLEW@|$VMAC_INPUT_SLEW_NS|" -e "s|@LOAD@|$load|" \
  "$here/time.tcl" > "$report.tcl"
run_sta "$netlist" "$report.tcl" "$report"
awk -v netlist="$netlist" -v clocked="$data" -v period="$VMAC_PERIOD_NS" '
  function fail(what) {
    print "synth/time.sh: " netlist ": " what | "cat 1>&2"
    failed = 1
    exit
  }
  NR == FNR {
    if ($1 == "assign" && $4 ~ /^1.[bh][01];$/) constant[$2]
    next
  }
  # Of check_setup: a heading, and a name a line.
  /^Warning: There / {
    if (!/unconstrained endpoint/) {
      found = $0
      if ((getline name) > 0) sub(/^ */, " ", name)
      fail("OpenSTA: " found name)
    }
    free = 1
    next
  }
  free && /^  [^ ]/ {
    if (!($1 in constant)) fail("endpoint " $1 " is not timed")
    next
  }
  { free = 0 }
  /data arrival time/ && delay == "" { delay = $1 }
  /slack \((MET|VIOLATED)\)/ && slack == "" { slack = $1 }
  /No paths found/ { delay = slack = 0; period = 0 }
  END {
    if (failed) exit 1
    if (delay !~ /^[0-9.]+$/ || slack !~ /^-?[0-9.]+$/) {
      print "synth/time.sh: no path delay in the report of " netlist | "cat 1>&2"
      exit 1
    }
    if (clocked == "all_inputs") print "delay_ns=" delay
    else {
      delay = period - slack
      printf "delay_ns=%.5f fmax_mhz=%.2f\n", delay, (delay > 0 ? 1000 / delay : 0)
    }
  }' "$netlist" "$report"
