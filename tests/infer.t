#!/bin/sh
# varimac infer: one picture, the exact network beside the approximate one.
#
# TEST RATIONALE. State space: pictures of the network's own size, whose answers eval gives too;
# of others, colour for a gray network; the pictures of --explain against the activations that
# eval --trace writes; names of classes from the input's shape, by option, from files good and bad;
# every refusal with its exit code and no file left. Resizing itself: test_resize.
# Parameters: with and without a cell, a correction that is calibrated, a plan.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
net=weights/resnet8.tflite

infer() { "$VARIMAC" infer "$@" > "$tmp/out" 2> "$tmp/err"; }
image() { "$VARIMAC" data image --data subset:test --image "$1" -o "$tmp/$2" > /dev/null; }
# refused_with CODE PATTERN TEXT COMMAND...: and what could have been written is not there
refused_with() {
  code=$1 pattern=$2 text=$3
  shift 3
  "$@" > "$tmp/out" 2> "$tmp/err"
  [ $? -eq "$code" ] && grep -q -e "$pattern" "$tmp/err" && [ ! -e "$tmp/no.json" ] &&
    [ -z "$(find "$tmp/no" -type f 2> /dev/null)" ]
  ok $? "$text" "$(cat "$tmp/err")"
}
# classes NETWORK: those of a.json in order, NETWORK's
classes() {
  tr -d '\t' < "$tmp/a.json" | awk -v want="\"$1\":[{" '
    /^"(exact|approximate|operators)":/ { in_it = index($0, want) == 1 }
    in_it && /^"class":/ { gsub(/[^0-9]/, ""); print }'
}

# ---- the answers are those of eval ----

"$VARIMAC" eval --net $net --images 12 --dump "$tmp/exact.i8" > /dev/null
"$VARIMAC" eval --net $net --images 12 --mult perf3 --correction cv --calib-images 50 \
  --dump "$tmp/perf3.i8" --save-plan "$tmp/plan.json" > /dev/null
best() { # best FILE IMAGE: index of the largest of the ten codes
  od -An -td1 -v -w10 -j $((10 * $2)) -N 10 "$1" |
    awk '{ b = 1; for (i = 2; i <= 10; i++) if ($i > $b) b = i; print b - 1 }'
}
for i in 0 3 5 11; do
  image $i p.png && infer "$tmp/p.png" --mult perf3 --correction cv --calib-images 50 \
    --json "$tmp/a.json" && [ "$(classes exact | head -n 1)" = "$(best "$tmp/exact.i8" $i)" ] &&
    [ "$(classes approximate | head -n 1)" = "$(best "$tmp/perf3.i8" $i)" ] &&
    [ "$(classes approximate | sort | tr '\n' ' ')" = '0 1 2 3 4 5 6 7 8 9 ' ]
  ok $? "image $i: both answers are those of eval" "$(cat "$tmp/err" "$tmp/out")"
done
cp "$tmp/out" "$tmp/given" && infer "$tmp/p.png" --plan "$tmp/plan.json" &&
  cmp -s "$tmp/given" "$tmp/out"
ok $? "a plan says the same" "$(cat "$tmp/err" "$tmp/out")"
# The softmax operator's codes are the probabilities in steps of 1 / 256, a little off.
od -An -td1 -v -w10 -j 110 -N 10 "$tmp/exact.i8" | tr -s ' ' '\n' | sed '/^$/d' > "$tmp/codes"
tr -d '\t, ' < "$tmp/a.json" |
  awk -F : '/^"approximate/ { exit } /^"class"/ { c = $2 } /^"probability"/ { print c, $2 }' |
  sort -n | paste -d ' ' - "$tmp/codes" |
  awk '{ off = 256 * $2 - ($3 + 128); bad += off > 1.2 || off < -1.2; sum += $2 }
    END { exit !(NR == 10 && !bad && sum > 0.999999 && sum < 1.000001) }'
ok $? "probabilities are the softmax operator's, and finer" "$(cat "$tmp/codes")"
image 3 p.png && infer "$tmp/p.png" && [ "$(grep -c '%' "$tmp/out")" -eq 5 ] &&
  grep -q '^labels  *cifar10$' "$tmp/out" && grep -Eq '^  1  [a-z]+ +[0-9.]+ %$' "$tmp/out" &&
  ! grep -q 'differ\|both\| $' "$tmp/out"
ok $? "without a cell: five classes of the shipped CIFAR-10 network" "$(cat "$tmp/out")"
infer "$tmp/p.png" --mult zero && grep -q '^they differ: [a-z]* became [a-z]*$' "$tmp/out"
ok $? "the canary changes the answer, and that is said" "$(cat "$tmp/out")"
infer "$tmp/p.png" --mult exacts && grep -q '^both answer ' "$tmp/out" &&
  awk '/^ *[0-9]+  /{ n++; bad += $2 != $5 || $3 != $6 } END { exit n != 5 || bad }' "$tmp/out"
ok $? "an exact cell answers alike" "$(cat "$tmp/out")"
infer "$tmp/p.png" --mult zero --layers 9 --json "$tmp/a.json" && cp "$tmp/out" "$tmp/given" &&
  infer "$tmp/p.png" --mult zero && ! cmp -s "$tmp/given" "$tmp/out"
ok $? "--layers"
printf '{"format": "varimac-map-2", "layers": [{"layer": 0, "cell": "perf3"}]}' > "$tmp/map.json"
infer "$tmp/p.png" --mult perf3 --layers 0 --json "$tmp/b.json" && infer "$tmp/p.png" --map "$tmp/map.json" \
  --json "$tmp/a.json" && grep -q 'exact  *map, none$' "$tmp/out" && sed 's/"mult":.*/"map"/' "$tmp/b.json" > "$tmp/want" &&
  sed 's/"map":.*/"map"/' "$tmp/a.json" | diff "$tmp/want" - > "$tmp/odd"
ok $? "--map" "$(cat "$tmp/err" "$tmp/odd")"
infer "$tmp/p.png" --rounding single --top 3 && [ "$(grep -c '%' "$tmp/out")" -eq 3 ]
ok $? "--top, --rounding"

# ---- the pictures of --explain ----

infer "$tmp/p.png" --mult trunc7 --explain "$tmp/heat" --json "$tmp/a.json" &&
  [ "$(find "$tmp/heat" -name '*.png' | wc -l)" -eq 16 ] &&
  [ "$(grep -c '"picture":.*heat' "$tmp/a.json")" -eq 16 ]
ok $? "a picture of every operator" "$(cat "$tmp/err"; ls "$tmp/heat")"
cp "$tmp/out" "$tmp/table"
# The digest that `varimac data info` prints of the pixels which the two activations ask for:
# picture H W CHANNELS COLUMNS DOT
picture() {
  perl -e '
    use strict; use integer;
    my ($exact, $other, $h, $w, $c, $columns, $dot) = @ARGV;
    sub codes { open my $f, "<", $_[0] or die; binmode $f; local $/; unpack "c*", <$f> }
    my @e = codes($exact); my @o = codes($other); my $reach = 0;
    for (0 .. $#e) { my $by = abs($o[$_] - $e[$_]); $reach = $by if $by > $reach }
    my $rows = ($c + $columns - 1) / $columns;
    my ($wide, $high) = ($columns * ($w * $dot + 1) + 1, $rows * ($h * $dot + 1) + 1);
    my $hash = 0xcbf29ce484222325;
    for my $y (0 .. $high - 1) {
      for my $x (0 .. $wide - 1) {
        my ($tx, $ty) = ($x / ($w * $dot + 1), $y / ($h * $dot + 1));
        my ($px, $py) = ($x % ($w * $dot + 1) - 1, $y % ($h * $dot + 1) - 1);
        my $channel = $ty * $columns + $tx;
        my @rgb = (0xcc, 0xcc, 0xcc);
        if ($px >= 0 && $py >= 0 && $tx < $columns && $channel < $c) {
          my $at = ($py / $dot * $w + $px / $dot) * $c + $channel;
          my $by = $o[$at] - $e[$at];
          my @end = $by > 0 ? (178, 24, 43) : (33, 102, 172);
          @rgb = map { 255 - (255 - $_) * abs($by) / ($reach || 1) } @end;
        }
        for (@rgb) { $hash = ($hash ^ $_) * 0x100000001b3 }
      }
    }
    printf "%d x %d %016x\n", $high, $wide, $hash;' "$tmp/t0" "$tmp/t1" "$@"
}
for op in 0 9 14; do
  "$VARIMAC" eval --net $net --images 4 --trace-layer $op --image 3 --trace "$tmp/t0" > /dev/null
  "$VARIMAC" eval --net $net --images 4 --mult trunc7 --trace-layer $op --image 3 \
    --trace "$tmp/t1" > /dev/null
  od -An -td1 -v -w1 "$tmp/t0" > "$tmp/c0" && od -An -td1 -v -w1 "$tmp/t1" | paste - "$tmp/c0" |
    awk '{ e = $1 - $2; sum += e; square += e * e; differ += e != 0
        if (e > hi) hi = e; if (e < lo) lo = e }
      END { printf "%.3f %.3f %d %.2f\n", sum / NR, sqrt(square / NR), (hi >= -lo ? hi : lo),
                   100 * differ / NR }' > "$tmp/want"
  awk -v op=$op '$1 == op && /png$/ { print $5, $6, $7, $8 }' "$tmp/table" | diff "$tmp/want" -
  ok $? "operator $op: the table is what the traces say" "$(cat "$tmp/table")"
  case $op in 0) shape='32 32 16 4 4' ;; 9) shape='8 8 64 8 8' ;; *) shape='1 1 10 4 32' ;; esac
  # shellcheck disable=SC2086 # five words
  want=$(picture $shape)
  got=$("$VARIMAC" data info "png:$(echo "$tmp"/heat/"$(printf %02d $op)"-*)" |
    awk '/^shape/ { printf "%s x %s ", $2, $4 } /^pixels/ { print $3 }')
  [ "$got" = "$want" ]
  ok $? "operator $op: so is its picture" "$got, expected $want"
done
# A white picture is a small file.
infer "$tmp/p.png" --mult zero --layers 9 --explain "$tmp/late" &&
  awk '$1 < 9 && /png$/ { n++; bad += $7 != 0 || $4 != "-" } $1 == 14 && /png$/ { last = $7 != 0 }
    END { exit n != 9 || bad || !last }' "$tmp/out" &&
  [ "$(wc -c < "$tmp/late/00-conv_2d.png")" -lt "$(($(wc -c < "$tmp/heat/00-conv_2d.png") / 3))" ]
ok $? "before the cell nothing is off" "$(cat "$tmp/out")"

# ---- other sizes, other networks, names ----

infer "$tmp/heat/09-conv_2d.png" && grep -q '521 x 521, colour; as 32 x 32, colour$' "$tmp/out"
ok $? "a larger picture" "$(cat "$tmp/err" "$tmp/out")"
digit() { # a colour picture of 133 x 100
  infer "$tmp/heat/14-fully_connected.png" --net weights/lenet5.tflite --mult perf2 \
    --json "$tmp/a.json" "$@"
}
digit && grep -q '; of it the middle 100 x 100; as 28 x 28, gray$' "$tmp/out" &&
  grep -q '^labels  *mnist$' "$tmp/out" && cp "$tmp/a.json" "$tmp/b.json" &&
  digit --invert && ! cmp -s "$tmp/a.json" "$tmp/b.json"
ok $? "a colour picture that is too wide for a gray network, and inverted" \
  "$(cat "$tmp/err" "$tmp/out")"
seq 1 10 | sed 's/^/<kind> "&/' > "$tmp/names"
infer "$tmp/p.png" --labels "$tmp/names" --json "$tmp/a.json" &&
  grep -Eq '^  1  <kind> "[0-9]' "$tmp/out" &&
  grep -q '"name":.*"<kind> \\"4"' "$tmp/a.json"
ok $? "names from a file" "$(cat "$tmp/err" "$tmp/out")"
awk 'BEGIN { for (i = 1; i <= 10; i++) print (i % 2 ? "größe " : "gros ") i }' > "$tmp/names.utf8"
infer "$tmp/p.png" --labels "$tmp/names.utf8" --mult exacts --json "$tmp/a.json" && grep -q '"name":.*"größe 5"' "$tmp/a.json" &&
  [ "$(grep -c '^  [1-5]  gr[^ ]* [0-9]* *[0-9.]* %       gr' "$tmp/out")" -eq 5 ] &&
  perl -CSD -ne 'push @at, index($_, "%") if /gr.*%/; END { exit grep { $_ != $at[0] } @at }' "$tmp/out"
ok $? "names of more bytes than characters" "$(cat "$tmp/err" "$tmp/out")"
infer "$tmp/p.png" --labels mnist && grep -q '^labels  *mnist$' "$tmp/out"
ok $? "names of another set"

# ---- refused ----

p=$tmp/p.png
sed 1d "$tmp/names" > "$tmp/nine"
bad() {
  code=$1 pattern=$2 text=$3
  shift 3
  refused_with "$code" "$pattern" "$text" "$VARIMAC" infer "$@" --json "$tmp/no.json"
}
bad 1 'nine: expected 10 names.*, found 9' "a name too few" "$p" --labels "$tmp/nine"
cat "$tmp/names" "$tmp/nine" > "$tmp/more"
bad 1 'more: expected 10 names.*, found 19' "names too many" "$p" --labels "$tmp/more"
sed '4s/.*//' "$tmp/names" > "$tmp/blank"
bad 1 'blank: line 4: expected a name of 1..63 bytes, found 0' "a line without a name" "$p" \
  --labels "$tmp/blank"
printf 'a\nb\033[31m\n' > "$tmp/escape"
bad 1 'escape: line 2: a byte that does not print, 0x1b' "a name that would colour the terminal" \
  "$p" --labels "$tmp/escape"
printf 'a\n\303\303\n' > "$tmp/latin"
bad 1 'latin: line 2: expected UTF-8' "names of another alphabet" "$p" --labels "$tmp/latin"
printf 'a\n\302\233m\n' > "$tmp/escape"
bad 1 'escape: line 2: a byte that does not print, 0xc2' "another escape" "$p" --labels "$tmp/escape"
cp "$p" "$tmp/$(printf 'p\303.png')"
bad 2 'argument 2: expected UTF-8' "a picture whose name is none" "$tmp/$(printf 'p\303.png')"
printf 'a\n\000b\n' > "$tmp/zero"
bad 1 'zero: expected a text, found a byte that is 0' "names that are no text" "$p" --labels "$tmp/zero"
bad 1 'labels: none: cannot read' "no such file of names" "$p" --labels none
head -c 200 "$p" > "$tmp/cut.png"
bad 1 'cut.png: damaged PNG' "a picture that is cut off" "$tmp/cut.png"
bad 1 'names: not a PNG file' "a file that is no picture" "$tmp/names"
# Its rows would be 6 GB each: refused before there is room made for one.
printf '\211PNG\r\n\032\n\0\0\0\rIHDR\177\377\377\377\177\377\377\377\010\002\0\0\0\233\253\234\061\0\0\0\020IDAT' > "$tmp/huge.png"
bad 1 'huge.png: 2147483647 x 2147483647 pixels, more than the limit' "a picture that says it is huge" "$tmp/huge.png"
bad 1 'none.png: cannot read' "no such picture" "$tmp/none.png"
bad 1 "did you mean 'perf" "no such cell" "$p" --mult perf22
bad 1 'no/x: cannot make the folder' "a folder that cannot be made" "$p" --mult zero \
  --explain "$tmp/no/x"
: > "$tmp/file"
bad 1 'file/00-conv_2d.png: cannot write' "a folder that is a file" "$p" --mult zero \
  --explain "$tmp/file"
mkdir -p "$tmp/no/03-add.png"
bad 1 'no/03-add.png' "a picture that cannot be written leaves none" "$p" --mult zero \
  --explain "$tmp/no"
bad 2 'which picture' "no picture"
bad 2 "unexpected argument 'b.png'" "two pictures" "$p" b.png
bad 2 'no --images' "--images" "$p" --images 3
bad 2 'want --mult' "a correction of nothing" "$p" --correction cv
bad 2 'want --mult' "no errors to explain" "$p" --explain "$tmp/no"
bad 2 'brings multiplier' "a plan and a cell" "$p" --plan "$tmp/plan.json" --mult zero
bad 2 'brings the cells of all layers' "a map and layers" "$p" --map "$tmp/map.json" --layers 0
bad 2 'want --correction' "calibration of nothing" "$p" --mult zero --calib-images 5
bad 1 'is a test set' "a test set to calibrate on" "$p" --mult zero --correction cv \
  --calib subset:test
bad 2 '1..256' "--top 0" "$p" --top 0
rmdir "$tmp/no/03-add.png"
cp -r "$tmp/heat" "$tmp/kept"
! infer "$p" --mult zero --explain "$tmp/heat" --json /dev/full && diff -r "$tmp/heat" "$tmp/kept" > "$tmp/err"
ok $? "pictures of an earlier run stay where the JSON cannot be written" "$(cat "$tmp/err")"
refused_with 1 '/dev/full: cannot write' "a JSON that cannot be written leaves no picture" \
  "$VARIMAC" infer "$p" --mult zero --explain "$tmp/no" --json /dev/full
refused_with 1 'dir/x: cannot write' "nor does one that has no folder, and nothing is computed" \
  "$VARIMAC" infer "$p" --mult zero --explain "$tmp/no" --json "$tmp/dir/x"
"$VARIMAC" infer --help | grep -q -- --explain
ok $? "--help"
done_testing
