// vmac_magnitude: conditional negation, between two's complement and sign and magnitude
//
// Contract: combinational. x_o = -x_i where negate_i, else x_i, modulo 2^WIDTH: with
//   negate_i = the sign bit, x_o is |x_i| as an unsigned number (2^(WIDTH-1) included).
// Not: the sign; its user keeps it, and negates the unsigned product by a second instance.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_magnitude #(
  // bits of the number, 2..32
  parameter integer WIDTH = 8
) (
  input  wire             negate_i,
  input  wire [WIDTH-1:0] x_i,
  output wire [WIDTH-1:0] x_o
);

  // Negation inverts what lies above the lowest 1. Told by a tree per bit: the carries of an adder
  // would come later, and there is nothing to add.
  function [WIDTH-1:0] above_lowest(input [WIDTH-1:0] x);
    integer i;
    for (i = 0; i < WIDTH; i = i + 1)
      above_lowest[i] = |(x & ~({WIDTH{1'b1}} << i));
  endfunction

  generate
    if (WIDTH < 2 || WIDTH > 32) begin : g_width
      error_WIDTH_must_be_2_to_32 u_err ();
    end else begin : g_real
      assign x_o = x_i ^ (above_lowest(x_i) & {WIDTH{negate_i}});
    end
  endgenerate

endmodule

`default_nettype wire
