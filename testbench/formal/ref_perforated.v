// ref_perforated: row reference of perforation
//
// Contract: combinational. p_o = W * (A - A mod 2^M).
// Row reference: A without its low bits in every row; the sum is ref_rows', in the array's order.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module ref_perforated #(
  parameter integer SIGNED = 0,
  parameter integer WIDTH = 8,
  parameter integer M = 2
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // A without its M low bits, in every row.
  localparam [WIDTH-1:0] PART = {WIDTH{1'b1}} << M;

  ref_rows #(.SIGNED(SIGNED), .WIDTH(WIDTH), .MASKS({WIDTH{PART}})) u_rows (
    .a_i(a_i), .w_i(w_i), .p_o(p_o));

endmodule

`default_nettype wire
