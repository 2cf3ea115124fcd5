#!/bin/sh
# paper-s0-noise.sh: for each point, the phase of `varimac train` that gives every layer noise (agn) of
# the size that the cell's error has in the shipped network: sigma is the root of its variance
# over that of the exact outputs, means over channels.
# usage: paper-s0-noise.sh VARIMAC NET DATA IMAGES 'CELL:MODE ...'
# DATA: training images, the first IMAGES. Prints lines NET, CELL:MODE, phase, tab-separated.
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 net=$2 data=$3 images=$4 points=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Layers with weights, in the order of the network's MAC layers.
head -c 65536 "weights/$net.safetensors" | grep -aoE '"[A-Za-z0-9_.]+\.weight":' |
  sed 's/"//; s/\.weight":$//' > "$work/layers"
for point in $points; do
  echo "$point" | grep -qxE '[A-Za-z0-9_]+:[a-z0-9]+' || {
    echo "PAPER_S0_POINTS: expected CELL:MODE, found '$point'" >&2
    exit 1
  }
  cell=${point%:*}
  "$varimac" eval --net "weights/$net.tflite" --mult "$cell" --correction "${point#*:}" \
    --data "$data" --images "$images" --calib "$data" --calib-images "$images" \
    --residuals "$work/residuals" > "$work/log"
  awk -F , -v net="$net" -v point="$point" '
    FILENAME == ARGV[1] { layer[layers++] = $0; next }
    FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    {
      size = $at["signal"] > 0 ? sqrt($at["measured"] / $at["signal"]) : 0
      if (size > 10) { # of no layer that says anything: the most that training takes
        print "paper-s0: " net ", " point ", layer " layer[$at["layer"]] ": error " size \
          " times the outputs; expected 10 at most" > "/dev/stderr"
        exit 1
      }
      phase = phase sprintf(" %s/forward=agn:%.4g", layer[$at["layer"]], size)
      n++
    }
    END {
      if (n != layers) {
        print "paper-s0: " net ": expected " layers " layers with weights, found " n + 0 \
          > "/dev/stderr"
        exit 1
      }
      printf "%s\t%s\t0%s\n", net, point, phase
    }' "$work/layers" "$work/residuals"
done
