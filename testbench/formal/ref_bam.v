// ref_bam: row reference of the broken array
//
// Contract: combinational. p_o = sum of a[i] w[j] 2^(i+j), j >= H, i + j >= V.
// Row reference: it repeats the rule of which pairs the cell keeps, in rows of words; that the rule
//   is the right one is for the tests against the C model to show (all operands at 8 bits).
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module ref_bam #(
  parameter integer SIGNED = 0,
  parameter integer WIDTH = 8,
  parameter integer H = 0,
  parameter integer V = 0
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // Row j's bits of A: none below the break, else those in columns V and up.
  function [WIDTH*WIDTH-1:0] masks(input integer unused);
    integer j;
    begin
      for (j = 0; j < WIDTH; j = j + 1)
        masks[WIDTH*j +: WIDTH] = j < H ? {WIDTH{1'b0}} : {WIDTH{1'b1}} << (j < V ? V - j : 0);
    end
  endfunction

  ref_rows #(.SIGNED(SIGNED), .WIDTH(WIDTH), .MASKS(masks(0))) u_rows (
    .a_i(a_i), .w_i(w_i), .p_o(p_o));

endmodule

`default_nettype wire
