#!/bin/sh
# paper-s2-whole.sh: fails, and says why, where a report is not of all its runs, of the networks
# given, of three seeds each at least, or of SEEDS.
# usage: [SEEDS=N] paper-s2-whole.sh REPORT.md NET ...
# SPDX-License-Identifier: Apache-2.0
set -eu
report=$1
shift
refuse() {
  echo "readme: $report: $1: its block stays as it is" >&2
  exit 1
}
! grep -q '^Partial' "$report" || refuse "$(grep '^Partial' "$report" | sed 's/;.*//')"
for net; do
  # as paper-s2.mk writes facts
  line=$(grep "^- $net: " "$report") || refuse "no runs of $net"
  seeds=$(echo "$line" | sed 's/.*, seeds \([0-9 ]*\).*/\1/' | wc -w)
  [ "$seeds" -ge "${SEEDS:-3}" ] || refuse "$seeds seed(s) of $net, no spread"
done
