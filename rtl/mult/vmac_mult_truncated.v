// vmac_mult_truncated: the product without its T lowest columns
//
// Contract: combinational. p_o = sum of a[i] * w[j] * 2^(i+j) over i + j >= T; T = 0 is exact.
//   SIGNED = 1: only pairs of two magnitude bits (i, j < WIDTH - 1) are dropped, the sign rows stay
//   whole.
// Not: the correction of the mean error; vmac_side and vmac_correct do that for all cells at once.
// Paper: arXiv:2412.16757, truncation: the T (there m) lowest columns are left out.
// Registry: classes u,s; widths 4..16; params t=0..2w-1
// Registry: low_u max(0,t+1-w):max(0,t+1-w):t; low_s 0:0:min(t,w-1)
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_truncated #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8,
  // dropped low columns, 0..2*WIDTH-1
  parameter integer T = 2
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // The pairs (activation bit i, weight bit j) that exist in hardware; see vmac_pparray.
  function [WIDTH*WIDTH-1:0] kept(input integer t, input integer is_signed);
    integer i, j;
    begin
      kept = {(WIDTH * WIDTH){1'b0}};
      for (j = 0; j < WIDTH; j = j + 1)
        for (i = 0; i < WIDTH; i = i + 1)
          if (i + j >= t || (is_signed != 0 && (i == WIDTH - 1 || j == WIDTH - 1)))
            kept[WIDTH*j+i] = 1'b1;
    end
  endfunction

  generate
    if (T < 0 || T > 2 * WIDTH - 1) begin : g_range
      error_T_must_be_below_2_WIDTH u_err ();
    end
  endgenerate

  vmac_pparray #(
    .SIGNED(SIGNED),
    .WIDTH(WIDTH),
    .KEEP(kept(T, SIGNED))
  ) u_pparray (
    .a_i(a_i),
    .w_i(w_i),
    .p_o(p_o)
  );

endmodule

`default_nettype wire
