#!/bin/sh
# paper-s1-whole.sh: fails, and names them, where weights/ has networks that a verdict is not of.
# usage: paper-s1-whole.sh VERDICT.md
# SPDX-License-Identifier: Apache-2.0
set -eu
lacks=
for file in weights/*.tflite; do
  net=$(basename "$file" .tflite)
  # as paper-s1-facts.awk says what a network's figures are of
  grep -q "^- $net ([0-9a-f]*): [0-9]* images of " "$1" || lacks="$lacks $net"
done
[ -z "$lacks" ] || {
  echo "readme: $1 lacks$lacks, of which there are weights: its block stays as it" \
    "is; make paper-s1 without PAPER_NETS measures all" >&2
  exit 1
}
