#!/bin/sh
# ppa-job.sh: one design of `make ppa` that no earlier run measured: maps it, times it, and replays
# the network's operands on it. Its folder in the cache appears when all of that is there.
# usage: ppa-job.sh KEY DESIGN/NAME KIND DELAY_PS PERIOD_NS TOP[:PARAMETERS] MODEL CLASS \
#          CORRECTION FAMILY FILE ...      (designs.sh prints all but KEY)
# Environment: see map.sh, time.sh, energy.sh; PPA_DIR, PPA_ENERGY, PPA_OPERANDS (-CLASS.bin
# follows), PPA_TOTAL and PPA_START (for the time left).
# Exits with 255 where something failed: xargs then starts no further job.
# SPDX-License-Identifier: Apache-2.0
set -eu

here=$(dirname "$0")
key=$1 design=$2 kind=$3 top=$6 model=$7 class=$8 correction=$9
export VMAC_DELAY_PS="$4" VMAC_PERIOD_NS="$5"
shift 10
work=$PPA_DIR/runs/$design
trap 'exit 255' INT TERM

fail() {
  echo "ppa: $design failed; see $work" >&2
  exit 255
}

mkdir -p "$work"
sh "$here/map.sh" plain "$top" "$work" "$@" || fail
sh "$here/time.sh" "${top%%:*}" "$work/scalar.v" "$work/timing.rpt" > "$work/delay.txt" || fail
set --
case $correction in
  -) ;;
  *:*) set -- --opt-correction "${correction%:*}" --phi-rank "${correction#*:}" ;;
  *) set -- --opt-correction "$correction" ;;
esac
[ "$model" = "${design#*/}" ] || set -- "$@" --variant "${design#*/}"
sh "$here/energy.sh" "$PPA_ENERGY" "$kind" "$work/netlist.json" "$model" \
  "$PPA_OPERANDS-$class.bin" "$work/energy.json" "$@" > "$work/energy.txt" || fail
# The collected file has the delay beside the energy.
delay=$(sed 's/^delay_ns=\([0-9.]*\).*/\1/' "$work/delay.txt")
sed -i "1s/{/{\n\t\"delay_ns\":\t$delay,/" "$work/energy.json"

new=$(mktemp -d "$VMAC_CACHE/result/new.XXXXXX")
mv "$work/delay.txt" "$work/timing.rpt" "$work/energy.txt" "$work/energy.json" "$new"
mv -T "$new" "$VMAC_CACHE/result/$key" 2> /dev/null || rm -r "$new" # another job was first
rm -r "$work"

echo "$design" >> "$PPA_DIR/done.txt"
done=$(wc -l < "$PPA_DIR/done.txt")
left=$(((($(date +%s) - PPA_START) * (PPA_TOTAL - done) + done - 1) / done))
printf '  PPA     %d of %d, %d:%02d left: %s\n' "$done" "$PPA_TOTAL" $((left / 60)) $((left % 60)) \
  "$design"
