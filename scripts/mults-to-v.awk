# mults-to-v.awk: the registry as Verilog. Usage: see mults-read.awk.
#   default            the module vmac_mult, one generate arm per cell
#   -v what=functions  the include file vmac_cells.vh: facts about CELL as constant functions
#   -v want=NAME       only that cell's: what uses them does not change with the other lines
# SPDX-License-Identifier: Apache-2.0

# One function of the cell's index; value[c] is its result, `about` its comment.
function print_function(title, value, about,  c) {
  printf "\n// %s\nfunction integer %s;\n  input integer index;\n", about, title
  print "  begin\n    case (index)"
  for (c = 0; c < cells; c++)
    if (value[c] && (want == "" || name[c] == want)) printf "      %d: %s = %d; // %s\n", c, title, value[c], name[c]
  printf "      default: %s = 0;\n    endcase\n  end\nendfunction\n", title
}

function print_functions(  c) {
  for (c = 0; c < cells; c++) {
    kind_of[c] = xkind[c] == "low" ? 1 : xkind[c] == "or" ? 2 : 0
    has_mode[c] = mode[c] >= 0
    known[c] = 1
  }
  print "// vmac_cells.vh: what the registry says about a CELL, as constant functions."
  print "// Generated from rtl/mult/mults.tbl by scripts/mults-to-v.awk; include inside a module."
  print_function("vmac_cell_signed", is_signed, "operand class: 0 = u8, 1 = s8")
  print_function("vmac_cell_xkind", kind_of, "control variate X: 0 = none, 1 = low, 2 = or")
  print_function("vmac_cell_xbits", xbits, "how many low bits of A the control variate reads")
  print_function("vmac_cell_edge", edge,
                 "low bits of A that the array's edge rounds away before the cell sees it")
  print_function("vmac_cell_a_low", a_low, "low bits of A, rounded where it is, that f never reads")
  print_function("vmac_cell_w_low", w_low, "low bits of W that f never reads")
  print_function("vmac_cell_p_low", p_low, "low bits of f that are always 0")
  print_function("vmac_cell_has_mode", has_mode, "1: the cell has a mode operand")
  print_function("vmac_cell_known", known, "1: there is such a cell")
}

function print_module(  c, found, module) {
  print "// vmac_mult: the multiplier cell number CELL of the registry."
  print "// Generated from rtl/mult/mults.tbl by scripts/mults-to-v.awk."
  print "// Contract: combinational; p_o = f(a_i, w_i), unsigned for u8 cells, signed for s8 cells."
  print "`default_nettype none\n"
  print "module vmac_mult #("
  print "  // Index of the cell in rtl/mult/mults.tbl."
  print "  parameter integer CELL = 0,"
  print "  // 1: a_i has passed vmac_edge; matters only to cells with vmac_cell_edge(CELL) != 0."
  print "  parameter integer OPT_EDGE = 0,"
  print "  // 1: a cell with a mode operand takes mode_i; 0: the mode of its line in the registry."
  print "  parameter integer OPT_MODE = 0"
  print ") (\n  // Activation, weight, mode and product."
  print "  input  wire [7:0]  a_i,\n  input  wire [7:0]  w_i,\n  input  wire [3:0]  mode_i,"
  print "  output wire [15:0] p_o\n);\n"
  print "  wire unused_options = ^{OPT_EDGE != 0, OPT_MODE != 0, mode_i};\n"
  print "  generate\n    case (CELL)"
  for (c = 0; c < cells; c++) {
    if (want != "" && name[c] != want) continue
    found = 1
    printf "      %d: begin : g_%s\n", c, name[c]
    module = instance(c)
    if (edge[c]) sub(/\)$/, ", .ROUND(OPT_EDGE == 0 ? 1 : 0))", module)
    printf "        %s\n          u_cell (.a_i(a_i), .w_i(w_i)%s, .p_o(p_o));\n      end\n", module,
           mode[c] < 0 ? "" : ", .mode_i(OPT_MODE != 0 ? mode_i : 4'd" mode[c] ")"
  }
  if (!found) fail("a cell named " want, "none")
  print "      default: begin : g_error"
  print "        error_CELL_is_not_in_mults_tbl u_err ();\n      end"
  print "    endcase\n  endgenerate\nendmodule\n\n`default_nettype wire"
}

END {
  if (what == "functions") print_functions()
  else print_module()
}
