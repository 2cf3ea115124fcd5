#!/bin/sh
# The registry's generators and `varimac mult`, from outside.
#
# TEST RATIONALE. State space: each kind of wrong registry line and of wrong family header through
# each generator; the
# generated Verilog functions at every CELL through Verilator, Yosys and Icarus, and an illegal
# CELL; each verb of `varimac mult` with good and bad command lines. The products are
# test_mult.c's job.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS

# fails CODE PATTERN TEXT COMMAND...: the exit code, one line on stderr like PATTERN, no output.
fails() {
  code=$1 pattern=$2 text=$3
  shift 3
  "$@" > "$tmp/out" 2> "$tmp/err"
  [ $? -eq "$code" ] && grep -Eq "$pattern" "$tmp/err" && [ "$(wc -l < "$tmp/err")" -eq 1 ] &&
    [ ! -s "$tmp/out" ]
  ok $? "$text" "$(cat "$tmp/err"; head -n 5 "$tmp/out")"
}

generate() { # generate KIND [CELLS [FAMILY_FILE]]
  grep -Hn '^// Registry: ' ${3:-rtl/mult/vmac_mult_*.v} > "$tmp/families.txt"
  awk -f scripts/mults-read.awk -f "scripts/mults-to-$1.awk" "$tmp/families.txt" \
    "${2:-rtl/mult/mults.tbl}"
}

# ---- wrong registry lines ----

bad_cell() { # bad_cell TEXT PATTERN LINE: LINE is put after a good one, as line 3
  printf '# registry\nexact exact u8 - - - -\n%s\n' "$3" > "$tmp/mults.tbl"
  for to in c v mk; do
    fails 1 "mults.tbl:3: expected $2" "$1 (mults-to-$to)" generate $to "$tmp/mults.tbl"
  done
}

bad_cell 'too few columns' '7 columns .*found .6 columns' 'a zero u8 - - -'
bad_cell 'too many columns' '7 columns .*found .8 columns' 'a zero u8 - - - - -'
bad_cell 'capital in a name' 'a name of the form .*found .Perf2' 'Perf2 zero u8 - - - -'
bad_cell 'name begins with a digit' 'a name of the form .*found .2perf' '2perf zero u8 - - - -'
bad_cell 'duplicate name' 'each name once .*line 2.*found .exact' 'exact zero u8 - - - -'
bad_cell 'same cell under two names' 'each cell once .exact is.*found .again' 'again exact u8 - - - -'
bad_cell 'unknown family' 'one of the families .*exact, .*found .perf.' 'a perf u8 m=1 - - -'
bad_cell 'unknown class' 'class u8 or s8, found .u9' 'a zero u9 - - - -'
bad_cell 'class of another width' 'class u8 or s8, found .u16' 'a zero u16 - - - -'
bad_cell 'missing parameter' 'params m=0\.\.w-1 for perforated, found .-' 'a perforated u8 - - - -'
bad_cell 'needless parameter' 'params - for zero, found .m=1' 'a zero u8 m=1 - - -'
bad_cell 'wrong parameter name' 'a parameter m=NUMBER, found .t=1' 'a perforated u8 t=1 - - -'
bad_cell 'parameter is no number' 'a parameter m=NUMBER, found .m=x' 'a perforated u8 m=x - - -'
bad_cell 'octal-looking parameter' 'a parameter m=NUMBER, found .m=03' 'a perforated u8 m=03 - - -'
bad_cell 'negative parameter' 'a parameter m=NUMBER, found .m=-1' 'a perforated u8 m=-1 - - -'
bad_cell 'parameter above the range' 'm in 0\.\.7 for perforated' 'a perforated u8 m=8 - - -'
bad_cell 'parameter far above' 't in 0\.\.15 for truncated' 'a truncated u8 t=99999999 - - -'
bad_cell 'unknown variate' 'xvar low:N.*found .high:2' 'a zero u8 - high:2 - -'
bad_cell 'variate without bits' 'xvar low:N.*found .low.' 'a zero u8 - low - -'
bad_cell 'variate of nine bits' 'xvar low:N.*found .or:9' 'a zero u8 - or:9 - -'
bad_cell 'source with a quote' 'a source of letters' 'a zero u8 - - "x" -'
bad_cell 'unknown run' 'runs demo, sim, demo,sim or -, found .all' 'a zero u8 - - - all'

printf '# nothing\n' > "$tmp/mults.tbl"
fails 1 'mults.tbl:1: expected at least one cell' 'registry without a cell' \
  generate c "$tmp/mults.tbl"

# ---- wrong family files ----

family=$tmp/vmac_mult_mine.v
bad_family() { # bad_family TEXT PATTERN LINE...: the lines are lines 2.. of the family's file
  what=$1 pattern=$2
  shift 2
  { echo '// vmac_mult_mine: a test'; printf '%s\n' "$@"; } > "$family"
  printf 'mine mine s8 %s - - -\n' "${params:--}" > "$tmp/mults.tbl"
  for to in c v mk; do
    fails 1 "$pattern" "$what (mults-to-$to)" generate $to "$tmp/mults.tbl" "$family"
  done
}
bad_family 'family without a line Registry' 'mults.tbl:1: expected one of the families' '// none'
bad_family 'a key twice' 'mine.v:3: expected each key once, found .widths 8' \
  '// Registry: classes s; widths 8' '// Registry: widths 8'
bad_family 'no classes' 'mine.v:2: expected classes and widths' '// Registry: widths 8'
bad_family 'no widths' 'mine.v:2: expected classes and widths' '// Registry: classes s'
bad_family 'unknown class' 'expected classes u, s or u,s, found .x' '// Registry: classes x; widths 8'
bad_family 'widths without 8' 'expected widths 8, or .*found .10..16' \
  '// Registry: classes s; widths 10..16'
bad_family 'widths out of reach' 'expected widths 8, or .*found .4..17' \
  '// Registry: classes s; widths 4..17'
bad_family 'unknown key' 'expected one of classes, .*low, found .range' '// Registry: range 1'
bad_family 'low bits without the product' \
  'mine.v:2: expected low bits of the form A:W:P, found .0:0' \
  '// Registry: classes s; widths 8; low 0:0'
bad_family 'low bits of an unknown name' 'mults.tbl:1: expected a parameter of mine or w.*found .t' \
  '// Registry: classes s; widths 8; low 0:0:t'
bad_family 'low bits that are no sum' 'mults.tbl:1: expected sums of .* low of mine, found .\*2' \
  '// Registry: classes s; widths 8; low w*2:0:0'
bad_family 'low bits without an end' 'mults.tbl:1: expected a closing bracket in low' \
  '// Registry: classes s; widths 8; low 0:max(1,w:0'
bad_family 'fewer low bits than none' 'mults.tbl:1: expected no count below 0 .*found .1-w' \
  '// Registry: classes s; widths 8; low 0:0:1-w'
bad_family 'key without value' 'expected a key and a value, found .classes' '// Registry: classes'
bad_family 'empty range' 'expected a parameter of the form name=lowest\.\.highest, found .m=3..1' \
  '// Registry: classes s; widths 8; params m=3..1'
bad_family 'range with an unknown bound' 'expected a parameter of the form' \
  '// Registry: classes s; widths 8; params m=0..3w'
bad_family 'four parameters' 'expected at most 3 parameters' \
  '// Registry: classes s; widths 8; params a=0..1,b=0..1,c=0..1,d=0..1'
bad_family 'pins without a parameter' 'expected one parameter where there are pins' \
  '// Registry: classes s; widths 8; pins mode'
bad_family 'unknown pins' 'expected pins edge or mode, found .clock' \
  '// Registry: classes s; widths 8; pins clock'
params=m=1 bad_family 'cell of another class' 'mults.tbl:1: expected a class that mine is defined' \
  '// Registry: classes u; widths 8; params m=0..1'

grep -Hn '^// Registry: ' rtl/mult/vmac_mult_*.v > "$tmp/families.txt"
printf 'exact exact u7 - - - -\n' > "$tmp/mults.tbl"
make "B=$tmp/build" "MULT_TABLES=$tmp/families.txt $tmp/mults.tbl" "$tmp/build/gen/mults.mk" \
  > "$tmp/out" 2>&1
[ $? -ne 0 ] && grep -q 'mults.tbl:1: expected class' "$tmp/out" &&
  [ ! -e "$tmp/build/gen/mults.mk" ]
ok $? 'make stops at a wrong registry and leaves no generated file' "$(cat "$tmp/out")"
bare() { # bare GOAL...: neither a wrong registry nor an unknown platform keeps make from it
  make -s "B=$tmp/bare" "MULT_TABLES=$tmp/families.txt $tmp/mults.tbl" PLATFORM=none "$@" \
    > "$tmp/out" 2>&1
}
bare && grep -q '^  make demo' "$tmp/out" && bare help clean && bare -n setup data
ok $? 'help, clean, setup and data need no registry' "$(cat "$tmp/out")"
make -s "B=$tmp/bare" help > "$tmp/out" 2>&1 && make "B=$tmp/bare" -n data >> "$tmp/out" 2>&1 &&
  [ ! -e "$tmp/bare" ]
ok $? 'and write nothing' "$(cat "$tmp/out")"
bare -n build
[ $? -ne 0 ] && grep -q "PLATFORM: expected one of .*osu018.*, found 'none'" "$tmp/out"
ok $? 'other goals name the unknown platform' "$(cat "$tmp/out")"

# ---- generated Verilog ----

generate v > "$tmp/vmac_mult.v"
awk -v what=functions -f scripts/mults-read.awk -f scripts/mults-to-v.awk \
  "$tmp/families.txt" rtl/mult/mults.tbl > "$tmp/vmac_cells.vh"

# A module that elaborates only if the functions say what the registry says, read here anew.
grep -v '^#' rtl/mult/mults.tbl | awk '
  BEGIN { print "module cells;\n`include \"vmac_cells.vh\"\ngenerate" }
  { signed = ($3 == "s8"); bits = $5; sub(/.*:/, "", bits)
    kind = $5 ~ /^low/ ? 1 : $5 ~ /^or/ ? 2 : 0
    printf "if (vmac_cell_signed(%d) != %d || vmac_cell_xkind(%d) != %d || " \
           "vmac_cell_xbits(%d) != %d) wrong_%s u ();\n",
           NR - 1, signed, NR - 1, kind, NR - 1, bits + 0, $1 }
  END { print "endgenerate\nendmodule" }' > "$tmp/cells.v"
generate mk > "$tmp/mults.mk"
cell=$(sed -n 's/^CELL_perf2s := //p' "$tmp/mults.mk")
sed "s/vmac_cell_xbits($cell) != 2/vmac_cell_xbits($cell) != 3/" "$tmp/cells.v" > "$tmp/wrong.v"

elaborate() { # elaborate TOOL TOP FILE...
  tool=$1 top=$2
  shift 2
  case $tool in
    verilator) verilator --lint-only -I"$tmp" --top-module "$top" "$@" ;;
    iverilog) iverilog -g2005 -I"$tmp" -s "$top" -o "$tmp/vvp" "$@" ;;
    yosys) yosys -q -p "read_verilog -I$tmp $*; hierarchy -check -top $top" ;;
  esac > "$tmp/out" 2>&1
}
printf 'module over; wire [15:0] p;
  vmac_mult #(.CELL(%d)) u (.a_i(8%sd1), .w_i(8%sd1), .p_o(p)); endmodule\n' \
  "$(grep -c '^[a-z]' rtl/mult/mults.tbl)" "'" "'" > "$tmp/over.v"
for tool in verilator iverilog yosys; do
  elaborate $tool cells "$tmp/cells.v"
  ok $? "$tool: vmac_cells.vh says what the registry says" "$(cat "$tmp/out")"
  elaborate $tool cells "$tmp/wrong.v"
  [ $? -ne 0 ] && grep -q wrong_perf2s "$tmp/out"
  ok $? "$tool: the check above can fail" "$(cat "$tmp/out")"
  elaborate $tool over "$tmp/over.v" "$tmp/vmac_mult.v" rtl/mult/*.v
  [ $? -ne 0 ] && grep -q error_CELL_is_not_in_mults_tbl "$tmp/out"
  ok $? "$tool: an illegal CELL stops elaboration with a sentence" "$(cat "$tmp/out")"
done

# ---- varimac mult ----

lines=$(grep -c '^[a-z]' rtl/mult/mults.tbl)
"$VARIMAC" mult list > "$tmp/list"
awk 'NR == FNR { if (/^[a-z]/) want[n++] = $1 " " $2 " " $3 " " $4 " " $5 " " $6; next }
     FNR > 1 && !/^#/ { got = $2 " " $3 " " $4 " " $5 " " $6 " " $8
       if ($1 != k || got != want[k++]) bad = 1 }
     END { exit bad || k != n }' rtl/mult/mults.tbl "$tmp/list"
ok $? "list shows the registry's $lines lines in order, with their index" "$(cat "$tmp/list")"
grep -q 'exact product is not 0' "$tmp/list"
ok $? 'list says how MRE is counted'

"$VARIMAC" mult info perf2s > "$tmp/info"
grep -q "CELL = $cell)" "$tmp/info" && grep -q 'A mod 2^2' "$tmp/info" &&
  grep -q 'WCE  *384$' "$tmp/info"
ok $? 'info perf2s' "$(cat "$tmp/info")"
hash_of() { "$VARIMAC" mult info "$1" | awk '/table hash/ { print $3 }'; }
[ "$(hash_of zero)" = "$(hash_of zeros)" ] && [ "$(hash_of perf2)" != "$(hash_of perf2s)" ]
ok $? 'equal tables share a hash, others do not'

for name in trunc6 trunc6s; do
  case $name in *s) type=d2 ;; *) type=u2 ;; esac
  "$VARIMAC" mult table $name > "$tmp/csv"
  "$VARIMAC" mult table $name --raw -o "$tmp/raw"
  sed -e 1d -e 's/^[^,]*,//' "$tmp/csv" | tr ',' '\n' > "$tmp/a"
  od -An -v -t $type -w2 "$tmp/raw" | tr -d ' ' > "$tmp/b"
  [ "$(wc -l < "$tmp/a")" -eq 65536 ] && cmp -s "$tmp/a" "$tmp/b"
  ok $? "table $name: CSV and --raw agree"
done
awk -F, 'NR > 1 { for (j = 2; j <= 257; j++) if ($j != $1 * w[j]) bad = 1 }
         NR == 1 { for (j = 2; j <= 257; j++) w[j] = $j }
         END { exit bad || NR != 257 }' <<EOF
$("$VARIMAC" mult table exacts)
EOF
ok $? "table exacts: the operands in the margins multiply to the entries"

"$VARIMAC" mult errors zero perf2 --json "$tmp/json" > "$tmp/out" &&
  [ "$(grep -cv '^#' "$tmp/out")" -eq 3 ] && grep -q '^# Counted: all 65,536 ' "$tmp/out" &&
  [ "$(grep -c '"name"' "$tmp/json")" -eq 2 ] && grep -Eq '"mre":[[:space:]]*1,' "$tmp/json" &&
  grep -Eq '"wce":[[:space:]]*765,' "$tmp/json"
ok $? 'errors of two cells, as text and JSON' "$(cat "$tmp/out" "$tmp/json")"

# Cells with the same table, by the hashes of all cells and by what info names.
"$VARIMAC" mult errors --json "$tmp/json" > /dev/null
awk -F '"' '/"name"/ { name = $4 } /"table_hash"/ { print name, $4 }' "$tmp/json" > "$tmp/hashes"
for name in exact zero zeros perf2 trunc6s; do
  awk -v name=$name '{ hash[$1] = $2; order[n++] = $1 }
    END { for (i = 0; i < n; i++) if (order[i] != name && hash[order[i]] == hash[name]) {
            text = text " " order[i]; k++ }
          print "same function as" (k ? text : " no other cell") }' "$tmp/hashes" > "$tmp/want"
  "$VARIMAC" mult info $name | grep '^same function' | sed 's/, class [us]8//g; s/,//g' > "$tmp/got"
  cmp -s "$tmp/want" "$tmp/got"
  ok $? "info $name names the cells of the same table" "$(cat "$tmp/want" "$tmp/got")"
done

"$VARIMAC" mult table perf2 | sed 1d | cut -d, -f2- | tr ',' '\n' > "$tmp/a"
"$VARIMAC" mult table trunc6 | sed 1d | cut -d, -f2- | tr ',' '\n' > "$tmp/b"
paste "$tmp/a" "$tmp/b" | awk 'function size(x) { return x < 0 ? -x : x }
  { exact = int((NR - 1) / 256) * ((NR - 1) % 256); d = size($1 - exact) - size($2 - exact)
    differ += $1 != $2; first += $1 != $2 && d < 0; second += $1 != $2 && d > 0 }
  END { print 65536, differ, first, second, differ - first - second }' > "$tmp/want"
"$VARIMAC" mult compare perf2 trunc6 > "$tmp/out"
sed -En 's/^(operand pairs|  where .* closer|  that [a-z, ]*) +([0-9]+)  .*%$/\2/p' "$tmp/out" |
  paste -sd ' ' > "$tmp/got"
cmp -s "$tmp/want" "$tmp/got"
ok $? 'compare counts the pairs that differ and the closer cell' "$(cat "$tmp/want" "$tmp/out")"
for name in perf2 trunc6; do
  "$VARIMAC" mult info $name | sed -n '/^mean error/,/^max |f(a/s/.* //p'
done > "$tmp/want"
sed -n '/^mean error/,/^max |f(a/s/.* \([^ ][^ ]*\)  *[^ ]*$/\1/p' "$tmp/out" > "$tmp/got"
sed -n '/^mean error/,/^max |f(a/s/.* //p' "$tmp/out" >> "$tmp/got"
[ "$(wc -l < "$tmp/want")" -eq 30 ] && cmp -s "$tmp/want" "$tmp/got"
ok $? 'and puts the metrics that info shows side by side' "$(cat "$tmp/out")"
"$VARIMAC" mult compare perf2 perf2s | grep -q 'not compared: the classes'
ok $? 'products of two classes are not compared'

# ---- plans ----

"$VARIMAC" mult plan --all > "$tmp/plans"
awk -v lines="$lines" '/table hash/ { cells++; next }
  /^  (portable|avx2|avx512) +[0-9]+\.[0-9][0-9]  [0-9p]/ { plans++; rows = /  product rows$/ }
  /^ +identity holds on 65,536 of 65,536 pairs/ && !rows { proofs++ }
  /^ +any table: products as they are, nothing to prove$/ && rows { proofs++ }
  END { exit cells != lines || plans != 3 * lines || proofs != plans }' "$tmp/plans"
ok $? "plan --all: $lines cells at three levels, all but product rows proved" \
  "$(tail -n 20 "$tmp/plans")"
sed -n 's/^  avx512 *[0-9.]*  //p' "$tmp/plans" | sed 's/ + sum of A$//; s/, [0-9]* columns$//
  s/^[0-9] terms* + byte rest$/terms + byte rest/' | sort | uniq -c > "$tmp/kinds"
for kind in '0 terms' '1 term' '2 terms' '3 terms' 'terms + byte rest' 'product rows'; do
  grep -q "^ *[1-9][0-9]* $kind\$" "$tmp/kinds"
  ok $? "plan --all: the registry has $kind at avx512" "$(cat "$tmp/kinds")"
done
{ grep '^perf2s, ' "$tmp/plans"; sed -n '/^perf2s, /,/^perf3, /p' "$tmp/plans" | sed '1d;$d'; } \
  > "$tmp/want"
"$VARIMAC" mult plan perf2s | grep -v '^#' > "$tmp/got"
cmp -s "$tmp/want" "$tmp/got" && grep -q "hash $(hash_of perf2s)\$" "$tmp/got" &&
  [ "$(grep -Ec '^  [a-z0-9]+ +1\.00  1 term$' "$tmp/got")" -eq 3 ] &&
  [ "$(grep -c 'pairs; (0\.\.252)(-128\.\.127)$' "$tmp/got")" -eq 3 ]
ok $? 'plan of one cell: its hash, form, cost and ranges' "$(cat "$tmp/want" "$tmp/got")"
"$VARIMAC" mult plan exact kulkarnis mitchell --isa avx512 | grep '^  [a-z]' > "$tmp/out"
sed 's/.*[0-9]\.[0-9]*  //' "$tmp/out" | paste -sd '|' > "$tmp/got"
[ "$(grep -c '^  avx512 ' "$tmp/out")" -eq 3 ] &&
  [ "$(cat "$tmp/got")" = '1 term + sum of A|2 terms|product rows' ]
ok $? 'plan of three cells for one level' "$(cat "$tmp/out")"
"$VARIMAC" mult plan trunc4 --isa avx512 | grep -q ' 1 term + byte rest, 16 columns + sum of A$'
ok $? 'plan of a product and a table'
fails 2 'expected multipliers or --all, found none' 'plan of nothing' "$VARIMAC" mult plan
fails 2 "expected multipliers or --all, found 'zero' and --all" 'plan of one and all' \
  "$VARIMAC" mult plan zero --all
fails 2 "isa: expected portable, avx2 or avx512, found 'avx'" 'plan for an unknown level' \
  "$VARIMAC" mult plan zero --isa avx
fails 1 "no multiplier 'prf2', did you mean 'perf2'" 'plan of an unknown cell: no output' \
  "$VARIMAC" mult plan zero prf2
fails 2 "takes no option '--all'" 'errors has no --all' "$VARIMAC" mult errors --all

# ---- operands of a network ----

net=weights/resnet8.tflite
on_net() { "$VARIMAC" mult "$@" --net $net --images 2; }
on_net errors rec2 rec2s zero zeros > "$tmp/out"
macs=$("$VARIMAC" net $net | awk '/ MACs, / { printf "%d\n", 2 * $3 }')
grep -q "^# Counted: the $macs multiplications of $net over 2 images of subset:test" "$tmp/out"
ok $? 'errors says which multiplications it counts' "$macs $(cat "$tmp/out")"
awk '$1 == "rec2" { a = $2 $3 $7 $9 $10 } $1 == "rec2s" { b = $2 $3 $7 $9 $10 }
     $1 == "zero" { zero = $10 } $1 == "zeros" { zeros = $10 }
     END { exit !(a != "" && a == b && zero < zeros - 20) }' "$tmp/out"
ok $? 'low bits are the same in both classes, activations of 0 are not' "$(cat "$tmp/out")"
on_net compare rec2 trunc4 > "$tmp/out" && on_net info rec2 > "$tmp/info" &&
  grep -q "^multiplications *$macs *100.0000 %" "$tmp/out" &&
  [ "$(awk '/^error rate/ { print $4 }' "$tmp/out" "$tmp/info" | uniq | wc -l)" -eq 1 ]
ok $? 'compare and info count them too' "$(cat "$tmp/out" "$tmp/info")"
fails 1 'no-net.tflite: ' 'missing network' "$VARIMAC" mult errors zero --net no-net.tflite
fails 1 'at most 500.*found 501' 'more images than there are' \
  "$VARIMAC" mult errors zero --net $net --images 501
fails 2 'expected --net FILE, found none' 'images without a network' \
  "$VARIMAC" mult errors zero --images 2
fails 2 'expected two multipliers, found 1' 'compare one cell' "$VARIMAC" mult compare zero

# ---- phi ----

"$VARIMAC" mult phi trunc6s --rank 2 > "$tmp/phi.csv" &&
  [ "$(head -n 1 "$tmp/phi.csv")" = A,phi1,phi2 ] && [ "$(wc -l < "$tmp/phi.csv")" -eq 257 ] &&
  [ "$(sed -n 257p "$tmp/phi.csv" | cut -d , -f 1)" = -1 ]
ok $? 'phi prints a row per activation in the order of its bits'
"$VARIMAC" mult phi trunc6s --rank 2 --hex > "$tmp/phi.hex" &&
  awk -F , 'NR > 1 { one = sprintf("%02x", $2) one; two = sprintf("%02x", $3) two }
    END { print "4096'"'"'h" two one }' "$tmp/phi.csv" | cmp -s - "$tmp/phi.hex"
ok $? 'the same as a Verilog literal, plane 0 and bits 0 lowest' "$(cat "$tmp/phi.hex")"
[ "$("$VARIMAC" mult phi trunc6s)" = "$(cut -d , -f 1-2 "$tmp/phi.csv")" ]
ok $? 'one plane is the first of two'
fails 2 'whole number in 1..4' 'more planes than there are' "$VARIMAC" mult phi perf2 --rank 5
fails 2 "takes no option '--hex'" 'a literal of another verb' "$VARIMAC" mult table perf2 --hex

# ---- pictures ----

for verb in map plot; do
  "$VARIMAC" mult $verb trunc6s -o "$tmp/$verb.png" > "$tmp/out" 2>&1 &&
    on_net $verb trunc6s -o "$tmp/$verb-net.png" >> "$tmp/out" 2>&1 && [ ! -s "$tmp/out" ] &&
    [ "$(head -c 4 "$tmp/$verb.png" | tail -c 3)" = PNG ] &&
    ! cmp -s "$tmp/$verb.png" "$tmp/$verb-net.png"
  ok $? "$verb draws a PNG, another one of a network's operands" "$(cat "$tmp/out")"
done
# raw_map NAME SIGNED LOW: the digest that the pixels of its table have, A upwards
raw_map() {
  "$VARIMAC" mult table "$1" --raw -o "$tmp/raw.bin"
  perl -e '
    use strict; use integer;
    my ($file, $format, $low) = @ARGV;
    open my $f, "<", $file or die; binmode $f; local $/;
    my @product = unpack "$format*", <$f>; my ($reach, @error) = (0);
    for my $i (0 .. 65535) {
      my ($a, $w) = ($low + $i / 256, $low + $i % 256);
      my $e = $product[($a & 255) << 8 | ($w & 255)] - $a * $w;
      $reach = abs($e) if abs($e) > $reach;
      $error[(255 - $i / 256) * 256 + $i % 256] = $e;
    }
    my $hash = 0xcbf29ce484222325;
    for my $e (@error) {
      my @end = $e > 0 ? (178, 24, 43) : (33, 102, 172);
      $hash = ($hash ^ (255 - (255 - $_) * abs($e) / ($reach || 1))) * 0x100000001b3 for @end;
    }
    printf "%016x\n", $hash;' "$tmp/raw.bin" "$2" "$3"
}
for cell in 'perf2 v 0' 'drum4s s< -128' 'exact v 0'; do
  # shellcheck disable=SC2086 # three words
  want=$(raw_map $cell)
  "$VARIMAC" mult map "${cell%% *}" --raw -o "$tmp/raw.png" > "$tmp/out" 2>&1 &&
    "$VARIMAC" data info "png:$tmp/raw.png" > "$tmp/info" &&
    grep -q '^shape *256 x 256 x 3$' "$tmp/info" && grep -q "^pixels .* $want$" "$tmp/info"
  ok $? "the bare map of ${cell%% *} has the colours of its errors" "$want $(cat "$tmp/info")"
done
on_net map trunc6s --raw -o "$tmp/raw-net.png" && on_net map trunc6s --raw -o "$tmp/raw-net.png" &&
  "$VARIMAC" mult map trunc6s --raw -o "$tmp/raw.png" && ! cmp -s "$tmp/raw.png" "$tmp/raw-net.png"
ok $? 'another one of the operands of a network'
program=$(command -v "$VARIMAC")
env PATH="$tmp" "$program" mult map trunc6s --raw -o "$tmp/alone.png" && cmp "$tmp/alone.png" "$tmp/raw.png"
ok $? 'and needs no gnuplot'
fails 2 'expected -o' 'a bare map without -o' "$VARIMAC" mult map perf2 --raw
fails 1 'cannot start gnuplot.*gnuplot-nox' 'map without gnuplot says what to install' \
  env PATH="$tmp" "$program" mult map trunc6s -o "$tmp/none.png"
[ ! -e "$tmp/none.png" ]
ok $? 'and leaves no file'
version=$("$VARIMAC" --version)
echo "$version" | grep -qx 'varimac [0-9]*\.[0-9]*\.[0-9]*'
ok $? "it says which version it is" "$version"
fails 1 'cannot write' 'map into a missing folder' "$VARIMAC" mult map perf2 -o "$tmp/no/map.png"
fails 1 'cannot write' 'table into a missing folder' "$VARIMAC" mult table perf2 -o "$tmp/no/t.csv"
fails 1 '\(empty path\): cannot write' 'table into no path' "$VARIMAC" mult table perf2 -o ""
full() { "$VARIMAC" "$@" > /dev/full; }
for command in "mult table perf2" "mult list" "mult --help" "data info subset:test"; do
  # shellcheck disable=SC2086
  fails 1 'standard output: cannot write' "a full disk: $command" full $command
done
fails 1 "no multiplier 'prf2', did you mean 'perf2'" 'unknown name: suggestion' \
  "$VARIMAC" mult info prf2
fails 1 "no multiplier 'prf2'" 'unknown name among known ones: no output' \
  "$VARIMAC" mult errors exact prf2
fails 2 "no verb 'inport', did you mean 'import'" 'a verb with options of its own' "$VARIMAC" mult inport
fails 2 "no verb 'tabel', did you mean 'table'" 'unknown verb' "$VARIMAC" mult tabel
fails 2 'expected one multiplier, found 0' 'missing name' "$VARIMAC" mult info
fails 2 "mult: no option '--bogus'; see varimac mult --help" 'unknown option' \
  "$VARIMAC" mult table perf2 --bogus
fails 2 "takes no option '--json'" 'option of another verb' "$VARIMAC" mult table perf2 --json x
fails 2 "option '-o' needs a value; see" 'option without value' "$VARIMAC" mult map perf2 -o
fails 2 "option '--json' needs a value; see" 'long option without value' \
  "$VARIMAC" mult errors --json
fails 2 "option '--raw' takes no value; see" 'needless value' "$VARIMAC" mult table perf2 --raw=1
fails 2 "no option '--jsn', did you mean '--json'" 'misspelt option' "$VARIMAC" mult errors --jsn=x
fails 2 "no option '-x'; see" 'unknown letter' "$VARIMAC" mult table -x perf2
fails 2 "'--s' is short for 2 options; see" 'two options fit' "$VARIMAC" operands --s 1
fails 2 'expected -o' 'map without -o' "$VARIMAC" mult map perf2
fails 2 'expected -o' 'plot without -o' "$VARIMAC" mult plot perf2
# ---- CELLS ----
# The first command of a fresh clone: the names are not known yet when make reads its rules.
unset MAKEFLAGS MAKELEVEL MFLAGS
make -s B="$tmp/fresh" CELLS='perf2 perf3' "$tmp/fresh/gen/mults.mk" > "$tmp/out" 2>&1
ok $? "CELLS in a clone that has built nothing" "$(cat "$tmp/out")"
for dir in "$tmp/fresh" "$tmp/fresher"; do
  ! make -s B="$dir" CELLS='perf2 perfx' "$dir/gen/mults.mk" > "$tmp/out" 2>&1 &&
    grep -q "CELLS: expected names of rtl/mult/mults.tbl or all, found 'perfx'" "$tmp/out"
  ok $? "and names that nobody knows" "$(cat "$tmp/out")"
done

done_testing
