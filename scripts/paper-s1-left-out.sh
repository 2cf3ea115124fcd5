#!/bin/sh
# paper-s1-left-out.sh: networks that a report of paper-s1 is not of, a line each with the reason:
# those that `varimac train` knows, and those that weights/ has.
# usage: paper-s1-left-out.sh VARIMAC 'NET ...'
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 nets=$2
help=$("$varimac" train --help) # not into a pipe, where nobody would see it fail
{
  echo "$help" | awk 'listed { print $1 } /^Networks / { listed = 1 }'
  for file in weights/*.tflite; do basename "$file" .tflite; done
} | awk '!seen[$0]++' | while read -r net; do
  case " $nets " in *" $net "*) continue ;; esac
  reason="not in PAPER_NETS"
  [ -e "weights/$net.tflite" ] || reason="no weights/$net.tflite"
  echo "- not included: $net ($reason)"
done
