// ref_recursive: row reference of recursion
//
// Contract: combinational. p_o = W * A - (W mod 2^M) * (A mod 2^M).
// Row reference: it repeats the rule of which pairs the cell keeps, in rows of words, and does not
//   multiply out the sentence above. That the rule is the sentence is for the tests against the C
//   model to show (all operands at 8 bits).
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module ref_recursive #(
  parameter integer SIGNED = 0,
  parameter integer WIDTH = 8,
  parameter integer M = 2
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // Row j's bits of A: all, but in the M low rows not the M low ones.
  function [WIDTH*WIDTH-1:0] masks(input integer unused);
    integer j;
    begin
      for (j = 0; j < WIDTH; j = j + 1)
        masks[WIDTH*j +: WIDTH] = {WIDTH{1'b1}} << (j < M ? M : 0);
    end
  endfunction

  ref_rows #(.SIGNED(SIGNED), .WIDTH(WIDTH), .MASKS(masks(0))) u_rows (
    .a_i(a_i), .w_i(w_i), .p_o(p_o));

endmodule

`default_nettype wire
