// ref_ppab: row reference of the cleared and truncated product
//
// Contract: combinational. p_o = truncated(T) of A without its PA and W without its PB low bits.
// Row reference: it repeats the rule of which pairs the cell keeps, in rows of words; that the rule
//   is the right one is for the tests against the C model to show (all operands at 8 bits).
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module ref_ppab #(
  parameter integer SIGNED = 0,
  parameter integer WIDTH = 8,
  parameter integer PA = 0,
  parameter integer PB = 0,
  parameter integer T = 0
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // Signed: what has a sign bit in it is no plain pair.
  localparam integer PLAIN = SIGNED != 0 ? WIDTH - 1 : WIDTH;
  localparam [WIDTH-1:0] SIGN = {WIDTH{1'b1}} << PLAIN;

  // Row j's bits of A: as truncated, without the PA low ones, and none in the PB low rows.
  function [WIDTH*WIDTH-1:0] masks(input integer unused);
    integer j;
    begin
      for (j = 0; j < WIDTH; j = j + 1)
        masks[WIDTH*j +: WIDTH] =
          j < PB ? {WIDTH{1'b0}} : ({WIDTH{1'b1}} << PA) &
          (j >= PLAIN ? {WIDTH{1'b1}} : ({WIDTH{1'b1}} << (j < T ? T - j : 0)) | SIGN);
    end
  endfunction

  ref_rows #(.SIGNED(SIGNED), .WIDTH(WIDTH), .MASKS(masks(0))) u_rows (
    .a_i(a_i), .w_i(w_i), .p_o(p_o));

endmodule

`default_nettype wire
