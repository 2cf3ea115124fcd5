// vmac_mult_array: the exact product, as a carry-save array with a ripple adder below it
//
// Contract: combinational. p_o = A * W.
// Not: fast; the delay grows with rows and columns. vmac_mult_dadda has the same pairs in a tree.
// Paper: Braun 1963 (unsigned); Baugh and Wooley, IEEE Trans. Computers 1973 (two's complement).
// Registry: classes u,s; widths 4..16; model exact
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_array #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  vmac_csarray #(
    .SIGNED(SIGNED),
    .WIDTH(WIDTH),
    .KEEP({(WIDTH * WIDTH){1'b1}})
  ) u_csarray (
    .a_i(a_i),
    .w_i(w_i),
    .p_o(p_o)
  );

endmodule

`default_nettype wire
