#!/bin/sh
# A new multiplier family: its Verilog file, its C file and one registry line, or nothing at all.
# usage: new-mult.sh FAMILY [PARAMS [CLASSES]]     (make new-mult FAM=.. [PARAMS=..] [CLASSES=..])
#   PARAMS   name=lowest..highest, comma-separated, as in the families' lines Registry; empty = none
#   CLASSES  u, s or u,s (default)
# Both bodies are placeholders that disagree, so that the cell bench stays red until both sides
# compute the same.
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")/.."
fam=${1:-} params=${2:-} classes=${3:-u,s}
table=rtl/mult/mults.tbl
verilog=rtl/mult/vmac_mult_$fam.v
model=cmodel/mult/$fam.c

die() {
  echo "new-mult: $*" >&2
  exit 1
}
case $fam in
  '') die "expected FAM=NAME, found none; make new-mult FAM=foo PARAMS=m=0..w-1 CLASSES=u,s" ;;
  [!a-z]* | *[!a-z0-9_]*) die "FAM: expected a name of the form [a-z][a-z0-9_]*, found '$fam'" ;;
  import) die "FAM: 'import' is the family of imported cells; choose another name" ;;
esac
for file in "$verilog" "$model"; do
  [ ! -e "$file" ] || die "FAM: $file exists already; choose another name"
done
! grep -rqw "vmac_$fam" cmodel ||
  die "FAM: the library has a vmac_$fam already; choose another name"
case $classes in
  u | u,s) cell=$fam class=u8 signed=0 ;;
  s) cell=${fam}s class=s8 signed=1 ;;
  *) die "CLASSES: expected u, s or u,s, found '$classes'" ;;
esac

case ,$params in
  *,signed=* | *,width=* | *,round=*)
    die "PARAMS: expected names other than signed, width and round, found '$params'" ;;
esac

tmp=$(mktemp -d)
placed=
trap 'rm -rf "$tmp" $placed' EXIT
trap 'exit 130' INT TERM

# "m=0..w-1" as Verilog: parameters with their defaults, the range check, the registry's values.
# mults-read.awk judges what is malformed, below.
describe() {
  awk -v params="$params" -v what="$1" -v fam="$fam" -v classes="$classes" '
    function text(bound) {
      sub(/^2w/, "2 * w", bound)
      sub(/w/, "WIDTH", bound)
      sub(/-1$/, " - 1", bound)
      sub(/\//, " / ", bound)
      return bound
    }
    function number(bound) { # for 8-bit operands
      if (bound !~ /w/) return bound + 0
      return (bound ~ /^2/ ? 16 : bound ~ /\/2/ ? 4 : 8) - (bound ~ /-1$/)
    }
    BEGIN {
      n = split(params, item, ",")
      for (k = 1; k <= n; k++) {
        split(item[k], part, "=")
        split(part[2], range, /\.\./)
        low = number(range[1])
        value = low < number(range[2]) ? low + 1 : low
        name = toupper(part[1])
        if (what == "parameters")
          printf ",\n  // FILL IN what it is, %s..%s\n  parameter integer %s = %d", text(range[1]),
                 text(range[2]), name, value
        if (what == "checks")
          printf "    if (%s < %s || %s > %s) begin : g_range_%s\n      error_%s_is_out_of_range " \
                 "u_err ();\n    end\n", name, text(range[1]), name, text(range[2]), part[1], name
        if (what == "values") printf "%s%s=%d", (k > 1 ? "," : ""), part[1], value
      }
      if (what == "values" && !n) printf "-"
    }'
}

body() { # body INDENT: the placeholder
  printf "%sassign p_o = {(2 * WIDTH){1'b0}}; // PLACEHOLDER, the C side has another\n" "$1"
}

{
  cat << END
// vmac_mult_$fam: FILL IN what it computes, in a line
//
// Contract: combinational. p_o = FILL IN the product for every pair of operands, once and exactly:
//   the two files are written from this definition, neither from the other. FILL IN what SIGNED = 1
//   changes.
// Not: FILL IN what a reader might expect of it and does not get, or delete this line.
// Paper: FILL IN, or delete this line.
// Registry: classes $classes; widths 4..16${params:+; params $params}
//
// SPDX-License-Identifier: Apache-2.0
\`default_nettype none

module vmac_mult_$fam #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = $signed,
  // bits of an operand, 4..16
END
  printf '  parameter integer WIDTH = 8'
  describe parameters
  cat << 'END'

) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  wire unused = &{1'b0, a_i, w_i}; // goes with the placeholder

  generate
END
  describe checks
  case $classes in
    u,s)
      echo '    if (SIGNED != 0) begin : g_signed'
      body '      '
      echo '    end else begin : g_unsigned'
      body '      '
      echo '    end'
      ;;
    *)
      echo "    if (SIGNED != $signed) begin : g_class"
      echo "      error_${fam}_is_defined_for_the_other_class u_err ();"
      echo '    end'
      ;;
  esac
  echo '  endgenerate'
  [ "$classes" = u,s ] || { echo && body '  '; }
  cat << 'END'

endmodule

`default_nettype wire
END
} > "$tmp/vmac_mult_$fam.v"

cat > "$tmp/$fam.c" << END
/* FILL IN what it computes, in the terms of this file. Written from the definition, in another way
 * than the Verilog: only then is it evidence that both agree on all 65,536 pairs.
 * Source: FILL IN. SPDX-License-Identifier: Apache-2.0 */
#include "vmac_mult_list.h"

/* a and w in the form's own range; param[] in the order of the line Registry. */
int64_t vmac_$fam(vmac_form form, const int *param, int64_t a, int64_t w) {
  (void)form, (void)param, (void)a, (void)w;
  return 1; /* PLACEHOLDER, the Verilog side has another */
}
END

# The whole registry with the new family must read well before anything is put in place.
awk 1 "$table" > "$tmp/mults.tbl" # ends its last line
printf '%-11s %-16s %-5s %-14s %-6s %-26s %s\n' "$cell" "$fam" $class "$(describe values)" - - - \
  >> "$tmp/mults.tbl"
grep -Hn '^// Registry: ' rtl/mult/vmac_mult_*.v "$tmp/vmac_mult_$fam.v" > "$tmp/families.txt"
awk -f scripts/mults-read.awk -f scripts/mults-to-mk.awk "$tmp/families.txt" "$tmp/mults.tbl" \
  > /dev/null 2> "$tmp/err" || {
  sed "s|^$tmp/|new-mult: would-be rtl/mult/|" "$tmp/err" >&2
  exit 1
}

placed="$verilog $model"
cat "$tmp/vmac_mult_$fam.v" > "$verilog"
cat "$tmp/$fam.c" > "$model"
cat "$tmp/mults.tbl" > "$table"
placed=
cat << END
wrote     $verilog, $model
appended  $table: $(tail -n 1 "$table")
next      1. fill in both files from one definition; rename, copy or change the registry line
          2. make build/bench/cell-$cell && build/bench/cell-$cell
             compares RTL and C on all 65,536 pairs: red until both sides agree
          3. make lint; varimac mult info $cell; make test
END
