// ref_abs: magnitude and sign of an operand, for the sign-magnitude references
//
// Contract: combinational. SIGNED = 0: abs_o = x_i. SIGNED = 1: abs_o = |x_i|; 2^(WIDTH-1) fits.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module ref_abs #(
  parameter integer SIGNED = 0,
  parameter integer WIDTH = 8
) (
  input  wire [WIDTH-1:0] x_i,
  output wire [WIDTH-1:0] abs_o,
  output wire             minus_o
);

  assign minus_o = SIGNED != 0 && x_i[WIDTH-1];
  assign abs_o = minus_o ? -x_i : x_i;

endmodule

`default_nettype wire
