// vmac_mult_perforated: the product without the partial products of the activation's low bits
//
// Contract: combinational. p_o = W * (A - A mod 2^M); M = 0 is exact.
// Not: the correction of the mean error; vmac_side and vmac_correct do that for all cells at once.
// Paper: arXiv:2412.16757, perforation: the M lowest partial products are left out.
// Registry: classes u,s; widths 4..16; params m=0..w-1
// Registry: low m:0:m
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_perforated #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8,
  // perforated low activation bits, 0..WIDTH-1
  parameter integer M = 2
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // The pairs (activation bit i, weight bit j) that exist in hardware; see vmac_pparray.
  function [WIDTH*WIDTH-1:0] kept(input integer m);
    integer i, j;
    begin
      kept = {(WIDTH * WIDTH){1'b0}};
      for (j = 0; j < WIDTH; j = j + 1)
        for (i = 0; i < WIDTH; i = i + 1)
          if (i >= m)
            kept[WIDTH*j+i] = 1'b1;
    end
  endfunction

  generate
    if (M < 0 || M > WIDTH - 1) begin : g_range
      error_M_must_be_below_WIDTH u_err ();
    end
  endgenerate

  vmac_pparray #(
    .SIGNED(SIGNED),
    .WIDTH(WIDTH),
    .KEEP(kept(M))
  ) u_pparray (
    .a_i(a_i),
    .w_i(w_i),
    .p_o(p_o)
  );

endmodule

`default_nettype wire
