#!/bin/sh
# Tools that complain, and settings that they would take in silence: what synth/'s scripts make of
# it. No design is mapped here.
#
# TEST RATIONALE. State space: platform keys that are missing, no number, of no cell; a clock pin
# that no clock reaches; an sta that complains in each of its ways or stops half way; of both stages
# of the accelerator a yosys that prints an error and exits 0, that writes nothing, that fails, that
# leaves what an earlier run left; an abc that does without what it was told; a prover that fails; a
# netlist that has no key. Parameters: osu018; two registers.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS

# ---- platform keys ----

# key WHAT ARGUMENT: make with it names the key, what was expected, and where it stands.
key() {
  make -s B="$tmp/build" "$2" library-files > "$tmp/out" 2>&1
  [ $? -ne 0 ] && grep -q "platform osu018: ${2%%=*}: expected $1, found '${2#*=}'; .*config.mk or" \
    "$tmp/out"
  ok $? "refused: $2" "$(head -n 3 "$tmp/out")"
}
number='a number above 0'
key 'a value' LIB_FILES=
key 'a value' ABC_DRIVER_CELL=
key "$number" VMAC_DELAY_PS=
key "$number" ABC_LOAD_IN_FF=25fF
key "$number" ABC_LOAD_IN_FF=0.0
key "$number" VMAC_INPUT_SLEW_NS=1.2.3
key "$number" VMAC_PERIOD_NS='7 8'
key "$number" VMAC_PE_PERIOD_NS=-5
make -s B="$tmp/build" ABC_LOAD_IN_FF=.5 VMAC_DELAY_PS=10. library-files > "$tmp/out" 2>&1
ok $? "a number may begin or end in its point" "$(cat "$tmp/out")"

make -s B="$B" "$B/synth/osu018/lib/cells.lib" > "$tmp/log" 2>&1
ok $? "the library is there" "$(tail -n 3 "$tmp/log")"
. tests/osu018.sh
VMAC_PERIOD_NS=$VMAC_PE_PERIOD_NS
map() { sh synth/map.sh plain two "$tmp/map" "${FILE:-$tmp/two.v}"; }
for driver in INVX44 INVX 'INVX[48]'; do
  ABC_DRIVER_CELL=$driver refused 'ABC_DRIVER_CELL: no cell .INVX' \
    "a driver that is not in the library: $driver" map
done

# ---- OpenSTA ----

printf '%s\n' 'module two (clk, rst, d, q);' '  input clk;' '  input rst;' '  input d;' \
  '  output q;' '  wire n1;' '  DFFPOSX1 n7 (.CLK(clk), .D(d), .Q(n1));' \
  '  DFFPOSX1 n8 (.CLK(clk), .D(n1), .Q(q));' endmodule > "$tmp/two.v"
timed() { sh synth/time.sh two "${FILE:-$tmp/two.v}" "$tmp/report"; }
timed > "$tmp/out" 2> "$tmp/err"
ok $? "two registers of one clock are timed" "$(cat "$tmp/err")"
sed '0,/\.CLK(clk)/s//.CLK(rst)/' "$tmp/two.v" > "$tmp/clockless.v"
FILE=$tmp/clockless.v refused 'OpenSTA: Warning: .* n7/CLK$' \
  "a register's pin that no clock reaches is named" timed

mkdir "$tmp/bin" "$tmp/top"
cp "$tmp/report" "$tmp/good"
timed > "$tmp/out" 2>&1 && cp "$tmp/report" "$tmp/good"
# said LINE ...: an sta that prints the report of the two registers, and these lines before its end.
said() {
  { grep -v '^script done' "$tmp/good"; printf '%s\n' "$@"; } > "$tmp/says"
  printf '#!/bin/sh\ncat "%s"\n' "$tmp/says" > "$tmp/bin/sta"
  chmod +x "$tmp/bin/sta"
}
with_sta() { PATH=$tmp/bin:$PATH timed; }
said 'script done'
with_sta > "$tmp/out" 2> "$tmp/err"
ok $? "an sta with nothing to complain of" "$(cat "$tmp/err")"
for line in 'Error: unhappy' 'Warning: pin n9 not found' 'line 3, unexpected {' \
  'invalid command name "get_pins_error"'; do
  said "$line" 'script done'
  refused "sta reported an error on $tmp/two.v" "an sta that says: $line" with_sta
done
said
refused "sta stopped half way on $tmp/two.v" "an sta that stops before the script's end" with_sta

# ---- yosys ----

fake() {
  printf '#!/bin/sh\nwhile [ "$1" != -l ]; do shift; done\necho log > "$2"\n%s\n' "$1" \
    > "$tmp/bin/yosys"
  chmod +x "$tmp/bin/yosys"
}
top() { PATH=$tmp/bin:$PATH sh synth/top.sh "$1" "$tmp/top" "$B/gen" rtl/vmac_top.v; }
written="echo 1 | tee '$tmp/top/stat.txt' > '$tmp/top/scalar.v'"
fake "$written"
for stage in coarse map; do
  top $stage > "$tmp/out" 2> "$tmp/err" && grep -q 'no latch, no warning$' "$tmp/out"
  ok $? "$stage: a yosys with nothing to complain of" "$(cat "$tmp/out" "$tmp/err")"
  fake "$written; echo ERROR: unhappy"
  refused 'ERROR: unhappy' "$stage: a yosys that prints an error and exits 0" top $stage
  fake "$written; echo 'ABC: Cannot find the default PI driving cell (X) in the library.' >> \"\$2\""
  refused 'ABC: Cannot find' "$stage: an abc that does without a cell" top $stage
  fake "$written; exit 3"
  refused 'yosys failed on vmac_top' "$stage: a yosys that fails" top $stage
  fake "$written"
done
fake 'exit 0'
refused 'yosys failed on vmac_top' "map: a yosys that writes no netlist, where there was one" \
  top map
printf '#!/bin/sh\n' > "$tmp/bin/yosys"
refused 'yosys failed on vmac_top' "coarse: a yosys that does nothing, where there was a log" \
  top coarse
rm "$tmp/bin/yosys"

# ---- the prover ----

equal() { PATH=$tmp/bin:$PATH sh synth/equiv.sh two "$tmp/two.v" "$tmp/equiv" "$tmp/rtl.v"; }
printf '%s\n' 'module two (input clk, input rst, input d, output reg q);' '  reg n;' \
  '  always @(posedge clk) {q, n} <= {n, d};' endmodule > "$tmp/rtl.v"
equal > "$tmp/out" 2> "$tmp/err" && grep -q '^two: netlist equals its Verilog$' "$tmp/out"
ok $? "two registers are proved" "$(cat "$tmp/out" "$tmp/err")"
prover() {
  printf '#!/bin/sh\n%s\n' "$1" > "$tmp/bin/yosys-abc"
  chmod +x "$tmp/bin/yosys-abc"
}
prover 'echo cannot read; exit 1'
refused 'yosys-abc failed with status 1' "a prover that fails is not undecided" equal
prover 'exit 0'
refused 'yosys-abc failed with status 0' "nor one that says nothing" equal
prover 'echo Networks are UNDECIDED.'
equal > "$tmp/out" 2> "$tmp/err" && grep -q 'undecided' "$tmp/out"
ok $? "one that does not find out is" "$(cat "$tmp/out" "$tmp/err")"
prover 'sleep 9'
VMAC_PROVE_S=1 equal > "$tmp/out" 2> "$tmp/err" && grep -q 'undecided within 1 s' "$tmp/out"
ok $? "so is one that takes too long" "$(cat "$tmp/out" "$tmp/err")"
mkdir -p "$tmp/ppa" "$tmp/cache/map/key"
cp "$tmp/two.v" "$tmp/cache/map/key/netlist.v"
echo "key pe/two" > "$tmp/ppa/map-keys.txt"
echo "result pe/two pe 1 1 two two u8 - own $tmp/rtl.v" > "$tmp/ppa/jobs.txt"
all() { PATH=$tmp/bin:$PATH VMAC_CACHE=$tmp/cache VMAC_PROVE_S=1 sh synth/equiv-all.sh "$tmp/ppa" 1; }
refused '0 of 1 netlists proved' "nothing proved is a failure" all
rm "$tmp/bin/yosys-abc"
all > "$tmp/out" 2> "$tmp/err" && grep -q '^1 of 1 netlists proved' "$tmp/out"
ok $? "a proof of one of one is none" "$(cat "$tmp/out" "$tmp/err")"

# ---- keys of netlists ----

mkdir -p "$tmp/cache/map/other"
export VMAC_CACHE="$tmp/cache"
FILE=$tmp/none.v refused 'map.sh: no content hash of two' "a netlist without a key is no other's" map
keys() { echo "two plain 1 two $tmp/two.v" | sh "${1:-synth}/keys.sh"; }
ADDER_MAP_FILE=$tmp/none refused 'no key without' "a file of the key that is not there" keys
mkdir "$tmp/silent"
cp synth/*.sh "$tmp/silent" && echo : > "$tmp/silent/keys.sh"
refused "content hash of two: expected 64 digits, found ''" "nor is one whose key is empty" \
  sh "$tmp/silent/map.sh" plain two "$tmp/map" "$tmp/two.v"
keys > "$tmp/was"
cp -r synth "$tmp/synth"
echo '# another word' >> "$tmp/synth/map.sh"
keys "$tmp/synth" | cmp - "$tmp/was" > "$tmp/out" 2>&1
ok $? "what makes no netlist is not in its key" "$(cat "$tmp/out")"
recipe() { cat "$1/recipe.sh" "$1/map.ys" "$1/parts.awk" | sha256sum | cut -c 1-64; }
echo '# another word' >> "$tmp/synth/recipe.sh"
! keys "$tmp/synth" | cmp - "$tmp/was" > "$tmp/out" 2>&1
ok $? "another recipe is another key" "$(cat "$tmp/was")"
was=$(recipe synth)
echo "$(recipe "$tmp/synth") $(awk -v n="$was" '$1 == n { n = $2 } END { print n }' \
  synth/recipes.tbl)" >> "$tmp/synth/recipes.tbl"
keys "$tmp/synth" | cmp - "$tmp/was" > "$tmp/out" 2>&1
ok $? "unless it is said to make the same netlists" "$(cat "$tmp/out")"
done_testing
