#!/bin/sh
# import.sh: somebody's own multiplier becomes a cell of the registry.
# usage: import.sh VARIMAC IMPORT_DIR NAME_FILE      (`make import` does this)
# Environment: MULT_V (a Verilog file) or TABLE (a table of products); TOP, NAME, CLASS, SWAP, XVAR,
# ORDER, FORCE as the user gave them. NAME_FILE receives the cell's name.
# Nothing is registered unless all checks pass; `varimac mult import` writes the registry.
# SPDX-License-Identifier: Apache-2.0
set -eu

varimac=$1 folder=$2 name_file=$3
here=$(dirname "$0")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

die() {
  printf 'import: %s\n' "$*" >&2
  exit 1
}

# said LOG [PATTERN]: a tool's own message, at most five lines, the user's path in place of ours.
said() {
  grep -Ei "${2:-error}" "$1" | awk -v from="$source" -v to="$MULT_V" -v ours="$tmp/" '
    {
      while (at = index($0, from)) $0 = substr($0, 1, at - 1) to substr($0, at + length(from))
      while (at = index($0, ours)) $0 = substr($0, 1, at - 1) substr($0, at + length(ours))
      if (NR <= 5) print "  " substr($0, 1, 200)
    }' >&2
}

# options of `varimac mult import` that the user's variables ask for
set -- --into "$folder"
[ -z "${CLASS-}" ] || set -- "$@" --class "$CLASS"
[ -z "${XVAR-}" ] || set -- "$@" --xvar "$XVAR"
case ${FORCE-} in '' | 0) ;; *) set -- "$@" --force ;; esac

case ${MULT_V:+v}${TABLE:+t} in
  v) command="make import MULT_V=$MULT_V${TOP:+ TOP=$TOP}" ;;
  t) command="make import TABLE=$TABLE${ORDER:+ ORDER=$ORDER}" ;;
  *) die "expected exactly one of MULT_V=FILE.v (Verilog) and TABLE=FILE (65,536 products)" ;;
esac
command="$command${NAME:+ NAME=$NAME}${CLASS:+ CLASS=$CLASS}${XVAR:+ XVAR=$XVAR}"
set -- "$@" --make "$command"

if [ -n "${TABLE-}" ]; then
  [ -z "${NAME-}" ] || set -- "$@" --name "$NAME"
  [ -z "${ORDER-}" ] || set -- "$@" --order "$ORDER"
  [ -z "${SWAP-}" ] || set -- "$@" --swap "$SWAP"
  "$varimac" mult import --table "$TABLE" "$@" | tee "$tmp/said"
  sed -n 's/^name  *//p' "$tmp/said" > "$tmp/name"
  grep -q '^registered ' "$tmp/said" || exit 1
  mkdir -p "$(dirname "$name_file")" && cp "$tmp/name" "$name_file"
  exit 0
fi

# ---- what the file holds ----

if ! [ -f "$MULT_V" ] || ! [ -r "$MULT_V" ]; then die "$MULT_V: cannot read: no such file"; fi
mkdir "$tmp/in" # its name may be one of ours
source=$tmp/in/$(basename -- "$MULT_V" | tr -c 'A-Za-z0-9._\n-' _)
cp -- "$MULT_V" "$source"
awk -v job=check -f "$here/import-verilog.awk" "$source" 2> "$tmp/err" ||
  die "$MULT_V:$(cat "$tmp/err")"
if ! yosys -q -p "read_verilog $source; write_rtlil $tmp/all.il" > "$tmp/log" 2>&1; then
  said "$tmp/log"
  die "$MULT_V: yosys cannot read it (its message stands above)"
fi
ports() { awk -f "$here/import-ports.awk" "$@" "$tmp/all.il"; }
modules=$(ports -v want=modules)
[ -n "$modules" ] || die "$MULT_V: expected a module, found none"
ports -v want=tops -v top="${TOP-}" > "$tmp/tops"
case $(wc -l < "$tmp/tops") in
  1) ;;
  0)
    ports -v want=all | head -n 12 | sed 's/^/  /' >&2
    die "$MULT_V: expected ${TOP:-a module that no other uses} with two 8-bit inputs, one 16-bit" \
      "output and no other port; found the above"
    ;;
  *)
    die "$MULT_V: several modules fit: $(cut -d' ' -f1 "$tmp/tops" | tr '\n' ' '
      )- say one, as TOP=$(cut -d' ' -f1 "$tmp/tops" | head -n 1)"
    ;;
esac
read -r top first second product < "$tmp/tops"
for port in "$top" "$first" "$second" "$product"; do
  case $port in *[!A-Za-z0-9_]*) die "$MULT_V: expected plain names, found '$port'" ;; esac
done
[ -n "${NAME-}" ] || NAME=$(echo "$top" | tr '[:upper:]' '[:lower:]')
set -- "$@" --name "$NAME"

# ---- combinational, complete, accepted by every tool ----

if ! yosys -q -p "read_verilog $source; hierarchy -check -top $top; proc; flatten;
    write_rtlil $tmp/flat.il; memory_collect; write_rtlil $tmp/mem.il" > "$tmp/log" 2>&1; then
  said "$tmp/log"
  die "$MULT_V: yosys refuses it; a netlist of library cells needs their modules in the same file"
fi
state=$(awk '
  /^ *attribute \\src / { # "file:line.column-..."
    src = $3
    gsub(/"|\|.*/, "", src)
    sub(/.*:/, "", src)
    sub(/\..*/, "", src)
  }
  /^  cell / { kind = $2; sub(/^\$/, "", kind); at = "line " src; src = "?" }
  /^  cell \$(_?dlatch|adlatch|dlatchsr|sr)/ { print "a latch, " at; exit }
  /^  cell \$[a-z]*dff/ || /^  cell \$ff/ { print "a flip-flop, " at; exit }
  /^  cell \$mem/ || /^  memory / { print "a memory"; exit }' "$tmp/flat.il")
[ -n "$state" ] || state=$(awk '/^  cell \$mem/ { print "a memory"; exit }' "$tmp/mem.il")
[ -z "$state" ] || die "$MULT_V: expected combinational logic, found $state" \
  "(a latch: an output that keeps its value on some path)"
if ! yosys -q -p "read_rtlil $tmp/flat.il; techmap; check -assert" > "$tmp/log" 2>&1; then
  said "$tmp/log" 'warning|wire|cell'
  die "$MULT_V: a combinational loop, or a wire without a driver or with several"
fi
if ! verilator --lint-only -Wno-fatal --top-module "$top" "$source" > "$tmp/log" 2>&1; then
  said "$tmp/log" '^%error'
  die "$MULT_V: verilator cannot read it (its message stands above)"
fi

# ---- all products, from the file as it is ----

# simulate MODULE FIRST SECOND PRODUCT TABLE FILE...: 65,536 products as text; X or Z is an error.
simulate() {
  module=$1 in1=$2 in2=$3 out=$4 table=$5
  shift 5
  cat > "$tmp/bench.v" << END
\`timescale 1ns/1ns
module vmac_import_bench;
  reg [7:0] x, y;
  wire [15:0] p;
  integer i, f;
  reg [15:0] i_gray;
  reg [15:0] product [0:65535];
  $module u_mult (.$in1(x), .$in2(y), .$out(p));
  initial begin
    for (i = 0; i < 65536; i = i + 1) begin // one bit changes at a time: fewer events
      i_gray = i ^ (i >> 1);
      {x, y} = i_gray;
      #100000;
      if (^p === 1'bx) begin
        \$display("error: $in1 = %0d, $in2 = %0d: $out = %b", x, y, p);
        \$finish;
      end
      product[i_gray] = p;
    end
    f = \$fopen("$table");
    for (i = 0; i < 65536; i = i + 1) \$fwrite(f, "%0d\n", product[i]);
    \$fclose(f);
    \$finish;
  end
endmodule
END
  if ! iverilog -g2005 -s vmac_import_bench -o "$tmp/bench" "$tmp/bench.v" "$@" > "$tmp/log" 2>&1
  then
    said "$tmp/log"
    die "$MULT_V: iverilog cannot read it (its message stands above)"
  fi
  vvp -n "$tmp/bench" > "$tmp/log" 2>&1 || true
  if grep -q '^error' "$tmp/log" || [ ! -e "$table" ] || [ "$(wc -l < "$table")" -ne 65536 ]; then
    said "$tmp/log"
    die "$MULT_V: expected a product of 0 and 1 for every pair, found X or Z (above)"
  fi
}
simulate "$top" "$first" "$second" "$product" "$tmp/table.txt" "$source"
# differs A B: the first pair in which two tables differ
differs() {
  paste "$1" "$2" |
    awk '$1 != $2 { print int((NR - 1) / 256) ", " (NR - 1) % 256 ": " $1 " and " $2; exit }'
}

# ---- which operand is which ----

# What a port's name says: strong or weak, activation or weight.
role() {
  echo "$1" | tr '[:upper:]' '[:lower:]' | sed 's/^i_//; s/_i$//; s/_in$//' | awk '
    /^(act|ifm|feature|pixel)/ { print "A"; exit }
    /^(wt|wgt|weight|filter|kernel|coef)/ { print "W"; exit }
    /^(a|x|in|d|din|data)$/ { print "a"; exit }
    /^w$/ { print "w"; exit }
    { print "-" }'
}
if [ -z "${SWAP-}" ]; then
  case $(role "$first")$(role "$second") in
    A[!A] | [!W]W | aw) SWAP=0 ;;
    W[!W] | [!A]A | wa) SWAP=1 ;;
  esac
fi
[ -z "${SWAP-}" ] || set -- "$@" --swap "$SWAP"
set -- "$@" --order bits --ports "$first,$second"
cp "$tmp/table.txt" "$source.table"
"$varimac" mult import --table "$source.table" "$@" --check "$tmp/facts" > "$tmp/said" 2>&1 || {
  sed "s|$source.table|$MULT_V|; s/^varimac: /import: /" "$tmp/said" >&2
  exit 1
}
fact() { sed -n "s/^$1=//p" "$tmp/facts"; }
swap=$(fact swap)

# ---- the cell's file: the user's with every module renamed, and a wrapper ----

# Two underscores, which no cell's name has: modules of two cells never meet.
prefix=vmac_import_${NAME}__
act=$first wgt=$second
[ "$swap" = 0 ] || act=$second wgt=$first
lint='ALWCOMBORDER ASSIGNDLY BLKANDNBLK BLKSEQ CASEINCOMPLETE CASEOVERLAP CASEWITHX CASEX CMPCONST
  COMBDLY DECLFILENAME DEFPARAM EOFNEWLINE IMPLICIT INITIALDLY LATCH LITENDIAN PINCONNECTEMPTY
  PINMISSING SELRANGE STMTDLY SYNCASYNCNET TIMESCALEMOD UNDRIVEN UNOPTFLAT UNSIGNED UNUSED
  VARHIDDEN WIDTH'
# a name may be both a module's and a port's: renamed all over the file
renamed() {
  for module in $modules; do [ "$module" != "$1" ] || set -- "$prefix$1"; done
  echo "$1"
}
{
  cat << END
// vmac_import_$NAME: an imported multiplier; no independent model
//
// Contract: combinational. From $(basename "$MULT_V"), module $top:
//   a_i is $act, w_i is $wgt, p_o is $product.
// Products: $(fact class), hash $(fact hash). Written by \`make import\`; everything down to the
// wrapper is the author's file under its own licence, its modules renamed.
END
  for code in $lint; do echo "/* verilator lint_off $code */"; done
  awk -v job=rename -v prefix="$prefix" -v modules="$(echo "$modules" | tr '\n' ' ')" \
    -f "$here/import-verilog.awk" "$source"
  cat << END

// The wrapper.
\`default_nettype none
module vmac_import_$NAME (
  input  wire [7:0]  a_i,
  input  wire [7:0]  w_i,
  output wire [15:0] p_o
);
  $prefix$top u_mult (
    .$(renamed "$act")(a_i),
    .$(renamed "$wgt")(w_i),
    .$(renamed "$product")(p_o)
  );
endmodule
\`default_nettype wire
END
  for code in $lint; do echo "/* verilator lint_on $code */"; done
} > "$tmp/cell.v"

# The renamed file, as gates, must be the same function of a_i and w_i: what is synthesized is what
# was simulated, and no name was taken for another.
if ! yosys -q -p "read_verilog $tmp/cell.v; hierarchy -check -top vmac_import_$NAME; proc; flatten;
    techmap; opt_clean; write_verilog -noattr $tmp/mapped.v" > "$tmp/log" 2>&1; then
  said "$tmp/log"
  die "$MULT_V: yosys refuses it with its modules renamed (its message stands above)"
fi
simulate "vmac_import_$NAME" a_i w_i p_o "$tmp/cell.txt" "$tmp/mapped.v"
if [ "$swap" = 0 ]; then cp "$tmp/table.txt" "$tmp/want.txt"; else
  awk '{ p[NR - 1] = $1 }
    END { for (i = 0; i < 65536; i++) print p[i % 256 * 256 + int(i / 256)] }' \
    "$tmp/table.txt" > "$tmp/want.txt"
fi
cmp -s "$tmp/want.txt" "$tmp/cell.txt" ||
  die "$MULT_V: simulated and synthesized it differ, at $act, $wgt =" \
    "$(differs "$tmp/want.txt" "$tmp/cell.txt"); an incomplete sensitivity list?"
if ! verilator --lint-only -Wall --top-module "vmac_import_$NAME" "$tmp/cell.v" \
  > "$tmp/log" 2>&1; then
  said "$tmp/log" '^%'
  die "$MULT_V: verilator refuses it with its modules renamed (its message stands above)"
fi

"$varimac" mult import --table "$source.table" "$@" --verilog "$tmp/cell.v"
mkdir -p "$(dirname "$name_file")" && echo "$NAME" > "$name_file"
