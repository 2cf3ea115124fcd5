#!/bin/sh
# top.sh: is the accelerator one that yosys makes without a latch and without a warning?
# usage: top.sh coarse|map DIR GEN VERILOG ...
# coarse stops at registers, memories and operators, which takes half a minute: latches and what
# yosys complains of show there. map goes on to the cells of VMAC_LIB, sized for VMAC_PE_DELAY_PS:
# minutes. GEN holds the generated headers, DIR gets log and, of map, stat.txt and scalar.v. 8 x 8,
# small buffers: memories become flip-flops. Writes one line, or what is wrong and status 1.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(dirname "$0")
. "$here/common.sh"
. "$here/recipe.sh"

[ $# -ge 4 ] || die "usage: top.sh coarse|map DIR GEN VERILOG ..."
stage=$1 dir=$2 gen=$3
shift 3
mkdir -p "$dir"
lib= made=$dir/coarse.log
size="-chparam ROWS 8 -chparam COLS 8 -chparam ACC_DEPTH 16 -chparam BUF_DEPTH 16"
case $stage in
  coarse) rest="synth -top vmac_top -flatten -run begin:fine; check -assert; stat" ;;
  map)
    need_library
    abc_constr "$dir/abc.constr"
    rm -f "$dir/stat.txt"
    made=$dir/scalar.v
    lib="read_liberty -lib $VMAC_LIB"
    rest="synth -top vmac_top -flatten -noabc; dfflibmap -liberty $VMAC_LIB
      abc -liberty $VMAC_LIB -constr $dir/abc.constr $(abc_script "$VMAC_PE_DELAY_PS")
      setundef -zero; splitnets -ports -format _; opt_clean -purge; check -mapped -assert
      tee -o $dir/stat.txt stat -liberty $VMAC_LIB
      rename -enumerate -pattern n%; write_verilog -noattr -noexpr -nohex $dir/scalar.v"
    ;;
  *) die "expected coarse or map, found '$stage'" ;;
esac
run_yosys "vmac_top ($stage)" "$dir/$stage" "$made" -p "
  $lib
  read_verilog -defer -I$gen -Irtl $*
  hierarchy -check -top vmac_top $size
  $rest
  select -assert-none t:\$dlatch t:\$adlatch t:\$dlatchsr t:\$sr t:\$_DLATCH* t:\$_SR_*
  select -assert-any t:*"

# What is said and stays: abc knows no cells of two outputs, and is given logic without registers.
said=$(grep 'Warning: ' "$dir/$stage.log" |
  grep -v -e 'ABC: Warning: Detected [0-9]* multi-output gates' \
    -e 'ABC: Warning: The network is combinational' || true)
[ -z "$said" ] || { printf '%s\n' "$said" | head -n 5 >&2; die "yosys warns, see $dir/$stage.log"; }
if [ "$stage" = map ]; then
  echo "vmac_top 8 x 8: $(sed -n 's/.*Number of cells: *//p' "$dir/stat.txt") cells," \
    "$(sed -n 's/.*Chip area for .*: *\([0-9]*\).*/\1/p' "$dir/stat.txt") um2, no latch, no warning"
else
  echo "vmac_top 8 x 8: no latch, no warning"
fi
