// ref_truncated: row reference of truncation
//
// Contract: combinational. p_o = sum of a[i] w[j] 2^(i+j) where i + j >= T or the pair
//   is not plain: has a sign bit in it.
// Row reference: it repeats the rule of which pairs the cell keeps, in rows of words; that the rule
//   is the right one is for the tests against the C model to show (all operands at 8 bits).
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module ref_truncated #(
  parameter integer SIGNED = 0,
  parameter integer WIDTH = 8,
  parameter integer T = 2
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // Signed: what has a sign bit in it is no plain pair.
  localparam integer PLAIN = SIGNED != 0 ? WIDTH - 1 : WIDTH;
  localparam [WIDTH-1:0] SIGN = {WIDTH{1'b1}} << PLAIN;

  // Row j's bits of A: those in columns T and up, and the sign; all in the sign row.
  function [WIDTH*WIDTH-1:0] masks(input integer unused);
    integer j;
    begin
      for (j = 0; j < WIDTH; j = j + 1)
        masks[WIDTH*j +: WIDTH] =
          j >= PLAIN ? {WIDTH{1'b1}} : ({WIDTH{1'b1}} << (j < T ? T - j : 0)) | SIGN;
    end
  endfunction

  ref_rows #(.SIGNED(SIGNED), .WIDTH(WIDTH), .MASKS(masks(0))) u_rows (
    .a_i(a_i), .w_i(w_i), .p_o(p_o));

endmodule

`default_nettype wire
