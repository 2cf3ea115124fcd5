// vmac_mult_bam: the broken-array multiplier, a carry-save array with missing cells
//
// Contract: combinational. p_o = sum of a[i] * w[j] * 2^(i+j) over j >= H and i + j >= V; H = V = 0
//   is exact. Rows are bits of W: the cells above the horizontal break and right of the vertical
//   break are missing.
// Not: the correction of the mean error; vmac_side and vmac_correct do that for all cells at once.
// Paper: Mahdiani, Ahmadi, Fakhraie and Lucas, IEEE TCAS-I 2010. That rows are bits of W, and
//   counting both breaks from bit 0, are our choice.
// Registry: classes u; widths 4..16; params h=0..w-1,v=0..2w-1
// Registry: low max(0,v+1-w):max(h,v+1-w):max(h,v)
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_bam #(
  // 0: unsigned, the only class it is defined for
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8,
  // missing rows, 0..WIDTH-1
  parameter integer H = 2,
  // missing low columns, 0..2*WIDTH-1
  parameter integer V = 4
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // The pairs (activation bit i, weight bit j) that exist in hardware; see vmac_csarray.
  function [WIDTH*WIDTH-1:0] kept(input integer h, input integer v);
    integer i, j;
    begin
      kept = {(WIDTH * WIDTH){1'b0}};
      for (j = h; j < WIDTH; j = j + 1)
        for (i = 0; i < WIDTH; i = i + 1)
          if (i + j >= v)
            kept[WIDTH*j+i] = 1'b1;
    end
  endfunction

  generate
    if (SIGNED != 0) begin : g_signed
      error_SIGNED_must_be_0 u_err ();
    end
    if (H < 0 || H > WIDTH - 1) begin : g_rows
      error_H_must_be_below_WIDTH u_err ();
    end
    if (V < 0 || V > 2 * WIDTH - 1) begin : g_columns
      error_V_must_be_below_2_WIDTH u_err ();
    end
  endgenerate

  vmac_csarray #(
    .SIGNED(0),
    .WIDTH(WIDTH),
    .KEEP(kept(H, V))
  ) u_csarray (
    .a_i(a_i),
    .w_i(w_i),
    .p_o(p_o)
  );

endmodule

`default_nettype wire
