# mults-to-v.awk: the registry as Verilog. Usage: see mults-read.awk.
#   default            the module vmac_mult, one generate arm per cell
#   -v what=functions  the include file vmac_cells.vh: facts about CELL as constant functions
# SPDX-License-Identifier: Apache-2.0

# One function of the cell's index; value[c] is its result, `about` its comment.
function print_function(title, value, about,  c) {
  printf "\n// %s\nfunction integer %s;\n  input integer index;\n", about, title
  print "  begin\n    case (index)"
  for (c = 0; c < cells; c++)
    if (value[c]) printf "      %d: %s = %d; // %s\n", c, title, value[c], name[c]
  printf "      default: %s = 0;\n    endcase\n  end\nendfunction\n", title
}

function print_functions(  c) {
  for (c = 0; c < cells; c++) {
    signed_of[c] = class[c] == "s8"
    kind_of[c] = xkind[c] == "low" ? 1 : xkind[c] == "or" ? 2 : 0
  }
  print "// vmac_cells.vh: what the registry says about a CELL, as constant functions."
  print "// Generated from rtl/mult/mults.tbl by scripts/mults-to-v.awk; include inside a module."
  print_function("vmac_cell_signed", signed_of, "operand class: 0 = u8, 1 = s8")
  print_function("vmac_cell_xkind", kind_of, "control variate X: 0 = none, 1 = low, 2 = or")
  print_function("vmac_cell_xbits", xbits, "how many low bits of A the control variate reads")
}

function print_module(  c, k) {
  print "// vmac_mult: the multiplier cell number CELL of the registry."
  print "// Generated from rtl/mult/mults.tbl by scripts/mults-to-v.awk."
  print "// Contract: combinational; p_o = f(a_i, w_i), unsigned for u8 cells, signed for s8 cells."
  print "`default_nettype none\n"
  print "module vmac_mult #("
  print "  // Index of the cell in rtl/mult/mults.tbl."
  print "  parameter integer CELL = 0"
  print ") (\n  // Activation, weight and product."
  print "  input  wire [7:0]  a_i,\n  input  wire [7:0]  w_i,\n  output wire [15:0] p_o\n);\n"
  print "  generate\n    case (CELL)"
  for (c = 0; c < cells; c++) {
    printf "      %d: begin : g_%s\n", c, name[c]
    printf "        vmac_mult_%s #(.SIGNED(%d)", family[c], class[c] == "s8"
    for (k = 1; k <= params[c]; k++)
      printf ", .%s(%d)", toupper(param_name[c, k]), param_value[c, k]
    print ")\n          u_cell (.a_i(a_i), .w_i(w_i), .p_o(p_o));\n      end"
  }
  print "      default: begin : g_error"
  print "        error_CELL_is_not_in_mults_tbl u_err ();\n      end"
  print "    endcase\n  endgenerate\nendmodule\n\n`default_nettype wire"
}

END {
  if (what == "functions") print_functions()
  else print_module()
}
