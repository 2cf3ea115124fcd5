#!/bin/sh
# The report's page: its tables, its data, the page itself, in a browser where there is one.
#
# TEST RATIONALE. State space: cells proved, equal, different, imported, of netlists only, with and
# without each measurement; points of every level; tables with commas and tabs, notes, hashes that
# look like numbers, rows that are too short, text that HTML and JSON must not take for theirs; the
# goals of make on two cells. The page tries itself (report-selftest.js) in headless Chromium:
# headers that sort, filters, plots, widths, and no error in its console.
# Parameters: PAGE_TEST=full: without Chromium the test fails instead of skipping its part.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS

# ---- tables ----

cat > "$tmp/errors.json" << 'END'
[{
		"name":	"mine",
		"class":	"u8"
	}, {
		"name":	"good",
		"family":	"perforated",
		"class":	"u8",
		"params":	"m=2,k=3",
		"table_hash":	"1234567890123456",
		"med":	3.25,
		"mre":	0.0356599,
		"mre_zero1":	7,
		"error_rate":	0.5,
		"wce":	12
	}, {
		"name":	"bad",
		"class":	"s8",
		"mre":	0.5
	}, {
		"name":	"deep",
		"class":	"u8"
	}, {
		"name":	"far",
		"class":	"u8"
	}]
END
cat > "$tmp/synth.csv" << 'END'
# tools
name,class,family,function,model,area_um2,delay_ns,energy_pj,area_fa_um2,delay_fa_ns,energy_fa_pj,energy_inertial_pj
good,u8,perforated,perforated,good,100,1.5,2.5,90,1.6,2.0,4.5
base,u8,array,exact,exact,120,1.7,2.7,99,1.8,2.2,4.7
END
{
  echo '# platform'
  printf 'name\tclass\tpe_area_um2\tpe_delay_ns\tpe_zero_pj\tpe_inertial_pj\n'
  printf 'good\tu8\t200\t3\t10\t20\n'
} > "$tmp/ppa.tsv"
cat > "$tmp/accuracy.csv" << 'END'
mult,correction,network,table,data,images,accuracy
good,none,00,aa,subset:test,500,0.5
good,cv,00,aa,subset:test,500,0.875
mine,none,00,cc,subset:test,500,0.25
END
cat > "$tmp/measured.csv" << 'END'
mult,correction,network,table,data,images,accuracy
good,cv,00,aa,cifar10:test,10000,0.86
good,cv,00,bb,cifar10:test,10000,0.11
good,bias,01,aa,cifar10:test,10000,0.12
good,none,00,aa,subset:test,500,0.13
END
cat > "$tmp/bench.txt" << 'END'
equal good 65536 pairs
equal mine 65536 pairs
differs bad 1 pairs; first a 0x00
equal far 65536 pairs
END
cat > "$tmp/proofs.txt" << 'END'
# Yosys
cell            engine verdict for all operands
good            sat    proved in 3 s
deep            cec    proved by structural hashing in 4 s
far             cec    not within 300 s
2 proved, 1 of them by structural hashing alone, 1 not within 300 s
END
awk -v modes='none cv' -v imported=mine -f scripts/report-cells.awk of=errors "$tmp/errors.json" \
  of=synth "$tmp/synth.csv" of=ppa "$tmp/ppa.tsv" of=accuracy "$tmp/accuracy.csv" \
  of=bench "$tmp/bench.txt" of=proofs "$tmp/proofs.txt" > "$tmp/cells.csv"
is() { # is CELL ROW
  [ "$(grep "^$1," "$tmp/cells.csv")" = "$2" ]
  ok $? "the row of $1" "$(cat "$tmp/cells.csv")"
}
is name "name,status,class,family,params,mre,med,nmed,wce,rms,mean_error,error_rate,area_um2,\
area_fa_um2,delay_ns,delay_fa_ns,energy_pj,energy_fa_pj,energy_inertial_pj,pe_area_um2,pe_delay_ns,\
pe_zero_pj,pe_inertial_pj,none,cv,images,rtl,netlist,definition,hash"
is good "good,proved and exhaustive,u8,perforated,m=2 k=3,3.56599,3.25,,12,,,50,100,90,1.5,1.6,\
2.5,2.0,4.5,200,3,10,20,50.00,87.50,500,equal,good,proved,1234567890123456"
is bad 'bad,FAIL,s8,,,50,,,,,,,,,,,,,,,,,,,,,FAIL,,,'
is mine 'mine,no independent model,u8,,,,,,,,,,,,,,,,,,,,,25.00,,500,its own table,,,'
is deep 'deep,proved,u8,,,,,,,,,,,,,,,,,,,,,,,,,,proved,'
is far 'far,exhaustive,u8,,,,,,,,,,,,,,,,,,,,,,,,equal,,open,'
is base 'base,exhaustive (netlist),u8,array,,,,,,,,,120,99,1.7,1.8,2.7,2.2,4.7,,,,,,,,,exact,,'
awk -f scripts/report-cells.awk of=errors "$tmp/errors.json" | grep -q '^good,not checked here,'
ok $? 'error metrics alone make rows'

printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' \
  network cell class kind mode images accuracy_percent mult_pj array_uj \
  net dadda u8 exact none 100 99.5 5.5 60 net good u8 paper cv 100 99.25 '' '' > "$tmp/s1.tsv"
awk -v network=resnet8 -f scripts/report-points.awk of=synth "$tmp/synth.csv" of=ppa \
  "$tmp/ppa.tsv" of=accuracy "$tmp/accuracy.csv" of=measured "$tmp/measured.csv" \
  of=s1 "$tmp/s1.tsv" > "$tmp/points.csv"
cat > "$tmp/want" << 'END'
network,cell,class,mode,data,images,accuracy_percent,exact,level,energy,unit
resnet8,good,u8,none,subset:test,500,50.00,no,multiplier with glitches,4.5,pJ per multiplication
resnet8,good,u8,none,subset:test,500,50.00,no,PE with glitches,20,pJ per multiplication
resnet8,good,u8,none,subset:test,500,50.00,no,multiplier without glitches,2.5,pJ per multiplication
resnet8,good,u8,cv,subset:test,500,87.50,no,multiplier with glitches,4.5,pJ per multiplication
resnet8,good,u8,cv,subset:test,500,87.50,no,PE with glitches,20,pJ per multiplication
resnet8,good,u8,cv,subset:test,500,87.50,no,multiplier without glitches,2.5,pJ per multiplication
resnet8,good,u8,cv,cifar10:test,10000,86.00,no,multiplier with glitches,4.5,pJ per multiplication
resnet8,good,u8,cv,cifar10:test,10000,86.00,no,PE with glitches,20,pJ per multiplication
resnet8,good,u8,cv,cifar10:test,10000,86.00,no,multiplier without glitches,2.5,pJ per multiplication
net,dadda,u8,none,test images,100,99.50,yes,multiplier with glitches (own operands),5.5,pJ per multiplication
net,dadda,u8,none,test images,100,99.50,yes,16 x 16 array,60,uJ per inference
END
diff "$tmp/want" "$tmp/points.csv" > "$tmp/diff"
ok $? 'points of every level, none without an energy' "$(cat "$tmp/diff")"

# The first paper's run while it lasts: cells whose energy is not there yet.
echo 'mult,correction,images,accuracy,agreement,lost,gained
exact,none,100,0.99,1,0,0' > "$tmp/a.exact.csv"
echo 'mult,correction,images,accuracy,agreement,lost,gained
perf2,cv,100,0.98,0.97,2,1
perf3,cv,100,0.97,0.96,3,1' > "$tmp/a.cells.csv"
printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' \
  cell class family opt array_pj period_ns met mult_pj area_um2 \
  exact u8 exact 0 100 5 1 6 9 perf2 u8 perforated 1 80 5 1 3 8 > "$tmp/a.energy.tsv"
runs() {
  awk "$@" -f scripts/opt-correction.awk -f scripts/paper-s1-table.awk "$tmp"/a.exact.csv "$tmp"/a.cells.csv "$tmp"/a.energy.tsv
}
refused 'no energy of perf3' 'a report wants all of it' runs -v partial=0
runs -v partial=1 > "$tmp/now.tsv" && cut -f 2,5,7,15 "$tmp/now.tsv" | tr '\t\n' ' |' | grep -qx \
  'cell mode accuracy_percent mult_saved|exact none 99.00 0.00|perf2 cv 98.00 50.00|'
ok $? 'the page takes what there is' "$(cat "$tmp/now.tsv")"

awk -v what=proofs -f scripts/report-lists.awk "$tmp/proofs.txt" | tr '\n' ' ' | grep -qx \
  'cell,engine,verdict,seconds good,sat,proved,3 deep,cec,proved by hashing,4 far,cec,open, '
ok $? 'proofs as a table'
echo '8x8_x  cv  10 layers  86 accumulators equal,  50 cycles,  96.0 % of the PEs busy' |
  awk -v what=cosim -f scripts/report-lists.awk | tail -n 1 | grep -qx '8x8_x,cv,10,86,50,96.0'
ok $? 'networks through the array as a table'

# ---- JSON ----

json() { awk -v id="$1" -f scripts/json.awk -f scripts/report-json.awk "$2"; }
printf '# a "note" <b>\nname,n,hash,text\na,1e3,12345,007\n\\<script>,-0.5,1e5,\n' \
  > "$tmp/table.csv"
json 'x<' "$tmp/table.csv" | tr -d '\n' > "$tmp/said"
# shellcheck disable=SC1003 # a backslash
{
  printf '%s' '"x\u003c":{"columns":["name","n","hash","text"],"rows":[["a",1e3,"12345","007"],'
  printf '%s' '["\\\u003cscript>",-0.5,"1e5",null]],"notes":["a \"note\" \u003cb>"]}'
} | cmp -s - "$tmp/said"
ok $? 'a table as JSON: numbers, text, hashes, nothing that ends a script' "$(cat "$tmp/said")"
echo short,row >> "$tmp/table.csv"
refused 'table.csv:5: expected 4 columns, found 2' 'a row that is too short' json x "$tmp/table.csv"
printf 'a\tb,c\n1\t2,3\n' > "$tmp/tabs.tsv"
json t "$tmp/tabs.tsv" | tr -d '\n' |
  grep -Fqx '"t":{"columns":["a","b,c"],"rows":[[1,"2,3"]],"notes":[]}'
ok $? 'tabs where there are tabs'

# Names that are no cells of ours.
sed 's/^good,/<script>document.title="broken"<\/script>,/
  s/^far,/"><img src=x onerror=alert(1)>,/' "$tmp/cells.csv" > "$tmp/evil.csv"
echo 'version    <b>1</b> & "2"' > "$tmp/facts.txt"
$VARIMAC mult map perf2 --raw -o "$tmp/perf2.png"
$VARIMAC cycles --net weights/lenet5.tflite --mult exact --csv "$tmp/cycles.csv" > /dev/null
printf '%s\t%s\t%s\t%s\t%s\n' network cell mode layer left net good cv 0 0.5 net good cv 1 0 \
  > "$tmp/left.tsv"
sh scripts/report-data.sh scripts/report-sections.tbl scripts/papers.tbl "$tmp/facts.txt" \
  cells="$tmp/evil.csv" points="$tmp/points.csv" savings/x="$tmp/none.tsv" \
  cycles/a="$tmp/cycles.csv" residuals="$tmp/left.tsv" map:perf2="$tmp/perf2.png" \
  map:none="$tmp/none.png" \
  > "$tmp/report.json"
perl -MJSON::PP -e 'local $/; my $d = decode_json(<STDIN>);
  my $hash = (grep /cells$/, @{$d->{facts}})[0]; $hash =~ s/ .*//;
  print join " ", scalar @{$d->{sections}}, scalar @{$d->{papers}}, sort(keys %{$d->{tables}}),
    keys %{$d->{maps}}, $hash, $d->{tables}{cells}{rows}[1][0]' < "$tmp/report.json" > "$tmp/said"
[ "$(cat "$tmp/said")" = "12 5 cells cycles/a points residuals perf2 \
$(sha256sum < "$tmp/evil.csv" | cut -c 1-16) <script>document.title=\"broken\"</script>" ] &&
  ! grep -q '<' "$tmp/report.json"
ok $? 'the data: what there is, with hashes, and no <' "$(cat "$tmp/said")"
mkdir -p "$tmp/folder.png"
for item in "map:perf3=$tmp/folder.png" "cells=$tmp/folder.png"; do
  ! sh scripts/report-data.sh scripts/report-sections.tbl scripts/papers.tbl "$tmp/facts.txt" "$item" \
    > "$tmp/out" 2> "$tmp/err" && [ -s "$tmp/err" ]
  ok $? "what cannot be read is an error: ${item%%=*}" "$(tail -c 100 "$tmp/out")"
done
printf 'a\tb\n' > "$tmp/short.tbl"
refused 'short.tbl:1: expected 4 fields, found 2' 'a section without its command' awk \
  -v keys='id title command about' -f scripts/json.awk -f scripts/report-items.awk "$tmp/short.tbl"

# ---- pages ----

scripts=$(for part in -table -plot -layers '' -selftest; do echo "scripts/report$part.js"; done)
# shellcheck disable=SC2086 # several files
page() { sh scripts/report-page.sh scripts/report.html "$1" ${2:-$scripts}; }
page "$tmp/report.json" > "$tmp/index.html"
! grep -q '^<!-- [a-z]* -->$' "$tmp/index.html" && grep -q '^{"sections":\[' "$tmp/index.html" &&
  grep -q '^function selftest' "$tmp/index.html"
ok $? 'the page holds scripts and data'
! grep -o 'https*://[^"'"'"' ]*' "$tmp/index.html" | grep -v '^http://www.w3.org/2000/svg$' &&
  ! grep -Eq '<(link|iframe|object)|<script[^>]* src|@import|url\(' "$tmp/index.html"
ok $? 'and asks nobody for anything'
echo '{"a":"</script>"}' > "$tmp/end.json"
refused 'end.json: a < would end the script' 'data that would end their script' \
  page "$tmp/end.json"

mkdir -p "$tmp/papers/paper-s1"
cat > "$tmp/papers/paper-s1.md" << 'END'
Verdict: `a<b`

- one
  more
- two

| x | y |
|---|---:|
| <i> | 2 |

```
<pre>
```
END
echo '<?xml?><svg id="plot-of-net"></svg>' > "$tmp/papers/paper-s1/net.svg"
sh scripts/report-paper.sh scripts/papers.tbl "$tmp/papers" scripts/report.html
p=$tmp/papers/paper-s1.html
[ "$(find "$tmp/papers" -name '*.html' | wc -l)" -eq 5 ] && [ "$(grep -c '<li>' "$p")" -eq 2 ] &&
  grep -q '^Verdict: <code>a&lt;b</code>$' "$p" && grep -q '^&lt;pre&gt;$' "$p" &&
  grep -q '^<tr><td>&lt;i&gt;</td><td>2</td></tr>$' "$p" && grep -q 'id="plot-of-net"' "$p" &&
  grep -q '<pre>make paper-s1</pre>' "$p" && grep -q '^<style>$' "$p" &&
  ! grep -q 'no such run here' "$p" && grep -q 'no such run here' "$tmp/papers/paper-s2.html"
ok $? 'a page for each paper, with its report where there is one' "$(cat "$p")"

# ---- layers ----

cat > "$tmp/varimac" << 'END'
#!/bin/sh
for a; do case $last in --csv) echo "$*" > "$a" ;; --mult) cell=$a ;; esac; last=$a; done
[ "$cell" != two ] || { echo 'varimac: no side column' >&2; rm -f "$out"; exit 1; }
END
chmod +x "$tmp/varimac"
echo '{"cells": {"one": 1, "two": 2}}' > "$tmp/ppa.json"
sh scripts/report-energy.sh "$tmp/varimac" "$tmp/ppa.json" a/net.tflite 'three one two' \
  "$tmp/energy" 2> "$tmp/err" && [ -e "$tmp/energy/net-one.csv" ] &&
  [ ! -e "$tmp/energy/net-three.csv" ] &&
  grep -q -- '--opt-correction 1' "$tmp/energy/net-one-V.csv" &&
  grep -q '^report: no energy of net-two: varimac: no side column$' "$tmp/err"
ok $? 'energy of the cells that were measured' "$(cat "$tmp/err")"
$VARIMAC data subset --data subset:test --per-class 1 -o "$tmp/ten.png" > /dev/null &&
  $VARIMAC data subset --data subset:calib --per-class 1 -o "$tmp/fit.png" > /dev/null &&
  sh scripts/report-residual.sh "$VARIMAC" weights/resnet8.tflite "sheet:$tmp/ten.png" \
    "sheet:$tmp/fit.png" perf2 'none cv' "$tmp/residual.tsv"
[ "$(cut -f 1-4,7,8 "$tmp/residual.tsv" | sed -n '2p;$p' | tr '\t\n' '  ')" = \
  'resnet8 perf2 none 0 10 10 resnet8 perf2 cv 9 10 10 ' ] &&
  [ "$(wc -l < "$tmp/residual.tsv")" -eq 21 ]
ok $? 'what is left of the error, layer by layer' "$(cat "$tmp/residual.tsv")"

# ---- make ----

report() {
  make "B=$B" "REPORT=$tmp/report" CELLS='exact perf2' "SYNTH_TABLE=$tmp/synth.csv" \
    "SYNTH=$tmp/synth" "PPA=$tmp" "PAPER=$tmp/none" "$@" > "$tmp/out" 2>&1
}
rm "$tmp/ppa.json"
report report-parts && report report-tables && report report-page
ok $? 'the goals of make' "$(cat "$tmp/out")"
perl -MJSON::PP -e 'local $/; my $d = decode_json(<STDIN>);
  print join " ", sort(keys %{$d->{tables}}), sort keys %{$d->{maps}}' \
  < "$tmp/report/report.json" > "$tmp/said"
nets=$(for n in weights/*.tflite; do basename "$n" .tflite; done | sort | sed 's|^|cycles/|')
want=$(printf 'cells\n%s\npaper-s1\npoints\nexact\nperf2' "$nets")
[ "$(tr ' ' '\n' < "$tmp/said")" = "$want" ] &&
  grep -q '^perf2,not checked here,u8,perforated,m=2,3.56' "$tmp/report/cells.csv" &&
  [ "$(wc -l < "$tmp/report/points.csv")" -eq 1 ] &&
  grep -q '^data *none scored$' "$tmp/report/facts.txt"
ok $? 'a page of what there is' "$(cat "$tmp/said" "$tmp/out"; head -n 3 "$tmp/report/cells.csv")"
mkdir -p "$tmp/report/demo" && cp "$tmp/accuracy.csv" "$tmp/report/demo" &&
  cp "$tmp/bench.txt" "$tmp/report" && report report-tables &&
  grep -q '^good,.*,50.00,.*,500,equal,good,,' "$tmp/report/cells.csv" &&
  [ "$(wc -l < "$tmp/report/points.csv")" -eq 7 ] &&
  grep -q '^data *subset:test$' "$tmp/report/facts.txt"
ok $? 'and of more, when there is more' "$(cat "$tmp/out" "$tmp/report/facts.txt")"

# ---- in a browser ----

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
try() { # try PAGE: the DOM in $tmp/dom; status 1 where the console has something to say
  timeout 120 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/profile" \
    --enable-logging=stderr --virtual-time-budget=5000 --window-size=1280,900 --dump-dom \
    "file://$1#selftest" > "$tmp/dom" 2> "$tmp/log"
  sed -n '/<pre id="selftest">/,/<\/pre>/p' "$tmp/dom" |
    sed 's/.*<pre id="selftest">//; s/<\/pre>.*//' > "$tmp/found"
  ! grep CONSOLE "$tmp/log" > "$tmp/console"
}
if [ -z "$browser" ] && [ "${PAGE_TEST:-}" != full ]; then
  skip 'the page tries itself' 'no chromium here (scripts/setup.sh full installs it)'
else
  try "$tmp/index.html" && ! grep -q '^FAIL' "$tmp/found" &&
    [ "$(grep -c '^ok ' "$tmp/found")" -eq 15 ]
  ok $? 'the page tries itself, and its console is silent' "$(cat "$tmp/found" "$tmp/console")"
  grep -q '<title>Varimac: report</title>' "$tmp/dom" && ! grep -q '<img[^>]*onerror' "$tmp/dom" &&
    grep -q 'src="data:image/png;base64' "$tmp/dom" && grep -q 'make savings</code>' "$tmp/dom"
  ok $? 'names of cells are text, the map is there, and what is not measured says how it is'
  sed 's/^function front/}}/' scripts/report-plot.js > "$tmp/plot.js"
  page "$tmp/report.json" "$tmp/plot.js" > "$tmp/broken.html"
  ! try "$tmp/broken.html" && [ -s "$tmp/console" ]
  ok $? 'an error in the console would be seen' "$(cat "$tmp/log")"
  page "$tmp/report/report.json" > "$tmp/bare.html"
  sed 's/^if (location.hash.*//' "$tmp/bare.html" > "$tmp/quiet.html"
  try "$tmp/quiet.html" && grep -q 'make demo</code> measures it' "$tmp/dom"
  ok $? 'a page with nothing measured shows that' "$(cat "$tmp/console")"
fi
done_testing
