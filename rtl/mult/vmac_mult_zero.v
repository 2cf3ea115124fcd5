// vmac_mult_zero: the canary, a cell whose product is always 0
//
// Contract: combinational. p_o = 0. A network that keeps its accuracy with this cell never used the
//   cell.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_zero #(
  // 0: u8 class; 1: s8 class; the product is the same
  parameter integer SIGNED = 0
) (
  input  wire [7:0]  a_i,
  input  wire [7:0]  w_i,
  output wire [15:0] p_o
);

  wire unused_operands = ^{a_i, w_i};

  assign p_o = 16'd0;

  generate
    if (SIGNED != 0 && SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
