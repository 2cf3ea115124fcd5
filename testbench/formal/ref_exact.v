// ref_exact: the definition of an exact product
//
// Contract: combinational. p_o = A * W.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module ref_exact #(
  parameter integer SIGNED = 0,
  parameter integer WIDTH = 8
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  ref_rows #(.SIGNED(SIGNED), .WIDTH(WIDTH)) u_rows (.a_i(a_i), .w_i(w_i), .p_o(p_o));

endmodule

`default_nettype wire
