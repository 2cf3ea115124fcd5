// vmac_mult_booth: the exact product, radix-4 modified Booth
//
// Contract: combinational. p_o = A * W; W is recoded, A are the rows.
// Paper: MacSorley, Proc. IRE 1961.
// Registry: classes u,s; widths 4..16; model exact
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_booth #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  vmac_booth #(
    .SIGNED(SIGNED),
    .WIDTH(WIDTH),
    .FIRST(0),
    .ROUND(0),
    .STEP(0)
  ) u_booth (
    .a_i(a_i),
    .w_i(w_i),
    .p_o(p_o)
  );

endmodule

`default_nettype wire
