#!/bin/sh
# What networks cost the accelerator, by the closed formula of its cycles, as a Markdown table: on
# two arrays, with one sum of X, with one per bit plane, and with coefficients for every K tile.
# usage: cycles.sh VARIMAC NETWORK ...
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1
shift
tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT
echo '| network | array | OPT_CORRECTION, OPT_KTILE | cycles | PEs busy % | bytes in | bytes out |'
echo '|---|---|---:|---:|---:|---:|---:|'
for net; do
  for side in 16 32; do
    for correction in '1 ' '2 ' '1 --opt-ktile'; do
      # shellcheck disable=SC2086 # words
      "$varimac" cycles --net "$net" --mult exact --rows $side --cols $side \
        --opt-correction $correction --csv "$tmp" > /dev/null
      awk -F, -v name="$(basename "$net" .tflite)" -v array="$side x $side" -v opt="$correction" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["kind"] == "all" {
          sub(/ .+/, ", 1", opt)
          sub(/ $/, ", 0", opt)
          printf "| %s | %s | %s | %d | %.1f | %d | %d |\n", name, array, opt, $at["cycles"],
            100 * $at["busy"], $at["bytes_in"], $at["bytes_out"]
        }' "$tmp"
    done
  done
done
