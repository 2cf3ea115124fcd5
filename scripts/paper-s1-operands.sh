#!/bin/sh
# paper-s1-operands.sh: the operand streams of a network over its own test images, of both classes.
# usage: paper-s1-operands.sh VARIMAC MANIFEST NET DIR SEED
# Leaves DIR/operands-u8.bin and operands-s8.bin, which only another network, data set, seed or
# program writes again.
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 manifest=$2 net=$3 dir=$4 seed=$5
data=$(sh "$(dirname "$0")/paper-s1-data.sh" "$manifest" "$net")
mkdir -p "$dir"
for class in u8 s8; do
  made="$(sha256sum < "weights/$net.tflite") $(sha256sum < "$varimac") $data $seed"
  [ "$(cat "$dir/operands-$class.of" 2> /dev/null)" != "$made" ] || continue
  echo "  RECORD  $net: $class operands of $data:test"
  "$varimac" operands --net "weights/$net.tflite" --data "$data:test" --class $class --images 32 \
    --seed "$seed" -o "$dir/operands-$class.bin" > "$dir/operands-$class.log"
  echo "$made" > "$dir/operands-$class.of"
done
