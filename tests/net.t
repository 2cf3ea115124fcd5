#!/bin/sh
# varimac net, and what the tflite reader says of files it must refuse.
#
# The files come from flatc, not from our writer: a small network as JSON, changed by one sed script
# per case, compiled against the schema. With VARIMAC_TFLITE_REF set to MLPerf Tiny's
# pretrainedResnet_quant.tflite, that file must load and score as TFLite's reference kernels do.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh

cat > "$tmp/net.json" << 'EOF'
{ "version": 3,
  "operator_codes": [
    { "deprecated_builtin_code": 3, "version": 3, "builtin_code": "CONV_2D" },
    { "deprecated_builtin_code": 25, "version": 2, "builtin_code": "SOFTMAX" } ],
  "subgraphs": [ { "name": "main", "inputs": [0], "outputs": [4],
    "tensors": [
      { "shape": [1, 2, 2, 2], "type": "INT8", "buffer": 0, "name": "image",
        "quantization": { "scale": [1.0], "zero_point": [-128] } },
      { "shape": [3, 1, 1, 2], "type": "INT8", "buffer": 1, "name": "weight",
        "quantization": { "scale": [0.5, 0.25, 0.125], "zero_point": [0, 0, 0],
                          "quantized_dimension": 0 } },
      { "shape": [3], "type": "INT32", "buffer": 2, "name": "bias" },
      { "shape": [1, 2, 2, 3], "type": "INT8", "buffer": 0, "name": "logits",
        "quantization": { "scale": [0.5], "zero_point": [3] } },
      { "shape": [1, 2, 2, 3], "type": "INT8", "buffer": 0, "name": "answer",
        "quantization": { "scale": [0.00390625], "zero_point": [-128] } } ],
    "operators": [
      { "opcode_index": 0, "inputs": [0, 1, 2], "outputs": [3],
        "builtin_options_type": "Conv2DOptions",
        "builtin_options": { "padding": "SAME", "stride_w": 1, "stride_h": 1 } },
      { "opcode_index": 1, "inputs": [3], "outputs": [4],
        "builtin_options_type": "SoftmaxOptions",
        "builtin_options": { "beta": 1.0 } } ] } ],
  "description": "by hand",
  "buffers": [ {}, { "data": [1, 2, 255, 4, 5, 250] },
               { "data": [1, 0, 0, 0, 2, 0, 0, 0, 255, 255, 255, 255] } ] }
EOF

# build SED: the network with one change, as $tmp/case.tflite
build() {
  sed "$1" "$tmp/net.json" > "$tmp/case.json"
  [ "$1" = "" ] || ! cmp -s "$tmp/net.json" "$tmp/case.json" || return 1
  rm -f "$tmp/case.tflite"
  flatc -b --strict-json -o "$tmp" cmodel/net/tflite.fbs "$tmp/case.json"
}

# refuses NAME SED TEXT: exit code 1 and an error that names the file and says TEXT
refuses() {
  status=0
  if build "$2" > "$tmp/out" 2>&1; then
    "$VARIMAC" net "$tmp/case.tflite" > "$tmp/out" 2>&1 || status=$?
  fi
  [ $status -eq 1 ] && grep -qF "varimac: $tmp/case.tflite: " "$tmp/out" &&
    grep -qF "$3" "$tmp/out"
  ok $? "$1" "$(cat "$tmp/out")"
}

build "" > "$tmp/out" 2>&1 && "$VARIMAC" net "$tmp/case.tflite" > "$tmp/out" 2>&1 &&
  grep -q '^2 operators, 24 MACs, 6 weights$' "$tmp/out" &&
  grep -Eq '^ +0 CONV_2D +1x1/1 +- +2x2x3 +4 x 2 x 3 +24 +0.5 +3 +0.125\.\.0.5 +-2\.0\.\.0\.0$' \
    "$tmp/out"
ok $? "a file written by flatc loads and is listed" "$(cat "$tmp/out")"

refuses "unknown operator is named, with its index" \
  's/25, "version": 2, "builtin_code": "SOFTMAX"/14, "builtin_code": "LOGISTIC"/' \
  'operator 1 (LOGISTIC): operator not supported'
refuses "operator number beyond our names" \
  's/25, "version": 2, "builtin_code": "SOFTMAX"/127, "builtin_code": 201/' \
  'operator 1 (number 201): operator not supported'
refuses "custom operator is named" \
  's/25, "version": 2, "builtin_code": "SOFTMAX"/32, "custom_code": "MyOp"/' \
  'operator 1 (MyOp): operator not supported'
refuses "dilation" 's/"stride_w": 1/"stride_w": 1, "dilation_w_factor": 2/' \
  'operator 0 (CONV_2D): dilation other than 1'
refuses "fused activation" 's/"stride_w": 1/"stride_w": 1, "fused_activation_function": "TANH"/' \
  'operator 0 (CONV_2D): fused activation not supported: TANH'
refuses "options of another kind" 's/Conv2DOptions/Pool2DOptions/' \
  'operator 0 (CONV_2D): no options of its kind'
refuses "no stride" 's/"stride_w": 1, "stride_h": 1/"stride_w": 1/' \
  'operator 0 (CONV_2D): stride of 0 x 1'
refuses "float tensor" '/"logits"/s/INT8/FLOAT32/' \
  "tensor 3 'logits': type FLOAT32"
refuses "asymmetric weights" 's/\[0, 0, 0\]/[0, 7, 0]/' \
  "tensor 1 'weight': constant with zero point 7"
refuses "scales along the wrong dimension" 's/"quantized_dimension": 0/"quantized_dimension": 3/' \
  'operator 0 (CONV_2D): weight scales along dimension 3, expected 0'
refuses "fewer zero points than scales" 's/\[0, 0, 0\]/[0, 0]/' '3 scales but 2 zero points'
refuses "too little data" 's/\[1, 2, 255, 4, 5, 250\]/[1, 2, 255, 4, 5]/' \
  "tensor 1 'weight': expected 6 bytes of data, found 5"
refuses "buffer out of range" 's/"buffer": 1,/"buffer": 9,/' "tensor 1 'weight': buffer 9 of 3"
refuses "tensor index out of range" 's/"inputs": \[0, 1, 2\]/"inputs": [0, 1, 77]/' \
  'operator 0 (CONV_2D): expected a bias of 3 int32'
refuses "operator code out of range" 's/"opcode_index": 1/"opcode_index": 5/' \
  'operator 1: code 5 of 2'
refuses "wrong output shape" '/"logits"/s/\[1, 2, 2, 3\]/[1, 2, 3, 3]/' \
  'operator 0 (CONV_2D): expected an output of 2 x 2, found 2 x 3'
refuses "absurd dimension" 's/\[1, 2, 2, 2\]/[1, 2000000000, 2, 2]/' "tensor 0 'image': dimension 1"
refuses "absurd size" 's/\[1, 2, 2, 2\]/[1, 20000, 20000, 2]/' "tensor 0 'image': absurd size"
refuses "batch" 's/\[1, 2, 2, 2\]/[4, 2, 2, 2]/' 'input: expected batch 1, found 4'
refuses "schema version" 's/"version": 3,$/"version": 4,/' \
  'expected TFLite schema version 3, found 4'

"$VARIMAC" net > "$tmp/out" 2>&1
[ $? -eq 2 ]
ok $? "no file: bad command line"
"$VARIMAC" net --help > "$tmp/out" 2>&1 && grep -q '^usage: varimac net' "$tmp/out"
ok $? "--help"
"$VARIMAC" net "$tmp/net.json" > "$tmp/out" 2>&1
[ $? -eq 1 ] && grep -q "not a TFLite file: expected 'TFL3'" "$tmp/out"
ok $? "another format" "$(cat "$tmp/out")"

ref=${VARIMAC_TFLITE_REF:-}
score() { # ROUNDING ACCURACY
  "$VARIMAC" eval --net "$ref" --data cifar10:test --rounding "$1" > "$tmp/out" 2>&1 &&
    grep -qF "$2" "$tmp/out"
  ok $? "10,000 images, $1 rounding: $2 %" "$(cat "$tmp/out")"
}
if [ -z "$ref" ]; then
  skip "MLPerf Tiny's ResNet-8" "VARIMAC_TFLITE_REF is not set"
else
  "$VARIMAC" net "$ref" > "$tmp/out" 2>&1 &&
    grep -q '^16 operators, 12501632 MACs, 77360 weights$' "$tmp/out"
  ok $? "MLPerf Tiny's ResNet-8 loads" "$(cat "$tmp/out")"
  if "$VARIMAC" data info cifar10:test > "$tmp/out" 2>&1; then
    score double 87.07
    score single 86.97
  else
    skip "MLPerf Tiny's ResNet-8 on 10,000 images" "no CIFAR-10 (make data)"
  fi
fi
done_testing
