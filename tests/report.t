#!/bin/sh
# The report's scripts: rows merged by cell, baselines without accuracy, a cell that differs.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh

cat > "$tmp/errors.txt" << 'END'
name mean MED MRE% rest
good -1.0 1.0 3.25 x
bad -2.0 2.0 4.5 x
# MRE: a comment
END
cat > "$tmp/cells.csv" << 'END'
# tools
name,class,area_um2,area_fa_um2,delay_ns,energy_pj,energy_fa_pj
good,u8,100,90,1.5,2.5,2.0
bad,s8,110,95,1.6,2.6,2.1
base,u8,120,99,1.7,2.7,2.2
END
{
  echo mult,correction,images,accuracy
  for m in good bad; do
    echo "$m,none,500,0.5" && echo "$m,bias,500,0.6" && echo "$m,paper,500,0.7" && echo "$m,cv,500,0.8"
  done
  echo good,bitplane,500,0.9 # of the other, a coefficient did not fit
  echo good,phi,500,0.95 && echo bad,phi,500,0.55 && echo bad,phi2,500,0.56
} > "$tmp/accuracy.csv"
printf 'equal good 65536 pairs\ndiffers bad 1 pairs; first a 0x00\n' > "$tmp/bench.txt"
modes='none bias paper cv bitplane phi'
awk -v modes="$modes" -f scripts/report-merge.awk "$tmp/errors.txt" "$tmp/cells.csv" "$tmp/accuracy.csv" \
  "$tmp/bench.txt" > "$tmp/report.csv"
is() { [ "$(grep "^$1," "$tmp/report.csv")" = "$2" ]; ok $? "the row of $1" "$(cat "$tmp/report.csv")"; }
is good good,u8,3.25,100,90,1.5,2.5,2.0,50,60,70,80,90,95,500,equal
is bad bad,s8,4.5,110,95,1.6,2.6,2.1,50,60,70,80,,55,500,FAIL
is base base,u8,,120,99,1.7,2.7,2.2,,,,,,,,
[ "$(awk -v style=md -f scripts/report-table.awk "$tmp/report.csv" | sed -n 3p)" = \
  '| good | 3.25 | 100 | 90 | 1.50 | 2.50 | 2.00 | 50.0 | 60.0 | 70.0 | 80.0 | 90.0 | 95.0 | equal |' ]
ok $? "a Markdown row"
[ "$(awk -v style=md -f scripts/report-table.awk "$tmp/report.csv" | head -n 2)" = \
  '| multiplier | MRE % | area um2 | FA um2 | delay ns | pJ/mult | FA pJ | none | bias | paper | cv | bitplane | phi | RTL=C |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|' ]
ok $? "its head has the modes of the rows"
for column in images energy_fa_pj mre; do
  sed "1s/$column/other/" "$tmp/report.csv" > "$tmp/other.csv"
  refused "other.csv: expected a column $column, found name,class" "a table without $column" \
    timeout 20 awk -v style=md -f scripts/report-table.awk "$tmp/other.csv"
  [ ! -s "$tmp/out" ]
  ok $? "and nothing of it is written" "$(cat "$tmp/out")"
done
awk -v modes="$modes" -f scripts/accuracy-table.awk "$tmp/accuracy.csv" |
  grep -q '^bad  *50.00    60.00    70.00    80.00        -    55.00$'
ok $? "an accuracy row"

printf 'a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n' > "$tmp/page.md"
echo new > "$tmp/x.md"
[ "$(awk -v files="x=$tmp/x.md" -f scripts/readme.awk "$tmp/page.md" | tr '\n' ' ')" = \
  'a <!-- x:begin --> new <!-- x:end --> b ' ]
ok $? "generated text replaces what stood between its marks"
awk -v files="x=$tmp/none.md" -f scripts/readme.awk "$tmp/page.md" > /dev/null 2> "$tmp/err"
[ $? -eq 1 ] && grep -q none.md "$tmp/err"
ok $? "a missing table is an error"

sh scripts/facts.sh weights/resnet8.tflite subset:test > "$tmp/facts.txt" &&
  [ "$(grep -cE '^(network|data|yosys|opensta|verilator|gcc) +[^ ]' "$tmp/facts.txt")" -eq 6 ]
ok $? "the facts name network, data and every tool's version" "$(cat "$tmp/facts.txt")"
done_testing
