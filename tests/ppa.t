#!/bin/sh
# `make ppa` from outside: what is cached, resumed, refused, and compared with the baseline.
#
# TEST RATIONALE. State space: two cells and their PEs measured from nothing; again with nothing
# changed, with the registry in another order, with a comment in a family's file, with a C model
# changed; stopped half-way; beside another run; two modes of one cell; feet that cells share; a
# netlist that differs from its Verilog; goals that want a few cells only; tools that are missing,
# fail, or complain and exit 0; figures within and beyond a baseline's tolerances, rows it does not
# find, other operands. yosys and sta are counted by scripts of those names in front of them.
# Parameters: one library (osu018); PPA_CORRECTIONS empty but for one run of 1.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS
work=$tmp/work lib=$B/synth/osu018/lib/cells.lib
make -s B="$B" "$lib" "$B/vmac-energy" "$B/synth/operands-u8.bin" "$B/synth/operands-s8.bin" \
  > "$tmp/log" 2>&1
ok $? "library, operands and tool are there" "$(tail -n 3 "$tmp/log")"

. tests/osu018.sh
export VMAC_CACHE="$tmp/cache"

# Tools that count their runs.
mkdir -p "$tmp/bin" "$tmp/import"
for tool in yosys sta; do
  real=$(command -v $tool)
  printf '#!/bin/sh\ncase "$*" in -V|-version) ;; *) echo run >> "%s" ;; esac\nexec %s "$@"\n' \
    "$tmp/$tool.runs" "$real" > "$tmp/bin/$tool"
done
chmod +x "$tmp"/bin/*
PATH=$tmp/bin:$PATH
runs() { cat "$tmp/$1.runs" 2> /dev/null | wc -l; }

table=$tmp/mults.tbl
grep '^perf[23] \|^dyn[02] ' rtl/mult/mults.tbl > "$table"
ppa() { sh synth/ppa.sh "$work" "${jobs:-2}" "$B/vmac-energy" "$B/synth/operands" \
  "${families:-$B/gen/families.txt}" "${CELLS:-perf2 perf3}" "$table" > "$tmp/out" 2> "$tmp/err"; }
said() { tail -n 3 "$tmp/out" "$tmp/err"; }
# field NAME COLUMN: from the table
field() {
  awk -F '\t' -v row="$1" -v title="$2" '$1 == "name" { for (i = 1; i <= NF; i++) at[$i] = i }
    $1 == row { print $at[title] }' "$work/ppa.tsv"
}

# ---- stopped and taken up again ----

# The first job that is done ends the run, as a person would.
cp "$tmp/bin/sta" "$tmp/sta"
cat > "$tmp/bin/sta" << END
#!/bin/sh
case "\$*" in -version) exec "$tmp/sta" "\$@" ;; esac
[ "\$(cat "$tmp/sta.runs" 2> /dev/null | wc -l)" -lt 1 ] || exit 1
exec "$tmp/sta" "\$@"
END
chmod +x "$tmp/bin/sta"
ppa
[ $? -ne 0 ] && grep -q 'not all designs could be measured' "$tmp/err" &&
  grep -q 'sta failed' "$tmp/err" &&
  [ ! -e "$work/ppa.tsv" ]
ok $? "a tool that fails stops the run, and there is no table" "$(said)"
cp "$tmp/sta" "$tmp/bin/sta"
before=$(runs yosys)
ppa
ok $? "taken up again" "$(said)"
[ "$before" -ge 1 ] && [ "$(runs yosys)" -eq 4 ]
ok $? "what was mapped before is not mapped again" "$(runs yosys) runs"
[ "$(grep -c '^perf' "$work/ppa.tsv")" = 2 ] && grep -q '"delay_ns"' "$work/ppa.json"
ok $? "table and JSON have both cells" "$(said)"

awk -v a="$(field perf2 cell_area_um2)" -v b="$(field perf2 pe_area_um2)" \
  -v c="$(field perf3 cell_area_um2)" -v d="$(field perf2 pe_delay_ns)" \
  -v f="$(field perf2 pe_fmax_mhz)" -v z="$(field perf2 pe_zero_pj)" \
  -v g="$(field perf2 pe_inertial_pj)" -v i="$(field perf2 pe_idle_pj)" 'BEGIN {
    exit !(c > 3000 && a > c && b > a + 47 * 96 && d > 2 && d < 5 && f * d > 999 && f * d < 1001 &&
      i > 1 && z > i && g > z) }'
ok $? "figures are in the order that they must be" "$(sed -n '/^[np]/p' "$work/ppa.tsv")"

key=$(awk '$2 == "pe/perf2" { print $1 }' "$work/jobs.txt")
awk -v period="$(field perf2 pe_delay_ns)" '
  /data arrival time/ && arrival == "" { arrival = $1 }
  /library setup time/ && setup == "" { setup = -$1 }
  END { off = period - arrival - setup; exit !(setup > 0 && off < 1e-4 && off > -1e-4) }
  ' "$VMAC_CACHE/result/$key/timing.rpt"
ok $? "the clock of a PE is its longest path and the setup time behind it"

# ---- the longest paths ----

# Of this library, whose gates drive Y: the PE's from register to register, by their names.
sh synth/fmax.sh "$work" > "$tmp/out" 2> "$tmp/err" &&
  awk -v ns="$(field perf2 pe_delay_ns)" -v mhz="$(field perf2 pe_fmax_mhz)" \
    -v gates="$(grep -c '/Y (' "$VMAC_CACHE/result/$key/timing.rpt")" '
    $1 == "pe/perf2" {
      found = $2 - ns < 6e-4 && ns - $2 < 6e-4 && $3 == int(mhz) && $4 == gates && gates > 9 &&
        $5 ~ /[.][aw]_i\[[0-7]\]$/ && $6 == "->" && $7 ~ /^ps_q\[[0-9]+\]$/
    }
    $1 == "cell/perf2" { cell = $3 == "-" && $5 ~ /^[aw]_i_[0-7]$/ && $7 ~ /^p_o_[0-9]+$/ }
    /^vmac_top/ { left_out = /left out/ }
    END { exit !(found && cell && left_out) }' "$tmp/out" && grep -q '^pe/perf3$' "$work/paths.txt"
ok $? "longest paths: their gates, and registers or ports at their ends" "$(said)"

# ---- goals of a few cells ----

# All is in the cache: nothing is mapped.
few() { make -s -o setup B="$B" SYNTH="$tmp/synth" PPA_CELLS=perf2 "$@" > "$tmp/out" 2> "$tmp/err"; }
was=$(runs yosys)
few FMAX_TOP=0 fmax && [ -s "$tmp/synth/fmax/ppa.tsv" ] && [ ! -e "$tmp/synth/ppa" ] &&
  grep -q '^pe/perf2 ' "$tmp/out" && [ "$(runs yosys)" -eq "$was" ]
ok $? "fmax has a folder of its own: what make ppa made stays" "$(said)"
rm -f "$tmp/synth/lib/power.lib"
few "$tmp/synth/lib/cells.lib" && [ -s "$tmp/synth/lib/power.lib" ] &&
  few "$tmp/synth/lib/cells.lib" && [ ! -s "$tmp/out" ]
ok $? "a power view that was deleted is made again, once" "$(said)"

# ---- the second run ----

count=$(runs yosys)/$(runs sta)
ppa && [ "$(runs yosys)/$(runs sta)" = "$count" ] && ! grep -q 'to measure' "$tmp/out"
ok $? "nothing changed: no tool runs" "$(said)"
sort -r "$table" > "$tmp/other" && mv "$tmp/other" "$table"
ppa && [ "$(runs yosys)/$(runs sta)" = "$count" ]
ok $? "another order of the registry: no tool runs" "$(said)"
touch rtl/vmac_pe.v
ppa && [ "$(runs yosys)/$(runs sta)" = "$count" ]
ok $? "a new date on a file: no tool runs" "$(said)"
VMAC_INPUT_SLEW_NS=0.2 CELLS=perf2 ppa && [ "$(runs yosys)" = "${count%/*}" ] &&
  [ "$(runs sta)" -eq $((${count#*/} + 2)) ]
ok $? "another setting of the measurement: timed again, not mapped" "$(runs yosys)/$(runs sta)"
VMAC_PE_DELAY_PS=4501 CELLS=perf2 ppa && [ "$(runs yosys)" -eq $((${count%/*} + 1)) ]
ok $? "another delay target of the PE: the PE is mapped again, the cell is not" "$(runs yosys)"

# The same tree with one line more in a file of the C models that is no family's.
mkdir "$tmp/tree"
ln -s "$PWD"/* "$tmp/tree"
rm "$tmp/tree/cmodel"
cp -r cmodel "$tmp/tree/cmodel"
echo '/* another table */' >> "$tmp/tree/cmodel/mult/table.c"
count=$(runs yosys)/$(runs sta)
(cd "$tmp/tree" && CELLS=perf2 ppa) && [ "$(runs yosys)" = "${count%/*}" ] &&
  [ "$(runs sta)" -eq $((${count#*/} + 2)) ]
ok $? "other C models: measured again, not mapped" "$(runs yosys)/$(runs sta), was $count"

# keys: of what is asked for, with tools that do nothing.
mkdir "$tmp/dead"
printf '#!/bin/sh\ncase "$*" in -V|-version) exec "%s/${0##*/}" "$@" ;; *) exit 1 ;; esac\n' \
  "$tmp/bin" > "$tmp/dead/yosys"
chmod +x "$tmp/dead/yosys"
cp "$tmp/dead/yosys" "$tmp/dead/sta"
keys() {
  rm -f "$work/jobs.txt"
  jobs=1 PATH=$tmp/dead:$PATH CELLS=${CELLS:-perf2} PPA_CORRECTIONS=1 ppa
  awk '{ print $1, $2 }' "$work/jobs.txt"
}
# other FILE: four keys, and none of those that were.
other() { [ "$(wc -l < "$1")" -eq 4 ] && [ "$(sort "$tmp/was" "$1" | uniq -d)" = '' ]; }
table=$tmp/mults.tbl keys > "$tmp/was"
(cd "$tmp/tree" && keys) > "$tmp/now"
[ "$(cut -d ' ' -f 2 "$tmp/was" | tr '\n' ' ')" = \
  'cell/perf2 pe/perf2 side1/perf2 correct1/perf2 ' ] && other "$tmp/now"
ok $? "other C models: other keys of all designs" "$(cat "$tmp/was" "$tmp/now")"
PPA_KINDS='cell correct' keys > "$tmp/now"
[ "$(sed -n '1p;4p' "$tmp/was")" = "$(cat "$tmp/now")" ]
ok $? "of some kinds of designs alone" "$(cat "$tmp/now")"
# Not under cmodel/mult, and linked for a sum of X alone; the second is no part of vmac-energy.
for file in cmodel/net/correction.c cmodel/train/checkpoint.c; do
  cp "cmodel/mult/table.c" "$tmp/tree/cmodel/mult/table.c"
  echo '/* another word */' >> "$tmp/tree/$file"
  (cd "$tmp/tree" && keys) > "$tmp/now-${file##*/}"
  cp "$file" "$tmp/tree/$file"
done
other "$tmp/now-correction.c" && cmp -s "$tmp/was" "$tmp/now-checkpoint.c"
ok $? "what vmac-energy is linked from is in the key, what it is not is not" "$(cat "$tmp"/now-*)"
# The same Verilog of side column and correction unit, under a name that has another model.
sed 's/^\(perf2 .*\)m=2/\1m=3/' "$tmp/mults.tbl" > "$tmp/line.tbl"
table=$tmp/line.tbl keys > "$tmp/now"
other "$tmp/now"
ok $? "a cell's own line is in the keys of all its designs" "$(cat "$tmp/was" "$tmp/now")"
sed 's/^\(perf3 .*\)m=3/\1m=4/' "$tmp/mults.tbl" > "$tmp/line.tbl"
table=$tmp/line.tbl keys > "$tmp/now"
cmp -s "$tmp/was" "$tmp/now"
ok $? "another cell's is not" "$(cat "$tmp/was" "$tmp/now")"
sed '/perforated/s/widths 4/widths 5/' "$B/gen/families.txt" > "$tmp/families.txt"
families=$tmp/families.txt keys > "$tmp/now"
other "$tmp/now"
ok $? "its family's lines are" "$(cat "$tmp/was" "$tmp/now")"
sed 's/^\(.*vmac_mult_[^:]*.v\):[0-9]*:/\1:99:/; /drum/s/widths 4/widths 5/' "$B/gen/families.txt" \
  > "$tmp/families.txt"
families=$tmp/families.txt keys > "$tmp/now"
cmp -s "$tmp/was" "$tmp/now"
ok $? "another family's, and where a line stands, are not" "$(cat "$tmp/was" "$tmp/now")"
mv "$B/vmac-energy.map" "$tmp/energy.map"
! ppa && grep -q "no $B/vmac-energy.map; remove $B/vmac-energy and make it again" "$tmp/err"
ok $? "a tool without the linker's map is refused" "$(said)"
mv "$tmp/energy.map" "$B/vmac-energy.map"

mkdir "$tmp/cache/map/new.live" "$tmp/cache/map/new.old"
touch -d '2 days ago' "$tmp/cache/map/new.old"
CELLS=perf2 ppa && [ -d "$tmp/cache/map/new.live" ] && [ ! -e "$tmp/cache/map/new.old" ]
ok $? "what another run has begun stays, what was left two days ago goes" "$(said)"
! flock "$work/lock" sh -c "sh synth/ppa.sh '$work' 1 '$B/vmac-energy' \
  '$B/synth/operands' '$B/gen/families.txt' perf2 '$table'" > "$tmp/out" 2> "$tmp/err" &&
  grep -q 'another run is at work in' "$tmp/err"
ok $? "two runs in one folder: the second is refused" "$(said)"

# ---- proofs ----

VMAC_PE_DELAY_PS=4501 CELLS=perf2 ppa
sh synth/equiv-all.sh "$work" 1 > "$tmp/out" 2> "$tmp/err" &&
  grep -q '^1 of 1 netlists proved' "$tmp/out"
ok $? "the PE's netlist is proved equal to its Verilog" "$(said)"
read -r top netlist folder files < "$work/equiv.txt"
awk '!done && /u_add/ && sub(/NAND2X1/, "NOR2X1") { done = 1 } { print }' "$netlist" \
  > "$tmp/wrong.v"
! cmp -s "$netlist" "$tmp/wrong.v" &&
  ! sh synth/equiv.sh "$top" "$tmp/wrong.v" "$tmp/equiv" $files > "$tmp/out" 2> "$tmp/err" &&
  grep -q 'wrong.v: an output differs' "$tmp/err"
ok $? "a gate of another kind is refuted" "$(said)"
parts=$(grep -o 'u_mult\.n\|u_add\.n' "$netlist" | sort | uniq -c | tr -s ' \n' ' ')
echo "$parts" | awk '{ exit !($2 == "u_add.n" && $1 > 100 && $4 == "u_mult.n" && $3 > $1) }'
ok $? "gates that multiply and gates that add have names" "$parts"

# ---- tools that are wrong ----

fake() { printf '#!/bin/sh\ncase "$*" in -V|-version) echo fake 0 ;; *) %s ;; esac\n' "$2" \
  > "$tmp/bin/$1"; }
cell=$(grep '^cell/perf2 ' "$work/designs.txt")
set -- $cell
top=$5
shift 9
one() { VMAC_CACHE='' sh synth/map.sh plain "$top" "$tmp/map" "$@" > "$tmp/out" 2> "$tmp/err"; }
cp "$tmp/bin/yosys" "$tmp/yosys"
fake yosys 'echo ERROR: unhappy; exit 0'
! one "$@" && grep -q 'ERROR: unhappy' "$tmp/err" && grep -q "yosys failed on $top" "$tmp/err"
ok $? "a yosys that prints an error and exits 0" "$(said)"
fake yosys 'exit 0'
! one "$@" && grep -q "yosys failed on $top" "$tmp/err"
ok $? "a yosys that writes nothing and exits 0" "$(said)"
cp "$tmp/yosys" "$tmp/bin/yosys"
fake sta 'echo Error: pin not found; exit 0'
! sh synth/time.sh vmac_pe "${netlist%netlist.v}scalar.v" "$tmp/report" > "$tmp/out" \
  2> "$tmp/err" && grep -q 'sta reported an error on' "$tmp/err"
ok $? "an sta that prints an error and exits 0" "$(said)"
fake sta 'echo script done'
! sh synth/time.sh vmac_pe "${netlist%netlist.v}scalar.v" "$tmp/report" > "$tmp/out" \
  2> "$tmp/err" && grep -q 'no path delay in the report of' "$tmp/err"
ok $? "an sta that says nothing" "$(said)"
cp "$tmp/sta" "$tmp/bin/sta"
make -s B="$B" PLATFORM=osu018 LIB_FILES=/none.lib library > "$tmp/out" 2>&1
[ $? -ne 0 ] && grep -q 'platform osu018: no cell library /none.lib; .*LIB_FILES' "$tmp/out"
ok $? "a library that is not there is named, with a hint" "$(tail -n 2 "$tmp/out")"
make -s B="$B" PLATFORM=osu18 library > "$tmp/out" 2>&1
[ $? -ne 0 ] && grep -q "expected one of .*osu018.*, found 'osu18'" "$tmp/out"
ok $? "an unknown platform: those that there are" "$(tail -n 2 "$tmp/out")"

# ---- modes, and what stands at the array's foot ----

# In reverse: dyn2 stands behind perf2, whose class and X it has; dyn0 has none, perf3 another.
CELLS='perf2 dyn0 dyn2' PPA_CORRECTIONS=1 ppa
ok $? "two modes of a cell, with side columns and correction units" "$(said)"
grep -q '^pe/dyn0 .* vmac_pe:OPT_MODE=1 ' "$work/designs.txt" &&
  [ "$(awk '$2 ~ /^pe.dyn/ { print $1 }' "$work/map-keys.txt" | sort -u | wc -l)" = 1 ]
ok $? "the PE has the mode as an operand, and one netlist for all modes" \
  "$(grep '^pe/dyn' "$work/designs.txt")"
awk -v a="$(field dyn0 pe_area_um2)" -v b="$(field dyn2 pe_area_um2)" \
  -v c="$(field dyn0 pe_zero_pj)" -v d="$(field dyn2 pe_zero_pj)" \
  'BEGIN { exit !(a > 20000 && a == b && c > 1.05 * d) }'
ok $? "same area, energy by mode" "$(sed -n '/^dyn/p' "$work/ppa.tsv")"
[ "$(field dyn2 foot1_of)/$(field dyn0 foot1_of)" = perf2/dyn0 ] &&
  [ "$(field dyn2 correct1_area_um2)" = "$(field perf2 correct1_area_um2)" ] &&
  [ "$(field dyn2 side1_inertial_pj)" = "$(field perf2 side1_inertial_pj)" ] &&
  awk -v a="$(field dyn0 side1_area_um2)" -v b="$(field perf2 side1_area_um2)" \
    -v c="$(field dyn0 correct1_area_um2)" -v d="$(field perf2 correct1_area_um2)" \
    'BEGIN { exit !(a > 40000 && a < b && c > 40000 && c < 0.6 * d) }'
ok $? "a shared foot has its figures and owner; without X it is smaller" \
  "$(sed -n '/^[np]\|^dyn/p' "$work/ppa.tsv")"

# ---- published figures stand apart ----

cp "$work/jobs.txt" "$tmp/jobs.txt"
cat > "$tmp/import/perf2.v" << END
// PDK45_PWR = 0.391 mW
// PDK45_AREA = 709.6 um2
// PDK45_DELAY = 1.43 ns
END
awk '{ $10 = "import"; print }' "$tmp/jobs.txt" > "$work/jobs.txt"
PPA_OPERANDS=$B/synth/operands sh synth/ppa-table.sh "$work" tools > "$tmp/tsv"
awk -F '\t' '$1 == "name" { for (i = 1; i <= NF; i++) at[$i] = i }
  $1 == "perf2" { good = $at["published_area_um2"] == 709.6 && $at["published_power_mw"] == 0.391 &&
    $at["published_delay_ns"] == 1.43 && $at["cell_area_um2"] > 3000 } END { exit !good }' "$tmp/tsv"
ok $? "figures from the header of an imported file have columns of their own" "$(tail -n 1 "$tmp/tsv")"
sed '1s/^./x/' "$tmp/jobs.txt" > "$work/jobs.txt"
! PPA_OPERANDS=$B/synth/operands sh synth/ppa-table.sh "$work" tools > "$tmp/tsv" 2> "$tmp/err" &&
  grep -q 'ppa-table.sh: no figures in .*/result/x[0-9a-f]*/delay.txt$' "$tmp/err"
ok $? "a design without figures is named" "$(said)"
mv "$tmp/jobs.txt" "$work/jobs.txt"

# ---- the baseline ----

awk -v rows=perf2 -f synth/baseline-write.awk "$work/ppa.tsv" > "$tmp/base"
awk -f synth/baseline.awk "$work/ppa.tsv" "$tmp/base" > "$tmp/out" 2> "$tmp/err" &&
  grep -q '^15 figures as the baseline' "$tmp/out" && ! grep -q 'not what' "$tmp/out"
ok $? "the figures are within their own baseline" "$(said)"
# scaled FACTOR: the baseline with the PE's area so many times what it is
scaled() { awk -F '\t' -v OFS='\t' -v by="$1" '$1 == "perf2" { $6 *= by } { print }' "$tmp/base"; }
scaled 0.97 > "$tmp/worse"
! awk -f synth/baseline.awk "$work/ppa.tsv" "$tmp/worse" > "$tmp/out" 2> "$tmp/err" &&
  grep -q '^perf2: pe_area_um2: expected [0-9.]*, at most 2 % more, found [0-9.]*$' "$tmp/err"
ok $? "3 % more area than the baseline: named, with both figures" "$(said)"
scaled 0.99 > "$tmp/near"
awk -f synth/baseline.awk "$work/ppa.tsv" "$tmp/near" > "$tmp/out" 2> "$tmp/err"
ok $? "1 % more is within the tolerance" "$(said)"
scaled 1.05 > "$tmp/better"
awk -f synth/baseline.awk "$work/ppa.tsv" "$tmp/better" > "$tmp/out" 2> "$tmp/err" &&
  grep -q '^perf2: pe_area_um2: better' "$tmp/out"
ok $? "less is said, and no error" "$(said)"
awk -F '\t' -v OFS='\t' '$1 == "perf2" { $14 *= 0.9 } { print }' "$tmp/base" > "$tmp/worse"
! awk -f synth/baseline.awk "$work/ppa.tsv" "$tmp/worse" > "$tmp/out" 2> "$tmp/err" &&
  grep -q '^perf2: correct1_area_um2: expected' "$tmp/err"
ok $? "a larger correction unit is seen" "$(said)"
sed 's/^# operands sha256: u8 ./&0/' "$tmp/base" > "$tmp/stream"
awk -f synth/baseline.awk "$work/ppa.tsv" "$tmp/stream" > "$tmp/out" 2> "$tmp/err" &&
  [ "$(grep -c '^not what the baseline was made with, which is: operands' "$tmp/out")" = 1 ] &&
  [ "$(grep -c '^not what' "$tmp/out")" = 1 ]
ok $? "a baseline of other operands: said, and no error" "$(said)"
sed 's/^perf2/perf9/' "$tmp/base" > "$tmp/gone"
! awk -f synth/baseline.awk "$work/ppa.tsv" "$tmp/gone" > "$tmp/out" 2> "$tmp/err" &&
  grep -q '^perf9: cell_area_um2: expected .*, found none' "$tmp/err"
ok $? "a row that is not there is an error" "$(said)"
grep -v '^perf2' "$tmp/base" > "$tmp/empty"
! awk -f synth/baseline.awk "$work/ppa.tsv" "$tmp/empty" > "$tmp/out" 2> "$tmp/err"
ok $? "a baseline without rows is an error" "$(said)"
done_testing
