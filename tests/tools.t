#!/bin/sh
# Tools that complain: what synth/time.sh and synth/top.sh make of it. No design is mapped here.
#
# TEST RATIONALE. State space: a clock pin that no clock reaches; of both stages of the accelerator
# a yosys that prints an error and exits 0, that writes nothing, that fails, that leaves what an
# earlier run left. Parameters: osu018; two registers.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS
export ABC_DRIVER_CELL=INVX4 ABC_LOAD_IN_FF=25 VMAC_INPUT_SLEW_NS=0.1 VMAC_PERIOD_NS=5
export VMAC_LIB="$B/synth/osu018/lib/cells.lib" VMAC_PE_DELAY_PS=4500
(unset ABC_DRIVER_CELL ABC_LOAD_IN_FF VMAC_INPUT_SLEW_NS VMAC_PERIOD_NS VMAC_LIB VMAC_PE_DELAY_PS
make -s B="$B" "$B/synth/osu018/lib/cells.lib") > "$tmp/log" 2>&1
ok $? "the library is there" "$(tail -n 3 "$tmp/log")"

# ---- OpenSTA ----

printf '%s\n' 'module two (clk, rst, d, q);' '  input clk;' '  input rst;' '  input d;' \
  '  output q;' '  wire n1;' '  DFFPOSX1 n7 (.CLK(clk), .D(d), .Q(n1));' \
  '  DFFPOSX1 n8 (.CLK(clk), .D(n1), .Q(q));' endmodule > "$tmp/two.v"
sh synth/time.sh two "$tmp/two.v" "$tmp/report" > "$tmp/out" 2> "$tmp/err"
ok $? "two registers of one clock are timed" "$(cat "$tmp/err")"
sed '0,/\.CLK(clk)/s//.CLK(rst)/' "$tmp/two.v" > "$tmp/clockless.v"
refused 'OpenSTA: Warning: .* n7/CLK$' "a register's pin that no clock reaches is named" \
  sh synth/time.sh two "$tmp/clockless.v" "$tmp/report"

# ---- yosys ----

mkdir "$tmp/bin" "$tmp/top"
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
  fake "$written; exit 3"
  refused 'yosys failed, see' "$stage: a yosys that fails" top $stage
  fake "$written"
done
fake 'exit 0'
refused 'yosys failed, see' "map: a yosys that writes no netlist, where there was one" top map
printf '#!/bin/sh\n' > "$tmp/bin/yosys"
refused 'yosys failed, see' "coarse: a yosys that does nothing, where there was a log" top coarse
done_testing
