// vmac_mult_truncated: the product without its T lowest columns
//
// Contract: combinational. p_o = sum of a[i] * w[j] * 2^(i+j) over i + j >= T; T = 0..15, 0 is
//   exact.
//   SIGNED = 1: only pairs of two magnitude bits (i, j <= 6) are dropped, the sign rows stay whole.
// Not: the correction of the mean error; vmac_side and vmac_correct do that for all cells at once.
// Paper: arXiv:2412.16757, truncation: the T (there m) lowest columns are left out.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_truncated #(
  // 0: operands 0..255, product unsigned; 1: operands -128..127, product signed
  parameter integer SIGNED = 0,
  // dropped low columns, 0..15
  parameter integer T = 2
) (
  input  wire [7:0]  a_i,
  input  wire [7:0]  w_i,
  output wire [15:0] p_o
);

  // The pairs (activation bit i, weight bit j) that exist in hardware; see vmac_pparray.
  function [63:0] kept(input integer t, input integer is_signed);
    integer i, j;
    begin
      kept = 64'd0;
      for (j = 0; j < 8; j = j + 1)
        for (i = 0; i < 8; i = i + 1)
          if (i + j >= t || (is_signed != 0 && (i == 7 || j == 7)))
            kept = kept | (64'd1 << (8 * j + i));
    end
  endfunction

  generate
    if (T < 0 || T > 15) begin : g_range
      error_T_must_be_0_to_15 u_err ();
    end
  endgenerate

  vmac_pparray #(
    .SIGNED(SIGNED),
    .KEEP(kept(T, SIGNED))
  ) u_pparray (
    .a_i(a_i),
    .w_i(w_i),
    .p_o(p_o)
  );

endmodule

`default_nettype wire
