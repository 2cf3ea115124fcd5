#!/bin/sh
# paper-s3-run.sh: one piece of the campaign from its config, in a folder of its own. Prints,
# tab-separated: status, done or diverged; energy, percent of the multiplications' with the exact
# cell alone; accuracy, percent of the test images; processor seconds; and
#   agn      SIGMA of each MAC layer, LAYER:SIGMA
#   search   the front, as paper-s4-run.sh has it
#   match    the cell of each MAC layer; so does what is trained on with a map
# What is not of a kind is empty.
# usage: paper-s3-run.sh VARIMAC FOLDER CONFIG_TEXT
# "quantize", "eval" of a config are options of these commands.
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1 folder=$2 config=$3
scripts=$(dirname "$0")
trap 'exit 130' INT TERM
mkdir -p "$folder"
text_of() { # KEY
  printf '%s\n' "$config" | sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p"
}
# Into $seconds: of all children so far.
count_seconds() {
  times > "$folder/times" # not into a pipe, whose shell has no children
  seconds=$(sed -n 2p "$folder/times" | tr 'ms' '  ' |
    awk '{ print int($1 * 60 + $2 + $3 * 60 + $4 + 0.5) }')
}
# Trains; a run that diverged ends here.
train() {
  sh "$scripts/train-run.sh" "$varimac" "$folder" "$(printf '%s\n' "$config" |
    sed -e 's/, "quantize": "[^"]*"//' -e 's/, "eval": "[^"]*"//')" > "$folder/trained"
  count_seconds
  case $(cut -f 1 "$folder/trained") in
    done) ;;
    *) printf 'diverged\t\t\t%s\t\n' "$seconds" && exit ;;
  esac
}
accuracy_of() { # LOG of eval
  awk -v file="$1" '$1 == "accuracy" { found = $2 }
    END {
      if (found == "") { print file ": expected an accuracy" > "/dev/stderr"; exit 1 }
      print found
    }' "$1"
}
# map CELL ...: of the MAC layers in their order
map() {
  printf '{"format": "varimac-map-2", "layers": ['
  layer=0
  for cell; do
    [ $layer -eq 0 ] || printf ', '
    printf '{"layer": %d, "cell": "%s"}' $layer "$cell"
    layer=$((layer + 1))
  done
  echo ']}'
}

case $config in
  *'"options": '*)
    found=$(sh "$scripts/paper-s4-run.sh" "$varimac" "$folder" "$config") || exit 1
    printf 'done\t\t\t%s\t%s\n' "$(printf '%s\n' "$found" | cut -f 3)" \
      "$(printf '%s\n' "$found" | cut -f 5)"
    ;;
  *'"match": '*)
    cells=$(text_of cells)
    {
      printf 'name\tcell_inertial_pj\n'
      printf '%s\n' "$cells" | tr ' :' '\n\t'
    } > "$folder/costs.tsv"
    text_of sigma | sed 's/\([^ :]*\):\([^ ]*\)/"\1": \2/g; s/ "/, "/g; s/.*/{"sigma": {&}}/' \
      > "$folder/sigma.jsonl"
    # shellcheck disable=SC2046 # lists of options
    "$varimac" match --net "weights/$(text_of net).tflite" --sigma "$folder/sigma.jsonl" \
      --mults "$(printf '%s\n' "$cells" | sed 's/:[^ ]*//g; s/ /,/g')" --costs "$folder/costs.tsv" \
      $(text_of match) -o "$folder/map.json" > "$folder/match.log"
    # shellcheck disable=SC2046
    "$varimac" eval --net "weights/$(text_of net).tflite" --map "$folder/map.json" \
      $(text_of eval) > "$folder/eval.log"
    count_seconds
    energy=$(sed -n 's/^energy  *\([0-9.]*\) .*/\1/p' "$folder/match.log")
    printf 'done\t%s\t%s\t%s\t%s\n' "$energy" "$(accuracy_of "$folder/eval.log")" "$seconds" \
      "$(awk '/^layer/ { table = 1; next }
        /^energy/ { table = 0 }
        table { printf "%s%s", sep, $NF; sep = " " }' "$folder/match.log")"
    ;;
  *forward=agn:*)
    train
    printf 'done\t\t%s\t%s\t%s\n' "$(cut -f 2 "$folder/trained")" "$seconds" \
      "$(tail -n 1 "$folder/run.jsonl" | sed 's/.*"sigma":{\([^}]*\)}.*/\1/; s/"//g; s/,/ /g')"
    ;;
  *)
    [ -e "$folder/run.safetensors" ] || train
    words=$(printf '%s\n' "$config" | grep -o 'bit_true:[^" ]*')
    cells=$(printf '%s\n' "$words" | cut -d : -f 2 | tr '\n' ' ')
    # shellcheck disable=SC2086 # a list
    map $cells > "$folder/map.json"
    # shellcheck disable=SC2046 # lists of options
    "$varimac" quantize --in "$folder/run.safetensors" --out "$folder/run.tflite" \
      $(text_of quantize) > "$folder/export.log"
    # shellcheck disable=SC2046
    "$varimac" eval --net "$folder/run.tflite" --map "$folder/map.json" $(text_of eval) \
      > "$folder/eval.log"
    count_seconds
    printf 'done\t\t%s\t%s\t%s\n' "$(accuracy_of "$folder/eval.log")" "$seconds" "${cells% }"
    rm -f "$folder/run.tflite"
    ;;
esac
