// vmac_mult_zero: the canary, a cell whose product is always 0
//
// Contract: combinational. p_o = 0. A network that keeps its accuracy with this cell never used the
//   cell.
// Registry: classes u,s; widths 4..16
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_zero #(
  // 0: unsigned class; 1: signed class; the product is the same
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  wire unused_operands = ^{a_i, w_i};

  assign p_o = {(2 * WIDTH){1'b0}};

  generate
    if (SIGNED != 0 && SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
    if (WIDTH < 4 || WIDTH > 16) begin : g_width
      error_WIDTH_must_be_4_to_16 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
